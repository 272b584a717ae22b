# Longer than 400 lines: the one list of what a client may say, read from top to bottom.
"""Every message from a client, one class each; `docs/protocol.md` explains them, `codec.py` unpacks them.

Long because it is a list: whoever writes a client reads it from top to bottom, then `server_messages.py`.
A frame is one msgpack map. Key `t` is the tag; unknown tags, unknown keys and values out of bounds are refused.
Bounds here keep nonsense out; what a meeting permits is smaller and is decided by its `Rules`.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

# msgspec reads the annotations, so their names are needed when the program runs.
from server.rooms.groups import BreakoutKind  # noqa: TC001
from server.rooms.ids import MessageNumber, ParticipantId, PulseNumber, ResourceNumber, RoomId, TurnNumber
from server.rooms.rounds import RoundKind  # noqa: TC001
from server.rooms.state import ChatMode, Floor, SegmentKind  # noqa: TC001

PROTOCOL_VERSION: Final = 1

MAX_INT32: Final = 2**31 - 1
MAX_EXACT: Final = 2**53 - 1
"""The largest number that JavaScript counts without gaps."""
MAX_TOKEN_CHARS: Final = 2048
MAX_ROOM_NAME_CHARS: Final = 16
MAX_PEOPLE: Final = 256
"""In one list, like every array of a frame (`codec.MAX_ARRAY_ITEMS`)."""
MAX_ROOMS: Final = 64
"""Of one plan."""
MAX_SEGMENTS: Final = 64
MAX_SMALL: Final = 255
MAX_DRAWN: Final = 32
"""People of one screen whose size is told, as many as a map of a frame may hold (`codec.MAX_MAP_ITEMS`)."""
MAX_HEIGHT_PX: Final = 8640

CommandId = Annotated[int, Meta(ge=1, le=MAX_INT32)]
PersonId = Annotated[ParticipantId, Meta(min_length=11, max_length=11)]
People = Annotated[tuple[PersonId, ...], Meta(max_length=MAX_PEOPLE)]
RoomName = Annotated[RoomId, Meta(min_length=1, max_length=MAX_ROOM_NAME_CHARS)]
RoomNames = Annotated[tuple[RoomName, ...], Meta(max_length=MAX_ROOMS)]
MessageId = Annotated[MessageNumber, Meta(ge=1, le=MAX_EXACT)]
"""They rise with the milliseconds of the meeting: 32 bit would be 25 days."""
ResourceId = Annotated[ResourceNumber, Meta(ge=1, le=MAX_INT32)]
PulseId = Annotated[PulseNumber, Meta(ge=1, le=MAX_INT32)]
Turn = Annotated[TurnNumber, Meta(ge=1, le=MAX_INT32)]
SpanMs = Annotated[int, Meta(ge=1, le=MAX_INT32)]
"""Some time, in ms."""
PauseMs = Annotated[int, Meta(ge=0, le=MAX_INT32)]
"""As `SpanMs`, or none."""
Position = Annotated[int, Meta(ge=0, le=MAX_EXACT)]
RoomSize = Annotated[int, Meta(ge=2, le=MAX_SMALL)]
Small = Annotated[int, Meta(ge=0, le=MAX_SMALL)]
HeightPx = Annotated[int, Meta(ge=0, le=MAX_HEIGHT_PX)]
Heights = Annotated[dict[PersonId, HeightPx], Meta(max_length=MAX_DRAWN)]
TokenText = Annotated[str, Meta(max_length=MAX_TOKEN_CHARS)]
SealedPosition = Annotated[bytes, Meta(max_length=16)]
Secret16 = Annotated[bytes, Meta(min_length=16, max_length=16)]


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="t"):
    """Base of all messages; a class's tag is the value of its key `t`."""


class Order(Wire, frozen=True):
    """Base of what is answered by `id`: the client's own number for it."""

    id: CommandId


class PersonOrder(Order, frozen=True):
    """Base of what is about somebody, not always another."""

    who: PersonId


class TurnOrder(Order, frozen=True):
    """Base of what speaks of a turn: a number that is not the one going on is refused."""

    turn: Turn


# ── the door and the connection ───────────────────────────────────────────────────────────────────


class ResumeClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What takes a place up again: the secret from `joined`, and the last position seen, as it came; empty: none."""

    secret: Secret16
    position: SealedPosition


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


class Offer(Order, frozen=True, tag="offer"):
    """A new media transport, or an ICE restart; answered with `answer` or `refused`."""

    sdp: str


class Watching(Wire, frozen=True, tag="watching"):
    """What I see now; the newest word counts, there is no answer. `heights`: how tall each person is drawn, 0: not visible."""

    heights: Heights
    pinned: PersonId | None
    low_data: bool


class AskGrants(Order, frozen=True, tag="ask_grants"):
    """What does everybody get of the pictures, and why? Facilitators; answered with `grants` or `refused`."""


# ── what one sends, and what facilitators do about others ─────────────────────────────────────────


class Leave(Order, frozen=True, tag="leave"):
    """Silently; the connection closes."""


class SetMedia(Order, frozen=True, tag="set_media"):
    """What I send from now on."""

    mic: bool
    camera: bool


class SetAway(Order, frozen=True, tag="set_away"):
    """With baby, back soon; or here again."""

    away: bool


class Admit(PersonOrder, frozen=True, tag="admit"):
    """Let in from the lobby."""


class Deny(PersonOrder, frozen=True, tag="deny"):
    """Turn away from the lobby, and bar."""


class SendToLobby(PersonOrder, frozen=True, tag="send_to_lobby"):
    """Back to where one waits."""


class Mute(PersonOrder, frozen=True, tag="mute"):
    """Close somebody's microphone until a facilitator allows it again."""


class AllowMic(PersonOrder, frozen=True, tag="allow_mic"):
    """Permit, never open."""


class StopCamera(PersonOrder, frozen=True, tag="stop_camera"):
    """Close somebody's camera until a facilitator allows it again."""


class AllowCamera(PersonOrder, frozen=True, tag="allow_camera"):
    """Permit, never open."""


class Lock(Order, frozen=True, tag="lock"):
    """Nobody new may knock."""


class Unlock(Order, frozen=True, tag="unlock"):
    """Whoever has the link may knock again."""


class Remove(PersonOrder, frozen=True, tag="remove"):
    """Cut at once and bar from knocking again."""


class UndoBar(PersonOrder, frozen=True, tag="undo_bar"):
    """Take back a removal or a denial."""


class AdmitBetweenShares(Order, frozen=True, tag="admit_between_shares"):
    """Whether who is admitted during a share comes in when it has ended."""

    on: bool


class End(Order, frozen=True, tag="end"):
    """For all; the server forgets everything."""


AboutPeople = (
    Leave
    | SetMedia
    | SetAway
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
    | AdmitBetweenShares
    | End
)


# ── rounds, hands and the floor ───────────────────────────────────────────────────────────────────


class StartRound(Order, frozen=True, tag="start_round"):
    """`order`: these first, the others as they arrived."""

    kind: RoundKind
    share_ms: SpanMs | None
    order: People
    invite_passed: bool


class TakeTurn(TurnOrder, frozen=True, tag="take_turn"):
    """Share now; opens nothing."""


class PassTurn(TurnOrder, frozen=True, tag="pass_turn"):
    """Not this time, which is fine."""


class ComeBackLater(TurnOrder, frozen=True, tag="come_back_later"):
    """Once more at the end."""


class ShareInWriting(TurnOrder, frozen=True, tag="share_in_writing"):
    """Use the turn for a chat message."""

    body: bytes


class EndShare(TurnOrder, frozen=True, tag="end_share"):
    """By the speaker or a facilitator."""


class ExtendShare(TurnOrder, frozen=True, tag="extend_share"):
    """A minute more."""


class NameNext(TurnOrder, frozen=True, tag="name_next"):
    """By the speaker of a nomination or a facilitator."""

    who: PersonId


class SkipTurn(TurnOrder, frozen=True, tag="skip_turn"):
    """Go on now, as if the time to answer were over."""


class ReorderRound(Order, frozen=True, tag="reorder_round"):
    """These first, the others behind them as they were. `was`: the whole order as I see it; nil: whatever it is."""

    order: People
    was: People | None = None


class InvitePassed(Order, frozen=True, tag="invite_passed"):
    """Whether those who passed are asked once more at the end. `turn`: the one I see; nil: whatever it is."""

    invite: bool
    turn: Turn | None = None


class CloseRound(Order, frozen=True, tag="close_round"):
    """Before its end; it also closes by itself when nothing is left. `turn`: as with `invite_passed`."""

    turn: Turn | None = None


