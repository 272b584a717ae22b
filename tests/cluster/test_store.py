"""The scripts on a real Redis do what the model of the simulation does, step for step."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import pytest

from server.cluster.connection import connect
from server.cluster.keys import ClusterKeys
from server.cluster.store import Held, Holder, RedisStore, StoreAway, Took, holder
from server.rooms.ids import MeetingId
from tests.support.redis_server import RedisServer

from .model_store import ModelStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.cluster.keys import MeetingKeys

pytestmark = pytest.mark.usefixtures("patient_with_redis")

KEYS = ClusterKeys(bytes(32))
LONG_MS = 60_000
"""No lease runs out by itself here: the model has no time, Redis has."""
NODES = ("one", "two", "three")


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    server = RedisServer()
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def store(redis: RedisServer) -> AsyncIterator[RedisStore]:
    client = connect(redis.url)
    yield RedisStore(client)
    await client.aclose()


def some_step(chance: random.Random, tokens: int, last: int) -> tuple[str, tuple[Any, ...]]:
    node, other = chance.choice(NODES), chance.choice(NODES)
    token = chance.randint(max(1, tokens - 2), tokens + 1)
    me, position, record = (
        holder(token, node),
        chance.choice((last + 1, chance.randint(1, 12))),
        bytes([chance.randint(1, 3)]) * 40,
    )
    return chance.choice(
        [
            ("claim", (node, LONG_MS, chance.choice((0, 0, tokens)))),
            *[("append", (me, position, record))] * 4,
            ("checkpoint", (me, position, record)),
            ("renew", (me, LONG_MS, chance.choice((-1, position)), chance.choice((0, last, last + 1)))),
            ("restore", (token, node, position, record, LONG_MS)),
            ("hand_over", (me, other, LONG_MS)),
            ("look", (node, LONG_MS)),
            ("read", (position - 1,)),
            ("checkpoint_of", ()),
            ("lapse", ()),
            ("unfollow", (node,)),
            *([("finish", (me,))] if chance.random() < 0.2 else []),
        ]
    )


@pytest.mark.parametrize("seed", range(40))
async def test_any_steps_give_the_same_on_redis_and_in_the_model(
    redis: RedisServer, store: RedisStore, seed: int
):
    chance = random.Random(seed)
    model, keys = ModelStore(lambda: 0), KEYS.meeting(MeetingId("meeting"))
    tokens = 0
    for _ in range(80):
        name, arguments = some_step(chance, tokens, model.sighted(keys).position or 0)
        if name == "lapse":
            await redis.client.delete(keys.lease)
            model.lapse(keys)
            continue
        expected = await getattr(model, name)(keys, *arguments)
        assert await getattr(store, name)(keys, *arguments) == expected, (name, arguments)
        if isinstance(expected, Held):
            tokens = expected.token
        elif name == "hand_over" and expected:
            tokens = expected


async def test_a_lease_runs_out_and_its_holder_is_fenced_by_the_next(store: RedisStore):
    keys = KEYS.meeting(MeetingId("meeting"))
    first = await store.claim(keys, "one", 30, 0)
    assert isinstance(first, Held)
    while isinstance(second := await store.claim(keys, "two", LONG_MS, 0), Holder):  # noqa: ASYNC110 - Redis' time
        await asyncio.sleep(0.01)
    assert second.token == first.token + 1
    assert await store.append(keys, holder(first.token, "one"), 1, b"late") is Took.FENCED
    assert await store.restore(keys, second.token, "two", 0, b"start", LONG_MS) is Took.OK
    assert await store.append(keys, holder(second.token, "two"), 1, b"good") is Took.OK
    assert await store.read(keys, 0) == [(1, b"good")]


async def test_a_full_redis_holds_leases_but_takes_nothing(redis: RedisServer, store: RedisStore):
    keys = KEYS.meeting(MeetingId("meeting"))
    held = await store.claim(keys, "one", LONG_MS, 0)
    assert isinstance(held, Held)
    me = holder(held.token, "one")
    await store.restore(keys, held.token, "one", 0, b"start", LONG_MS)
    await redis.client.config_set("maxmemory", 1)
    with pytest.raises(StoreAway):
        await store.append(keys, me, 1, b"x")
    assert (await store.renew(keys, me, LONG_MS, -1, 0))[0] is Took.OK
    await redis.client.config_set("maxmemory", 0)
    assert await store.append(keys, me, 1, b"x") is Took.OK


async def test_a_redis_that_is_gone_is_away_at_once(redis: RedisServer, store: RedisStore):
    await redis.stop()
    with pytest.raises(StoreAway):
        await store.look(KEYS.meeting(MeetingId("meeting")))


async def test_a_redis_that_has_lost_entries_takes_no_later_ones_and_is_written_back(store: RedisStore):
    """A failover to a replica that was behind: a hole could never be closed by those who follow."""
    keys = KEYS.meeting(MeetingId("meeting"))
    held = await store.claim(keys, "one", LONG_MS, 0)
    assert isinstance(held, Held)
    me = holder(held.token, "one")
    await store.restore(keys, held.token, "one", 4, b"meeting after 4", LONG_MS)
    assert await store.append(keys, me, 6, b"x") is Took.LAPSED
    assert await store.append(keys, me, 5, b"x") is Took.OK
    assert (await store.renew(keys, me, LONG_MS, -1, 6))[0] is Took.LAPSED
    assert (await store.renew(keys, me, LONG_MS, -1, 5))[0] is Took.OK
    assert await store.restore(keys, held.token, "one", 6, b"meeting after 6", LONG_MS) is Took.OK
    assert await store.append(keys, me, 7, b"x") is Took.OK


async def test_a_checkpoint_that_comes_late_makes_no_hole_before_what_is_trimmed(store: RedisStore):
    keys = KEYS.meeting(MeetingId("meeting"))
    held = await store.claim(keys, "one", LONG_MS, 0)
    assert isinstance(held, Held)
    me = holder(held.token, "one")
    await store.restore(keys, held.token, "one", 0, b"start", LONG_MS)
    for position in (1, 2, 3):
        await store.append(keys, me, position, b"x")
    assert await store.checkpoint(keys, me, 2, b"meeting after 2") is Took.OK
    await store.renew(keys, me, LONG_MS, 2, 3)
    assert await store.checkpoint(keys, me, 1, b"meeting after 1") is Took.OK
    assert await store.checkpoint_of(keys) == (2, b"meeting after 2")
    assert [position for position, _ in await store.read(keys, 2)] == [3]


async def test_every_key_ends_by_itself(redis: RedisServer, store: RedisStore):
    keys = KEYS.meeting(MeetingId("meeting"))
    held = await store.claim(keys, "one", LONG_MS, 0)
    assert isinstance(held, Held)
    me = holder(held.token, "one")
    await store.restore(keys, held.token, "one", 0, b"start", LONG_MS)
    await store.append(keys, me, 1, b"x")
    await store.checkpoint(keys, me, 1, b"x")
    await store.look(keys, "two", LONG_MS)
    await store.post([("kith:{two}:inbox", b"letter")], 10)
    await store.announce("kith:nodes", "one", b"beat", LONG_MS)
    await store.mark()
    names = await redis.client.keys("*")
    assert len(names) == 7
    for name in names:
        assert await redis.client.pttl(name) > 0, name


def all_names(keys: MeetingKeys) -> list[str]:
    return [keys.lease, keys.state, keys.journal, keys.followers]


def test_the_keys_of_a_meeting_are_in_one_slot_and_do_not_name_it():
    keys = KEYS.meeting(MeetingId("meeting-of-the-group-22"))
    tags = {name[name.index("{") : name.index("}")] for name in all_names(keys)}
    assert len(tags) == 1
    assert not any("meeting-of" in name for name in all_names(keys))
    other = ClusterKeys(bytes([1]) * 32).meeting(MeetingId("meeting-of-the-group-22"))
    assert not set(all_names(keys)) & set(all_names(other)), "another secret, other names"
