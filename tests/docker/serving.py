"""`kith serve` in a process of its own, as an operator runs it; used by the tests here."""

from __future__ import annotations

import base64
import contextlib
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.signaling.links import LinkKeys
from tests.support.live_server import LiveServer
from tests.support.ports import free_port

from .programs import accepts, program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

ROOT: Final = Path(__file__).parents[2]
ORGANISER_KEY: Final = "an-organiser-of-the-test"


@contextlib.asynccontextmanager
async def serving(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[tuple[LiveServer, Path]]:
    """The server, and the file of what it said. folder: an empty one; settings: on top of those of a server on loopback."""
    port, key = free_port(), secrets.token_bytes(32)
    environment = {
        "PYTHONPATH": str(ROOT),
        "KITH_PORT": str(port),
        "KITH_MEDIA_PORT": "0",
        "KITH_MEDIA_WORKERS": "0",
        "KITH_SIGNING_KEYS": "k1:" + base64.urlsafe_b64encode(key).decode(),
        "KITH_ORGANISER_KEY": ORGANISER_KEY,
        **settings,
    }
    command = [sys.executable, "-B", "-m", "server", "serve"]
    async with program(command, lambda: accepts(port), folder=folder, environment=environment) as said:
        server = LiveServer(port, LinkKeys({"k1": key}))
        try:
            yield server, said
        finally:
            for client in server.clients:
                with contextlib.suppress(Exception):
                    await client.close()
