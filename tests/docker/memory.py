"""Redis with the shipped configuration, as several servers share it; used by the tests here."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from tests.support.ports import free_port

from .programs import DOCKER, accepts, program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@contextlib.asynccontextmanager
async def as_shipped(folder: Path, port: int) -> AsyncIterator[Redis]:
    """A client of it."""
    command = ["redis-server", str(DOCKER / "redis.conf"), "--port", str(port), "--bind", "127.0.0.1"]
    async with program(command, lambda: accepts(port), folder=folder), Redis(port=port) as client:
        yield client


@contextlib.asynccontextmanager
async def memory(folder: Path) -> AsyncIterator[str]:
    """Its address."""
    port = free_port()
    async with as_shipped(folder, port) as client:
        # As it is a while after the first server used it: meetings may begin at once.
        await client.set("kith:born", 1)
        yield f"redis://127.0.0.1:{port}/0"
