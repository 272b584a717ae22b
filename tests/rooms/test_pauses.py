"""Pauses: made by hand or because nobody holds the group; everything stands still, and goes on with what was left."""

from __future__ import annotations

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Refusal
from server.rooms.ids import MAIN, ParticipantId, TurnNumber
from server.rooms.rounds import RoundKind
from server.rooms.routes import routes
from server.rooms.state import Floor, Meeting, Role, Status
from server.rooms.view import view

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, outcome, refusal, secret_of

WANDA = ParticipantId("wanda")
FIRST = TurnNumber(1)
TICK = c.Tick()


def evening() -> Meeting:
    meeting = after(circle(MIA, MARA), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST))
    return after(meeting, c.Admit(FIONA, GUS), join(WANDA))


def share(meeting: Meeting) -> Meeting:
    """Mia shares, for five minutes, since 0."""
    start = c.StartRound(FIONA, RoundKind.CIRCLE, 300_000, (), invite_passed=False)
    return after(meeting, start, c.TakeTurn(MIA, FIRST))


def unattended(meeting: Meeting, since_ms: int = 0) -> Meeting:
    """Both facilitators have dropped."""
    return after(
        meeting,
        *(c.LoseConnection(who, meeting.participants[who].connection) for who in (FIONA, FAYE)),
        at_ms=since_ms,
    )


@pytest.mark.parametrize(
    ("before", "command", "told"),
    [
        ((), c.Pause(FIONA), None),
        ((), c.Pause(MIA), Refusal.NOT_ALLOWED),
        ((), c.Pause(WANDA), Refusal.NOT_HERE),
        ((), c.GoOn(FIONA), Refusal.ALREADY_SO),
        ((c.Pause(FIONA),), c.Pause(FAYE), Refusal.ALREADY_SO),
        ((c.Pause(FIONA),), c.GoOn(FAYE), None),
        ((c.Pause(FIONA),), c.GoOn(GUS), Refusal.NOT_ALLOWED),
        ((c.TakeAside(FIONA, MIA),), c.Pause(FIONA), None),
    ],
)
def test_facilitators_pause_and_go_on(
    before: tuple[c.Command, ...], command: c.Command, told: Refusal | None
):
    assert refusal(after(evening(), *before), command) is told


def test_a_pause_is_two_facts_and_its_end_too():
    """Where nobody's time is running: clocks that stop are facts of their own."""
    events, meeting = outcome(after(evening(), c.Leave(GUS)), c.Pause(FIONA))
    assert events == (e.PauseChanged(by_hand=True), e.StatusChanged(Status.PAUSED))
    assert outcome(meeting, c.GoOn(FAYE))[0] == (
        *(e.PauseChanged(by_hand=False), e.StatusChanged(Status.OPEN)),
    )


def test_nothing_is_forwarded_in_a_pause_neither_in_rooms_apart():
    meeting = after(evening(), c.TakeAside(FAYE, MARA))
    meeting = after(meeting, *(c.SetMedia(p, mic=True, camera=True) for p in (FIONA, FAYE, MIA, MARA, GUS)))
    assert len(routes(meeting)) == len((FIONA, FAYE, MIA, MARA, GUS)) * len(("mic", "camera"))
    paused = after(meeting, c.Pause(FIONA))
    assert routes(paused) == {}
    assert routes(after(paused, c.GoOn(FIONA))) == routes(meeting)


def test_nobody_opens_anything_by_going_on():
    """What somebody closed in the pause is closed after it."""
    meeting = after(evening(), c.SetMedia(MIA, mic=True, camera=False), c.Pause(FIONA))
    meeting = after(meeting, c.SetMedia(MIA, mic=False, camera=False), c.GoOn(FIONA))
    assert routes(meeting) == {}


def test_clocks_stop_and_go_on_with_what_was_left():
    meeting = after(share(circle(MIA, MARA)), c.Pause(FIONA), at_ms=100_000)
    clock = meeting.rounds[MAIN].moment.clock
    assert (clock.since_ms, clock.left_at(500_000), next_deadline(meeting)) == (None, 200_000, None)
    meeting = after(meeting, c.GoOn(FIONA), at_ms=500_000)
    assert next_deadline(meeting) == 700_000


def test_an_offer_waits_as_well():
    start = c.StartRound(FIONA, RoundKind.CIRCLE, None, (), invite_passed=False)
    meeting = after(after(circle(MIA), start), c.Pause(FIONA), at_ms=10_000)
    meeting = after(meeting, TICK, c.GoOn(FIONA), at_ms=100_000)
    assert next_deadline(meeting) == 120_000


