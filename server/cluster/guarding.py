"""Which servers of Redis may be given anything: each is asked before, and all now and then again.

Made by `node`, which looks before every heartbeat. Who the servers are is `connection`'s, what is asked `redis_guard`'s.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from .connection import ANSWER_S, TROUBLES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .connection import Place

SERVERS_EVERY: Final = 10
"""Looks: so often it is asked who the servers are, and each of them again; a new one that is given something is seen with the next."""
WITHIN_S: Final = ANSWER_S * 2
"""Heartbeats wait for this."""


class Guarding:
    """What is known of the servers since the last look."""

    def __init__(
        self,
        places: Callable[[Mapping[Place, bool]], Awaitable[dict[Place, bool]]],
        ask: Callable[[Place], Awaitable[object]],
    ) -> None:
        """places: given what it said last, or nothing to ask anew; ask: raises what is against a server."""
        self._places = places
        self._ask = ask
        self._known: dict[Place, bool] = {}
        self._fine: set[Place] = set()
        self._looks = 0
        self.is_fine = False
        """May something new be given to Redis?"""

    def ask_again(self) -> None:
        """Redis was away, and may come back as another."""
        self._looks = 0

    async def look(self) -> None:
        """Every server that may be given something was asked. Raises: what `ask` raises, and `TROUBLES` while none is known to be fine."""
        anew = self._looks % SERVERS_EVERY == 0
        self._looks += 1
        await self._find(anew=anew)
        asked = {place for place in self._known if anew or place not in self._fine}
        self.is_fine &= asked <= self._fine
        for outcome in await asyncio.gather(*map(self._examine, asked), return_exceptions=True):
            if outcome is not None:
                self.is_fine = False
                raise outcome
        self.is_fine = bool(self._fine)

    async def _find(self, *, anew: bool) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                self._known = await self._places({} if anew else self._known)
        except TROUBLES:
            # Whoever tells may be away, as Sentinels are while their master is well.
            if not self._fine:
                raise

    async def _examine(self, place: Place) -> None:
        self._fine.discard(place)
        try:
            async with asyncio.timeout(WITHIN_S):
                await self._ask(place)
        except TROUBLES:
            return  # it is given nothing either; it is asked when it answers
        self._fine.add(place)
