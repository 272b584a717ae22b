# Longer than 400 lines: the one list of what can be asked of a meeting.
"""Orders to a meeting. `actor` is always the server's own idea of who speaks, never the client's.

The first group comes from the server itself (arrivals, losses, time), the second from people.
Long because it is a list: one class for each order, in the order of the protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .groups import BreakoutKind
    from .ids import (
        DeviceKey,
        MessageNumber,
        ParticipantId,
        PulseNumber,
        ResourceNumber,
        RoomId,
        TokenId,
        TurnNumber,
    )
    from .rounds import RoundKind
    from .state import ChatMode, Floor, Role, Segment


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
    was: Floor | None = None
    """The one that she looked at; None: whatever it is."""


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
    was: tuple[ParticipantId, ...] | None = None
    """The whole order that she looked at; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class InvitePassed:
    """Ask those who passed at the end of the round, or do not."""

    actor: ParticipantId
    invite: bool
    turn: TurnNumber | None = None
    """The one that she looked at; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class CloseRound:
    actor: ParticipantId
    turn: TurnNumber | None = None
    """As with `InvitePassed`."""


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
class PlannedRoom:
    """One room of a plan as a facilitator wishes it."""

    topic: bytes
    host: ParticipantId | None
    people: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class SetChatMode:
    actor: ParticipantId
    mode: ChatMode
    was: ChatMode | None = None
    """The one that she looked at; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class SetSlowMode:
    """0: no slow mode."""

    actor: ParticipantId
    ms: int
    was: int | None = None
    """The pause that she looked at; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class ApproveMessage:
    """Show a held message to its room."""

    actor: ParticipantId
    message: MessageNumber


@dataclass(frozen=True, slots=True)
class SayToFacilitators:
    """On one's own private line."""

    actor: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class AnswerOnLine:
    """By a facilitator, on somebody's private line."""

    actor: ParticipantId
    who: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class Broadcast:
    """By a facilitator, to all rooms."""

    actor: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class AskForSomeone:
    """I need someone: only facilitators see it."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class WithdrawNeed:
    """It is all right again."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class AcceptNeed:
    """Go into a quiet room with somebody who asked."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class Greet:
    """Welcome somebody from the lobby, one to one."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class TakeAside:
    """Speak with somebody alone."""

    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class EndQuiet:
    """Back to one's place, both."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class PlanBreakouts:
    """Show a plan to those it is for; an unopened plan is replaced.

    rooms: for BY_HAND who goes where; for TOPIC what they are about; for RANDOM and PAIRS topics and hosts, in order, where given.
    size: people in each room, RANDOM only. seed: any number; the same seed gives the same rooms.
    """

    actor: ParticipantId
    kind: BreakoutKind
    rooms: tuple[PlannedRoom, ...]
    size: int | None
    seed: int
    length_ms: int | None
    unattended: bool
    was: tuple[RoomId, ...] | None = None
    """The rooms of the plan that she looked at, () if there was none; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class DropPlan:
    """Take the plan back before it is opened."""

    actor: ParticipantId
    was: tuple[RoomId, ...] | None = None
    """As with `PlanBreakouts`."""


@dataclass(frozen=True, slots=True)
class AnswerBreakout:
    """Go to this room; None: stay in the main room, or come back to it."""

    actor: ParticipantId
    room: RoomId | None


@dataclass(frozen=True, slots=True)
class OpenBreakouts:
    """Whoever said that she goes is moved now; others when they say so."""

    actor: ParticipantId
    was: tuple[RoomId, ...] | None = None
    """As with `PlanBreakouts`."""


@dataclass(frozen=True, slots=True)
class AssignRoom:
    """Mean another room for somebody; who is in one already is moved."""

    actor: ParticipantId
    who: ParticipantId
    room: RoomId | None


@dataclass(frozen=True, slots=True)
class SetHost:
    actor: ParticipantId
    room: RoomId
    who: ParticipantId | None


@dataclass(frozen=True, slots=True)
class EnterRoom:
    """A facilitator goes to any room, announced by her being there."""

    actor: ParticipantId
    room: RoomId


