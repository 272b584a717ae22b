"""Letters out, in order, and letters in: one stream in Redis for each node.

Made by `node`. Letters that Redis does not take wait here, so many and no more; what gets lost is noticed by positions, and by
whoever waits for an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Protocol

from . import letters
from .connection import TROUBLES, next_of
from .keys import inbox_key
from .store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Callable

    from .connection import AnyRedis
    from .keys import ClusterKeys
    from .letters import AnyLetter
    from .store import RedisStore

MAX_WAITING: Final = 20_000
"""Letters that wait for Redis, here or in one inbox."""
BATCH: Final = 256
BLOCK_MS: Final = 1_000
"""So long a read waits; a connection that is gone without a word is noticed after twice this."""
RETRY_S: Final = 0.1

log = logging.getLogger(__name__)


class Post(Protocol):
    """How letters are sent."""

    def send(self, to: str, letter: AnyLetter) -> None:
        """On its way after everything that was sent to this node before, or lost."""
        ...


class RedisPost:
    """Implements `Post`."""

    def __init__(self, store: RedisStore, reading: AnyRedis, keys: ClusterKeys, node: str) -> None:
        """reading: a client of its own, whose one connection may wait."""
        self._store = store
        self._reading = reading
        self._keys = keys
        self._node = node
        self._waiting: deque[tuple[str, AnyLetter]] = deque(maxlen=MAX_WAITING)
        self._something = asyncio.Event()

    def send(self, to: str, letter: AnyLetter) -> None:
        self._waiting.append((to, letter))
        self._something.set()

    async def write(self) -> None:
        """Send until cancelled, also what waits from before."""
        while True:
            while self._waiting:
                await self._send_some()
            self._something.clear()
            await self._something.wait()

    async def _send_some(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        sealed = [(inbox_key(to), letters.seal(self._keys, letter, to)) for to, letter in some]
        try:
            await self._store.post(sealed, MAX_WAITING)
        except StoreAway:
            # Not again: it may have come through. Whoever misses it asks.
            await asyncio.sleep(RETRY_S)

    async def flush(self, within_s: float) -> None:
        """Everything sent so far is in Redis, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._waiting:  # noqa: ASYNC110 - once, when the node goes
                    await asyncio.sleep(RETRY_S / 10)
                await asyncio.sleep(RETRY_S / 2)

    async def read(self, deliver: Callable[[AnyLetter], None]) -> None:
        """Hand every letter on until cancelled; what was read is taken out of Redis with the next read."""
        done: list[bytes] = []
        while True:
            try:
                found = await self._next(done)
            except TROUBLES:
                await asyncio.sleep(RETRY_S)
                continue
            done = [name for name, _ in found]
            for _, fields in found:
                self._open(fields[b"e"], deliver)

    async def _next(self, done: list[bytes]) -> list[tuple[bytes, Any]]:
        inbox = inbox_key(self._node)
        if done:
            await self._reading.xdel(inbox, *done)
        return await next_of(self._reading, inbox, BATCH, BLOCK_MS)

    def _open(self, sealed: bytes, deliver: Callable[[AnyLetter], None]) -> None:
        try:
            deliver(letters.unseal(self._keys, sealed, self._node))
        except letters.LetterError:
            log.warning("a letter that is none was dropped")
        except Exception:  # one meeting's bug must not stop the others' letters
            log.exception("fault in a letter")
