"""The value a meeting is: everything the server knows in clear, and sealed bytes for the rest.

Built only by `machine.evolve`; read by everybody. Sealed bytes are ciphertext to the server.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .ids import FIRST_MESSAGE, FIRST_PULSE, FIRST_RESOURCE, FIRST_TURN, LOBBY
from .rounds import Clock
from .rules import DEFAULT_RULES, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .groups import Breakouts, Pair
    from .ids import (
        DeviceKey,
        MeetingId,
        MessageNumber,
        ParticipantId,
        PulseNumber,
        ResourceNumber,
        RoomId,
        TokenId,
        TurnNumber,
    )
    from .rounds import Round


NO_LIMIT: Final = Clock(None)
"""Stands, and has not run."""


class Role(StrEnum):
    """What a link entitles to. A facilitator never waits in the lobby."""

    FACILITATOR = "facilitator"
    GUEST = "guest"
    MEMBER = "member"


class Status(StrEnum):
    """Transitions: WAITING → OPEN ⇄ PAUSED → DEBRIEF, each → ENDED (`attendance.py`, `pauses.py`)."""

    WAITING = "waiting"
    """No facilitator has come yet; everybody is in the lobby."""
    OPEN = "open"
    PAUSED = "paused"
    """No facilitator is connected, or one asked for it: media and chat stand still, nobody is sent away."""
    DEBRIEF = "debrief"
    """The group is over and what it said is erased; the facilitators stay among themselves."""
    ENDED = "ended"


class BarReason(StrEnum):
    """Why somebody may not knock again."""

    REMOVED = "removed"
    DENIED = "denied"


class Floor(StrEnum):
    """Who may be heard in a room."""

    OPEN = "open"
    GENTLE = "gentle"
    """Who does not have the turn is asked to stay muted; nobody is silenced."""
    HELD = "held"
    """Only whoever has the turn and the facilitators are forwarded."""


@dataclass(frozen=True)  # without slots: copied often, see `change`
class Participant:
    """One person of the meeting, in the lobby or in a room."""

    id: ParticipantId
    role: Role
    profile: bytes
    """Sealed: name and pronouns; ciphertext here."""
    token_id: TokenId
    token_is_personal: bool
    """The link was made for one person: to bar the person is to bar the link."""
    device: DeviceKey
    origin: int
    """Keyed 64-bit pseudonym of where the connection came from; tells 'the same place', never where."""
    resume_hash: bytes
    """SHA-256 of the secret with which this place can be taken up again."""
    room: RoomId = LOBBY
    """Where she is heard and seen."""
    place: RoomId = LOBBY
    """Where she belongs: rounds, hands, and the eyes of the others. Differs from `room` only in a quiet room."""
    connection: int = 1
    """Number of the newest connection; news about an older one is stale."""
    lost_at_ms: int | None = None
    """When the connection was lost; None while connected."""
    mic_on: bool = False
    camera_on: bool = False
    mic_allowed: bool = True
    camera_allowed: bool = True
    since: tuple[tuple[RoomId, MessageNumber], ...] = ()
    """For each room she has been in, the first message she may read: nothing from before she came."""
    returning: bool = False
    """May be somebody who was turned away: same origin as a barred person. Facilitators see it."""
    away: bool = False
    """With baby, back soon: every place is kept, nothing is sent."""
    admitted: bool = False
    """In the lobby: comes in as soon as the share that is going on has ended."""
    spoken_ms: int = 0
    """How long this person has held the turn in this meeting."""
    heard_at_ms: int | None = None
    """When she was heard last: held the turn, or wrote; at first, when she came. None: not for this viewer."""
    said_at_ms: int | None = None
    """When she wrote to her room last; slow mode counts from here."""
    captions: bool = False
    """Writes captions: one person at most."""
    interprets: bool = False
    """Interprets: one person at most."""
    guest_time: Clock | None = None
    """A guest inside: her time; it stands while the meeting is paused."""

    @property
    def connected(self) -> bool:
        return self.lost_at_ms is None

    @property
    def came_at(self) -> MessageNumber | None:
        """The next message when she came in; None: she is not in any room yet. Rooms are listed as she came to them."""
        return self.since[0][1] if self.since else None

    def reads_from(self, room: RoomId) -> MessageNumber | None:
        """The first message of this room that she may read; None: she was never there."""
        for one, number in self.since:
            if one == room:
                return number
        return None

    @property
    def in_lobby(self) -> bool:
        """Not let in: in the lobby, or greeted from there in a quiet room."""
        return self.place == LOBBY

    @property
    def in_quiet_room(self) -> bool:
        return self.room != self.place

    @property
    def seems_away(self) -> bool:
        """With baby or in a quiet room: the others cannot tell which."""
        return self.away or self.in_quiet_room

    @property
    def is_facilitator(self) -> bool:
        return self.role is Role.FACILITATOR


class ChatMode(StrEnum):
    """Who may write to the room. The line to the facilitators is open in every mode."""

    OPEN = "open"
    """Everybody; while another shares, what members and guests write is held, and released after the share."""
    APPROVED = "approved"
    """What members write waits until a facilitator approves it."""
    FACILITATORS = "facilitators"
    """Facilitators only."""
    CLOSED = "closed"
    """Nobody."""


class Held(StrEnum):
    """Why only its author and the facilitators see a message yet."""

    APPROVAL = "approval"
    SHARE = "share"
    """Somebody shares; it is released when the share has ended."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One accepted message; body is ciphertext."""

    number: MessageNumber
    author: ParticipantId
    room: RoomId
    body: bytes
    at_ms: int
    line: ParticipantId | None = None
    """Whose private line to the facilitators this belongs to; None: it is for a room."""
    everywhere: bool = False
    """A facilitator said it to all rooms."""
    held: Held | None = None


