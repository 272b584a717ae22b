"""`GET /metrics` for Prometheus, behind a key of its own; registered by `app` only where there is one.

Counts and histograms of the whole server: no label says who, which meeting or from where. What counts meetings or people is
never told below `SMALL`, and only in steps of it: a scrape a few seconds after another must not show that one person came.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import resource
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.confidentiality.findings import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from prometheus_client.core import Metric
    from starlette.requests import Request

    from server.confidentiality.findings import Finding

SMALL: Final = 3
"""Fewer than this are not told."""
LAG_EVERY_S: Final = 1.0
LAG_BUCKETS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
_FLOORED: Final = f" In steps of {SMALL}; 0: fewer than {SMALL}."


def floored(count: int) -> int:
    """What Prometheus is told of a number of people or meetings."""
    return count - count % SMALL


def told(count: int) -> str:
    """The same for people to read."""
    return f"<{SMALL}" if count < SMALL else str(floored(count))


@dataclass(frozen=True, slots=True)
class MediaLoad:
    """One process that forwards media."""

    peers: int
    received: int
    sent: int
    unsent: int
    faults: int
    cpu_permille: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the numbers come from; asked when somebody scrapes."""

    meetings: Callable[[], int]
    connections: Callable[[], int]
    refusals: Callable[[], Counter[str]]
    """By code of the protocol."""
    media: Callable[[], Sequence[MediaLoad]]
    findings: Callable[[], Sequence[Finding]]
    redis_reached: Callable[[], bool | None] = lambda: None
    """None: there is none, one server serves alone."""


class LogCounter(logging.Handler):
    """How often something was logged, by level: the first place to look for a fault."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.levels: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        self.levels[record.levelname.lower()] += 1


class Metrics:
    """A registry of its own: what libraries might register elsewhere is not told."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.logged = LogCounter()
        self.meetings_over = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._lag = Histogram(
            "kith_loop_lag_seconds",
            "How late the server's event loop was, looked at every second.",
            buckets=LAG_BUCKETS_S,
            registry=self._registry,
        )

    def exposition(self) -> bytes:
        return generate_latest(self._registry)

    async def watch_lag(self) -> None:
        """Until cancelled. While the process counts, too, what it logs is counted."""
        logging.root.addHandler(self.logged)
        loop = asyncio.get_running_loop()
        try:
            while True:
                due_s = loop.time() + LAG_EVERY_S
                await asyncio.sleep(LAG_EVERY_S)
                self._lag.observe(max(0.0, loop.time() - due_s))
        finally:
            logging.root.removeHandler(self.logged)

    def meeting_over(self) -> None:
        self.meetings_over += 1

    # ── what prometheus_client calls ─────────────────────────────────────────────────────────────

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: it would have to be asked for."""
        return ()

    def collect(self) -> Iterator[Metric]:
        yield from self._of_people()
        yield from self._of_media()
        # Not the usual collector of a process: its open files would show who comes and goes.
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = CounterMetricFamily("kith_cpu_seconds", "Of the server's own process.")
        cpu.add_metric([], used.ru_utime + used.ru_stime)
        yield cpu
        logged = CounterMetricFamily("kith_logged", "Log records from warning on.", labels=["level"])
        for level in ("warning", "error", "critical"):
            logged.add_metric([level], self.logged.levels[level])
        yield logged
        checks = GaugeMetricFamily(
            "kith_check", "1: fine, or cannot be tested here; 0: see /proof.json.", labels=["check"]
        )
        for finding in self._sources.findings():
            checks.add_metric([finding.check], finding.outcome in {Outcome.FINE, Outcome.UNKNOWN})
        yield checks
        reached = self._sources.redis_reached()
        if reached is not None:
            yield GaugeMetricFamily("kith_redis_reached", "1: Redis answers; 0: it does not.", reached)

    def _of_people(self) -> Iterator[Metric]:
        sources = self._sources
        peers = sum(each.peers for each in sources.media())
        for name, text, count in (
            ("kith_meetings", "Meetings with somebody in them.", sources.meetings()),
            ("kith_connections", "WebSockets.", sources.connections()),
            ("kith_media_peers", "Media transports.", peers),
        ):
            yield GaugeMetricFamily(name, text + _FLOORED, floored(count))
        over = CounterMetricFamily("kith_meetings_ended", "Meetings that are over." + _FLOORED)
        over.add_metric([], floored(self.meetings_over))
        yield over
        refused = CounterMetricFamily(
            "kith_refusals", "Joins and commands that were refused." + _FLOORED, labels=["code"]
        )
        for code, count in sorted(sources.refusals().items()):
            refused.add_metric([code], floored(count))
        yield refused

    def _of_media(self) -> Iterator[Metric]:
        packets = CounterMetricFamily("kith_media_packets", "Datagrams.", labels=["worker", "direction"])
        unsent = CounterMetricFamily(
            "kith_media_unsent", "Datagrams the system did not take.", labels=["worker"]
        )
        faults = CounterMetricFamily(
            "kith_media_faults", "Faults of ours with a datagram.", labels=["worker"]
        )
        busy = GaugeMetricFamily(
            "kith_media_cpu_ratio", "Of one core, in the last second.", labels=["worker"]
        )
        for number, load in enumerate(self._sources.media()):
            worker = str(number)
            packets.add_metric([worker, "in"], load.received)
            packets.add_metric([worker, "out"], load.sent)
            unsent.add_metric([worker], load.unsent)
            faults.add_metric([worker], load.faults)
            busy.add_metric([worker], load.cpu_permille / 1000)
        yield from (packets, unsent, faults, busy)


def metrics_routes(metrics: Metrics, key: str) -> list[Route]:
    """key: what Prometheus sends as `Authorization: Bearer`."""

    async def serve(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), key.encode()):
            return PlainTextResponse("The metrics key is needed.\n", 401, {"WWW-Authenticate": "Bearer"})
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [Route("/metrics", serve)]
