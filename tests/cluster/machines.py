"""Real server processes around a real Redis, and ways to hurt them; used by the tests here and by `benchmarks/cluster.py`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx

from server.signaling.links import LinkKeys
from tests.support.live_server import LiveServer
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 60.0
"""For whatever is waited for: machines are shared, and nothing here asserts a time."""
LEASE_MS: Final = 2_000


async def until(condition: Callable[[], bool]) -> None:
    """Return when it holds. Raises: TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - of another process, which tells nobody
            await asyncio.sleep(0.02)


class Cable:
    """A TCP way to Redis that can be cut and mended."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._server: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()
        self._is_cut = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    async def lay(self) -> None:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            try:
                while data := await source.read(65_536):
                    sink.write(data)
                    await sink.drain()
            finally:
                sink.close()

    async def cut(self) -> None:
        self._is_cut = True
        pumps = list(self._pumps)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)

    def mend(self) -> None:
        self._is_cut = False

    async def close(self) -> None:
        await self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()


class Machine(LiveServer):
    """One `kith serve` in a process of its own."""

    def __init__(self, keys: dict[str, bytes], redis_url: str, settings: dict[str, str]) -> None:
        super().__init__(free_port(), LinkKeys(keys))
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KITH_")},
            "KITH_PORT": str(self.port),
            "KITH_MEDIA_PORT": "0",
            "KITH_MEDIA_WORKERS": "0",
            "KITH_OVERWRITE_FREED": "no",
            "KITH_SIGNING_KEYS": _written(keys),
            "KITH_REDIS_URL": redis_url,
            "KITH_LEASE_MS": str(LEASE_MS),
            **settings,
        }
        self.process: asyncio.subprocess.Process | None = None
        self._http = httpx.AsyncClient(base_url=self.http_url, timeout=PATIENCE_S)

    async def launch(self) -> None:
        """It runs, and may refuse to."""
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "serve"),
            env=self._environment,
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )

    async def start(self) -> None:
        await self.launch()
        await self.says("ready")

    async def says(self, health: str) -> None:
        """Return when it does. Raises: TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.health() != health:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    async def health(self) -> str:
        try:
            return (await self._http.get("/health/ready")).text.strip()
        except httpx.HTTPError:
            return "away"

    def kill(self) -> None:
        """As a machine that loses its power."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    def leave(self) -> None:
        """As an orchestrator stops it."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            os.killpg(self.process.pid, number)

    async def gone(self) -> int:
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)

    async def close(self) -> None:
        for client in self.clients:
            with contextlib.suppress(Exception):
                await client.close()
        self.wake()
        self.kill()
        if self.process is not None:
            await self.process.wait()
        await self._http.aclose()


class Machines:
    """A Redis, and servers that share it."""

    def __init__(self, redis: RedisServer, url: str | None = None) -> None:
        """url: of more than this one server."""
        self.redis = redis
        self._url = url or redis.url
        self.keys = {"k": secrets.token_bytes(32)}
        self._all: list[Machine] = []
        self._cables: list[Cable] = []

    async def add(self, redis_url: str | None = None, **settings: str) -> Machine:
        machine = Machine(self.keys, redis_url or self._url, settings)
        self._all.append(machine)
        await machine.start()
        return machine

    async def some(self, count: int, **settings: str) -> list[Machine]:
        return list(await asyncio.gather(*(self.add(**settings) for _ in range(count))))

    async def drain(self, machine: Machine) -> asyncio.subprocess.Process:
        """`kith drain`, which goes on until the machine is gone."""
        assert machine.process is not None
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "drain", str(machine.process.pid)), cwd=ROOT
        )

    async def cable(self) -> Cable:
        cable = Cable(self.redis.port)
        self._cables.append(cable)
        await cable.lay()
        return cable

    async def close(self) -> None:
        for machine in self._all:
            await machine.close()
        for cable in self._cables:
            await cable.close()


@contextlib.asynccontextmanager
async def machines() -> AsyncIterator[Machines]:
    redis = RedisServer()
    await redis.start()
    await redis.settled()
    all_of_them = Machines(redis)
    try:
        yield all_of_them
    finally:
        await all_of_them.close()
        await redis.close()


def _written(keys: dict[str, bytes]) -> str:
    import base64  # noqa: PLC0415 - for this only

    return ",".join(f"{kid}:{base64.urlsafe_b64encode(key).decode()}" for kid, key in keys.items())