class QuietKind(StrEnum):
    """Why two people are in a quiet room."""

    NEED = "need"
    """She asked for someone."""
    GREETING = "greeting"
    """A newcomer from the lobby is welcomed."""
    ASIDE = "aside"
    """A facilitator took her aside; only a facilitator ends it."""


@dataclass(frozen=True, slots=True)
class QuietRoom:
    """Two people alone; both keep their places."""

    kind: QuietKind
    who: ParticipantId
    facilitator: ParticipantId


class SegmentKind(StrEnum):
    """What a part of the session is for."""

    GATHERING = "gathering"
    ROUND = "round"
    OPEN = "open"
    BREAKOUTS = "breakouts"
    BREAK = "break"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the session, and the modes it switches to."""

    kind: SegmentKind
    title: bytes
    """Sealed; may be empty."""
    length_ms: int
    floor: Floor
    chat: ChatMode


@dataclass(frozen=True, slots=True)
class RunSheet:
    """The parts of the session; everybody sees them in advance."""

    segments: tuple[Segment, ...]
    current: int | None = None
    """Index of the part that is going on; None: it has not begun."""
    clock: Clock | None = None
    """Of the current part; time that is over ends nothing."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """One anonymous question: counts only, and who has answered, never what."""

    body: bytes
    """Sealed: the question and its answers."""
    counts: tuple[int, ...]
    answered: frozenset[ParticipantId] = frozenset()
    number: PulseNumber = FIRST_PULSE
    """What an answer and the close name."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A sealed link or text a facilitator handed out."""

    number: ResourceNumber
    body: bytes
    after: MessageNumber
    """The next message when it was handed out: a guest sees nothing from before she came."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Who asks to speak in one room, and who was called on."""

    raised: tuple[ParticipantId, ...] = ()
    """In the order in which they were raised."""
    fair: bool = False
    """Shown with those first who spoke least."""
    called: ParticipantId | None = None
    clock: Clock = NO_LIMIT
    """How long whoever was called on has held the floor; it stands in a pause, and while she is lost or away."""

    def renamed(self, old: ParticipantId, new: ParticipantId) -> Hands:
        """The hands where `new` has everything that `old` had."""
        raised = tuple(new if who == old else who for who in self.raised)
        return Hands(raised, self.fair, new if self.called == old else self.called, self.clock)


NO_HANDS: Final = Hands()


@dataclass(frozen=True, slots=True)
class Bar:
    """Somebody who may not come back unless a facilitator undoes it."""

    participant: ParticipantId
    profile: bytes
    reason: BarReason
    device: DeviceKey
    token_id: TokenId | None
    """Set when the link was personal: then the link itself is refused."""
    origin: int


