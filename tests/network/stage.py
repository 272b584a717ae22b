"""A real server and Ada on one side of a link, Mia far away on the other; used by the tests here and by `benchmarks/far_join.py`.

Both have a real browser in the network where they are. Mia's page is at `http://localhost` too, as only such pages and those with a
certificate get a microphone: her browser is told that this name is the server's address.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright, expect

from server.signaling.links import LinkKeys
from tests.browser.stage import DIST, PATIENCE_MS, Gathering, House
from tests.support.chromium import FLAGS, chromium
from tests.support.live_server import LiveServer
from tests.support.network.link import Link
from tests.support.network.own_network import own_network

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserType

    from tests.support.network.own_network import OwnNetwork
    from tests.support.network.path import Conditions

SERVER = "10.77.0.1"
CLIENT = "10.77.0.2"
PORT = 8000
STARTS_WITHIN_S = 60


@dataclass(frozen=True)
class Distance:
    """Two places of one server, and what lies between them."""

    link: Link
    near: House
    far: House

    def meeting(self) -> tuple[Gathering, Gathering]:
        """The windows of a fresh group's people: near, and far away."""
        near, far = Gathering(self.near), Gathering(self.far)
        far.group = near.group
        return near, far


@contextlib.asynccontextmanager
async def distance(conditions: Conditions) -> AsyncIterator[Distance]:
    """Everything runs until the block ends.

    Raises: NetworkForbidden where the system does not let us have networks of our own.
    """
    assert (DIST / "index.html").is_file(), "the web client has not been built: run `make web` first"
    with (
        tempfile.TemporaryDirectory() as folder,
        own_network(SERVER) as server_side,
        own_network(CLIENT) as client_side,
    ):
        link = Link(client_side.device, server_side.device, conditions)
        try:
            async with _serving(server_side) as server, async_playwright() as playwright:
                expect.set_options(timeout=PATIENCE_MS)
                browsers = playwright.chromium
                near = await _browse(browsers, server_side, folder)
                far = await _browse(browsers, client_side, folder)
                yield Distance(link, House(server, near), House(server, far))
                await far.close()
                await near.close()
        finally:
            link.close()


async def _browse(browsers: BrowserType, where: OwnNetwork, folder: str) -> Browser:
    return await browsers.launch(
        executable_path=where.script(Path(folder), chromium()),
        args=[*FLAGS, f"--host-resolver-rules=MAP localhost {SERVER}"],
    )


@contextlib.asynccontextmanager
async def _serving(where: OwnNetwork) -> AsyncIterator[LiveServer]:
    """`kith serve` as an operator runs it, in its own network, with a key for links that is known here."""
    key = secrets.token_bytes(32)
    settings = {
        "KITH_HOST": "0.0.0.0",  # noqa: S104 - of its own network
        "KITH_PORT": str(PORT),
        "KITH_PUBLIC_URL": f"http://localhost:{PORT}",
        "KITH_MEDIA_ADDRESSES": SERVER,
        "KITH_ORGANISER_KEY": secrets.token_urlsafe(),
        "KITH_SIGNING_KEYS": f"far:{base64.urlsafe_b64encode(key).rstrip(b'=').decode()}",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    process = await asyncio.create_subprocess_exec(
        *where.command(sys.executable, "-m", "server", "serve"),
        env=inherited | settings,
        cwd=DIST.parents[1],
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN_S)
        assert said.startswith(b"Kith is at"), "the server did not start"
        yield LiveServer(PORT, LinkKeys({"far": key}))
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
