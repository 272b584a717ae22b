"""What the hosting of meetings needs from outside, and what the media server tells back.

`signaling`, `media` and `cluster` implement these and never import each other; `app.py` plugs them together.
"""

from __future__ import annotations

from dataclasses import dataclass
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

    def follow(self, after: int) -> AsyncIterator[Entry]:
        """Every entry with a position above `after`, in order; ends when the journal is closed.

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

    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None:
        """The peer's transport failed or was closed by it; it may make a new offer."""
        ...
