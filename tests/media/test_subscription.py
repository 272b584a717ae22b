from server.rtp.header import FIXED, header_length
from server.rtp.reports import PublisherClock, ntp_from_ms
from server.rtp.rtcp import SenderReport
from tests.rtp.packets import KEYFRAME, SHORT

from .parts import RTX, OpenReceiver, Stage

DELTA = SHORT + b"\x01frame"


def shown(stage: Stage, receiver: OpenReceiver) -> list[int]:
    """Three packets have been forwarded; their outgoing sequence numbers."""
    stage.packet(0, seq16=65534, rtp_ticks=100, payload=SHORT + KEYFRAME)
    stage.packet(10, seq16=65535, rtp_ticks=100, payload=DELTA + b"2", marker=True)
    stage.packet(20, seq16=0, rtp_ticks=3_100, payload=DELTA + b"3", marker=True)
    return [FIXED.unpack_from(packet)[2] for packet in receiver.received]


def test_a_missing_packet_is_wrapped_into_the_retransmission_stream():
    stage, receiver = Stage("video"), OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    sent = shown(stage, receiver)
    first_rtx = subscription.rtx_index
    again = subscription.retransmission(sent[1], 30, 30_000)
    assert again is not None
    packet, index = again
    _, second, seq16, ticks, ssrc = FIXED.unpack_from(packet)
    assert (second, seq16, ticks, ssrc) == (0x80 | RTX, index & 0xFFFF, 100, subscription.rtx_ssrc)
    assert packet[header_length(packet) :] == sent[1].to_bytes(2, "big") + DELTA + b"2"
    assert index == first_rtx
    another = subscription.retransmission(sent[0], 30, 30_000)
    assert another is not None
    assert another[1] == first_rtx + 1


def test_what_was_not_sent_or_is_forgotten_cannot_be_had():
    stage, receiver = Stage("video"), OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    assert subscription.retransmission(5, 0, 0) is None, "nothing has begun"
    sent = shown(stage, receiver)
    assert subscription.retransmission((sent[0] - 1) & 0xFFFF, 30, 0) is None
    assert subscription.retransmission((sent[2] + 1) & 0xFFFF, 30, 0) is None
    assert subscription.retransmission(sent[0], 30 + stage.settings.history_ms, 0) is None
    subscription.bind(None)
    assert subscription.retransmission(sent[0], 30, 0) is None


def test_packets_of_before_the_binding_are_not_told_on_request():
    stage, first, second = Stage("video"), OpenReceiver(1), OpenReceiver(2)
    stage.subscribe(first)
    shown(stage, first)
    late = stage.subscribe(second)
    stage.packet(40, seq16=1, payload=SHORT + KEYFRAME)
    (sent,) = (FIXED.unpack_from(packet)[2] for packet in second.received)
    assert late.retransmission(sent - 1, 50, 0) is None


def test_audio_has_no_retransmission():
    stage, receiver = Stage("audio"), OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    stage.packet(0, seq16=1)
    assert subscription.rtx_ssrc is None
    assert subscription.retransmission(subscription.numbers.next_out, 0, 0) is None


def test_a_repeated_request_is_answered_once():
    stage, receiver = Stage("video"), OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    sent = shown(stage, receiver)
    assert subscription.retransmission(sent[1], 30, 0) is not None
    assert subscription.retransmission(sent[1], 60, 0) is None


def test_a_sender_report_counts_all_sources_of_the_stream():
    stage, receiver = Stage("video"), OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    assert subscription.report(0) is None
    shown(stage, receiver)
    assert subscription.report(ntp_from_ms(30)) is None, "the publisher's clock is not known yet"
    other = stage.another()
    subscription.bind(other)
    stage.packet(1_020, other, seq16=500, rtp_ticks=7_000, payload=SHORT + KEYFRAME)
    stage.packet(1_030, other, seq16=501, rtp_ticks=7_900, payload=DELTA)
    other.time.note(SenderReport(1, ntp_from_ms(99_000), 7_900, 0, 0), PublisherClock(), ntp_from_ms(1_030))
    report = subscription.report(ntp_from_ms(2_030))
    assert report is not None
    assert (report.ssrc, report.packets) == (subscription.ssrc, 5)
    _, _, _, last_ticks, _ = FIXED.unpack_from(receiver.received[-1])
    assert report.rtp_ticks == last_ticks + 90_000


def test_binding_the_same_source_again_changes_nothing():
    stage, receiver = Stage("audio"), OpenReceiver(1)
    subscription = stage.subscribe(receiver)
    stage.packet(0, seq16=1)
    plan = stage.publication.whole.plan
    subscription.bind(stage.publication)
    assert stage.publication.whole.plan is plan
    assert subscription.started
