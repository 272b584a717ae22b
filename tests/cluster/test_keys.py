from __future__ import annotations

import asyncio
import gc

from server.cluster.keys import ClusterKeys, MeetingKeys
from server.rooms import commands as c
from server.rooms.ids import MeetingId
from server.rooms.state import Role

from .model_store import ModelStore
from .simulation import Machine, Network
from .test_refusals import ADA, join
from .virtual_time import run


def of_a_meeting(names: set[str]) -> list[MeetingKeys]:
    gc.collect()
    # By its type: `isinstance` asks the object, and some in a process of many tests answer with a fault.
    return [each for each in gc.get_objects() if type(each) is MeetingKeys and each.lease in names]


def test_keys_of_a_meeting_are_made_once_while_it_is_here_and_gone_with_it():
    keys, meeting = ClusterKeys(bytes(32)), MeetingId("keys-of-a-meeting-that-is-gone")
    name = keys.meeting(meeting).lease
    assert not of_a_meeting({name}), "nobody has them"

    async def story() -> None:
        network = Network(0)
        network.lossy = False
        model = ModelStore(lambda: int(asyncio.get_running_loop().time() * 1000))
        machine = Machine("node-0", model, network)
        await (await machine.meetings.open(meeting)).host.submit(join(ADA, Role.FACILITATOR))
        assert len(of_a_meeting({name})) == 1
        await (await machine.meetings.open(meeting)).host.submit(c.End(ADA))
        await asyncio.sleep(60)
        assert not len(machine.meetings), "the node goes on without it"
        assert not of_a_meeting({name})

    run(story())
