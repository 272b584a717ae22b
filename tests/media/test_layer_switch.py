"""From one layer to another, or to fewer of its frames: no hole, no seam, and a decoder that never errs; no network."""

from __future__ import annotations

import itertools
import random

import pytest

from server.rtp.header import FIXED, PacketView
from server.rtp.layers import NONE, WHOLE
from server.rtp.reports import ntp_from_ms
from server.rtp.rtcp import Nack, SenderReport
from tests.rtp.simulcast import PATTERN

from .circle import DELTA, SSRC, Circle, F, H, Q, delta, is_seamless, keyframe, numbers
from .parts import BEA, CIS, VP8
from .pictures import decoded, encoded


def test_a_layer_change_leaves_no_seam_and_is_only_hers():
    circle = Circle()
    bea, cis = circle.watch(BEA), circle.watch(CIS)
    circle.send_all()
    for person in (bea, cis):
        circle.picture(person).want(Q, circle.now_ms)
    circle.send(Q, keyframe(Q))
    circle.send_all()
    for layer in (F, H, Q, F):
        circle.picture(bea).want(layer, circle.now_ms)
        circle.send_all()
        circle.now_ms += 33
        circle.send(layer, keyframe(layer))
        circle.send_all()
        circle.send_all()
    assert circle.picture(bea).source is circle.camera.layers[F]
    assert circle.picture(cis).source is circle.camera.layers[Q]
    assert len(bea.rtp) == 2 + 4 * 4
    assert is_seamless(bea.rtp)
    assert is_seamless(cis.rtp)
    assert len({FIXED.unpack_from(packet)[4] for packet in bea.rtp}) == 1, "one SSRC for all layers"
    view = PacketView()
    for packet in bea.rtp:
        view.read(packet)
        assert packet[view.start] & 0x80 == 0, "no picture id that would have to be continued"


def test_by_sender_reports_the_picture_keeps_its_time_across_layers():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.send_all()
    for layer in (Q, F):
        circle.rtcp(
            circle.ada, SenderReport(SSRC[layer], ntp_from_ms(circle.now_ms), circle.ticks(layer), 0, 0)
        )
    circle.picture(bea).want(Q, circle.now_ms)
    circle.send(Q, keyframe(Q))
    circle.picture(bea).want(F, circle.now_ms)
    captured = circle.ticks(F)
    circle.now_ms += 120  # on its way for long
    circle.sequence[F] += 1
    circle.rtp(
        circle.ada,
        seq16=circle.sequence[F] & 0xFFFF,
        rtp_ticks=captured + 30 * 90,
        ssrc=SSRC[F],
        payload=keyframe(F),
        payload_type=VP8,
    )
    (_, before), (_, after) = numbers(bea.rtp)
    assert abs((after - before) % 2**32 - 30 * 90) <= 1
    report = circle.picture(bea).report(ntp_from_ms(circle.now_ms))
    assert report is not None
    assert abs((report.rtp_ticks - after) % 2**32 - 90 * 90) <= 1, "and its sound keeps with it"


def test_a_retransmission_is_of_the_layer_that_was_sent():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.send_all()
    picture = circle.picture(bea)
    picture.want(Q, circle.now_ms)
    circle.send(Q, keyframe(Q))
    picture.want(F, circle.now_ms)
    circle.send(F, keyframe(F))
    circle.send(F, DELTA + b"lost")
    lost = numbers(bea.rtp)[-1][0]
    circle.rtcp(bea, Nack(1, picture.ssrc, (lost,)))
    assert bea.rtp[-1].endswith(b"lost")
    before = numbers(bea.rtp)[0][0]
    count = len(bea.rtp)
    circle.rtcp(bea, Nack(1, picture.ssrc, (before,)))
    assert len(bea.rtp) == count, "from before the change: the keyframe made it superfluous"


def test_nothing_wanted_is_nothing_sent_and_no_keyframe_asked_for():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.send_all()
    circle.picture(bea).want(NONE, circle.now_ms)
    circle.send_all(keyframe(Q))
    assert bea.rtp == []
    assert not any(layer.waits_for_keyframe() for layer in circle.camera.layers)
    circle.picture(bea).want(Q, circle.now_ms)
    assert circle.camera.layers[Q].waits_for_keyframe()


