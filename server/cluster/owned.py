"""The journal of a meeting that this node owns: every entry goes through Redis, with our token, before anybody sees it.

Implements `hosting.ports.Journal` for the writer; made by `ownership` when the lease is ours, and useless once it is not.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from server.hosting.ports import JournalClosed

from . import records
from .store import StoreAway, Took, holder
from .tenure import Standing, Tenure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from server.hosting.ports import Checkpoint, Entry

    from .feed import Feed
    from .keys import MeetingKeys
    from .records import Answered
    from .store import Store
    from .tenure import TenureTimes

RETRY_S: Final = 0.05
"""Between two tries to write the same entry."""

log = logging.getLogger(__name__)


class OwnedJournal:
    """Writes one meeting down until another owner has it."""

    def __init__(  # noqa: PLR0913 - what it writes, with what, and who is told
        self,
        *,
        keys: MeetingKeys,
        store: Store,
        node: str,
        tenure: Tenure,
        times: TenureTimes,
        feed: Feed,
        on_entry: Callable[[Entry, bytes], None],
        on_lost: Callable[[], None],
        on_renewed: Callable[[frozenset[str]], None],
    ) -> None:
        """on_entry: it is kept, and may be told to others; on_lost: called once; on_renewed: with all who follow."""
        self.tenure = tenure
        self._keys = keys
        self._store = store
        self._node = node
        self.me = holder(tenure.token, node)
        """As the lease names us."""
        self._times = times
        self._feed = feed
        self._on_entry = on_entry
        self._on_lost = on_lost
        self._on_renewed = on_renewed
        self._state: Callable[[], tuple[Checkpoint, Answered]] | None = None
        self._writing = asyncio.Lock()
        """Held while an entry is written, or the meeting is written back whole: never both."""
        self._owed = False
        self._trim = self._base = -1

    def begin(self, state: Callable[[], tuple[Checkpoint, Answered]]) -> None:
        """state: the meeting as it is between two entries, asked for when a checkpoint is written."""
        self._state = state

    # ── the port ─────────────────────────────────────────────────────────────────────────────────

    async def append(self, entry: Entry) -> None:
        """Waits while Redis is away and others follow. Raises: `JournalClosed` when the meeting is another's."""
        clear = records.write_entry(entry)
        record = self._keys.seal.close(clear, self._keys.entry_place(entry.position))
        while not await self._write(entry, clear, record):  # noqa: ASYNC110 - waits for another machine
            await asyncio.sleep(RETRY_S)

    async def checkpoint(self, checkpoint: Checkpoint) -> None:  # noqa: ARG002 - the newest one is written
        """With the next renewal: many that follow each other are one."""
        self._owed = True

    async def last_checkpoint(self) -> Checkpoint:
        return self._now()[0]

    def follow(self, after: int) -> AsyncIterator[Entry | Checkpoint]:
        return self._feed.follow(after)

    async def close(self) -> None:
        """Nothing is left of the meeting in Redis, if it is still ours and Redis is there; else it goes with its time."""
        if self.tenure.standing is not Standing.LOST:
            self.tenure.fenced()
            try:
                await self._store.finish(self._keys, self.me)
            except StoreAway:
                log.warning("a meeting that is over stays in Redis until its time is over")

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    async def _write(self, entry: Entry, clear: bytes, record: bytes) -> bool:
        """True: it counts, and was told. Told before the lock is free: nothing is written back without it."""
        async with self._writing:
            if not await self._counts(entry.position, record):
                return False
            self._feed.put(entry)
            self._on_entry(entry, clear)
            return True

    async def _counts(self, position: int, record: bytes) -> bool:
        if self.tenure.standing is Standing.LOST:
            raise JournalClosed
        if self.tenure.standing is Standing.ALONE:
            return True
        try:
            took = await self._store.append(self._keys, self.me, position, record)
            if took is Took.LAPSED:
                await self._write_back()
                return False
        except StoreAway:
            return self.tenure.failed(_now_ms(), writing=True) is Standing.ALONE
        if took is Took.OK:
            self.tenure.confirmed()
            return True
        self.let_go()
        raise JournalClosed

    async def write_down(self) -> None:
        """Redis knows the meeting as it is now. Raises: `StoreAway`."""
        async with self._writing:
            await self._write_back()

    async def _write_back(self) -> None:
        """The whole meeting as it is, unless somebody else has had it. Raises: `StoreAway`."""
        checkpoint, record = self._sealed()
        took = await self._store.restore(
            self._keys, self.tenure.token, self._node, checkpoint.position, record, self._times.lease_ms
        )
        if took is Took.OK:
            self._owed, self._base = False, checkpoint.position
            self.tenure.written_back()
        else:
            self.let_go()

    def _sealed(self) -> tuple[Checkpoint, bytes]:
        checkpoint, answered = self._now()
        clear = records.write_checkpoint(checkpoint, answered)
        return checkpoint, self._keys.seal.close(clear, self._keys.checkpoint_place(checkpoint.position))

    def _now(self) -> tuple[Checkpoint, Answered]:
        if self._state is None:
            raise JournalClosed
        return self._state()

    def let_go(self) -> None:
        """Another has it, or shall have it."""
        if self.tenure.standing is not Standing.LOST:
            self.tenure.fenced()
            self._on_lost()

    # ── renewing ─────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Keep the lease until it is lost."""
        while self.tenure.standing is not Standing.LOST:
            await self._renew()
            await asyncio.sleep(self._times.renew_ms / 1000)

    async def _renew(self) -> None:
        try:
            if self.tenure.standing is Standing.ALONE and await self._came_back():
                return
            if await self._took_checkpoint():
                # What was decided alone is not kept: asked for it, Redis would not hold the lease.
                kept = -1 if self.tenure.standing is Standing.ALONE else self._now()[0].position
                took, followers = await self._store.renew(
                    self._keys, self.me, self._times.lease_ms, self._trim, kept
                )
                await self._renewed(took, followers)
        except StoreAway:
            self.tenure.failed(_now_ms(), writing=False)

    async def _renewed(self, took: Took, followers: frozenset[str]) -> None:
        if took is Took.OK:
            # Not yet those of the checkpoint just written: who is a moment late still reads them.
            self._trim = self._base
            self.tenure.renewed(followers)
            self._on_renewed(followers)
        elif took is Took.LAPSED:
            await self._return()
        else:
            self.let_go()

    async def _came_back(self) -> bool:
        """False: there is still no room for the meeting. Then at least the lease can be held."""
        try:
            await self._return()
        except StoreAway:
            self._owed = False
            return False
        return True

    async def _return(self) -> None:
        async with self._writing:
            if self.tenure.standing is not Standing.LOST:
                await self._write_back()

    async def _took_checkpoint(self) -> bool:
        """False: the lease is not ours any more."""
        if not self._owed:
            return True
        self._owed = False
        checkpoint, record = self._sealed()
        try:
            took = await self._store.checkpoint(self._keys, self.me, checkpoint.position, record)
        except StoreAway:
            self._owed = True
            # When Redis is full the lease can still be held.
            return True
        if took is Took.OK:
            self._base = checkpoint.position
        elif took is Took.FENCED:
            self.let_go()
            return False
        else:
            self._owed = True
        return True


def _now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)
