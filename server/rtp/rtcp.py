"""Compound RTCP packets to typed parts and back (RFC 3550 §6, RFC 5506 reduced size).

Called by `media.feedback` off the packet path. Must not import anything but `rtcp_feedback`.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Final

from .rtcp_feedback import (
    PAYLOAD_FEEDBACK,
    TRANSPORT_FEEDBACK,
    Feedback,
    FullIntra,
    MalformedRtcp,
    Nack,
    PictureLoss,
    Remb,
    TransportWide,
    pack_feedback,
    parse_feedback,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SENDER_REPORT: Final = 200
RECEIVER_REPORT: Final = 201
SOURCE_DESCRIPTION: Final = 202
GOODBYE: Final = 203
MAX_COUNT: Final = 31
"""The count field has 5 bits."""

_HEADER: Final = Struct("!BBH")
_SENDER: Final = Struct("!IQIII")
_BLOCK: Final = Struct("!I4sIIII")
_VERSION_2: Final = 2
_PADDING: Final = 0x20
_CNAME: Final = 1
_MAX_CUMULATIVE: Final = (1 << 23) - 1
_MIN_CUMULATIVE: Final = -(1 << 23)


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver says about one stream."""

    ssrc: int
    fraction_lost: int
    """Of 256, since the previous report."""
    packets_lost: int
    """Since the beginning; negative when duplicates came."""
    highest_seq: int
    """32 bits: cycles and sequence number."""
    jitter: int
    """In RTP ticks."""
    last_report: int
    """Middle 32 bits of the NTP time of the last sender report; 0 for none."""
    delay: int
    """Since that report, in 1/65536 s."""


