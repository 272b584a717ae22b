"""Sealed positions open again, and nothing else does."""

from hypothesis import given
from hypothesis import strategies as st

from server.signaling.positions import SEALED_BYTES, Positions

KEY = bytes(range(16))


@given(st.integers(min_value=0, max_value=2**63))
def test_a_sealed_position_opens_again(position: int):
    sealed = Positions(KEY).seal(position)
    assert len(sealed) == SEALED_BYTES
    assert Positions(KEY).open(sealed) == position


@given(st.binary(max_size=40))
def test_what_was_not_sealed_with_the_key_is_no_position(made_up: bytes):
    assert Positions(KEY).open(made_up) is None


def test_another_meetings_position_is_none_here():
    assert Positions(bytes(16)).open(Positions(KEY).seal(7)) is None


def test_neighbours_look_unrelated():
    first, second = Positions(KEY).seal(1), Positions(KEY).seal(2)
    assert sum(a == b for a, b in zip(first, second, strict=True)) < SEALED_BYTES // 2
