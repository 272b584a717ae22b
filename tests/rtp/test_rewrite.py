import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.header import elements, extension_block, header_length
from server.rtp.rewrite import (
    FIRST_SEQUENCE_LIMIT,
    REMEMBERED_DROPS,
    HoleCloser,
    Renumbering,
    carried_extensions,
    send_time,
)

from .packets import rtp


def test_holes_made_on_purpose_are_closed_and_network_holes_kept():
    closer = HoleCloser()
    assert closer.index(10) == 10
    assert closer.drop(11)
    assert closer.index(12) == 11
    assert closer.index(15) == 14  # 13 and 14 were lost on the way
    assert closer.drop(16)
    assert closer.drop(17)
    assert closer.index(18) == 15
    assert closer.index(14) == 13
    assert closer.index(11) == -1
    assert closer.index(9) == 9


def test_a_hole_behind_the_newest_packet_cannot_be_closed():
    closer = HoleCloser()
    assert closer.index(12) == 12
    assert not closer.drop(11)
    assert closer.index(11) == 11
    assert closer.drop(13)
    assert not closer.drop(13)


def test_only_so_many_drops_are_remembered():
    closer = HoleCloser()
    closer.index(0)
    for dropped in range(2, 2 * REMEMBERED_DROPS + 4, 2):
        assert closer.drop(dropped)
    assert closer.index(1) == -1, "from before what is remembered"
    assert closer.index(2 * REMEMBERED_DROPS + 3) == REMEMBERED_DROPS + 2


@given(st.lists(st.booleans(), max_size=200))
def test_without_loss_the_dense_numbers_have_no_hole(kept: list[bool]):
    closer = HoleCloser()
    numbers = [closer.index(seq) for seq, keep in enumerate(kept) if keep or not closer.drop(seq)]
    assert numbers == list(range(len(numbers)))


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 8))
def test_positions_and_originals_are_inverse_as_far_as_is_remembered(kept: list[bool], remembered: int):
    closer = HoleCloser(remembered)
    number_of = {}
    dropped = []
    for seq, keep in enumerate(kept):
        if keep:
            number_of[seq] = closer.index(seq)
        else:
            assert closer.drop(seq)
            dropped.append(seq)
    oldest = dropped[-remembered] if len(dropped) > remembered else 0
    for seq, number in number_of.items():
        assert closer.original(number) == (seq if seq > oldest or not oldest else -1)
        if seq >= oldest:
            assert closer.position(seq) == number
    for seq in dropped:
        if seq > oldest:
            after = next((each for each in number_of if each > seq), len(kept))
            assert closer.position(seq) == number_of.get(after, closer.position(len(kept)))


def test_by_reports_a_beginning_has_its_instant_and_never_an_earlier_one():
    numbers = Renumbering(0, 90_000)
    numbers.begin(5, 2**32 - 10, now_ms=0)
    numbers.end(top_index=5, rtp_ticks=2**32 - 10, sent_ms=0)
    for expected, out in (
        (3_000 - 10, 3_000 - 10),
        (2**32 - 5, 2**32 - 5),
        (2**32 - 10, 2**32 - 9),  # the same instant: one tick later
        (2**32 - 9_000, 2**32 - 9),  # earlier
        (100 * 90 - 10 + 90_000, 100 * 90 - 10 + 90_000),  # a second off
        (100 * 90 - 10 + 90_001, 100 * 90 - 10),  # more: by arrival
        (None, 100 * 90 - 10),
    ):
        numbers.begin(9, 77, now_ms=100, expected_ticks=expected)
        assert (77 + numbers.tick_offset) % 2**32 == out


def test_another_numbering_of_the_same_source_goes_on_without_a_hole():
    numbers = Renumbering(100, 90_000)
    numbers.begin(50, 9_000, now_ms=0)
    before = numbers.tick_offset
    numbers.shift(60, 20)
    assert (20 + numbers.seq_offset, numbers.floor, numbers.tick_offset) == (110, 20, before)
    numbers.end(top_index=25, rtp_ticks=9_500, sent_ms=10)
    assert numbers.next_out == 116


def test_the_first_number_is_below_half_a_cycle():
    for first in (-1, FIRST_SEQUENCE_LIMIT):
        with pytest.raises(ValueError, match="lower half"):
            Renumbering(first, 90_000)
    assert Renumbering(FIRST_SEQUENCE_LIMIT - 1, 90_000).next_out == FIRST_SEQUENCE_LIMIT - 1


def test_a_change_of_source_leaves_no_hole_and_time_advances_as_it_passed():
    numbers = Renumbering(100, 90_000)
    numbers.begin(65_530, 5_000, now_ms=1_000)
    assert numbers.seq_offset + 65_530 == 100
    assert numbers.tick_offset == 0
    numbers.end(top_index=65_540, rtp_ticks=14_000, sent_ms=1_100)
    numbers.begin(3, 2**32 - 10, now_ms=1_600)
    assert numbers.floor == 3
    assert numbers.seq_offset + 3 == 111
    assert (2**32 - 10 + numbers.tick_offset) % 2**32 == 14_000 + 45_000
    numbers.end(top_index=3, rtp_ticks=2**32 - 10, sent_ms=1_600)
    numbers.begin(9, 77, now_ms=1_600)
    assert (77 + numbers.tick_offset) % 2**32 == 59_001, "never the same timestamp twice"


def test_a_source_that_sent_only_old_packets_moves_nothing_back():
    numbers = Renumbering(100, 48_000)
    numbers.begin(50, 9_000, now_ms=0)
    numbers.end(top_index=60, rtp_ticks=18_000, sent_ms=100)
    numbers.begin(20, 0, now_ms=100)
    before = numbers.next_out
    numbers.end(top_index=10, rtp_ticks=2**32 - 5_000, sent_ms=120)
    assert numbers.next_out == before
    numbers.begin(30, 0, now_ms=120)
    assert numbers.tick_offset > 18_000


@given(st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 50), st.integers(0, 2**32 - 1)), max_size=30))
def test_the_outgoing_index_only_rises(sources: list[tuple[int, int, int]]):
    numbers = Renumbering(7, 90_000)
    highest = 6
    for now_ms, (first, count, ticks) in enumerate(sources):
        numbers.begin(first, ticks, now_ms)
        assert first + numbers.seq_offset == highest + 1
        highest = first + count + numbers.seq_offset
        numbers.end(first + count, ticks, now_ms)


def test_extensions_are_renumbered_and_the_send_time_is_ours():
    packet = rtp(extensions=((3, b"\x85"), (4, b"abc")))
    found = elements(packet, header_length(packet))
    block = carried_extensions(packet, found, ((3, 9), (5, 10)), 2, now_us=1_000_000)
    out = b"\x90" + rtp()[1:12] + block
    values = {number: out[at:end] for number, (at, end) in elements(out, len(out)).items()}
    assert values == {9: b"\x85", 2: b"\x04\x00\x00"}
    assert carried_extensions(packet, found, (), 0, 0) == b""


@pytest.mark.parametrize("number", [1, 14, 15, 255])
def test_the_send_time_alone_is_a_block_of_its_own(number: int):
    block = carried_extensions(rtp(), {}, (), number, now_us=2_000_000)
    assert block == extension_block(((number, b"\x08\x00\x00"),))


@pytest.mark.parametrize(
    ("now_us", "value"), [(0, 0), (1_000_000, 1 << 18), (64_000_000, 0), (500_000, 1 << 17)]
)
def test_send_time_is_seconds_in_6_18_bits(now_us: int, value: int):
    assert int.from_bytes(send_time(now_us), "big") == value
