"""A connection that moves to another path by an ICE restart, without a new transport; real aiortc peers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import aioice

from .gathering import three
from .real_peers import MEETING

if TYPE_CHECKING:
    from .gathering import Gathering


async def test_an_ice_restart_moves_the_transport_to_another_address(gathering: Gathering):
    ada, bea, _ = await three(gathering)
    await gathering.see(bea, ada)
    before = gathering.server.peer(MEETING, bea.id)
    assert before is not None
    offer = bea.connection.localDescription.sdp
    ufrag = next(line for line in offer.splitlines() if line.startswith("a=ice-ufrag:"))
    answer = await gathering.server.open(MEETING, bea.id, offer.replace(ufrag, "a=ice-ufrag:restarted"))
    assert gathering.server.peer(MEETING, bea.id) is before, "the transport goes on"
    await gathering.see(bea, ada, 5)  # nothing is interrupted until the new path is nominated
    new = dict(line[2:].split(":", 1) for line in answer.splitlines() if re.match("a=ice-(ufrag|pwd):", line))
    path = aioice.Connection(ice_controlling=True, local_username="restarted", components=1)
    await path.gather_candidates()
    path.remote_username, path.remote_password, path.remote_is_lite = new["ice-ufrag"], new["ice-pwd"], True
    ip, port = gathering.server.local
    await path.add_remote_candidate(aioice.Candidate("1", 1, "udp", 2130706431, ip, port, "host"))
    await path.add_remote_candidate(None)
    await path.connect()
    arrived = await path.recv()
    assert 128 <= arrived[0] <= 191, "media follows"
    assert before.address is not None
    assert before.address[1] == path.local_candidates[0].port
    await path.close()
