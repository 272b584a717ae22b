"""`kith doctor` beside a real server, and without one."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from server.confidentiality.findings import Outcome
from server.config import Settings
from server.doctor.examination import inner_url
from server.doctor.media import is_ours, media_finding, media_findings
from server.doctor.pages import load_finding
from tests.support.live_server import live_server
from tests.support.ports import free_port
from tests.support.served import ROOT, environment, served

TOLD_WITHIN_S = 30
"""The doctor has ended its own group; by itself it would end much later."""
NOWHERE = "192.0.2.7"
"""RFC 5737: for documents, nobody has it."""


async def doctor(*arguments: str, **settings: str) -> tuple[int, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "doctor", *arguments),
        cwd=ROOT,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out, err


def outcomes(out: bytes) -> dict[str, str]:
    told: dict[str, Any] = json.loads(out)
    return {each["check"]: each["outcome"] for each in told["findings"]}


async def test_beside_a_running_server_everything_is_tested_and_meetings_work() -> None:
    async with served() as server:
        status, out, err = await doctor("--json", KITH_PORT=str(server.port))
        found = outcomes(out)
        async with asyncio.timeout(TOLD_WITHIN_S):
            while b"meeting over" not in server.said:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
    assert err == b""
    assert {check for check, outcome in found.items() if outcome == "broken"} == set()
    assert {"core_dumps", "dumpable", "files", "freed_memory", "logs", "open_files", "swapped"} <= set(found)
    assert all(
        found[check] == "fine" for check in ("joining", "media_port", "page_headers", "media_addresses")
    )
    assert {"certificate", "clock", "link_keys", "locked_memory", "redis", "relay", "swap"} <= set(found)
    assert status in {0, 1}


async def test_pages_that_others_may_frame_arrive_as_the_settings_want_them() -> None:
    frames = {"KITH_EMBED_ORIGINS": "https://group.example.org"}
    async with served(**frames) as server:
        _, out, _ = await doctor("--json", KITH_PORT=str(server.port), **frames)
    assert outcomes(out)["page_headers"] == "fine"


async def test_people_read_how_much_is_going_on_but_not_how_few() -> None:
    settings = Settings(media_port=0, metrics_key="a-key-for-metrics")
    async with live_server(settings) as server:
        alone = await asyncio.to_thread(load_finding, server.http_url, "a-key-for-metrics")
        group = server.group()
        ada = await group.facilitator()
        for name in ("Mia", "Zoe", "Lia"):
            await group.member(ada, name)
        four = await asyncio.to_thread(load_finding, server.http_url, "a-key-for-metrics")
        refused = await asyncio.to_thread(load_finding, server.http_url, "another-key")
    assert alone.says == "Meetings now: <3; connections: <3."
    assert four.says == "Meetings now: <3; connections: 3."
    assert refused.outcome is Outcome.BROKEN


async def test_without_a_server_it_says_so_to_people_and_to_monitoring() -> None:
    status, out, err = await doctor(KITH_PORT=str(free_port()))
    assert (status, err) == (2, b"")
    assert out.decode().splitlines()[0].split()[:2] == ["BROKEN", "server:"]


async def test_each_announced_address_is_tried() -> None:
    settings = Settings(media_port=0, media_addresses=("127.0.0.1", NOWHERE))
    async with live_server(settings) as server:
        joined, reached, lost = await media_findings(server.http_url, None)
    assert (joined.check, joined.outcome) == ("joining", Outcome.FINE)
    assert (reached.check, reached.outcome) == ("media_port", Outcome.FINE)
    assert (lost.check, lost.outcome) == ("media_port", Outcome.WARNING)
    assert NOWHERE in lost.says


async def test_a_key_that_organisers_need_and_we_do_not_have_is_told() -> None:
    settings = Settings(media_port=0, organiser_key="an-organiser-key")
    async with live_server(settings) as server:
        [refused] = await media_findings(server.http_url, "another-organiser-key")
        joined = (await media_findings(server.http_url, settings.organiser_key))[0]
    assert refused.outcome is Outcome.BROKEN
    assert joined.outcome is Outcome.FINE


def test_a_port_of_this_machine_that_does_not_answer_is_broken() -> None:
    assert is_ours("127.0.0.1")
    assert not is_ours(NOWHERE)
    assert media_finding(("127.0.0.1", 9), ok=False).outcome is Outcome.BROKEN
    assert media_finding((NOWHERE, 9), ok=False).outcome is Outcome.WARNING


def test_a_server_on_all_addresses_is_asked_on_loopback() -> None:
    public = {
        "public_url": "https://meet.example.org",
        "organiser_key": "k" * 16,
        "media_addresses": ("8.8.8.8",),
    }
    hosts = {
        "0.0.0.0": "http://127.0.0.1:8000",  # noqa: S104 - that is what is tested
        "::": "http://[::1]:8000",
        "10.0.0.7": "http://10.0.0.7:8000",
    }
    for host, url in hosts.items():
        assert inner_url(Settings(host=host, **public)) == url  # type: ignore[arg-type]
