"""A follower that has an entry which Redis has lost and the next owner never knew; nodes of the real code on virtual time."""

from __future__ import annotations

import asyncio

from server.rooms import commands as c

from .simulation import MEETING
from .test_refusals import ADA, MIA, Group, bodies, told


def test_what_redis_and_the_next_owner_have_lost_stays_with_no_follower():
    async def story(group: Group) -> None:
        first, second, third = group.first, group.second, group.third
        behind, third.cut = group.model.replicated(), True
        at = await group.do(first, c.Say(ADA, b"lost"), 1)
        assert await bodies(group, second, at) == [b"lost"]
        group.model.fall_back(behind)
        second.awake.clear()
        await first.kill()
        third.cut = False
        shared = third.meetings.find(MEETING)
        assert shared is not None
        while not shared.is_owned:  # noqa: ASYNC110 - virtual
            await asyncio.sleep(0.05)
        second.awake.set()
        await asyncio.sleep(1)  # it follows
        await group.do(third, c.Say(MIA, b"kept"), 2)
        await asyncio.sleep(1)
        for machine in (second, third):
            assert await bodies(group, machine, at) == [b"kept"]

    told(story)
