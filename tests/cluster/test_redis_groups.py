"""Redis that is several servers: a meeting's slot moves, a master dies, and who holds the meeting goes on; real servers all of them."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
from functools import partial
from typing import TYPE_CHECKING

import pytest

from server.cluster import connection
from server.cluster.clock import SharedClock
from server.cluster.guarding import SERVERS_EVERY, Guarding
from server.cluster.keys import ClusterKeys
from server.cluster.node import Node, NodeSettings
from server.cluster.store import Held, RedisStore, StoreAway
from server.cluster.tenure import TenureTimes
from server.confidentiality.findings import Outcome
from server.confidentiality.pseudonyms import Pseudonyms
from server.confidentiality.redis_guard import refuse_keeping
from server.doctor.redis import redis_findings
from server.hosting.directory import DirectoryFull, HostingLimits
from server.rooms.ids import MeetingId
from server.rooms.rules import Rules
from tests.support.fake_media import FakeMedia
from tests.support.redis_groups import RedisGroup, WatchedRedis
from tests.support.redis_server import PATIENCE_S

from .evening import begin
from .machines import Machine, Machines
from .model_store import ModelStore
from .simulation import Deaf
from .test_store import LONG_MS, some_step

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from server.cluster.connection import AnyRedis

pytestmark = [pytest.mark.timeout(180), pytest.mark.usefixtures("patient_with_redis")]

KEYS = ClusterKeys(bytes(32))


@pytest.fixture
async def group() -> AsyncIterator[RedisGroup]:
    servers = RedisGroup()
    try:
        await servers.start()
        yield servers
    finally:
        await servers.close()


@pytest.fixture
async def watched() -> AsyncIterator[WatchedRedis]:
    servers = WatchedRedis()
    try:
        await servers.start()
        yield servers
    finally:
        await servers.close()


@contextlib.asynccontextmanager
async def client_of(url: str) -> AsyncIterator[AnyRedis]:
    client = connection.connect(url)
    try:
        yield client
    finally:
        await connection.close(client)


async def test_steps_and_letters_find_the_server_that_has_their_slot_while_it_moves(group: RedisGroup):
    chance, model = random.Random(7), ModelStore(lambda: 0)
    keys = KEYS.meeting(MeetingId("meeting"))
    async with client_of(group.url) as client:
        store, tokens = RedisStore(client), 0

        async def some_steps() -> int:
            newest = tokens
            for _ in range(60):
                name, arguments = some_step(chance, newest, model.sighted(keys).position or 0)
                if name == "lapse":
                    continue
                expected = await getattr(model, name)(keys, *arguments)
                assert await getattr(store, name)(keys, *arguments) == expected, (name, arguments)
                if isinstance(expected, Held):
                    newest = expected.token
                elif name == "hand_over" and expected:
                    newest = expected
            return newest

        for _ in range(3):
            tokens = await some_steps()
            has_it = await group.master_of(keys.lease)
            await group.move_slot(keys.lease, next(each for each in group.masters if each is not has_it))
        inboxes = [f"kith:{{node-{number}}}:inbox" for number in range(12)]
        await store.post([(inbox, f"{n}".encode()) for inbox in inboxes for n in (1, 2)], 10)
        for inbox in inboxes:
            found = await connection.next_of(client, inbox, 10, 100)
            assert [fields[b"e"] for _, fields in found] == [b"1", b"2"], "in the order they were sent"


async def test_every_part_of_a_redis_cluster_is_asked_since_when_it_is_in_use(group: RedisGroup):
    """One master that restarts empty has forgotten its meetings, whatever the others know."""
    async with client_of(group.url) as client:
        store = RedisStore(client)
        await group.settled()  # an age that no test reaches by itself
        await store.mark()
        assert len(await connection.marks(client)) == len(group.masters)
        emptied, ages = group.masters[1], dict[MeetingId, int]()
        theirs = set[MeetingId]()
        for meeting in (MeetingId(f"meeting {number}") for number in range(12)):
            keys = KEYS.meeting(meeting)
            has_it = await group.master_of(keys.lease)
            assert has_it is await group.master_of(await connection.mark_of(client, keys.lease))
            ages[meeting] = await store.age_ms(keys)
            if has_it is emptied:
                theirs.add(meeting)
        assert theirs
        assert len(theirs) < len(ages)
        assert min(ages.values()) > LONG_MS
        await emptied.stop()
        await group.start_masters(emptied)
        await answering(store)
        for meeting, before_ms in ages.items():
            now_ms = await store.age_ms(KEYS.meeting(meeting))
            assert now_ms < LONG_MS if meeting in theirs else now_ms >= before_ms, meeting


async def answering(store: RedisStore) -> None:
    """From every master."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(StoreAway):
                await store.mark()
                return
            await asyncio.sleep(0.05)


