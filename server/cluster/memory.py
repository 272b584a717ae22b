"""The journal of a meeting that lives in this process alone; made by `app`, used through `hosting.ports`."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from server.hosting.ports import Checkpoint, Entry, JournalClosed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.rooms.state import Meeting


class MemoryJournal:
    """Entries since the last checkpoint, in memory; nothing is left after `close`."""

    def __init__(self, meeting: Meeting) -> None:
        self._base: Checkpoint | None = Checkpoint(0, meeting)
        self._entries: deque[Entry] = deque()
        self._followers: set[asyncio.Queue[Entry | None]] = set()

    async def append(self, entry: Entry) -> None:
        if self._base is None:
            raise JournalClosed
        self._entries.append(entry)
        for follower in self._followers:
            follower.put_nowait(entry)

    async def checkpoint(self, checkpoint: Checkpoint) -> None:
        if self._base is None:
            raise JournalClosed
        self._base = checkpoint
        while self._entries and self._entries[0].position <= checkpoint.position:
            self._entries.popleft()

    async def last_checkpoint(self) -> Checkpoint:
        if self._base is None:
            raise JournalClosed
        return self._base

    def follow(self, after: int) -> AsyncIterator[Entry | Checkpoint]:
        """Registered when called, not when first awaited: nothing appended in between is missed."""
        inbox: asyncio.Queue[Entry | None] = asyncio.Queue()
        for entry in self._entries:
            if entry.position > after:
                inbox.put_nowait(entry)
        if self._base is None:
            inbox.put_nowait(None)
        self._followers.add(inbox)
        return self._read(inbox)

    async def _read(self, inbox: asyncio.Queue[Entry | None]) -> AsyncIterator[Entry | Checkpoint]:
        try:
            while (next_entry := await inbox.get()) is not None:
                yield next_entry
        finally:
            self._followers.discard(inbox)

    async def close(self) -> None:
        self._base = None
        self._entries.clear()
        for follower in self._followers:
            follower.put_nowait(None)
