"""Who may be heard in a room: everybody, everybody asked to stay muted, or only whoever holds the floor.

Called by `machine` and, for every change of the meeting, by `routes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .change import changed
from .errors import Refusal, Rejected
from .events import FloorChanged
from .state import Floor, Meeting

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, RoomId


def decide_set_floor(meeting: Meeting, command: c.SetFloor, _now_ms: int) -> tuple[Event, ...]:
    room = meeting.participants[command.actor].place
    if of(meeting, room) is command.floor:
        raise Rejected(Refusal.ALREADY_SO)
    if command.was is not None and command.was is not of(meeting, room):
        raise Rejected(Refusal.CHANGED_MEANWHILE)
    return (FloorChanged(room, command.floor),)


def evolve_floor_changed(meeting: Meeting, event: FloorChanged) -> Meeting:
    others = {room: floor for room, floor in meeting.floors.items() if room != event.room}
    return changed(
        meeting, floors=others if event.floor is Floor.OPEN else {**others, event.room: event.floor}
    )


def of(meeting: Meeting, room: RoomId) -> Floor:
    return meeting.floors.get(room, Floor.OPEN)


def holder(meeting: Meeting, room: RoomId) -> ParticipantId | None:
    """Who has the turn: in a round whoever shares, else whoever was called on; one at most."""
    this = meeting.rounds.get(room)
    if this is not None:
        return this.speaker
    hands = meeting.hands.get(room)
    return None if hands is None else hands.called


def silent(meeting: Meeting) -> frozenset[ParticipantId]:
    """Whose microphones reach nobody: in held rooms all but the holder's, the facilitators' and the interpreter's."""
    held = {room: holder(meeting, room) for room, floor in meeting.floors.items() if floor is Floor.HELD}
    if not held:
        return frozenset()
    return frozenset(
        p.id
        for p in meeting.participants.values()
        if p.room in held and p.id != held[p.room] and not (p.is_facilitator or p.interprets)
    )
