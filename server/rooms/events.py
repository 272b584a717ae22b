"""Facts about a meeting, in the order they became true; the journal holds nothing else.

Every event has one `evolve_*` beside the rule that makes it, and one line in `audience.py` that says who sees it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ids import DeviceKey, MessageNumber, ParticipantId, RoomId, TokenId, TurnNumber
    from .rounds import Round
    from .state import BarReason, Floor, Hands, Role, Status


class Parting(StrEnum):
    """How somebody left."""

    LEFT = "left"
    """By her own choice."""
    LOST = "lost"
    """Her connection was lost and the grace time is over."""
    REMOVED = "removed"
    DENIED = "denied"
    REPLACED = "replaced"
    """The same page came again as somebody new, without the secret of its place."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody new has a place: in the lobby, or at once in a room (facilitators, people called back)."""

    participant: ParticipantId
    role: Role
    profile: bytes
    token_id: TokenId
    token_is_personal: bool
    device: DeviceKey
    origin: int
    resume_hash: bytes
    returning: bool
    room: RoomId


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody was let in from the lobby."""

    participant: ParticipantId
    room: RoomId


@dataclass(frozen=True, slots=True)
class SentToLobby:
    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    participant: ParticipantId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ConnectionRestored:
    participant: ParticipantId
    connection: int


@dataclass(frozen=True, slots=True)
class Parted:
    """Somebody is gone; her place and her media with her."""

    participant: ParticipantId
    how: Parting


@dataclass(frozen=True, slots=True)
class Barred:
    participant: ParticipantId
    reason: BarReason


@dataclass(frozen=True, slots=True)
class BarUndone:
    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class MediaSet:
    """What this person sends now; also after a facilitator closed it."""

    participant: ParticipantId
    mic: bool
    camera: bool


@dataclass(frozen=True, slots=True)
class MediaAllowed:
    """What this person may send now."""

    participant: ParticipantId
    mic: bool
    camera: bool


@dataclass(frozen=True, slots=True)
class Said:
    number: MessageNumber
    author: ParticipantId
    room: RoomId
    body: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    number: MessageNumber


@dataclass(frozen=True, slots=True)
class LockChanged:
    locked: bool


@dataclass(frozen=True, slots=True)
class LeadChanged:
    lead: ParticipantId | None


@dataclass(frozen=True, slots=True)
class AttendanceChanged:
    """The last connected facilitator dropped (a time), or one is here again (None)."""

    unattended_since_ms: int | None


@dataclass(frozen=True, slots=True)
class StatusChanged:
    status: Status


@dataclass(frozen=True, slots=True)
class AwayChanged:
    participant: ParticipantId
    away: bool


@dataclass(frozen=True, slots=True)
class FloorChanged:
    room: RoomId
    floor: Floor


@dataclass(frozen=True, slots=True)
class HandsChanged:
    """All hands of a room as they are now."""

    room: RoomId
    hands: Hands


@dataclass(frozen=True, slots=True)
class RoundChanged:
    """The whole round of a room as it is now; None: it is closed."""

    room: RoomId
    round: Round | None


@dataclass(frozen=True, slots=True)
class ShareNudged:
    """The soft limit of a share has come."""

    room: RoomId
    turn: TurnNumber


@dataclass(frozen=True, slots=True)
class Spoke:
    """Somebody held the turn so long."""

    participant: ParticipantId
    ms: int


@dataclass(frozen=True, slots=True)
class AdmissionChanged:
    between_shares: bool


@dataclass(frozen=True, slots=True)
class AdmissionHeld:
    """Admitted; comes in when the share that is going on has ended."""

    participant: ParticipantId


Event = (
    Arrived
    | Entered
    | SentToLobby
    | ConnectionLost
    | ConnectionRestored
    | Parted
    | Barred
    | BarUndone
    | MediaSet
    | MediaAllowed
    | Said
    | MessageDeleted
    | LockChanged
    | LeadChanged
    | AttendanceChanged
    | StatusChanged
    | AwayChanged
    | FloorChanged
    | HandsChanged
    | RoundChanged
    | ShareNudged
    | Spoke
    | AdmissionChanged
    | AdmissionHeld
)
