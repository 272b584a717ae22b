"""Hands outside of rounds: one order for everybody; a facilitator calls on one of them, who then holds the floor.

Called by `machine` and `consequences`. Speaking time is measured by turns held, never by sound; a pause is none, nor is an absence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import turns
from .change import changed
from .errors import Refusal, Rejected
from .events import HandsChanged, Spoke
from .permissions import target
from .state import NO_HANDS, NO_LIMIT, Hands, Meeting, Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, RoomId
    from .rounds import Clock

    Events: TypeAlias = tuple[Event, ...]


def of(meeting: Meeting, room: RoomId) -> Hands:
    return meeting.hands.get(room, NO_HANDS)


def order(meeting: Meeting, room: RoomId) -> tuple[ParticipantId, ...]:
    """As everybody sees them: as they were raised, or who spoke least first."""
    hands = of(meeting, room)
    if not hands.fair:
        return hands.raised
    people = meeting.participants
    # Between the events of one step somebody may be gone whose hand is not lowered yet.
    return tuple(
        sorted((who for who in hands.raised if who in people), key=lambda who: people[who].spoken_ms)
    )


def decide_raise_hand(meeting: Meeting, command: c.RaiseHand, _now_ms: int) -> Events:
    if meeting.status is not Status.OPEN:
        raise Rejected(Refusal.PAUSED)
    person = meeting.participants[command.actor]
    if person.seems_away:
        raise Rejected(Refusal.AWAY)
    _require_no_round(meeting, person.place)
    hands = of(meeting, person.place)
    if person.id in {*hands.raised, hands.called}:
        raise Rejected(Refusal.ALREADY_SO)
    return (HandsChanged(person.place, changed(hands, raised=(*hands.raised, person.id))),)


def decide_lower_hand(meeting: Meeting, command: c.LowerHand, now_ms: int) -> Events:
    """One's own, or anybody's by a facilitator; of somebody who was called on: she has finished."""
    person = target(meeting, command.who, command)
    if person.id != command.actor and not meeting.participants[command.actor].is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
    hands = of(meeting, person.place)
    if person.id == hands.called:
        return call_over(meeting, person.place, now_ms)
    if person.id not in hands.raised:
        raise Rejected(Refusal.ALREADY_SO)
    return (HandsChanged(person.place, _without(hands, person.id)),)


def decide_call_on(meeting: Meeting, command: c.CallOn, now_ms: int) -> Events:
    """Only whose hand is up: nobody is called who did not ask."""
    person = target(meeting, command.who, command)
    _require_no_round(meeting, person.place)
    hands = of(meeting, person.place)
    if person.id not in hands.raised or not turns.available(meeting, person.id, person.place):
        raise Rejected(Refusal.NOT_NOW)
    called = changed(
        _without(hands, person.id), called=person.id, clock=_on_time(meeting, person.id, NO_LIMIT, now_ms)
    )
    return (*_spoke(meeting, hands, now_ms), HandsChanged(person.place, called))


def decide_order_hands(meeting: Meeting, command: c.OrderHands, _now_ms: int) -> Events:
    room = meeting.participants[command.actor].place
    hands = of(meeting, room)
    if hands.fair is command.fair:
        raise Rejected(Refusal.ALREADY_SO)
    return (HandsChanged(room, changed(hands, fair=command.fair)),)


def _require_no_round(meeting: Meeting, room: RoomId) -> None:
    if room in meeting.rounds:
        raise Rejected(Refusal.NOT_NOW)


def _without(hands: Hands, who: ParticipantId) -> Hands:
    return changed(hands, raised=tuple(other for other in hands.raised if other != who))


def call_over(meeting: Meeting, room: RoomId, now_ms: int) -> Events:
    """Whoever was called on holds the floor no more; () if nobody was."""
    hands = of(meeting, room)
    if hands.called is None:
        return ()
    return (*_spoke(meeting, hands, now_ms), HandsChanged(room, changed(hands, called=None, clock=NO_LIMIT)))


def _on_time(meeting: Meeting, who: ParticipantId, clock: Clock, now_ms: int) -> Clock:
    person = meeting.participants[who]
    runs = meeting.status is Status.OPEN and person.connected and not person.seems_away
    return clock.started(now_ms) if runs else clock.stopped(now_ms)


def _spoke(meeting: Meeting, hands: Hands, now_ms: int) -> Events:
    """Whoever held the floor; also when she went to another room."""
    used_ms = hands.clock.used_at(now_ms)
    if hands.called is None or hands.called not in meeting.participants or used_ms == 0:
        return ()
    return (Spoke(hands.called, used_ms, now_ms),)


def settled(meeting: Meeting, room: RoomId, now_ms: int) -> Events:
    """Who is gone is in no queue; the clock of whoever was called on runs while she can speak."""
    hands = of(meeting, room)
    here = {p.id for p in meeting.of_room(room)}
    now = changed(hands, raised=tuple(who for who in hands.raised if who in here))
    spoke: Events = ()
    if hands.called is not None and hands.called not in here:
        spoke, now = _spoke(meeting, hands, now_ms), changed(now, called=None, clock=NO_LIMIT)
    elif hands.called is not None:
        now = changed(now, clock=_on_time(meeting, hands.called, hands.clock, now_ms))
    return () if now == hands else (*spoke, HandsChanged(room, now))


def evolve_hands_changed(meeting: Meeting, event: HandsChanged) -> Meeting:
    others = {room: hands for room, hands in meeting.hands.items() if room != event.room}
    kept = others if event.hands == NO_HANDS else {**others, event.room: event.hands}
    return changed(meeting, hands=kept)
