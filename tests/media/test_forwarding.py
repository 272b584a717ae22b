import socket
from contextlib import ExitStack, closing

import pytest

from benchmarks.load import LEVEL_ID, SEND_TIME_ID, WIDE_ID
from server.media.forwarding import MAX_GATHERED, Forwarder
from server.media.plan import MAX_BRANCHES
from server.media.port import UdpPort
from server.media.sdp import Extension
from server.media.srtp import MAX_PLAIN_BYTES
from server.media.srtp_keys import SrtpProfile
from server.rtp.header import FIXED, HAS_PADDING, PacketView, elements, header_length
from server.rtp.rewrite import send_time
from tests.rtp.packets import KEYFRAME, SHORT, rtp

from .parts import OPUS, VP8, OpenReceiver, Stage

DELTA = SHORT + b"\x01frame"


def fields(packet: bytes) -> tuple[int, int, int, int]:
    """(second byte, sequence, ticks, ssrc)."""
    _, second, seq16, ticks, ssrc = FIXED.unpack_from(packet)
    return second, seq16, ticks, ssrc


def numbers(receiver: OpenReceiver) -> list[int]:
    return [fields(packet)[1] for packet in receiver.received]


@pytest.mark.parametrize("profile", SrtpProfile)
def test_every_subscriber_gets_the_payload_under_its_own_numbers(profile: SrtpProfile):
    stage = Stage()
    receivers = [OpenReceiver(1, profile), OpenReceiver(2), OpenReceiver(3)]
    subscriptions = [stage.subscribe(receiver) for receiver in receivers]
    for n in range(3):
        stage.packet(
            seq16=65534 + n, rtp_ticks=960 * n, payload=b"sound %d" % n, payload_type=OPUS, marker=n == 0
        )
    for receiver, subscription in zip(receivers, subscriptions, strict=True):
        first = subscription.numbers.next_out
        assert [fields(packet) for packet in receiver.received] == [
            (OPUS | (0x80 if n == 0 else 0), first + n, 960 * n, subscription.ssrc) for n in range(3)
        ]
        assert [packet[12:] for packet in receiver.received] == [b"sound 0", b"sound 1", b"sound 2"]
    assert len({subscription.ssrc for subscription in subscriptions}) == 3
    assert stage.forwarder.forwarded == 9


def test_without_subscriptions_nothing_leaves():
    stage = Stage()
    stage.packet(seq16=1)
    assert stage.forwarder.forwarded == 0


def test_an_unbound_subscription_gets_not_one_packet_more():
    stage = Stage()
    receiver = OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    stage.packet(seq16=1)
    subscription.bind(None)
    stage.packet(seq16=2)
    assert len(receiver.received) == 1
    subscription.bind(stage.publication)
    stage.packet(now_ms=1_000, seq16=3, rtp_ticks=48_000)
    assert numbers(receiver) == [subscription.numbers.next_out - 1, subscription.numbers.next_out]


def test_video_begins_with_a_keyframe_for_each_subscriber():
    stage = Stage("video")
    early, late = OpenReceiver(1), OpenReceiver(2)
    stage.subscribe(early)
    assert stage.publication.keyframes.wished
    stage.packet(seq16=1, payload=DELTA, payload_type=VP8)
    assert early.received == []
    stage.packet(seq16=2, payload=SHORT + KEYFRAME, payload_type=VP8)
    stage.subscribe(late)
    stage.packet(seq16=3, payload=DELTA, payload_type=VP8)
    stage.packet(seq16=4, payload=SHORT + KEYFRAME, payload_type=VP8)
    stage.packet(seq16=5, payload=DELTA, payload_type=VP8)
    assert len(early.received) == 4
    assert [packet[header_length(packet) :] for packet in late.received] == [SHORT + KEYFRAME, DELTA]


def test_network_holes_stay_and_late_packets_fill_them():
    stage = Stage()
    receiver = OpenReceiver(1)
    stage.subscribe(receiver)
    for seq16 in (10, 11, 14, 12, 12):
        stage.packet(seq16=seq16)
    first = numbers(receiver)[0]
    assert [number - first for number in numbers(receiver)] == [0, 1, 4, 2]


