"""A real Redis on a free port of loopback, without a disk unless the test wants one.

`KITH_TEST_REDIS_SERVER` names another program that does the same, such as `valkey-server`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from typing import TYPE_CHECKING, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from .ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PROGRAM: Final = os.environ.get("KITH_TEST_REDIS_SERVER", "redis-server")
PATIENCE_S: Final = 30.0
KEEPS_NOTHING: Final = ("--save", "", "--appendonly", "no")


class RedisServer:
    """One process; its folder, if it writes any file at all, is gone with it."""

    def __init__(self, *options: str) -> None:
        """options: of the command line, like `--appendonly yes`, on top of a configuration that keeps nothing."""
        self.port = free_port()
        self.client = Redis(port=self.port, protocol=2)
        self._options = options
        self._folder = tempfile.TemporaryDirectory()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Answers when this returns; empty, also after `stop`."""
        place = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", self._folder.name)
        self._process = await asyncio.create_subprocess_exec(
            *(PROGRAM, *place, *KEEPS_NOTHING, *self._options),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(PATIENCE_S):
            while True:
                assert self._process.returncode is None, "it could not begin"
                with contextlib.suppress(RedisError, OSError):
                    if await self.client.ping():
                        return
                await asyncio.sleep(0.02)

    async def settled(self) -> None:
        """As it is a while after the first node used it: meetings may begin at once."""
        await self.client.set("kith:born", 1, nx=True)

    async def stop(self) -> None:
        """As a machine that loses its power."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def close(self) -> None:
        await self.stop()
        await self.client.aclose()
        self._folder.cleanup()


@contextlib.asynccontextmanager
async def redis_server(*options: str) -> AsyncIterator[str]:
    """The URL of one that runs meanwhile."""
    server = RedisServer(*options)
    try:
        await server.start()
        yield server.url
    finally:
        await server.close()
