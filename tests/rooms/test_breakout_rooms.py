"""Breakouts that are open: their time, what goes on in them, who comes and goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.rooms import breakouts
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Refusal
from server.rooms.groups import BreakoutKind, Consent
from server.rooms.ids import MAIN, ParticipantId, RoomId
from server.rooms.machine import decide, fold
from server.rooms.rounds import Phase, RoundKind
from server.rooms.routes import routes
from server.rooms.state import Floor, Meeting, Role, Status

from .breakout_cast import (
    B1,
    B2,
    NORA,
    ZOE,
    first,
    go,
    one_turn,
    opened,
    places,
    plan,
    planned,
    room,
    shown,
    the,
)
from .cast import FAYE, FIONA, MARA, MIA, after, circle, join, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def test_late_tick_after_the_end_brings_everybody_back():
    meeting = after(opened(), c.Tick(), at_ms=10**6)
    assert set(places(meeting).values()) == {MAIN}
    assert meeting.breakouts is None


def test_short_breakouts_are_announced_at_once():
    meeting = after(circle(MIA), plan(room(host=MIA), length_ms=30_000), *go(MIA), c.OpenBreakouts(FIONA))
    due = next_deadline(meeting)
    assert due is not None
    noticed = after(meeting, c.Tick(), at_ms=max(0, due))
    assert the(noticed).noticed
    assert next_deadline(noticed) == 30_000


@pytest.mark.parametrize(
    ("kind", "after_ms"),
    [
        (RoundKind.CIRCLE, 30_000),
        (RoundKind.NOMINATION, 45_000),
        (RoundKind.FACILITATOR, 45_000),
    ],
)
def test_rooms_whose_rounds_go_on_at_one_instant_have_turns_of_their_own(kind: RoundKind, after_ms: int):
    start = tuple(c.StartRound(who, kind, None, (), invite_passed=True) for who in (FIONA, FAYE))
    meeting = after(circle(MIA, MARA, ZOE, NORA), join(FAYE, Role.FACILITATOR))
    meeting = after(meeting, plan(room(MIA, MARA), room(ZOE, NORA), unattended=True))
    meeting = after(meeting, *go(MIA, MARA), *go(ZOE, NORA, to=B2), c.OpenBreakouts(FIONA))
    meeting = after(meeting, c.EnterRoom(FIONA, B1), c.EnterRoom(FAYE, B2), *start)
    meeting = after(meeting, c.Tick(), at_ms=after_ms)
    numbers = [this.moment.number for this in meeting.rounds.values()]
    assert len(set(numbers)) == len(numbers) == 2
    assert meeting.next_turn == max(numbers) + 1


def test_every_deadline_of_breakouts_passes():
    meeting, now_ms, seen = after(opened(), c.LoseConnection(MIA, 1)), 0, []
    while meeting.breakouts is not None:
        due = next_deadline(meeting)
        assert due is not None
        assert due > now_ms
        now_ms = due
        meeting = after(meeting, c.Tick(), at_ms=now_ms)
        seen.append(now_ms)
    # Mara was alone, mia is gone, notice, end: faye is in the second room all the time.
    assert seen == [60_000, 90_000, 540_000, 600_000]


def test_more_time_is_bounded_by_what_is_left():
    meeting = opened()
    assert refusal(meeting, c.ExtendBreakouts(FIONA, 6_600_000)) is None
    assert refusal(meeting, c.ExtendBreakouts(FIONA, 6_600_001)) is Refusal.TOO_LARGE
    assert refusal(meeting, c.ExtendBreakouts(FIONA, 6_600_001), at_ms=1) is None


def test_recall_leaves_the_notice_and_no_more():
    meeting = after(opened(), c.RecallBreakouts(FIONA, at_once=False), at_ms=1000)
    assert next_deadline(meeting) == 1000 + meeting.rules.notice_ms
    assert {p.place for p in meeting.participants.values()} == {MAIN, B1, B2}


def test_recall_shortly_before_the_end_adds_nothing():
    meeting = after(opened(), c.RecallBreakouts(FIONA, at_once=False), at_ms=570_000)
    assert next_deadline(meeting) == 600_000


def test_time_of_a_pause_does_not_count():
    meeting = after(opened(), c.Pause(FIONA), at_ms=10_000)
    assert next_deadline(meeting) is None
    meeting = after(meeting, c.GoOn(FIONA), at_ms=50_000)
    assert next_deadline(meeting) == 600_000 + 40_000 - meeting.rules.notice_ms


def test_who_is_lost_for_good_at_the_very_end_is_not_moved():
    meeting = after(opened(grace_ms=100_000), c.LoseConnection(MARA, 1), at_ms=500_000)
    events = decide(meeting, c.Tick(), 600_000)
    assert e.Parted(MARA, e.Parting.LOST) in events
    assert not any(isinstance(event, e.Moved) and event.participant == MARA for event in events)
    assert MARA not in fold(meeting, events).participants


def test_who_is_lost_for_good_when_a_room_was_alone_too_long_is_not_moved():
    meeting = after(opened(grace_ms=60_000), c.LoseConnection(MIA, 1), at_ms=5)
    events = decide(meeting, c.Tick(), 60_005)
    assert [event.participant for event in events if isinstance(event, e.Moved)] == [MARA]
    assert MIA not in fold(meeting, events).participants


# ── what is going on in a room ───────────────────────────────────────────────────────────────────


def test_held_floor_holds_in_a_breakout_only():
    sends = [c.SetMedia(who, mic=True, camera=False) for who in (MIA, MARA, ZOE, NORA)]
    meeting = after(opened(), *sends, c.EnterRoom(FAYE, B1), c.SetFloor(FAYE, Floor.HELD))
    assert {track.publisher for track in routes(meeting)} == {ZOE, NORA}
    meeting = after(meeting, c.RaiseHand(MARA), c.CallOn(FAYE, MARA))
    heard = {track.publisher: listeners for track, listeners in routes(meeting).items()}
    assert heard[MARA] == {MIA, FAYE}
    assert MIA not in heard


def test_routes_after_the_return_are_those_before():
    before = after(planned(), *(c.SetMedia(who, mic=True, camera=True) for who in (MIA, MARA, ZOE, FAYE)))
    there = after(before, *go(MIA, MARA), *go(ZOE, to=B2), c.OpenBreakouts(FIONA))
    assert routes(there) != routes(before)
    assert routes(after(there, c.RecallBreakouts(FIONA, at_once=True))) == routes(before)


def test_everything_of_a_room_is_forgotten_with_it():
    meeting = after(
        opened(),
        c.Say(MIA, b"secret"),
        c.EnterRoom(FAYE, B1),
        c.OrderHands(FAYE, fair=True),
        c.SetFloor(FAYE, Floor.GENTLE),
        c.StartRound(FAYE, RoundKind.CIRCLE, None, (), invite_passed=False),
    )
    assert B1 in meeting.rounds
    over = after(meeting, c.RecallBreakouts(FIONA, at_once=True), at_ms=1)
    assert (over.rounds, over.hands, over.floors, over.messages) == ({}, {}, {}, ())
    assert over.history_bytes == 0


def test_line_to_the_facilitators_outlives_the_room():
    meeting = after(opened(), c.SayToFacilitators(MARA, b"help"), c.RecallBreakouts(FIONA, at_once=True))
    assert [message.body for message in meeting.messages] == [b"help"]


def test_share_in_a_room_counts_when_the_room_is_over():
    meeting = after(
        opened(),
        c.EnterRoom(FAYE, B1),
        c.StartRound(FAYE, RoundKind.CIRCLE, None, (), invite_passed=False),
    )
    meeting = after(meeting, c.TakeTurn(MIA, meeting.rounds[B1].moment.number))
    over = after(meeting, c.RecallBreakouts(FIONA, at_once=True), at_ms=7000)
    assert over.participants[MIA].spoken_ms == 7000


def test_numbers_of_rooms_are_never_used_again():
    meeting = after(opened(), c.TakeAside(FIONA, ZOE))
    assert meeting.participants[ZOE].room == RoomId("q1")
    meeting = after(meeting, c.EndQuiet(FIONA), c.RecallBreakouts(FIONA, at_once=True), plan(room(MIA)))
    assert [one.id for one in the(meeting).rooms] == ["b3"]


def in_a_round() -> Meeting:
    """Mia is asked in the main round, and goes with mara."""
    meeting = after(
        circle(MIA, MARA, ZOE, NORA),
        c.StartRound(FIONA, RoundKind.CIRCLE, 100_000, (), invite_passed=False),
        plan(room(MIA, host=MARA)),
    )
    return after(meeting, *go(MIA, MARA))


def test_main_round_stands_still_and_goes_on_as_it_was():
    meeting = in_a_round()
    before = meeting.rounds[MAIN]
    there = after(meeting, c.OpenBreakouts(FIONA), at_ms=10_000)
    assert there.rounds[MAIN].moment.clock.left_at(90_000) == 20_000
    assert next_deadline(there) is None
    back = after(there, c.RecallBreakouts(FIONA, at_once=True), at_ms=90_000)
    assert back.rounds[MAIN].places == before.places
    assert back.rounds[MAIN].moment.number == before.moment.number
    assert next_deadline(back) == 110_000


def test_main_round_whose_speaker_left_from_a_breakout_goes_on_with_the_person_after_her():
    meeting = after(in_a_round(), c.OpenBreakouts(FIONA), c.Leave(MIA))
    resting = meeting.rounds[MAIN].moment
    assert (resting.phase, resting.who) == (Phase.RESTING, None)
    back = after(meeting, c.RecallBreakouts(FIONA, at_once=True))
    assert back.rounds[MAIN].moment.who == MARA


def test_who_is_admitted_between_shares_does_not_wait_for_a_share_that_stands_still():
    meeting = in_a_round()
    meeting = after(
        meeting,
        c.TakeTurn(MIA, meeting.rounds[MAIN].moment.number),
        c.AdmitBetweenShares(FIONA, on=True),
        join("late"),
        c.Admit(FIONA, ParticipantId("late")),
    )
    assert meeting.participants[ParticipantId("late")].in_lobby
    meeting = after(meeting, c.OpenBreakouts(FIONA))
    assert meeting.participants[ParticipantId("late")].place == MAIN


# ── comings and goings ───────────────────────────────────────────────────────────────────────────


def test_who_comes_again_as_somebody_new_has_every_part_of_who_she_was():
    meeting, _ = one_turn(circle(MIA, MARA))
    meeting = after(meeting, plan(room(MARA, host=MIA)), *go(MIA, MARA, to=B2), c.OpenBreakouts(FIONA))
    again = ParticipantId("mia again")
    taken = after(meeting, join(again, page=MIA))
    assert taken.participants[again].place == B2
    assert first(taken).host == again
    assert the(taken).assigned == {again: B2, MARA: B2}
    assert the(taken).consent == {again: Consent.GO, MARA: Consent.GO}
    assert taken.met == {frozenset({again, MARA})}


def test_reconnect_returns_to_the_same_room():
    meeting = after(opened(), c.LoseConnection(MARA, 1), c.Resume(b"secret of mara"), at_ms=5)
    assert meeting == after(opened(), c.Resume(b"secret of mara"), at_ms=5)
    assert meeting.participants[MARA].room == B1


@pytest.mark.parametrize(
    "order",
    [c.Leave(MARA), c.SendToLobby(FIONA, MARA), c.Remove(FIONA, MARA)],
    ids=["left", "lobby", "removed"],
)
@pytest.mark.parametrize("make", [planned, opened])
def test_who_is_gone_is_in_no_plan(make: Callable[[], Meeting], order: c.PersonCommand):
    meeting = after(make(), c.SetHost(FIONA, B1, MARA), order)
    assert MARA not in the(meeting).assigned
    assert MARA not in the(meeting).consent
    assert first(meeting).host is None


def test_over_when_the_last_one_has_come_back():
    meeting = after(opened(), c.AnswerBreakout(MIA, None), c.AnswerBreakout(MARA, None))
    assert the(meeting).is_open
    assert after(meeting, c.EnterRoom(FAYE, MAIN)).breakouts is None


def test_debrief_ends_breakouts():
    meeting = after(opened(), c.BeginDebrief(FIONA))
    assert meeting.status is Status.DEBRIEF
    assert meeting.breakouts is None
    assert places(meeting) == {FIONA: MAIN, FAYE: MAIN}


def test_recall_leaves_quiet_rooms_alone():
    meeting = after(opened(), c.TakeAside(FIONA, MARA))
    assert (meeting.participants[MARA].room, meeting.participants[MARA].place) == (RoomId("q1"), B1)
    over = after(meeting, c.RecallBreakouts(FAYE, at_once=True))
    assert (over.participants[MARA].room, over.participants[MARA].place) == (RoomId("q1"), MAIN)
    assert places(after(over, c.EndQuiet(FIONA)))[MARA] == MAIN


def test_host_in_a_quiet_room_and_host_with_her_baby_are_missed_alike():
    away = after(opened(), c.SetAway(MIA, away=True))
    aside = after(opened(), c.TakeAside(FIONA, MIA))
    assert first(away) == first(aside)
    assert shown(away, MARA) == shown(aside, MARA)


SETTLED = [
    planned,
    opened,
    lambda: after(opened(), c.LoseConnection(MIA, 1)),
    lambda: after(opened(), c.CallFacilitator(MARA), c.EnterRoom(FIONA, B1)),
    lambda: after(opened(), c.Pause(FIONA)),
    lambda: after(opened(), c.RecallBreakouts(FIONA, at_once=True)),
    lambda: after(circle(MIA, MARA), plan(room(), kind=BreakoutKind.TOPIC)),
    lambda: after(
        circle(MIA, MARA),
        plan(kind=BreakoutKind.PAIRS, unattended=True),
        *go(MIA, MARA),
        c.OpenBreakouts(FIONA),
    ),
]


@pytest.mark.parametrize("make", SETTLED)
def test_settled_breakouts_stay_as_they_are(make: Callable[[], Meeting]):
    meeting = make()
    assert breakouts.settled(meeting, 0) == ()
    assert breakouts.settled(meeting, 1000) == ()
