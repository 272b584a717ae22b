"""What an offer says once read, and the answer to it; called by `server.py`, knows no transport (RFC 8866, RFC 8829).

`sdp_offer.py` reads the text. The answer turns down everything but Opus and VP8 on one bundled ICE-lite transport.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from server.rtp.layers import RIDS

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    channels: int
    """2 for Opus (it is always written so, RFC 7587 §7), 1 for video."""
    parameters: Mapping[str, str]
    """Format parameters (fmtp) of the codec."""
    extensions: Mapping[Extension, int]
    """Those we know that may be used in this direction, id 1 … 14; `accepted_extensions` says what the answer takes."""
    one_way_extensions: frozenset[Extension]
    """Of these, the ones offered in this direction only (Firefox does so for rids)."""
    feedback: frozenset[str]
    """RTCP feedback offered for the codec, such as `nack pli`."""
    sources: tuple[SourcePair, ...]
    """What the client declared to send; empty where it does not send, or leaves it to mid and rid."""
    rids: tuple[str, ...]
    """Simulcast streams the client would send, in its order; `accepted_rids` says what the answer takes."""

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
    formats: tuple[str, ...]


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
        """The receive pairs, seat 0 first: each receiving audio section with the receiving video section behind it."""
        seats: list[SeatSections] = []
        before: OfferSection | RejectedSection | None = None
        for section in self.sections:
            if isinstance(section, OfferSection) and section.is_seat:
                if section.kind == "audio":
                    seats.append(SeatSections(section, None))
                elif seats and before is seats[-1].audio:
                    seats[-1] = SeatSections(seats[-1].audio, section)
            before = section
        return tuple(seats)


@dataclass(frozen=True, slots=True)
class LocalDescription:
    """Our side of the transport."""

    ufrag: str
    pwd: str = field(repr=False)
    fingerprint: bytes
    candidates: tuple[tuple[str, int], ...] = field(repr=False)
    """(IP address, port) as announced, the most wanted first."""


_PUBLISHED_EXTENSIONS: Final = {
    "audio": (Extension.AUDIO_LEVEL, Extension.MID),
    "video": (Extension.TRANSPORT_CC, Extension.MID, Extension.RID, Extension.REPAIRED_RID),
}
# Without transport-wide-cc downwards the browser estimates itself, from abs-send-time, and says it by REMB.
_SEAT_EXTENSIONS: Final[dict[str, tuple[Extension, ...]]] = {"audio": (), "video": (Extension.ABS_SEND_TIME,)}
_PUBLISHED_FEEDBACK: Final = {"audio": ("nack",), "video": ("transport-cc", "nack", "nack pli", "ccm fir")}
_SEAT_FEEDBACK: Final = {"audio": ("nack",), "video": ("goog-remb", "nack", "nack pli", "ccm fir")}
_OPUS_PARAMETERS: Final = ("minptime", "useinbandfec", "usedtx")
"""Echoed; the others (stereo, rates) would be wishes of ours."""
_QUIET_IN_SILENCE: Final = ("usedtx", "1")
"""Our only wish (RFC 7587 §6.1): an open microphone in which nobody speaks sends two packets a second, not fifty."""
_HOST_PRIORITY = 126 << 24 | 255  # RFC 8445 §5.1.2.1: type host, component 1
_MAX_LOCAL_PREFERENCE = 65_535


def accepted_extensions(section: OfferSection) -> dict[Extension, int]:
    """The header extensions in use on this section after our answer, with their ids."""
    wanted = _SEAT_EXTENSIONS if section.is_seat else _PUBLISHED_EXTENSIONS
    return {each: section.extensions[each] for each in wanted[section.kind] if each in section.extensions}


def accepted_rids(section: OfferSection) -> tuple[str, ...]:
    """The simulcast streams in use on this section after our answer, smallest first; empty where there is one stream.

    Only those whose sizes we know by their names, and only where packets can say which stream they belong to.
    """
    rids = tuple(rid for rid in RIDS if rid in section.rids)
    can_be_told_apart = {Extension.MID, Extension.RID} <= accepted_extensions(section).keys()
    return rids if section.publishes and can_be_told_apart and len(rids) > 1 else ()


def accepted_feedback(section: OfferSection) -> tuple[str, ...]:
    """The RTCP feedback in use on this section after our answer."""
    wanted = _SEAT_FEEDBACK if section.is_seat else _PUBLISHED_FEEDBACK
    return tuple(each for each in wanted[section.kind] if each in section.feedback)


def write_answer(
    offer: Offer, local: LocalDescription, outgoing: Mapping[int, tuple[int, int | None]], session_id: int = 1
) -> str:
    """The answer to `offer`: ICE-lite, DTLS server, one bundle.

    outgoing: index of each seat section -> (SSRC, SSRC of its RTX or None); the same for the life of a peer. A seat
    section without one is answered inactive.
    session_id: of the `o=` line.
    """
    seats = {
        section.index: number
        for number, seat in enumerate(offer.seats())
        for section in (seat.audio, seat.video)
        if section is not None
    }
    accepted = offer.accepted()
    lines = [
        "v=0",
        f"o=- {session_id} 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(section.mid for section in accepted),
        "a=msid-semantic: WMS *",
    ]
    for section in offer.sections:
        if isinstance(section, RejectedSection):
            lines += _rejection(section)
            continue
        lines += _transport(section, local)
        lines += _candidates(local)  # in all: browsers read the first section's, aiortc the last one's
        lines += _codecs(section)
        lines += _sending(section, outgoing.get(section.index), seats.get(section.index))
    return "".join(line + "\r\n" for line in lines)


def _rejection(section: RejectedSection) -> list[str]:
    lines = [
        f"m={section.media} 0 {section.protocol} {' '.join(section.formats)}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
    ]
    return lines if section.mid is None else [*lines, f"a=mid:{section.mid}"]


def _transport(section: OfferSection, local: LocalDescription) -> list[str]:
    formats = str(section.payload_type)
    if section.rtx_payload_type is not None:
        formats += f" {section.rtx_payload_type}"
    return [
        f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.pwd}",
        f"a=fingerprint:sha-256 {local.fingerprint.hex(':').upper()}",
        "a=setup:passive",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *_extension_lines(section),
    ]


def _extension_lines(section: OfferSection) -> list[str]:
    mirrored = "/recvonly" if section.publishes else "/sendonly"
    return [
        f"a=extmap:{number}{mirrored if extension in section.one_way_extensions else ''} {extension}"
        for extension, number in accepted_extensions(section).items()
    ]


def _candidates(local: LocalDescription) -> list[str]:
    lines = [
        f"a=candidate:{number} 1 udp {_HOST_PRIORITY | (_MAX_LOCAL_PREFERENCE - number) << 8} {ip} {port} typ host"
        for number, (ip, port) in enumerate(local.candidates, start=1)
    ]
    return [*lines, "a=end-of-candidates"]


def _codecs(section: OfferSection) -> list[str]:
    number = section.payload_type
    is_audio = section.kind == "audio"
    lines = [f"a=rtpmap:{number} " + ("opus/48000/2" if is_audio else "VP8/90000")]
    lines += [f"a=rtcp-fb:{number} {feedback}" for feedback in accepted_feedback(section)]
    opus = {key: section.parameters[key] for key in _OPUS_PARAMETERS if key in section.parameters}
    if section.publishes:
        opus.update([_QUIET_IN_SILENCE])
    if is_audio and opus:
        lines.append(f"a=fmtp:{number} " + ";".join(f"{key}={value}" for key, value in opus.items()))
    if section.rtx_payload_type is not None:
        lines.append(f"a=rtpmap:{section.rtx_payload_type} rtx/{section.clock_rate}")
        lines.append(f"a=fmtp:{section.rtx_payload_type} apt={number}")
    return lines


def _sending(section: OfferSection, ssrcs: tuple[int, int | None] | None, seat: int | None) -> list[str]:
    """Our direction, and what we send in a seat: one stream per seat, so that its sound and picture keep together."""
    if section.publishes:
        rids = accepted_rids(section)
        simulcast = [f"a=rid:{rid} recv" for rid in rids]
        return ["a=recvonly", *simulcast, *([f"a=simulcast:recv {';'.join(rids)}"] if rids else [])]
    if ssrcs is None or not section.is_seat:
        return ["a=inactive"]
    ssrc, rtx_ssrc = ssrcs
    name = f"seat-{seat}" if seat is not None else f"section-{section.index}"
    lines = ["a=sendonly", f"a=msid:{name} {name}-{section.kind}"]
    if rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {ssrc} {rtx_ssrc}")
    for each in (ssrc, rtx_ssrc):
        if each is not None:
            lines += [f"a=ssrc:{each} cname:{name}", f"a=ssrc:{each} msid:{name} {name}-{section.kind}"]
    return lines
