import pytest

from server.rtp.reports import (
    NTP_SECOND,
    PublisherClock,
    Reception,
    SourceTime,
    ntp_from_ms,
    round_trip_ms,
)
from server.rtp.rtcp import ReportBlock, SenderReport


def test_loss_is_reported_since_the_last_report_and_in_all():
    reception = Reception(90_000)
    assert reception.block(7, 0) is None
    for seq in (65534, 65535, 65537, 65538):  # one lost at the wrap
        reception.note(seq, seq * 3000, seq * 33)
    block = reception.block(7, 0)
    assert block is not None
    assert (block.ssrc, block.packets_lost, block.fraction_lost, block.highest_seq) == (7, 1, 51, 65538)
    reception.note(65539, 0, 0)
    again = reception.block(7, 0)
    assert again is not None
    assert (again.packets_lost, again.fraction_lost) == (1, 0)
    empty = reception.block(7, 0)
    assert empty is not None
    assert empty.fraction_lost == 0


def test_a_late_packet_takes_its_loss_back():
    reception = Reception(90_000)
    for seq in (1, 3, 2):
        reception.note(seq, 0, 0)
    block = reception.block(7, 0)
    assert block is not None
    assert (block.packets_lost, block.highest_seq) == (0, 3)


@pytest.mark.parametrize(("delays_ms", "jitter"), [([0] * 100, 0), ([0, 10] * 200, 900)])
def test_jitter_is_the_mean_deviation_of_transit(delays_ms: list[int], jitter: int):
    reception = Reception(90_000)
    start = 2**32 - 3000 * 3  # the timestamp wraps on the way
    for seq, delay_ms in enumerate(delays_ms):
        reception.note(seq, (start + 3600 * seq) % 2**32, 40 * seq + delay_ms)
    block = reception.block(7, 0)
    assert block is not None
    assert block.jitter == pytest.approx(jitter, rel=0.02, abs=8)


def test_the_delay_since_the_last_sender_report_is_told():
    reception = Reception(90_000)
    reception.note(1, 0, 0)
    reception.note_sender_report(SenderReport(7, 0x1122334455667788, 0, 0, 0), 1_000)
    block = reception.block(7, 1_500)
    assert block is not None
    assert (block.last_report, block.delay) == (0x33445566, 32768)


@pytest.mark.parametrize(
    ("sent_ms", "delay", "now_ms", "rtt_ms"),
    [
        (1_000, 0, 1_100, 100),
        (1_000, 65536, 2_250, 250),
        (1_000, 65536, 1_500, None),
        (65_536_000, 0, 65_536_100, 99),
    ],
)
def test_the_round_trip_is_what_remains(sent_ms: int, delay: int, now_ms: int, rtt_ms: int | None):
    last = ntp_from_ms(sent_ms) >> 16 & 0xFFFFFFFF
    block = ReportBlock(1, 0, 0, 0, 0, last, delay)
    measured = round_trip_ms(block, ntp_from_ms(now_ms))
    if rtt_ms is None or not last:
        assert measured is None
    else:
        assert measured == pytest.approx(rtt_ms, abs=1)


def test_without_a_report_there_is_no_round_trip():
    assert round_trip_ms(ReportBlock(1, 0, 0, 0, 0, 0, 0), ntp_from_ms(5)) is None


def test_sound_and_picture_of_one_publisher_keep_their_distance():
    clock = PublisherClock()
    audio, video = SourceTime(48_000), SourceTime(90_000)
    assert audio.ticks_at(0) is None
    hers, ours = 700 * NTP_SECOND, 20 * NTP_SECOND
    audio.note(SenderReport(1, hers, 1_000, 0, 0), clock, ours)
    # The picture's report comes half a second later, delayed by another 40 ms on the way.
    video.note(SenderReport(2, hers + NTP_SECOND // 2, 5_000, 0, 0), clock, ours + NTP_SECOND * 54 // 100)
    now = ours + NTP_SECOND
    assert audio.ticks_at(now) == 1_000 + 48_000
    assert video.ticks_at(now) == 5_000 + 45_000


def test_timestamps_of_reports_wrap():
    time = SourceTime(90_000)
    time.note(SenderReport(1, 5, 2**32 - 1, 0, 0), PublisherClock(), 0)
    assert time.ticks_at(NTP_SECOND) == 89_999


def test_a_publisher_who_sets_her_clock_is_measured_anew():
    clock = PublisherClock()
    assert clock.ours(100 * NTP_SECOND, 10 * NTP_SECOND) == 10 * NTP_SECOND
    assert clock.ours(101 * NTP_SECOND, 11 * NTP_SECOND + 999) == 11 * NTP_SECOND, (
        "delay on the way is not time"
    )
    assert clock.ours(500 * NTP_SECOND, 12 * NTP_SECOND) == 12 * NTP_SECOND
