"""What a running server tells about itself: plugs its parts into `/proof` and `/metrics`; made by `app`, no rule lives here."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from server.confidentiality import log_filter
from server.confidentiality.findings import Finding, Outcome, findings_of_processes
from server.confidentiality.self_check import look_at_self
from server.media.worker_pool import WorkerPool
from server.web.metrics import MediaLoad, Metrics, Sources, metrics_routes
from server.web.proof import proof_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence, Sized

    from starlette.routing import Route

    from server.config import Settings
    from server.media.server import MediaServer
    from server.signaling.endpoint import Endpoint


class Insight:
    """Counts and self-checks of one process and its media workers."""

    def __init__(
        self,
        settings: Settings,
        media: MediaServer | WorkerPool | None,
        parts: Callable[[], tuple[Sized, Endpoint]],
        wall_s: Callable[[], float],
        redis_reached: Callable[[], bool | None] = lambda: None,
    ) -> None:
        """parts, redis_reached: asked when somebody looks; they are made after this."""
        self._settings = settings
        self._media = media
        self._wall_s = wall_s
        sources = Sources(
            meetings=lambda: len(parts()[0]),
            connections=lambda: len(parts()[1]),
            refusals=lambda: parts()[1].refusals,
            media=self._loads,
            findings=self.findings,
            redis_reached=redis_reached,
        )
        self._metrics = Metrics(sources) if settings.metrics_key is not None else None

    @property
    def routes(self) -> list[Route]:
        routes = proof_routes(self.findings, self._wall_s)
        if self._metrics is not None and self._settings.metrics_key is not None:
            routes += metrics_routes(self._metrics, self._settings.metrics_key)
        return routes

    def meeting_over(self) -> None:
        """One more."""
        if self._metrics is not None:
            self._metrics.meeting_over()

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Counts what has to be counted while it happens, in the block."""
        watching = None if self._metrics is None else asyncio.create_task(self._metrics.watch_lag())
        try:
            yield
        finally:
            if watching is not None:
                watching.cancel()
                await asyncio.wait({watching})

    def findings(self) -> Sequence[Finding]:
        """What the processes see of themselves now."""
        states = [look_at_self(), *(self._media.states if isinstance(self._media, WorkerPool) else ())]
        return (*findings_of_processes(states, filters_logs=log_filter.is_in_force()), self._tls())

    def _tls(self) -> Finding:
        if self._settings.is_https:
            return Finding("tls", Outcome.FINE, "Links begin with https.")
        return Finding("tls", Outcome.UNKNOWN, "Links begin with http: for this machine only.")

    def _loads(self) -> list[MediaLoad]:
        if self._media is None:
            return []
        sights = self._media.sights if isinstance(self._media, WorkerPool) else [(self._media.sight, 0)]
        return [
            MediaLoad(each.peers, each.received, each.sent, each.unsent, each.faults, cpu_permille)
            for each, cpu_permille in sights
        ]
