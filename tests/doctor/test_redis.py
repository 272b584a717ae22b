"""What the doctor says of a Redis; asked of real ones."""

from __future__ import annotations

from itertools import pairwise

from redis.asyncio import Redis

from server.confidentiality.findings import Outcome
from server.confidentiality.redis_guard import Keeping, worst
from server.doctor.redis import _look_at_each, redis_findings
from tests.support.ports import free_port
from tests.support.redis_server import redis_server


async def outcome(url: str | None, *, unchecked: bool = False) -> Outcome:
    [found] = await redis_findings(url, unchecked=unchecked)
    return found.outcome


async def test_none_and_one_that_keeps_nothing_are_fine() -> None:
    assert await outcome(None) is Outcome.FINE
    async with redis_server() as url:
        assert await outcome(url) is Outcome.FINE


async def test_one_that_keeps_is_broken_and_if_accepted_a_warning() -> None:
    async with redis_server("--appendonly", "yes") as url:
        assert await outcome(url) is Outcome.BROKEN
        assert await outcome(url, unchecked=True) is Outcome.WARNING


async def test_of_several_servers_the_worst_is_told_whichever_is_asked_last() -> None:
    async with redis_server("--appendonly", "yes") as one, redis_server("--save", "60 1") as other:
        places = [("127.0.0.1", int(url.rpartition(":")[2].partition("/")[0])) for url in (one, other)]
        url = "redis+cluster://" + ",".join(f"{host}:{port}" for host, port in places)
        for order in (places, places[::-1]):
            found = await _look_at_each(url, dict.fromkeys(order, True), unchecked=True)
            assert found == (Keeping.JOURNAL, 0)


def test_what_is_worse_is_defined() -> None:
    assert worst([]) is Keeping.NOTHING
    best_first = (
        *(Keeping.NOTHING, Keeping.COPIES, Keeping.UNKNOWN),
        *(Keeping.SNAPSHOTS, Keeping.JOURNAL),
    )
    assert set(best_first) == set(Keeping)
    for better, worse in pairwise(best_first):
        assert worst([better, worse]) is worst([worse, better]) is worse


async def test_a_key_of_ours_without_an_end_is_broken() -> None:
    async with redis_server() as url, Redis.from_url(url) as client:
        await client.set("kith:x", b"x")
        assert await outcome(url) is Outcome.BROKEN


async def test_one_that_does_not_answer_is_broken() -> None:
    assert await outcome(f"redis://127.0.0.1:{free_port()}/0") is Outcome.BROKEN
