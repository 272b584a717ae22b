"""Who may be heard and seen by whom: the only bridge from the meeting to the media server.

Called by `hosting` after every change; the media server forwards nothing that is not in here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from .state import Meeting, Participant, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ids import ParticipantId


class Kind(StrEnum):
    """What a track shows."""

    MIC = "mic"
    CAMERA = "camera"
    SCREEN = "screen"


class Track(NamedTuple):
    """One thing one person sends."""

    publisher: ParticipantId
    kind: Kind


def _sends(person: Participant, kind: Kind) -> bool:
    """True where both the person and the facilitators let this track out."""
    match kind:
        case Kind.MIC:
            return person.mic_on and person.mic_allowed
        case Kind.CAMERA:
            return person.camera_on and person.camera_allowed
        case Kind.SCREEN:
            return False


def routes(meeting: Meeting) -> Mapping[Track, frozenset[ParticipantId]]:
    """Every track that is forwarded now, with everybody who receives it; what is absent is silent.

    Linear in the number of people: the set of listeners is built once per room.
    People in the lobby send and receive nothing; a paused or waiting meeting forwards nothing.
    """
    if meeting.status is not Status.OPEN:
        return {}
    listeners: dict[str, set[ParticipantId]] = {}
    for person in meeting.participants.values():
        if not person.in_lobby:
            listeners.setdefault(person.room, set()).add(person.id)
    wanted: dict[Track, frozenset[ParticipantId]] = {}
    for person in meeting.participants.values():
        if person.in_lobby:
            continue
        kinds = [kind for kind in Kind if _sends(person, kind)]
        if kinds:
            others = frozenset(listeners[person.room] - {person.id})
            wanted.update({Track(person.id, kind): others for kind in kinds})
    return wanted
