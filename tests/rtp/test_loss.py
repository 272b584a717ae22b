import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.loss import DEFAULT_RTT_MS, MAX_ASKS, MAX_LEAP, MAX_MISSING, MAX_MISSING_MS, Arrival, Gaps


@pytest.mark.parametrize(
    ("numbers", "last", "missing"),
    [
        ([5], Arrival.NEXT, []),
        ([5, 6], Arrival.NEXT, []),
        ([5, 8], Arrival.AHEAD, [6, 7]),
        ([5, 8, 6], Arrival.FILLED, [7]),
        ([5, 8, 6, 6], Arrival.STALE, [7]),
        ([5, 5], Arrival.STALE, []),
        ([5, 4], Arrival.STALE, []),
        ([65535, 0], Arrival.NEXT, []),
        ([65534, 1], Arrival.AHEAD, [65535, 65536]),
        ([65534, 1, 65535], Arrival.FILLED, [65536]),
        ([0, 65535], Arrival.STALE, []),
        ([0, MAX_LEAP], Arrival.LEAP, []),
        ([0, 65536 - MAX_LEAP], Arrival.LEAP, []),
    ],
)
def test_what_a_packet_is_to_its_stream(numbers: list[int], last: Arrival, missing: list[int]):
    gaps = Gaps()
    seen = [gaps.note(number, 0) for number in numbers]
    assert seen[-1] is last
    assert gaps.due(0) == missing


def test_a_missing_packet_is_asked_for_at_once_then_once_per_round_trip():
    gaps = Gaps()
    gaps.note(1, 0)
    gaps.note(3, 10)
    assert gaps.due(10, rtt_ms=50) == [2]
    assert gaps.due(59, rtt_ms=50) == []
    assert gaps.due(60, rtt_ms=50) == [2]
    assert gaps.due(60 + DEFAULT_RTT_MS) == [2]
    assert gaps.due(60 + DEFAULT_RTT_MS + 19, rtt_ms=1) == [], "a short round trip does not make a storm"


def test_after_so_many_requests_a_keyframe_must_do():
    gaps = Gaps()
    gaps.note(1, 0)
    gaps.note(3, 0)
    asked = [gaps.due(n * 20, rtt_ms=20) for n in range(MAX_ASKS + 1)]
    assert asked == [[2]] * MAX_ASKS + [[]]
    assert gaps.overflowed
    assert len(gaps) == 0


def test_what_is_missing_for_too_long_is_forgotten_and_no_longer_welcome():
    gaps = Gaps()
    gaps.note(1, 0)
    gaps.note(3, 0)
    gaps.note(5, 1)
    gaps.expire(MAX_MISSING_MS)
    assert gaps.note(2, MAX_MISSING_MS) is Arrival.STALE
    assert gaps.note(4, MAX_MISSING_MS) is Arrival.FILLED


def test_more_loss_than_can_be_asked_for_overflows():
    gaps = Gaps()
    gaps.note(0, 0)
    gaps.note(MAX_MISSING + 1, 0)
    assert not gaps.overflowed
    gaps.note(MAX_MISSING + 3, 0)
    assert gaps.overflowed
    assert len(gaps) == MAX_MISSING
    wide = Gaps()
    wide.note(0, 0)
    wide.note(MAX_LEAP - 1, 0)
    assert wide.overflowed
    assert len(wide) == MAX_MISSING


def test_nothing_before_a_keyframe_is_asked_for():
    gaps = Gaps()
    gaps.note(1, 0)
    gaps.note(3, 0)
    gaps.note(5, 0)
    gaps.forget_before(3)
    assert gaps.due(0) == [4]


def test_a_new_beginning_forgets_everything():
    gaps = Gaps()
    gaps.note(1, 0)
    gaps.note(9, 0)
    gaps.restart(40_000)
    assert gaps.due(0) == []
    assert gaps.note(40_001, 0) is Arrival.NEXT


@given(st.lists(st.integers(0, 65535), max_size=300))
def test_no_number_is_accepted_twice(numbers: list[int]):
    gaps = Gaps()
    accepted: set[int] = set()
    for number in numbers:
        arrival = gaps.note(number, 0)
        if arrival in {Arrival.NEXT, Arrival.AHEAD}:
            assert gaps.top not in accepted
            accepted.add(gaps.top)
        elif arrival is Arrival.FILLED:
            seq_ext = next(top for top in range(gaps.top, -1, -1) if top & 0xFFFF == number)
            assert seq_ext not in accepted
            accepted.add(seq_ext)
        assert len(gaps) <= MAX_MISSING
