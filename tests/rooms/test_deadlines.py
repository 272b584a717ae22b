"""When something must happen by itself: never early, never late, never twice."""

import pytest

from server.rooms import commands as c
from server.rooms.deadlines import next_deadline
from server.rooms.events import Parted, Parting, StatusChanged
from server.rooms.ids import TurnNumber
from server.rooms.machine import decide
from server.rooms.rounds import RoundKind
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Role, Status

from .cast import FAYE, FIONA, MARA, MIA, after, circle, empty, join

RULES = Rules(grace_ms=90, pause_after_ms=10, abandoned_after_ms=900)


def lost_at(meeting: Meeting, *, mia: int | None = None, fiona: int | None = None) -> Meeting:
    if mia is not None:
        meeting = after(meeting, c.LoseConnection(MIA, 1), at_ms=mia)
    if fiona is not None:
        meeting = after(meeting, c.LoseConnection(FIONA, 1), at_ms=fiona)
    return meeting


@pytest.mark.parametrize(
    ("mia", "fiona", "due"),
    [(None, None, None), (5, None, 95), (None, 5, 15), (5, 90, 95), (5, 6, 16)],
)
def test_the_first_thing_due_is_the_deadline(mia: int | None, fiona: int | None, due: int | None):
    assert next_deadline(lost_at(circle(MIA, rules=RULES), mia=mia, fiona=fiona)) == due


def test_limits_are_those_of_the_issue():
    rules = Rules()
    assert (rules.grace_ms, rules.pause_after_ms, rules.abandoned_after_ms) == (90_000, 10_000, 900_000)


def test_deadlines_follow_one_another_to_the_end():
    meeting = lost_at(circle(MIA, rules=RULES), fiona=0)
    seen: list[tuple[int, Status]] = []
    while (due := next_deadline(meeting)) is not None:
        assert decide(meeting, c.Tick(), due - 1) == ()
        meeting = after(meeting, c.Tick(), at_ms=due)
        seen.append((due, meeting.status))
    assert seen == [(10, Status.PAUSED), (90, Status.PAUSED), (900, Status.ENDED)]


def test_a_tick_with_nothing_due_changes_nothing():
    assert decide(circle(MIA), c.Tick(), 10**9) == ()
    assert decide(after(empty(), join(MIA)), c.Tick(), 10**9) == ()


def test_one_tick_carries_out_all_that_is_due():
    meeting = lost_at(circle(MIA, MARA, rules=RULES), mia=0, fiona=1)
    events = decide(meeting, c.Tick(), 91)
    assert events[:2] == (Parted(FIONA, Parting.LOST), Parted(MIA, Parting.LOST))
    assert StatusChanged(Status.PAUSED) in events


def test_another_facilitator_clears_the_pause():
    meeting = after(lost_at(circle(MIA, rules=RULES), fiona=0), join(FAYE, Role.FACILITATOR), at_ms=5)
    assert next_deadline(meeting) == RULES.grace_ms
    assert decide(meeting, c.Tick(), 50) == ()


def test_nothing_is_due_after_the_end():
    assert next_deadline(after(lost_at(circle(MIA, rules=RULES), mia=0), c.End(FIONA))) is None


def test_times_of_a_round_are_those_of_the_protocol():
    rules = Rules()
    assert (rules.offer_ms, rules.naming_ms, rules.volunteering_ms) == (30_000, 45_000, 120_000)
    assert (rules.invitation_ms, rules.absence_ms, rules.extension_ms) == (60_000, 90_000, 60_000)
    assert rules.max_share_ms == 3_600_000


TURN = TurnNumber(1)


@pytest.mark.parametrize(
    ("kind", "commands", "due"),
    [
        (RoundKind.CIRCLE, (), 30),
        (RoundKind.VOLUNTEERS, (), 120),
        (RoundKind.NOMINATION, (), 45),
        (RoundKind.FACILITATOR, (), 45),
        (RoundKind.CIRCLE, (c.TakeTurn(MIA, TURN),), 7),
        (RoundKind.CIRCLE, (c.TakeTurn(MIA, TURN), c.ExtendShare(MIA, TURN)), 67),
        (RoundKind.CIRCLE, (c.TakeTurn(MIA, TURN), c.LoseConnection(MIA, 1)), 90),
        (RoundKind.CIRCLE, (c.TakeTurn(MIA, TURN), c.SetAway(MIA, away=True)), 90),
        (RoundKind.CIRCLE, (c.SetAway(MIA, away=True),), 90),
        (RoundKind.CIRCLE, (c.TakeTurn(MIA, TURN), c.EndShare(MIA, TURN)), None),
        (RoundKind.CIRCLE, (c.CloseRound(FIONA),), None),
    ],
)
def test_a_round_goes_on_by_itself(kind: RoundKind, commands: tuple[c.Command, ...], due: int | None):
    start = c.StartRound(FIONA, kind, 7_000, (), invite_passed=False)
    meeting = after(circle(MIA), start, *commands)
    assert next_deadline(meeting) == (None if due is None else due * 1000)
    if due is not None:
        assert decide(meeting, c.Tick(), due * 1000 - 1) == ()
        assert decide(meeting, c.Tick(), due * 1000) != ()


def test_a_round_waits_while_the_meeting_is_paused():
    start = c.StartRound(FIONA, RoundKind.CIRCLE, None, (), invite_passed=False)
    meeting = lost_at(after(circle(MIA), start), fiona=0)
    paused = after(meeting, c.Tick(), at_ms=10_000)
    assert paused.status is Status.PAUSED
    assert next_deadline(paused) == Rules().grace_ms
