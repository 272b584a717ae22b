"""Who may be heard and seen by whom: the only bridge from the meeting to the media server.

Called by `hosting` after every change; the media server forwards nothing that is not in here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from . import floor
from .ids import LOBBY
from .state import Meeting, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ids import ParticipantId, RoomId


class Kind(StrEnum):
    """What a track shows."""

    MIC = "mic"
    CAMERA = "camera"
    SCREEN = "screen"


FORWARDING: Final = frozenset({Status.OPEN, Status.DEBRIEF})


class Track(NamedTuple):
    """One thing one person sends."""

    publisher: ParticipantId
    kind: Kind


def routes(meeting: Meeting) -> Mapping[Track, frozenset[ParticipantId]]:
    """Every track that is forwarded now, with everybody who receives it; what is absent is silent.

    Where the floor is held, only whoever has the turn, the facilitators and the interpreter are heard; cameras stay.
    A track is let out where both the person and the facilitators let it; the audience is built once per sender.
    People in the lobby send and receive nothing; a paused or waiting meeting forwards nothing.
    """
    if meeting.status not in FORWARDING:
        return {}
    listeners = _listeners(meeting)
    silent = floor.silent(meeting)
    wanted: dict[Track, frozenset[ParticipantId]] = {}
    for person in meeting.participants.values():
        mic = person.mic_on and person.mic_allowed and person.id not in silent
        camera = person.camera_on and person.camera_allowed
        if not (mic or camera) or person.room == LOBBY:
            continue
        others = listeners[person.room] - {person.id}
        if mic:
            wanted[Track(person.id, Kind.MIC)] = others
        if camera:
            wanted[Track(person.id, Kind.CAMERA)] = others
    return wanted


def holders(meeting: Meeting) -> frozenset[ParticipantId]:
    """Whoever has the turn in her room, wherever that is: large for everybody who sees her."""
    rooms = {*meeting.rounds, *meeting.hands}
    return frozenset(who for room in rooms if (who := floor.holder(meeting, room)) is not None)


def _listeners(meeting: Meeting) -> dict[RoomId, frozenset[ParticipantId]]:
    """Who is in each room; the lobby listens to nobody."""
    rooms: dict[RoomId, list[ParticipantId]] = {}
    for person in meeting.participants.values():
        if person.room != LOBBY:
            rooms.setdefault(person.room, []).append(person.id)
    return {room: frozenset(people) for room, people in rooms.items()}
