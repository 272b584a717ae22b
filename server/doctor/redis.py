"""The Redis that servers share, if there is one; called by `examination`."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from server.cluster import connection
from server.confidentiality.findings import Finding, Outcome
from server.confidentiality.redis_guard import (
    Keeping,
    RedisKeeps,
    keys_without_end,
    refuse_keeping,
    worst,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis

WITHIN_S: Final = 10.0
OUR_KEYS: Final = "kith:*"


async def redis_findings(url: str | None, *, unchecked: bool) -> tuple[Finding, ...]:
    """url: None if this server serves alone."""
    if url is None:
        return (Finding("redis", Outcome.FINE, "There is none: this server serves alone."),)
    try:
        async with asyncio.timeout(WITHIN_S):
            keeping, endless = await _look(url, unchecked=unchecked)
    except RedisKeeps as kept:
        return (Finding("redis", Outcome.BROKEN, str(kept)),)
    except connection.TROUBLES as trouble:
        return (
            Finding(
                "redis",
                Outcome.BROKEN,
                f"{connection.in_words(trouble)}.",
                "Look at KITH_REDIS_URL and at Redis.",
            ),
        )
    if endless:
        return (
            Finding(
                "redis",
                Outcome.BROKEN,
                f"{endless} keys of ours never end.",
                "Report this: it is a bug of ours.",
            ),
        )
    if keeping is not Keeping.NOTHING:
        return (
            Finding(
                "redis",
                Outcome.WARNING,
                f"Redis {keeping.value}; KITH_REDIS_UNCHECKED accepts it. What it holds is sealed, and stays.",
                'Set `save ""` and `appendonly no` there.',
            ),
        )
    return (Finding("redis", Outcome.FINE, "Redis keeps nothing, and every key of ours has an end."),)


async def _look(url: str, *, unchecked: bool) -> tuple[Keeping, int]:
    """The worst that a server of it does, and how many keys of ours never end. Raises: `RedisKeeps`, `TROUBLES`."""
    client = connection.connect(url)
    try:
        places = await connection.places(client)
    finally:
        await connection.close(client)
    return await _look_at_each(url, places, unchecked=unchecked)


async def _look_at_each(
    url: str, places: Mapping[connection.Place, bool], *, unchecked: bool
) -> tuple[Keeping, int]:
    """As `_look`. places: which is a master?"""
    kept, endless = [], 0
    for place, is_master in places.items():
        kept.append(await connection.ask_at(url, place, partial(refuse_keeping, unchecked=unchecked)))
        if is_master:
            endless += await connection.ask_at(url, place, _endless)
    return worst(kept), endless


async def _endless(server: Redis) -> int:
    return await keys_without_end(server, OUR_KEYS)
