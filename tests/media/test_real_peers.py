"""Real aiortc peers over real UDP: what they decode proves what was forwarded."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import aioice
import pytest

from server.hosting.ports import Seat
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rooms.routes import Kind, Track

from .real_peers import MEETING, Client, Listener, Network

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from server.rooms.ids import ParticipantId

BOTH = (Kind.MIC, Kind.CAMERA)


class Gathering:
    """A media server and the clients of one meeting."""

    def __init__(self) -> None:
        self.server = MediaServer(MediaSettings(host="127.0.0.1"))
        self.listener = Listener()
        self.server.start(self.listener)
        self.clients: list[Client] = []
        self.networks: list[Network] = []

    async def join(
        self, number: int, seats: int = 2, noise: int = 6, network: Network | None = None
    ) -> Client:
        client = Client(number, seats, noise)
        self.clients.append(client)
        await client.connect(self.server, None if network is None else network.local)
        return client

    async def network(self, loss: float = 0.0) -> Network:
        self.networks.append(await Network.between(self.server, loss))
        return self.networks[-1]

    async def route(self, kinds: Mapping[Client, Iterable[Kind]], to: Iterable[Client] | None = None) -> None:
        """Everybody receives everybody's tracks as named; `to` restricts the receivers."""
        receivers = list(self.clients if to is None else to)
        wanted: dict[Track, frozenset[ParticipantId]] = {
            Track(publisher.id, kind): frozenset(each.id for each in receivers if each is not publisher)
            for publisher, tracks in kinds.items()
            for kind in tracks
        }
        await self.server.route(MEETING, wanted)

    async def route_all(self) -> None:
        await self.route(dict.fromkeys(self.clients, BOTH))
        await self.listener.until(lambda: all(self._sees_all(client) for client in self.clients))

    def _sees_all(self, client: Client) -> bool:
        seated = {seat.publisher for seat in self.listener.seats.get(client.id, ())}
        return {other.id for other in self.clients if other is not client} <= seated

    async def see(self, viewer: Client, publisher: Client, frames: int = 3, timeout_s: float = 15) -> None:
        seat = self.listener.seat_of(viewer, publisher)
        await viewer.seen[seat].next(publisher.looks_like, frames, timeout_s)

    async def hear(self, viewer: Client, publisher: Client, frames: int = 10) -> None:
        seat = self.listener.seat_of(viewer, publisher)
        await viewer.heard[seat].next(publisher.sounds_like, frames)


@pytest.fixture
async def gathering(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gathering]:
    # aioice leaves the loopback out; there is no other network that every machine has.
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005
    gathering = Gathering()
    yield gathering
    for client in gathering.clients:
        await client.leave()
    await gathering.server.stop()
    for network in gathering.networks:
        network.close()
    assert gathering.server.port.counts.faults == 0
    assert gathering.server.forwarder.refused == 0


async def three(gathering: Gathering) -> tuple[Client, Client, Client]:
    clients = (await gathering.join(0), await gathering.join(1), await gathering.join(2))
    await gathering.route_all()
    return clients


async def test_each_of_three_decodes_sound_and_picture_of_the_other_two(gathering: Gathering):
    clients = await three(gathering)
    for viewer in clients:
        for publisher in clients:
            if viewer is not publisher:
                await gathering.see(viewer, publisher)
                await gathering.hear(viewer, publisher)
    await gathering.listener.until(lambda: set(gathering.listener.speakers) == {each.id for each in clients})


async def test_packets_of_a_muted_peer_reach_nobody(gathering: Gathering):
    ada, bea, cis = await three(gathering)
    await gathering.hear(bea, ada)
    await gathering.hear(cis, ada)
    await gathering.route({ada: (Kind.CAMERA,), bea: BOTH, cis: BOTH})
    seat_b, seat_c = gathering.listener.seat_of(bea, ada), gathering.listener.seat_of(cis, ada)
    assert not gathering.listener.seats[bea.id][seat_b].audio
    await gathering.see(bea, ada, 5)  # what was on its way has been played
    heard = [len(bea.heard[seat_b].values), len(cis.heard[seat_c].values)]
    await gathering.see(bea, ada, 10)  # a second of her time
    assert [len(bea.heard[seat_b].values), len(cis.heard[seat_c].values)] == heard
    await gathering.hear(bea, cis)
    await gathering.listener.until(lambda: ada.id not in gathering.listener.speakers)
    await gathering.route_all()
    await gathering.hear(bea, ada)