@pytest.mark.parametrize(
    "command",
    [
        *(c.TakeTurn(MARA, FIRST), c.EndShare(MIA, FIRST), c.ExtendShare(MIA, FIRST), c.RaiseHand(GUS)),
        *(c.Say(MIA, b"x"), c.SayToFacilitators(MIA, b"x"), c.Broadcast(FIONA, b"x")),
    ],
    ids=lambda command: type(command).__name__,
)
def test_the_circle_stands_still(command: c.Command):
    assert refusal(after(share(evening()), c.Pause(FIONA)), command) is Refusal.PAUSED


@pytest.mark.parametrize(
    "command",
    [
        *(c.AskForSomeone(MIA), c.SetAway(MIA, away=True), c.Leave(MIA), c.Admit(FIONA, WANDA)),
        *(c.TakeAside(FIONA, MIA), c.Greet(FIONA, WANDA), c.Remove(FIONA, MIA), c.Mute(FIONA, MIA)),
        *(c.SetFloor(FIONA, Floor.HELD), c.BeginDebrief(FIONA), c.End(FIONA), join("new")),
    ],
    ids=lambda command: type(command).__name__,
)
def test_care_goes_on_in_a_pause(command: c.Command):
    assert refusal(after(evening(), c.Pause(FIONA)), command) is None


# ── nobody holds the group ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_returning_facilitator_ends_the_pause_that_her_absence_made_and_no_other(by_hand: bool):  # noqa: FBT001
    meeting = after(evening(), c.Pause(FIONA)) if by_hand else evening()
    meeting = after(unattended(meeting), TICK, at_ms=10_000)
    assert meeting.status is Status.PAUSED
    meeting = after(meeting, c.Resume(secret_of(FAYE)), at_ms=20_000)
    assert meeting.status is (Status.PAUSED if by_hand else Status.OPEN)
    assert meeting.unattended_since_ms is None
    assert meeting.held_by_hand is by_hand


@pytest.mark.parametrize("how", [join("fern", Role.FACILITATOR), c.Resume(secret_of(FIONA))])
def test_a_pause_by_hand_outlives_whoever_made_it(how: c.Command):
    meeting = after(unattended(after(evening(), c.Pause(FIONA))), TICK, how, at_ms=30_000)
    assert (meeting.status, meeting.held_by_hand) == (Status.PAUSED, True)
    actor = FIONA if isinstance(how, c.Resume) else ParticipantId("fern")
    assert after(meeting, c.GoOn(actor)).status is Status.OPEN


def test_nobody_stays_for_ever_in_a_pause_that_nobody_can_end():
    meeting = unattended(after(evening(), c.Pause(FIONA)), since_ms=1000)
    assert meeting.unattended_since_ms == 1000
    meeting = after(meeting, TICK, at_ms=91_000)
    assert next_deadline(meeting) == 901_000
    assert after(meeting, TICK, at_ms=901_000).status is Status.ENDED


def test_who_leaves_in_her_own_pause_leaves_it_unattended():
    meeting = after(circle(MIA), c.Pause(FIONA), c.Leave(FIONA), at_ms=5000)
    assert (meeting.lead, meeting.unattended_since_ms) == (None, 5000)


def test_a_blip_in_a_pause_changes_nothing():
    paused = after(circle(MIA), c.Pause(FIONA))
    meeting = after(paused, c.LoseConnection(FIONA, 1), at_ms=1000)
    meeting = after(meeting, c.Resume(secret_of(FIONA)), at_ms=2000)
    assert (meeting.status, meeting.held_by_hand, meeting.unattended_since_ms) == (
        *(paused.status, True, None),
    )
    assert next_deadline(meeting) is None


def test_the_pause_by_hand_is_told_apart_from_the_other():
    meeting = after(evening(), c.Pause(FIONA))
    assert all(view(meeting, p).held_by_hand for p in meeting.participants.values())
    assert not view(unattended(evening()), evening().participants[MIA]).held_by_hand


def test_an_order_of_a_facilitator_who_is_lost_by_then_opens_nothing():
    """Her last words may come after the news that she is lost."""
    meeting = after(unattended(evening()), c.Tick(), at_ms=10_000)
    events, meeting = outcome(meeting, c.Pause(FIONA), 10_000)
    assert events == (e.PauseChanged(by_hand=True),)
    events, meeting = outcome(meeting, c.GoOn(FIONA), 10_000)
    assert events == (e.PauseChanged(by_hand=False),)
    assert after(meeting, c.Resume(secret_of(FAYE)), at_ms=11_000).status is Status.OPEN
