"""Which packets of one incoming stream are missing, when to ask for them again, and which late ones are welcome.

Called by `media.publication` per packet and by `media.feedback` for what is due. Must not import anything but `sequence`.
The numbers are those that proved themselves in mediasoup's NackGenerator.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from .sequence import extend

MAX_MISSING: Final = 1000
"""More missing packets than this are not worth asking for: a keyframe is."""
MAX_ASKS: Final = 10
DEFAULT_RTT_MS: Final = 100
MIN_ASK_PAUSE_MS: Final = 20
MAX_MISSING_MS: Final = 2_000
"""A packet later than this is of no use to a conversation."""
MAX_LEAP: Final = 3_000
"""A larger step of the sequence number is a new beginning, not loss (RFC 3550 A.1, MAX_DROPOUT)."""


class Arrival(Enum):
    """What one packet is to its stream."""

    NEXT = auto()
    """The first, or the one expected."""
    AHEAD = auto()
    """Newer than expected: packets are missing now."""
    FILLED = auto()
    """One of the missing."""
    STALE = auto()
    """Seen before, or too old to tell. It must not be forwarded: its number may have been used."""
    LEAP = auto()
    """So far away that it belongs to a new beginning; nothing was noted."""


class _Missing:
    __slots__ = ("asked_ms", "asks", "noticed_ms")

    def __init__(self, noticed_ms: int) -> None:
        self.noticed_ms = noticed_ms
        self.asked_ms = 0
        self.asks = 0


class Gaps:
    """The holes of one stream. Each sequence number is accepted once."""

    __slots__ = ("_missing", "overflowed", "top")

    def __init__(self) -> None:
        self.top = -1
        """The highest extended sequence number, -1 before the first packet."""
        self.overflowed = False
        """More was lost than can be asked for; whoever sees it asks for a keyframe and sets it back."""
        self._missing: dict[int, _Missing] = {}

    def __len__(self) -> int:
        return len(self._missing)

    def note(self, seq16: int, now_ms: int) -> Arrival:
        """Take note of one packet; where it is NEXT or AHEAD, its extended number is `top` now."""
        top = self.top
        if top < 0:
            self.top = seq16
            return Arrival.NEXT
        if seq16 == (top + 1) & 0xFFFF:
            self.top = top + 1
            return Arrival.NEXT
        seq_ext = extend(seq16, top)
        if seq_ext > top:
            return self._leap(seq_ext, now_ms)
        if self._missing.pop(seq_ext, None) is not None:
            return Arrival.FILLED
        return Arrival.STALE if top - seq_ext < MAX_LEAP else Arrival.LEAP

    def _leap(self, seq_ext: int, now_ms: int) -> Arrival:
        if seq_ext - self.top >= MAX_LEAP:
            return Arrival.LEAP
        for hole in range(max(self.top + 1, seq_ext - MAX_MISSING), seq_ext):
            self._missing[hole] = _Missing(now_ms)
        if seq_ext - self.top - 1 > MAX_MISSING:
            self.overflowed = True
        self.top = seq_ext
        while len(self._missing) > MAX_MISSING:
            del self._missing[next(iter(self._missing))]
            self.overflowed = True
        return Arrival.AHEAD

    def due(self, now_ms: int, rtt_ms: int | None = None) -> list[int]:
        """Extended numbers to ask for now, which is then counted; the hopeless are forgotten first."""
        pause_ms = max(MIN_ASK_PAUSE_MS, DEFAULT_RTT_MS if rtt_ms is None else rtt_ms)
        self.expire(now_ms)
        asked: list[int] = []
        for seq_ext, missing in list(self._missing.items()):
            if missing.asks and now_ms - missing.asked_ms < pause_ms:
                continue
            if missing.asks >= MAX_ASKS:
                del self._missing[seq_ext]
                self.overflowed = True
                continue
            missing.asks += 1
            missing.asked_ms = now_ms
            asked.append(seq_ext)
        return asked

    def expire(self, now_ms: int) -> None:
        """Forget what has been missing for too long; such packets are STALE from then on."""
        while self._missing:
            oldest = next(iter(self._missing))
            if now_ms - self._missing[oldest].noticed_ms < MAX_MISSING_MS:
                return
            del self._missing[oldest]

    def forget_before(self, seq_ext: int) -> None:
        """Nothing before this packet matters any more: it begins a keyframe."""
        for hole in [hole for hole in self._missing if hole < seq_ext]:
            del self._missing[hole]

    def restart(self, seq16: int) -> None:
        """The stream begins anew with this packet."""
        self._missing.clear()
        self.top = seq16
