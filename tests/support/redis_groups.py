"""Several real Redis servers that are one: a Redis Cluster, or a master and its replica that a Sentinel watches."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from redis.asyncio import Redis, RedisCluster
from redis.exceptions import RedisClusterException, RedisError

from server.cluster import connection

from .ports import free_port
from .redis_server import PATIENCE_S, PROGRAM, RedisServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SLOTS: Final = 16_384
MASTERS: Final = 3
NOTICED_MS: Final = 2_000
"""So long a server may be silent before the others look for a successor: longer than a busy machine forgets it."""
WITHOUT_DISK: Final = (
    *("--repl-diskless-sync", "yes", "--repl-diskless-load", "swapdb", "--repl-diskless-sync-delay", "0"),
    # A replica counts for nobody until it has heard something of its master.
    *("--repl-ping-replica-period", "1"),
)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return when it holds. Raises: TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(RedisError, RedisClusterException, OSError):
                if await condition():
                    return
            await asyncio.sleep(0.05)


class RedisGroup:
    """Three masters, and one server more."""

    def __init__(self, *, replicates: bool = True) -> None:
        """replicates: the one more is a replica of the first master, else a master without a slot."""
        self._replicates = replicates
        self.masters = [self._server() for _ in range(MASTERS)]
        self.replica = self._server()
        self.client: RedisCluster = RedisCluster("127.0.0.1", self.masters[0].port, protocol=2)

    @staticmethod
    def _server() -> RedisServer:
        return RedisServer(
            *("--cluster-enabled", "yes", "--cluster-port", str(free_port())),
            *("--cluster-node-timeout", str(NOTICED_MS), "--cluster-allow-replica-migration", "no"),
            *WITHOUT_DISK,
        )

    @property
    def url(self) -> str:
        """By two of them: whoever answers tells of the others."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{each.port}" for each in self.masters[:2])

    @property
    def _all(self) -> list[RedisServer]:
        return [*self.masters, self.replica]

    async def start(self) -> None:
        await asyncio.gather(*(each.start() for each in self._all))
        first = self.masters[0]
        for number, master in enumerate(self.masters):
            await said(master, "CLUSTER SET-CONFIG-EPOCH", number + 1)
            begins, ends = (SLOTS * at // MASTERS for at in (number, number + 1))
            await said(master, "CLUSTER ADDSLOTSRANGE", begins, ends - 1)
        for other in self._all[1:]:
            bus = (await other.client.config_get("cluster-port"))["cluster-port"]
            await said(first, "CLUSTER MEET", "127.0.0.1", other.port, bus)
        await until(self._is_whole)
        if not self._replicates:
            return
        first_id = await said(first, "CLUSTER MYID")
        await said(self.replica, "CLUSTER REPLICATE", first_id)
        await until(self._is_followed)

    async def _is_whole(self) -> bool:
        told = [str(await said(each, "CLUSTER INFO")) for each in self._all]
        return all(f"cluster_known_nodes:{len(told)}" in each and "cluster_state:ok" in each for each in told)

    async def _is_followed(self) -> bool:
        link = (await self.replica.client.info("replication"))["master_link_status"]
        return link == "up" and str(self.replica.port) in str(await said(self.masters[1], "CLUSTER SLOTS"))

    async def settled(self) -> None:
        for mark in await connection.marks(self.client):
            await self.client.set(mark, 1, nx=True)

    async def stop_masters(self) -> None:
        await asyncio.gather(*(each.stop() for each in self.masters))

    async def start_masters(self, *some: RedisServer) -> None:
        """They know their slots, but nothing of what was in them. some: else all."""
        await asyncio.gather(*(each.start() for each in some or self.masters))
        await until(self._is_whole)

    async def master_of(self, key: str) -> RedisServer:
        """As the servers themselves say it now."""
        await self.client.initialize()
        await self.client.nodes_manager.initialize()
        node = self.client.get_node_from_key(key)
        assert node is not None
        return next(each for each in self._all if each.port == node.port)

    async def move_slot(
        self, key: str, to: RedisServer, midway: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """As `redis-cli --cluster reshard` does it, one key after the other. midway: when all keys are there."""
        slot, from_ = self.client.keyslot(key), await self.master_of(key)
        ids = {each.port: await said(each, "CLUSTER MYID") for each in (from_, to)}
        await said(to, "CLUSTER SETSLOT", slot, "IMPORTING", ids[from_.port])
        await said(from_, "CLUSTER SETSLOT", slot, "MIGRATING", ids[to.port])
        while names := await said(from_, "CLUSTER GETKEYSINSLOT", slot, 1):
            # The scripts of the nodes meet a slot of which one half is here and one there.
            await said(from_, "MIGRATE", "127.0.0.1", to.port, names[0], 0, 5_000)
            await asyncio.sleep(0.05)
        if midway is not None:
            await midway()
        for server in (to, from_, *(each for each in self.masters if each not in {to, from_})):
            await said(server, "CLUSTER SETSLOT", slot, "NODE", ids[to.port])

    async def close(self) -> None:
        await connection.close(self.client)
        await asyncio.gather(*(each.close() for each in self._all))


class WatchedRedis:
    """A master, its replica, and one Sentinel whose word is enough."""

    SERVICE: Final = "kith"

    def __init__(self) -> None:
        self.master, self.replica = RedisServer(*WITHOUT_DISK), RedisServer(*WITHOUT_DISK)
        self._folder = tempfile.TemporaryDirectory()
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def client(self) -> Redis:
        return self.master.client

    @property
    def url(self) -> str:
        """The first Sentinel is not there: the next one is asked."""
        return f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{self._port}/{self.SERVICE}"

    async def start(self) -> None:
        await asyncio.gather(self.master.start(), self.replica.start())
        await self.replica.client.replicaof("127.0.0.1", self.master.port)
        await until(self._is_followed)
        settings = Path(self._folder.name) / "sentinel.conf"
        settings.write_text(
            f"port {self._port}\nbind 127.0.0.1\nsentinel monitor {self.SERVICE} 127.0.0.1 {self.master.port} 1\n"
            f"sentinel down-after-milliseconds {self.SERVICE} {NOTICED_MS}\nsentinel failover-timeout {self.SERVICE} 5000\n"
        )
        self._process = await asyncio.create_subprocess_exec(
            *(PROGRAM, str(settings), "--sentinel"),
            stdout=asyncio.subprocess.DEVNULL,
            cwd=self._folder.name,
        )
        async with Redis(port=self._port, protocol=2) as sentinel:
            await until(lambda: self._knows_replica(sentinel))

    async def _is_followed(self) -> bool:
        return (await self.replica.client.info("replication"))["master_link_status"] == "up"

    async def _knows_replica(self, sentinel: Redis) -> bool:
        told: Any = await sentinel.execute_command("SENTINEL REPLICAS", self.SERVICE)  # type: ignore[no-untyped-call]
        return len(told) == 1

    async def settled(self) -> None:
        await self.master.settled()

    async def lose_sentinel(self) -> None:
        """Nobody tells any more who the master is."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def close(self) -> None:
        await self.lose_sentinel()
        await asyncio.gather(self.master.close(), self.replica.close())
        self._folder.cleanup()


async def said(server: RedisServer, command: str, *arguments: Any) -> Any:
    return await server.client.execute_command(*command.split(), *arguments)  # type: ignore[no-untyped-call]
