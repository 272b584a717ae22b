"""`kith serve` as an operator starts it: a process of its own, with its media workers, and what it says."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from server.signaling.links import LinkKeys

from .live_server import LiveServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))
KITH = (sys.executable, "-m", "server", "serve")
PATIENCE_S = 60
_AT = re.compile(r"Kith is at \w+://[^/]*?:?(\d+)/")


class Served(LiveServer):
    """A running process. `said`: everything on its standard output and error so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        super().__init__(0, LinkKeys({"a": KEY}))
        self.process = process
        self.said = bytearray()
        self._reading = [asyncio.create_task(self._read(pipe)) for pipe in (process.stdout, process.stderr)]
        self._ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def _read(self, pipe: asyncio.StreamReader | None) -> None:
        assert pipe is not None
        while chunk := await pipe.read(65_536):
            self.said += chunk
            found = _AT.search(self.said.decode("utf-8", "replace"))
            if found and not self._ready.done():
                self._ready.set_result(int(found[1]))

    async def started(self) -> None:
        """Raises: AssertionError with what it said if it ends instead."""
        ended = asyncio.create_task(self.process.wait())
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait((ended, self._ready), return_when=asyncio.FIRST_COMPLETED)
        assert self._ready.done(), self.said.decode()
        ended.cancel()
        self.port = self._ready.result()

    def family(self) -> list[int]:
        """Its process first, and all that it started."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        family = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= more
        return [self.process.pid, *sorted(family - {self.process.pid})]

    async def stopped(self) -> int:
        """Ask it to end, and wait; its exit code."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        async with asyncio.timeout(PATIENCE_S):
            await self.process.wait()
        await asyncio.gather(*self._reading)
        assert self.process.returncode is not None
        return self.process.returncode


def environment(**settings: str) -> dict[str, str]:
    """Ours without any setting, and these: links hold with `KEY`, ports are free ones."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    keys = {"KITH_SIGNING_KEYS": "a:" + base64.urlsafe_b64encode(KEY).decode()}
    return inherited | keys | {"KITH_PORT": "0", "KITH_MEDIA_PORT": "0"} | settings


@contextlib.asynccontextmanager
async def served(
    command: Sequence[str] = KITH, *, cwd: Path = ROOT, **settings: str
) -> AsyncIterator[Served]:
    """Runs until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=environment(**settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    server = Served(process)
    try:
        await server.started()
        yield server
    finally:
        for client in server.clients:
            with contextlib.suppress(Exception):
                await client.close()
        await server.stopped()
