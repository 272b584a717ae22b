"""Time that moves only when a test moves it."""

from __future__ import annotations

import asyncio


class ManualClock:
    """Implements `hosting.ports.Clock`."""

    def __init__(self, now_ms: int = 1_000_000) -> None:
        self._now_ms = now_ms
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now_ms

    async def sleep_until(self, deadline_ms: int) -> None:
        if deadline_ms <= self._now_ms:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((deadline_ms, woken))
        await woken

    async def advance(self, by_ms: int) -> None:
        """Move on, wake whoever is due, and let everything that follows from it happen."""
        self._now_ms += by_ms
        for deadline_ms, woken in self._sleepers:
            if deadline_ms <= self._now_ms and not woken.done():
                woken.set_result(None)
        self._sleepers = [(at, woken) for at, woken in self._sleepers if not woken.done()]
        await settle()


async def settle(rounds: int = 50) -> None:
    """Give every task that can run its turns."""
    for _ in range(rounds):
        await asyncio.sleep(0)
