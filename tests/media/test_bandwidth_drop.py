"""A link becomes narrow, and wide again: less is sent at once, the picture goes on, nobody else is touched; no network."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from server.hosting.ports import Screen, Why
from server.media.allocation import CALM_MS
from server.rtp.header import PacketView
from server.rtp.layers import WHOLE
from server.rtp.loss import Gaps
from server.rtp.rtcp import Nack, PictureLoss, ReceiverReport, Remb, ReportBlock
from tests.rtp.simulcast import PATTERN

from .circle import HEIGHTS, Circle, F, H, is_seamless
from .parts import ADA, BEA, CIS, DIA, HandMade

if TYPE_CHECKING:
    from server.media.address import Address

FRAMES_OF_F = 80
"""Bytes of its smallest layer: the largest then takes 310 kbit/s, half of its frames 155."""
NARROW_BPS = 200_000


def watchers(circle: Circle) -> tuple[HandMade, HandMade]:
    return circle.watch(BEA), circle.watch(CIS)


def test_a_narrow_link_gets_a_small_layer_and_a_wide_one_the_whole():
    circle = Circle()
    bea, cis = circle.watch(BEA), circle.watch(CIS)
    for _ in range(5):
        circle.rtcp(bea, Remb(1, 150_000, (circle.picture(bea).ssrc,)))
        circle.rtcp(cis, Remb(1, 5_000_000, (circle.picture(cis).ssrc,)))
        circle.live(1_000)
    assert circle.picture(bea).source is circle.camera.layers[H]
    assert circle.picture(cis).source is circle.camera.layers[F]
    assert [each.why for each in circle.allotment.grants[BEA]] == [Why.BANDWIDTH]
    assert [each.why for each in circle.allotment.grants[CIS]] == [Why.FULL]
    assert is_seamless(bea.rtp)
    assert is_seamless(cis.rtp)


def test_a_fall_of_the_estimate_is_followed_by_a_smaller_layer_within_a_second():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.rtcp(bea, Remb(1, 5_000_000, (circle.picture(bea).ssrc,)))
    circle.live(3_000)
    assert circle.picture(bea).source is circle.camera.layers[F]
    circle.rtcp(bea, Remb(1, 100_000, (circle.picture(bea).ssrc,)))
    circle.live(1_000)
    assert circle.picture(bea).source is not circle.camera.layers[F]
    assert is_seamless(bea.rtp)


def test_a_narrow_link_gets_fewer_frames_of_the_same_size_and_all_of_them_after_calm():
    circle = Circle()
    circle.pattern = PATTERN
    bea, cis = watchers(circle)
    for person in (bea, cis):
        circle.estimate(person, 5_000_000)
    circle.live(3_000, payload_bytes=FRAMES_OF_F)
    assert circle.picture(bea).source is circle.camera.layers[F]

    circle.estimate(bea, NARROW_BPS)
    circle.live(200, payload_bytes=FRAMES_OF_F)
    before, of_cis = len(bea.rtp), len(cis.rtp)
    asked = len(circle.ada.rtcp)
    circle.live(2_000, payload_bytes=FRAMES_OF_F)
    (grant,) = circle.allotment.grants[BEA]
    assert (grant.layer, grant.highest, grant.why) == (F, 1, Why.BANDWIDTH)
    assert circle.picture(bea).source is circle.camera.layers[F]
    assert len(bea.rtp) - before == (len(cis.rtp) - of_cis) // 2 == 30
    assert not any(isinstance(part, PictureLoss) for part in circle.ada.rtcp[asked:]), "no keyframe for it"

    for _ in range(CALM_MS // 1_000 + 2):
        for person in (bea, cis):
            circle.estimate(person, 5_000_000)
        circle.live(1_000, payload_bytes=FRAMES_OF_F)
    (grant,) = circle.allotment.grants[BEA]
    assert (grant.layer, grant.highest) == (F, WHOLE)
    before, of_cis = len(bea.rtp), len(cis.rtp)
    circle.live(1_000, payload_bytes=FRAMES_OF_F)
    assert len(bea.rtp) - before == len(cis.rtp) - of_cis
    assert not any(isinstance(part, PictureLoss) for part in circle.ada.rtcp[asked:])
    assert is_seamless(bea.rtp)
    assert is_seamless(cis.rtp)
    assert circle.forwarder.refused == 0


def test_of_a_camera_without_temporal_layers_there_are_only_whole_layers():
    circle = Circle()
    bea, _ = watchers(circle)
    circle.estimate(bea, 5_000_000)
    circle.live(3_000, payload_bytes=FRAMES_OF_F)
    circle.estimate(bea, NARROW_BPS)
    circle.live(2_000, payload_bytes=FRAMES_OF_F)
    (grant,) = circle.allotment.grants[BEA]
    assert (grant.layer, grant.highest) == (H, WHOLE)
    assert is_seamless(bea.rtp)


# ── over a path that drops what is too much ──────────────────────────────────────────────────────

WIDE_BPS = 5_000_000
QUEUE_MS = 150
"""What a narrow path keeps before it drops."""
HEADER_BYTES = 70
"""Of a packet, beside its payload: RTP, SRTP, UDP and IP."""
BIG_FRAMES = 80


class Narrowing(Circle):
    """The way to Bea has a capacity; her browser reports what it lost, asks for it, and estimates as browsers do."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.pattern = PATTERN
        self.capacity_bps = WIDE_BPS
        self.estimate_bps = 300_000
        self.dropped = 0
        self.arrived: list[tuple[int, int]] = []
        """When a packet of a picture arrived, and its bytes."""
        self._random = random.Random(seed)
        self._free_ms = 0.0
        """When the path has sent on all that it keeps."""
        self._gaps = Gaps()
        self._received = self._expected = 0
        self.bea = self.watch(BEA)
        self.cis = self.watch(CIS)
        self.watch(DIA)
        self.allotment.screens[DIA] = Screen({ADA: HEIGHTS[H]})  # no layer is paused because nobody wants it

    def _send(self, datagram: bytes | memoryview, address: Address) -> bool:
        if not hasattr(self, "bea") or address != self.bea.address:
            return super()._send(datagram, address)
        size = len(datagram) + HEADER_BYTES
        self._free_ms = max(self._free_ms, self.now_ms) + size * 8_000 / self.capacity_bps
        if self._free_ms - self.now_ms > QUEUE_MS * self._random.uniform(0.8, 1.2):
            self._free_ms -= size * 8_000 / self.capacity_bps
            self.dropped += 1
            return True
        known = len(self.bea.rtp)
        super()._send(datagram, address)
        if len(self.bea.rtp) > known:
            self._arrive(self.bea.rtp[-1])
        return True

    def _arrive(self, packet: bytes) -> None:
        self.arrived.append((self.now_ms, len(packet) + HEADER_BYTES))
        view = PacketView()
        view.read(packet)
        if view.ssrc != self.picture(self.bea).ssrc:
            view.unwrap_retransmission()
        self._gaps.note(view.seq16, self.now_ms)
        self._received += 1

    def received_bps(self, ms: int = 1_000) -> int:
        return sum(size for at_ms, size in self.arrived if at_ms > self.now_ms - ms) * 8_000 // ms

    def second(self) -> None:
        """One second; five times in it Bea's browser says what it has to say."""
        for _ in range(5):
            self.live(200, payload_bytes=BIG_FRAMES)
            self._speak()
        self.estimate(self.cis, WIDE_BPS)

    def _speak(self) -> None:
        received_bps = self.received_bps()
        congested = self._free_ms - self.now_ms > QUEUE_MS / 2
        grown_bps = int(self.estimate_bps * 1.06) + 2_000
        self.estimate_bps = min(grown_bps, received_bps * 3 // 2 + 10_000)
        if congested:
            self.estimate_bps = min(self.estimate_bps, received_bps * 9 // 10)
        self.estimate(self.bea, self.estimate_bps)
        expected = max(self._gaps.top, 0)
        lost = max(0, expected - self._expected - self._received)
        fraction = min(255, lost * 256 // max(1, expected - self._expected))
        self._expected, self._received = expected, 0
        ssrc = self.picture(self.bea).ssrc
        missing = tuple(each & 0xFFFF for each in self._gaps.due(self.now_ms))
        parts = (
            ReceiverReport(1, (ReportBlock(ssrc, fraction, 0, 0, 0, 0, 0),)),
            *((Nack(1, ssrc, missing),) if missing else ()),
        )
        self.rtcp(self.bea, *parts)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("capacity_bps", [90_000, 200_000])
def test_a_narrow_path_is_filled_and_not_flooded_and_used_again_when_it_is_wide(capacity_bps: int, seed: int):
    circle = Narrowing(seed)
    for _ in range(20):
        circle.second()
    (grant,) = circle.allotment.grants[BEA]
    assert (grant.layer, grant.highest) == (F, WHOLE)
    assert circle.dropped == 0

    circle.capacity_bps = capacity_bps
    before = len(circle.arrived)
    for _ in range(3):
        circle.second()
    assert len(circle.arrived) > before, "the picture goes on"
    dropped = circle.dropped
    for _ in range(8):
        circle.second()
        assert circle.received_bps() > 0
    assert circle.dropped == dropped, "what is sent now fits"
    (grant,) = circle.allotment.grants[BEA]
    assert grant.bps <= capacity_bps
    assert not circle._gaps.due(circle.now_ms), "nothing is missing any more"

    circle.capacity_bps = WIDE_BPS
    for _ in range(60):
        circle.second()
    (grant,) = circle.allotment.grants[BEA]
    assert (grant.layer, grant.highest) == (F, WHOLE)
    assert is_seamless(circle.cis.rtp), "nobody else notices"
    assert [each.why for each in circle.allotment.grants[CIS]] == [Why.FULL]
    assert circle.forwarder.refused == 0
