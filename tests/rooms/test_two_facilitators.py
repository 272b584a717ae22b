"""Two facilitators who act within a second: what is done twice is done once, and what is built on an old view is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import pytest

from server.rooms import commands as c
from server.rooms.errors import Refusal
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, ParticipantId, PulseNumber, RoomId, TurnNumber
from server.rooms.rounds import RoundKind
from server.rooms.state import ChatMode, Floor, Meeting, Role, Segment, SegmentKind

from .cast import FAYE, FIONA, MARA, MIA, after, circle, join, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

Rooms: TypeAlias = tuple[RoomId, ...]
WANDA = ParticipantId("wanda")
PART = Segment(SegmentKind.ROUND, b"check-in", 60_000, Floor.HELD, ChatMode.OPEN)
OTHER = Segment(SegmentKind.OPEN, b"a topic", 60_000, Floor.OPEN, ChatMode.OPEN)
FIRST = TurnNumber(1)


def two_lead(*commands: c.Command) -> Meeting:
    """Fiona and Faye hold the group of Mia and Mara; Wanda waits in the lobby."""
    meeting = after(circle(MIA, MARA), join(FAYE, Role.FACILITATOR), join(WANDA))
    return after(meeting, *commands)


def in_a_round(*commands: c.Command) -> Meeting:
    begun = c.StartRound(FIONA, RoundKind.CIRCLE, None, (), invite_passed=False)
    return two_lead(begun, *commands)


def places(meeting: Meeting) -> tuple[ParticipantId, ...]:
    return tuple(place.who for place in meeting.rounds[MAIN].places)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (c.Lock(FIONA), c.Lock(FAYE)),
        (c.Pause(FIONA), c.Pause(FAYE)),
        (c.SetFloor(FIONA, Floor.HELD), c.SetFloor(FAYE, Floor.HELD)),
        (c.SetChatMode(FIONA, ChatMode.CLOSED), c.SetChatMode(FAYE, ChatMode.CLOSED)),
        (c.SetRunSheet(FIONA, (PART,), ()), c.SetRunSheet(FAYE, (PART,), ())),
        (c.Mute(FIONA, MIA), c.Mute(FAYE, MIA)),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_same_twice_is_done_once(first: c.Command, second: c.Command):
    assert refusal(two_lead(first), second) is Refusal.ALREADY_SO


def test_a_round_that_both_begin_begins_once():
    begun = c.StartRound(FAYE, RoundKind.CIRCLE, None, (), invite_passed=False)
    assert refusal(in_a_round(), begun) is Refusal.ALREADY_SO


@pytest.mark.parametrize("second", [c.SkipTurn(FAYE, FIRST), c.NameNext(FAYE, FIRST, MARA)])
def test_a_turn_that_one_has_moved_on_is_not_moved_on_again(second: c.Command):
    assert refusal(in_a_round(c.SkipTurn(FIONA, FIRST)), second) is Refusal.STALE_TURN


def test_who_was_let_in_cannot_be_turned_away_by_the_slower_one():
    meeting = two_lead(c.Admit(FIONA, WANDA))
    assert refusal(meeting, c.Deny(FAYE, WANDA)) is not None
    assert refusal(two_lead(c.Deny(FIONA, WANDA)), c.Admit(FAYE, WANDA)) is Refusal.NO_SUCH_PERSON


def test_an_order_built_on_one_that_has_changed_is_refused():
    meeting = in_a_round()
    seen = places(meeting)
    changed = after(meeting, c.ReorderRound(FIONA, (MARA, MIA), seen))
    assert places(changed) == (MARA, MIA)
    assert refusal(changed, c.ReorderRound(FAYE, (MIA, FAYE, MARA), seen)) is Refusal.CHANGED_MEANWHILE
    assert refusal(changed, c.ReorderRound(FAYE, (MIA, FAYE, MARA), places(changed))) is None
    assert refusal(changed, c.ReorderRound(FAYE, (MIA, FAYE, MARA))) is None, "whatever it is"


@pytest.mark.parametrize("was", [(), (OTHER,)], ids=["there was none", "another"])
def test_a_run_sheet_written_over_one_that_was_not_seen_is_refused(was: tuple[Segment, ...]):
    meeting = two_lead(c.SetRunSheet(FIONA, (PART,), ()))
    assert refusal(meeting, c.SetRunSheet(FAYE, (OTHER, PART), was)) is Refusal.CHANGED_MEANWHILE
    assert refusal(meeting, c.SetRunSheet(FAYE, (), was)) in {Refusal.CHANGED_MEANWHILE, Refusal.ALREADY_SO}
    assert refusal(meeting, c.SetRunSheet(FAYE, (OTHER, PART), (PART,))) is None
    assert refusal(meeting, c.SetRunSheet(FAYE, (OTHER, PART))) is None, "whatever it is"


# ── what a tap was meant for ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (c.SetFloor(FIONA, Floor.HELD), lambda was: c.SetFloor(FAYE, Floor.GENTLE, was)),
        (c.SetChatMode(FIONA, ChatMode.CLOSED), lambda was: c.SetChatMode(FAYE, ChatMode.APPROVED, was)),
        (c.SetSlowMode(FIONA, 30_000), lambda was: c.SetSlowMode(FAYE, 60_000, was)),
    ],
    ids=["floor", "chat", "slow"],
)
def test_what_another_has_just_switched_is_not_switched_again_unseen(
    first: c.Command, second: Callable[[object], c.Command]
):
    seen = {"floor": Floor.OPEN, "mode": ChatMode.OPEN, "ms": 0}
    field = next(name for name in seen if hasattr(first, name))
    meeting = two_lead(first)
    assert refusal(meeting, second(seen[field])) is Refusal.CHANGED_MEANWHILE
    assert refusal(meeting, second(getattr(first, field))) is None
    assert refusal(meeting, second(None)) is None, "whatever it is"


def test_a_floor_is_compared_with_the_one_of_her_own_room():
    assert refusal(two_lead(), c.SetFloor(FAYE, Floor.HELD, Floor.OPEN)) is None


@pytest.mark.parametrize("index", [0, None])
def test_a_part_of_a_plan_that_was_changed_does_not_begin(index: int | None):
    meeting = two_lead(c.SetRunSheet(FIONA, (PART, OTHER), ()), c.GoToSegment(FIONA, 1))
    changed = after(meeting, c.SetRunSheet(FIONA, (OTHER, PART), (PART, OTHER)), c.GoToSegment(FIONA, 1))
    assert refusal(changed, c.GoToSegment(FAYE, index, (PART, OTHER))) is Refusal.CHANGED_MEANWHILE
    assert refusal(changed, c.GoToSegment(FAYE, index, (OTHER, PART))) is None
    assert refusal(changed, c.GoToSegment(FAYE, index)) is None, "whatever it is"


def test_a_part_that_both_begin_begins_once():
    meeting = two_lead(c.SetRunSheet(FIONA, (PART, OTHER)), c.GoToSegment(FIONA, 0, (PART, OTHER)))
    assert refusal(meeting, c.GoToSegment(FAYE, 0, (PART, OTHER))) is Refusal.ALREADY_SO


def plan(by: ParticipantId, *people: ParticipantId, was: Rooms | None = None) -> c.PlanBreakouts:
    rooms = (c.PlannedRoom(b"", None, people),)
    return c.PlanBreakouts(by, BreakoutKind.BY_HAND, rooms, None, 1, None, unattended=True, was=was)


def rooms_of(meeting: Meeting) -> Rooms:
    assert meeting.breakouts is not None
    return tuple(room.id for room in meeting.breakouts.rooms)


def test_a_plan_of_rooms_is_not_replaced_by_who_has_not_seen_it():
    meeting = two_lead(plan(FIONA, MIA, was=()))
    assert refusal(meeting, plan(FAYE, MARA, was=())) is Refusal.CHANGED_MEANWHILE
    assert refusal(meeting, plan(FAYE, MARA, was=rooms_of(meeting))) is None
    assert refusal(meeting, plan(FAYE, MARA)) is None, "whatever it is"


@pytest.mark.parametrize("act", [c.OpenBreakouts, c.DropPlan])
def test_another_plan_than_the_one_on_her_screen_is_neither_opened_nor_dropped(
    act: type[c.OpenBreakouts | c.DropPlan],
):
    meeting = two_lead(plan(FIONA, MIA))
    seen = rooms_of(meeting)
    room = after(meeting, plan(FIONA, MARA)).breakouts
    assert room is not None
    changed = after(meeting, plan(FIONA, MARA), c.AnswerBreakout(MARA, room.rooms[0].id))
    assert refusal(changed, act(FAYE, seen)) is Refusal.CHANGED_MEANWHILE
    assert refusal(changed, act(FAYE, rooms_of(changed))) is None
    assert refusal(changed, act(FAYE)) is None, "whatever it is"


# ── what was tapped before a connection was lost, and comes when it is back ──────────────────────

SECOND = TurnNumber(2)


@pytest.mark.parametrize("act", [c.CloseRound, lambda who, turn=None: c.InvitePassed(who, True, turn)])  # noqa: FBT003
def test_a_late_order_about_a_round_is_not_carried_out_in_the_next_one(
    act: Callable[..., c.CloseRound | c.InvitePassed],
):
    again = c.StartRound(FAYE, RoundKind.CIRCLE, None, (), invite_passed=False)
    meeting = in_a_round(c.CloseRound(FAYE), again)
    assert refusal(meeting, act(FIONA, FIRST)) is Refusal.STALE_TURN
    assert refusal(meeting, act(FIONA, SECOND)) is None
    assert refusal(meeting, act(FIONA)) is None, "whatever it is"


@pytest.mark.parametrize("act", [c.CloseRound, lambda who, turn: c.InvitePassed(who, True, turn)])  # noqa: FBT003
def test_a_late_order_about_a_turn_changes_nothing_when_another_has_come(
    act: Callable[..., c.CloseRound | c.InvitePassed],
):
    meeting = in_a_round(c.SkipTurn(FAYE, FIRST))
    assert refusal(meeting, act(FIONA, FIRST)) is Refusal.STALE_TURN


def opened(meeting: Meeting) -> Meeting:
    """Mia alone in a room that is open for an hour."""
    meeting = after(meeting, replace(plan(FAYE, MIA), length_ms=3_600_000))
    return after(meeting, c.AnswerBreakout(MIA, rooms_of(meeting)[0]), c.OpenBreakouts(FAYE))


@pytest.mark.parametrize(
    "act",
    [
        lambda was: c.RecallBreakouts(FIONA, at_once=True, was=was),
        lambda was: c.RecallBreakouts(FIONA, at_once=False, was=was),
        lambda was: c.ExtendBreakouts(FIONA, 60_000, was),
    ],
    ids=["at once", "after the notice", "more time"],
)
def test_a_late_order_about_rooms_is_not_carried_out_in_others(act: Callable[[Rooms | None], c.Command]):
    first = opened(two_lead())
    seen = rooms_of(first)
    second = opened(after(first, c.RecallBreakouts(FAYE, at_once=True)))
    assert refusal(second, act(seen)) is Refusal.CHANGED_MEANWHILE
    assert refusal(second, act(rooms_of(second))) is None
    assert refusal(second, act(None)) is None, "whatever it is"


def test_a_late_answer_or_close_is_not_for_the_next_question():
    asked = two_lead(c.OpenPulse(FIONA, b"one", 2))
    again = after(asked, c.ClosePulse(FIONA, PulseNumber(1)), c.OpenPulse(FAYE, b"another", 2))
    late, now = PulseNumber(1), PulseNumber(2)
    assert refusal(again, c.AnswerPulse(MIA, 0, late)) is Refusal.CHANGED_MEANWHILE
    assert refusal(again, c.ClosePulse(FIONA, late)) is Refusal.CHANGED_MEANWHILE
    for number in (now, None):
        assert refusal(again, c.AnswerPulse(MIA, 0, number)) is None
        assert refusal(again, c.ClosePulse(FIONA, number)) is None
