"""The feedback messages inside RTCP: NACK, PLI, FIR (RFC 4585, RFC 5104), REMB, transport-wide arrivals.

Called by `rtcp` only. Must not import anything of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Final

TRANSPORT_FEEDBACK: Final = 205
PAYLOAD_FEEDBACK: Final = 206
TICK_US: Final = 250
"""Unit of an arrival delta (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.5)."""
REFERENCE_US: Final = 64_000
"""Unit of the reference time."""
MAX_ARRIVALS: Final = 0xFFFF

_NACK: Final = 1
_TRANSPORT_WIDE: Final = 15
_PICTURE_LOSS: Final = 1
_FULL_INTRA: Final = 4
_APPLICATION: Final = 15
_SSRCS: Final = Struct("!II")
_NACK_ITEM: Final = Struct("!HH")
_FIR_ITEM: Final = Struct("!IB3x")
_TRANSPORT_HEAD: Final = Struct("!HH3sB")
_REMB_MARK: Final = b"REMB"
_REMB_HEAD_BYTES: Final = 8
_MANTISSA_BITS: Final = 18
_MAX_EXPONENT: Final = 63
_RUN: Final = 0x1FFF
_VECTOR_OF_TWO_BITS: Final = 0xC000
_VECTOR: Final = 0x8000
_SMALL: Final = 1
_LARGE: Final = 2
_RESERVED: Final = 3
_MAX_SMALL: Final = 255
_MAX_LARGE: Final = (1 << 15) - 1
_MIN_LARGE: Final = -(1 << 15)
_SYMBOLS_PER_VECTOR: Final = 7
_FOLLOWING: Final = 16


class MalformedRtcp(ValueError):  # noqa: N818 - a verdict on the peer's bytes
    """These bytes are no RTCP; the only thing that parsing raises."""


@dataclass(frozen=True, slots=True)
class Nack:
    """Packets the receiver misses, as 16-bit sequence numbers in order."""

    sender: int
    media: int
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PictureLoss:
    """PLI: a keyframe is needed."""

    sender: int
    media: int


@dataclass(frozen=True, slots=True)
class FullIntra:
    """FIR: a keyframe is demanded; (SSRC, command number)."""

    sender: int
    entries: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Remb:
    """How much the receiver can take, over these SSRCs together."""

    sender: int
    bitrate_bps: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TransportWide:
    """When packets of a whole transport arrived: one entry per sequence number from `base` on."""

    sender: int
    media: int
    base: int
    reference: int
    """In REFERENCE_US, 24 bits signed."""
    count: int
    """Number of this feedback, 8 bits."""
    deltas: tuple[int | None, ...]
    """In TICK_US since the arrival before (the first: since the reference); None: not arrived."""


Feedback = Nack | PictureLoss | FullIntra | Remb | TransportWide


def parse_feedback(kind: int, form: int, body: bytes) -> Feedback | None:
    """A known message; None for an unknown one. Raises: `MalformedRtcp`."""
    if len(body) < _SSRCS.size:
        raise MalformedRtcp("feedback")
    sender, media = _SSRCS.unpack_from(body)
    control = body[_SSRCS.size :]
    match kind, form:
        case (205, 1):
            return _parse_nack(sender, media, control)
        case (205, 15):
            return _parse_transport_wide(sender, media, control)
        case (206, 1):
            return PictureLoss(sender, media)
        case (206, 4):
            return _parse_full_intra(sender, control)
        case (206, 15):
            return _parse_remb(sender, control)
        case _:
            return None


def pack_feedback(feedback: Feedback) -> tuple[int, int, bytes]:
    """(packet type, message type, body). Raises: ValueError if a field does not fit."""
    match feedback:
        case Nack():
            head = _SSRCS.pack(feedback.sender, feedback.media)
            return TRANSPORT_FEEDBACK, _NACK, head + _pack_lost(feedback.lost)
        case TransportWide():
            head = _SSRCS.pack(feedback.sender, feedback.media)
            return TRANSPORT_FEEDBACK, _TRANSPORT_WIDE, head + _pack_arrivals(feedback)
        case PictureLoss():
            return PAYLOAD_FEEDBACK, _PICTURE_LOSS, _SSRCS.pack(feedback.sender, feedback.media)
        case FullIntra():
            items = b"".join(_FIR_ITEM.pack(*entry) for entry in feedback.entries)
            return PAYLOAD_FEEDBACK, _FULL_INTRA, _SSRCS.pack(feedback.sender, 0) + items
        case Remb():
            return PAYLOAD_FEEDBACK, _APPLICATION, _SSRCS.pack(feedback.sender, 0) + _pack_remb(feedback)


# ── NACK: packet id and a bitmask of the 16 that follow ──────────────────────────────────────────


def _parse_nack(sender: int, media: int, control: bytes) -> Nack:
    if not control or len(control) % _NACK_ITEM.size:
        raise MalformedRtcp("nack")
    lost: list[int] = []
    for first, mask in _NACK_ITEM.iter_unpack(control):
        lost.append(first)
        lost += [(first + 1 + bit) & 0xFFFF for bit in range(_FOLLOWING) if mask >> bit & 1]
    return Nack(sender, media, tuple(lost))


def _pack_lost(lost: tuple[int, ...]) -> bytes:
    packed = bytearray()
    at = 0
    while at < len(lost):
        first, mask = lost[at], 0
        at += 1
        while at < len(lost) and 1 <= (ahead := (lost[at] - first) & 0xFFFF) <= _FOLLOWING:
            mask |= 1 << (ahead - 1)
            at += 1
        packed += _NACK_ITEM.pack(first, mask)
    return bytes(packed)


# ── FIR and REMB ─────────────────────────────────────────────────────────────────────────────────


def _parse_full_intra(sender: int, control: bytes) -> FullIntra:
    if not control or len(control) % _FIR_ITEM.size:
        raise MalformedRtcp("fir")
    return FullIntra(sender, tuple(_FIR_ITEM.iter_unpack(control)))


def _parse_remb(sender: int, control: bytes) -> Remb | None:
    """| R E M B | count (8) | exponent (6) | mantissa (18) | SSRCs |. Another application's message is not ours to read."""
    if control[:4] != _REMB_MARK:
        return None
    if len(control) < _REMB_HEAD_BYTES or len(control) < _REMB_HEAD_BYTES + 4 * control[4]:
        raise MalformedRtcp("remb")
    rate = int.from_bytes(control[5:8], "big")
    ssrcs = tuple(int.from_bytes(control[8 + 4 * n : 12 + 4 * n], "big") for n in range(control[4]))
    return Remb(sender, (rate & ((1 << _MANTISSA_BITS) - 1)) << (rate >> _MANTISSA_BITS), ssrcs)