async def test_a_redis_cluster_of_which_no_server_answers_is_away_and_no_fault(group: RedisGroup):
    keys = KEYS.meeting(MeetingId("meeting"))
    async with client_of(group.url) as client:
        store = RedisStore(client)
        await store.mark()
        await asyncio.gather(group.stop_masters(), group.replica.stop())
        for _ in range(2):  # the second time redis-py looks for its servers first
            for step in (
                lambda: store.post([("kith:{two}:inbox", b"letter")], 10),
                lambda: store.announce("kith:nodes", "one", b"beat", 1000),
                lambda: store.look(keys),
            ):
                with pytest.raises(StoreAway):
                    await step()
            with pytest.raises(connection.TROUBLES):
                await connection.next_of(client, "kith:{two}:inbox", 10, 100)
            with pytest.raises(connection.TROUBLES):
                await connection.places(client)


async def test_all_masters_of_a_redis_cluster_restart_empty_while_letters_wait(group: RedisGroup):
    await group.settled()
    all_of_them = Machines(group.masters[0], group.url)
    try:
        one, two = await all_of_them.some(2)
        evening = await begin(one, two, two)
        async with evening.talking():
            await evening.said_more()
            await group.stop_masters()
            async with asyncio.timeout(PATIENCE_S):
                while {await one.health(), await two.health()} != {"ready, without redis"}:  # noqa: ASYNC110 - others
                    await asyncio.sleep(0.05)
            await group.start_masters()
            await evening.said_more()
        await evening.check_nothing_is_lost()
        assert evening.mia.thrown_out + evening.zoe.thrown_out == 0, "nobody is thrown out"
    finally:
        await all_of_them.close()


async def test_sentinels_that_are_away_say_nothing_against_a_master_that_is_well(watched: WatchedRedis):
    async with client_of(watched.url) as client:
        guarding = Guarding(
            partial(connection.places, client), partial(connection.ask_at, watched.url, ask=refuse_keeping)
        )
        store = RedisStore(client)
        await store.mark()
        await guarding.look()
        known = await connection.places(client)
        await watched.lose_sentinel()
        assert await connection.places(client, known) == known, "nobody was asked"
        with pytest.raises(connection.TROUBLES):
            await connection.places(client)
        for _ in range(SERVERS_EVERY + 1):
            await guarding.look()
            assert guarding.is_fine
        await store.mark()


async def test_a_redis_of_which_any_server_keeps_something_is_refused(
    group: RedisGroup, watched: WatchedRedis
):
    for url, servers in (
        (group.url, (*group.masters, group.replica)),
        (watched.url, (watched.master, watched.replica)),
    ):
        [fine] = await redis_findings(url, unchecked=False)
        assert fine.outcome is Outcome.FINE
        async with client_of(url) as client:
            assert {place and place[1] for place in await connection.places(client)} == {
                s.port for s in servers
            }
        for server in servers:
            await server.client.config_set("save", "60 1")
            [found] = await redis_findings(url, unchecked=False)
            assert found.outcome is Outcome.BROKEN
            await server.client.config_set("save", "")
    for server, way, value in (
        (group.replica, "repl-diskless-load", "disabled"),
        (group.masters[0], "repl-diskless-sync", "no"),
    ):
        before = (await server.client.config_get(way))[way]
        await server.client.config_set(way, value)
        [found] = await redis_findings(group.url, unchecked=False)
        assert found.outcome is Outcome.BROKEN, "a replica's first copy would lie in a file"
        await server.client.config_set(way, before)