def test_a_packet_from_before_the_binding_does_not_leave_late():
    stage = Stage()
    first = OpenReceiver(1)
    stage.subscribe(first)
    stage.packet(seq16=10)
    stage.packet(seq16=13)
    second = OpenReceiver(2)
    stage.subscribe(second)
    stage.packet(seq16=14)
    stage.packet(seq16=12)
    assert len(first.received) == 4
    assert len(second.received) == 1


def test_a_seat_that_changes_its_source_stays_continuous():
    stage = Stage("video")
    receiver = OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    stage.packet(0, seq16=60_000, rtp_ticks=5, payload=SHORT + KEYFRAME)
    stage.packet(100, seq16=60_001, rtp_ticks=9_005, payload=DELTA)
    other = stage.another()
    subscription.bind(other)
    stage.packet(150, seq16=60_002, payload=DELTA)
    stage.packet(200, other, seq16=7, rtp_ticks=4_000_000_000, payload=DELTA)
    stage.packet(600, other, seq16=8, rtp_ticks=4_000_000_000, payload=SHORT + KEYFRAME)
    stage.packet(700, other, seq16=9, rtp_ticks=4_000_009_000, payload=DELTA)
    seqs = numbers(receiver)
    assert seqs == list(range(seqs[0], seqs[0] + 4))
    assert [fields(packet)[2] for packet in receiver.received] == [5, 9_005, 54_005, 63_005]
    assert {fields(packet)[3] for packet in receiver.received} == {subscription.ssrc}


def test_a_publisher_who_begins_anew_stays_continuous_for_her_subscribers():
    stage = Stage()
    receiver = OpenReceiver(1)
    stage.subscribe(receiver)
    for now_ms, seq16 in enumerate((5, 6, 40_000, 40_001, 40_002)):
        stage.packet(now_ms, seq16=seq16, rtp_ticks=seq16 * 960)
    first = numbers(receiver)[0]
    assert [number - first for number in numbers(receiver)] == [0, 1, 2, 3]


def test_extensions_are_those_the_subscriber_negotiated_under_its_ids():
    stage = Stage("video")
    plain, other = OpenReceiver(1), OpenReceiver(2)
    stage.subscribe(plain)
    subscription = stage.subscribe(other)
    subscription.send_time_id = 9
    stage.packet(
        1234,
        seq16=1,
        payload=SHORT + KEYFRAME,
        extensions=((WIDE_ID, b"\x00\x07"), (SEND_TIME_ID, b"old"), (LEVEL_ID, b"\x1e")),
    )
    for receiver, number in ((plain, SEND_TIME_ID), (other, 9)):
        (packet,) = receiver.received
        end = header_length(packet)
        values = {each: packet[slice(*at)] for each, at in elements(packet, end).items()}
        assert values == {number: send_time(1_234_000)}
        assert packet[end:] == SHORT + KEYFRAME


def test_an_audio_level_is_carried_where_both_negotiated_it():
    stage = Stage()
    receiver, deaf = OpenReceiver(1), OpenReceiver(2)
    stage.subscribe(receiver).extensions = {Extension.AUDIO_LEVEL: 7}
    stage.subscribe(deaf)
    stage.packet(seq16=1, extensions=((LEVEL_ID, b"\x1e"),), payload=b"sound")
    (packet,) = receiver.received
    assert {each: packet[slice(*at)] for each, at in elements(packet, 20).items()} == {7: b"\x1e"}
    assert deaf.received[0][12:] == b"sound"


def test_a_closed_receiver_gets_nothing_and_begins_when_it_opens():
    stage = Stage()
    receiver, open_one = OpenReceiver(1), OpenReceiver(2)
    receiver.is_open = False
    stage.subscribe(receiver)
    stage.subscribe(open_one)
    stage.packet(seq16=1)
    receiver.is_open = True
    stage.publication.replan()
    stage.packet(seq16=2)
    assert (len(receiver.received), len(open_one.received)) == (1, 2)


