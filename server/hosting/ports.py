"""What the hosting of meetings needs from outside, and what the media server tells back.

`signaling`, `media` and `cluster` implement these and never import each other; `app.py` plugs them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from server.rooms.events import Event
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.routes import Track
    from server.rooms.state import Meeting


class Clock(Protocol):
    """Monotonic milliseconds; tests move it by hand."""

    def now_ms(self) -> int: ...

    async def sleep_until(self, deadline_ms: int) -> None:
        """Return at `deadline_ms` or later, at once if it has passed."""
        ...


@dataclass(frozen=True, slots=True)
class Cause:
    """The person's command that led to an entry: the same id is never carried out twice."""

    participant: ParticipantId
    command_id: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What one command changed; applied whole or not at all. Positions are 1, 2, 3 … without holes."""

    position: int
    at_ms: int
    events: tuple[Event, ...]
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The meeting as it was after all entries up to `position`."""

    position: int
    meeting: Meeting


class JournalClosed(Exception):  # noqa: N818 - a state, not a fault
    """The meeting is over, or another writer owns it: nothing can be appended any more."""


class Journal(Protocol):
    """The one order of events of one meeting: a checkpoint and every entry after it."""

    async def append(self, entry: Entry) -> None:
        """The entry is kept and on its way to every follower. Raises: `JournalClosed`."""
        ...

    async def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Entries up to the checkpoint may be forgotten by those who read anew."""
        ...

    async def last_checkpoint(self) -> Checkpoint:
        """Where a new follower starts."""
        ...

    def follow(self, after: int) -> AsyncIterator[Entry | Checkpoint]:
        """Every entry with a position above `after`, in order; ends when the journal is closed.

        A checkpoint stands for all entries up to it, where they are gone before this follower had read them.
        `after` is the position of the last checkpoint or above.
        """
        ...

    async def close(self) -> None:
        """Drop everything; followers end."""
        ...


class OfferFault(StrEnum):
    """Why an SDP offer cannot be answered. The values are codes of the wire's `refused`."""

    MALFORMED = "sdp_malformed"
    TOO_LARGE = "sdp_too_large"
    TOO_MANY_SECTIONS = "sdp_too_many_sections"
    NO_AUDIO = "sdp_no_audio"
    NO_COMMON_CODEC = "sdp_no_common_codec"
    NO_FINGERPRINT = "sdp_no_fingerprint"
    NOT_BUNDLED = "sdp_not_bundled"
    BUSY = "busy"
    """Nothing is wrong with the offer: there are as many transports as there may be."""


class OfferRefused(Exception):  # noqa: N818 - an answer to the peer, not an error of the program
    """The offer cannot be answered; nothing changed, an existing peer goes on as it was."""

    def __init__(self, fault: OfferFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Screen:
    """What one subscriber says of her screen: what she sees decides what she is sent."""

    heights_px: Mapping[ParticipantId, int] = field(default_factory=dict)
    """How tall each person is drawn, 0: not visible. Who is not in it: nothing is known of her."""
    pinned: ParticipantId | None = None
    low_data: bool = False
    """She pays for what comes: little shall come."""


class Why(StrEnum):
    """Why a seat gets what it gets."""

    FULL = "full"
    """The best there is."""
    FITTING = "fitting"
    """More would not be seen at the size it is drawn."""
    INVISIBLE = "invisible"
    NOT_SENT = "not_sent"
    """Nothing arrives from the publisher."""
    BANDWIDTH = "bandwidth"
    """The link takes no more."""
    LOSS = "loss"
    """Too many packets are lost on the way."""
    LOW_DATA = "low_data"
    """The subscriber wants to spend no more."""
    CALM = "calm"
    """There is room, but it has not been calm for long enough."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What comes to one subscriber of one camera or screen that she might see."""

    publisher: ParticipantId
    is_screen: bool
    height_px: int
    """Of what is sent to her; 0: nothing is."""
    bps: int
    why: Why


@dataclass(frozen=True, slots=True)
class Reception:
    """What comes to one person, and why no more."""

    subscriber: ParticipantId
    estimate_bps: int | None
    """What her browser takes her link for; None: it has not said, or not lately."""
    lost_permille: int
    """Of the packets of pictures to her, by her browser's reports."""
    low_data: bool
    pictures: tuple[Picture, ...]

    @property
    def is_short(self) -> bool:
        """Her link gives her less than she could use."""
        return any(each.why in {Why.BANDWIDTH, Why.LOSS} for each in self.pictures)


@dataclass(frozen=True, slots=True)
class Receptions:
    """What comes to the people of one meeting: whose link is short first, and of very large meetings not all."""

    people: tuple[Reception, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class ForwardingLoad:
    """What the media of one node takes now, over all its workers."""

    cpu_permille: float = 0.0
    """Of one core, the mean of its workers."""
    packets_per_s: float = 0.0
    """In and out, of all together."""
    most_packets_per_s: float = 0.0
    """What they could forward."""


class MediaControl(Protocol):
    """The media server, as the meetings see it. A peer is (meeting, participant)."""

    async def open(self, meeting: MeetingId, peer: ParticipantId, offer_sdp: str) -> str:
        """Answer an offer; the peer's previous transport is replaced, or restarted if the offer is an ICE restart of it.

        Nothing is forwarded to or from the peer beyond the routes given with `route`.
        Returns: the SDP answer. Raises: `OfferRefused`.
        """
        ...

    async def close(self, meeting: MeetingId, peer: ParticipantId) -> None:
        """From now on nothing from or to the peer passes; its keys are gone. Unknown peers are ignored."""
        ...

    async def route(self, meeting: MeetingId, wanted: Mapping[Track, frozenset[ParticipantId]]) -> None:
        """Forward exactly this from now on. Peers that are not open yet get their part when they are."""
        ...

    async def hold(self, meeting: MeetingId, holders: frozenset[ParticipantId]) -> None:
        """These have the turn in their rooms, and come first where a link is narrow. Unknown meetings are ignored."""
        ...

    async def show(self, meeting: MeetingId, peer: ParticipantId, screen: Screen) -> None:
        """What this peer sees from now on. Unknown meetings are ignored; it is forgotten with the meeting."""
        ...

    async def receptions(self, meeting: MeetingId) -> Receptions:
        """What everybody with an open transport gets now, and why; nothing of unknown meetings. No addresses."""
        ...

    async def end(self, meeting: MeetingId) -> None:
        """Close every peer of the meeting and forget it."""
        ...


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is shown in one receive pair of a subscriber, and which of the two kinds flow now."""

    publisher: ParticipantId | None
    audio: bool
    video: bool


class MediaListener(Protocol):
    """What the media server tells the meetings; called on the event loop, must not block."""

    def seats_changed(self, meeting: MeetingId, subscriber: ParticipantId, seats: Sequence[Seat]) -> None:
        """The latest word on all seats of one subscriber; seat i is the i-th receive pair of its offer."""
        ...

    def speakers_changed(self, meeting: MeetingId, speakers: Sequence[ParticipantId]) -> None:
        """Who is audible now, loudest first; empty when nobody is."""
        ...

    def layers_unwanted(self, meeting: MeetingId, publisher: ParticipantId, rids: Sequence[str]) -> None:
        """The latest word on the layers of her camera: nobody shows these, she may stop sending them; all others are wanted."""
        ...

    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None:
        """The peer's transport failed or was closed by it; it may make a new offer."""
        ...
