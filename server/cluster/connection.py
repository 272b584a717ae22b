"""Clients of Redis, whatever it consists of: one server, a Redis Cluster, or the master that Sentinels name.

Everything that talks to Redis is connected here: `node`, and what looks at Redis before it is used (`serve`, `doctor`).
"""

# ruff: noqa: ANN401 - what redis-py answers has no type
from __future__ import annotations

import contextlib
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from redis.asyncio import Redis, RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    OutOfMemoryError,
    RedisClusterException,
    RedisError,
)

from server.redis_address import Layout, read_redis_url

from .keys import BORN_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from server.redis_address import RedisAddress

    AnyRedis = Redis | RedisCluster
    Place = tuple[str, int] | None
    """Host and port of one server; None where the address names only one."""

T = TypeVar("T")

ANSWER_S: Final = 1.0
"""Redis is on the same network: one that takes longer is one that does not answer."""
SENTINEL_ANSWER_S: Final = 0.3
"""Shorter: those that are gone are asked first, and one that lives must still be reached in time."""
TROUBLES: Final = (RedisError, RedisClusterException, OSError, TimeoutError)
"""All that says: no answer, or not the whole of Redis is there."""
MARKS: Final = 256
"""Of the names by which shards are told from each other: enough that each of some dozens has one."""


class Trouble(StrEnum):
    """What an operator is told, in the log too: a text that is no constant of ours would be withheld there."""

    NO_ANSWER = "Redis does not answer"
    REFUSED = "Redis refuses our login, or what we ask of it (KITH_REDIS_URL)"
    FULL = "Redis is full"


def in_words(trouble: BaseException | None) -> Trouble:
    """For an operator. redis-py's own words may hold an address, or more."""
    while trouble is not None:
        if isinstance(trouble, AuthenticationError | AuthorizationError | NoPermissionError):
            return Trouble.REFUSED
        if isinstance(trouble, OutOfMemoryError):
            return Trouble.FULL
        trouble = trouble.__cause__  # of a cluster of which no server could be asked
    return Trouble.NO_ANSWER


@contextlib.contextmanager
def _no_surprises() -> Iterator[None]:
    """What redis-py stumbles over in the middle of a change of servers is trouble like other trouble."""
    try:
        yield
    except (AttributeError, KeyError, IndexError) as surprise:
        # A slot on its way to a server that has none yet is unknown to it, and so is a cluster of which no server has a slot.
        raise RedisClusterException("its servers are changing") from surprise


class ClusterClient(RedisCluster):
    """redis-py's, without its surprises."""

    async def initialize(self, *args: Any, **kwargs: Any) -> ClusterClient:
        with _no_surprises():
            await super().initialize(*args, **kwargs)
        return self

    async def execute_command(self, *args: Any, **kwargs: Any) -> Any:
        with _no_surprises():
            return await super().execute_command(*args, **kwargs)


def connect(url: str, *, wait_s: float = 0.0) -> AnyRedis:
    """A client that tells trouble at once: what to do about it is decided by who asked. wait_s: so long a read may block."""
    address = read_redis_url(url)
    options = _options(wait_s)
    if address.layout is Layout.ONE:
        return Redis.from_url(url, **options)
    if address.layout is Layout.SENTINEL:
        return _by_sentinels(address, options)
    first, *_ = address.hosts
    others = [ClusterNode(host, port) for host, port in address.hosts]
    client: RedisCluster = ClusterClient.from_url(
        address.server_url(*first), startup_nodes=others, require_full_coverage=False, **options
    )
    return client


def _by_sentinels(address: RedisAddress, options: dict[str, Any]) -> Redis:
    known: dict[str, Any] = dict(parse_url(address.server_url(*address.hosts[0])))
    del known["host"], known["port"]
    is_tls = known.pop("connection_class", None) is SSLConnection
    tls = {name: value for name, value in known.items() if name.startswith("ssl_")} | {"ssl": is_tls}
    user, password = address.sentinel_login
    sentinels = Sentinel(  # type: ignore[no-untyped-call]  # redis-py's
        address.hosts,
        sentinel_kwargs={
            **tls,
            **options,
            "socket_timeout": SENTINEL_ANSWER_S,
            "socket_connect_timeout": SENTINEL_ANSWER_S,
            "username": user,
            "password": password,
        },
    )
    master: Redis = sentinels.master_for(address.service, **{**known, **options, "ssl": is_tls})
    return master


def _options(wait_s: float) -> dict[str, Any]:
    return {
        "protocol": 2,
        "socket_timeout": ANSWER_S + wait_s,
        "socket_connect_timeout": ANSWER_S,
        "retry": Retry(NoBackoff(), 0),
        "health_check_interval": 0,
    }


