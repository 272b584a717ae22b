"""Orders to a meeting. `actor` is always the server's own idea of who speaks, never the client's.

The first group comes from the server itself (arrivals, losses, time), the second from people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ids import DeviceKey, MessageNumber, ParticipantId, TokenId, TurnNumber
    from .rounds import RoundKind
    from .state import Floor, Role


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
class SetAway:
    """With baby, back soon; or here again."""

    actor: ParticipantId
    away: bool


@dataclass(frozen=True, slots=True)
class SetFloor:
    actor: ParticipantId
    floor: Floor


@dataclass(frozen=True, slots=True)
class RaiseHand:
    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class LowerHand:
    """One's own, or anybody's by a facilitator."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class CallOn:
    """Give the floor to somebody whose hand is up."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class OrderHands:
    """Show the hands as they were raised, or with those first who spoke least."""

    actor: ParticipantId
    fair: bool


@dataclass(frozen=True, slots=True)
class StartRound:
    actor: ParticipantId
    kind: RoundKind
    share_ms: int | None
    """Soft limit of one share; None: no limit."""
    order: tuple[ParticipantId, ...]
    """These first; every other member follows."""
    invite_passed: bool


@dataclass(frozen=True, slots=True)
class ReorderRound:
    """These first, the others behind them as they were."""

    actor: ParticipantId
    order: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class InvitePassed:
    """Ask those who passed at the end of the round, or do not."""

    actor: ParticipantId
    invite: bool


@dataclass(frozen=True, slots=True)
class CloseRound:
    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class AdmitBetweenShares:
    """Whether who is admitted while somebody shares waits for the end of the share."""

    actor: ParticipantId
    on: bool


@dataclass(frozen=True, slots=True)
class TakeTurn:
    actor: ParticipantId
    turn: TurnNumber


@dataclass(frozen=True, slots=True)
class PassTurn:
    actor: ParticipantId
    turn: TurnNumber


@dataclass(frozen=True, slots=True)
class ComeBackLater:
    """Not now; offer it once more at the end."""

    actor: ParticipantId
    turn: TurnNumber


@dataclass(frozen=True, slots=True)
class SkipTurn:
    """Go on now, as if the time to answer were over."""

    actor: ParticipantId
    turn: TurnNumber


@dataclass(frozen=True, slots=True)
class NameNext:
    """By the speaker of a nomination, or a facilitator."""

    actor: ParticipantId
    turn: TurnNumber
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class EndShare:
    """By the speaker or a facilitator."""

    actor: ParticipantId
    turn: TurnNumber


@dataclass(frozen=True, slots=True)
class ExtendShare:
    """A minute more, by the speaker or a facilitator."""

    actor: ParticipantId
    turn: TurnNumber


@dataclass(frozen=True, slots=True)
class ShareInWriting:
    """Use the turn for a chat message."""

    actor: ParticipantId
    turn: TurnNumber
    body: bytes


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
    | SetAway
    | SetFloor
    | RaiseHand
    | LowerHand
    | CallOn
    | OrderHands
    | StartRound
    | ReorderRound
    | InvitePassed
    | CloseRound
    | AdmitBetweenShares
    | TakeTurn
    | PassTurn
    | ComeBackLater
    | SkipTurn
    | NameNext
    | EndShare
    | ExtendShare
    | ShareInWriting
    | End
)
ServerCommand = Join | Resume | LoseConnection | Tick
Command = PersonCommand | ServerCommand
