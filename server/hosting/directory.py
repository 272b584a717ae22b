"""Which meetings live here: opened by the first who comes with a valid link, forgotten when they have ended.

Made once by `app`; signaling asks it. Nothing about a meeting outlives its entry here.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.rooms.state import Meeting, Rules

from .media_link import MediaLink
from .meeting_host import HostLimits, MeetingHost
from .replica import Replica

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rooms.ids import MeetingId

    from .ports import Clock, Journal, MediaControl

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostingLimits:
    """Bounds of this process."""

    max_meetings: int = 1000
    keep_steps: int = 1024
    """Per meeting: how many steps back a resume is possible without a whole snapshot."""
    host: HostLimits = field(default_factory=HostLimits)


class DirectoryFull(Exception):  # noqa: N818 - an answer, not a fault
    """This process hosts as many meetings as it may."""


@dataclass(slots=True)
class LiveMeeting:
    """One meeting that lives here."""

    id: MeetingId
    host: MeetingHost
    replica: Replica
    work: asyncio.Task[None] | None = None


class Directory:
    """Meeting id → live meeting."""

    def __init__(
        self,
        *,
        clock: Clock,
        media: MediaControl,
        new_journal: Callable[[Meeting], Journal],
        rules: Rules,
        limits: HostingLimits,
    ) -> None:
        self._clock = clock
        self._media = media
        self._new_journal = new_journal
        self._rules = rules
        self._limits = limits
        self._live: dict[MeetingId, LiveMeeting] = {}

    def __len__(self) -> int:
        return len(self._live)

    def find(self, meeting_id: MeetingId) -> LiveMeeting | None:
        """The live meeting of this id; None also for one that is just being cleared away."""
        live = self._live.get(meeting_id)
        return None if live is None or live.host.is_over else live

    async def open(self, meeting_id: MeetingId) -> LiveMeeting:
        """The live meeting of this id, begun now if nobody is in it yet. Raises: `DirectoryFull`."""
        while (live := self._live.get(meeting_id)) is not None:
            if live.work is None or not live.host.is_over:
                return live
            await asyncio.wait(
                {live.work}
            )  # what clears away the last one must not meet the next one's people
        if len(self._live) >= self._limits.max_meetings:
            raise DirectoryFull
        meeting = Meeting(id=meeting_id, rules=self._rules)
        journal = self._new_journal(meeting)
        start = await journal.last_checkpoint()
        live = LiveMeeting(
            meeting_id,
            MeetingHost(start, journal, self._clock, self._limits.host),
            Replica(start, journal, self._limits.keep_steps),
        )
        return self._begin(live, journal)

    def _begin(self, live: LiveMeeting, journal: Journal) -> LiveMeeting:
        """Somebody else may have begun it while we waited: the first one counts."""
        first = self._live.setdefault(live.id, live)
        if first is live:
            live.work = asyncio.create_task(self._keep(live, journal))
        return first

    async def _keep(self, live: LiveMeeting, journal: Journal) -> None:
        """Run the meeting until it has ended and everybody was told; then drop every reference.

        If a part of it breaks, it ends: nobody may go on in a meeting that no longer silences or cuts off whom it should.
        """
        link = MediaLink(self._media, live.replica.meeting)
        live.replica.listen(link)
        hosting, following, routing = work = [
            asyncio.create_task(part) for part in (live.host.run(), live.replica.run(), link.run())
        ]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hosting.cancel()
            await asyncio.wait({hosting})
            await journal.close()
            await asyncio.wait({following})
            routing.cancel()
            for outcome in await asyncio.gather(*work, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.error("fault in a meeting: it is over", exc_info=outcome)
            self._live.pop(live.id, None)
            log.info("meeting over")

    async def close(self) -> None:
        """End all work here; the process is going away."""
        work = [live.work for live in self._live.values() if live.work is not None]
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        self._live.clear()
