"""The same whole session on two servers that share a Redis: sealed letters, entries and checkpoints, and no word in the clear."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import TYPE_CHECKING

import pytest

from server.cluster.keys import ClusterKeys
from server.config import Settings
from server.rooms.ids import MeetingId
from tests.cluster.machines import machines
from tests.support.redis_server import RedisServer
from tests.support.served import served
from tests.support.wire_client import Refused

from .canaries import Canary
from .test_canary import FAULTY
from .whole_session import PLANTED_FAULT, WholeSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from redis.asyncio import Redis

PATIENCE_S = 30.0


@pytest.mark.timeout(180)
async def test_nothing_of_a_session_is_in_redis_or_passes_through_it_in_the_clear() -> None:
    canary = Canary()
    async with machines() as cluster:
        near, far = await cluster.some(2)
        secret = Settings(signing_keys=cluster.keys).cluster_secret
        async with listened_to(cluster.redis.port) as passed:
            session = WholeSession(near, canary, far)
            await session.run()
            held = await everything_in(cluster.redis.client)
            meant = await opened(cluster.redis.client, secret, session.group.meeting)
            await session.end()
            afterwards = await everything_in(cluster.redis.client)
            await cluster.redis.client.echo("the last")
            await until_said(b"the last", passed)
    assert meant.count(canary.bytes16) > 10, "it is all there, under its seal"
    assert passed.count(b"XADD") > 100, "and so is what servers tell each other"
    assert b":inbox" in held
    assert not canary.is_in(held)
    assert not canary.is_in(afterwards)
    assert not canary.is_in(passed)


async def test_a_word_in_a_key_or_a_value_of_any_kind_is_found() -> None:
    """Else the search above would find nothing because it does not look."""
    async with machines() as cluster:
        client = cluster.redis.client
        for place in ("key", "string", "hash", "stream", "zset"):
            canary = Canary()
            async with listened_to(cluster.redis.port) as passed:
                match place:
                    case "key":
                        await client.set(f"kith:{canary.word}", 1)
                    case "string":
                        await client.set("kith:a", canary.box())
                    case "hash":
                        await client.hset("kith:b", "field", canary.box())
                    case "stream":
                        await client.xadd("kith:c", {"r": canary.box()})
                    case "zset":
                        await client.zadd("kith:d", {canary.box(): 1})
                await client.echo("the last")
                await until_said(b"the last", passed)
            assert canary.is_in(await everything_in(client)), place
            assert canary.is_in(passed), place


async def test_two_faults_of_a_shared_meeting_and_its_end_belong_together_in_the_log() -> None:
    redis = RedisServer()
    try:
        await redis.start()
        await redis.settled()
        async with served(FAULTY, KITH_REDIS_URL=redis.url, KITH_MEDIA_WORKERS="0") as server:
            group = server.group()
            ada = await group.facilitator()
            for _ in range(2):
                with pytest.raises(Refused, match="fault"):
                    await ada.do("say", body=PLANTED_FAULT)
            await ada.do("end")
            await until_said(b"meeting over", server.said)
    finally:
        await redis.close()
    told = re.findall(rb"(?:fault in a command of meeting|meeting over:) ([0-9a-f]{8})\b", server.said)
    assert len(told) == 3
    assert len(set(told)) == 1
    assert group.meeting.encode() not in server.said


async def everything_in(client: Redis) -> bytes:
    """All keys with what they hold, one after the other, as it is there; of those that end while this looks nothing but the name."""
    held = []
    async for key in client.scan_iter("*"):
        held.append(key)
        match await client.type(key):
            case b"string":
                held.append(await client.get(key) or b"")
            case b"hash":
                held += flat((await client.hgetall(key)).items())
            case b"stream":
                held += flat(fields.items() for _, fields in await client.xrange(key))
            case b"zset":
                held += await client.zrange(key, 0, -1)
            case b"none":
                continue
            case kind:
                raise AssertionError(f"a kind of key that docs/cluster.md does not name: {kind!r}")
    return b"\n".join(held)


def flat(value: object) -> Iterable[bytes]:
    if isinstance(value, bytes):
        yield value
    else:
        assert not isinstance(value, str)
        for item in value:  # type: ignore[attr-defined]
            yield from flat(item)


async def opened(client: Redis, secret: bytes, meeting: str) -> bytes:
    """Checkpoint and later entries of the meeting, as those who have the key read them."""
    keys = ClusterKeys(secret).meeting(MeetingId(meeting))
    base, checkpoint = await client.hmget(keys.state, "base", "checkpoint")
    found = [keys.seal.open(checkpoint, keys.checkpoint_place(int(base)))]
    for name, fields in await client.xrange(keys.journal):
        found.append(keys.seal.open(fields[b"r"], keys.entry_place(int(name.partition(b"-")[0]))))
    return b"\n".join(found)


@contextlib.asynccontextmanager
async def listened_to(port: int) -> AsyncIterator[bytearray]:
    """Every command that Redis is given meanwhile, those inside of scripts too."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"MONITOR\r\n")
    assert await reader.readline() == b"+OK\r\n"
    passed = bytearray()
    listening = asyncio.create_task(_listen(reader, passed))
    try:
        yield passed
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        writer.close()


async def _listen(reader: asyncio.StreamReader, passed: bytearray) -> None:
    while chunk := await reader.read(1 << 20):
        passed += chunk


async def until_said(what: bytes, passed: bytearray) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while what not in passed:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)