class RaiseHand(Order, frozen=True, tag="raise_hand"):
    """Outside of rounds."""


class LowerHand(PersonOrder, frozen=True, tag="lower_hand"):
    """One's own, or anybody's by a facilitator."""


class CallOn(PersonOrder, frozen=True, tag="call_on"):
    """Give the floor to a raised hand."""


class OrderHands(Order, frozen=True, tag="order_hands"):
    """As they were raised, or who spoke least first."""

    fair: bool


class SetFloor(Order, frozen=True, tag="set_floor"):
    """`was`: the one I see; nil: whatever it is."""

    floor: Floor
    was: Floor | None = None


AboutTheCircle = (
    StartRound
    | TakeTurn
    | PassTurn
    | ComeBackLater
    | ShareInWriting
    | EndShare
    | ExtendShare
    | NameNext
    | SkipTurn
    | ReorderRound
    | InvitePassed
    | CloseRound
    | RaiseHand
    | LowerHand
    | CallOn
    | OrderHands
    | SetFloor
)


# ── words to a room, to the facilitators, to everybody ────────────────────────────────────────────


class Say(Order, frozen=True, tag="say"):
    """To my room."""

    body: bytes


class DeleteMessage(Order, frozen=True, tag="delete_message"):
    """By its author or a facilitator."""

    message: MessageId


class SetChatMode(Order, frozen=True, tag="set_chat_mode"):
    """`was`: the one I see; nil: whatever it is."""

    mode: ChatMode
    was: ChatMode | None = None


class SetSlowMode(Order, frozen=True, tag="set_slow_mode"):
    """0: no slow mode. `was`: the pause I see; nil: whatever it is."""

    ms: PauseMs
    was: PauseMs | None = None


class ApproveMessage(Order, frozen=True, tag="approve_message"):
    """Show a held message to its room."""

    message: MessageId


class SayToFacilitators(Order, frozen=True, tag="say_to_facilitators"):
    """On my own private line."""

    body: bytes


class AnswerOnLine(PersonOrder, frozen=True, tag="answer_on_line"):
    """On somebody's private line."""

    body: bytes


class Broadcast(Order, frozen=True, tag="broadcast"):
    """To all rooms."""

    body: bytes


AboutWords = (
    Say
    | DeleteMessage
    | SetChatMode
    | SetSlowMode
    | ApproveMessage
    | SayToFacilitators
    | AnswerOnLine
    | Broadcast
)


# ── needs, quiet rooms and breakouts ──────────────────────────────────────────────────────────────


class AskForSomeone(Order, frozen=True, tag="ask_for_someone"):
    """I need someone: only facilitators see it."""


class WithdrawNeed(Order, frozen=True, tag="withdraw_need"):
    """It is all right again."""


class AcceptNeed(PersonOrder, frozen=True, tag="accept_need"):
    """Go into a quiet room with somebody who asked."""


class Greet(PersonOrder, frozen=True, tag="greet"):
    """Welcome somebody from the lobby, one to one."""


class TakeAside(PersonOrder, frozen=True, tag="take_aside"):
    """Speak with somebody alone."""


class EndQuiet(Order, frozen=True, tag="end_quiet"):
    """Both go back to their places."""