def test_when_the_picture_ends_nothing_waits_for_it_any_more():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.send_all()
    picture = circle.picture(bea)
    picture.want(Q, circle.now_ms)
    circle.send(Q, keyframe(Q))
    picture.want(F, circle.now_ms)
    assert picture in circle.camera.layers[F].coming
    picture.bind(None)
    assert all(not layer.coming and not layer.subscriptions for layer in circle.camera.layers)
    picture.bind(circle.camera)
    picture.want(F, circle.now_ms)
    circle.ada.peer.close()
    assert picture.bound is None
    assert all(not layer.coming and not layer.subscriptions for layer in circle.camera.layers)


def test_a_layer_that_begins_anew_is_shown_again_without_a_seam():
    circle = Circle()
    bea = circle.watch(BEA)
    circle.send_all()
    circle.picture(bea).want(Q, circle.now_ms)
    circle.send(Q, keyframe(Q))
    circle.send_all()
    circle.sequence[Q] += 20_000
    circle.send_all()
    circle.send_all()
    circle.send(Q, keyframe(Q))
    circle.send_all()
    assert is_seamless(bea.rtp)
    assert len(bea.rtp) == 4


# ── what a decoder makes of it ───────────────────────────────────────────────────────────────────

SIZES = ((160, 96), (320, 192), (640, 384))
FRAMES = 96
MAX_CHUNK_BYTES = 1_000


@pytest.fixture(scope="module")
def camera() -> list[list[bytes]]:
    """The frames of each layer, in temporal layers."""
    return [encoded(width, height, FRAMES) for width, height in SIZES]


def send_frame(circle: Circle, layer: int, number: int, frame: bytes) -> None:
    """Frame `number` of a layer, in as many packets as it takes."""
    temporal, sync = PATTERN[number % len(PATTERN)]
    extended = delta(temporal, sync=sync)[1 : -len(DELTA) + 1]
    for at in range(0, len(frame), MAX_CHUNK_BYTES):
        first = b"\x90" if at == 0 else b"\x80"
        circle.send(layer, first + extended + frame[at : at + MAX_CHUNK_BYTES])


def received(packets: list[bytes]) -> list[bytes]:
    """The frames that came, put together by their timestamps."""
    view = PacketView()
    parts: list[tuple[int, bytes]] = []
    for packet in packets:
        view.read(packet)
        parts.append((view.rtp_ticks, view.packet[view.start + 1 : view.end]))
    return [
        b"".join(body for _, body in same) for _, same in itertools.groupby(parts, key=lambda each: each[0])
    ]


@pytest.mark.parametrize("seed", range(8))
def test_every_picture_is_decoded_as_it_was_whatever_layer_and_cut_it_comes_from(
    camera: list[list[bytes]], seed: int
):
    rnd = random.Random(seed)
    circle = Circle()
    bea = circle.watch(BEA)
    shown = set()
    for number in range(FRAMES):
        circle.now_ms += 42
        if number % 5 == 0:
            circle.picture(bea).want(rnd.choice((Q, H, F)), circle.now_ms, rnd.choice((0, 1, WHOLE)))
        for layer in (Q, H, F):
            send_frame(circle, layer, number, camera[layer][number])
        circle.picture(bea).aim(circle.now_ms)
        switch = circle.picture(bea).switch
        if switch.feed is not None and switch.cut is not None:
            shown.add((switch.feed.layer, switch.cut.highest))
    assert is_seamless_but_for_frames(bea.rtp)
    frames = received(bea.rtp)
    originals = [decoded(layer) for layer in camera]
    whence = {
        frame: (layer, n) for layer, all_of_it in enumerate(camera) for n, frame in enumerate(all_of_it)
    }
    pictures = decoded(frames)
    assert len(pictures) == len(frames) > FRAMES // 4
    for frame, picture in zip(frames, pictures, strict=True):
        layer, number = whence[frame]
        assert picture == originals[layer][number]
    assert len(shown) >= 4, "the story is a varied one"


def is_seamless_but_for_frames(packets: list[bytes]) -> bool:
    """Every number once and in order; packets of one frame have one timestamp."""
    return all((b - a) & 0xFFFF == 1 for (a, _), (b, _) in itertools.pairwise(numbers(packets)))


def test_without_what_it_builds_on_a_picture_is_another(camera: list[list[bytes]]):
    """What the test above relies on: a decoder that misses something shows it."""
    whole = decoded(camera[Q][:4])
    assert decoded([camera[Q][n] for n in (0, 2)])[-1] == whole[2]
    assert decoded([camera[Q][n] for n in (0, 3)])[-1] != whole[3]
