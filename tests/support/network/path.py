"""What one direction of a network does to packets: how long each is under way, and which never arrive.

Decides by given times and a seeded generator; used by `link.py`. Knows no file and no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """How good a direction is; the default: perfect."""

    delay_ms: float = 0
    jitter_ms: float = 0
    """At most so much is added to the delay, each time anew. Packets stay in order, as on most real paths."""
    loss: float = 0
    """Share of the packets that never arrive."""
    rate_bps: int | None = None
    queue_bytes: int = 100_000
    """What waits at the bottleneck, at most; the rest is lost. Matters with a rate only."""


class Path:
    """One direction, in time."""

    def __init__(self, conditions: Conditions, random: Random) -> None:
        self.conditions = conditions
        self.is_cut = False
        self.lost = 0
        self._random = random
        self._free_ms = 0.0
        """When the bottleneck has sent all that waits."""
        self._last_ms = 0.0
        """When the last packet arrives."""

    def arrival_ms(self, size_bytes: int, now_ms: float) -> float | None:
        """When a packet that is sent now arrives; None: never, counted."""
        chance, delay = self._random.random(), self._random.random()
        if self.is_cut or chance < self.conditions.loss or not self._enters(size_bytes, now_ms):
            self.lost += 1
            return None
        left_ms = max(now_ms, self._free_ms)
        arrival = left_ms + self.conditions.delay_ms + delay * self.conditions.jitter_ms
        self._last_ms = max(self._last_ms, arrival)
        return self._last_ms

    def cut(self) -> None:
        """Nothing arrives until `is_cut` is set back; what waited at the bottleneck is gone, too."""
        self.is_cut = True
        self._free_ms = self._last_ms = 0.0

    def _enters(self, size_bytes: int, now_ms: float) -> bool:
        rate = self.conditions.rate_bps
        if rate is None:
            return True
        waiting_bytes = max(0.0, self._free_ms - now_ms) * rate / 8000
        if waiting_bytes + size_bytes > self.conditions.queue_bytes:
            return False
        self._free_ms = max(now_ms, self._free_ms) + size_bytes * 8000 / rate
        return True
