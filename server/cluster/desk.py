"""Where a meeting is decided while this node owns it: its writer, its journal and its way to the media server.

Made and watched by `ownership`; gone as soon as the lease is.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from server.hosting.media_link import MediaLink
from server.hosting.meeting_host import MeetingHost
from server.hosting.replica import Step

from .ending import end
from .tenure import Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.hosting.meeting_host import HostLimits
    from server.hosting.ports import Cause, Checkpoint, Clock, MediaControl
    from server.hosting.replica import Replica
    from server.rooms.errors import Refusal

    from .owned import OwnedJournal
    from .records import Answered

log = logging.getLogger(__name__)


class Desk:
    """One tenure at work."""

    def __init__(  # noqa: PLR0913 - what a writer needs
        self,
        *,
        start: Checkpoint,
        journal: OwnedJournal,
        replica: Replica,
        media: MediaControl,
        clock: Clock,
        limits: HostLimits,
        answered: Callable[[], Answered],
        not_before_ms: int,
        on_refused: Callable[[Cause, Refusal], None],
        pseudonym: object,
    ) -> None:
        self.journal = journal
        self.host = MeetingHost(
            start,
            journal,
            clock,
            limits,
            answered=answered(),
            not_before_ms=not_before_ms,
            on_refused=on_refused,
            pseudonym=pseudonym,
        )
        journal.begin(lambda: (self.host.state, answered()))
        self._pseudonym = pseudonym
        self._replica = replica
        self._link = MediaLink(media, start.meeting)
        self._stopped = False
        self._deciding: asyncio.Task[None] | None = None

    @property
    def is_ours(self) -> bool:
        return self.journal.tenure.standing is not Standing.LOST and not self._stopped

    async def run(self, linger_s: Callable[[], float]) -> bool:
        """Decide until the meeting is over (True) or another's.

        linger_s: asked at the end: so long media goes on as it is, while pages turn to the next owner.
        """
        self._replica.listen(self._link)
        self._link.stepped(
            Step(self._replica.position, (), (), frozenset()), self._replica.meeting
        )  # what was wanted before us
        self._deciding = asyncio.create_task(self.host.run())
        renewing, routing = asyncio.create_task(self.journal.run()), asyncio.create_task(self._link.run())
        work = (self._deciding, renewing, routing)
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_over = self.is_ours
            await end(work[:2])
            linger = asyncio.create_task(self._end_media(routing, linger_s()))
            if is_over:
                await linger
            _LINGERING.add(linger)
            linger.add_done_callback(_LINGERING.discard)
            for task in work[:2]:
                if not task.cancelled() and task.exception() is not None:
                    log.error("fault in meeting %s: it is over", self._pseudonym, exc_info=task.exception())
        return is_over

    async def stop(self) -> None:
        """Decide nothing more; who waits is told so, and asks the next owner."""
        self._stopped = True
        if self._deciding is not None:
            await end({self._deciding})

    async def _end_media(self, routing: asyncio.Task[None], linger_s: float) -> None:
        if linger_s and not routing.done():
            await asyncio.wait({routing}, timeout=linger_s)
        self._replica.leave(self._link)
        routing.cancel()
        for outcome in await asyncio.gather(routing, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("fault in the media of meeting %s", self._pseudonym, exc_info=outcome)


_LINGERING: set[asyncio.Task[None]] = set()
"""Media that goes on a moment longer than the tenure."""
