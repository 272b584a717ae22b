"""Attempts are counted for each key and for all, and forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.web.rate_limit import MINUTE_MS, RateLimit

PACE_MS = MINUTE_MS // 6


def limit(per_minute: int = 6, total: int = 60, max_keys: int = 100) -> RateLimit:
    return RateLimit(per_minute=per_minute, total_per_minute=total, max_keys=max_keys)


def test_a_key_may_try_its_number_at_once_and_then_waits_for_its_pace():
    tries = limit()
    assert [tries.take(1, 0) for _ in range(6)] == [0] * 6
    assert tries.take(1, 0) == PACE_MS
    assert tries.take(1, PACE_MS - 1) == 1
    assert tries.take(1, PACE_MS) == 0
    assert tries.take(1, PACE_MS) == PACE_MS


def test_another_key_is_not_held_up():
    tries = limit()
    while tries.take(1, 0) == 0:
        pass
    assert tries.take(2, 0) == 0


def test_all_together_are_limited():
    tries = limit(per_minute=6, total=3)
    assert [tries.take(key, 0) for key in (1, 2, 3)] == [0, 0, 0]
    assert tries.take(4, 0) == MINUTE_MS // 3
    assert tries.take(4, MINUTE_MS // 3) == 0


def test_who_is_refused_uses_nothing_up_for_the_others():
    tries = limit(per_minute=1, total=2)
    assert tries.take(1, 0) == 0
    for _ in range(50):
        assert tries.take(1, 0) > 0
    assert tries.take(2, 0) == 0


def test_a_key_is_forgotten_after_a_minute():
    tries = limit()
    tries.take(1, 0)
    tries.take(2, 1)
    assert len(tries) == 2
    tries.take(2, MINUTE_MS)
    assert len(tries) == 1


def test_the_number_of_keys_is_bounded():
    tries = limit(total=1_000, max_keys=10)
    for key in range(100):
        assert tries.take(key, 0) == 0
    assert len(tries) == 10


@pytest.mark.parametrize("per_minute", [1, 7, 6000])
def test_waiting_as_told_is_enough(per_minute: int):
    tries = limit(per_minute=per_minute, total=100_000)
    now_ms = 0
    for _ in range(per_minute * 2):
        if wait_ms := tries.take(1, now_ms):
            now_ms += wait_ms
            assert tries.take(1, now_ms) == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20_000)), max_size=200))
def test_nobody_gets_more_than_twice_the_rate_in_any_minute(steps: list[tuple[int, int]]):
    tries = limit(per_minute=3, total=9)
    now_ms = 0
    granted: list[tuple[int, int]] = []
    for key, pause_ms in steps:
        now_ms += pause_ms
        if tries.take(key, now_ms) == 0:
            granted.append((now_ms, key))
    for at_ms, key in granted:
        window = [(t, k) for t, k in granted if at_ms <= t < at_ms + MINUTE_MS]
        assert len(window) <= 18
        assert sum(k == key for _, k in window) <= 6
