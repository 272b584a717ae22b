"""An owner while Redis takes nothing, or is away; the real code on virtual time."""

from __future__ import annotations

import asyncio

import pytest

from server.cluster.tenure import Standing
from server.hosting.meeting_host import Overloaded
from server.hosting.ports import Cause
from server.rooms import commands as c
from server.rooms.state import Role

from .model_store import ModelStore
from .simulation import KEYS, LEASE_MS, MEETING, Machine, Network
from .test_refusals import ADA, MIA, Group, bodies, join, told
from .virtual_time import run


def test_a_full_redis_holds_the_lease_of_a_meeting_that_goes_on_from_memory():
    async def story() -> None:
        network = Network(0)
        network.lossy = False
        model = ModelStore(lambda: int(asyncio.get_running_loop().time() * 1000))
        machine = Machine("node-0", model, network)
        live = await machine.meetings.open(MEETING)
        await live.host.submit(join(ADA, Role.FACILITATOR))
        before = model.sighted(KEYS)
        model.is_full = True
        await live.host.submit(c.Say(ADA, b"alone"), Cause(ADA, 1))
        shared = machine.meetings.find(MEETING)
        assert shared is not None
        assert shared.standing is Standing.ALONE
        await asyncio.sleep(LEASE_MS * 3 / 1000)
        seen = model.sighted(KEYS)
        assert (seen.owner, seen.token) == (machine.name, before.token)
        assert seen.position == before.position, "nothing was taken"
        model.is_full = False
        await asyncio.sleep(LEASE_MS / 1000)
        assert shared.standing is Standing.HELD
        assert model.sighted(KEYS).position == live.replica.position, "it is written back"
        await machine.meetings.close()

    run(story())


def test_a_meeting_over_several_nodes_stands_still_while_redis_is_away_from_all_of_them_and_then_goes_on():
    """Its owner cannot know that it is away from the others, too, and that none of them has taken the meeting."""

    async def story(group: Group) -> None:
        shared = group.first.meetings.find(MEETING)
        assert shared is not None
        machines = (group.first, group.second, group.third)
        for machine in machines:
            machine.cut = True
        for machine, who in ((group.first, ADA), (group.second, MIA)):
            with pytest.raises(Overloaded):
                await group.do(machine, c.Say(who, who.encode()), 1)
        assert shared.standing is Standing.WAITING
        await asyncio.sleep(60)
        group.first.cut = False
        await asyncio.sleep(LEASE_MS / 1000)  # the others find their way back a moment later
        group.second.cut = group.third.cut = False
        at = 0
        for machine, who in ((group.first, ADA), (group.second, MIA)):
            at = max(at, await group.do(machine, c.Say(who, who.encode()), 1))
        assert sorted(await bodies(group, group.third, at)) == [b"ada", b"mia"], "each once"
        await asyncio.sleep(100)  # longer than grace
        people = (await group.live(group.third)).replica.meeting.participants.values()
        assert {person.id: person.connected for person in people} == {ADA: True, MIA: True}

    told(story)
