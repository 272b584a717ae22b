# Longer than 400 lines: the one list of what can become true of a meeting.
"""Facts about a meeting, in the order they became true; the journal holds nothing else.

Every event has one `evolve_*` beside the rule that makes it, and one line in `audience.py` that says who sees it.
Long because it is a list: one class for each fact, in the order of the orders that make them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .groups import Breakouts, Pair
    from .ids import DeviceKey, MessageNumber, ParticipantId, ResourceNumber, RoomId, TokenId, TurnNumber
    from .rounds import Clock, Round
    from .state import (
        BarReason,
        ChatMode,
        Floor,
        Hands,
        Held,
        Pulse,
        QuietRoom,
        Role,
        RunSheet,
        Status,
    )


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
    OVER = "over"
    """The group is over; the facilitators hold their debrief."""


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
    place: RoomId
    at_ms: int
    heard_at_ms: int | None = None
    """A page that came again: when she was heard last, which a reload does not begin anew. None: now."""
    said_at_ms: int | None = None
    """Likewise when she wrote last: slow mode counts on."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody was let in from the lobby."""

    participant: ParticipantId
    room: RoomId
    at_ms: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody inside, or greeted from the lobby, is in another room now; see `Participant.room` and `.place`."""

    participant: ParticipantId
    room: RoomId
    place: RoomId


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
    line: ParticipantId | None = None
    everywhere: bool = False
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class MessagesReleased:
    """These were held; now their rooms see them."""

    numbers: tuple[MessageNumber, ...]


@dataclass(frozen=True, slots=True)
class ChatChanged:
    mode: ChatMode
    slow_ms: int


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
    """Somebody held the turn so long, until now."""

    participant: ParticipantId
    ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class AdmissionChanged:
    between_shares: bool


@dataclass(frozen=True, slots=True)
class AdmissionHeld:
    """Admitted; comes in when the share that is going on has ended."""

    participant: ParticipantId


@dataclass(frozen=True, slots=True)
class NeedsChanged:
    """Who asked for someone and waits."""

    needs: tuple[ParticipantId, ...]


@dataclass(frozen=True, slots=True)
class QuietRoomChanged:
    """A quiet room as it is now; None: it is closed."""

    room: RoomId
    quiet: QuietRoom | None


@dataclass(frozen=True, slots=True)
class BreakoutsChanged:
    """The plan, or the rooms, as they are now; None: all over, and what was said in the rooms is forgotten."""

    breakouts: Breakouts | None


@dataclass(frozen=True, slots=True)
class PairsMet:
    """Everybody who has been paired so far in rotating pairs."""

    met: frozenset[Pair]


@dataclass(frozen=True, slots=True)
class TextsSet:
    body: bytes


@dataclass(frozen=True, slots=True)
class RunSheetChanged:
    run_sheet: RunSheet | None


@dataclass(frozen=True, slots=True)
class PauseChanged:
    """A facilitator paused the meeting, or said that it goes on."""

    by_hand: bool


@dataclass(frozen=True, slots=True)
class DebriefBegan:
    """What the group said and did is forgotten."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class GuestTimeSet:
    """A guest has this time, from when the clock runs; or a pause stopped it, or is over."""

    participant: ParticipantId
    time: Clock


@dataclass(frozen=True, slots=True)
class PulseChanged:
    """The question as it stands; None: closed, and everything about it forgotten."""

    pulse: Pulse | None


@dataclass(frozen=True, slots=True)
class PulseShown:
    """The result, told once; nothing is kept of it. None: too few answered."""

    counts: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class HandedOut:
    number: ResourceNumber
    body: bytes


@dataclass(frozen=True, slots=True)
class TakenBack:
    number: ResourceNumber


@dataclass(frozen=True, slots=True)
class ContactsOpened:
    """People may choose with whom to keep in touch."""


@dataclass(frozen=True, slots=True)
class ContactsClosed:
    """What was not mutual is erased, unseen."""


@dataclass(frozen=True, slots=True)
class ContactOffered:
    """Seen by `giver` only; the body by nobody yet. None: withdrawn."""

    giver: ParticipantId
    to: ParticipantId
    body: bytes | None


@dataclass(frozen=True, slots=True)
class ContactsExchanged:
    """Two chose each other; each gets what the other wrote for her."""

    first: ParticipantId
    second: ParticipantId
    from_first: bytes
    from_second: bytes


@dataclass(frozen=True, slots=True)
class AideChanged:
    """What this person does for all to follow: one writes captions, one interprets."""

    participant: ParticipantId
    captions: bool
    interprets: bool


@dataclass(frozen=True, slots=True)
class Captioned:
    """A line for those who hear its author; it takes no place in the chat."""

    number: int
    participant: ParticipantId
    body: bytes
    at_ms: int


Event = (
    Arrived
    | Entered
    | Moved
    | SentToLobby
    | ConnectionLost
    | ConnectionRestored
    | Parted
    | Barred
    | BarUndone
    | MediaSet
    | MediaAllowed
    | Said
    | MessagesReleased
    | ChatChanged
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
    | NeedsChanged
    | QuietRoomChanged
    | BreakoutsChanged
    | PairsMet
    | TextsSet
    | RunSheetChanged
    | PauseChanged
    | DebriefBegan
    | GuestTimeSet
    | PulseChanged
    | PulseShown
    | HandedOut
    | TakenBack
    | ContactsOpened
    | ContactsClosed
    | ContactOffered
    | ContactsExchanged
    | AideChanged
    | Captioned
)
