"""The numbers of one burst for many streams at once: side by side in one long integer, so that one sum renumbers all.

Called by `media.fan_out`. Must not import anything of ours.

A burst of `each` packets goes to every stream. Slot `stream * each + packet` is one outgoing packet; the first slot is the
most significant lane of the integer. A lane is wide enough that no sum carries into its neighbour:

    headers:  | V P X CC | M PT | sequence | timestamp |      64 bits, two integers masked and put together
    nonces:   | 00 00 | SSRC | rollover, sequence |           96 bits, xor the session salt (RFC 7714 §8.1)
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER_LANE_BYTES: Final = 8
NONCE_BYTES: Final = 12
_HEADER_BITS: Final = 64
_NONCE_BITS: Final = 96
_SEQUENCE_AT: Final = 32
_TYPE_AT: Final = 48
_FIRST_AT: Final = 48
"""First byte and marker of a packet, as 16 bits beside the payload type of the stream."""


class StreamNumbers(NamedTuple):
    """What makes a packet of the source one of this stream."""

    seq_offset: int
    tick_offset: int
    payload_type: int
    nonce_base: int
    """SSRC and session salt, xored: with the packet index xored in it is the nonce."""


PacketNumbers = tuple[int, int, int]
"""One packet of the source: its dense index (plus any stream's offset it is in 0 … 2^48 - 1), the first byte of its header << 8 |
the marker bit of the second, its timestamp."""


class Lanes:
    """Renumbers bursts of `each` packets for fixed streams."""

    __slots__ = (
        "_nonce_bases",
        "_offsets",
        "_per_stream64",
        "_per_stream96",
        "_sequence_mask",
        "_sequences",
        "_tick_mask",
        "_ticks",
        "_types",
        "_unpack_nonces",
        "slots",
    )

    def __init__(self, streams: Sequence[StreamNumbers], each: int) -> None:
        self.slots: Final = len(streams) * each
        slots = [stream for stream in streams for _ in range(each)]
        ones = _beside((1 for _ in slots), _HEADER_BITS)
        self._sequences = _beside((slot.seq_offset & 0xFFFF for slot in slots), _HEADER_BITS) << _SEQUENCE_AT
        self._sequence_mask = ones * 0xFFFF << _SEQUENCE_AT
        self._ticks = _beside((slot.tick_offset & 0xFFFFFFFF for slot in slots), _HEADER_BITS)
        self._tick_mask = ones * 0xFFFFFFFF
        self._types = _beside((slot.payload_type for slot in slots), _HEADER_BITS) << _TYPE_AT
        self._offsets = _beside((slot.seq_offset for slot in slots), _NONCE_BITS)
        self._nonce_bases = _beside((slot.nonce_base for slot in slots), _NONCE_BITS)
        # Times one of these, the lanes of one burst are repeated for every stream.
        self._per_stream64 = _beside((1 for _ in streams), _HEADER_BITS * each)
        self._per_stream96 = _beside((1 for _ in streams), _NONCE_BITS * each)
        self._unpack_nonces = Struct(f"{NONCE_BYTES}s" * self.slots).unpack

    def headers(self, burst: Iterable[PacketNumbers]) -> bytes:
        """The first 8 header bytes of every slot, in order."""
        sequences = ticks = firsts = 0
        for index, first, rtp_ticks in burst:
            sequences = sequences << _HEADER_BITS | index & 0xFFFF
            ticks = ticks << _HEADER_BITS | rtp_ticks
            firsts = firsts << _HEADER_BITS | first
        repeat = self._per_stream64
        lanes = (
            (self._sequences + (sequences << _SEQUENCE_AT) * repeat & self._sequence_mask)
            | (self._ticks + ticks * repeat & self._tick_mask)
            | self._types
            | (firsts << _FIRST_AT) * repeat
        )
        return lanes.to_bytes(HEADER_LANE_BYTES * self.slots, "big")

    def nonces(self, burst: Iterable[PacketNumbers]) -> tuple[bytes, ...]:
        """The AES-GCM nonce of every slot, in order."""
        indices = 0
        for index, _, _ in burst:
            indices = indices << _NONCE_BITS | index
        lanes = (self._offsets + indices * self._per_stream96) ^ self._nonce_bases
        nonces: tuple[bytes, ...] = self._unpack_nonces(lanes.to_bytes(NONCE_BYTES * self.slots, "big"))
        return nonces


def _beside(values: Iterable[int], width: int) -> int:
    """The values in lanes of `width` bits, the first most significant. Negative ones borrow from their neighbour,
    which is made good when what is added makes the lane positive again.
    """
    total = 0
    for value in values:
        total = (total << width) + value
    return total
