"""What can go wrong with machines, each row of the table in `docs/cluster.md`; real servers around a real Redis."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.wire_client import Refused

from .evening import begin, until
from .machines import PATIENCE_S

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from tests.support.wire_client import WireClient

    from .machines import Machine, Machines

SHORT_LEASE_MS = "1000"
"""Where a lease that runs out too early on a busy machine changes nothing: it is waited out."""

# Servers are started, hurt and waited for: minutes on a machine that many share, seconds on one of its own.
pytestmark = pytest.mark.timeout(180)


async def owners(cluster: Machines) -> list[bytes]:
    """Who holds a lease now; on a busy machine one may have run out just now, and somebody takes it."""
    client = cluster.redis.client
    async with asyncio.timeout(PATIENCE_S):
        while True:
            held = [await client.get(key) for key in await client.keys("*:lease")]
            if held and None not in held:
                return held
            await asyncio.sleep(0.05)


async def test_the_owner_is_killed(cluster: Machines):
    one, two, three = await cluster.some(3)
    evening = await begin(one, two, three)
    before = await owners(cluster)
    async with evening.talking():
        await evening.said_more()
        one.kill()
        await evening.said_more()
    await evening.check_nothing_is_lost()
    after = await owners(cluster)
    assert (len(before), len(after)) == (1, 1)
    assert int(after[0].split(b":")[0]) > int(before[0].split(b":")[0])
    assert evening.ada.returns
    assert evening.mia.returns + evening.zoe.returns == 0, "who was elsewhere keeps her connection"


async def test_the_owner_sleeps_past_its_lease_and_wakes_up(cluster: Machines):
    one, two, three = await cluster.some(3)
    evening = await begin(one, two, three)
    async with evening.talking():
        await evening.said_more()
        one.pause()
        await evening.said_more(evening.mia, evening.zoe)
        one.wake()
        await evening.said_more()
    await evening.check_nothing_is_lost()
    assert len(await owners(cluster)) == 1


async def test_a_follower_is_killed_and_its_people_lose_their_connection_only(cluster: Machines):
    one, two = await cluster.some(2, KITH_LEASE_MS=SHORT_LEASE_MS)
    evening = await begin(one, one, two)
    two.kill()
    zoe = evening.zoe.page.you
    await until(evening.ada, lambda p: not p.page.view.people[zoe]["connected"])
    await evening.zoe.page.wait_closed()
    await evening.zoe.come_back()
    await until(evening.ada, lambda p: p.page.view.people[zoe]["connected"])
    await evening.check_nothing_is_lost()


async def test_nobody_but_redis_knows_the_meeting_any_more(cluster: Machines):
    one, two = await cluster.some(2, KITH_LEASE_MS=SHORT_LEASE_MS)
    evening = await begin(one, one, one)
    for person in evening.people:
        person.machines = [two]
    async with evening.talking():
        await evening.said_more()
        one.kill()
        await evening.said_more()
    await evening.check_nothing_is_lost()


async def test_the_owner_is_cut_off_from_redis_and_others_follow(cluster: Machines):
    cable = await cluster.cable()
    one = await cluster.add(cable.url)
    two, three = await cluster.some(2)
    evening = await begin(one, two, three)
    evening.ada.machines = [two]
    async with evening.talking():
        await evening.said_more()
        await cable.cut()
        # The followers take the meeting; whoever sits at the machine that is cut off is told to try again, and moves.
        await evening.said_more(evening.mia, evening.zoe)
        await one.says("ready, without redis")
        cable.mend()
        await evening.said_more()
    await evening.check_nothing_is_lost()
    assert len(await owners(cluster)) == 1


async def test_redis_is_away_and_a_meeting_of_one_machine_goes_on_and_is_written_back(cluster: Machines):
    cable = await cluster.cable()
    one = await cluster.add(cable.url)
    two = (await cluster.some(1))[0]
    evening = await begin(one, one, one)
    async with evening.talking():
        await evening.said_more()
        await cable.cut()
        await evening.said_more()
        await newcomer_is_told_to_try_again(one)
        cable.mend()
        await evening.said_more()
        await one.says("ready")
    await evening.check_nothing_is_lost()
    assert not any(person.returns for person in evening.people)
    # What was decided alone is what another machine has now.
    await evening.zoe.page.close()
    evening.zoe.machines = [two]
    await evening.zoe.come_back()
    await evening.check_texts()


async def test_redis_restarts_empty(cluster: Machines):
    one, two, three = await cluster.some(3)
    evening = await begin(one, two, three)
    async with evening.talking():
        await evening.said_more()
        await cluster.redis.stop()
        await asyncio.sleep(0)
        await cluster.redis.start()
        await newcomer_is_told_to_try_again(two)
        await evening.said_more()
    await evening.check_nothing_is_lost()
    assert not any(person.returns for person in evening.people), "nobody is thrown out"
    assert len(await owners(cluster)) == 1


async def test_redis_is_slow(cluster: Machines):
    """Slower than anybody waits for it, and for longer than an answer is waited for."""
    one, two = await cluster.some(2)
    evening = await begin(one, one, two)
    async with evening.talking():
        await evening.said_more()
        stranger = await two.group().person("facilitator")
        await cluster.redis.client.client_pause(2_500)
        await is_told_to_try_again(stranger)
        await evening.said_more()
        await one.says("ready")
    await evening.check_nothing_is_lost()
    assert not any(person.returns for person in evening.people), "nobody is thrown out"
    assert len(await owners(cluster)) == 1


async def test_redis_is_full(cluster: Machines):
    (one,) = await cluster.some(1)
    evening = await begin(one, one, one)
    client = cluster.redis.client
    async with evening.talking():
        await evening.said_more()
        await client.config_set("maxmemory", 1)
        await evening.said_more()
        await newcomer_is_told_to_try_again(one)
        await client.config_set("maxmemory", 0)
        await evening.said_more()
    await evening.check_nothing_is_lost()
    assert not any(person.returns for person in evening.people)


async def test_a_machine_leaves_while_somebody_shares(cluster: Machines):
    # A lease that no pause of a busy machine outlasts: here it is to change hands by being handed over only.
    one, two, three = await cluster.some(3, KITH_LEASE_MS="15000")
    evening = await begin(one, two, three)
    async with evening.talking():
        await evening.said_more()
        draining = await cluster.drain(one)
        await one.says("not ready")
        before = await owners(cluster)
        # Few, so that all are said long before it stops waiting for the end of the share (`SHARE_PATIENCE_S`).
        await evening.said_more(count=2)
        # The share ends: now it can go.
        assert await owners(cluster) == before
        await evening.pass_the_turn()
        assert await draining.wait() == 0
        assert await owners(cluster) != before
        await evening.said_more()
    await evening.check_texts()
    assert evening.mia.returns + evening.zoe.returns == 0


async def test_somebody_who_is_removed_is_cut_off_at_once_on_any_machine(cluster: Machines):
    one, two = await cluster.some(2)
    evening = await begin(one, one, two)
    await evening.ada.insist("remove", who=evening.zoe.page.you)
    assert await evening.zoe.page.wait_closed() == 4403
    page = await evening.zoe.page.connect()
    with pytest.raises(Refused, match="barred"):
        await page.join()
    await evening.ada.insist("end")
    assert await evening.mia.page.wait_closed() == 4412
    assert await nothing_left(cluster)


async def test_what_is_deleted_is_gone_from_redis_too(cluster: Machines):
    one, two = await cluster.some(2)
    evening = await begin(one, one, two)
    await evening.zoe.say("a secret")
    await until(evening.ada, lambda p: "a secret" in p.page.texts())
    number = max(evening.ada.page.view.messages)
    client = cluster.redis.client
    (journal,) = await client.keys("*:journal")
    before = {name for name, _ in await client.xrange(journal)}
    await evening.ada.insist("delete_message", message=number)
    await until(evening.zoe, lambda p: "a secret" not in p.page.texts())
    async with asyncio.timeout(PATIENCE_S):
        while before & {name for name, _ in await client.xrange(journal)}:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def test_everything_in_redis_ends_by_itself_and_names_nobody(cluster: Machines):
    one, two = await cluster.some(2)
    evening = await begin(one, one, two)
    client = cluster.redis.client
    watching = client.monitor()
    async with watching as monitor:
        await evening.zoe.say("hello")
        seen = b""
        async with asyncio.timeout(PATIENCE_S):
            while b"XADD" not in seen.upper() or seen.count(b"EVALSHA") < 3:
                seen += repr(await monitor.next_command()).encode()
    meeting = evening.ada.page.sealer.meeting.encode()
    held = await everything_in(client)
    assert b"journal" in held
    assert len(held) > 1_000
    for word in (meeting, *(person.page.you.encode() for person in evening.people)):
        assert word not in seen
        assert word not in held
    for key in await client.keys("*"):
        assert meeting not in key
        assert await client.pttl(key) != -1, key


async def everything_in(client: Redis) -> bytes:
    """All keys with what they hold, one after the other."""
    held = b""
    async for key in client.scan_iter("*"):
        match await client.type(key):
            case b"string":
                value: object = await client.get(key)
            case b"hash":
                value = await client.hgetall(key)
            case b"stream":
                value = await client.xrange(key)
            case b"zset":
                value = await client.zrange(key, 0, -1, withscores=True)
            case b"none":  # it has ended since
                continue
            case kind:
                raise AssertionError(f"a kind of key that docs/cluster.md does not name: {kind!r}")
        held += key + repr(value).encode()
    return held


async def newcomer_is_told_to_try_again(machine: Machine) -> None:
    """A meeting that nobody knows cannot begin now."""
    await is_told_to_try_again(await machine.group().person("facilitator"))


async def is_told_to_try_again(stranger: WireClient) -> None:
    with pytest.raises(Refused, match="busy"):
        await asyncio.wait_for(stranger.join(), PATIENCE_S)
    await stranger.close()


async def nothing_left(cluster: Machines) -> bool:
    """Of the meeting; nodes go on."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            kinds = {key.rpartition(b":")[2] for key in await cluster.redis.client.keys("*")}
            if kinds <= {b"inbox", b"nodes", b"born"}:
                return True
            await asyncio.sleep(0.05)
