"""One long sum gives what a loop over streams and packets gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.header import FIXED, HAS_PADDING, MARKER, VERSION_2
from server.rtp.lanes import Lanes, PacketNumbers, StreamNumbers

INDEX_LIMIT = 1 << 47

packets = st.tuples(
    st.integers(0, INDEX_LIMIT),
    st.sampled_from([VERSION_2, VERSION_2 | 0x10, VERSION_2 | HAS_PADDING]).flatmap(
        lambda first: st.sampled_from([first << 8, first << 8 | MARKER])
    ),
    st.integers(0, 0xFFFFFFFF),
)
streams = st.builds(
    StreamNumbers,
    seq_offset=st.integers(0, INDEX_LIMIT),
    tick_offset=st.integers(0, 0xFFFFFFFF),
    payload_type=st.integers(0, 127),
    nonce_base=st.integers(0, (1 << 96) - 1),
)


def by_loop(some: list[StreamNumbers], burst: list[PacketNumbers]) -> tuple[list[bytes], list[bytes]]:
    headers, nonces = [], []
    for stream in some:
        for index, first, ticks in burst:
            out = index + stream.seq_offset
            second = (first & 0xFF) | stream.payload_type
            out_ticks = (ticks + stream.tick_offset) & 0xFFFFFFFF
            headers.append(FIXED.pack(first >> 8, second, out & 0xFFFF, out_ticks, 0)[:8])
            nonces.append((stream.nonce_base ^ out).to_bytes(12, "big"))
    return headers, nonces


@given(st.lists(streams, min_size=1, max_size=9), st.lists(packets, min_size=1, max_size=5))
def test_lanes_give_what_a_loop_gives(some: list[StreamNumbers], burst: list[PacketNumbers]) -> None:
    lanes = Lanes(some, len(burst))
    headers, nonces = by_loop(some, burst)
    assert lanes.headers(burst) == b"".join(headers)
    assert list(lanes.nonces(burst)) == nonces


@pytest.mark.parametrize("offset", [-65_536, -65_535, -1, 0, 1, 65_535, 65_536])
@pytest.mark.parametrize("index", [65_536, 131_071, 131_072])
def test_offsets_may_be_negative(offset: int, index: int) -> None:
    some = [StreamNumbers(each, 0xFFFFFFFF, 96, 7 << 48) for each in (offset, 0, offset)]
    burst = [(index, VERSION_2 << 8, 0), (index + 1, VERSION_2 << 8 | MARKER, 1)]
    lanes = Lanes(some, 2)
    headers, nonces = by_loop(some, burst)
    assert lanes.headers(burst) == b"".join(headers)
    assert list(lanes.nonces(burst)) == nonces
