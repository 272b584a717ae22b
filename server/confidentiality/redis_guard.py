"""Whether a Redis writes to a disk what it is given; asked by `doctor`, and by whoever connects to one before it is used.

Imports nothing of ours. Redis (or Valkey) is only ever a memory that several nodes share.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from redis.exceptions import ResponseError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis.asyncio import Redis


class Keeping(Enum):
    """What a Redis does with its memory, from the best to the worst. The values are what an operator is told."""

    NOTHING = "keeps nothing"
    COPIES = "copies itself over a disk (`repl-diskless-sync yes` and, on replicas, `repl-diskless-load swapdb` avoid it)"
    """A copy's file goes when it has arrived."""
    UNKNOWN = "does not show whether it writes to a disk (`CONFIG GET`)"
    SNAPSHOTS = "writes snapshots to its disk (`save`)"
    JOURNAL = "writes every command to its disk (`appendonly`)"


def worst(found: Iterable[Keeping]) -> Keeping:
    """Of several servers that are one Redis."""
    return max(found, key=tuple(Keeping).index, default=Keeping.NOTHING)


class RedisKeeps(Exception):  # noqa: N818 - said of a server, not of our program
    """This Redis may not be used; the text is one line for an operator."""

    def __init__(self, keeping: Keeping) -> None:
        super().__init__(
            f'Redis {keeping.value}; set `save ""` and `appendonly no` there and let us read both, '
            "or accept it with KITH_REDIS_UNCHECKED=yes"
        )
        self.keeping = keeping


async def refuse_keeping(client: Redis, *, unchecked: bool = False) -> Keeping:
    """What it keeps, if that is nothing or was accepted by `unchecked`.

    Raises: `RedisKeeps` otherwise; redis' own errors where there is no answer at all.
    """
    keeping = await what_it_keeps(client)
    if keeping is not Keeping.NOTHING and not unchecked:
        raise RedisKeeps(keeping)
    return keeping


async def what_it_keeps(client: Redis) -> Keeping:
    """As its configuration says now. Raises: redis' own errors where there is no answer at all."""
    try:
        save, journal = await _configured(client, "save"), await _configured(client, "appendonly")
        copies = await _copies_over_disk(client)
    except ResponseError:  # forbidden to us, or renamed away
        return Keeping.UNKNOWN
    if save is None or journal is None:  # some hosted ones answer with nothing
        return Keeping.UNKNOWN
    if journal != "no":
        return Keeping.JOURNAL
    if save:
        return Keeping.SNAPSHOTS
    return Keeping.COPIES if copies else Keeping.NOTHING


async def keys_without_end(client: Redis, match: str) -> int:
    """How many keys like this have no time to live: there should be none. match: a glob of Redis."""
    count = 0
    async for key in client.scan_iter(match=match, count=1000):
        count += await client.pttl(key) == _NO_TIME_TO_LIVE
    return count


_NO_TIME_TO_LIVE = -1
"""Of PTTL; -2 is a key that has gone meanwhile."""


async def _copies_over_disk(client: Redis) -> bool:
    """A replica begins with a whole copy, which its master or itself may put into a file first."""
    role = await client.info("replication")
    if role.get("role") == "slave":
        return await _configured(client, "repl-diskless-load") == "disabled"
    return bool(role.get("connected_slaves")) and await _configured(client, "repl-diskless-sync") == "no"


async def _configured(client: Redis, name: str) -> str | None:
    told: dict[Any, Any] = await client.config_get(name)
    for key, value in told.items():
        if _text(key) == name:
            return _text(value)
    return None


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
