"""Every message of the wire, one class each; `docs/protocol.md` explains them, `codec.py` packs them.

Long because it is a list: whoever writes a client reads one file from top to bottom.
A frame is one msgpack map. Key `t` is the tag; unknown tags and unknown keys are refused.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

PROTOCOL_VERSION: Final = 1

PersonId = Annotated[str, Meta(min_length=11, max_length=11)]
CommandId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Position = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
TokenText = Annotated[str, Meta(max_length=2048)]
ShareMs = Annotated[int, Meta(ge=1, le=2**31 - 1)]
People = Annotated[list[PersonId], Meta(max_length=256)]
KindText = Literal["circle", "volunteers", "nomination", "facilitator"]
FloorText = Literal["open", "gentle", "held"]
Secret16 = Annotated[bytes, Meta(min_length=16, max_length=16)]


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="t"):
    """Base of all messages; a class's tag is the value of its key `t`."""


# ── from a client ────────────────────────────────────────────────────────────────────────────────


class ResumeClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What takes a place up again: the secret from `joined`, and the last position seen."""

    secret: Secret16
    position: Position


class Look(Wire, frozen=True, tag="look"):
    """Who is here, before anything of mine is shown? Answered with `seen`; may be repeated."""

    v: int
    token: TokenText


class Join(Wire, frozen=True, tag="join"):
    """Take part. Once per connection; answered with `joined` or `refused`."""

    v: int
    token: TokenText
    device: Secret16
    profile: bytes
    offer: str | None = None
    resume: ResumeClaim | None = None


class Ping(Wire, frozen=True, tag="ping"):
    n: Position


class Offer(Wire, frozen=True, tag="offer"):
    """A new media transport, or an ICE restart; answered with `answer` or `refused`."""

    id: CommandId
    sdp: str


class Leave(Wire, frozen=True, tag="leave"):
    id: CommandId


class SetMedia(Wire, frozen=True, tag="set_media"):
    id: CommandId
    mic: bool
    camera: bool


class Say(Wire, frozen=True, tag="say"):
    id: CommandId
    body: bytes


class DeleteMessage(Wire, frozen=True, tag="delete_message"):
    id: CommandId
    message: Count


class Admit(Wire, frozen=True, tag="admit"):
    id: CommandId
    who: PersonId


class Deny(Wire, frozen=True, tag="deny"):
    id: CommandId
    who: PersonId


class SendToLobby(Wire, frozen=True, tag="send_to_lobby"):
    id: CommandId
    who: PersonId


class Mute(Wire, frozen=True, tag="mute"):
    id: CommandId
    who: PersonId


class AllowMic(Wire, frozen=True, tag="allow_mic"):
    id: CommandId
    who: PersonId


class StopCamera(Wire, frozen=True, tag="stop_camera"):
    id: CommandId
    who: PersonId


class AllowCamera(Wire, frozen=True, tag="allow_camera"):
    id: CommandId
    who: PersonId


class Lock(Wire, frozen=True, tag="lock"):
    id: CommandId


class Unlock(Wire, frozen=True, tag="unlock"):
    id: CommandId


class Remove(Wire, frozen=True, tag="remove"):
    id: CommandId
    who: PersonId


class UndoBar(Wire, frozen=True, tag="undo_bar"):
    id: CommandId
    who: PersonId


class SetAway(Wire, frozen=True, tag="set_away"):
    id: CommandId
    away: bool


class SetFloor(Wire, frozen=True, tag="set_floor"):
    id: CommandId
    floor: FloorText


class RaiseHand(Wire, frozen=True, tag="raise_hand"):
    id: CommandId


class LowerHand(Wire, frozen=True, tag="lower_hand"):
    id: CommandId
    who: PersonId


class CallOn(Wire, frozen=True, tag="call_on"):
    id: CommandId
    who: PersonId


class OrderHands(Wire, frozen=True, tag="order_hands"):
    id: CommandId
    fair: bool


class StartRound(Wire, frozen=True, tag="start_round"):
    id: CommandId
    kind: KindText
    share_ms: ShareMs | None
    order: People
    invite_passed: bool


class ReorderRound(Wire, frozen=True, tag="reorder_round"):
    id: CommandId
    order: People


class InvitePassed(Wire, frozen=True, tag="invite_passed"):
    id: CommandId
    invite: bool


class CloseRound(Wire, frozen=True, tag="close_round"):
    id: CommandId


class AdmitBetweenShares(Wire, frozen=True, tag="admit_between_shares"):
    id: CommandId
    on: bool


class TakeTurn(Wire, frozen=True, tag="take_turn"):
    id: CommandId
    turn: Count


class PassTurn(Wire, frozen=True, tag="pass_turn"):
    id: CommandId
    turn: Count


class ComeBackLater(Wire, frozen=True, tag="come_back_later"):
    id: CommandId
    turn: Count


class SkipTurn(Wire, frozen=True, tag="skip_turn"):
    id: CommandId
    turn: Count


class NameNext(Wire, frozen=True, tag="name_next"):
    id: CommandId
    turn: Count
    who: PersonId


class EndShare(Wire, frozen=True, tag="end_share"):
    id: CommandId
    turn: Count


class ExtendShare(Wire, frozen=True, tag="extend_share"):
    id: CommandId
    turn: Count


class ShareInWriting(Wire, frozen=True, tag="share_in_writing"):
    id: CommandId
    turn: Count
    body: bytes


class End(Wire, frozen=True, tag="end"):
    id: CommandId


CommandMessage = (
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
ClientMessage = Look | Join | Ping | Offer | CommandMessage


# ── parts of server messages ─────────────────────────────────────────────────────────────────────


class IceServer(msgspec.Struct, frozen=True):
    """As W3C RTCIceServer."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Person(msgspec.Struct, frozen=True):
    """One participant as the viewer may see her."""

    id: str
    role: str
    profile: bytes
    room: str
    connected: bool
    mic: bool
    camera: bool
    mic_allowed: bool
    camera_allowed: bool
    returning: bool
    away: bool
    admitted: bool


