from hypothesis import given
from hypothesis import strategies as st

from server.rtp.bandwidth import (
    MAX_FEEDBACK_PACKETS,
    MAX_PENDING,
    RATE_WINDOW_MS,
    REMB_LASTS_MS,
    ArrivalLog,
    Downlink,
    Rate,
)
from server.rtp.rtcp import pack, parse


def test_arrivals_are_told_once_with_their_times():
    log = ArrivalLog()
    log.note(65534, 64_000_000)
    log.note(65535, 64_001_000)
    log.note(1, 64_003_000)
    (feedback,) = log.feedback(9, 5)
    assert (feedback.sender, feedback.media, feedback.base, feedback.reference) == (9, 5, 65534, 1000)
    assert feedback.deltas == (0, 4, None, 8)
    assert log.feedback(9, 5) == []
    log.note(65535, 64_010_000)
    assert log.feedback(9, 5) == [], "told already"


def test_the_next_feedback_begins_where_the_last_ended():
    log = ArrivalLog()
    log.note(0, 0)
    log.feedback(1, 2)
    log.note(3, 100_000)
    (feedback,) = log.feedback(1, 2)
    assert (feedback.base, feedback.count) == (1, 1)
    assert feedback.deltas == (None, None, 144)
    assert feedback.reference == 1


def test_a_late_packet_is_told_if_its_time_has_not_passed():
    log = ArrivalLog()
    log.note(5, 0)
    log.note(7, 10_000)
    log.note(6, 20_000)
    (feedback,) = log.feedback(1, 2)
    assert feedback.deltas == (0, 80, -40)


def test_a_long_pause_begins_another_feedback():
    log = ArrivalLog()
    log.note(0, 0)
    log.note(1, 60_000_000)
    first, second = log.feedback(1, 2)
    assert (first.deltas, second.base, second.reference) == ((0,), 1, 937)


def test_a_wide_hole_is_not_spelt_out():
    log = ArrivalLog()
    log.note(0, 0)
    log.feedback(1, 2)
    log.note(30_000, 1_000)
    (feedback,) = log.feedback(1, 2)
    assert (feedback.base, len(feedback.deltas)) == (30_000, 1)


def test_memory_for_arrivals_is_bounded():
    log = ArrivalLog()
    for number in range(MAX_PENDING + 10):
        log.note(number, number * 100)
    told = log.feedback(1, 2)
    assert sum(delta is not None for feedback in told for delta in feedback.deltas) == MAX_PENDING
    assert all(len(feedback.deltas) <= MAX_FEEDBACK_PACKETS for feedback in told)
    assert all(len(pack([feedback])) < 1200 for feedback in told)


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 2**50)), max_size=60))
def test_whatever_arrives_can_be_told(arrivals: list[tuple[int, int]]):
    log = ArrivalLog()
    for number, now_us in arrivals:
        log.note(number, now_us)
    for feedback in log.feedback(1, 2):
        assert parse(pack([feedback])) == [feedback]


def test_the_last_word_of_a_subscriber_lasts_a_while():
    downlink = Downlink()
    assert downlink.bitrate_bps(0) is None
    downlink.note(900_000, 0)
    assert downlink.bitrate_bps(REMB_LASTS_MS) == 900_000
    assert downlink.bitrate_bps(REMB_LASTS_MS + 1) is None


def test_a_rate_is_of_the_last_second():
    rate = Rate()
    rate.sample(5_000, 0)
    assert rate.bps == 0
    for n in range(1, 31):
        rate.sample(5_000 + 1_000 * n, 100 * n)
        assert rate.bps == 80_000
    rate.sample(35_000, 3_000 + RATE_WINDOW_MS // 2)
    assert rate.bps == 40_000
    rate.sample(35_000, 3_000 + RATE_WINDOW_MS)
    assert rate.bps == 0


def test_two_samples_of_one_instant_are_one():
    rate = Rate()
    rate.sample(0, 0)
    rate.sample(1_000, 0)
    assert rate.bps == 0
    rate.sample(2_000, 1_000)
    assert rate.bps == 8_000


def test_a_rate_sampled_rarely_is_of_the_time_between():
    rate = Rate()
    rate.sample(0, 0)
    rate.sample(10_000, 5_000)
    assert rate.bps == 16_000
