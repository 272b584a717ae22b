"""Real aiortc peers over real UDP: what they decode proves what was forwarded."""

from __future__ import annotations

import asyncio
import random

from server.hosting.ports import Seat
from server.media.settings import MediaSettings
from server.rooms.routes import Kind

from .gathering import BOTH, Gathering, three
from .real_peers import MEETING


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
    for viewer, other in ((bea, cis), (cis, bea)):  # what was on its way has been played
        await gathering.see(viewer, ada, 5)
        await gathering.hear(viewer, other, 25)
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
        await asyncio.sleep(0)  # the server reads: not every socket holds them all
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
        await asyncio.sleep(0)  # the server reads
    await gathering.see(ada, bea, 10)
    await gathering.hear(bea, ada)
    assert peer.counts.unknown >= 200
    assert peer.counts.malformed >= 200
    assert len(peer._by_ssrc) <= MediaSettings().max_sources
