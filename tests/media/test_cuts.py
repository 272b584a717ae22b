"""Fewer frames of a layer, from its packets to what each subscriber gets; keys by hand, no network."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.rtp.header import PacketView
from server.rtp.layers import NONE, WHOLE
from server.rtp.reports import ntp_from_ms
from server.rtp.rtcp import Nack, SenderReport
from server.rtp.sequence import extend
from tests.rtp.simulcast import PATTERN

from .circle import DELTA, SSRC, Circle, F, H, delta, is_seamless, keyframe, numbers
from .parts import BEA, CIS, DIA, HandMade

FRAMES_OF_F = 80
"""Bytes of its smallest layer: the largest then takes 310 kbit/s, half of its frames 155."""
NARROW_BPS = 200_000


def contents(packets: list[bytes]) -> list[bytes]:
    """What is in each packet behind the descriptor's one byte and the clear bytes of a frame."""
    view, found = PacketView(), []
    for packet in packets:
        view.read(packet)
        found.append(packet[view.start + len(DELTA) - len(b"delta") : view.end].removeprefix(b"delta"))
    return found


def at(circle: Circle, *watchers: HandMade, layer: int = F, highest: int = WHOLE) -> None:
    """They are shown this layer, all frames first, from a keyframe on."""
    circle.pattern = PATTERN
    circle.send_all()
    for _ in PATTERN:  # what temporal layers there are is seen
        circle.send(layer, circle.frame())
        circle.frames += 1
    for person in watchers:
        circle.picture(person).want(layer, circle.now_ms)
    circle.send(layer, keyframe(layer))
    for person in watchers:
        circle.picture(person).want(layer, circle.now_ms, highest)


def play(circle: Circle, count: int, layer: int = F) -> None:
    """So many frames of the pattern, each with its number in it."""
    for _ in range(count):
        circle.now_ms += 33
        circle.send(layer, circle.frame(b"%d" % circle.frames))
        circle.frames += 1


def watchers(circle: Circle) -> tuple[HandMade, HandMade]:
    return circle.watch(BEA), circle.watch(CIS)


# ── stepping ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("highest", "left"), [(0, [0]), (1, [0, 2]), (2, [0, 1, 2, 3]), (WHOLE, [0, 1, 2, 3])]
)
def test_what_is_left_out_leaves_no_hole_and_is_left_out_of_nobody_else(highest: int, left: list[int]):
    circle = Circle()
    bea, cis = watchers(circle)
    at(circle, bea, cis)
    circle.picture(bea).want(F, circle.now_ms, highest)
    play(circle, 1 + 40)
    frames = [int(each) for each in contents(bea.rtp) if each.isdigit()]
    whole = [int(each) for each in contents(cis.rtp) if each.isdigit()]
    first = whole[0]
    assert whole == list(range(first, first + 41))
    assert [each for each in frames[1:] if each > first + 3] == [
        each for each in whole if each % 4 in left and each > first + 3
    ]
    assert is_seamless(bea.rtp)
    assert is_seamless(cis.rtp)


def test_a_step_down_waits_for_no_keyframe_and_a_step_up_for_a_frame_that_needs_only_the_base():
    circle = Circle()
    bea, _ = watchers(circle)
    at(circle, bea, highest=0)
    picture, layer = circle.picture(bea), circle.camera.layers[F]
    circle.send(F, delta(2, sync=True))
    assert picture.edition is layer.whole, "until a frame of those that are left"
    circle.send(F, delta(0))
    assert picture.edition is layer.abridged[0]
    assert not layer.stepping
    picture.want(F, circle.now_ms, WHOLE)
    count = len(bea.rtp)
    for temporal in (2, 1, 2):
        circle.send(F, delta(temporal))
    assert len(bea.rtp) == count
    circle.send(F, delta(1, sync=True))
    assert picture.edition is layer.abridged[1]
    circle.send(F, delta(2, sync=True))
    assert picture.edition is layer.whole
    assert not layer.abridged
    assert not layer.stepping
    assert is_seamless(bea.rtp)


def test_a_wish_taken_back_changes_nothing():
    circle = Circle()
    bea, _ = watchers(circle)
    at(circle, bea, highest=0)
    layer = circle.camera.layers[F]
    assert layer.stepping
    circle.picture(bea).want(F, circle.now_ms)
    assert not layer.stepping
    play(circle, 8)
    assert not layer.abridged


