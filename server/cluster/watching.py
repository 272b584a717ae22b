"""A follower's looks at the lease: is the owner still there, is the meeting where we are, is anybody of it still here?

Made by `shared_meeting`; an owner does not look, it renews. It ends a meeting to which nobody comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

from server.hosting.meeting_host import MeetingFault, MeetingOver, Overloaded
from server.rooms.commands import Tick
from server.rooms.errors import Rejected
from server.rooms.state import Status

from .keys import Unsealed
from .records import RecordError
from .store import StoreAway
from .surroundings import loop_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rooms.ids import MeetingId

    from .desk import Desk
    from .following import Following
    from .ownership import Ownership
    from .store import Sighting
    from .surroundings import Surroundings

LINGER_MS: Final = 15_000
"""Without anybody of it here a meeting is followed so long, and owned so long without anybody in it."""

log = logging.getLogger(__name__)


class Watching:
    """Several looks in a lease."""

    def __init__(
        self,
        around: Surroundings,
        meeting: MeetingId,
        following: Following,
        ownership: Ownership,
        is_needed: Callable[[], bool],
    ) -> None:
        """is_needed: somebody of the meeting is connected here, or waits for something."""
        self._around = around
        self._keys = around.keys.meeting(meeting)
        self._following = following
        self._ownership = ownership
        self._is_needed = is_needed
        self._free_since_ms: int | None = None
        self._is_unreadable = False
        self._trouble_ms = -(10**9)
        self._used_ms = self._introduced_ms = loop_ms()

    def touch(self) -> None:
        """Somebody is about to come: keep following."""
        self._used_ms = loop_ms()

    async def run(self) -> None:
        """Return when nobody here needs the meeting any more."""
        while True:
            await asyncio.sleep(self._around.times.watch_ms / 1000)
            desk = self._ownership.desk
            if desk is not None:
                await self._end_if_nobody_comes(desk)
                continue
            if self._is_idle():
                with contextlib.suppress(StoreAway):
                    await self._around.store.unfollow(self._keys, self._around.node)
                return
            try:
                await self._look()
            except StoreAway:
                self._trouble_ms, self._free_since_ms = loop_ms(), None
            except (Unsealed, RecordError):
                if not self._is_unreadable:  # else it is said with every look
                    log.exception("a meeting of another version or key cannot be followed")
                self._is_unreadable = True

    async def _end_if_nobody_comes(self, desk: Desk) -> None:
        """Whoever it was begun for gave up, or was told to come again: the writer looks up, and finds nobody."""
        if self._following.replica.meeting.participants:
            self.touch()
        elif self._is_idle():
            with contextlib.suppress(MeetingOver, MeetingFault, Overloaded, Rejected):
                await desk.host.submit(Tick())

    def _is_idle(self) -> bool:
        if self._is_needed():
            self.touch()
        return loop_ms() - self._used_ms > LINGER_MS

    async def _look(self) -> None:
        times, following, ownership = self._around.times, self._following, self._ownership
        seen = await self._around.store.look(self._keys, self._around.node, times.follow_ms)
        if ownership.desk is not None or ownership.is_changing:
            return
        if seen.owner == self._around.node:  # ours a moment ago, or about to be
            self._free_since_ms = None
        elif seen.owner is not None:
            self._free_since_ms = None
            ownership.owned_by(seen.owner, seen.token)
            self._introduce()
        elif not seen.token and following.replica.meeting.status is Status.ENDED:
            await following.feed.close()
            return
        elif self._may_take(seen):
            await ownership.take_over()
            return
        if seen.position is not None and seen.position > following.feed.position:
            await following.catch_up()

    def _introduce(self) -> None:
        """Several times in the lease after which a new owner takes those for lost whom nobody has named."""
        if self._is_needed() and loop_ms() - self._introduced_ms >= self._around.times.renew_ms:
            self._introduced_ms = loop_ms()
            self._ownership.introduce()

    def _may_take(self, seen: Sighting) -> bool:
        """The lease has run out: at once, unless Redis was away. Then whoever had it comes first."""
        now_ms, times = loop_ms(), self._around.times
        if self._free_since_ms is None:
            self._free_since_ms = now_ms
        wait_ms = times.settle_ms if not seen.token else 0
        if now_ms - self._trouble_ms < times.settle_ms * 2:
            wait_ms = max(wait_ms, times.renew_ms * 2)
        return now_ms - self._free_since_ms >= wait_ms
