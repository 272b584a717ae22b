"""Orders that move people between the main room and breakouts, or mean a room for them. Nobody is moved who did not say GO.

Called by `machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .breakouts import (
    first_word,
    looks_after,
    members_here,
    moved,
    require_open,
    require_plan,
    require_room,
    require_seen,
)
from .change import changed
from .errors import Refusal, Rejected
from .events import BreakoutsChanged, PairsMet
from .groups import BreakoutKind, Breakouts, Consent
from .ids import MAIN
from .state import Meeting, Participant, Role, Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .groups import BreakoutRoom
    from .ids import RoomId

    Events: TypeAlias = tuple[Event, ...]

# ── what everybody says for herself ──────────────────────────────────────────────────────────────


def decide_answer_breakout(meeting: Meeting, command: c.AnswerBreakout, _now_ms: int) -> Events:
    """Go to the room that is meant for her, or any where people choose; while open at once. Minds may change."""
    plan = require_plan(meeting)
    person = meeting.participants[command.actor]
    if command.room is None:
        return _stay(plan, person)
    room = require_room(plan, command.room)
    mine = plan.assigned.get(person.id) == room.id
    if not mine and (plan.kind is not BreakoutKind.TOPIC or person.role is Role.GUEST):
        raise Rejected(Refusal.NO_SUCH_ROOM)
    if person.seems_away:
        raise Rejected(Refusal.AWAY)
    there = person.place == room.id or not plan.is_open
    if mine and there and plan.consent.get(person.id) is Consent.GO:
        raise Rejected(Refusal.ALREADY_SO)
    after = BreakoutsChanged(plan.meant(person.id, room.id, Consent.GO))
    if not plan.is_open:
        return (after,)
    _require_care(meeting, plan, room, person)
    return after, moved(person, room.id)


def _stay(plan: Breakouts, person: Participant) -> Events:
    """In the main room; or back to it, without a reason."""
    said = plan.consent.get(person.id)
    moves = () if person.place == MAIN else (moved(person, MAIN),)
    if said is None:
        if not moves:
            raise Rejected(Refusal.NOT_NOW)
        return moves
    after = plan.back(person.id)
    if after == plan and not moves:
        raise Rejected(Refusal.ALREADY_SO)
    return BreakoutsChanged(after), *moves


def _require_care(meeting: Meeting, plan: Breakouts, room: BreakoutRoom, person: Participant) -> None:
    """When she is there too, somebody looks after the room; or nobody has to."""
    if plan.unattended or looks_after(person, room):
        return
    if not any(looks_after(other, room) for other in meeting.of_room(room.id)):
        raise Rejected(Refusal.UNATTENDED)


def decide_call_facilitator(meeting: Meeting, command: c.CallFacilitator, _now_ms: int) -> Events:
    """One open call for each room; none where a facilitator is."""
    plan = require_open(meeting)
    room = plan.room(meeting.participants[command.actor].place)
    if room is None:
        raise Rejected(Refusal.NOT_NOW)
    there = (p for p in meeting.of_room(room.id) if p.is_facilitator and looks_after(p, room))
    if room.calling or any(there):
        raise Rejected(Refusal.ALREADY_SO)
    return (BreakoutsChanged(plan.with_room(changed(room, calling=True))),)


# ── by facilitators ──────────────────────────────────────────────────────────────────────────────


def decide_open_breakouts(meeting: Meeting, command: c.OpenBreakouts, now_ms: int) -> Events:
    """Who said GO is moved. Who seems away is asked again: she comes back to where she was, not to a sudden move."""
    plan = require_plan(meeting)
    if plan.is_open:
        raise Rejected(Refusal.ALREADY_SO)
    require_seen(meeting, command.was)
    if meeting.status is not Status.OPEN:
        raise Rejected(Refusal.PAUSED)
    willing = [p for p in meeting.participants.values() if plan.consent.get(p.id) is Consent.GO]
    going = [p for p in willing if not p.seems_away]
    if not going:
        raise Rejected(Refusal.NOT_NOW)
    if not plan.unattended and not all(_cared_for(plan, room, going) for room in plan.rooms):
        raise Rejected(Refusal.UNATTENDED)
    after = changed(plan, is_open=True, clock=plan.clock.started(now_ms))
    for person in willing:
        if person.seems_away:
            after = after.answered(person.id, Consent.ASKED)
    moves = (moved(person, plan.assigned[person.id]) for person in going)
    return *_without_partner(meeting, plan), BreakoutsChanged(after), *moves


def _cared_for(plan: Breakouts, room: BreakoutRoom, going: list[Participant]) -> bool:
    people = [p for p in going if plan.assigned[p.id] == room.id]
    return not people or any(looks_after(p, room) for p in people)


def _without_partner(meeting: Meeting, plan: Breakouts) -> tuple[PairsMet, ...]:
    """Being left over is remembered too: it rotates."""
    if plan.kind is not BreakoutKind.PAIRS:
        return ()
    met = meeting.met.union(frozenset({who}) for who in members_here(meeting) if who not in plan.assigned)
    return () if met == meeting.met else (PairsMet(met),)


def decide_assign_room(meeting: Meeting, command: c.AssignRoom, _now_ms: int) -> Events:
    """Planned: she is asked. Open: who is in a breakout is moved at once, who is not is asked, unless she said GO."""
    plan = require_plan(meeting)
    person = _inside(meeting, command)
    if plan.is_open and person.is_facilitator and person.id != command.actor:
        raise Rejected(Refusal.NOT_ALLOWED)
    room = None if command.room is None else require_room(plan, command.room)
    if plan.assigned.get(person.id) == command.room and not _elsewhere(plan, person, command.room):
        raise Rejected(Refusal.ALREADY_SO)
    kept = room.id if room is not None and room.host == person.id else None
    return _mean(meeting, plan.hosted(kept, person.id), person, room)


def decide_set_host(meeting: Meeting, command: c.SetHost, _now_ms: int) -> Events:
    """Whoever looks after a room goes there; facilitators go themselves while the rooms are open."""
    plan = require_plan(meeting)
    room = require_room(plan, command.room)
    if room.host == command.who:
        raise Rejected(Refusal.ALREADY_SO)
    if command.who is None:
        return (BreakoutsChanged(plan.with_room(changed(room, host=None))),)
    person = _inside(meeting, command)
    after = plan.hosted(room.id, person.id)
    meant = plan.assigned.get(person.id) == room.id and not _elsewhere(plan, person, room.id)
    if meant or (plan.is_open and person.is_facilitator):
        return (BreakoutsChanged(after),)
    return _mean(meeting, after, person, after.room(room.id))


def _inside(meeting: Meeting, command: c.AssignRoom | c.SetHost) -> Participant:
    person = meeting.participants.get(command.who) if command.who is not None else None
    if person is None or person.in_lobby:
        raise Rejected(Refusal.NO_SUCH_PERSON)
    return person


def _elsewhere(plan: Breakouts, person: Participant, room: RoomId | None) -> bool:
    """Is she in a room of the open breakouts that is not this one?"""
    return plan.is_open and person.place not in {MAIN, room}


def _mean(meeting: Meeting, plan: Breakouts, person: Participant, room: BreakoutRoom | None) -> Events:
    """This room is meant for her now; None: the main room."""
    in_breakout = plan.is_open and person.place != MAIN
    said = plan.consent.get(person.id)
    if room is None:
        # Brought back is not asked back: what she said holds for the next room she is meant for.
        says = said if in_breakout else _unasked(plan)
        after = BreakoutsChanged(plan.meant(person.id, None, says))
        return (after, moved(person, MAIN)) if in_breakout else (after,)
    agrees = plan.is_open and (said is Consent.GO or person.is_facilitator) and not person.seems_away
    if not in_breakout and not agrees:
        first = Consent.ASKED if plan.is_open else first_word(person)
        return (BreakoutsChanged(plan.meant(person.id, room.id, first)),)
    _require_care(meeting, plan, room, person)
    return BreakoutsChanged(plan.meant(person.id, room.id, Consent.GO)), moved(person, room.id)


def _unasked(plan: Breakouts) -> Consent | None:
    """Where people choose, everybody was asked."""
    return Consent.STAY if plan.kind is BreakoutKind.TOPIC else None


def decide_enter_room(meeting: Meeting, command: c.EnterRoom, _now_ms: int) -> Events:
    """Any breakout, or the main room. That she is seen there is the announcement: nobody listens unseen."""
    plan = require_open(meeting)
    person = meeting.participants[command.actor]
    if command.room != MAIN:
        require_room(plan, command.room)
    if person.place == command.room:
        raise Rejected(Refusal.ALREADY_SO)
    if person.seems_away:
        raise Rejected(Refusal.AWAY)
    return (moved(person, command.room),)
