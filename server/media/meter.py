"""How much of what it could forward this node forwards: the mean of the last seconds, for where meetings begin.

Made by `app` for `cluster`; reads what the media side counts anyway.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

from server.hosting.ports import ForwardingLoad

from .worker_pool import PACKETS_PER_CORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .outlet import MediaCounts
    from .worker_wire import Load

WEIGHT: Final = 0.25
"""Of the newest look: a burst of one second says little."""


class Counting(Protocol):
    """A media server in this process."""

    @property
    def sight(self) -> MediaCounts: ...


class Reporting(Protocol):
    """Media workers, which say each second what they did in it."""

    @property
    def loads(self) -> Sequence[Load]: ...


def of_workers(pool: Reporting) -> ForwardingLoad:
    """What they told last; a worker that is just being replaced counts for nothing."""
    loads = pool.loads
    count = max(1, len(loads))
    return ForwardingLoad(
        cpu_permille=sum(load.cpu_permille for load in loads) / count,
        packets_per_s=sum(load.packets_per_s for load in loads),
        most_packets_per_s=PACKETS_PER_CORE * count,
    )


class OfThisProcess:
    """Since the last look; where media has no process of its own, everything else in ours counts, too."""

    def __init__(
        self,
        server: Counting,
        now_s: Callable[[], float] = time.monotonic,
        cpu_s: Callable[[], float] = time.process_time,
    ) -> None:
        self._server, self._now_s, self._cpu_s = server, now_s, cpu_s
        self._before = self._totals()

    def __call__(self) -> ForwardingLoad:
        was, self._before = self._before, self._totals()
        wall_s, cpu_s, packets = (now - then for now, then in zip(self._before, was, strict=True))
        if wall_s <= 0:
            return ForwardingLoad(0, 0, PACKETS_PER_CORE)
        return ForwardingLoad(1000 * cpu_s / wall_s, packets / wall_s, PACKETS_PER_CORE)

    def _totals(self) -> tuple[float, float, float]:
        counts = self._server.sight
        return self._now_s(), self._cpu_s(), counts.received + counts.sent


class Meter:
    """Asked once for each heartbeat."""

    def __init__(self, look: Callable[[], ForwardingLoad]) -> None:
        self._look = look
        self._cpu_permille = self._packets_per_s = 0.0

    def __call__(self) -> ForwardingLoad:
        seen = self._look()
        self._cpu_permille += WEIGHT * (seen.cpu_permille - self._cpu_permille)
        self._packets_per_s += WEIGHT * (seen.packets_per_s - self._packets_per_s)
        return ForwardingLoad(self._cpu_permille, self._packets_per_s, seen.most_packets_per_s)