class PlannedRoom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One room of a plan as a facilitator wishes it."""

    topic: bytes
    host: PersonId | None
    people: People


class PlanBreakouts(Order, frozen=True, tag="plan_breakouts"):
    """Show a plan to those it is for. `size`: people in a room, `random` only. `seed`: the same gives the same rooms.

    `was`: the rooms of the plan that I see, none if there is none; nil: whatever it is.
    """

    kind: BreakoutKind
    rooms: Annotated[tuple[PlannedRoom, ...], Meta(max_length=MAX_ROOMS)]
    size: RoomSize | None
    seed: Position
    length_ms: SpanMs | None
    unattended: bool
    was: RoomNames | None = None


class DropPlan(Order, frozen=True, tag="drop_plan"):
    """Take it back before it is opened. `was`: as with `plan_breakouts`."""

    was: RoomNames | None = None


class AnswerBreakout(Order, frozen=True, tag="answer_breakout"):
    """Go to this room; nil: stay in the main room, or come back to it."""

    room: RoomName | None


class OpenBreakouts(Order, frozen=True, tag="open_breakouts"):
    """Whoever said that she goes is moved now; others when they say so. `was`: as with `plan_breakouts`."""

    was: RoomNames | None = None


class AssignRoom(PersonOrder, frozen=True, tag="assign_room"):
    """nil: the main room."""

    room: RoomName | None


class SetHost(Order, frozen=True, tag="set_host"):
    """Who looks after this room; nil: nobody."""

    room: RoomName
    who: PersonId | None


class EnterRoom(Order, frozen=True, tag="enter_room"):
    """A facilitator goes to any room, seen by those in it."""

    room: RoomName


class ExtendBreakouts(Order, frozen=True, tag="extend_breakouts"):
    """So much more time. `was`: as with `plan_breakouts`."""

    ms: SpanMs
    was: RoomNames | None = None


class CallFacilitator(Order, frozen=True, tag="call_facilitator"):
    """From a breakout; one open call for each room."""


class RecallBreakouts(Order, frozen=True, tag="recall_breakouts"):
    """All back to the main room, after the notice or at once. `was`: as with `plan_breakouts`."""

    at_once: bool
    was: RoomNames | None = None


AboutRooms = (
    AskForSomeone
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
)


# ── the session: parts, pause, guests, pulse, resources, keep in touch, debrief ───────────────────


class SegmentWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part of the run-sheet, and the modes it switches to."""

    kind: SegmentKind
    title: bytes
    length_ms: SpanMs
    floor: Floor
    chat: ChatMode


Segments = Annotated[tuple[SegmentWish, ...], Meta(max_length=MAX_SEGMENTS)]


class SetTexts(Order, frozen=True, tag="set_texts"):
    """What whoever comes reads first, sealed; empty: nothing of this group's own."""

    body: bytes


class SetRunSheet(Order, frozen=True, tag="set_run_sheet"):
    """Replace the run-sheet; an empty list takes it away. `was`: the one I see; nil: whatever it is."""

    segments: Segments
    was: Segments | None = None


class GoToSegment(Order, frozen=True, tag="go_to_segment"):
    """nil: no part is going on. `was`: the run-sheet I see; nil: whatever it is."""

    index: Small | None
    was: Segments | None = None


class Pause(Order, frozen=True, tag="pause"):
    """All media and chat stop at once."""


class GoOn(Order, frozen=True, tag="go_on"):
    """The pause is over."""


class SetGuestTime(PersonOrder, frozen=True, tag="set_guest_time"):
    """So long from now on."""

    ms: SpanMs


class OpenPulse(Order, frozen=True, tag="open_pulse"):
    """`body` seals the question and its `options` answers."""

    body: bytes
    options: Small


class AnswerPulse(Order, frozen=True, tag="answer_pulse"):
    """`option` counts from 0. `pulse`: the question I see; nil: whatever it is."""

    option: Small
    pulse: PulseId | None = None


class ClosePulse(Order, frozen=True, tag="close_pulse"):
    """The counts are shown once, where enough answered. `pulse`: as with `answer_pulse`."""

    pulse: PulseId | None = None


class HandOut(Order, frozen=True, tag="hand_out"):
    """A link or a text for everybody, sealed."""

    body: bytes


class TakeBack(Order, frozen=True, tag="take_back"):
    resource: ResourceId


class OpenContacts(Order, frozen=True, tag="open_contacts"):
    """From now on people may choose with whom to keep in touch."""


class CloseContacts(Order, frozen=True, tag="close_contacts"):
    """What was not mutual is erased, unseen."""


class OfferContact(PersonOrder, frozen=True, tag="offer_contact"):
    """Sealed to `who` alone; told to her only if she offers too."""

    body: bytes


class WithdrawContact(PersonOrder, frozen=True, tag="withdraw_contact"):
    """Take back what was offered."""


class NameCaptioner(Order, frozen=True, tag="name_captioner"):
    """Who writes captions; nil: nobody."""

    who: PersonId | None


class NameInterpreter(Order, frozen=True, tag="name_interpreter"):
    """Who interprets; nil: nobody."""

    who: PersonId | None


class Caption(Order, frozen=True, tag="caption"):
    """One sealed line, told once."""

    body: bytes


class BeginDebrief(Order, frozen=True, tag="begin_debrief"):
    """The group is over for everybody but the facilitators."""


AboutTheSession = (
    SetTexts
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
)


CommandMessage = AboutPeople | AboutTheCircle | AboutWords | AboutRooms | AboutTheSession
ClientMessage = Look | Join | Ping | Offer | Watching | AskGrants | CommandMessage
