"""Alerts, scrape configuration and dashboard: Prometheus' own checker understands them, and they ask for figures that there are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml

from tests.support.ports import free_port

from .compose import read_compose
from .memory import memory
from .programs import DOCKER, PATIENCE_S, accepts, program
from .serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

KEY = "a-key-for-prometheus"
ENDS = ("", "_total", "_bucket", "_count", "_sum")
"""What Prometheus adds to the name of a counter or a histogram."""
FOLDER = DOCKER / "monitoring"
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text())
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


@pytest.mark.parametrize(
    "order",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
        ("check", "config", "prometheus-cluster.yml"),
        ("check", "config", "prometheus-kubernetes.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
)
def test_prometheus_understands_it_and_alerts_when_it_should(order: tuple[str, ...]):
    run = subprocess.run(["promtool", *order], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_alert_has_been_made_to_fire():
    tested = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    fired = {
        case["alertname"] for test in tested for case in test["alert_rule_test"] if case.get("exp_alerts")
    }
    assert fired == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_prometheus_can_read_every_expression_of_the_dashboard(expression: str, tmp_path: Any):
    rules = {"groups": [{"name": "panel", "rules": [{"record": "panel", "expr": expression}]}]}
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    run = subprocess.run(
        ["promtool", "check", "rules", tmp_path / "rules.yml"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


async def test_they_ask_for_figures_that_a_running_server_gives(tmp_path: Path):
    settings = {"KITH_METRICS_KEY": KEY, "KITH_REDIS_URL": f"redis://127.0.0.1:{free_port()}"}
    async with serving(tmp_path, settings) as (server, _), httpx.AsyncClient(timeout=PATIENCE_S) as operator:
        headers = {"Authorization": f"Bearer {KEY}"}
        exposed = (await operator.get(f"{server.http_url}/metrics", headers=headers)).text
    given = {family + end for family in re.findall(r"^# TYPE (\S+)", exposed, re.MULTILINE) for end in ENDS}
    asked = set(re.findall(r"\bkith_[a-z_]+", " ".join([*EXPRESSIONS, *(rule["expr"] for rule in RULES)])))
    assert asked
    assert asked <= given


class Watch:
    """A running Prometheus."""

    def __init__(self, url: str, operator: httpx.AsyncClient) -> None:
        self._url, self._operator = url, operator

    async def sees(self, query: str, *values: str) -> None:
        """Return when the answer has these values, in any order."""
        async with asyncio.timeout(PATIENCE_S):
            while sorted(await self._values(query)) != sorted(values):  # noqa: ASYNC110 - another program
                await asyncio.sleep(0.1)

    async def _values(self, query: str) -> list[str]:
        answer = await self._operator.get(f"{self._url}/api/v1/query", params={"query": query})
        result = answer.json()["data"]["result"] if answer.is_success else []
        return [series["value"][1] for series in result]

    async def alerts(self) -> set[str]:
        """Of the rules that it has loaded."""
        (group,) = (await self._operator.get(f"{self._url}/api/v1/rules")).json()["data"]["groups"]
        return {rule["name"] for rule in group["rules"]}


@contextlib.asynccontextmanager
async def prometheus(folder: Path, configuration: str, servers: dict[str, int]) -> AsyncIterator[Watch]:
    """The shipped configuration but for TLS, the key and what its servers are called: name → port here."""
    ours = (FOLDER / configuration).read_text().replace("THE-METRICS-KEY", KEY).replace("15s", "1s")
    ours = ours.replace("scheme: https", "scheme: http")
    for name, port in servers.items():
        assert ours.count(name) == 1
        ours = ours.replace(name, f"127.0.0.1:{port}")
    (folder / "prometheus.yml").write_text(ours)
    (folder / "alerts.yml").write_text((FOLDER / "alerts.yml").read_text())
    port = free_port()
    command = [
        "prometheus",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    async with (
        program(command, lambda: accepts(port), folder=folder),
        httpx.AsyncClient(timeout=PATIENCE_S) as operator,
    ):
        yield Watch(f"http://127.0.0.1:{port}", operator)


async def test_prometheus_reads_a_running_server_as_its_configuration_says(tmp_path: Path):
    folders = [tmp_path / name for name in ("server", "prometheus")]
    for folder in folders:
        folder.mkdir()
    async with (
        serving(folders[0], {"KITH_METRICS_KEY": KEY}) as (server, _),
        prometheus(folders[1], "prometheus.yml", {"meet.example.org": server.port}) as watch,
    ):
        await watch.sees('up{job="kith"}', "1")
        assert await watch.alerts() == {rule["alert"] for rule in RULES}


async def test_prometheus_reads_each_of_several_servers_and_sees_redis_go(tmp_path: Path):
    folders = [tmp_path / name for name in ("redis", "one", "two", "prometheus")]
    for folder in folders:
        folder.mkdir()
    async with contextlib.AsyncExitStack() as running, contextlib.AsyncExitStack() as redis:
        settings = {
            "KITH_METRICS_KEY": KEY,
            "KITH_REDIS_URL": await redis.enter_async_context(memory(folders[0])),
        }
        one, _ = await running.enter_async_context(serving(folders[1], settings))
        two, _ = await running.enter_async_context(serving(folders[2], settings))
        servers = {"kith-a:8000": one.port, "kith-b:8000": two.port}
        watch = await running.enter_async_context(prometheus(folders[3], "prometheus-cluster.yml", servers))
        await watch.sees('up{job="kith"}', "1", "1")
        await watch.sees("kith_redis_reached", "1", "1")
        await redis.aclose()
        await watch.sees("kith_redis_reached", "0", "0")
        await watch.sees('up{job="kith"}', "1", "1")


def test_every_server_of_compose_is_asked_by_its_own_name():
    nodes = {name for name in read_compose()["services"] if name.startswith("kith-")}
    (job,) = yaml.safe_load((FOLDER / "prometheus-cluster.yml").read_text())["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"{name}:8000" for name in sorted(nodes)]}]


def test_the_dashboard_shows_no_two_panels_in_one_place():
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)


def test_labels_are_those_that_name_nobody():
    asked = " ".join([*EXPRESSIONS, *(rule["expr"] for rule in RULES)])
    labels = {label.strip() for each in re.findall(r"by \(([^)]+)\)", asked) for label in each.split(",")}
    assert labels <= {"instance", "worker", "direction", "check", "code", "level", "le"}
