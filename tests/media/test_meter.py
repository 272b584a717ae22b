"""How much of its media path a node says it uses."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from server.hosting.ports import ForwardingLoad
from server.media.meter import Meter, OfThisProcess, of_workers
from server.media.outlet import MediaCounts
from server.media.worker_pool import PACKETS_PER_CORE
from server.media.worker_wire import Load


@dataclass
class Workers:
    loads: list[Load] = field(default_factory=list)


@dataclass
class Server:
    sight: MediaCounts = field(default_factory=MediaCounts)


def test_workers_are_told_together():
    workers = Workers([Load(30_000, 400), Load(10_000, 200)])
    assert of_workers(workers) == ForwardingLoad(300, 40_000, 2 * PACKETS_PER_CORE)
    assert of_workers(Workers()) == ForwardingLoad(0, 0, PACKETS_PER_CORE), "all are being replaced"


def test_one_process_counts_its_time_and_its_packets_since_it_was_looked_at_last():
    now_s, cpu_s, server = [10.0], [3.0], Server(MediaCounts(received=500))
    look = OfThisProcess(server, lambda: now_s[0], lambda: cpu_s[0])
    assert look() == ForwardingLoad(0, 0, PACKETS_PER_CORE), "no time has passed"
    now_s[0], cpu_s[0], server.sight = 12.0, 3.5, MediaCounts(received=1_500, sent=9_000)
    assert look() == ForwardingLoad(250, 5_000, PACKETS_PER_CORE)
    now_s[0] = 13.0
    assert look() == ForwardingLoad(0, 0, PACKETS_PER_CORE)


def test_a_burst_of_a_second_says_little_and_a_minute_says_all():
    busy = ForwardingLoad(1_000, 100_000, PACKETS_PER_CORE)
    meter = Meter(lambda: busy)
    assert meter() == ForwardingLoad(250, 25_000, PACKETS_PER_CORE)
    for _ in range(60):
        last = meter()
    assert last.cpu_permille == pytest.approx(1_000, rel=0.001)
    assert last.packets_per_s == pytest.approx(100_000, rel=0.001)
