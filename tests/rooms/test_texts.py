"""The group's own texts: set by facilitators, read by whoever comes, the lobby included, before anything of hers is shown."""

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.errors import Refusal
from server.rooms.ids import ParticipantId
from server.rooms.machine import decide
from server.rooms.rules import Rules
from server.rooms.state import Meeting
from server.rooms.view import view

from .cast import FIONA, GUS, MARA, MIA, after, circle, join, refusal
from .eyes import look, watch


def read(meeting: Meeting, who: ParticipantId) -> bytes:
    return view(meeting, meeting.participants[who]).texts


@pytest.mark.parametrize(("size", "refused"), [(1, None), (16_384, None), (16_385, Refusal.TOO_LARGE)])
def test_texts_have_a_bound(size: int, refused: Refusal | None):
    assert refusal(circle(MIA), c.SetTexts(FIONA, bytes(size))) is refused


def test_the_bound_is_a_rule():
    assert refusal(circle(rules=Rules(max_texts_bytes=3)), c.SetTexts(FIONA, b"four")) is Refusal.TOO_LARGE


def test_only_facilitators_set_them():
    assert refusal(circle(MIA), c.SetTexts(MIA, b"mine")) is Refusal.NOT_ALLOWED


def test_the_same_again_is_no_news():
    assert refusal(circle(), c.SetTexts(FIONA, b"")) is Refusal.ALREADY_SO
    assert refusal(after(circle(), c.SetTexts(FIONA, b"x")), c.SetTexts(FIONA, b"x")) is Refusal.ALREADY_SO


def test_whoever_comes_reads_them_the_lobby_too():
    meeting = after(circle(MIA), c.SetTexts(FIONA, b"what we agree on"), join(MARA))
    assert {read(meeting, who) for who in meeting.participants} == {b"what we agree on"}


def test_a_change_is_told_to_everybody_the_lobby_too():
    before = after(circle(MIA), join(GUS))
    (event,) = decide(before, c.SetTexts(FIONA, b"new"), 0)
    assert event == e.TextsSet(b"new")
    told, meeting = watch(look(before), before, (event,))
    assert {who: eyes.texts for who, eyes in told.items()} == dict.fromkeys(meeting.participants, b"new")


def test_nothing_takes_them_away():
    meeting = after(circle(MIA), c.SetTexts(FIONA, b"x"), c.SetTexts(FIONA, b""))
    assert read(meeting, MIA) == b""


def test_they_end_with_the_group():
    meeting = after(circle(MIA), c.SetTexts(FIONA, b"x"), c.BeginDebrief(FIONA))
    assert read(meeting, FIONA) == b""
