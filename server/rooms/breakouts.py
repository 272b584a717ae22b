"""What holds while breakouts are planned or open: who is asked, who is alone, how long, and when it is over.

Called by `consequences`, `deadlines` and `machine`; the orders are in `breakout_plans`, `breakout_moves` and `breakout_times`.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

from . import chat, hands, turns
from .change import changed
from .errors import Refusal, Rejected
from .events import BreakoutsChanged, Moved, PairsMet
from .groups import BreakoutKind, Breakouts, Consent
from .ids import LOBBY, MAIN
from .state import Meeting, Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .events import Event
    from .groups import BreakoutRoom, Pair
    from .ids import ParticipantId, RoomId
    from .state import Participant

    Events: TypeAlias = tuple[Event, ...]
    People: TypeAlias = Mapping[RoomId, tuple[Participant, ...]]

# ── what the orders ask ──────────────────────────────────────────────────────────────────────────


def require_plan(meeting: Meeting) -> Breakouts:
    """Planned or open. Raises: `Rejected`."""
    if meeting.breakouts is None:
        raise Rejected(Refusal.NOT_NOW)
    return meeting.breakouts


def require_seen(meeting: Meeting, was: tuple[RoomId, ...] | None) -> None:
    """Room numbers are never used again, so they name a plan. Raises: `Rejected` where it is another than she looked at."""
    plan = meeting.breakouts
    if was is not None and was != (() if plan is None else tuple(room.id for room in plan.rooms)):
        raise Rejected(Refusal.CHANGED_MEANWHILE)


def require_open(meeting: Meeting) -> Breakouts:
    plan = require_plan(meeting)
    if not plan.is_open:
        raise Rejected(Refusal.NOT_NOW)
    return plan


def require_room(plan: Breakouts, room: RoomId) -> BreakoutRoom:
    found = plan.room(room)
    if found is None:
        raise Rejected(Refusal.NO_SUCH_ROOM)
    return found


def looks_after(person: Participant, room: BreakoutRoom) -> bool:
    """If she is there. Who seems away is not: in a quiet room or with her baby, nobody shall be able to tell which."""
    entitled = person.is_facilitator or person.id == room.host
    return entitled and person.connected and not person.seems_away


def moved(person: Participant, place: RoomId) -> Moved:
    """Who is in a quiet room stays there; only her place changes."""
    return Moved(person.id, person.room if person.in_quiet_room else place, place)


def in_breakouts(meeting: Meeting) -> tuple[Participant, ...]:
    """Whose place is a breakout."""
    return tuple(p for p in meeting.participants.values() if p.place not in {MAIN, LOBBY})


def members_here(meeting: Meeting) -> tuple[ParticipantId, ...]:
    """Members of the main room who can be asked now; a partner who is lost or away would leave somebody alone."""
    return tuple(
        p.id for p in meeting.of_room(MAIN) if p.role is Role.MEMBER and p.connected and not p.seems_away
    )


def first_word(person: Participant) -> Consent:
    """What holds before she has said anything."""
    return Consent.GO if person.is_facilitator else Consent.ASKED


def asked(meeting: Meeting, plan: Breakouts) -> Breakouts:
    """Where people choose a topic, every member of the main room is asked, late-comers too; guests by hand only."""
    if plan.kind is not BreakoutKind.TOPIC:
        return plan
    new = (p.id for p in meeting.of_room(MAIN) if p.role is Role.MEMBER and p.id not in plan.consent)
    more = dict.fromkeys(new, Consent.ASKED)
    return changed(plan, consent={**plan.consent, **more}) if more else plan


# ── what follows from comings and goings ─────────────────────────────────────────────────────────


def settled(meeting: Meeting, now_ms: int) -> Events:
    """Who is gone is in no plan; clocks run while the meeting is open; nobody in the rooms any more: it is over."""
    plan = meeting.breakouts
    if plan is None:
        return ()
    inside = {p.id for p in meeting.participants.values() if not p.in_lobby}
    now = asked(meeting, plan.keeping(inside))
    if plan.is_open:
        people = _by_room(in_breakouts(meeting))
        if not people or meeting.status is Status.DEBRIEF:
            return _over(meeting, plan, now_ms)
        now = _cared_for(_on_time(now, meeting.status, now_ms), people, meeting.status, now_ms)
        met = _met(meeting, now, people)
    else:
        met = meeting.met
    events: Events = () if met == meeting.met else (PairsMet(met),)
    return events if now == plan else (*events, BreakoutsChanged(now))


def _by_room(people: Iterable[Participant]) -> People:
    rooms: dict[RoomId, tuple[Participant, ...]] = {}
    for person in people:
        rooms[person.place] = (*rooms.get(person.place, ()), person)
    return rooms


def _over(meeting: Meeting, plan: Breakouts, now_ms: int) -> Events:
    """Whatever was going on in the rooms ends, and counts; then they are forgotten."""
    events: list[Event] = []
    for room in plan.rooms:
        events += turns.outcome(meeting, room.id, None, now_ms)
        events += hands.call_over(meeting, room.id, now_ms)
    return (*all_back(meeting), *events, BreakoutsChanged(None))


def _on_time(plan: Breakouts, status: Status, now_ms: int) -> Breakouts:
    runs = status is Status.OPEN
    clock = plan.clock.started(now_ms) if runs else plan.clock.stopped(now_ms)
    return plan if clock is plan.clock else changed(plan, clock=clock)


def _cared_for(plan: Breakouts, people: People, status: Status, now_ms: int) -> Breakouts:
    rooms = tuple(_seen_to(plan, room, people.get(room.id, ()), status, now_ms) for room in plan.rooms)
    return plan if rooms == plan.rooms else changed(plan, rooms=rooms)


def _seen_to(
    plan: Breakouts, room: BreakoutRoom, people: tuple[Participant, ...], status: Status, now_ms: int
) -> BreakoutRoom:
    """A call is answered by a facilitator's arrival; a room may miss its host even where rooms may be alone."""
    here = [p for p in people if p.connected and not p.seems_away]
    missed = not plan.unattended or room.host is not None
    alone = missed and bool(here) and not any(looks_after(p, room) for p in here)
    since_ms = None
    if alone and status is Status.OPEN:
        since_ms = now_ms if room.alone_since_ms is None else room.alone_since_ms
    calling = room.calling and bool(people) and not any(p.is_facilitator for p in here)
    if (since_ms, calling) == (room.alone_since_ms, room.calling):
        return room
    return changed(room, alone_since_ms=since_ms, calling=calling)


