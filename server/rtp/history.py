"""Packets that may be asked for again, and how often they are sent again.

Called by `media.publication` (keep) and `media.feedback` (a NACK). Must not import anything of ours.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

RESEND_PAUSE_MS: Final = 100
"""A repeated NACK within this time is about the same loss."""
MAX_RESENDS: Final = 3
"""A path that loses a packet so often needs a keyframe, not a fourth copy."""
REMEMBERED_RESENDS: Final = 1024


class Packet(NamedTuple):
    """One packet that may leave, as it is for everybody who gets it."""

    number: int
    """Its dense index."""
    came_ms: int
    marker: int
    """Of the second header byte."""
    rtp_ticks: int
    payload: bytes
    temporal: int = 0
    """The temporal layer it is of."""
    extended: bytes = b""
    """The packet as it came, where some of its extensions are carried on …"""
    found: Mapping[int, tuple[int, int]] = {}
    """… and where those are in it: id → (start, end)."""


class History:
    """The newest packets of one stream, bounded in number, bytes and age."""

    __slots__ = ("_by_index", "_bytes", "_max_age_ms", "_max_bytes", "_max_packets", "_order")

    def __init__(self, max_packets: int, max_bytes: int, max_age_ms: int) -> None:
        self._max_packets = max_packets
        self._max_bytes = max_bytes
        self._max_age_ms = max_age_ms
        self._by_index: dict[int, Packet] = {}
        self._order: deque[int] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._order)

    @property
    def held_bytes(self) -> int:
        """Of payloads."""
        return self._bytes

    def keep(self, packet: Packet) -> None:
        """The packet can be found until newer ones or its age push it out. A number is kept once."""
        if packet.number in self._by_index:
            return
        self._by_index[packet.number] = packet
        self._order.append(packet.number)
        self._bytes += len(packet.payload)
        oldest_ms = packet.came_ms - self._max_age_ms
        while (
            len(self._order) > self._max_packets
            or self._bytes > self._max_bytes
            or self._by_index[self._order[0]].came_ms < oldest_ms
        ):
            self._bytes -= len(self._by_index.pop(self._order.popleft()).payload)
            if not self._order:
                break

    def find(self, index: int, now_ms: int) -> Packet | None:
        kept = self._by_index.get(index)
        return None if kept is None or kept.came_ms < now_ms - self._max_age_ms else kept

    def clear(self) -> None:
        self._by_index.clear()
        self._order.clear()
        self._bytes = 0


class Resends:
    """Answers to NACKs of one subscriber: not twice for one loss, and not for ever."""

    __slots__ = ("_sent",)

    def __init__(self) -> None:
        self._sent: dict[int, tuple[int, int]] = {}

    def allow(self, index: int, now_ms: int) -> bool:
        """True if the packet may be sent again now, which is then counted."""
        last_ms, times = self._sent.get(index, (now_ms - RESEND_PAUSE_MS, 0))
        if times >= MAX_RESENDS or now_ms - last_ms < RESEND_PAUSE_MS:
            return False
        self._sent.pop(index, None)  # to the end: the first is always the one sent longest ago
        self._sent[index] = (now_ms, times + 1)
        if len(self._sent) > REMEMBERED_RESENDS:
            del self._sent[next(iter(self._sent))]
        return True
