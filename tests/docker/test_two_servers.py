"""What the profile `cluster` of compose.yaml describes, as processes: what setup writes, two servers, Redis and Caddy with what is shipped.

No time is asserted: whoever is told to try again, or hears nothing, tries again, as a page does.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import WebSocketException

from tests.cluster.evening import PAUSE_S, Person, until
from tests.cluster.machines import PATIENCE_S, Machine
from tests.support.ports import free_port
from tests.support.wire_client import A_PAGE_WAITS_S, Refused, WireClient

from .caddy import OF_THE_IMAGE, caddy
from .compose import read_compose
from .memory import memory
from .programs import DOCKER

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from pathlib import Path

ANSWERS = ("meet.example.org", "it@example.org", "198.51.100.7", "no", "yes")


def set_up(folder: Path) -> dict[str, str]:
    """What `setup` writes for two servers."""
    subprocess.run(
        [DOCKER / "setup"],
        cwd=folder,
        input="\n".join(ANSWERS) + "\n",
        text=True,
        capture_output=True,
        check=True,
    )
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def servers(written: dict[str, str], redis_url: str) -> list[Machine]:
    """With the environment that compose.yaml gives them, but for ports and addresses of this machine."""
    key_id, key = written["KITH_SIGNING_KEYS"].split(":")
    keys = {key_id: base64.urlsafe_b64decode(key + "=")}
    here = {"KITH_TRUSTED_PROXIES": "127.0.0.1", "KITH_MEDIA_ADDRESSES": "127.0.0.1"}
    settings = {name: value for name, value in written.items() if name.startswith("KITH_")} | here
    nodes = [name for name, each in read_compose()["services"].items() if "cluster" in each["profiles"]]
    nodes = [name for name in nodes if name.startswith("kith")]
    assert len(nodes) == len(written["UPSTREAMS"].split())
    return [
        Machine(keys, redis_url, {**settings, "KITH_SIGNING_KEYS": written["KITH_SIGNING_KEYS"]})
        for _ in nodes
    ]


class Front:
    """Both servers under one address, as people know them."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        self.ws_url = f"wss://localhost:{port}/ws"
        self.trust = trust
        self.pages: list[WireClient] = []

    async def person(self, name: str, link: str) -> Person:
        page = WireClient(self.ws_url, link, name)
        page.tls, page.answer_within_s = self.trust, A_PAGE_WAITS_S
        self.pages.append(page)
        async with asyncio.timeout(PATIENCE_S):
            while not await self._joined(page):  # noqa: ASYNC110 - another process
                await asyncio.sleep(PAUSE_S)
        return Person(name, page, [self])

    async def _joined(self, page: WireClient) -> bool:
        """Who is told to try again, or hears nothing for long, does so, as the page does it."""
        try:
            await page.connect()
            await page.join()
        except (OSError, WebSocketException, TimeoutError):
            await page.close()
            return False
        except Refused as refused:
            assert refused.code == "busy"  # noqa: PT017 - the others are faults
            await page.close()
            return False
        return True

    async def close(self) -> None:
        for page in self.pages:
            with contextlib.suppress(Exception):
                await page.close()


@contextlib.asynccontextmanager
async def talking(*people: Person) -> AsyncIterator[None]:
    """They write without a pause, and each was heard before the block begins."""
    talk = [asyncio.create_task(person.talk()) for person in people]
    try:
        await said_more(*people)
        yield
    finally:
        for task in talk:
            task.cancel()
        for outcome in await asyncio.gather(*talk, return_exceptions=True):
            assert outcome is None or isinstance(outcome, asyncio.CancelledError), repr(outcome)


async def healthy(machine: Machine) -> None:
    """As `docker compose up --wait` waits for it: by the health check of the image."""
    (check,) = re.findall(r"^HEALTHCHECK .* CMD (\[.*])$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    asked = (sys.executable, *json.loads(check)[1:])
    async with asyncio.timeout(PATIENCE_S):
        while True:
            asking = await asyncio.create_subprocess_exec(
                *asked, env={"KITH_PORT": str(machine.port)}, cwd=DOCKER.parent
            )
            if await asking.wait() == 0:
                return


async def said_more(*people: Person) -> None:
    """Each was acknowledged some more messages."""
    goals = [len(person.said) + 3 for person in people]
    for person, goal in zip(people, goals, strict=True):
        await until(person, lambda p, goal=goal: len(p.said) >= goal)  # type: ignore[misc]


# Servers are started, stopped and waited for: seconds on a machine of its own, more on one that many share.
@pytest.mark.timeout(300)
async def test_a_meeting_goes_on_while_one_server_after_the_other_is_replaced(tmp_path: Path):
    written = set_up(tmp_path)
    port, folders = free_port(), [tmp_path / "redis", tmp_path / "caddy"]
    for folder in folders:
        folder.mkdir()
    async with contextlib.AsyncExitStack() as running:
        redis_url = await running.enter_async_context(memory(folders[0]))
        both = servers(written, redis_url)
        for machine in both:
            running.push_async_callback(machine.close)
        await asyncio.gather(*(machine.start() for machine in both))
        upstreams = [f"127.0.0.1:{machine.port}" for machine in both]
        trust, said = await running.enter_async_context(
            caddy(
                folders[1], " ".join(upstreams), port=port, plain_port=free_port(), program_path=OF_THE_IMAGE
            )
        )
        front = Front(port, trust)
        running.push_async_callback(front.close)
        group = both[0].group()
        ada = await front.person("Ada", group.link("facilitator"))
        mia = await front.person("Mia", group.link())
        await until(ada, lambda p: mia.page.you in p.page.view.people)
        await ada.insist("admit", who=mia.page.you)
        await until(mia, lambda p: p.page.view.people[p.page.you]["room"] == "main")
        async with talking(ada, mia):
            # Whoever of the two had the meeting first: the one that is stopped last has it, and hands it over.
            for machine in both:
                machine.leave()
                assert await machine.gone() == -signal.SIGTERM, "by itself, after it said goodbye"
                await said_more(ada, mia)
                await machine.launch()
                await healthy(machine)
        everything = {*ada.said, *mia.said}
        for person in (ada, mia):
            await until(person, lambda p: everything <= set(p.page.texts()))
        assert ada.returns + mia.returns > 0, "somebody was at a server that was stopped"
        words = said.read_text()
        for upstream in upstreams:
            words = words.replace(upstream, "")
        assert "127.0.0.1" not in words, "no visitor's address"
