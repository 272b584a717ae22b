"""One outgoing track: sealed frames cut into RTP packets, kept for a moment in case they are asked for again; called by `sender`.

Imports `server.rtp` only. Bytes in, bytes out: knows no clock and no socket.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from server.rtp.header import FIXED, HAS_EXTENSION, MARKER, VERSION_2, extension_block
from server.rtp.rtcp import SenderReport

from .sdp import LEVEL_ID, OPUS, RTX, VP8, WIDE_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_PAYLOAD_BYTES: Final = 1100
"""As browsers: passes every path, with room for headers and TURN."""
HISTORY_PACKETS: Final = 512
MAX_RESENDS: Final = 3
"""Of one packet."""
VOICE: Final = 0x80
"""V of RFC 6464: this is speech."""
_BEGINS_FRAME: Final = b"\x10"
_GOES_ON: Final = b"\x00"
_HEAD_BYTES: Final = FIXED.size
_SEQUENCE: Final = slice(2, 4)


class TransportCounter:
    """The transport-wide number of the next packet; one for all tracks of a transport."""

    def __init__(self) -> None:
        self._next = 0

    def take(self) -> bytes:
        number = self._next
        self._next = (number + 1) & 0xFFFF
        return number.to_bytes(2, "big")


class _Track:
    """Numbers and counts that both kinds share."""

    def __init__(self, ssrc: int, payload_type: int) -> None:
        self.ssrc: Final = ssrc
        self._payload_type = payload_type
        self._sequence = secrets.randbits(
            15
        )  # RFC 3711 §3.3.1: the first one must leave room before a rollover
        self._first_ticks = secrets.randbits(32)
        self._ticks = 0
        self._packets = 0
        self._octets = 0

    def _packet(self, ticks: int, marker: int, extension: bytes, payload: bytes) -> bytes:
        self._ticks = ticks
        self._packets += 1
        self._octets += len(payload)
        head = FIXED.pack(
            VERSION_2 | HAS_EXTENSION,
            marker | self._payload_type,
            self._sequence,
            (self._first_ticks + ticks) & 0xFFFF_FFFF,
            self.ssrc,
        )
        self._sequence = (self._sequence + 1) & 0xFFFF
        return head + extension + payload

    def report(self, ntp: int, ticks: int) -> SenderReport:
        """As of the instant `ntp`, which on this track is `ticks`."""
        return SenderReport(
            self.ssrc, ntp, (self._first_ticks + ticks) & 0xFFFF_FFFF, self._packets, self._octets
        )


class Voice(_Track):
    """A microphone."""

    def __init__(self, ssrc: int) -> None:
        super().__init__(ssrc, OPUS)

    def packet(self, sealed: bytes, ticks: int, level_dbov: int, *, speaks: bool) -> bytes:
        level = bytes((level_dbov | (VOICE if speaks else 0),))
        return self._packet(ticks, 0, extension_block(((LEVEL_ID, level),)), sealed)


class Camera(_Track):
    """A camera of one layer."""

    def __init__(self, ssrc: int, rtx_ssrc: int, counter: TransportCounter) -> None:
        super().__init__(ssrc, VP8)
        self._rtx_ssrc = rtx_ssrc
        self._rtx_sequence = secrets.randbits(15)
        self._counter = counter
        self._kept: OrderedDict[int, tuple[bytes, int, bytes]] = OrderedDict()
        self._resent: dict[int, int] = {}

    def packets(self, sealed: bytes, ticks: int) -> Iterator[bytes]:
        """One frame; the last packet has the marker. | descriptor (1) | part of the frame |, RFC 7741 §4.2."""
        for at in range(0, len(sealed), MAX_PAYLOAD_BYTES):
            part = (_GOES_ON if at else _BEGINS_FRAME) + sealed[at : at + MAX_PAYLOAD_BYTES]
            marker = MARKER if at + MAX_PAYLOAD_BYTES >= len(sealed) else 0
            sequence = self._sequence
            packet = self._packet(ticks, marker, self._wide(), part)
            self._keep(sequence, packet[:_HEAD_BYTES], marker, part)
            yield packet

    def _wide(self) -> bytes:
        return extension_block(((WIDE_ID, self._counter.take()),))

    def _keep(self, sequence: int, head: bytes, marker: int, part: bytes) -> None:
        self._kept[sequence] = (head, marker, part)
        self._resent.pop(sequence, None)
        if len(self._kept) > HISTORY_PACKETS:
            oldest, _ = self._kept.popitem(last=False)
            self._resent.pop(oldest, None)

    def again(self, asked: Iterable[int]) -> Iterator[bytes]:
        """What is still here of these sequence numbers, as retransmissions (RFC 4588): | original number (2) | payload |."""
        for sequence in asked:
            kept = self._kept.get(sequence)
            times = self._resent.get(sequence, 0)
            if kept is None or times >= MAX_RESENDS:
                continue
            self._resent[sequence] = times + 1
            head, marker, part = kept
            ticks = int.from_bytes(head[4:8], "big")
            again = FIXED.pack(
                VERSION_2 | HAS_EXTENSION, marker | RTX, self._rtx_sequence, ticks, self._rtx_ssrc
            )
            self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
            yield again + self._wide() + head[_SEQUENCE] + part
