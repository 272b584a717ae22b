"""What congestion control needs to know: arrivals of a publisher's packets, what a subscriber can take, what a stream costs.

`ArrivalLog` is filled by `media.peer` per packet and emptied by `media.feedback`; `Downlink` keeps what REMB said; `Rate`
is sampled on a timer by `layers` and `media.server`.
Must not import anything but `rtcp_feedback` and `sequence`.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from .rtcp_feedback import REFERENCE_US, TICK_US, TransportWide
from .sequence import extend

MAX_PENDING: Final = 1024
"""Arrivals kept for the next feedback; at 100 ms between feedbacks, ten thousand packets a second."""
MAX_FEEDBACK_PACKETS: Final = 400
"""Sequence numbers in one feedback: at most 2 bytes of delta and 2 bits of status each keep it below one datagram."""
REMB_LASTS_MS: Final = 10_000
"""Browsers send it several times a second; after such a silence it says nothing any more."""
RATE_WINDOW_MS: Final = 1_000
"""Over which a bitrate is measured: several frames of a slow layer, and still quick to see that one has stopped."""
_REFERENCE_MASK: Final = 0xFFFFFF
_REFERENCE_SIGN: Final = 0x800000
_MAX_DELTA: Final = (1 << 15) - 1


class ArrivalLog:
    """When the packets of one publisher arrived, by transport-wide sequence number."""

    __slots__ = ("_arrived_us", "_count", "_next", "_top")

    def __init__(self) -> None:
        self._arrived_us: dict[int, int] = {}
        self._top = -1
        self._next = -1
        """The first number the next feedback tells about; -1 before the first packet."""
        self._count = 0

    def note(self, wide_seq16: int, now_us: int) -> None:
        """Take note of one packet; a number told about already, or seen, changes nothing."""
        seq_ext = wide_seq16 if self._top < 0 else extend(wide_seq16, self._top)
        if self._top < 0:
            self._next = seq_ext
        if seq_ext < self._next or len(self._arrived_us) >= MAX_PENDING:
            return
        self._arrived_us.setdefault(seq_ext, now_us)
        self._top = max(self._top, seq_ext)

    def feedback(self, sender: int, media: int) -> list[TransportWide]:
        """Everything since the last call, each packet told once; empty when nothing arrived."""
        told: list[TransportWide] = []
        while self._arrived_us:
            told.append(self._one(sender, media))
        return told

    def _one(self, sender: int, media: int) -> TransportWide:
        first = self._first_worth_telling()
        reference = (
            self._arrived_us[first if first in self._arrived_us else min(self._arrived_us)] // REFERENCE_US
        )
        at_ticks = reference * (REFERENCE_US // TICK_US)
        deltas: list[int | None] = []
        seq_ext = first
        while seq_ext <= self._top and len(deltas) < MAX_FEEDBACK_PACKETS:
            arrived_us = self._arrived_us.get(seq_ext)
            delta = None if arrived_us is None else arrived_us // TICK_US - at_ticks
            if delta is not None:
                if not -_MAX_DELTA <= delta <= _MAX_DELTA:
                    break
                at_ticks += delta
                del self._arrived_us[seq_ext]
            deltas.append(delta)
            seq_ext += 1
        self._next = seq_ext
        count, self._count = self._count, (self._count + 1) & 0xFF
        wrapped = reference & _REFERENCE_MASK
        signed = wrapped - (_REFERENCE_MASK + 1) if wrapped & _REFERENCE_SIGN else wrapped
        return TransportWide(sender, media, first & 0xFFFF, signed, count, tuple(deltas))

    def _first_worth_telling(self) -> int:
        """Where losses are so many that they would fill a feedback, begin with the first arrival."""
        first_arrived = min(self._arrived_us)
        return self._next if first_arrived - self._next < MAX_FEEDBACK_PACKETS else first_arrived


class Downlink:
    """What one subscriber said it can take (REMB); the allocation among its seats reads it."""

    __slots__ = ("_bitrate_bps", "_said_ms")

    def __init__(self) -> None:
        self._bitrate_bps: int | None = None
        self._said_ms = 0

    def note(self, bitrate_bps: int, now_ms: int) -> None:
        self._bitrate_bps = bitrate_bps
        self._said_ms = now_ms

    def bitrate_bps(self, now_ms: int) -> int | None:
        """The last word; None if there was none, or it is too old."""
        if now_ms - self._said_ms > REMB_LASTS_MS:
            return None
        return self._bitrate_bps


class Rate:
    """The bitrate of a counter of octets."""

    __slots__ = ("_samples", "bps")

    def __init__(self) -> None:
        self._samples: deque[tuple[int, int]] = deque()
        self.bps = 0
        """Over the last window; 0 before the second sample."""

    def sample(self, octets: int, now_ms: int) -> None:
        """The counter stands here now. It must not fall, nor time go back."""
        samples = self._samples
        if samples and samples[-1][0] == now_ms:
            samples.pop()
        samples.append((now_ms, octets))
        while len(samples) > 1 and samples[1][0] <= now_ms - RATE_WINDOW_MS:
            samples.popleft()
        began_ms, before = samples[0]
        self.bps = (octets - before) * 8_000 // (now_ms - began_ms) if now_ms > began_ms else 0
