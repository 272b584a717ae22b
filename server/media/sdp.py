"""Reads a browser's offer and writes our answer; called by `server.py`, knows no transport (RFC 8866, RFC 8829).

Only what one bundled ICE-lite transport with Opus and VP8 needs is understood; everything else is refused in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_OFFER_BYTES: Final = 131_072
MAX_SECTIONS: Final = 64
MAX_SEATS: Final = 24


class Direction(StrEnum):
    """As the offerer sees it."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


class Extension(StrEnum):
    """RTP header extensions we know; the value is the URI."""

    AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
    RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"


@dataclass(frozen=True, slots=True)
class SourcePair:
    """An SSRC the client declared, and the one it retransmits with (FID group)."""

    primary: int
    rtx: int | None


@dataclass(frozen=True, slots=True)
class OfferSection:
    """One m-section that we accept."""

    index: int
    """Position among all m-sections of the offer."""
    mid: str
    kind: Literal["audio", "video"]
    direction: Direction
    payload_type: int
    """Of Opus or VP8."""
    rtx_payload_type: int | None
    clock_rate: int
    fmtp: str
    """Format parameters of the codec, "" if none."""
    rtx_fmtp: str
    extensions: Mapping[Extension, int]
    """Everything we know that was offered with an id of 1 … 14; `accepted_extensions` says what the answer takes."""
    feedback: frozenset[str]
    """RTCP feedback offered for the codec, such as `nack pli`."""
    sources: tuple[SourcePair, ...]
    rids: tuple[str, ...]
    """Simulcast streams the client would send, in its order."""

    @property
    def publishes(self) -> bool:
        """The client sends here and we receive."""
        return self.direction in {Direction.SENDONLY, Direction.SENDRECV}

    @property
    def is_seat(self) -> bool:
        """We send here."""
        return self.direction is Direction.RECVONLY


@dataclass(frozen=True, slots=True)
class RejectedSection:
    """One m-section that the answer turns down with port 0."""

    index: int
    mid: str | None
    media: str
    protocol: str
    formats: str


@dataclass(frozen=True, slots=True)
class SeatSections:
    """One receive pair of the offer."""

    audio: OfferSection
    video: OfferSection | None


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer we can answer."""

    ufrag: str
    pwd: str = field(repr=False)
    fingerprint: bytes
    """SHA-256 of the client's DTLS certificate."""
    sections: tuple[OfferSection | RejectedSection, ...]
    """All m-sections in order."""

    def accepted(self) -> tuple[OfferSection, ...]:
        """The sections we take part in."""
        return tuple(section for section in self.sections if isinstance(section, OfferSection))

    def publishing(self) -> tuple[OfferSection, ...]:
        """The sections the client sends in."""
        return tuple(section for section in self.accepted() if section.publishes)

    def seats(self) -> tuple[SeatSections, ...]:
        """The receive pairs, seat 0 first: each receiving audio section with the receiving video section after it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class LocalDescription:
    """Our side of the transport."""

    ufrag: str
    pwd: str = field(repr=False)
    fingerprint: bytes
    candidates: tuple[tuple[str, int], ...] = field(repr=False)
    """(IP address, port) as announced, the most wanted first."""


def parse_offer(text: str) -> Offer:
    """Read an offer. Raises: `OfferRefused` and nothing else, whatever the text."""
    raise NotImplementedError


def accepted_extensions(section: OfferSection) -> dict[Extension, int]:
    """The header extensions in use on this section after our answer, with their ids."""
    raise NotImplementedError


def accepted_feedback(section: OfferSection) -> tuple[str, ...]:
    """The RTCP feedback in use on this section after our answer."""
    raise NotImplementedError


def write_answer(
    offer: Offer, local: LocalDescription, outgoing: Mapping[int, tuple[int, int | None]]
) -> str:
    """The answer to `offer`: ICE-lite, DTLS server, one bundle.

    outgoing: index of each seat section -> (SSRC, SSRC of its RTX or None); SSRCs are the same for the life of a peer.
    """
    raise NotImplementedError