@dataclass(frozen=True)  # without slots: copied often, see `change`
class Meeting:
    """The whole meeting. Never changed in place: `evolve` returns the next one."""

    id: MeetingId
    rules: Rules = DEFAULT_RULES
    status: Status = Status.WAITING
    began_ms: int | None = None
    """When the first person came; None: nobody has yet."""
    participants: Mapping[ParticipantId, Participant] = field(default_factory=lambda: MappingProxyType({}))
    """In the order of arrival."""
    lead: ParticipantId | None = None
    """The facilitator who holds the group now; another inherits at once when she drops."""
    locked: bool = False
    held_by_hand: bool = False
    """A facilitator paused it; it goes on when one says so."""
    debrief_since_ms: int | None = None
    chat_mode: ChatMode = ChatMode.OPEN
    slow_ms: int = 0
    """So long a member waits between two messages to the room; 0: no slow mode."""
    messages: tuple[ChatMessage, ...] = ()
    history_bytes: int = 0
    """The sum of their bodies, kept so that no message is counted again for each new one."""
    held_for_shares: int = 0
    """How many of them are held because somebody shares."""
    next_message: MessageNumber = FIRST_MESSAGE
    """The least number of the next message."""
    barred: Mapping[ParticipantId, Bar] = field(default_factory=lambda: MappingProxyType({}))
    expected: frozenset[DeviceKey] = frozenset()
    """Called back after a removal: these pages pass the lobby once."""
    rounds: Mapping[RoomId, Round] = field(default_factory=lambda: MappingProxyType({}))
    """One at most in each room."""
    next_turn: TurnNumber = FIRST_TURN
    hands: Mapping[RoomId, Hands] = field(default_factory=lambda: MappingProxyType({}))
    """Rooms without an entry: no hand is up."""
    floors: Mapping[RoomId, Floor] = field(default_factory=lambda: MappingProxyType({}))
    """Rooms without an entry are open."""
    breakouts: Breakouts | None = None
    """Planned or open; one plan at most."""
    met: frozenset[Pair] = frozenset()
    """Who was paired with whom in rotating pairs."""
    next_room: int = 1
    """Number of the next breakout; never used twice."""
    next_quiet: int = 1
    """The least number of the next quiet room; never used twice. Of its own: breakouts tell nothing of quiet rooms."""
    quiet: Mapping[RoomId, QuietRoom] = field(default_factory=lambda: MappingProxyType({}))
    needs: tuple[ParticipantId, ...] = ()
    """Who asked for someone and waits, in order."""
    texts: bytes = b""
    """The group's title, agreement and plan, sealed; empty: none were given."""
    run_sheet: RunSheet | None = None
    pulse: Pulse | None = None
    next_pulse: PulseNumber = FIRST_PULSE
    resources: tuple[Resource, ...] = ()
    next_resource: ResourceNumber = FIRST_RESOURCE
    contacts: Mapping[tuple[ParticipantId, ParticipantId], bytes] | None = None
    """While keep in touch is open: what the first would like the second to have, sealed to the two."""
    captions: int = 0
    """The number of the newest line of captions; none of them is kept."""
    newest_captions: tuple[int, ...] = ()
    """The numbers of the few that who returns is still told."""
    captioned_at_ms: int | None = None
    between_shares: bool = False
    """Who is admitted while somebody shares comes in when the share has ended."""
    unattended_since_ms: int | None = None
    """Since when no facilitator is connected; None while one is, or before the first came."""

    def facilitators(self) -> Iterator[Participant]:
        """Those inside, connected or in their grace time, in order of arrival."""
        facilitator = Role.FACILITATOR
        return (p for p in self.participants.values() if p.role is facilitator and p.place != LOBBY)

    def in_room(self, room: RoomId) -> Iterator[Participant]:
        """Who is heard there."""
        return (p for p in self.participants.values() if p.room == room)

    def of_room(self, room: RoomId) -> Iterator[Participant]:
        """Who belongs there, those in quiet rooms included."""
        return (p for p in self.participants.values() if p.place == room)

    @property
    def breakouts_open(self) -> bool:
        return self.breakouts is not None and self.breakouts.is_open

    @property
    def present(self) -> int:
        """Head count: everybody who is in, the lobby not counted."""
        return sum(1 for p in self.participants.values() if not p.in_lobby)
