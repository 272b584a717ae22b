import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.rtcp import (
    FullIntra,
    Goodbye,
    MalformedRtcp,
    Nack,
    Part,
    PictureLoss,
    ReceiverReport,
    Remb,
    ReportBlock,
    SenderReport,
    SourceDescription,
    TransportWide,
    pack,
    parse,
)

BLOCK = ReportBlock(5, 255, -3, 2**32 - 1, 17, 2**32 - 2, 65536)
U32 = st.integers(0, 2**32 - 1)
U16 = st.integers(0, 2**16 - 1)


@pytest.mark.parametrize(
    "part",
    [
        SenderReport(1, 2**64 - 1, 3, 4, 5),
        SenderReport(1, 2, 3, 4, 5, (BLOCK, BLOCK)),
        ReceiverReport(9),
        ReceiverReport(9, (BLOCK,) * 31),
        SourceDescription(((1, b"seat-0"),)),
        SourceDescription(((1, b""), (2, b"a"), (3, b"ab"), (4, b"abc"))),
        Goodbye((1, 2**32 - 1)),
        Goodbye(()),
        Nack(1, 2, (7,)),
        Nack(1, 2, (65534, 65535, 0, 14, 15, 40)),
        PictureLoss(1, 2),
        FullIntra(1, ((2, 255), (3, 0))),
        Remb(1, 0, ()),
        Remb(1, 262143, (4, 5)),
        Remb(1, 262143 << 40, (4,)),
        TransportWide(1, 2, 65535, -5, 255, (0, None, 255, 256, -1, 32767, -32768)),
        TransportWide(1, 2, 0, 2**23 - 1, 0, (None,) * 100 + (3,) * 9000),
    ],
)
def test_what_is_written_is_read_again(part: Part):
    assert parse(pack([part])) == [part]


def test_a_compound_packet_has_its_parts_in_order():
    parts: list[Part] = [SenderReport(1, 2, 3, 4, 5), SourceDescription(((1, b"x"),)), PictureLoss(1, 2)]
    assert parse(pack(parts)) == parts


def test_bytes_of_a_nack_as_the_rfc_draws_them():
    assert pack([Nack(1, 2, (10, 11, 26))]) == bytes.fromhex("81cd00030000000100000002000a8001")


def test_a_picture_loss_is_twelve_bytes():
    assert pack([PictureLoss(0x11223344, 0x55667788)]) == bytes.fromhex("81ce00021122334455667788")


def test_remb_rounds_down_to_eighteen_bits():
    (read,) = parse(pack([Remb(1, 1_000_001, (3,))]))
    assert isinstance(read, Remb)
    assert 1_000_001 - 4 < read.bitrate_bps <= 1_000_001


@given(st.lists(U16, min_size=1, max_size=60))
def test_every_lost_packet_is_named_and_no_other(lost: list[int]):
    (read,) = parse(pack([Nack(1, 2, tuple(lost))]))
    assert isinstance(read, Nack)
    assert set(read.lost) == set(lost)


@given(
    st.builds(
        TransportWide,
        U32,
        U32,
        U16,
        st.integers(-(2**23), 2**23 - 1),
        st.integers(0, 255),
        st.lists(st.none() | st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=80).map(tuple),
    )
)
def test_arrivals_survive_their_packing(feedback: TransportWide):
    assert parse(pack([feedback])) == [feedback]


