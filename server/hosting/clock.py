"""The process's clock as the port sees it; `app` makes one, everything else is handed it."""

from __future__ import annotations

import asyncio
import time


class SystemClock:
    """Monotonic milliseconds of this machine."""

    def now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    async def sleep_until(self, deadline_ms: int) -> None:
        """Return at the deadline or later, never early: a rounding early would spin."""
        while (left_ms := deadline_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - waits for time, not for an event
            await asyncio.sleep(left_ms / 1000)
