"""Packets are lost, late and out of order on both ways: in the end every frame is there, once; seeded, and with real peers."""

from __future__ import annotations

import heapq
import random
from typing import TYPE_CHECKING

import pytest
from aiortc import rtcrtpreceiver
from aiortc.jitterbuffer import JitterBuffer

from server.media.settings import MediaSettings
from server.rooms.routes import Kind
from server.rtp.header import PacketView
from server.rtp.layers import WHOLE
from server.rtp.loss import Gaps
from server.rtp.rtcp import Nack, PictureLoss
from tests.rtp.simulcast import PATTERN

from .circle import DELTA, delta
from .parts import ADA, BEA, RTX, VP8, HandMade, Room
from .real_peers import MEETING
from .test_feedback import CAMERA, FRAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.media.address import Address

    from .gathering import Gathering

STEP_MS = 5
FRAME_MS = 30
FRAMES = 300
FIRST_SEQ = 65_400
"""It wraps."""
PACKETS_OF_FRAME = 2


class Storm(Room):
    """Ada's camera reaches Bea over two paths that lose, delay and reorder; both ask for what they miss."""

    def __init__(self, seed: int, loss: float, highest: int = WHOLE) -> None:
        super().__init__()
        self._random = random.Random(seed)
        self.full_loss, self.loss = loss, 0.0
        self._way: list[tuple[int, int, Callable[[], object]]] = []
        """What is under way: when it arrives, a number, and what happens then."""
        self._count = 0
        self.lost = 0
        self.ada, self.bea = self.enter(ADA), self.enter(BEA)
        self.camera = self.ada.peer.publications[Kind.CAMERA]
        picture = self.bea.peer.seats[0].video
        assert picture is not None
        self.picture = picture
        picture.bind(self.camera)
        picture.want(0, self.now_ms, highest)
        self._kept: dict[int, bytes] = {}
        """Of Ada: sequence number → payload."""
        self._rtx = 0
        self._gaps = Gaps()
        """Of Bea's browser."""
        self.frames: dict[int, bytes] = {}
        """What she has: sequence number → payload."""

    def _travel(self, arrive: Callable[[], object]) -> None:
        if self._random.random() < self.loss:
            self.lost += 1
            return
        self._count += 1
        heapq.heappush(self._way, (self.now_ms + self._random.randrange(20, 60), self._count, arrive))

    def _send(self, datagram: bytes | memoryview, address: Address) -> bool:
        person, sealed = self.people[address], bytes(datagram)
        self._travel(lambda: self._arrive(person, sealed))
        return True

    def _arrive(self, person: HandMade, sealed: bytes) -> None:
        rtp, rtcp = len(person.rtp), len(person.rtcp)
        person.take(sealed)
        for packet in person.rtp[rtp:]:
            self._watch(packet)
        for part in person.rtcp[rtcp:]:
            if isinstance(part, Nack) and person is self.ada:
                for seq16 in part.lost:
                    self._send_again(seq16)

    def _watch(self, packet: bytes) -> None:
        view = PacketView()
        view.read(packet)
        if view.ssrc == self.picture.rtx_ssrc:
            assert view.unwrap_retransmission()
        self._gaps.note(view.seq16, self.now_ms)
        payload = view.packet[view.start : view.end]
        assert self.frames.setdefault(view.seq16, payload) == payload, "twice perhaps, but the same"

    def send(self, seq16: int, payload: bytes) -> None:
        self._kept[seq16] = payload
        sealed = self.ada.seal(
            ssrc=CAMERA, payload_type=VP8, seq16=seq16, rtp_ticks=self.now_ms * 90, payload=payload
        )
        self._travel(lambda: self._take(sealed))

    def _send_again(self, seq16: int) -> None:
        self._rtx += 1
        payload = seq16.to_bytes(2, "big") + self._kept[seq16]
        sealed = self.ada.seal(ssrc=CAMERA + 5, payload_type=RTX, seq16=self._rtx, payload=payload)
        self._travel(lambda: self._take(sealed))

    def _take(self, sealed: bytes) -> None:
        publication = self.take(self.ada, sealed)
        if publication is not None and publication.gap_opened:
            self.feedback.ask_missing(self.ada.peer, publication, self.now_ms)

    def pass_ms(self, ms: int) -> None:
        for _ in range(ms // STEP_MS):
            self.now_ms += STEP_MS
            while self._way and self._way[0][0] <= self.now_ms:
                heapq.heappop(self._way)[2]()
            if self.now_ms % MediaSettings().tick_ms == 0:
                self.tick(self.ada)
                self.picture.aim(self.now_ms)
                missing = self._gaps.due(self.now_ms, 100)
                if missing:
                    nack = Nack(1, self.picture.ssrc, tuple(each & 0xFFFF for each in missing))
                    sealed = self.bea.seal_rtcp(nack)
                    self._travel(lambda sealed=sealed: self._hear(sealed))  # type: ignore[misc]

    def _hear(self, sealed: bytes) -> None:
        self.feedback.take(self.bea.peer, self.bea.peer.take_rtcp(sealed), self.now_ms * 1000)


def play(storm: Storm) -> list[tuple[int, bytes]]:
    """Frames in temporal layers, after a keyframe; temporal layer and body of every packet that was sent."""
    seq, sent = FIRST_SEQ, []
    storm.send(seq, FRAME)
    storm.pass_ms(200)
    storm.ada.rtcp.clear()
    for number in range(FRAMES):
        temporal, sync = PATTERN[number % len(PATTERN)]
        for part in range(PACKETS_OF_FRAME):
            seq += 1
            body = b"%d.%d" % (number, part)
            first = delta(temporal, body, sync=sync)
            storm.send(seq & 0xFFFF, first if part == 0 else b"\x80" + first[1:])
            sent.append((temporal, body))
        storm.loss = storm.full_loss
        storm.pass_ms(FRAME_MS)
    storm.loss = 0.0
    storm.send(
        (seq + 1) & 0xFFFF, delta(0, b"last")
    )  # without a later one nobody knows that the one before is missing
    storm.pass_ms(1_000)
    return sent


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("loss", "highest"), [(0.0, WHOLE), (0.02, WHOLE), (0.1, WHOLE), (0.02, 1), (0.1, 0)]
)
def test_what_is_lost_or_out_of_order_on_either_way_is_there_in_the_end(loss: float, highest: int, seed: int):
    storm = Storm(seed, loss, highest)
    sent = play(storm)
    assert storm.lost >= loss * FRAMES * PACKETS_OF_FRAME
    came = [storm.frames[number] for number in sorted(storm.frames)]
    assert sorted(storm.frames) == list(range(min(storm.frames), max(storm.frames) + 1)), "no hole is left"
    bodies = [payload[len(DELTA) :] for payload in came[1:] if payload][:-1]
    order = {body: n for n, (_, body) in enumerate(sent)}
    assert [order[body] for body in bodies] == sorted(order[body] for body in bodies)
    assert {body for temporal, body in sent if temporal <= highest} <= set(bodies)
    later = sent[len(sent) // 3 :]
    assert {body for temporal, body in later if temporal > highest}.isdisjoint(bodies)
    assert not any(isinstance(part, PictureLoss) for part in storm.ada.rtcp), "no keyframe because of losses"
    assert storm.forwarder.refused == 0


async def test_a_lossy_path_still_shows_video_both_ways(
    gathering: Gathering, monkeypatch: pytest.MonkeyPatch
):
    # A packet that nobody has any more, from before a keyframe, is waited for by aiortc until 512 others have come: ten
    # seconds, again and again. Browsers go on with the keyframe.
    monkeypatch.setattr(
        rtcrtpreceiver, "JitterBuffer", lambda capacity, **more: JitterBuffer(min(capacity, 64), **more)
    )
    network = await gathering.network(loss=0.05)
    ada = await gathering.join(0, seats=1, noise=40, network=network)
    bea = await gathering.join(1, seats=1, noise=40)
    await gathering.route_all()
    await gathering.see(bea, ada, 30)
    await gathering.see(ada, bea, 30)
    assert network.lost > 20
    peer = gathering.server.peer(MEETING, ada.id)
    assert peer is not None
    assert peer.counts.repaired > 0, "she sent again what we asked for"
    assert gathering.server.feedback.resent > 0, "and we what she asked for"
