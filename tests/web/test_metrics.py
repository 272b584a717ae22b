"""Prometheus reads totals; nobody, and no small group, can be read out of them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from server.app import create_app
from server.confidentiality.findings import Finding, Outcome
from server.config import Settings
from server.web.metrics import MediaLoad, Metrics, Sources, floored, told
from tests.support.fake_media import FakeMedia

if TYPE_CHECKING:
    from prometheus_client.core import Metric

KEY = "a-key-for-metrics"
LABELS = {"worker", "direction", "level", "check", "code", "le"}


class House:
    """Numbers that a test sets."""

    def __init__(self) -> None:
        self.meetings = self.connections = 0
        self.refusals: Counter[str] = Counter()
        self.media: list[MediaLoad] = []
        self.findings = [Finding("files", Outcome.FINE, ""), Finding("locked_memory", Outcome.WARNING, "")]
        self.redis_reached: bool | None = None
        self.metrics = Metrics(
            Sources(
                meetings=lambda: self.meetings,
                connections=lambda: self.connections,
                refusals=lambda: self.refusals,
                media=lambda: self.media,
                findings=lambda: self.findings,
                redis_reached=lambda: self.redis_reached,
            )
        )

    def families(self) -> list[Metric]:
        return list(text_string_to_metric_families(self.metrics.exposition().decode()))

    def values(self, name: str) -> dict[tuple[str, ...], float]:
        samples = [sample for family in self.families() for sample in family.samples if sample.name == name]
        return {tuple(sample.labels.values()): sample.value for sample in samples}

    def value(self, name: str) -> float:
        return self.values(name)[()]


@pytest.mark.parametrize(
    ("count", "exposed", "said"),
    [
        (0, 0, "<3"),
        (1, 0, "<3"),
        (2, 0, "<3"),
        (3, 3, "3"),
        (4, 3, "3"),
        (5, 3, "3"),
        (6, 6, "6"),
        (301, 300, "300"),
    ],
)
def test_small_numbers_are_not_told_and_one_more_cannot_be_seen(count: int, exposed: int, said: str) -> None:
    assert (floored(count), told(count)) == (exposed, said)
    house = House()
    house.meetings = house.connections = house.metrics.meetings_over = house.refusals["locked"] = count
    house.media = [MediaLoad(count, 0, 0, 0, 0, 0)]
    for name in ("kith_meetings", "kith_connections", "kith_media_peers", "kith_meetings_ended_total"):
        assert house.value(name) == exposed
    assert house.values("kith_refusals_total") == {("locked",): exposed}


def test_peers_of_all_workers_are_one_number() -> None:
    house = House()
    house.media = [MediaLoad(2, 10, 20, 1, 0, 250), MediaLoad(2, 0, 0, 0, 7, 500)]
    assert house.value("kith_media_peers") == 3
    assert house.values("kith_media_packets_total") == {
        ("in", "0"): 10,
        ("out", "0"): 20,
        ("in", "1"): 0,
        ("out", "1"): 0,
    }
    assert house.values("kith_media_faults_total") == {("0",): 0, ("1",): 7}
    assert house.values("kith_media_cpu_ratio") == {("0",): 0.25, ("1",): 0.5}


def test_no_label_could_say_who_and_every_metric_says_what_it_is() -> None:
    house = House()
    house.media = [MediaLoad(9, 9, 9, 9, 9, 9)]
    house.refusals["barred"] = 9
    families = house.families()
    assert {name for family in families for sample in family.samples for name in sample.labels} <= LABELS
    assert all(family.documentation for family in families)
    assert not [family.name for family in families if "open_fds" in family.name]


def test_checks_that_are_not_fine_can_be_alerted_on() -> None:
    assert House().values("kith_check") == {("files",): 1, ("locked_memory",): 0}


@pytest.mark.parametrize(
    ("reached", "exposed"), [(None, {}), (True, {(): 1}), (False, {(): 0})], ids=["none", "reached", "away"]
)
def test_only_a_server_with_a_redis_says_whether_it_answers(
    reached: bool | None,  # noqa: FBT001 - a row
    exposed: dict[tuple[str, ...], float],
) -> None:
    house = House()
    house.redis_reached = reached
    assert house.values("kith_redis_reached") == exposed


async def test_what_is_logged_while_it_runs_is_counted() -> None:
    house = House()
    watching = asyncio.create_task(house.metrics.watch_lag())
    await asyncio.sleep(0)
    logging.getLogger("server.test").error("a fault")
    logging.getLogger("server.test").info("no fault")
    watching.cancel()
    await asyncio.wait({watching})
    logging.getLogger("server.test").error("afterwards")
    assert house.values("kith_logged_total") == {("warning",): 0, ("error",): 1, ("critical",): 0}


def http(settings: Settings) -> httpx.AsyncClient:
    app = create_app(settings, media=FakeMedia())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8000")


@pytest.mark.parametrize(
    "given", ["", "Bearer", f"Bearer {KEY}x", f"Basic {KEY}", f"bearer{KEY}", "Bearer ü"]
)
async def test_without_the_key_there_is_nothing_to_read(given: str) -> None:
    async with http(Settings(metrics_key=KEY)) as client:
        answer = await client.get("/metrics", headers={"Authorization": given.encode()})
    assert answer.status_code == 401
    assert "kith_" not in answer.text


async def test_with_it_prometheus_understands_every_line() -> None:
    async with http(Settings(metrics_key=KEY)) as client:
        answer = await client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"kith_meetings", "kith_check", "kith_loop_lag_seconds"} <= names


async def test_there_are_none_unless_wanted() -> None:
    async with http(Settings()) as client:
        assert (await client.get("/metrics")).status_code == 404