def _met(meeting: Meeting, plan: Breakouts, people: People) -> frozenset[Pair]:
    """Who really was in one room has met: a partner who stayed in the main room was not. Nobody gone is remembered."""
    if plan.kind is not BreakoutKind.PAIRS:
        return meeting.met
    members = ([p.id for p in there if p.role is Role.MEMBER] for there in people.values())
    now = (frozenset(two) for there in members for two in combinations(there, 2))
    return frozenset(pair for pair in meeting.met if pair <= meeting.participants.keys()).union(now)


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def deadlines(meeting: Meeting) -> Iterator[int]:
    """When people are told that the rooms close, when they close, and when somebody was alone for too long."""
    plan = meeting.breakouts
    if plan is None or not plan.is_open:
        return
    ends_at_ms = plan.clock.ends_at_ms
    if ends_at_ms is not None:
        yield ends_at_ms if plan.noticed else ends_at_ms - meeting.rules.notice_ms
    for room in plan.rooms:
        if room.alone_since_ms is not None and not plan.unattended:
            yield room.alone_since_ms + meeting.rules.unattended_ms


def overdue(meeting: Meeting, now_ms: int) -> Events:
    plan = meeting.breakouts
    if plan is None or not plan.is_open:
        return ()
    ends_at_ms = plan.clock.ends_at_ms
    if ends_at_ms is not None and ends_at_ms <= now_ms:
        return all_back(meeting, now_ms)
    now = plan
    if ends_at_ms is not None and ends_at_ms - meeting.rules.notice_ms <= now_ms:
        now = changed(now, noticed=True)
    moves = tuple(_from_alone(meeting, plan, now_ms))
    for move in moves:
        now = now.back(move.participant)
    return moves if now == plan else (BreakoutsChanged(now), *moves)


def all_back(meeting: Meeting, now_ms: int | None = None) -> tuple[Moved, ...]:
    """Everybody's place is the main room; those who are only gone at `now_ms` are not moved any more."""
    return tuple(moved(p, MAIN) for p in in_breakouts(meeting) if not _gone(meeting, p, now_ms))


def _from_alone(meeting: Meeting, plan: Breakouts, now_ms: int) -> Iterator[Moved]:
    """Rooms where nobody came in time to look after them."""
    if plan.unattended:
        return
    for room in plan.rooms:
        since_ms = room.alone_since_ms
        if since_ms is not None and since_ms + meeting.rules.unattended_ms <= now_ms:
            for person in meeting.of_room(room.id):
                if not _gone(meeting, person, now_ms):
                    yield moved(person, MAIN)


def _gone(meeting: Meeting, person: Participant, now_ms: int | None) -> bool:
    """The same tick takes her place from her: she cannot be moved after it."""
    lost_at_ms = person.lost_at_ms
    return now_ms is not None and lost_at_ms is not None and lost_at_ms + meeting.rules.grace_ms <= now_ms


# ── effects ──────────────────────────────────────────────────────────────────────────────────────


def evolve_breakouts_changed(meeting: Meeting, event: BreakoutsChanged) -> Meeting:
    """Of rooms that are no more nothing is left: no round, no hand, no floor, no word."""
    plan, former = event.breakouts, meeting.breakouts
    kept, gone = _ids(plan), _ids(former) - _ids(plan)
    after = changed(meeting, breakouts=plan, next_room=_next_room(meeting, kept))
    if not gone or former is None or not former.is_open:
        return after
    after = changed(
        after,
        rounds={room: this for room, this in meeting.rounds.items() if room not in gone},
        hands={room: these for room, these in meeting.hands.items() if room not in gone},
        floors={room: floor for room, floor in meeting.floors.items() if room not in gone},
    )
    return chat.forget_rooms(after, gone)


def _ids(plan: Breakouts | None) -> frozenset[RoomId]:
    return frozenset() if plan is None else frozenset(room.id for room in plan.rooms)


def _next_room(meeting: Meeting, rooms: Iterable[RoomId]) -> int:
    """Past every number in use: "b12" is followed by 13."""
    return max((meeting.next_room, *(int(room[1:]) + 1 for room in rooms)))


def evolve_pairs_met(meeting: Meeting, event: PairsMet) -> Meeting:
    return changed(meeting, met=event.met)


def taken_over(meeting: Meeting, old: ParticipantId, new: ParticipantId) -> Events:
    """What makes `new` have everything that `old` had."""
    plan = meeting.breakouts
    events: list[Event] = []
    if any(old in pair for pair in meeting.met):
        events.append(PairsMet(frozenset(_renamed(pair, old, new) for pair in meeting.met)))
    if plan is not None and (renamed := plan.renamed(old, new)) != plan:
        events.append(BreakoutsChanged(renamed))
    return tuple(events)


def _renamed(pair: Pair, old: ParticipantId, new: ParticipantId) -> Pair:
    return frozenset(new if who == old else who for who in pair)