async def test_a_meeting_in_a_redis_cluster_goes_on_while_its_slot_moves_its_master_dies_and_its_owner_too(
    group: RedisGroup,
):
    await group.settled()
    all_of_them = Machines(group.masters[0], group.url)
    try:
        one, two = await all_of_them.some(2)
        evening = await begin(one, two, two)
        [lease] = [key.decode() async for key in group.client.scan_iter("*:lease")]
        async with evening.talking():
            await evening.said_more()
            # To the master that has a replica, and away from it first if it is there.
            if await group.master_of(lease) is group.masters[0]:
                await group.move_slot(lease, group.masters[1])
            await group.move_slot(lease, group.masters[0])
            await evening.said_more()
            await group.masters[0].stop()
            await evening.said_more()
            one.kill()
            await evening.said_more()
        await evening.check_nothing_is_lost()
        assert evening.mia.thrown_out + evening.zoe.thrown_out == 0, "nobody is thrown out"
    finally:
        await all_of_them.close()


async def test_the_master_is_killed_and_sentinel_names_another(watched: WatchedRedis):
    await watched.settled()
    all_of_them = Machines(watched.master, watched.url)
    try:
        one, two = await all_of_them.some(2)
        evening = await begin(one, two, two)
        async with evening.talking():
            await evening.said_more()
            await watched.master.stop()
            await evening.said_more()
            one.kill()
            await evening.said_more()
        await evening.check_nothing_is_lost()
        assert evening.mia.thrown_out + evening.zoe.thrown_out == 0, "nobody is thrown out"
        await two.says("ready")
        await until_held(watched.replica.client)  # it is written to the new master
    finally:
        await all_of_them.close()


async def until_held(client: Redis) -> None:
    """There is a lease; on a busy machine one may have run out just now, and somebody takes it."""
    async with asyncio.timeout(PATIENCE_S):
        while not await client.keys("*:lease"):  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)


async def test_a_server_does_not_start_on_a_redis_whose_replica_keeps_something(watched: WatchedRedis):
    await watched.replica.client.config_set("save", "60 1")
    machine = Machine({"k": bytes(32)}, watched.url, {})
    try:
        await machine.launch()
        assert await machine.gone() == 2
    finally:
        await machine.close()


async def test_where_a_server_that_keeps_something_joins_later_no_meeting_begins_any_more():
    group = RedisGroup(replicates=False)
    settings = NodeSettings(group.url, bytes(32), TenureTimes(), HostingLimits())
    node = Node(
        settings,
        clock=SharedClock(),
        media=FakeMedia(),
        listener=Deaf(),
        rules=Rules(),
        pseudonym_of=Pseudonyms().of,
        guard=refuse_keeping,
    )
    try:
        await group.start()
        await group.settled()
        await node.start()
        await node.meetings.open(MeetingId("before"))
        await group.replica.client.config_set("save", "60 1")
        await group.move_slot(KEYS.meeting(MeetingId("any")).lease, group.replica)
        with pytest.raises(DirectoryFull):  # a part of Redis that is new; with this it is seen, too
            await node.meetings.open(MeetingId("any"))
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(DirectoryFull):
                    await node.meetings.open(MeetingId(secrets.token_hex(8)))
                    await asyncio.sleep(0.1)
                    continue
                break
        assert await node.meetings.open(MeetingId("before")), "what is there goes on"
    finally:
        await node.stop()
        await group.close()


async def test_a_slot_on_its_way_to_a_server_without_any_is_away_and_no_fault():
    """redis-py does not know that server yet."""
    keys = KEYS.meeting(MeetingId("meeting"))
    group = RedisGroup(replicates=False)
    try:
        await group.start()
        async with client_of(group.url) as client:
            store = RedisStore(client)
            assert isinstance(await store.claim(keys, "one", LONG_MS, 0), Held)

            async def nobody_sees_it() -> None:
                with pytest.raises(StoreAway):
                    await store.look(keys)

            await group.move_slot(keys.lease, group.replica, nobody_sees_it)
            assert (await store.look(keys)).owner == "one"
    finally:
        await group.close()
