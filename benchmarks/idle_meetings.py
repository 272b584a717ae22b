"""What a meeting costs Redis in which nobody does anything: the renewals of its owner and the looks of one follower.

A real Redis, the server's own scripts through its own client; CPU of Redis' process alone, meetings in turn, so that no key is the
last one's. A second of a meeting follows from how often an owner renews and a follower looks with the default lease.
Run: `python benchmarks/idle_meetings.py`.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import cpu_seconds_of, describe, figure
from server.cluster.connection import connect
from server.cluster.keys import ClusterKeys
from server.cluster.store import Held, RedisStore, holder
from server.cluster.tenure import TenureTimes
from server.config import Settings
from server.rooms.ids import MeetingId
from tests.support.redis_server import RedisServer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from server.cluster.keys import MeetingKeys

MEETINGS = 500
ROUNDS = 60
AT_ONCE = 50
LASTING_MS = 600_000
"""A lease that does not run out while this measures."""


async def cpu_us(redis: RedisServer, step: Callable[[MeetingKeys], Awaitable[object]]) -> float:
    """Of Redis, for one step."""
    derived = ClusterKeys(bytes(32))
    keys = [derived.meeting(MeetingId(f"meeting-{number:015}")) for number in range(MEETINGS)]
    before = cpu_seconds_of(redis.pid)
    for _ in range(ROUNDS):
        for first in range(0, MEETINGS, AT_ONCE):
            await asyncio.gather(*(step(each) for each in keys[first : first + AT_ONCE]))
    return (cpu_seconds_of(redis.pid) - before) * 1e6 / (MEETINGS * ROUNDS)


async def measure() -> None:
    redis = RedisServer()
    await redis.start()
    client = connect(redis.url)
    store, times = RedisStore(client), TenureTimes(Settings().lease_ms)
    tokens: dict[str, int] = {}

    async def begin(keys: MeetingKeys) -> None:
        if keys.lease in tokens:
            return
        held = await store.claim(keys, "owner", LASTING_MS, 0)
        assert isinstance(held, Held)
        tokens[keys.lease] = held.token
        await store.checkpoint(keys, holder(held.token, "owner"), 0, bytes(2_000))

    async def renew(keys: MeetingKeys) -> object:
        return await store.renew(keys, holder(tokens[keys.lease], "owner"), LASTING_MS, -1, 0)

    async def look(keys: MeetingKeys) -> object:
        return await store.look(keys, "follower", times.follow_ms)

    try:
        await cpu_us(redis, begin)
        renewal_us, look_us = await cpu_us(redis, renew), await cpu_us(redis, look)
    finally:
        await client.aclose()
        await redis.close()
    second_us = renewal_us * 1000 / times.renew_ms + look_us * 1000 / times.watch_ms
    print(describe())
    print(f"CPU of Redis: {renewal_us:.1f} µs for a renewal, {look_us:.1f} µs for a look")
    figure("a quiet meeting with one follower: CPU of Redis in a second", f"{second_us / 1000:.2f} ms")


if __name__ == "__main__":
    asyncio.run(measure())
