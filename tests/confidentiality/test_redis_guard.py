"""A Redis that could keep something is refused; asked of real ones."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.confidentiality.redis_guard import (
    Keeping,
    RedisKeeps,
    keys_without_end,
    refuse_keeping,
    what_it_keeps,
)
from tests.support.ports import free_port
from tests.support.redis_server import redis_server

KEEPING = [
    (("--save", "60", "1"), Keeping.SNAPSHOTS),
    (("--appendonly", "yes"), Keeping.JOURNAL),
    (("--appendonly", "yes", "--save", "60", "1"), Keeping.JOURNAL),
    (("--rename-command", "CONFIG", ""), Keeping.UNKNOWN),
]


@pytest.mark.parametrize("decodes", [False, True])
async def test_a_redis_that_keeps_nothing_is_taken(decodes: bool) -> None:  # noqa: FBT001
    async with redis_server() as url, Redis.from_url(url, decode_responses=decodes) as client:
        assert await refuse_keeping(client) is Keeping.NOTHING


@pytest.mark.parametrize(("options", "keeping"), KEEPING)
async def test_a_redis_that_may_write_to_a_disk_is_refused_with_one_clear_line(
    options: tuple[str, ...], keeping: Keeping
) -> None:
    async with redis_server(*options) as url, Redis.from_url(url) as client:
        with pytest.raises(RedisKeeps) as refused:
            await refuse_keeping(client)
    assert refused.value.keeping is keeping
    assert keeping.value in str(refused.value)
    assert "KITH_REDIS_UNCHECKED" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("options", "keeping"), KEEPING)
async def test_it_is_taken_when_told_explicitly_and_still_named(
    options: tuple[str, ...], keeping: Keeping
) -> None:
    async with redis_server(*options) as url, Redis.from_url(url) as client:
        assert await refuse_keeping(client, unchecked=True) is keeping


async def test_a_user_who_may_not_ask_does_not_pass_for_one_who_saw_nothing() -> None:
    async with redis_server() as url, Redis.from_url(url) as client:
        await client.execute_command("ACL", "SETUSER", "kith", "on", ">secret", "+@all", "-config", "~*")
        known = url.replace("redis://", "redis://kith:secret@")
        async with Redis.from_url(known) as restricted:
            assert await what_it_keeps(restricted) is Keeping.UNKNOWN


async def test_a_change_while_it_runs_is_seen() -> None:
    async with redis_server() as url, Redis.from_url(url) as client:
        assert await what_it_keeps(client) is Keeping.NOTHING
        await client.config_set("save", "3600 1")
        assert await what_it_keeps(client) is Keeping.SNAPSHOTS


async def test_no_redis_at_all_is_not_a_redis_that_keeps_nothing() -> None:
    async with Redis.from_url(f"redis://127.0.0.1:{free_port()}/0") as client:
        with pytest.raises(RedisError):
            await refuse_keeping(client, unchecked=True)


async def test_keys_without_an_end_are_counted_and_others_are_not() -> None:
    async with redis_server() as url, Redis.from_url(url) as client:
        for number in range(30):
            await client.set(f"kith:short:{number}", b"x", px=60_000)
        assert await keys_without_end(client, "kith:*") == 0
        await client.set("kith:long", b"x")
        await client.set("theirs", b"x")
        assert await keys_without_end(client, "kith:*") == 1