class Message(msgspec.Struct, frozen=True):
    """One chat message; `age_ms` is how long ago it was accepted when this was sent."""

    number: int
    author: str
    body: bytes
    age_ms: int


class BarredPerson(msgspec.Struct, frozen=True):
    """Somebody who may be called back; facilitators only."""

    id: str
    profile: bytes
    reason: str


class Place(msgspec.Struct, frozen=True):
    """One person's place in the order of a round, and how it stands."""

    who: str
    standing: str


class Round(msgspec.Struct, frozen=True):
    """The round of your room, whole. `left_ms` is as of when this was sent; nil: no clock, or not for you."""

    kind: str
    turn: int
    phase: str
    who: str | None
    left_ms: int | None
    runs: bool
    held: bool
    stage: str
    named: str | None
    share_ms: int | None
    invite_passed: bool
    places: list[Place]


class Hands(msgspec.Struct, frozen=True):
    """All hands of your room, in the order in which they are to be called."""

    raised: list[str]
    fair: bool
    called: str | None


class Snapshot(msgspec.Struct, frozen=True):
    """Everything one viewer may know now; replaces all that she knew."""

    you: str
    status: str
    locked: bool
    lead: str | None
    present: int
    people: list[Person]
    messages: list[Message]
    barred: list[BarredPerson]
    grace_ms: int
    round: Round | None
    hands: Hands
    floor: str
    between_shares: bool


# ── events, as a client sees them ────────────────────────────────────────────────────────────────


class PersonCame(Wire, frozen=True, tag="person_came"):
    """Somebody is new in what you can see: in the lobby (facilitators only) or in your room."""

    person: Person


class PersonMoved(Wire, frozen=True, tag="person_moved"):
    """Somebody you could see already is in another room now."""

    who: str
    room: str


class PersonParted(Wire, frozen=True, tag="person_parted"):
    """Somebody is gone from what you can see. `how`: left, lost, removed, denied, lobby."""

    who: str
    how: str


class ConnectionLost(Wire, frozen=True, tag="connection_lost"):
    who: str


class ConnectionRestored(Wire, frozen=True, tag="connection_restored"):
    who: str