async def close(client: AnyRedis) -> None:
    """All its connections, also those to Sentinels. Raises: nothing that matters to who goes."""
    with contextlib.suppress(*TROUBLES):
        await client.aclose()
        if isinstance(client, RedisCluster):
            # It forgets to when it was about to look anew at who is there.
            await client.nodes_manager.aclose()
        elif isinstance(client.connection_pool, SentinelConnectionPool):
            await client.connection_pool.sentinel_manager.aclose()


# ── each server ──────────────────────────────────────────────────────────────────────────────────


async def places(client: AnyRedis, known: Mapping[Place, bool] | None = None) -> dict[Place, bool]:
    """Every server that is given what we write, replicas too; is it a master? Raises: `TROUBLES`.

    known: what this said before: then nobody is asked, and only what redirections and new connections told since is added.
    """
    if isinstance(client, RedisCluster):
        await client.initialize()
        if not known:
            with _no_surprises():
                await client.nodes_manager.initialize()
        masters = {(node.host, int(node.port)) for node in client.get_primaries()}
        return {
            (node.host, int(node.port)): (node.host, int(node.port)) in masters for node in client.get_nodes()
        }
    pool = client.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        if known and pool.master_address is not None:
            others: list[Any] = [place for place in known if place is not None]
            master = pool.master_address
        else:
            master = await pool.get_master_address()  # type: ignore[no-untyped-call]  # redis-py's
            others = list(await pool.sentinel_manager.discover_slaves(pool.service_name))
        return {(str(host), int(port)): (host, port) == master for host, port in (*others, master)}
    return {None: True}


async def ask_at(url: str, place: Place, ask: Callable[[Redis], Awaitable[T]]) -> T:
    """What one server itself says. Raises: `TROUBLES`, and what `ask` raises."""
    server = url if place is None else read_redis_url(url).server_url(*place)
    client = Redis.from_url(server, **_options(0.0))
    try:
        return await ask(client)
    finally:
        await close(client)


# ── several commands ──────────────────────────────────────────────────────────────────────────────


async def together(client: AnyRedis, commands: Callable[[Any], object]) -> list[Any]:
    """With one way there and back, in order for each server. commands: puts them into what it is given. Raises: `TROUBLES`."""
    # Entering asks a cluster who its servers are, if the last answer proved wrong.
    with _no_surprises():
        async with client.pipeline(transaction=False) as pipe:
            commands(pipe)
            return list(await pipe.execute())


# ── each part of the keys ────────────────────────────────────────────────────────────────────────


async def next_of(client: AnyRedis, stream: str, count: int, block_ms: int) -> list[tuple[bytes, Any]]:
    """The oldest of one stream, waited for. Raises: `TROUBLES`."""
    command: tuple[Any, ...] = ("XREAD", "COUNT", count, "BLOCK", block_ms, "STREAMS", stream, "0")
    if isinstance(client, RedisCluster):
        # Told where: else redis-py asks any server each time which of the words are keys.
        await client.initialize()
        node = client.get_node_from_key(stream)
        found: Any = await client.execute_command(*command, target_nodes=node)
    else:
        found = await client.execute_command(*command)  # type: ignore[no-untyped-call]  # redis-py's
    return list(found[0][1]) if found else []


async def marks(client: AnyRedis) -> frozenset[str]:
    """A key in every shard, always the same one as long as no slot moves. Raises: `TROUBLES`."""
    if not isinstance(client, RedisCluster):
        return frozenset((BORN_KEY,))
    await client.initialize()
    return frozenset(_marks_by_shard(client).values())


async def mark_of(client: AnyRedis, key: str) -> str:
    """That one in whose shard this key lies. Raises: `TROUBLES`."""
    if not isinstance(client, RedisCluster):
        return BORN_KEY
    await client.initialize()
    shard = client.get_node_from_key(key)
    of_its_own = f"{key[: key.index('}') + 1]}:born"  # a shard that has hardly any slots yet
    return _marks_by_shard(client).get(shard.name if shard else "", of_its_own)


def _marks_by_shard(client: RedisCluster) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, slot in _all_marks():
        servers = client.nodes_manager.slots_cache.get(slot)
        if servers:
            found.setdefault(servers[0].name, name)
    return found


@lru_cache(1)
def _all_marks() -> tuple[tuple[str, int], ...]:
    names = (f"{BORN_KEY}:{{{number}}}" for number in range(MARKS))
    return tuple((name, key_slot(name.encode())) for name in names)