async def test_media_of_a_closed_peer_stops_within_a_second(gathering: Gathering):
    ada, bea, cis = await three(gathering)
    await gathering.see(bea, ada)
    seat = gathering.listener.seat_of(bea, ada)
    forwarded_to = gathering.server.peer(MEETING, ada.id)
    await gathering.server.close(MEETING, ada.id)
    assert forwarded_to is not None
    assert forwarded_to.outbound is None
    assert gathering.server.peer(MEETING, ada.id) is None
    assert gathering.listener.seats[bea.id][seat] == Seat(ada.id, audio=False, video=False)
    await gathering.see(bea, cis, 10)  # a second of somebody else's time
    seen, heard = len(bea.seen[seat].values), len(bea.heard[seat].values)
    await gathering.see(bea, cis, 5)
    assert (len(bea.seen[seat].values), len(bea.heard[seat].values)) == (seen, heard)


async def test_who_closes_her_connection_is_told_as_lost(gathering: Gathering):
    ada, bea, _ = await three(gathering)
    await gathering.see(bea, ada)
    await ada.leave()
    await gathering.listener.until(lambda: gathering.listener.lost == [ada.id])
    assert Seat(ada.id, audio=False, video=False) in gathering.listener.seats[bea.id]


async def test_a_lossy_path_still_shows_video_both_ways(gathering: Gathering):
    network = await gathering.network(loss=0.05)
    ada = await gathering.join(0, seats=1, noise=40, network=network)
    bea = await gathering.join(1, seats=1, noise=40)
    await gathering.route_all()
    await gathering.see(bea, ada, 30, timeout_s=25)
    await gathering.see(ada, bea, 30, timeout_s=25)
    assert network.lost > 20
    peer = gathering.server.peer(MEETING, ada.id)
    assert peer is not None
    assert peer.counts.repaired > 0, "she sent again what we asked for"
    assert gathering.server.feedback.resent > 0, "and we what she asked for"


async def test_a_seat_that_changes_its_publisher_stays_decodable(gathering: Gathering):
    ada, bea = await gathering.join(0, seats=0), await gathering.join(1, seats=0)
    cis = await gathering.join(2, seats=1)
    for publisher in (ada, bea, ada):
        await gathering.route({publisher: BOTH}, to=[cis])
        await cis.seen[0].next(publisher.looks_like, 5)
        await cis.heard[0].next(publisher.sounds_like, 10)
    assert gathering.listener.seats[cis.id][0].publisher == ada.id


async def test_a_replaced_transport_is_seen_again(gathering: Gathering):
    ada, bea, _ = await three(gathering)
    await gathering.see(bea, ada)
    again = await gathering.join(0)
    await gathering.see(bea, again, 5)
    await gathering.see(again, bea)


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


async def test_replayed_packets_are_dropped_and_counted(gathering: Gathering):
    network = await gathering.network()
    ada = await gathering.join(0, network=network)
    bea = await gathering.join(1)
    await gathering.route_all()
    await gathering.see(bea, ada)
    peer = gathering.server.peer(MEETING, ada.id)
    assert peer is not None
    replayed = network.sent[-50:]
    for datagram in replayed * 4:
        network.inject(datagram)
    await gathering.see(bea, ada, 5)
    await gathering.hear(bea, ada)
    assert replayed
    assert peer.counts.refused == 4 * len(replayed)


async def test_a_hostile_peer_does_not_disturb_the_others(gathering: Gathering):
    network = await gathering.network()
    eve = await gathering.join(0, network=network)
    ada, bea = await gathering.join(1), await gathering.join(2)
    await gathering.route_all()
    await gathering.see(ada, eve)
    peer = gathering.server.peer(MEETING, eve.id)
    assert peer is not None
    srtp = eve.connection.getTransceivers()[0].sender.transport._tx_srtp
    assert srtp is not None
    rnd = random.Random(7)
    for n in range(300):
        network.inject(rnd.randbytes(rnd.randrange(1, 1400)))
        # RTP and RTCP that are authentic and wrong: unknown SSRCs, foreign payload types, any body.
        network.inject(
            srtp.protect(
                bytes((0x80, rnd.randrange(64)))
                + n.to_bytes(2, "big")
                + rnd.randbytes(4)
                + (n % 20).to_bytes(4, "big")
                + b"x" * 50
            )
        )
        network.inject(
            srtp.protect_rtcp(b"\x81\xcd\x00\x10" + (n % 20).to_bytes(4, "big") + rnd.randbytes(40))
        )
    await gathering.see(ada, bea, 10)
    await gathering.hear(bea, ada)
    assert peer.counts.unknown >= 200
    assert peer.counts.malformed >= 200
    assert len(peer._by_ssrc) <= MediaSettings().max_sources
