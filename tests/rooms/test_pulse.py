"""The pulse: counts only, once, at the close, from five answers on; never live, never paired."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import showings
from server.rooms.care_sights import PulseAsked
from server.rooms.errors import Refusal
from server.rooms.ids import ParticipantId, PulseNumber
from server.rooms.machine import decide, evolve, fold
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Pulse, Role
from server.rooms.view import view

from .cast import FAYE, FIONA, GUS, MIA, after, circle, join, refusal
from .streams import Streams

MEMBERS = tuple(ParticipantId(name) for name in ("mia", "mara", "nora", "olga", "pia"))
ANSWERERS = (*MEMBERS, GUS)
WAITING = ParticipantId("wanda")
QUESTION, OPTIONS = b"how was it", 3


def evening() -> Meeting:
    """Two facilitators, five members and a guest are in; Wanda waits."""
    meeting = after(
        circle(*MEMBERS), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST), c.Admit(FIONA, GUS)
    )
    return after(meeting, join(WAITING))


def asked() -> Meeting:
    return after(evening(), c.OpenPulse(FIONA, QUESTION, OPTIONS))


def answered(options: dict[ParticipantId, int]) -> Meeting:
    return after(asked(), *(c.AnswerPulse(who, option) for who, option in options.items()))


@pytest.mark.parametrize(
    ("size", "options", "refused"),
    [
        (1, 2, None),
        (2048, 7, None),
        (0, 2, Refusal.TOO_LARGE),
        (2049, 2, Refusal.TOO_LARGE),
        (1, 1, Refusal.TOO_LARGE),
        (1, 8, Refusal.TOO_LARGE),
        (1, -1, Refusal.TOO_LARGE),
    ],
)
def test_question_has_bounds(size: int, options: int, refused: Refusal | None):
    assert refusal(evening(), c.OpenPulse(FIONA, bytes(size), options)) is refused


def test_there_is_one_question_at_a_time():
    assert refusal(asked(), c.OpenPulse(FAYE, b"another", 2)) is Refusal.ALREADY_SO
    assert refusal(after(asked(), c.ClosePulse(FIONA)), c.OpenPulse(FAYE, b"another", 2)) is None


@pytest.mark.parametrize("who", [FIONA, FAYE])
def test_facilitators_do_not_answer(who: ParticipantId):
    assert refusal(asked(), c.AnswerPulse(who, 0)) is Refusal.NOT_ALLOWED


@pytest.mark.parametrize("who", ANSWERERS)
def test_members_and_guests_answer_once(who: ParticipantId):
    meeting = after(asked(), c.AnswerPulse(who, 0))
    assert refusal(meeting, c.AnswerPulse(who, 0)) is Refusal.ALREADY_SO
    assert refusal(meeting, c.AnswerPulse(who, 1)) is Refusal.ALREADY_SO


def test_who_waits_does_not_answer():
    assert refusal(asked(), c.AnswerPulse(WAITING, 0)) is Refusal.NOT_HERE


@pytest.mark.parametrize("option", [-1, OPTIONS])
def test_only_what_was_asked_can_be_answered(option: int):
    assert refusal(asked(), c.AnswerPulse(MIA, option)) is Refusal.NOT_NOW


def test_nobody_answers_what_nobody_asks():
    assert refusal(evening(), c.AnswerPulse(MIA, 0)) is Refusal.NOT_NOW
    assert refusal(evening(), c.ClosePulse(FIONA)) is Refusal.ALREADY_SO


choices = st.dictionaries(st.sampled_from(ANSWERERS), st.integers(min_value=0, max_value=OPTIONS - 1))


@given(choices)
def test_counts_are_shown_at_the_close_from_five_answers_on(options: dict[ParticipantId, int]):
    counts = Counter(options.values())
    shown = tuple(counts[option] for option in range(OPTIONS))
    expected = shown if len(options) >= Rules().min_pulse_answers else None
    events = decide(answered(options), c.ClosePulse(FIONA), 0)
    assert events == (e.PulseShown(expected), e.PulseChanged(None))


def test_how_many_are_enough_is_a_rule():
    meeting = after(circle(MIA, rules=Rules(min_pulse_answers=1)), c.OpenPulse(FIONA, QUESTION, 2))
    meeting = after(meeting, c.AnswerPulse(MIA, 1))
    assert decide(meeting, c.ClosePulse(FIONA), 0)[0] == e.PulseShown((0, 1))


def test_nothing_is_kept_after_the_close():
    meeting = after(answered(dict.fromkeys(ANSWERERS, 1)), c.ClosePulse(FIONA))
    assert meeting == replace(evening(), next_pulse=PulseNumber(2))


def test_the_result_goes_to_everybody_inside_and_to_nobody_who_waits():
    meeting = answered(dict.fromkeys(ANSWERERS, 1))
    shown, closed = decide(meeting, c.ClosePulse(FIONA), 0)
    told = {who for one in showings(meeting, evolve(meeting, shown), shown) for who in one.viewers}
    assert told == {FIONA, FAYE, *ANSWERERS}
    told = {who for one in showings(meeting, evolve(meeting, closed), closed) for who in one.viewers}
    assert told == {FIONA, FAYE, *ANSWERERS}


@given(choices, st.sampled_from(ANSWERERS))
def test_an_answer_is_told_to_nobody_but_who_gave_it(options: dict[ParticipantId, int], who: ParticipantId):
    meeting = answered({one: option for one, option in options.items() if one != who})
    (event,) = decide(meeting, c.AnswerPulse(who, 0), 0)
    then = evolve(meeting, event)
    (showing,) = showings(meeting, then, event)
    assert showing.viewers == {who}
    assert showing.sight == PulseAsked(QUESTION, OPTIONS, answered=True, number=1)
    for one in {*then.participants} - {who}:
        assert view(then, then.participants[one]) == view(meeting, meeting.participants[one])


@given(choices, st.data())
def test_nothing_before_the_close_depends_on_what_was_answered(
    options: dict[ParticipantId, int], data: st.DataObject
):
    others = {who: data.draw(st.integers(min_value=0, max_value=OPTIONS - 1)) for who in options}
    one, two = (
        Streams(asked()).play(c.AnswerPulse(who, option) for who, option in given.items())
        for given in (options, others)
    )
    for who in one.meeting.participants:
        assert one.seen_by(who) == two.seen_by(who)


def test_a_page_that_came_again_has_answered():
    meeting = after(asked(), c.AnswerPulse(MIA, 2), join("mia2", page=MIA))
    assert meeting.pulse == Pulse(QUESTION, (0, 0, 1), frozenset({ParticipantId("mia2")}))
    assert refusal(meeting, c.AnswerPulse(ParticipantId("mia2"), 0)) is Refusal.ALREADY_SO


def test_a_page_that_came_again_without_an_answer_may_answer():
    meeting = after(asked(), join("mia2", page=MIA))
    assert refusal(meeting, c.AnswerPulse(ParticipantId("mia2"), 0)) is None


def test_an_answer_stays_when_its_author_has_left():
    meeting = answered(dict.fromkeys(MEMBERS, 0))
    meeting = fold(meeting, decide(meeting, c.Leave(MIA), 0))
    assert decide(meeting, c.ClosePulse(FIONA), 0)[0] == e.PulseShown((5, 0, 0))
