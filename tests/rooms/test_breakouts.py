"""Who is moved and who is told: orders, consent, sights; stories are in `scenarios/breakout*.txt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import MessageShown, showings
from server.rooms.errors import Refusal
from server.rooms.groups import BreakoutKind, Consent
from server.rooms.ids import LOBBY, MAIN, ParticipantId
from server.rooms.machine import evolve
from server.rooms.room_sights import BreakoutsShown
from server.rooms.state import Meeting, Role
from server.rooms.view import view

from .breakout_cast import (
    B1,
    B2,
    B9,
    NORA,
    ZOE,
    first,
    go,
    opened,
    places,
    plan,
    planned,
    room,
    shown,
    the,
)
from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, outcome, refusal

if TYPE_CHECKING:
    from collections.abc import Callable


def told(before: Meeting, events: tuple[e.Event, ...]) -> dict[ParticipantId, list[object]]:
    """What each person is shown of these, one by one."""
    seen: dict[ParticipantId, list[object]] = {}
    for event in events:
        now = evolve(before, event)
        for showing in showings(before, now, event):
            for viewer in showing.viewers:
                seen.setdefault(viewer, []).append(showing.sight)
        before = now
    return seen


# ── what is refused ──────────────────────────────────────────────────────────────────────────────

ORDERS: list[tuple[Callable[[], Meeting], c.PersonCommand, Refusal]] = [
    (circle, c.DropPlan(FIONA), Refusal.NOT_NOW),
    (opened, c.DropPlan(FIONA), Refusal.NOT_NOW),
    (opened, plan(room(ZOE)), Refusal.ALREADY_SO),
    (lambda: circle(MIA), c.AnswerBreakout(MIA, B1), Refusal.NOT_NOW),
    (lambda: circle(MIA), c.AnswerBreakout(MIA, None), Refusal.NOT_NOW),
    (planned, c.AnswerBreakout(MIA, B2), Refusal.NO_SUCH_ROOM),
    (planned, c.AnswerBreakout(MIA, MAIN), Refusal.NO_SUCH_ROOM),
    (planned, c.AnswerBreakout(NORA, B1), Refusal.NO_SUCH_ROOM),
    (planned, c.AnswerBreakout(NORA, None), Refusal.NOT_NOW),
    (opened, c.AnswerBreakout(MIA, B1), Refusal.ALREADY_SO),
    (circle, c.OpenBreakouts(FIONA), Refusal.NOT_NOW),
    (opened, c.OpenBreakouts(FIONA), Refusal.ALREADY_SO),
    (lambda: after(circle(MIA), plan(room(MIA))), c.OpenBreakouts(FIONA), Refusal.NOT_NOW),
    (lambda: after(planned(), *go(MARA)), c.OpenBreakouts(FIONA), Refusal.UNATTENDED),
    (lambda: after(planned(), *go(MIA), c.Pause(FIONA)), c.OpenBreakouts(FIONA), Refusal.PAUSED),
    (circle, c.AssignRoom(FIONA, MIA, B1), Refusal.NOT_NOW),
    (planned, c.AssignRoom(FIONA, ParticipantId("stranger"), B1), Refusal.NO_SUCH_PERSON),
    (lambda: after(planned(), join(GUS)), c.AssignRoom(FIONA, GUS, B1), Refusal.NO_SUCH_PERSON),
    (planned, c.AssignRoom(FIONA, MIA, B9), Refusal.NO_SUCH_ROOM),
    (planned, c.AssignRoom(FIONA, MIA, MAIN), Refusal.NO_SUCH_ROOM),
    (planned, c.AssignRoom(FIONA, MIA, B1), Refusal.ALREADY_SO),
    (planned, c.AssignRoom(FIONA, NORA, None), Refusal.ALREADY_SO),
    (opened, c.AssignRoom(FIONA, FAYE, B1), Refusal.NOT_ALLOWED),
    (lambda: after(opened(), c.EnterRoom(FAYE, MAIN)), c.AssignRoom(FIONA, MARA, B2), Refusal.UNATTENDED),
    (circle, c.SetHost(FIONA, B1, None), Refusal.NOT_NOW),
    (planned, c.SetHost(FIONA, B9, MIA), Refusal.NO_SUCH_ROOM),
    (planned, c.SetHost(FIONA, B1, MIA), Refusal.ALREADY_SO),
    (planned, c.SetHost(FIONA, B1, ParticipantId("stranger")), Refusal.NO_SUCH_PERSON),
    (planned, c.EnterRoom(FIONA, B1), Refusal.NOT_NOW),
    (opened, c.EnterRoom(FIONA, B9), Refusal.NO_SUCH_ROOM),
    (opened, c.EnterRoom(FIONA, LOBBY), Refusal.NO_SUCH_ROOM),
    (opened, c.EnterRoom(FIONA, MAIN), Refusal.ALREADY_SO),
    (opened, c.EnterRoom(MIA, MAIN), Refusal.NOT_ALLOWED),
    (lambda: after(opened(), c.SetAway(FIONA, away=True)), c.EnterRoom(FIONA, B1), Refusal.AWAY),
    (planned, c.CallFacilitator(MIA), Refusal.NOT_NOW),
    (opened, c.CallFacilitator(ZOE), Refusal.NOT_NOW),
    (opened, c.CallFacilitator(FAYE), Refusal.ALREADY_SO),
    (lambda: after(opened(), c.CallFacilitator(MARA)), c.CallFacilitator(MIA), Refusal.ALREADY_SO),
    (planned, c.ExtendBreakouts(FIONA, 1), Refusal.NOT_NOW),
    (opened, c.ExtendBreakouts(FIONA, 0), Refusal.TOO_LARGE),
    (opened, c.ExtendBreakouts(FIONA, 7_200_000), Refusal.TOO_LARGE),
    (planned, c.RecallBreakouts(FIONA, at_once=True), Refusal.NOT_NOW),
    (
        lambda: after(opened(), c.RecallBreakouts(FIONA, at_once=False)),
        c.RecallBreakouts(FIONA, at_once=False),
        Refusal.ALREADY_SO,
    ),
]


@pytest.mark.parametrize(("arrange", "command", "code"), ORDERS)
def test_order_is_refused_and_changes_nothing(
    arrange: Callable[[], Meeting], command: c.PersonCommand, code: Refusal
):
    meeting = arrange()
    assert refusal(meeting, command) is code
    assert meeting == arrange()


# ── consent ──────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_moved_who_did_not_say_go():
    meeting = after(opened())
    assert places(meeting) == {FIONA: MAIN, FAYE: B2, MIA: B1, MARA: B1, ZOE: MAIN, NORA: MAIN}


def test_everybody_may_stay():
    meeting = after(planned(), c.AnswerBreakout(MIA, None), c.AnswerBreakout(ZOE, None))
    assert {the(meeting).consent[who] for who in (MIA, ZOE)} == {Consent.STAY}
    assert refusal(after(meeting, *go(MIA)), c.OpenBreakouts(FIONA)) is None


def test_facilitator_is_not_asked_and_may_stay():
    assert the(planned()).consent[FAYE] is Consent.GO
    meeting = after(planned(), *go(MIA), c.AnswerBreakout(FAYE, None), c.OpenBreakouts(FIONA))
    assert places(meeting)[FAYE] == MAIN


def test_changed_plan_asks_again():
    meeting = after(planned(), *go(MIA, MARA), c.AssignRoom(FIONA, MARA, B2))
    assert the(meeting).consent[MARA] is Consent.ASKED
    assert the(meeting).consent[MIA] is Consent.GO


@pytest.mark.parametrize("who", [MARA, MIA, ZOE])
def test_answer_is_told_to_facilitators_and_herself_only(who: ParticipantId):
    meeting = planned()
    events, _ = outcome(meeting, c.AnswerBreakout(who, the(meeting).assigned[who]))
    assert set(told(meeting, events)) == {who, FIONA, FAYE}


def test_choice_of_a_topic_is_told_to_all():
    meeting = after(circle(MIA, MARA), plan(room(host=FIONA), kind=BreakoutKind.TOPIC))
    events, _ = outcome(meeting, c.AnswerBreakout(MIA, B1))
    assert set(told(meeting, events)) == {MIA, MARA, FIONA}


# ── who sees what ────────────────────────────────────────────────────────────────────────────────


def test_lobby_sees_no_breakouts():
    meeting = after(opened(), join(GUS, Role.GUEST))
    assert shown(meeting, GUS) == BreakoutsShown(None)


@pytest.mark.parametrize("make", [planned, opened])
def test_people_of_other_rooms_are_not_told(make: Callable[[], Meeting]):
    meeting = make()
    for who, known in {MARA: [True, False], ZOE: [False, True], NORA: [False, False]}.items():
        seen = shown(meeting, who).plan
        assert seen is not None
        assert [bool(one.people) for one in seen.rooms] == known
        assert [one.topic for one in seen.rooms] == [b"sleep", b""]
        assert seen.consents == ()


def test_facilitator_sees_everything():
    seen = shown(opened(), FIONA).plan
    assert seen is not None
    assert [one.people for one in seen.rooms] == [(MIA, MARA), (FAYE, ZOE)]
    assert dict(seen.consents) == dict(the(opened()).consent)


def test_call_is_told_to_facilitators_and_the_room():
    meeting = opened()
    events, calling = outcome(meeting, c.CallFacilitator(MARA))
    assert set(told(meeting, events)) == {MIA, MARA, FIONA, FAYE}
    events, answered = outcome(calling, c.EnterRoom(FIONA, B1))
    assert not first(answered).calling
    assert {MIA, MARA, FAYE} <= set(told(calling, events))


def test_facilitator_who_enters_is_seen_at_once():
    meeting = opened()
    events, entered = outcome(meeting, c.EnterRoom(FIONA, B1))
    assert {MIA, MARA} <= set(told(meeting, events))
    assert FIONA in {p.id for p in view(entered, entered.participants[MARA]).people}


def test_alone_is_told_to_facilitators_and_the_room_where_people_will_be_brought_back():
    meeting = opened()
    events, alone = outcome(meeting, c.LoseConnection(MIA, 1), 5)
    about = {who for who, sights in told(meeting, events).items() if BreakoutsShown in map(type, sights)}
    assert about == {MIA, MARA, FIONA, FAYE}
    assert first(alone).alone_since_ms == 5


def test_broadcast_is_read_in_all_rooms():
    meeting = opened()
    events, _ = outcome(meeting, c.Broadcast(FIONA, b"five minutes"))
    read = {who for who, sights in told(meeting, events).items() if MessageShown in map(type, sights)}
    assert read == set(meeting.participants)
