from __future__ import annotations

import asyncio

from server.cluster.ownership import MEDIA_LINGER_S
from server.rooms import commands as c

from .simulation import KEYS, MEETING
from .test_refusals import ADA, Group, told


def test_a_meeting_that_was_handed_away_and_came_back_ends_at_once():
    """Media goes on a moment longer where a meeting was handed over, not where it ends."""

    async def story(group: Group) -> None:
        for giver, taker in ((group.first, group.third), (group.third, group.first)):
            given, taken = giver.meetings.find(MEETING), taker.meetings.find(MEETING)
            assert given is not None
            assert taken is not None
            assert await given.hand_over(taker.name)
            while not taken.is_owned:  # noqa: ASYNC110 - virtual
                await asyncio.sleep(0.05)
        await group.do(group.first, c.End(ADA), 1)
        ended_s = asyncio.get_running_loop().time()
        while group.model.sighted(KEYS).token:  # noqa: ASYNC110 - virtual
            await asyncio.sleep(0.05)
        assert asyncio.get_running_loop().time() - ended_s < MEDIA_LINGER_S / 2

    told(story)
