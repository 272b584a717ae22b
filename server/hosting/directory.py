"""Which meetings live here: opened by the first who comes with a valid link, forgotten when they have ended.

Made once by `app`; signaling asks it. Nothing about a meeting outlives its entry here.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from server.rooms.state import Meeting

from .media_link import MediaLink
from .meeting_host import HostLimits, MeetingHost
from .replica import Replica

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rooms.commands import Command
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.rules import Rules

    from .meeting_host import Outcome
    from .ports import Cause, Clock, Journal, MediaControl

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


class Host(Protocol):
    """Whoever carries commands out: the writer itself, or the way to it."""

    @property
    def is_over(self) -> bool: ...

    async def submit(self, command: Command, cause: Cause | None = None) -> Outcome: ...

    def lost(self, who: ParticipantId, connection: int) -> None:
        """This connection is gone: the meeting hears it as soon as somebody decides, unless it is over."""
        ...


@dataclass(slots=True)
class LiveMeeting:
    """One meeting that lives here, or that people here take part in."""

    id: MeetingId
    host: Host
    replica: Replica
    work: asyncio.Task[None] | None = None


class Meetings(Protocol):
    """Meetings as the door sees them: of this process alone (`Directory`), or of several nodes (`cluster`)."""

    async def seek(self, meeting_id: MeetingId) -> LiveMeeting | None:
        """The live meeting of this id, wherever it is. Raises: `DirectoryFull` where that cannot be told now."""
        ...

    async def open(self, meeting_id: MeetingId) -> LiveMeeting:
        """The live meeting of this id, begun now if nobody is in it yet. Raises: `DirectoryFull`."""
        ...


class Directory:
    """Meeting id → live meeting."""

    def __init__(  # noqa: PLR0913 - what hosting needs from everybody else
        self,
        *,
        clock: Clock,
        media: MediaControl,
        new_journal: Callable[[Meeting], Journal],
        rules: Rules,
        limits: HostingLimits,
        pseudonym_of: Callable[[MeetingId], object],
        on_over: Callable[[], None] = lambda: None,
    ) -> None:
        """pseudonym_of: what the log calls a meeting; on_over: called when a meeting has ended and no reference to it is left here."""
        self._clock = clock
        self._media = media
        self._new_journal = new_journal
        self._rules = rules
        self._limits = limits
        self._pseudonym_of = pseudonym_of
        self._on_over = on_over
        self._live: dict[MeetingId, LiveMeeting] = {}

    def __len__(self) -> int:
        return len(self._live)

    def find(self, meeting_id: MeetingId) -> LiveMeeting | None:
        """The live meeting of this id; None also for one that is just being cleared away."""
        live = self._live.get(meeting_id)
        return None if live is None or live.host.is_over else live

    async def seek(self, meeting_id: MeetingId) -> LiveMeeting | None:
        """As `find`."""
        return self.find(meeting_id)

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
        pseudonym = self._pseudonym_of(meeting_id)
        host = MeetingHost(start, journal, self._clock, self._limits.host, pseudonym=pseudonym)
        live = LiveMeeting(meeting_id, host, Replica(start, journal, self._limits.keep_steps))
        return self._begin(live, host, journal)

    def _begin(self, live: LiveMeeting, host: MeetingHost, journal: Journal) -> LiveMeeting:
        """Somebody else may have begun it while we waited: the first one counts."""
        first = self._live.setdefault(live.id, live)
        if first is live:
            live.work = asyncio.create_task(self._keep(live, host, journal))
        return first

    async def _keep(self, live: LiveMeeting, host: MeetingHost, journal: Journal) -> None:
        """Run the meeting until it has ended and everybody was told; then drop every reference.

        If a part of it breaks, it ends: nobody may go on in a meeting that no longer silences or cuts off whom it should.
        """
        pseudonym = self._pseudonym_of(live.id)
        link = MediaLink(self._media, live.replica.meeting)
        live.replica.listen(link)
        hosting, following, routing = work = [
            asyncio.create_task(part) for part in (host.run(), live.replica.run(), link.run())
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
                    log.error("fault in meeting %s: it is over", pseudonym, exc_info=outcome)
            self._live.pop(live.id, None)
            log.info("meeting over: %s", pseudonym)
            self._on_over()

    async def close(self) -> None:
        """End all work here; the process is going away."""
        work = [live.work for live in self._live.values() if live.work is not None]
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        self._live.clear()