def test_while_a_packet_before_it_is_missing_nobody_steps():
    circle = Circle()
    bea, _ = watchers(circle)
    at(circle, bea, highest=0)
    circle.sequence[F] += 1  # lost
    circle.send(F, delta(0))
    assert not circle.camera.layers[F].abridged
    circle.sequence[F] -= 2
    circle.send(F, delta(2))
    circle.sequence[F] += 1
    circle.send(F, delta(0))
    assert circle.picture(bea).edition is circle.camera.layers[F].abridged[0]
    assert sorted(extend(each, numbers(bea.rtp)[0][0]) for each, _ in numbers(bea.rtp)) == list(
        range(numbers(bea.rtp)[0][0], numbers(bea.rtp)[0][0] + len(bea.rtp))
    )


def test_a_smaller_layer_can_begin_as_a_cut():
    circle = Circle()
    bea, cis = watchers(circle)
    at(circle, bea, cis)
    play(circle, 5)
    play(circle, 4, H)
    circle.picture(bea).want(H, circle.now_ms, 0)
    circle.send(H, keyframe(H))
    count = len(bea.rtp)
    circle.frames += -circle.frames % len(PATTERN)
    play(circle, 20, H)
    assert len(bea.rtp) - count == 5
    circle.send(F, delta(0))  # it still arrives
    circle.picture(bea).want(F, circle.now_ms)
    circle.send(F, keyframe(F))
    play(circle, 4)
    assert not circle.camera.layers[H].abridged
    assert not circle.camera.layers[H].subscriptions
    assert is_seamless(bea.rtp)
    assert is_seamless(cis.rtp)


def test_who_gets_the_same_frames_shares_their_numbers_and_a_cut_nobody_gets_is_forgotten():
    circle = Circle()
    bea, cis = watchers(circle)
    dia = circle.watch(DIA)
    at(circle, bea, cis, dia, highest=1)
    circle.picture(dia).want(F, circle.now_ms)
    play(circle, 40)
    layer = circle.camera.layers[F]
    (edition,) = layer.abridged.values()
    assert circle.picture(bea).edition is circle.picture(cis).edition is edition
    assert edition.plan is not None
    assert [len(bundle.branches) for bundle in edition.plan.bundles] == [2]
    assert contents(bea.rtp) == contents(cis.rtp)
    circle.picture(bea).bind(None)
    play(circle, 4)
    assert list(layer.abridged) == [1]
    circle.picture(cis).want(NONE, circle.now_ms)
    assert not layer.abridged
    assert set(layer.feed.cuts) == {WHOLE}
    play(circle, 4)
    assert circle.forwarder.refused == 0


def test_a_publisher_who_begins_anew_is_cut_anew_without_a_seam():
    circle = Circle()
    bea, _ = watchers(circle)
    at(circle, bea, highest=0)
    play(circle, 9)
    circle.sequence[F] += 20_000
    play(circle, 2)
    assert not circle.camera.layers[F].abridged
    circle.send(F, keyframe(F))
    circle.frames += -circle.frames % len(PATTERN)
    count = len(bea.rtp)
    play(circle, 20)
    assert len(bea.rtp) - count == 5
    assert is_seamless(bea.rtp)
    assert circle.forwarder.refused == 0


# ── what is lost ─────────────────────────────────────────────────────────────────────────────────


def resent(circle: Circle, person: HandMade, sequence: int) -> bytes | None:
    """What the person gets for a packet she misses: its payload; None for nothing."""
    count = len(person.rtp)
    circle.rtcp(person, Nack(1, circle.picture(person).ssrc, (sequence,)))
    if len(person.rtp) == count:
        return None
    view = PacketView()
    view.read(person.rtp.pop())
    assert view.ssrc == circle.picture(person).rtx_ssrc
    assert view.unwrap_retransmission()
    assert view.seq16 == sequence
    return view.packet[view.start : view.end]


def payloads(packets: list[bytes]) -> dict[int, bytes]:
    view, found = PacketView(), {}
    for packet in packets:
        view.read(packet)
        found[view.seq16] = view.packet[view.start : view.end]
    return found


def test_every_packet_of_a_cut_can_be_had_again_and_those_of_before_the_step():
    circle = Circle()
    bea, _ = watchers(circle)
    at(circle, bea)
    play(circle, 8)
    circle.picture(bea).want(F, circle.now_ms, 0)
    play(circle, 8)
    circle.picture(bea).want(F, circle.now_ms, 1)
    play(circle, 8)
    sent = payloads(bea.rtp)
    assert len(set(sent.values())) == len(sent) == 1 + 8 + 2 + 4
    assert {sequence: resent(circle, bea, sequence) for sequence in sent} == sent
    last = numbers(bea.rtp)[-1][0]
    assert resent(circle, bea, (last + 1) & 0xFFFF) is None
    assert resent(circle, bea, (numbers(bea.rtp)[0][0] - 1) & 0xFFFF) is None


