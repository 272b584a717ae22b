"""Hands outside of rounds: one order for everybody; a facilitator calls on one of them, who then holds the floor.

Called by `machine` and `consequences`. Speaking time is measured by turns held, never by sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import turns
from .change import changed
from .errors import Refusal, Rejected
from .events import HandsChanged, Spoke
from .permissions import target
from .state import NO_HANDS, Hands, Meeting, Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, RoomId

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
    if person.away:
        raise Rejected(Refusal.AWAY)
    _require_no_round(meeting, person.room)
    hands = of(meeting, person.room)
    if person.id in {*hands.raised, hands.called}:
        raise Rejected(Refusal.ALREADY_SO)
    return (HandsChanged(person.room, changed(hands, raised=(*hands.raised, person.id))),)


def decide_lower_hand(meeting: Meeting, command: c.LowerHand, now_ms: int) -> Events:
    """One's own, or anybody's by a facilitator; of somebody who was called on: she has finished."""
    person = target(meeting, command.who, command)
    if person.id != command.actor and not meeting.participants[command.actor].is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
    hands = of(meeting, person.room)
    if person.id == hands.called:
        return call_over(meeting, person.room, now_ms)
    if person.id not in hands.raised:
        raise Rejected(Refusal.ALREADY_SO)
    return (HandsChanged(person.room, _without(hands, person.id)),)


def decide_call_on(meeting: Meeting, command: c.CallOn, now_ms: int) -> Events:
    """Only whose hand is up: nobody is called who did not ask."""
    person = target(meeting, command.who, command)
    _require_no_round(meeting, person.room)
    hands = of(meeting, person.room)
    if person.id not in hands.raised or not turns.available(meeting, person.id):
        raise Rejected(Refusal.NOT_NOW)
    called = changed(_without(hands, person.id), called=person.id, called_at_ms=now_ms)
    return (*_spoke(hands, now_ms), HandsChanged(person.room, called))


def decide_order_hands(meeting: Meeting, command: c.OrderHands, _now_ms: int) -> Events:
    room = meeting.participants[command.actor].room
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
    return (*_spoke(hands, now_ms), HandsChanged(room, changed(hands, called=None, called_at_ms=0)))


def _spoke(hands: Hands, now_ms: int) -> Events:
    if hands.called is None or now_ms == hands.called_at_ms:
        return ()
    return (Spoke(hands.called, now_ms - hands.called_at_ms),)


def settled(meeting: Meeting, room: RoomId) -> Events:
    """Who is gone is in no queue."""
    hands = of(meeting, room)
    here = {p.id for p in meeting.in_room(room)}
    if here.issuperset(hands.raised) and (hands.called is None or hands.called in here):
        return ()
    raised = tuple(who for who in hands.raised if who in here)
    kept = hands.called if hands.called in here else None
    at_ms = hands.called_at_ms if kept is not None else 0
    return (HandsChanged(room, changed(hands, raised=raised, called=kept, called_at_ms=at_ms)),)


def evolve_hands_changed(meeting: Meeting, event: HandsChanged) -> Meeting:
    others = {room: hands for room, hands in meeting.hands.items() if room != event.room}
    kept = others if event.hands == NO_HANDS else {**others, event.room: event.hands}
    return changed(meeting, hands=kept)
