import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.header import (
    MARKER,
    MalformedRtp,
    PacketView,
    elements,
    extension_block,
    header_length,
    payload_end,
)

from .packets import rtp


@pytest.mark.parametrize(
    ("packet", "length"),
    [
        (rtp(), 12),
        (b"\x83" + rtp()[1:12] + bytes(12) + b"payload", 24),  # three CSRCs
        (rtp(extensions=((1, b"a"),)), 20),
        (b"\x90" + rtp()[1:12] + b"\xbe\xde\x00\x00", 16),  # an empty extension
        (b"\x8f" + rtp()[1:12] + bytes(60), 72),
    ],
)
def test_the_header_ends_where_its_counts_say(packet: bytes, length: int):
    assert header_length(packet) == length


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        rtp()[:11],
        b"\x40" + rtp()[1:],  # version 1
        b"\x8f" + rtp()[1:12],  # CSRCs that are not there
        b"\x90" + rtp()[1:12] + b"\xbe\xde\x00",  # an extension cut off
        b"\x90" + rtp()[1:12] + b"\xbe\xde\xff\xff" + bytes(100),  # a lying length
    ],
)
def test_a_header_longer_than_the_packet_is_refused(packet: bytes):
    with pytest.raises(MalformedRtp):
        header_length(packet)


def test_padding_is_not_payload():
    assert payload_end(rtp(payload=b"abc", padding=5), 12) == 15
    assert payload_end(rtp(payload=b"", padding=255), 12) == 12
    assert payload_end(rtp(payload=b"abc"), 12) == 15


@pytest.mark.parametrize("last", [0, 9, 255])
def test_padding_that_lies_is_refused(last: int):
    packet = b"\xa0" + rtp(payload=b"1234567")[1:] + bytes((last,))
    with pytest.raises(MalformedRtp):
        payload_end(packet, 12)
    with pytest.raises(MalformedRtp):
        payload_end(b"\xa0" + rtp(payload=b"")[1:], 12)


@pytest.mark.parametrize(
    "values",
    [
        ((1, b"a"),),
        ((1, b"a"), (14, b"0123456789abcdef")),
        ((3, b"abc"), (5, b"de")),
        ((15, b"two bytes"),),
        ((1, b""), (200, b"x" * 255)),
        ((2, b"x" * 17),),
        (),
    ],
)
def test_elements_come_back_as_they_were_written(values: tuple[tuple[int, bytes], ...]):
    packet = rtp(extensions=values)
    found = elements(packet, header_length(packet))
    assert {number: packet[at:end] for number, (at, end) in found.items()} == dict(values)


@pytest.mark.parametrize("values", [((0, b"a"),), ((256, b"a"),), ((1, bytes(256)),)])
def test_elements_that_no_form_can_hold_are_our_bug(values: tuple[tuple[int, bytes], ...]):
    with pytest.raises(ValueError, match="extension element"):
        extension_block(values)


def block(profile: bytes, body: bytes) -> bytes:
    return (
        b"\x90"
        + rtp()[1:12]
        + profile
        + (len(body) // 4).to_bytes(2, "big")
        + body
        + b"payload behind the extension"
    )


@pytest.mark.parametrize(
    ("packet", "ids"),
    [
        (block(b"\xbe\xde", b"\x00\x10a\x00"), {1}),  # padding before and behind
        (block(b"\xbe\xde", b"\x10a\xf0\x10"), {1}),  # 15 ends it all
        (block(b"\xbe\xde", b"\x10a\x10b"), {1}),  # the first value counts
        (block(b"\xbe\xde", b"\x00\x00\x00\x00"), set()),
        (block(b"\xbe\xde", b"\x01ab\x00"), set()),  # id 0 with a length is skipped
        (block(b"\x10\x00", b"\x00\x09\x01a"), {9}),
        (block(b"\x10\x0f", b"\x09\x00\x09\x00"), {9}),
        (block(b"\x12\x34", b"\x10abc"), set()),  # not RFC 8285
    ],
)
def test_forms_of_extensions(packet: bytes, ids: set[int]):
    assert set(elements(packet, header_length(packet))) == ids


@pytest.mark.parametrize(
    "packet",
    [
        block(b"\xbe\xde", b"\x13abc"),
        block(b"\xbe\xde", b"\x00\x00\x00\x10"),
        block(b"\x10\x00", b"\x01\x03ab"),
        block(b"\x10\x00", b"\x01\x01a\x02"),
    ],
)
def test_an_element_that_reaches_beyond_its_extension_is_refused(packet: bytes):
    with pytest.raises(MalformedRtp):
        elements(packet, header_length(packet))


@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"\x90\x60" + tail))
def test_any_bytes_are_a_packet_or_malformed(packet: bytes):
    view = PacketView()
    try:
        view.read(packet)
    except MalformedRtp:
        return
    assert 12 <= view.start <= view.end <= len(packet)
    assert all(12 <= at <= end <= view.start for at, end in view.found.values())


def test_a_view_says_what_the_packet_says():
    view = PacketView()
    view.read(rtp(65535, 2**32 - 1, 2**32 - 1, b"abc", payload_type=127, marker=True, padding=2))
    assert (view.seq16, view.rtp_ticks, view.ssrc) == (65535, 2**32 - 1, 2**32 - 1)
    assert (view.marker, view.payload_type) == (MARKER, 127)
    assert view.packet[view.start : view.end] == b"abc"


def test_a_retransmission_is_seen_as_the_original():
    view = PacketView()
    view.read(rtp(9, payload=b"\xff\xfeoriginal"))
    assert view.unwrap_retransmission()
    assert (view.seq16, view.packet[view.start : view.end]) == (65534, b"original")
    assert view.repaired
    view.read(rtp(payload=b"\x01"))
    assert not view.repaired
    assert not view.unwrap_retransmission()
