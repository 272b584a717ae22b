"""One idea of now for all nodes: Redis' clock, so that a deadline means the same on whichever node a meeting goes on.

Monotonic on each node: it follows Redis slowly and never turns back. Made by `app`, set by `node`.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

MAX_STEP_MS: Final = 20
"""With each comparison the clock is moved by so much at most, once it is in use."""


class SharedClock:
    """Implements `hosting.ports.Clock`."""

    def __init__(self) -> None:
        """By this machine's calendar, until Redis has been asked."""
        self._ahead_ms = time.time_ns() // 1_000_000 - _monotonic_ms()
        self._latest_ms = 0
        self._is_set = False

    def now_ms(self) -> int:
        self._latest_ms = max(self._latest_ms, _monotonic_ms() + self._ahead_ms)
        return self._latest_ms

    async def sleep_until(self, deadline_ms: int) -> None:
        """Return at the deadline or later, never early: a rounding early would spin."""
        while (left_ms := deadline_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - waits for time, not for an event
            await asyncio.sleep(left_ms / 1000)

    def compare(self, shared_ms: int, asked_ms: int) -> None:
        """shared_ms: what Redis' clock said between `asked_ms` of ours and now. The first comparison counts whole."""
        off_ms = shared_ms - (asked_ms + self.now_ms()) // 2
        if not self._is_set:
            self._is_set = True
            self._latest_ms = 0
            self._ahead_ms += off_ms
        else:
            self._ahead_ms += max(-MAX_STEP_MS, min(MAX_STEP_MS, off_ms))


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000
