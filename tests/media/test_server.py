"""The server as the meetings see it; participants connect for real, the clock is moved by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from benchmarks.load import Participant, offer_text
from server.hosting.ports import OfferFault, OfferRefused, Screen, Seat, Why
from server.media.ice_lite import CONSENT_MS
from server.media.mmsg import BatchedSocket
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rooms.ids import MeetingId
from server.rooms.routes import Kind, Track

from .parts import ADA, BEA
from .real_peers import MEETING, PATIENCE_S, Listener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.rooms.ids import ParticipantId

OTHER_MEETING = MeetingId("another-meeting-------")


class Stage:
    """A server on a clock that stands still, and participants with sockets of their own."""

    def __init__(self) -> None:
        self.now_us = 10_000_000
        self.settings = MediaSettings(
            host="127.0.0.1", announced=("127.0.0.1", "192.0.2.7"), tick_ms=3_600_000
        )
        self.server = MediaServer(self.settings, now_us=lambda: self.now_us)
        self.listener = Listener()
        self.server.start(self.listener)
        self.people: list[Participant] = []

    async def enter(self, who: ParticipantId, meeting: MeetingId = MEETING, seats: int = 2) -> Participant:
        person = Participant(len(self.people), seats)
        self.people.append(person)
        answer = await self.server.open(meeting, who, person.offer)
        await asyncio.to_thread(person.connect, answer)
        peer = self.server.peer(meeting, who)
        assert peer is not None
        async with asyncio.timeout(PATIENCE_S):
            # Her estimate is the last that she says: whatever is counted after it is what a test sends.
            while peer.downlink.bitrate_bps(self.now_us // 1000) is None:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0)
        return person

    def pass_ms(self, ms: int) -> None:
        self.now_us += ms * 1000
        self.server.run_due()

    async def sent(self, person: Participant, packets: int) -> None:
        """The server has taken these packets."""
        before = self.server.port.counts.received
        for _ in range(packets):
            person.send()
        async with asyncio.timeout(PATIENCE_S):
            while self.server.port.counts.received < before + packets:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    for person in stage.people:
        person.socket.close()
    await stage.server.stop()
    assert stage.server.port.counts.faults == 0


def wanted(publisher: ParticipantId, *to: ParticipantId) -> dict[Track, frozenset[ParticipantId]]:
    return {Track(publisher, kind): frozenset(to) for kind in (Kind.MIC, Kind.CAMERA)}


async def test_the_answer_names_every_announced_address(stage: Stage):
    answer = await stage.server.open(MEETING, ADA, offer_text(1, bytes(32), 2))
    port = stage.server.local[1]
    assert f" 127.0.0.1 {port} typ host" in answer
    assert f" 192.0.2.7 {port} typ host" in answer
    assert "a=ice-lite" in answer


async def test_a_bad_offer_changes_nothing(stage: Stage):
    await stage.enter(ADA)
    before = stage.server.peer(MEETING, ADA)
    with pytest.raises(OfferRefused) as refused:
        await stage.server.open(MEETING, ADA, "garbage")
    assert refused.value.fault is OfferFault.MALFORMED
    assert stage.server.peer(MEETING, ADA) is before
    with pytest.raises(OfferRefused):
        await stage.server.open(OTHER_MEETING, BEA, "v=0\r\n")
    assert stage.server.peer(OTHER_MEETING, BEA) is None


async def test_one_transport_too_many_is_refused_and_who_has_one_may_renew_it():
    server = MediaServer(MediaSettings(host="127.0.0.1", max_peers=1))
    await server.open(MEETING, ADA, offer_text(1, bytes(32), 2))
    with pytest.raises(OfferRefused) as refused:
        await server.open(OTHER_MEETING, BEA, offer_text(2, bytes(32), 2))
    assert (refused.value.fault, server.meetings) == (OfferFault.BUSY, 1)
    await server.open(MEETING, ADA, offer_text(1, bytes(31) + b"1", 2))
    await server.close(MEETING, ADA)
    await server.open(OTHER_MEETING, BEA, offer_text(2, bytes(32), 2))
    await server.stop()


async def test_seats_are_told_when_the_transport_is_open(stage: Stage):
    await stage.server.route(MEETING, wanted(ADA, BEA))
    await stage.server.open(MEETING, ADA, offer_text(50, bytes(32), 2))
    assert stage.listener.seats == {}
    await stage.enter(BEA)
    assert stage.listener.seats[BEA][0] == Seat(ADA, audio=True, video=True)


async def test_only_what_is_routed_passes_and_from_the_very_next_packet_not(stage: Stage):
    ada, _ = await stage.enter(ADA), await stage.enter(BEA)
    await stage.sent(ada, 5)
    assert stage.server.forwarder.forwarded == 0
    await stage.server.route(MEETING, wanted(ADA, BEA))
    await stage.sent(ada, 3)
    audio = stage.server.forwarder.forwarded
    assert audio == 1, "the picture waits for a keyframe"
    await stage.server.route(MEETING, {})
    await stage.sent(ada, 30)
    assert stage.server.forwarder.forwarded == audio


async def test_a_camera_that_is_switched_on_does_not_wait_for_the_next_round(stage: Stage):
    ada, _ = await stage.enter(ADA), await stage.enter(BEA)
    await stage.server.route(MEETING, wanted(ADA, BEA))
    ada.warming = True
    tick_ms = MediaSettings().tick_ms
    stage.pass_ms(tick_ms)
    assert [grant.why for grant in stage.server.grants(MEETING)[BEA]] == [Why.NOT_SENT]
    await stage.sent(ada, 3)
    stage.pass_ms(tick_ms)
    assert tick_ms < stage.settings.allot_ms
    assert [grant.why for grant in stage.server.grants(MEETING)[BEA]] == [Why.FULL]
    before = stage.server.forwarder.forwarded
    await stage.sent(ada, 3)
    assert stage.server.forwarder.forwarded == before + 3, "the sound, and the picture from its keyframe on"


async def test_meetings_do_not_mix(stage: Stage):
    ada = await stage.enter(ADA)
    await stage.enter(BEA, OTHER_MEETING)
    await stage.server.route(MEETING, wanted(ADA, BEA))
    await stage.server.route(OTHER_MEETING, wanted(ADA, BEA))
    await stage.sent(ada, 5)
    assert stage.server.forwarder.forwarded == 0


async def test_the_same_offer_again_is_answered_the_same_and_a_new_ufrag_restarts_ice(stage: Stage):
    offer = offer_text(1, bytes(32), 2)
    first = await stage.server.open(MEETING, ADA, offer)
    peer = stage.server.peer(MEETING, ADA)
    assert await stage.server.open(MEETING, ADA, offer) == first
    restarted = await stage.server.open(MEETING, ADA, offer.replace("load0001", "load9999"))
    assert stage.server.peer(MEETING, ADA) is peer
    assert [line for line in restarted.splitlines() if "ssrc" in line] == [
        line for line in first.splitlines() if "ssrc" in line
    ]
    assert restarted != first


async def test_another_certificate_is_another_transport(stage: Stage):
    await stage.enter(ADA)
    before = stage.server.peer(MEETING, ADA)
    await stage.server.open(MEETING, ADA, offer_text(9, b"f" * 32, 2))
    assert before is not None
    assert not before.is_open
    assert stage.server.peer(MEETING, ADA) is not before
    assert stage.listener.lost == [], "she replaced it herself"


async def test_who_does_not_renew_her_consent_is_lost(stage: Stage):
    await stage.enter(ADA)
    await stage.enter(BEA)
    stage.pass_ms(CONSENT_MS - 1)
    assert stage.listener.lost == []
    stage.pass_ms(1)
    assert stage.listener.lost == [ADA, BEA]
    assert stage.server.peer(MEETING, ADA) is None


async def test_who_never_connects_is_lost(stage: Stage):
    await stage.server.open(MEETING, ADA, offer_text(1, bytes(32), 2))
    stage.pass_ms(CONSENT_MS)
    assert stage.listener.lost == [ADA]


async def test_the_end_of_a_meeting_closes_all_and_forgets_it(stage: Stage):
    ada = await stage.enter(ADA)
    await stage.enter(BEA)
    peers = [stage.server.peer(MEETING, who) for who in (ADA, BEA)]
    await stage.server.route(MEETING, wanted(ADA, BEA))
    await stage.server.end(MEETING)
    assert all(peer is not None and not peer.is_open for peer in peers)
    assert stage.server.peer(MEETING, ADA) is None
    await stage.sent(ada, 3)
    assert stage.server.forwarder.forwarded == 0
    await stage.server.end(MEETING)
    await stage.server.close(MEETING, ADA)
    assert stage.listener.lost == []


async def test_a_meeting_without_peers_and_wishes_is_forgotten(stage: Stage):
    await stage.server.open(MEETING, ADA, offer_text(1, bytes(32), 2))
    await stage.server.route(OTHER_MEETING, wanted(ADA, BEA))
    assert stage.server.meetings == 2
    await stage.server.route(OTHER_MEETING, {})
    assert stage.server.meetings == 1
    stage.pass_ms(CONSENT_MS)
    assert stage.server.meetings == 0


async def test_who_speaks_is_told_on_change_and_not_too_often(stage: Stage):
    ada = await stage.enter(ADA)
    await stage.enter(BEA)
    await stage.server.route(MEETING, wanted(ADA, BEA))
    stage.pass_ms(stage.settings.speakers_ms)
    await stage.sent(ada, 90)
    stage.pass_ms(stage.settings.speakers_ms - 1)
    assert stage.listener.speakers == ()
    stage.pass_ms(1)
    assert stage.listener.speakers == (ADA,)
    await stage.server.route(MEETING, {})
    stage.pass_ms(stage.settings.speakers_ms)
    assert stage.listener.speakers == ()


async def test_datagrams_from_nowhere_are_dropped(stage: Stage):
    ada = await stage.enter(ADA)
    stranger = Participant(77, 0)
    stage.people.append(stranger)
    stranger.socket.connect(stage.server.local)
    before = stage.server.port.counts.received
    garbage = [
        b"\x80\x60" + bytes(40),
        b"\x80\xc8" + bytes(40),
        b"\x16\xfe\xfd" + bytes(40),
        bytes(40),
        b"\xff",
        b"\x50x",
    ]
    sent = stage.server.port.counts.sent
    for datagram in garbage:
        stranger.socket.send(datagram)
    async with asyncio.timeout(PATIENCE_S):
        while stage.server.port.counts.received < before + len(garbage):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
    assert stage.server.port.counts.sent == sent, "no answer"
    await stage.sent(ada, 1)


async def test_our_own_fault_with_one_peer_does_not_stop_the_time_of_others(stage: Stage):
    await stage.enter(ADA)
    await stage.enter(BEA)
    broken = stage.server.peer(MEETING, ADA)
    assert broken is not None
    publications = broken.publications
    broken.publications = None  # type: ignore[assignment] - as a bug of ours would leave it
    stage.pass_ms(stage.settings.report_ms)
    assert stage.server.port.counts.faults == 1
    healthy = stage.server.peer(MEETING, BEA)
    assert healthy is not None
    assert healthy.reported_ms == stage.now_us // 1000
    broken.publications = publications
    stage.server.port.counts.faults = 0


async def test_a_meeting_that_ended_leaves_neither_packets_nor_addresses_nor_keys(stage: Stage):
    ada, _ = await stage.enter(ADA), await stage.enter(BEA)
    await stage.server.route(MEETING, wanted(ADA, BEA))
    peer = stage.server.peer(MEETING, ADA)
    assert peer is not None
    assert peer.dtls.keys is not None
    keys = peer.dtls.keys
    await stage.sent(ada, 3)
    stage.server.run_due()
    shared = stage.server.port.slab.storage
    assert any(shared)
    assert any(keys.client_key)
    await stage.server.end(MEETING)
    assert not any(shared)
    assert not any(keys.client_key + keys.client_salt + keys.server_key + keys.server_salt)
    io = stage.server.port._io
    assert isinstance(io, BatchedSocket)
    assert not io._sources
    assert not any(io._received._octets)
    assert not any(io._received._names)


async def test_who_wants_little_data_gets_little_though_everybody_lost_her_transport_in_a_pause(stage: Stage):
    await stage.enter(ADA)
    await stage.server.show(MEETING, ADA, Screen(low_data=True))
    stage.pass_ms(CONSENT_MS + 1)
    assert stage.listener.lost == [ADA]
    await stage.enter(ADA)
    stage.pass_ms(stage.settings.allot_ms)
    assert [each.low_data for each in (await stage.server.receptions(MEETING)).people] == [True]


async def test_nothing_is_left_of_a_meeting_whose_people_have_gone_after_their_transports(stage: Stage):
    await stage.enter(ADA)
    await stage.server.show(MEETING, ADA, Screen(low_data=True))
    stage.pass_ms(CONSENT_MS + 1)
    await stage.server.close(MEETING, ADA)
    assert stage.server.meetings == 0
