"""Orders to a meeting. `actor` is always the server's own idea of who speaks, never the client's.

The first group comes from the server itself (arrivals, losses, time), the second from people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ids import DeviceKey, MessageNumber, ParticipantId, TokenId
    from .state import Role


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody with a valid link arrives; the id and the secret's hash were drawn by the caller."""

    participant: ParticipantId
    role: Role
    profile: bytes
    token_id: TokenId
    token_is_personal: bool
    device: DeviceKey
    origin: int
    resume_hash: bytes


@dataclass(frozen=True, slots=True)
class Resume:
    """Somebody takes her place up again on a new connection."""

    resume_hash: bytes


@dataclass(frozen=True, slots=True)
class LoseConnection:
    """A socket closed without a word."""

    participant: ParticipantId
    connection: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time reached `deadlines.next_deadline`."""


@dataclass(frozen=True, slots=True)
class Leave:
    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class SetMedia:
    """The person's own choice. Nobody else can ever turn these on."""

    actor: ParticipantId
    mic: bool
    camera: bool


@dataclass(frozen=True, slots=True)
class Say:
    actor: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """By its author or a facilitator."""

    actor: ParticipantId
    message: MessageNumber


@dataclass(frozen=True, slots=True)
class Admit:
    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class Deny:
    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class SendToLobby:
    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class Mute:
    """Close somebody's microphone until a facilitator allows it again."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class AllowMic:
    """Permit, never open: the person decides herself."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class StopCamera:
    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class AllowCamera:
    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class Lock:
    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class Unlock:
    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class Remove:
    """Cut at once and bar from knocking again."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class UndoBar:
    """Take back a removal or a denial; the page of a removed person then passes the lobby once."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class End:
    """End the meeting for all."""

    actor: ParticipantId


PersonCommand = (
    Leave
    | SetMedia
    | Say
    | DeleteMessage
    | Admit
    | Deny
    | SendToLobby
    | Mute
    | AllowMic
    | StopCamera
    | AllowCamera
    | Lock
    | Unlock
    | Remove
    | UndoBar
    | End
)
ServerCommand = Join | Resume | LoseConnection | Tick
Command = PersonCommand | ServerCommand