@dataclass(frozen=True, slots=True)
class SenderReport:
    ssrc: int
    ntp: int
    """Seconds since 1900 as 32.32 fixed point."""
    rtp_ticks: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Canonical names; other items are not read."""

    cnames: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Goodbye:
    ssrcs: tuple[int, ...]


Part = SenderReport | ReceiverReport | SourceDescription | Goodbye | Feedback


def parse(compound: bytes) -> list[Part]:
    """Every part we know, in order; others are passed over. Raises: `MalformedRtcp`, for any bytes nothing else."""
    parts: list[Part] = []
    at = 0
    while at < len(compound):
        if len(compound) < at + _HEADER.size:
            raise MalformedRtcp("header")
        first, kind, words = _HEADER.unpack_from(compound, at)
        end = at + 4 + 4 * words
        if first >> 6 != _VERSION_2 or end > len(compound):
            raise MalformedRtcp("version or length")
        body = compound[at + 4 : end]
        if first & _PADDING:
            body = _unpadded(body)
        part = _parse_part(kind, first & MAX_COUNT, body)
        if part is not None:
            parts.append(part)
        at = end
    if not at:
        raise MalformedRtcp("empty")
    return parts


def pack(parts: Iterable[Part]) -> bytes:
    """One compound packet. Raises: ValueError if a field does not fit (our own bug)."""
    return b"".join(_pack_part(part) for part in parts)


def _unpadded(body: bytes) -> bytes:
    padding = body[-1] if body else 0
    if not 1 <= padding <= len(body):
        raise MalformedRtcp("padding")
    return body[:-padding]


def _parse_part(kind: int, count: int, body: bytes) -> Part | None:
    if kind in (TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK):
        return parse_feedback(kind, count, body)
    reader = _READERS.get(kind)
    return None if reader is None else reader(count, body)


def _parse_sender_report(count: int, body: bytes) -> SenderReport:
    if len(body) < _SENDER.size:
        raise MalformedRtcp("sender report")
    ssrc, ntp, ticks, packets, octets = _SENDER.unpack_from(body)
    return SenderReport(ssrc, ntp, ticks, packets, octets, _parse_blocks(count, body[_SENDER.size :]))


def _parse_receiver_report(count: int, body: bytes) -> ReceiverReport:
    if len(body) < 4:  # noqa: PLR2004 - an SSRC
        raise MalformedRtcp("receiver report")
    return ReceiverReport(int.from_bytes(body[:4], "big"), _parse_blocks(count, body[4:]))


def _parse_blocks(count: int, body: bytes) -> tuple[ReportBlock, ...]:
    if len(body) < count * _BLOCK.size:
        raise MalformedRtcp("report blocks")
    blocks = []
    for n in range(count):
        ssrc, lost, highest, jitter, last, delay = _BLOCK.unpack_from(body, n * _BLOCK.size)
        cumulative = int.from_bytes(lost[1:], "big", signed=True)
        blocks.append(ReportBlock(ssrc, lost[0], cumulative, highest, jitter, last, delay))
    return tuple(blocks)


def _parse_source_description(count: int, body: bytes) -> SourceDescription:
    """Chunks: SSRC, items | type | length | text |, ended by a zero and filled up to a word."""
    names: list[tuple[int, bytes]] = []
    at = 0
    for _ in range(count):
        if len(body) < at + 4:
            raise MalformedRtcp("source description")
        ssrc = int.from_bytes(body[at : at + 4], "big")
        at += 4
        while at < len(body) and body[at]:
            if len(body) < at + 2 or len(body) < at + 2 + body[at + 1]:
                raise MalformedRtcp("source description item")
            if body[at] == _CNAME:
                names.append((ssrc, body[at + 2 : at + 2 + body[at + 1]]))
            at += 2 + body[at + 1]
        at += 4 - at % 4
    if at > len(body):
        raise MalformedRtcp("source description end")
    return SourceDescription(tuple(names))


def _parse_goodbye(count: int, body: bytes) -> Goodbye:
    if len(body) < 4 * count:
        raise MalformedRtcp("goodbye")
    return Goodbye(tuple(int.from_bytes(body[4 * n : 4 * n + 4], "big") for n in range(count)))


_READERS: Final[dict[int, Callable[[int, bytes], Part]]] = {
    SENDER_REPORT: _parse_sender_report,
    RECEIVER_REPORT: _parse_receiver_report,
    SOURCE_DESCRIPTION: _parse_source_description,
    GOODBYE: _parse_goodbye,
}


def _pack_part(part: Part) -> bytes:
    match part:
        case SenderReport():
            head = _SENDER.pack(part.ssrc, part.ntp, part.rtp_ticks, part.packets, part.octets)
            return _framed(SENDER_REPORT, len(part.blocks), head + _pack_blocks(part.blocks))
        case ReceiverReport():
            head = part.ssrc.to_bytes(4, "big")
            return _framed(RECEIVER_REPORT, len(part.blocks), head + _pack_blocks(part.blocks))
        case SourceDescription():
            return _framed(SOURCE_DESCRIPTION, len(part.cnames), b"".join(map(_pack_chunk, part.cnames)))
        case Goodbye():
            return _framed(GOODBYE, len(part.ssrcs), b"".join(s.to_bytes(4, "big") for s in part.ssrcs))
        case Nack() | TransportWide() | PictureLoss() | FullIntra() | Remb():
            return _framed(*pack_feedback(part))


def _pack_blocks(blocks: Iterable[ReportBlock]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            block.ssrc,
            bytes((block.fraction_lost,))
            + min(_MAX_CUMULATIVE, max(_MIN_CUMULATIVE, block.packets_lost)).to_bytes(3, "big", signed=True),
            block.highest_seq,
            block.jitter,
            block.last_report,
            block.delay,
        )
        for block in blocks
    )


def _pack_chunk(chunk: tuple[int, bytes]) -> bytes:
    ssrc, cname = chunk
    items = ssrc.to_bytes(4, "big") + bytes((_CNAME, len(cname))) + cname
    return items + bytes(4 - len(items) % 4)


def _framed(kind: int, count: int, body: bytes) -> bytes:
    if count > MAX_COUNT or len(body) % 4:
        raise ValueError("not one RTCP packet")
    return _HEADER.pack(_VERSION_2 << 6 | count, kind, len(body) // 4) + body


__all__ = [
    "FullIntra",
    "Goodbye",
    "MalformedRtcp",
    "Nack",
    "Part",
    "PictureLoss",
    "ReceiverReport",
    "Remb",
    "ReportBlock",
    "SenderReport",
    "SourceDescription",
    "TransportWide",
    "pack",
    "parse",
]