class MediaSet(Wire, frozen=True, tag="media_set"):
    who: str
    mic: bool
    camera: bool


class MediaAllowed(Wire, frozen=True, tag="media_allowed"):
    who: str
    mic: bool
    camera: bool


class Said(Wire, frozen=True, tag="said"):
    number: int
    author: str
    body: bytes


class MessageDeleted(Wire, frozen=True, tag="message_deleted"):
    number: int


class LockChanged(Wire, frozen=True, tag="lock_changed"):
    locked: bool


class LeadChanged(Wire, frozen=True, tag="lead_changed"):
    lead: str | None


class StatusChanged(Wire, frozen=True, tag="status_changed"):
    status: str


class PersonBarred(Wire, frozen=True, tag="person_barred"):
    """Facilitators only."""

    person: BarredPerson


class BarUndone(Wire, frozen=True, tag="bar_undone"):
    """Facilitators only."""

    who: str


class AwayChanged(Wire, frozen=True, tag="away_changed"):
    who: str
    away: bool


class RoundChanged(Wire, frozen=True, tag="round_changed"):
    """The round as it is now; nil: it is closed."""

    round: Round | None


class ShareNudged(Wire, frozen=True, tag="share_nudged"):
    """The time of this share is over, gently; its speaker and facilitators only."""

    turn: int


class HandsChanged(Wire, frozen=True, tag="hands_changed"):
    hands: Hands


class FloorChanged(Wire, frozen=True, tag="floor_changed"):
    floor: str


class AdmissionChanged(Wire, frozen=True, tag="admission_changed"):
    """Facilitators only."""

    between_shares: bool


class AdmissionHeld(Wire, frozen=True, tag="admission_held"):
    """She comes in when the share has ended; facilitators and herself only."""

    who: str


EventMessage = (
    PersonCame
    | PersonMoved
    | PersonParted
    | ConnectionLost
    | ConnectionRestored
    | MediaSet
    | MediaAllowed
    | Said
    | MessageDeleted
    | LockChanged
    | LeadChanged
    | StatusChanged
    | PersonBarred
    | BarUndone
    | AwayChanged
    | RoundChanged
    | ShareNudged
    | HandsChanged
    | FloorChanged
    | AdmissionChanged
    | AdmissionHeld
)


# ── from the server ──────────────────────────────────────────────────────────────────────────────


class Seen(Wire, frozen=True, tag="seen"):
    """The answer to `look`."""

    v: int
    status: str
    locked: bool
    facilitators: list[bytes]
    present: int


class Joined(Wire, frozen=True, tag="joined"):
    """You have a place. `snapshot` is nil when a resume was possible: the missed events follow."""

    you: str
    role: str
    resume: bytes
    position: int
    snapshot: Snapshot | None
    answer: str | None
    ice_servers: list[IceServer]


class Happened(Wire, frozen=True, tag="happened"):
    """What one step of the meeting changed for you. Positions rise; holes are what is not yours."""

    position: int
    events: list[EventMessage]


class SnapshotMessage(Wire, frozen=True, tag="snapshot"):
    """Your whole view changed (you were admitted, moved …): replace everything."""

    position: int
    snapshot: Snapshot


class Done(Wire, frozen=True, tag="done"):
    id: int


class Answer(Wire, frozen=True, tag="answer"):
    id: int
    sdp: str


class Refused(Wire, frozen=True, tag="refused"):
    """`id` is the command's, nil for `look` and `join`."""

    id: int | None
    code: str
    text: str


class SeatState(msgspec.Struct, frozen=True):
    """Who is in one receive seat; `who` nil: empty."""

    who: str | None
    audio: bool
    video: bool


class Seats(Wire, frozen=True, tag="seats"):
    """Latest state of all your seats, in the order of your offer's receive pairs."""

    seats: list[SeatState]


class Speaking(Wire, frozen=True, tag="speaking"):
    """Latest state: who is audible, loudest first."""

    who: list[str]


class Pong(Wire, frozen=True, tag="pong"):
    n: int


ServerMessage = Seen | Joined | Happened | SnapshotMessage | Done | Answer | Refused | Seats | Speaking | Pong
