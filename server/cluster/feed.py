"""Entries of one meeting on their way to this node's replica, whoever writes the meeting now.

Made by `following`; the owner's journal and the inbox put into it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.hosting.ports import Checkpoint, JournalClosed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.hosting.ports import Entry


class Feed:
    """One queue for one reader: as a journal it can only be followed, and closed."""

    def __init__(self, start: Checkpoint) -> None:
        self._start = start
        self._queue: asyncio.Queue[Entry | Checkpoint | None] = asyncio.Queue()
        self.position = start.position
        """Of what was put in last."""

    def put(self, what: Entry | Checkpoint) -> bool:
        """An entry is taken if it is the next one, a checkpoint always. False: something lies between, or it is known."""
        if not isinstance(what, Checkpoint) and what.position != self.position + 1:
            return False
        self.position = what.position
        self._queue.put_nowait(what)
        return True

    async def append(self, entry: Entry) -> None:  # noqa: ARG002 - the port's
        raise JournalClosed

    async def checkpoint(self, checkpoint: Checkpoint) -> None:
        """Nothing is kept here that could be forgotten."""

    async def last_checkpoint(self) -> Checkpoint:
        return self._start

    async def follow(self, after: int) -> AsyncIterator[Entry | Checkpoint]:  # noqa: ARG002 - there is one reader, from the start
        while (what := await self._queue.get()) is not None:
            yield what

    async def close(self) -> None:
        self._queue.put_nowait(None)
