"""Resources: handed out to all who are in and who come, to guests nothing from before they came; taken back from all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import showings
from server.rooms.errors import Refusal
from server.rooms.ids import ParticipantId, ResourceNumber
from server.rooms.machine import decide, evolve
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Role
from server.rooms.view import view

from .cast import FIONA, GUS, MARA, MIA, after, circle, join, refusal
from .eyes import look, watch


def number(value: int) -> ResourceNumber:
    return ResourceNumber(value)


def seen(meeting: Meeting, who: ParticipantId) -> list[bytes]:
    return [resource.body for resource in view(meeting, meeting.participants[who]).resources]


@pytest.mark.parametrize(
    ("size", "refused"), [(1, None), (2048, None), (0, Refusal.TOO_LARGE), (2049, Refusal.TOO_LARGE)]
)
def test_resource_has_bounds(size: int, refused: Refusal | None):
    assert refusal(circle(MIA), c.HandOut(FIONA, bytes(size))) is refused


def test_there_are_so_many_at_most():
    meeting = after(circle(rules=Rules(max_resources=2)), c.HandOut(FIONA, b"1"), c.HandOut(FIONA, b"2"))
    assert refusal(meeting, c.HandOut(FIONA, b"3")) is Refusal.FULL
    assert refusal(after(meeting, c.TakeBack(FIONA, number(1))), c.HandOut(FIONA, b"3")) is None


def test_facilitators_hand_out_and_take_back():
    meeting = after(circle(MIA), c.HandOut(FIONA, b"x"))
    assert refusal(meeting, c.HandOut(MIA, b"x")) is Refusal.NOT_ALLOWED
    assert refusal(meeting, c.TakeBack(MIA, number(1))) is Refusal.NOT_ALLOWED


@pytest.mark.parametrize("which", [0, 2, -1])
def test_what_was_not_handed_out_cannot_be_taken_back(which: int):
    meeting = after(circle(MIA), c.HandOut(FIONA, b"x"))
    assert refusal(meeting, c.TakeBack(FIONA, number(which))) is Refusal.NO_SUCH_RESOURCE


def test_number_is_never_used_twice():
    meeting = after(circle(), c.HandOut(FIONA, b"1"), c.TakeBack(FIONA, number(1)))
    assert decide(meeting, c.HandOut(FIONA, b"2"), 0) == (e.HandedOut(number(2), b"2"),)


def test_member_who_comes_later_sees_all_guest_nothing_from_before():
    """Also when nobody wrote anything in between."""
    meeting = after(circle(MIA), c.HandOut(FIONA, b"before"))
    meeting = after(meeting, join(MARA), join(GUS, Role.GUEST), c.Admit(FIONA, MARA), c.Admit(FIONA, GUS))
    meeting = after(meeting, c.HandOut(FIONA, b"after"))
    assert seen(meeting, MIA) == seen(meeting, MARA) == [b"before", b"after"]
    assert seen(meeting, GUS) == [b"after"]


def test_what_was_taken_back_is_news_to_those_who_saw_it():
    meeting = after(circle(MIA), c.HandOut(FIONA, b"x"), join(GUS, Role.GUEST), c.Admit(FIONA, GUS))
    (event,) = decide(meeting, c.TakeBack(FIONA, number(1)), 0)
    then = evolve(meeting, event)
    assert [one.viewers for one in showings(meeting, then, event)] == [{FIONA, MIA}]
    assert seen(then, MIA) == []


def test_nothing_is_seen_from_the_lobby():
    meeting = after(circle(MIA), c.HandOut(FIONA, b"x"), join(MARA))
    assert seen(meeting, MARA) == []
    meeting = after(meeting, c.SendToLobby(FIONA, MIA))
    assert seen(meeting, MIA) == []


def test_messages_go_on_being_numbered_upwards():
    meeting = after(circle(MIA), c.Say(MIA, b"1"), c.HandOut(FIONA, b"x"), c.Say(MIA, b"2"))
    first, second = (message.number for message in meeting.messages)
    assert first < second


COMINGS = (join(MARA), c.Admit(FIONA, MARA), join(GUS, Role.GUEST), c.Admit(FIONA, GUS))
DEEDS = (
    *COMINGS,
    *(c.SendToLobby(FIONA, MIA), c.Admit(FIONA, MIA), c.SendToLobby(FIONA, GUS), c.Say(MIA, b"hello")),
    *(c.HandOut(FIONA, b"x"), c.TakeBack(FIONA, number(1)), c.TakeBack(FIONA, number(2))),
)


@given(st.lists(st.sampled_from(DEEDS), max_size=30))
def test_what_people_were_told_is_what_they_would_see_anew(deeds: list[c.Command]):
    meeting = circle(MIA)
    eyes = look(meeting)
    for deed in deeds:
        again = isinstance(deed, c.Join) and deed.participant in meeting.participants
        if not again and refusal(meeting, deed) is None:
            eyes, meeting = watch(eyes, meeting, decide(meeting, deed, 0))
            assert {who: one.known() for who, one in eyes.items()} == {
                who: one.known() for who, one in look(meeting).items()
            }
