import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.vp8 import (
    LAYER_SYNC,
    NO_TEMPORAL_LAYER,
    begins_frame,
    begins_keyframe,
    descriptor_length,
    keyframe_height,
    short_descriptor,
    temporal_layer,
)

from .packets import KEYFRAME


@pytest.mark.parametrize(
    ("descriptor", "length"),
    [
        (b"\x10", 1),
        (b"\x90\x00", 2),
        (b"\x90\x80\x05", 3),  # 7-bit picture id
        (b"\x90\x80\x85\x01", 4),  # 15-bit picture id
        (b"\x90\xc0\x85\x01\x07", 5),  # and TL0PICIDX
        (b"\x90\xe0\x85\x01\x07\x20", 6),  # and TID
        (b"\x90\x10\x03", 3),  # KEYIDX alone
        (b"\x90\x40\x03", 3),
    ],
)
def test_the_descriptor_ends_where_its_flags_say(descriptor: bytes, length: int):
    payload = descriptor + b"frame"
    assert descriptor_length(payload, 0, len(payload)) == length
    for cut in range(length + 1):
        assert descriptor_length(payload, 0, cut) == 0, "nothing of the frame is left"


@given(st.binary(max_size=20))
def test_a_descriptor_never_reaches_beyond_the_payload(payload: bytes):
    assert 0 <= descriptor_length(payload, 0, len(payload)) < max(1, len(payload))


@pytest.mark.parametrize(
    ("payload", "begins"),
    [
        (b"\x10" + KEYFRAME, True),
        (b"\x30" + KEYFRAME, True),  # not a reference, still a keyframe
        (b"\x00" + KEYFRAME, False),  # in the middle of a partition
        (b"\x11" + KEYFRAME, False),  # the second partition
        (b"\x10\x11" + KEYFRAME[1:], False),  # an interframe
        (b"\x10" + KEYFRAME[:9], False),
        (b"\x10" + KEYFRAME[:3] + b"\x9d\x01\x2b" + KEYFRAME[6:], False),
    ],
)
def test_a_keyframe_is_known_by_its_clear_bytes(payload: bytes, begins: bool):  # noqa: FBT001
    assert begins_keyframe(payload, 0, 1, len(payload)) is begins


def test_the_required_byte_keeps_everything_but_the_extension():
    assert short_descriptor(b"\xff", 0) == 0x7F
    assert short_descriptor(b"\x90", 0) == 0x10


@pytest.mark.parametrize(
    ("descriptor", "layer"),
    [
        (b"\x10", NO_TEMPORAL_LAYER),
        (b"\x90\x00", NO_TEMPORAL_LAYER),
        (b"\x90\x20\x80", 2 << 1),  # TID alone
        (b"\x90\x20\x60", 1 << 1 | LAYER_SYNC),
        (b"\x90\x10\x9f", NO_TEMPORAL_LAYER),  # KEYIDX alone: its byte has no TID
        (b"\x90\xa0\x05\x40", 1 << 1),  # 7-bit picture id
        (b"\x90\xa0\x85\x01\xe0", 3 << 1 | LAYER_SYNC),  # 15-bit picture id
        (b"\x90\xe0\x85\x01\x07\xa0", 2 << 1 | LAYER_SYNC),  # and TL0PICIDX
        (b"\x90\x60\x07\x80", 2 << 1),
    ],
)
def test_the_temporal_layer_is_read_behind_the_picture_ids(descriptor: bytes, layer: int):
    payload = descriptor + b"f"
    assert descriptor_length(payload, 0, len(payload)) == len(descriptor)
    assert temporal_layer(payload, 0, len(descriptor)) == layer


@given(st.binary(min_size=1, max_size=8))
def test_a_descriptor_that_fits_says_its_temporal_layer(payload: bytes):
    frame = descriptor_length(payload, 0, len(payload))
    if frame:
        assert 0 <= temporal_layer(payload, 0, frame) <= 7


@pytest.mark.parametrize(
    ("first", "begins"),
    [(0x10, True), (0x90, True), (0x30, True), (0x00, False), (0x11, False), (0x17, False)],
)
def test_a_frame_begins_with_its_first_partition(first: int, begins: bool):  # noqa: FBT001
    assert begins_frame(bytes((first,)), 0) is begins


def test_a_keyframe_tells_its_height_without_its_scale():
    assert keyframe_height(b"\x10" + KEYFRAME, 1) == 90
    scaled = KEYFRAME[:8] + (0x8000 | 720).to_bytes(2, "little")
    assert keyframe_height(b"\x10" + scaled, 1) == 720
