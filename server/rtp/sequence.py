"""Sequence numbers and timestamps that wrap, as numbers that do not.

Called by everything that counts packets. Must not import anything of ours.
"""

from __future__ import annotations

from typing import Final

CYCLE: Final = 1 << 16
HALF_CYCLE: Final = 1 << 15
TICKS_CYCLE: Final = 1 << 32
_HALF_TICKS: Final = 1 << 31


def extend(seq16: int, near: int) -> int:
    """The number with these low 16 bits that is nearest to `near`; exactly half a cycle away counts as ahead.

    It may be negative, for a packet from before the first one.
    """
    ahead = (seq16 - near) & 0xFFFF
    return near + (ahead if ahead <= HALF_CYCLE else ahead - CYCLE)


def ticks_between(earlier: int, later: int) -> int:
    """Signed distance of two 32-bit RTP timestamps; positive when `later` is later."""
    ahead = (later - earlier) & 0xFFFFFFFF
    return ahead if ahead < _HALF_TICKS else ahead - TICKS_CYCLE
