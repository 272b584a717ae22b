import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.sequence import extend, ticks_between


@pytest.mark.parametrize(
    ("seq16", "near", "extended"),
    [
        (1, 0, 1),
        (0, 65535, 65536),
        (65535, 65536, 65535),
        (65535, 0, -1),
        (5, 3 * 65536 - 2, 3 * 65536 + 5),
        (65530, 3 * 65536 + 2, 3 * 65536 - 6),
        (32768, 0, 32768),  # half a cycle away counts as ahead
        (32769, 0, -32767),
        (7, 7, 7),
    ],
)
def test_the_nearest_number_with_these_bits(seq16: int, near: int, extended: int):
    assert extend(seq16, near) == extended


@given(st.integers(0, 2**48), st.integers(-32767, 32768))
def test_every_number_within_half_a_cycle_is_found_again(near: int, away: int):
    assert extend((near + away) & 0xFFFF, near) == near + away


@pytest.mark.parametrize(
    ("earlier", "later", "between"),
    [
        (0, 5, 5),
        (5, 0, -5),
        (2**32 - 1, 1, 2),
        (1, 2**32 - 1, -2),
        (0, 2**31, -(2**31)),
        (0, 2**31 - 1, 2**31 - 1),
    ],
)
def test_timestamps_have_a_signed_distance(earlier: int, later: int, between: int):
    assert ticks_between(earlier, later) == between