def _pack_remb(remb: Remb) -> bytes:
    exponent = max(0, remb.bitrate_bps.bit_length() - _MANTISSA_BITS)
    if exponent > _MAX_EXPONENT or remb.bitrate_bps < 0:
        raise ValueError("bitrate")
    rate = exponent << _MANTISSA_BITS | remb.bitrate_bps >> exponent
    ssrcs = b"".join(ssrc.to_bytes(4, "big") for ssrc in remb.ssrcs)
    return _REMB_MARK + bytes((len(remb.ssrcs),)) + rate.to_bytes(3, "big") + ssrcs


# ── Transport-wide arrivals: head, status chunks, deltas ─────────────────────────────────────────


def _parse_transport_wide(sender: int, media: int, control: bytes) -> TransportWide:
    if len(control) < _TRANSPORT_HEAD.size:
        raise MalformedRtcp("transport feedback")
    base, total, reference, count = _TRANSPORT_HEAD.unpack_from(control)
    statuses: list[int] = []
    at = _TRANSPORT_HEAD.size
    while len(statuses) < total:
        if len(control) < at + 2:
            raise MalformedRtcp("status chunks")
        statuses += _statuses(control[at] << 8 | control[at + 1], total - len(statuses))
        at += 2
    deltas: list[int | None] = []
    for status in statuses:
        size = 0 if status == _RESERVED else status
        if len(control) < at + size:
            raise MalformedRtcp("deltas")
        deltas.append(
            int.from_bytes(control[at : at + size], "big", signed=status == _LARGE) if size else None
        )
        at += size
    reference_time = int.from_bytes(reference, "big", signed=True)
    return TransportWide(sender, media, base, reference_time, count, tuple(deltas))


def _statuses(chunk: int, wanted: int) -> list[int]:
    """|0| S (2) | run (13)|,  |1|0| 14 symbols of 1 bit|,  |1|1| 7 symbols of 2 bits|."""
    if not chunk & _VECTOR:
        return [chunk >> 13 & 3] * min(chunk & _RUN, wanted) or _nothing_in_run()
    if chunk & _VECTOR_OF_TWO_BITS == _VECTOR_OF_TWO_BITS:
        symbols = [chunk >> shift & 3 for shift in range(12, -1, -2)]
    else:
        symbols = [chunk >> shift & 1 for shift in range(13, -1, -1)]
    return symbols[:wanted]


def _nothing_in_run() -> list[int]:
    raise MalformedRtcp("empty run")


def _pack_arrivals(feedback: TransportWide) -> bytes:
    if not 1 <= len(feedback.deltas) <= MAX_ARRIVALS:
        raise ValueError("arrivals")
    statuses = [_status(delta) for delta in feedback.deltas]
    packed = bytearray(
        _TRANSPORT_HEAD.pack(
            feedback.base,
            len(statuses),
            feedback.reference.to_bytes(3, "big", signed=True),
            feedback.count,
        )
    )
    packed += _pack_statuses(statuses)
    for status, delta in zip(statuses, feedback.deltas, strict=True):
        if delta is not None:
            packed += delta.to_bytes(status, "big", signed=status == _LARGE)
    packed += bytes(-len(packed) % 4)
    return bytes(packed)


def _status(delta: int | None) -> int:
    if delta is None:
        return 0
    if 0 <= delta <= _MAX_SMALL:
        return _SMALL
    if _MIN_LARGE <= delta <= _MAX_LARGE:
        return _LARGE
    raise ValueError("delta")


def _pack_statuses(statuses: list[int]) -> bytes:
    """Runs where they are longer than a vector, vectors of 2-bit symbols for the rest."""
    packed = bytearray()
    at = 0
    while at < len(statuses):
        run = _run_length(statuses, at)
        if run > _SYMBOLS_PER_VECTOR or at + run == len(statuses):
            packed += (statuses[at] << 13 | run).to_bytes(2, "big")
            at += run
            continue
        chunk = 0
        for place in range(_SYMBOLS_PER_VECTOR):
            symbol = statuses[at + place] if at + place < len(statuses) else 0
            chunk = chunk << 2 | symbol
        packed += (_VECTOR_OF_TWO_BITS | chunk).to_bytes(2, "big")
        at += _SYMBOLS_PER_VECTOR
    return bytes(packed)


def _run_length(statuses: list[int], at: int) -> int:
    end = at
    while end < len(statuses) and end - at < _RUN and statuses[end] == statuses[at]:
        end += 1
    return end - at
