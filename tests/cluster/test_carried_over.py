"""An evening in the middle of everything, whose owner dies: clocks, rooms and places are the next owner's; the real code on virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.rooms import commands as c
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, ParticipantId, RoomId
from server.rooms.rounds import Phase, RoundKind
from server.rooms.state import Role

from .simulation import MEETING
from .test_refusals import MIA, Group, join, told

if TYPE_CHECKING:
    from server.rooms.state import Meeting

ZOE, EVA, LIA, NOA = (ParticipantId(name) for name in ("zoe", "eva", "lia", "noa"))
SHARE_MS, ROOMS_MS = 20_000, 60_000


async def in_the_middle(group: Group) -> RoomId:
    """Zoe's share waits while there are breakouts, in one of them Lia shares for so long, and Eva's connection is lost."""
    second = group.second
    for who in (ZOE, EVA, LIA, NOA):
        await group.do(second, join(who, Role.MEMBER))
        await group.do(second, c.Admit(MIA, who))
    await group.do(second, c.StartRound(MIA, RoundKind.CIRCLE, SHARE_MS, (ZOE,), invite_passed=False))
    await group.do(second, c.TakeTurn(ZOE, seen(group).rounds[MAIN].moment.number))
    await asyncio.sleep(3)
    plan = (c.PlannedRoom(b"topic", None, (LIA, NOA)),)
    await group.do(
        second, c.PlanBreakouts(MIA, BreakoutKind.BY_HAND, plan, None, 7, ROOMS_MS, unattended=True)
    )
    planned = seen(group).breakouts
    assert planned is not None
    room = planned.rooms[0].id
    for who in (LIA, NOA):
        await group.do(second, c.AnswerBreakout(who, room))
    await group.do(second, c.OpenBreakouts(MIA))
    await group.do(second, c.EnterRoom(MIA, room))
    await group.do(second, c.StartRound(MIA, RoundKind.CIRCLE, SHARE_MS, (LIA,), invite_passed=False))
    await group.do(second, c.TakeTurn(LIA, seen(group).rounds[room].moment.number))
    await group.do(second, c.LoseConnection(EVA, 1))
    await asyncio.sleep(5)
    return room


def seen(group: Group) -> Meeting:
    """As the second node has it."""
    shared = group.second.meetings.find(MEETING)
    assert shared is not None
    return shared.replica.meeting


def test_a_timed_share_a_breakout_and_somebody_in_grace_are_carried_over_to_the_next_owner():
    async def story(group: Group) -> None:
        room = await in_the_middle(group)
        before = seen(group)
        shares = {where: before.rounds[where].moment for where in (MAIN, room)}
        assert all(moment.phase is Phase.SHARING for moment in shares.values())
        assert (shares[MAIN].clock.since_ms, shares[room].clock.used_ms) == (None, 0), "one stands, one runs"
        assert 0 < shares[MAIN].clock.used_ms < SHARE_MS
        await group.first.kill()
        await asyncio.sleep(5)
        after = seen(group)
        assert (after.rounds, after.breakouts) == (before.rounds, before.breakouts)
        for who in (MIA, ZOE, EVA, LIA, NOA):
            assert after.participants[who] == before.participants[who]
        assert {who: after.participants[who].room == MAIN for who in (ZOE, LIA, NOA)} == {
            ZOE: True,
            LIA: False,
            NOA: False,
        }
        assert not after.rounds[room].moment.nudged
        await asyncio.sleep(SHARE_MS / 1000 - 8)
        assert seen(group).rounds[room].moment.nudged, "her time is over, by the clock of before"
        assert seen(group).breakouts is not None
        await asyncio.sleep((ROOMS_MS - SHARE_MS) / 1000)
        assert seen(group).participants[LIA].room == MAIN, "so are the rooms"
        assert seen(group).rounds[MAIN].moment.who == ZOE, "whose share goes on with what was left"
        assert EVA in seen(group).participants
        await asyncio.sleep(30)
        assert EVA not in seen(group).participants, "and so is her grace time"
        assert seen(group).participants[ZOE].connected

    told(story)
