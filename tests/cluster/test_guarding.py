"""Which servers of Redis are asked, and when; what they answer is `test_redis_groups.py`'s."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from redis.exceptions import ConnectionError as NoConnection

from server.cluster.guarding import SERVERS_EVERY, Guarding
from server.confidentiality.redis_guard import Keeping, RedisKeeps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.cluster.connection import Place

MASTER, REPLICA, LATE = ("master", 1), ("replica", 1), ("late", 1)


@dataclass
class Servers:
    """Two of them; nobody tells who they are where `is_silent`."""

    there: dict[Place, bool] = field(default_factory=lambda: {MASTER: True, REPLICA: False})
    told: dict[Place, bool] = field(default_factory=dict)
    """By redirections, in between."""
    keep: set[Place] = field(default_factory=set)
    away: set[Place] = field(default_factory=set)
    is_silent: bool = False
    told_anew: int = 0
    asked: list[Place] = field(default_factory=list)

    async def places(self, known: Mapping[Place, bool]) -> dict[Place, bool]:
        if known:
            return {**known, **self.told}
        if self.is_silent:
            raise NoConnection
        self.told_anew += 1
        return dict(self.there)

    async def ask(self, place: Place) -> None:
        self.asked.append(place)
        if place in self.away:
            raise NoConnection
        if place in self.keep:
            raise RedisKeeps(Keeping.JOURNAL)


@pytest.fixture
def servers() -> Servers:
    return Servers()


@pytest.fixture
def guarding(servers: Servers) -> Guarding:
    return Guarding(servers.places, servers.ask)


async def test_who_the_servers_are_and_what_each_keeps_is_asked_now_and_then(
    servers: Servers, guarding: Guarding
):
    for _ in range(2 * SERVERS_EVERY):
        await guarding.look()
        assert guarding.is_fine
    assert servers.told_anew == 2
    assert sorted(servers.asked, key=str) == [MASTER, MASTER, REPLICA, REPLICA]


async def test_one_that_is_told_in_between_is_asked_at_once(servers: Servers, guarding: Guarding):
    await guarding.look()
    servers.told, servers.keep = {LATE: True}, {LATE}
    for _ in range(SERVERS_EVERY - 1):
        with pytest.raises(RedisKeeps):
            await guarding.look()
        assert not guarding.is_fine
    servers.keep.clear()
    await guarding.look()
    assert guarding.is_fine


async def test_one_that_begins_to_keep_something_is_found_and_stays_found(
    servers: Servers, guarding: Guarding
):
    await guarding.look()
    servers.keep = {REPLICA}
    for _ in range(SERVERS_EVERY - 1):
        await guarding.look()
    for _ in range(SERVERS_EVERY + 1):
        with pytest.raises(RedisKeeps):
            await guarding.look()
        assert not guarding.is_fine


async def test_after_redis_was_away_each_is_asked_again(servers: Servers, guarding: Guarding):
    await guarding.look()
    guarding.ask_again()
    servers.keep = {MASTER}
    with pytest.raises(RedisKeeps):
        await guarding.look()


async def test_whoever_tells_of_the_servers_may_be_away_once_they_are_known(
    servers: Servers, guarding: Guarding
):
    servers.is_silent = True
    with pytest.raises(NoConnection):
        await guarding.look()
    servers.is_silent = False
    guarding.ask_again()
    await guarding.look()
    servers.is_silent = True
    for _ in range(SERVERS_EVERY + 1):
        await guarding.look()
        assert guarding.is_fine


async def test_one_that_does_not_answer_is_asked_when_it_does(servers: Servers, guarding: Guarding):
    servers.away = {MASTER, REPLICA}
    await guarding.look()
    assert not guarding.is_fine, "nobody knows what they keep"
    servers.away = {REPLICA}
    await guarding.look()
    assert guarding.is_fine
    servers.away.clear()
    servers.keep = {REPLICA}
    with pytest.raises(RedisKeeps):
        await guarding.look()
    assert not guarding.is_fine