def test_one_bit_status_vectors_are_read():
    body = (
        bytes.fromhex("00000001 00000002 0005 0003 000001 07".replace(" ", ""))
        + b"\xa8\x00"
        + b"\x04\x08\x00"
    )
    packet = b"\x8f\xcd" + ((len(body) + 3) // 4).to_bytes(2, "big") + body + bytes(-len(body) % 4)
    assert parse(packet) == [TransportWide(1, 2, 5, 1, 7, (4, None, 8))]


def test_a_reserved_status_counts_as_not_arrived():
    body = bytes.fromhex("00000001 00000002 0005 0001 000001 07".replace(" ", "")) + b"\x60\x01"
    packet = b"\x8f\xcd" + ((len(body) + 3) // 4).to_bytes(2, "big") + body + bytes(-len(body) % 4)
    assert parse(packet) == [TransportWide(1, 2, 5, 1, 7, (None,))]


def test_padding_and_unknown_parts_are_passed_over():
    padded = b"\xa1\xce\x00\x03" + bytes(8) + b"\x00\x00\x00\x04"
    unknown = b"\x80\xcc\x00\x00"  # APP
    other_feedback = b"\x82\xce\x00\x02" + bytes(8)
    other_application = b"\x8f\xce\x00\x03" + bytes(8) + b"ABCD"
    assert parse(padded + unknown + other_feedback + other_application) == [PictureLoss(0, 0)]


def test_other_items_than_the_name_are_not_read():
    chunk = b"\x00\x00\x00\x01" + b"\x02\x03abc" + b"\x01\x01n" + bytes(4)
    assert parse(b"\x81\xca\x00\x04" + chunk) == [SourceDescription(((1, b"n"),))]


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80\xc9\x00",
        b"\x00\xc9\x00\x01" + bytes(4),  # version 0
        b"\x80\xc9\x00\x02" + bytes(4),  # longer than the packet
        b"\xa0\xc9\x00\x01" + b"\x00\x00\x00\x05",  # padding longer than the part
        b"\xa0\xc9\x00\x00",  # padding of nothing
        b"\x80\xc8\x00\x01" + bytes(4),  # sender report cut
        b"\x81\xc9\x00\x01" + bytes(4),  # report block missing
        b"\x80\xc9\x00\x00",
        b"\x81\xca\x00\x00",  # chunk missing
        b"\x81\xca\x00\x02" + b"\x00\x00\x00\x01\x01\x09ab",  # item longer than the part
        b"\x81\xca\x00\x02" + b"\x00\x00\x00\x01\x01\x02ab",  # no end of the chunk
        b"\x82\xcb\x00\x01" + bytes(4),  # a source missing
        b"\x81\xcd\x00\x01" + bytes(4),  # feedback without sources
        b"\x81\xcd\x00\x02" + bytes(8),  # nack without items
        b"\x84\xce\x00\x02" + bytes(8),  # fir without entries
        b"\x8f\xce\x00\x03" + bytes(8) + b"REMB",
        b"\x8f\xce\x00\x04" + bytes(8) + b"REMB\x02\x00\x00\x00",
        b"\x8f\xcd\x00\x03" + bytes(12),  # arrivals without a head
        b"\x8f\xcd\x00\x04" + bytes(8) + b"\x00\x00\x00\x01\x00\x00\x00\x00",  # no chunk
        b"\x8f\xcd\x00\x05"
        + bytes(8)
        + b"\x00\x00\x00\x01\x00\x00\x00\x00"
        + b"\x20\x00\x00\x00",  # an empty run
        b"\x8f\xcd\x00\x05"
        + bytes(8)
        + b"\x00\x00\x00\x08\x00\x00\x00\x00"
        + b"\x20\x08\x00\x00",  # deltas cut
    ],
)
def test_garbage_is_refused(packet: bytes):
    with pytest.raises(MalformedRtcp):
        parse(packet)


def _framed(kind: int, form: int, body: bytes) -> bytes:
    return bytes((0x80 | form, kind)) + (len(body) // 4).to_bytes(2, "big") + body


@given(
    st.binary(max_size=200)
    | st.builds(
        _framed,
        st.integers(198, 207),
        st.integers(0, 31),
        st.binary(max_size=120).map(lambda body: body[: len(body) // 4 * 4]),
    )
)
def test_any_bytes_are_rtcp_or_malformed(packet: bytes):
    try:
        parse(packet)
    except MalformedRtcp:
        return


@pytest.mark.parametrize(
    "part",
    [
        ReceiverReport(9, (BLOCK,) * 32),
        Remb(1, -1, ()),
        Remb(1, 1 << 90, ()),
        TransportWide(1, 2, 0, 0, 0, ()),
        TransportWide(1, 2, 0, 0, 0, (1 << 15,)),
    ],
)
def test_what_does_not_fit_is_our_bug(part: Part):
    with pytest.raises(ValueError, match=r"\w"):
        pack([part])


def test_loss_beyond_its_field_is_held_at_its_end():
    block = ReportBlock(5, 0, 2**30, 0, 0, 0, 0)
    (read,) = parse(pack([ReceiverReport(1, (block,))]))
    assert isinstance(read, ReceiverReport)
    assert read.blocks[0].packets_lost == 2**23 - 1
