"""A node that leaves, on virtual time: who gets its meetings, and how long it waits for somebody to have them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.cluster.leaving import HANDED_S, SHARE_PATIENCE_S, give_away
from server.rooms import commands as c
from server.rooms.ids import MAIN, TurnNumber
from server.rooms.rounds import RoundKind

from .simulation import KEYS
from .test_refusals import ADA, Group, told

if TYPE_CHECKING:
    from server.cluster.shared_meeting import SharedMeeting

A_WHILE_S = 5.0


class Leaving:
    """The first machine leaves; the second may have its meetings, as soon as it is told so."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.has_heir = False
        self.looks = 0
        self.work = asyncio.create_task(give_away(group.first.meetings, self._heir, self._look))

    def _heir(self, _shared: SharedMeeting) -> str | None:
        return self.group.second.name if self.has_heir else None

    async def _look(self) -> None:
        self.looks += 1

    @property
    def owner(self) -> str | None:
        return self.group.model.sighted(KEYS).owner


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def ada_shares(group: Group) -> TurnNumber:
    start = c.StartRound(ADA, RoundKind.CIRCLE, None, (ADA,), invite_passed=False)
    replica = (await group.live(group.first)).replica
    await replica.reached(await group.do(group.first, start))
    turn = replica.meeting.rounds[MAIN].moment.number
    await group.do(group.first, c.TakeTurn(ADA, turn))
    return turn


def test_a_node_that_leaves_waits_for_one_that_was_replaced_a_moment_ago():
    async def story(group: Group) -> None:
        leaving = Leaving(group)
        await asyncio.sleep(A_WHILE_S)
        assert not leaving.work.done()
        assert leaving.looks
        leaving.has_heir = True
        began = now_s()
        await leaving.work
        assert leaving.owner == group.second.name
        assert now_s() - began >= HANDED_S, "pages find their new media first"

    told(story)


def test_where_no_other_comes_it_goes_when_its_patience_has_ended(caplog: pytest.LogCaptureFixture):
    async def story(group: Group) -> None:
        began = now_s()
        leaving = Leaving(group)
        await leaving.work
        assert now_s() - began == pytest.approx(SHARE_PATIENCE_S, abs=1)
        assert leaving.owner == group.first.name

    told(story)
    assert [record.message for record in caplog.records].count(
        "no other node has room: meetings end here with this process, unless one comes"
    ) == 1


@pytest.mark.parametrize(("shares_s", "goes_after_s"), [(A_WHILE_S, A_WHILE_S), (60.0, SHARE_PATIENCE_S)])
def test_it_waits_for_the_end_of_a_share_but_not_for_ever(shares_s: float, goes_after_s: float):
    async def story(group: Group) -> None:
        turn = await ada_shares(group)
        began = now_s()
        leaving = Leaving(group)
        leaving.has_heir = True
        done, _ = await asyncio.wait({leaving.work}, timeout=shares_s)
        if not done:
            assert leaving.owner == group.first.name
            await group.do(group.first, c.EndShare(ADA, turn))
            await leaving.work
        assert now_s() - began - HANDED_S == pytest.approx(goes_after_s, abs=1)
        assert leaving.owner == group.second.name

    told(story)
