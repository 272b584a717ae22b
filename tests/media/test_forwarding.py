import pytest

from benchmarks.load import LEVEL_ID, SEND_TIME_ID, WIDE_ID
from server.media.sdp import Extension
from server.media.srtp import MAX_PLAIN_BYTES, SrtpProfile
from server.rtp.header import FIXED, elements, header_length
from server.rtp.rewrite import send_time
from tests.rtp.packets import KEYFRAME, SHORT

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
    stage.publication.plan = None
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


def test_an_index_that_was_used_loses_one_packet_of_one_subscriber():
    stage = Stage()
    broken, sound = OpenReceiver(1), OpenReceiver(2)
    subscription = stage.subscribe(broken)
    stage.subscribe(sound)
    stage.packet(seq16=1)
    assert broken.outbound is not None
    broken.outbound.stream(subscription.ssrc).seal(
        subscription.numbers.next_out + 1, b"", bytes(12), bytearray(16)
    )
    stage.packet(seq16=2)
    stage.packet(seq16=3)
    assert (len(broken.received), len(sound.received)) == (2, 3)
    assert stage.forwarder.refused == 1
