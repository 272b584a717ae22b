"""Quiet rooms: a facilitator alone with one person, who asked for someone, waits in the lobby, or was taken aside.

Called by `machine`, `consequences` and `taking_over`. Both keep their places: `room` changes, `place` does not, and for the
others both look simply away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import chat, numbers
from .change import changed
from .errors import Refusal, Rejected
from .events import Moved, QuietRoomChanged
from .ids import RoomId
from .permissions import target
from .state import Meeting, Participant, QuietKind, QuietRoom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import commands as c
    from .events import Event
    from .ids import ParticipantId

    Invitation: TypeAlias = c.AcceptNeed | c.Greet | c.TakeAside
    Events: TypeAlias = tuple[Event, ...]

# ── going there ──────────────────────────────────────────────────────────────────────────────────


def decide_accept_need(meeting: Meeting, command: c.AcceptNeed, now_ms: int) -> Events:
    """The first facilitator who accepts goes; that she is needed no more follows (`needs.settled`)."""
    person = _reachable(meeting, command)
    if person.id not in meeting.needs:
        raise Rejected(Refusal.NOT_NOW)
    return _opened(meeting, QuietKind.NEED, command, person, now_ms)


def decide_greet(meeting: Meeting, command: c.Greet, now_ms: int) -> Events:
    """She still belongs to the lobby: to be let in afterwards is a decision of its own."""
    person = _reachable(meeting, command)
    if not person.in_lobby:
        raise Rejected(Refusal.NOT_NOW)
    return _opened(meeting, QuietKind.GREETING, command, person, now_ms)


def decide_take_aside(meeting: Meeting, command: c.TakeAside, now_ms: int) -> Events:
    person = _reachable(meeting, command)
    if person.in_lobby:
        raise Rejected(Refusal.NOT_NOW)
    return _opened(meeting, QuietKind.ASIDE, command, person, now_ms)


def _reachable(meeting: Meeting, command: Invitation) -> Participant:
    """Whom the command is about. Raises: `Rejected` where she could not hear, or speaks with a facilitator already."""
    person = target(meeting, command.who, command)
    if not person.connected or person.in_quiet_room:
        raise Rejected(Refusal.NOT_NOW)
    return person


def _opened(
    meeting: Meeting, kind: QuietKind, command: Invitation, person: Participant, now_ms: int
) -> Events:
    """In a room whose name tells neither the two nor who plans breakouts how many there were before."""
    facilitator = meeting.participants[command.actor]
    room = RoomId(f"q{numbers.at(meeting, meeting.next_quiet, now_ms)}")
    return (
        QuietRoomChanged(room, QuietRoom(kind, person.id, facilitator.id)),
        Moved(facilitator.id, room, facilitator.place),
        Moved(person.id, room, person.place),
    )


# ── coming back ──────────────────────────────────────────────────────────────────────────────────


def decide_end_quiet(meeting: Meeting, command: c.EndQuiet, _now_ms: int) -> Events:
    """The facilitator always; the other one where she asked for it, not where she was brought."""
    room = meeting.participants[command.actor].room
    quiet = meeting.quiet.get(room)
    if quiet is None:
        raise Rejected(Refusal.NOT_NOW)
    if command.actor != quiet.facilitator and quiet.kind is not QuietKind.NEED:
        raise Rejected(Refusal.NOT_ALLOWED)
    return _closed(meeting, room, quiet)


def settled(meeting: Meeting, _now_ms: int) -> Events:
    """Nobody stays alone: when one of the two is gone, or was let in, the other goes back to her place."""
    return tuple(
        event
        for room, quiet in meeting.quiet.items()
        if len(tuple(_there(meeting, room, quiet))) < len(_both(quiet))
        for event in _closed(meeting, room, quiet)
    )


def _closed(meeting: Meeting, room: RoomId, quiet: QuietRoom) -> Events:
    back = (Moved(p.id, p.place, p.place) for p in _there(meeting, room, quiet))
    return *back, QuietRoomChanged(room, None)


def _there(meeting: Meeting, room: RoomId, quiet: QuietRoom) -> Iterator[Participant]:
    """Those of the two who are in the room; a lost connection keeps the place there as everywhere."""
    people = (meeting.participants.get(who) for who in _both(quiet))
    return (p for p in people if p is not None and p.room == room)


def _both(quiet: QuietRoom) -> tuple[ParticipantId, ParticipantId]:
    return quiet.facilitator, quiet.who


# ── effects ──────────────────────────────────────────────────────────────────────────────────────


def evolve_quiet_room_changed(meeting: Meeting, event: QuietRoomChanged) -> Meeting:
    """What was said in a room that is closed is nowhere; its number is never used again."""
    others = {room: quiet for room, quiet in meeting.quiet.items() if room != event.room}
    if event.quiet is None:
        return chat.forget_rooms(changed(meeting, quiet=others), frozenset({event.room}))
    following = max(meeting.next_quiet, int(event.room[1:]) + 1)
    return changed(meeting, quiet={**others, event.room: event.quiet}, next_quiet=following)


def taken_over(meeting: Meeting, old: ParticipantId, new: ParticipantId) -> Events:
    """What makes `new` have everything that `old` had."""
    return tuple(
        QuietRoomChanged(room, _renamed(quiet, old, new))
        for room, quiet in meeting.quiet.items()
        if old in _both(quiet)
    )


def _renamed(quiet: QuietRoom, old: ParticipantId, new: ParticipantId) -> QuietRoom:
    if quiet.facilitator == old:
        return changed(quiet, facilitator=new)
    return changed(quiet, who=new)