def test_a_base_frame_that_comes_late_gets_the_number_that_was_kept_for_it():
    circle = Circle()
    bea, cis = watchers(circle)
    at(circle, bea, cis)
    circle.picture(bea).want(F, circle.now_ms, 0)
    circle.send(F, delta(0, b"1"))
    circle.sequence[F] += 1  # a base frame is lost …
    for temporal, body in ((2, b"out"), (1, b"out"), (0, b"3")):
        circle.send(F, delta(temporal, body))
    circle.sequence[F] -= 4
    circle.send(F, delta(0, b"2"))  # … and comes after all
    assert contents(bea.rtp)[-3:] == [b"1", b"3", b"2"]
    (one, three, two) = (sequence for sequence, _ in numbers(bea.rtp)[-3:])
    assert [(two - one) & 0xFFFF, (three - two) & 0xFFFF] == [1, 1]
    assert len(cis.rtp) == len(bea.rtp) + 2


def test_a_hole_that_cannot_be_closed_any_more_is_filled_with_an_empty_packet():
    circle = Circle()
    bea, cis = watchers(circle)
    at(circle, bea, cis)
    circle.picture(bea).want(F, circle.now_ms, 0)
    circle.send(F, delta(0, b"1"))
    circle.sequence[F] += 1  # nobody knows yet that this is not for Bea
    circle.send(F, delta(0, b"2"))
    circle.sequence[F] -= 2
    circle.send(F, delta(2, b"late"))
    sent = payloads(bea.rtp)
    (one, two, late) = (sequence for sequence, _ in numbers(bea.rtp)[-3:])
    assert [(late - one) & 0xFFFF, (two - late) & 0xFFFF] == [1, 1]
    assert sent[late] == b""
    assert contents(cis.rtp)[-1] == b"late"
    assert resent(circle, bea, late) == b"", "nor is it sent again with what was left out"


def test_padding_of_the_publisher_makes_no_hole_in_a_cut():
    circle = Circle()
    bea, _ = watchers(circle)
    at(circle, bea, highest=0)
    play(circle, 5)
    for _ in range(3):
        circle.send(F, b"")
        play(circle, 4)
    assert is_seamless(bea.rtp)


def test_a_sender_report_counts_what_left_in_every_edition():
    circle = Circle()
    bea, _ = watchers(circle)
    at(circle, bea)
    circle.rtcp(circle.ada, SenderReport(SSRC[F], ntp_from_ms(circle.now_ms), circle.ticks(F), 0, 0))
    play(circle, 8)
    for highest in (0, 1, WHOLE):
        circle.picture(bea).want(F, circle.now_ms, highest)
        play(circle, 16)
        report = circle.picture(bea).report(ntp_from_ms(circle.now_ms))
        assert report is not None
        assert report.packets == len(bea.rtp)
        assert report.octets == sum(len(each) for each in payloads(bea.rtp).values())


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1 << 32), st.lists(st.integers(0, WHOLE), min_size=1, max_size=12))
def test_whatever_is_lost_late_or_left_out_in_the_end_every_number_came_once(seed: int, wishes: list[int]):
    """Packets of a frame each, in the usual pattern or not; some are lost and come again up to ten frames later."""
    rnd = random.Random(seed)
    circle = Circle()
    bea, cis = watchers(circle)
    at(circle, bea, cis)
    late: list[tuple[int, int, bytes]] = []
    for frame in range(20 * len(wishes)):
        if frame % 20 == 0:
            circle.picture(bea).want(F, circle.now_ms, wishes[frame // 20])
        circle.now_ms += 33
        payload = delta(rnd.choice((0, 2, 1, 2)), b"%d" % frame, sync=rnd.random() < 0.5)
        if rnd.random() < 0.1:
            circle.sequence[F] += 1
            late.append((frame + rnd.randrange(1, 10), circle.sequence[F], payload))
        else:
            circle.send(F, payload)
        for each in [each for each in late if each[0] <= frame]:
            late.remove(each)
            _send_late(circle, each)
    for each in late:
        _send_late(circle, each)
    for person in (bea, cis):
        came = numbers(person.rtp)
        ext = sorted(extend(sequence, came[0][0]) for sequence, _ in came)
        assert ext == list(range(ext[0], ext[0] + len(came)))
    assert circle.forwarder.refused == 0


def _send_late(circle: Circle, lost: tuple[int, int, bytes]) -> None:
    newest, circle.sequence[F] = circle.sequence[F], lost[1] - 1
    circle.send(F, lost[2])
    circle.sequence[F] = newest