@dataclass(frozen=True, slots=True)
class ExtendBreakouts:
    actor: ParticipantId
    ms: int
    was: tuple[RoomId, ...] | None = None
    """As with `PlanBreakouts`."""


@dataclass(frozen=True, slots=True)
class CallFacilitator:
    """From a breakout; one open call for each room."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class RecallBreakouts:
    """All back to the main room, after the notice or at once."""

    actor: ParticipantId
    at_once: bool
    was: tuple[RoomId, ...] | None = None
    """As with `PlanBreakouts`."""


@dataclass(frozen=True, slots=True)
class SetTexts:
    """The group's title, agreement and plan, for everybody who comes; b"" takes them away."""

    actor: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class SetRunSheet:
    """Replace the run-sheet; () takes it away."""

    actor: ParticipantId
    segments: tuple[Segment, ...]
    was: tuple[Segment, ...] | None = None
    """The one that she looked at, () if there was none; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class GoToSegment:
    """Begin a part: its floor and chat mode hold now. None: no part is going on."""

    actor: ParticipantId
    index: int | None
    was: tuple[Segment, ...] | None = None
    """The run-sheet that she looked at; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class Pause:
    """All media and chat stop at once."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class GoOn:
    """The pause is over."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class SetGuestTime:
    """So long from now on."""

    actor: ParticipantId
    who: ParticipantId
    ms: int


@dataclass(frozen=True, slots=True)
class OpenPulse:
    actor: ParticipantId
    body: bytes
    options: int


@dataclass(frozen=True, slots=True)
class AnswerPulse:
    """Once; `option` counts from 0."""

    actor: ParticipantId
    option: int
    pulse: PulseNumber | None = None
    """The question that she looked at; None: whatever it is."""


@dataclass(frozen=True, slots=True)
class ClosePulse:
    """The counts are shown once, where enough answered."""

    actor: ParticipantId
    pulse: PulseNumber | None = None
    """As with `AnswerPulse`."""


@dataclass(frozen=True, slots=True)
class HandOut:
    """A link or a text for everybody."""

    actor: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class TakeBack:
    actor: ParticipantId
    resource: ResourceNumber


@dataclass(frozen=True, slots=True)
class OpenContacts:
    """From now on people may choose with whom to keep in touch."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class CloseContacts:
    """Those who chose each other get what the other wrote; all else is erased."""

    actor: ParticipantId


@dataclass(frozen=True, slots=True)
class OfferContact:
    actor: ParticipantId
    who: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class WithdrawContact:
    actor: ParticipantId
    who: ParticipantId


@dataclass(frozen=True, slots=True)
class NameCaptioner:
    """Who writes captions from now on; None: nobody."""

    actor: ParticipantId
    who: ParticipantId | None


@dataclass(frozen=True, slots=True)
class NameInterpreter:
    """Who is heard and seen whatever the turn; None: nobody."""

    actor: ParticipantId
    who: ParticipantId | None


@dataclass(frozen=True, slots=True)
class Caption:
    """One line of captions, sealed."""

    actor: ParticipantId
    body: bytes


@dataclass(frozen=True, slots=True)
class BeginDebrief:
    """The group is over for everybody but the facilitators."""

    actor: ParticipantId


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
    | SetChatMode
    | SetSlowMode
    | ApproveMessage
    | SayToFacilitators
    | AnswerOnLine
    | Broadcast
    | AskForSomeone
    | WithdrawNeed
    | AcceptNeed
    | Greet
    | TakeAside
    | EndQuiet
    | PlanBreakouts
    | DropPlan
    | AnswerBreakout
    | OpenBreakouts
    | AssignRoom
    | SetHost
    | EnterRoom
    | ExtendBreakouts
    | CallFacilitator
    | RecallBreakouts
    | SetTexts
    | SetRunSheet
    | GoToSegment
    | Pause
    | GoOn
    | SetGuestTime
    | OpenPulse
    | AnswerPulse
    | ClosePulse
    | HandOut
    | TakeBack
    | OpenContacts
    | CloseContacts
    | OfferContact
    | WithdrawContact
    | NameCaptioner
    | NameInterpreter
    | Caption
    | BeginDebrief
    | End
)
ServerCommand = Join | Resume | LoseConnection | Tick
Command = PersonCommand | ServerCommand