def test_a_packet_too_long_to_seal_hurts_nobody():
    stage = Stage()
    receiver = OpenReceiver(1)
    stage.subscribe(receiver)
    stage.packet(seq16=1, payload=bytes(MAX_PLAIN_BYTES - 11))
    stage.packet(seq16=2, payload=bytes(MAX_PLAIN_BYTES - 12))
    assert len(receiver.received) == 1
    assert stage.forwarder.refused == 1


def test_an_index_that_was_used_leaves_nobody_with_a_repeated_nonce():
    stage = Stage()
    receivers = [OpenReceiver(1), OpenReceiver(2)]
    for receiver in receivers:
        stage.subscribe(receiver)
    stage.packet(seq16=1)
    assert stage.publication.whole.indices is not None
    stage.publication.whole.indices.take(2)  # as if a bug had sealed it already
    stage.packet(seq16=2)
    stage.packet(seq16=3)
    assert [len(receiver.received) for receiver in receivers] == [2, 2]
    assert stage.forwarder.refused == 2


def test_a_stream_that_cannot_rise_is_left_out_and_hurts_nobody():
    stage = Stage()
    broken, sound = OpenReceiver(1), OpenReceiver(2)
    subscription = stage.subscribe(broken)
    stage.subscribe(sound)
    assert broken.outbound is not None
    broken.outbound.stream(subscription.ssrc).seal(
        subscription.numbers.next_out + 1, b"", bytes(12), bytearray(16)
    )
    stage.packet(seq16=1)
    stage.packet(seq16=2)
    assert (len(broken.received), len(sound.received)) == (0, 2)
    assert stage.forwarder.refused == 1


