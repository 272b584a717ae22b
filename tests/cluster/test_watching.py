from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.rooms import commands as c

from .simulation import KEYS
from .test_refusals import ADA, Group, told

if TYPE_CHECKING:
    import pytest


def test_what_a_follower_cannot_read_is_said_once_and_not_with_every_look(caplog: pytest.LogCaptureFixture):
    """A newer node's record, which an older one meets while servers are replaced."""

    async def story(group: Group) -> None:
        group.second.cut = group.third.cut = True
        group.first.network.drops = lambda _letter: True
        await group.do(group.first, c.Lock(ADA), 1)
        seen = group.model.sighted(KEYS)
        assert seen.position is not None
        group.model.garble(KEYS, seen.position)
        group.second.cut = group.third.cut = False
        await asyncio.sleep(10)

    told(story)
    unread = [record for record in caplog.records if "another version" in record.getMessage()]
    assert len(unread) == 2, "by each of the two who follow"
