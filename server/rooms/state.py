"""The value a meeting is: everything the server knows in clear, and sealed bytes for the rest.

Built only by `machine.evolve`; read by everybody. Sealed bytes are ciphertext to the server.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from .ids import FIRST_MESSAGE, FIRST_TURN, LOBBY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .ids import DeviceKey, MeetingId, MessageNumber, ParticipantId, RoomId, TokenId, TurnNumber
    from .rounds import Round


class Role(StrEnum):
    """What a link entitles to. A facilitator never waits in the lobby."""

    FACILITATOR = "facilitator"
    GUEST = "guest"
    MEMBER = "member"


class Status(StrEnum):
    """Transitions: WAITING → OPEN ⇄ PAUSED, each → ENDED (`membership.py`)."""

    WAITING = "waiting"
    """No facilitator has come yet; everybody is in the lobby."""
    OPEN = "open"
    PAUSED = "paused"
    """No facilitator is connected: media and chat stand still, nobody is sent away."""
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


@dataclass(frozen=True, slots=True)
class Rules:
    """Every limit of one meeting; fixed when it begins. Times in ms, sizes in bytes."""

    grace_ms: int = 90_000
    """How long a place is kept for somebody whose connection was lost."""
    pause_after_ms: int = 10_000
    """No connected facilitator for so long: the meeting pauses. A blip pauses nothing."""
    abandoned_after_ms: int = 900_000
    """Paused for so long: the meeting ends."""
    max_people: int = 320
    """Members and guests, the lobby included."""
    max_lobby: int = 64
    max_facilitators: int = 20
    """Counted apart, so that a full group can never keep its facilitator out."""
    max_profile_bytes: int = 512
    max_message_bytes: int = 4096
    max_messages: int = 500
    """Chat history; the oldest leave first."""
    max_history_bytes: int = 524_288
    max_barred: int = 256
    """Bars kept at once, and people called back who have not come yet; the oldest bar leaves first."""
    offer_ms: int = 30_000
    """An offered turn waits so long for an answer; then it comes back later."""
    naming_ms: int = 45_000
    """Nobody names the next for so long: the next in the order is offered."""
    volunteering_ms: int = 120_000
    """Nobody steps forward for so long: the round goes to its end."""
    invitation_ms: int = 60_000
    """Those who passed may think so long about adding something."""
    absence_ms: int = 90_000
    """The end of a round waits so long, once, for those who are away or lost."""
    extension_ms: int = 60_000
    """What "+1 minute" adds to a share."""
    max_share_ms: int = 3_600_000
    """The longest soft limit of a share that a facilitator may set."""


@dataclass(frozen=True, slots=True)
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
    connection: int = 1
    """Number of the newest connection; news about an older one is stale."""
    lost_at_ms: int | None = None
    """When the connection was lost; None while connected."""
    mic_on: bool = False
    camera_on: bool = False
    mic_allowed: bool = True
    camera_allowed: bool = True
    sees_from: MessageNumber = FIRST_MESSAGE
    """The first chat message this person may read: nothing from before she came in."""
    returning: bool = False
    """May be somebody who was turned away: same origin as a barred person. Facilitators see it."""
    away: bool = False
    """With baby, back soon: every place is kept, nothing is sent."""
    admitted: bool = False
    """In the lobby: comes in as soon as the share that is going on has ended."""
    spoken_ms: int = 0
    """How long this person has held the turn in this meeting."""

    @property
    def connected(self) -> bool:
        return self.lost_at_ms is None

    @property
    def in_lobby(self) -> bool:
        return self.room == LOBBY

    @property
    def is_facilitator(self) -> bool:
        return self.role is Role.FACILITATOR


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One accepted message; body is ciphertext."""

    number: MessageNumber
    author: ParticipantId
    room: RoomId
    body: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class Hands:
    """Who asks to speak in one room, and who was called on."""

    raised: tuple[ParticipantId, ...] = ()
    """In the order in which they were raised."""
    fair: bool = False
    """Shown with those first who spoke least."""
    called: ParticipantId | None = None
    called_at_ms: int = 0

    def renamed(self, old: ParticipantId, new: ParticipantId) -> Hands:
        """The hands where `new` has everything that `old` had."""
        raised = tuple(new if who == old else who for who in self.raised)
        return Hands(raised, self.fair, new if self.called == old else self.called, self.called_at_ms)


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


@dataclass(frozen=True, slots=True)
class Meeting:
    """The whole meeting. Never changed in place: `evolve` returns the next one."""

    id: MeetingId
    rules: Rules = Rules()
    status: Status = Status.WAITING
    participants: Mapping[ParticipantId, Participant] = field(default_factory=lambda: MappingProxyType({}))
    """In the order of arrival."""
    lead: ParticipantId | None = None
    """The facilitator who holds the group now; another inherits at once when she drops."""
    locked: bool = False
    messages: tuple[ChatMessage, ...] = ()
    history_bytes: int = 0
    """The sum of their bodies, kept so that no message is counted again for each new one."""
    next_message: MessageNumber = FIRST_MESSAGE
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
    between_shares: bool = False
    """Who is admitted while somebody shares comes in when the share has ended."""
    unattended_since_ms: int | None = None
    """Since when no facilitator is connected; None while one is, or before the first came."""

    def facilitators(self) -> Iterator[Participant]:
        """Those inside, connected or in their grace time, in order of arrival."""
        facilitator = Role.FACILITATOR
        return (p for p in self.participants.values() if p.role is facilitator and p.room != LOBBY)

    def in_room(self, room: RoomId) -> Iterator[Participant]:
        return (p for p in self.participants.values() if p.room == room)

    @property
    def present(self) -> int:
        """Head count: everybody who is in, the lobby not counted."""
        return sum(1 for p in self.participants.values() if not p.in_lobby)