class TestBursts:
    """Packets that came together leave together: the same packets, in fewer calls."""

    @staticmethod
    def arrive(stage: Stage, payloads: list[bytes]) -> None:
        """All at once, after a keyframe."""
        stage.packet(seq16=100, payload=SHORT + KEYFRAME)
        for n, payload in enumerate(payloads):
            stage.view.read(
                rtp(seq16=101 + n, rtp_ticks=n * 3000, payload=SHORT + payload, marker=n % 2 == 0)
            )
            stage.forwarder.forward(stage.publication, stage.view, 1000)
        stage.forwarder.flush()

    @pytest.mark.parametrize("sizes", [[1], [5, 5], [700] * 9, [700, 701, 704, 704, 20, 1100], [3, 8, 3, 8]])
    def test_everybody_gets_them_in_order_and_whole(self, sizes: list[int]):
        stage = Stage("video")
        receivers = [OpenReceiver(n) for n in range(3)]
        subscriptions = [stage.subscribe(receiver) for receiver in receivers]
        payloads = [b"\x01" + bytes([n]) * size for n, size in enumerate(sizes)]
        self.arrive(stage, payloads)
        view = PacketView()
        for receiver, subscription in zip(receivers, subscriptions, strict=True):
            first = subscription.numbers.next_out
            for n, (packet, payload) in enumerate(zip(receiver.received[1:], payloads, strict=True), 1):
                view.read(packet)
                assert packet[view.start : view.end] == SHORT + payload
                assert fields(packet) == (
                    VP8 | (0x80 if n % 2 else 0),
                    first + n,
                    (n - 1) * 3000,
                    subscription.ssrc,
                )

    def test_a_few_bytes_of_padding_make_them_equally_long(self):
        stage = Stage("video")
        receiver = OpenReceiver(1)
        stage.subscribe(receiver)
        self.arrive(stage, [b"\x01" + bytes(size) for size in (700, 701, 704, 699)])
        lengths = [len(packet) for packet in receiver.received[1:]]
        assert lengths == [max(lengths)] * 3 + [min(lengths)]
        assert [packet[0] & HAS_PADDING != 0 for packet in receiver.received[1:]] == [
            True,
            True,
            False,
            False,
        ]
        assert [packet[-1] for packet in receiver.received[1:3]] == [4, 3]

    def test_what_is_sent_again_is_not_padded(self):
        stage = Stage("video")
        subscription = stage.subscribe(OpenReceiver(1))
        self.arrive(stage, [b"\x01" + bytes(size) for size in (700, 703)])
        again = subscription.retransmission(subscription.numbers.next_out + 1, 5_000, 5_000_000) or (b"", 0)
        assert again == (b"", 0), "too old"
        again = subscription.retransmission(subscription.numbers.next_out + 1, 2, 2_000)
        assert again is not None
        view = PacketView()
        view.read(again[0])
        assert view.unwrap_retransmission()
        assert view.packet[view.start : view.end] == SHORT + b"\x01" + bytes(700)

    def test_nothing_waits_beyond_a_bound(self):
        stage = Stage("video")
        receivers = [OpenReceiver(n) for n in range(20)]
        for receiver in receivers:
            stage.subscribe(receiver)
        stage.packet(seq16=1, payload=SHORT + KEYFRAME)
        waited = 0
        for n in range(40):
            stage.view.read(rtp(seq16=2 + n, payload=DELTA))
            stage.forwarder.forward(stage.publication, stage.view, 1000)
            waited = max(waited, (2 + n - len(receivers[0].received)) * len(receivers))
        assert len(receivers) <= waited <= MAX_GATHERED

    def test_a_keyframe_in_a_burst_begins_for_those_who_wait_and_for_nobody_earlier(self):
        stage = Stage("video")
        early, late = OpenReceiver(1), OpenReceiver(2)
        stage.subscribe(early)
        stage.packet(seq16=1, payload=SHORT + KEYFRAME)
        stage.subscribe(late)
        for seq16, payload in ((3, SHORT + KEYFRAME), (4, DELTA), (2, DELTA)):
            stage.view.read(rtp(seq16=seq16, payload=payload))
            stage.forwarder.forward(stage.publication, stage.view, 1000)
        stage.forwarder.flush()
        view, came = PacketView(), []
        for packet in late.received:
            view.read(packet)
            came.append(packet[view.start : view.end])
        assert came == [SHORT + KEYFRAME, DELTA]
        assert len(early.received) == 3, "what came before a keyframe and is late helps nobody"

    def test_more_subscribers_than_the_slab_has_slots_are_all_served(self):
        stage = Stage("video")
        receivers = [OpenReceiver(n) for n in range(2 * MAX_BRANCHES + 3)]
        for receiver in receivers:
            stage.subscribe(receiver)
        self.arrive(stage, [b"\x01" + bytes(900)] * 5)
        assert {len(receiver.received) for receiver in receivers} == {6}
        assert stage.forwarder.forwarded == 6 * len(receivers)

    def test_a_subscriber_without_gcm_gets_bursts_too(self):
        stage = Stage("video")
        receivers = [OpenReceiver(1, SrtpProfile.AES128_CM_SHA1_80), OpenReceiver(2)]
        for receiver in receivers:
            stage.subscribe(receiver)
        self.arrive(stage, [b"\x01" + bytes(900)] * 3)
        assert [len(receiver.received) for receiver in receivers] == [4, 4]


@pytest.mark.parametrize("batches", [True, False])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_bursts_arrive_through_a_real_port(host: str, *, batches: bool):
    stage = Stage("video")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(UdpPort(host, 0, lambda *_: None, batches=batches)) as port, ExitStack() as stack:
        stage.forwarder = Forwarder(port)
        receivers = [OpenReceiver(n) for n in range(3)]
        sockets = [stack.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in receivers]
        for receiver, bound in zip(receivers, sockets, strict=True):
            bound.bind((host, 0))
            bound.settimeout(30)
            receiver.address = bound.getsockname()
            stage.subscribe(receiver)
        TestBursts.arrive(stage, [b"\x01" + bytes(size) for size in (1000, 1001, 1000, 40)])
        for receiver, bound in zip(receivers, sockets, strict=True):
            for _ in range(5):
                receiver.take(bound.recv(2048))
            view = PacketView()
            sizes = []
            for packet in receiver.received:
                view.read(packet)
                sizes.append(view.end - view.start)
            assert sizes == [len(SHORT + KEYFRAME), 1002, 1003, 1002, 42]
        assert port.counts.sent == stage.forwarder.forwarded == 15
