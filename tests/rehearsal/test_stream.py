"""Frames to RTP packets: what the server reads in them, and what it can ask for again."""

from __future__ import annotations

import pytest

from server.rehearsal.sdp import LEVEL_ID, OPUS, RTX, VP8, WIDE_ID
from server.rehearsal.stream import (
    HISTORY_PACKETS,
    MAX_PAYLOAD_BYTES,
    MAX_RESENDS,
    Camera,
    TransportCounter,
    Voice,
)
from server.rtp import vp8
from server.rtp.header import PacketView

KEYFRAME = b"\x10\x00\x00\x9d\x01\x2a\x40\x01\xb4\x00"


def read(packet: bytes) -> PacketView:
    view = PacketView()
    view.read(packet)
    return view


def payload(packet: bytes) -> bytes:
    view = read(packet)
    return packet[view.start : view.end]


def element(packet: bytes, identifier: int) -> bytes:
    start, end = read(packet).found[identifier]
    return packet[start:end]


@pytest.fixture
def camera() -> Camera:
    return Camera(11, 12, TransportCounter())


def test_sound_says_how_loud_it_is() -> None:
    voice = Voice(10)
    loud, soft = voice.packet(b"hum", 0, 32, speaks=True), voice.packet(b"hush", 960, 80, speaks=False)
    assert (element(loud, LEVEL_ID), element(soft, LEVEL_ID)) == (bytes((0x80 | 32,)), bytes((80,)))
    assert (payload(loud), payload(soft)) == (b"hum", b"hush")
    first, second = read(loud), read(soft)
    assert (first.ssrc, first.payload_type, first.marker) == (10, OPUS, 0)
    assert second.seq16 == first.seq16 + 1
    assert (second.rtp_ticks - first.rtp_ticks) & 0xFFFF_FFFF == 960


@pytest.mark.parametrize("size", [11, MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES + 1, 5 * MAX_PAYLOAD_BYTES])
def test_a_frame_is_whole_again_behind_its_descriptors(camera: Camera, size: int) -> None:
    frame = KEYFRAME + bytes(size - len(KEYFRAME))
    packets = list(camera.packets(frame, 3000))
    assert len(packets) == -(-size // MAX_PAYLOAD_BYTES)
    assert b"".join(payload(packet)[1:] for packet in packets) == frame
    views = [read(packet) for packet in packets]
    assert [bool(view.marker) for view in views] == [False] * (len(packets) - 1) + [True]
    assert {view.payload_type for view in views} == {VP8}
    assert len({view.rtp_ticks for view in views}) == 1
    first, *others = [
        vp8.begins_keyframe(view.packet, view.start, view.start + 1, view.end) for view in views
    ]
    assert first
    assert not any(others)


def test_packets_of_a_transport_are_numbered_through(camera: Camera) -> None:
    packets = [*camera.packets(bytes(3 * MAX_PAYLOAD_BYTES), 0), *camera.packets(bytes(9), 6000)]
    assert [int.from_bytes(element(packet, WIDE_ID), "big") for packet in packets] == [0, 1, 2, 3]


def test_transport_numbers_wrap() -> None:
    counter = TransportCounter()
    numbers = [counter.take() for _ in range(0x10001)]
    assert (numbers[-2], numbers[-1]) == (b"\xff\xff", b"\0\0")


def test_what_is_asked_for_comes_again_as_a_retransmission(camera: Camera) -> None:
    packets = list(camera.packets(KEYFRAME + bytes(2 * MAX_PAYLOAD_BYTES), 0))
    lost = read(packets[1]).seq16
    (again,) = camera.again([lost])
    view = read(again)
    assert (view.ssrc, view.payload_type) == (12, RTX)
    assert payload(again) == lost.to_bytes(2, "big") + payload(packets[1])
    assert view.rtp_ticks == read(packets[1]).rtp_ticks


def test_a_packet_comes_again_a_few_times_only(camera: Camera) -> None:
    (packet,) = camera.packets(KEYFRAME, 0)
    lost = [read(packet).seq16]
    assert [len(list(camera.again(lost))) for _ in range(MAX_RESENDS + 2)] == [1] * MAX_RESENDS + [0, 0]


def test_what_is_too_old_or_was_never_sent_does_not_come_again(camera: Camera) -> None:
    (first,) = camera.packets(KEYFRAME, 0)
    for number in range(HISTORY_PACKETS):
        list(camera.packets(KEYFRAME, number * 6000))
    oldest = read(first).seq16
    assert list(camera.again([oldest])) == []
    assert list(camera.again([(oldest - 1) & 0xFFFF])) == []
    assert len(list(camera.again([(oldest + 1) & 0xFFFF]))) == 1


def test_a_report_says_what_was_sent(camera: Camera) -> None:
    packets = list(camera.packets(bytes(MAX_PAYLOAD_BYTES + 1), 9000))
    report = camera.report(1 << 32, 90_000)
    assert (report.ssrc, report.packets) == (11, 2)
    assert report.octets == sum(len(payload(packet)) for packet in packets)
    assert (report.rtp_ticks - read(packets[0]).rtp_ticks) & 0xFFFF_FFFF == 81_000
