"""The single offer of a synthetic member, and what she reads from the answer (protocol §5); called by `member` and `transport`.

Imports `errors` only.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final

from .errors import NoMedia

OPUS, VP8, RTX = 111, 96, 97
"""Payload types, as browsers number them."""
LEVEL_ID, WIDE_ID, SEND_TIME_ID, MID_ID = 1, 2, 3, 4
"""Of the header extensions."""
EXTENSIONS: Final = (
    f"a=extmap:{LEVEL_ID} urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    f"a=extmap:{WIDE_ID} http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    f"a=extmap:{SEND_TIME_ID} http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    f"a=extmap:{MID_ID} urn:ietf:params:rtp-hdrext:sdes:mid",
)
PWD: Final = "p" * 24
"""The server asks us nothing (ICE-lite), so nobody ever needs to prove knowing this."""
_FEEDBACK: Final = ("nack", "nack pli", "ccm fir", "transport-cc", "goog-remb")
_FINGERPRINT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Sources:
    """The SSRCs of one member."""

    mic: int
    camera: int
    camera_rtx: int


@dataclass(frozen=True, slots=True)
class SeatSources:
    """The SSRCs that one seat uses for the life of the transport."""

    audio: int
    video: int
    video_rtx: int | None


@dataclass(frozen=True, slots=True)
class Remote:
    """The server's side of a transport."""

    ufrag: str
    pwd: str = field(repr=False)
    fingerprint: bytes
    """SHA-256 of its DTLS certificate."""
    candidates: tuple[tuple[str, int], ...] = field(repr=False)
    seats: tuple[SeatSources, ...]


def write_offer(ufrag: str, fingerprint: bytes, seats: int, sources: Sources | None) -> str:
    """The offer as a browser would make it, one layer of picture. sources: None leaves them to be found out."""
    kinds = [("audio", "sendonly"), ("video", "sendonly")]
    kinds += [(kind, "recvonly") for _ in range(seats) for kind in ("audio", "video")]
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    lines.append("a=group:BUNDLE " + " ".join(str(mid) for mid in range(len(kinds))))
    for mid, (kind, direction) in enumerate(kinds):
        lines += [
            f"m={kind} 9 UDP/TLS/RTP/SAVPF " + (f"{OPUS}" if kind == "audio" else f"{VP8} {RTX}"),
            "c=IN IP4 0.0.0.0",
            f"a=mid:{mid}",
            f"a={direction}",
            "a=rtcp-mux",
            f"a=ice-ufrag:{ufrag}",
            f"a=ice-pwd:{PWD}",
            f"a=fingerprint:sha-256 {fingerprint.hex(':').upper()}",
            "a=setup:actpass",
            *EXTENSIONS,
            *_codec(kind),
        ]
        if direction == "sendonly" and sources is not None:
            lines += _declared(kind, sources)
    return "\r\n".join(lines) + "\r\n"


def _codec(kind: str) -> list[str]:
    if kind == "audio":
        return [f"a=rtpmap:{OPUS} opus/48000/2"]
    lines = [f"a=rtpmap:{VP8} VP8/90000", f"a=rtpmap:{RTX} rtx/90000", f"a=fmtp:{RTX} apt={VP8}"]
    return lines + [f"a=rtcp-fb:{VP8} {each}" for each in _FEEDBACK]


def _declared(kind: str, sources: Sources) -> list[str]:
    if kind == "audio":
        return [f"a=ssrc:{sources.mic} cname:member"]
    return [
        f"a=ssrc-group:FID {sources.camera} {sources.camera_rtx}",
        f"a=ssrc:{sources.camera} cname:member",
        f"a=ssrc:{sources.camera_rtx} cname:member",
    ]


def read_answer(text: str) -> Remote:
    """What the answer says about the server's side. Raises: `NoMedia` if it is none that can be used."""
    sections = text.split("\r\nm=")
    try:
        fingerprint = bytes.fromhex(_value(text, "fingerprint:sha-256").replace(":", ""))
        found = re.findall(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", text)
        candidates = [(str(ipaddress.ip_address(ip)), int(port)) for ip, port in found]
        seats = tuple(
            _seat(audio, video) for audio, video in zip(sections[3::2], sections[4::2], strict=False)
        )
        remote = Remote(
            _value(text, "ice-ufrag"),
            _value(text, "ice-pwd"),
            fingerprint,
            tuple(dict.fromkeys(candidates)),
            seats,
        )
    except ValueError:
        raise NoMedia("the server's answer about media cannot be read: its version is another one") from None
    if not candidates or len(fingerprint) != _FINGERPRINT_BYTES:
        raise NoMedia("the server announces no address for media: set its KITH_MEDIA_ADDRESSES")
    return remote


def _value(text: str, name: str) -> str:
    match = re.search(rf"a={name}[: ](\S+)", text)
    if match is None:
        raise ValueError(name)
    return match[1]


def _seat(audio: str, video: str) -> SeatSources:
    pair = re.search(r"a=ssrc-group:FID (\d+) (\d+)", video)
    if pair is not None:
        return SeatSources(int(_value(audio, "ssrc")), int(pair[1]), int(pair[2]))
    return SeatSources(int(_value(audio, "ssrc")), int(_value(video, "ssrc")), None)
