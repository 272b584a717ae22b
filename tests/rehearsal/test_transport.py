"""The lean transport and its offer against the server's own reading of them, and against servers that lie."""

from __future__ import annotations

import select
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.sdp import accepted_extensions
from server.media.sdp_offer import parse_offer
from server.rehearsal.errors import NoMedia
from server.rehearsal.sdp import Remote, read_answer, write_offer
from server.rehearsal.transport import Stage, Transport, is_rtcp, is_rtp
from tests.media.real_peers import MEETING

from .remote import ADA, SOURCES, Answering


def test_the_server_reads_in_the_offer_what_is_meant() -> None:
    offer = parse_offer(write_offer("someufrag", bytes(range(32)), 3, SOURCES))
    mic, camera = offer.publishing()
    assert (mic.kind, camera.kind) == ("audio", "video")
    assert [(pair.primary, pair.rtx) for pair in (*mic.sources, *camera.sources)] == [(10, None), (11, 12)]
    assert len(offer.seats()) == 3
    assert offer.fingerprint == bytes(range(32))
    assert all(seat.video is not None and seat.video.rtx_payload_type for seat in offer.seats())
    assert accepted_extensions(mic)
    assert accepted_extensions(camera)


async def test_the_answer_is_read_as_the_server_means_it() -> None:
    async with Answering() as answering:
        offer = write_offer("someufrag", bytes(32), 2, SOURCES)
        remote = read_answer(await answering.open(offer))
    assert remote.candidates == (answering.server.local,)
    ssrcs = [ssrc for seat in remote.seats for ssrc in (seat.audio, seat.video, seat.video_rtx)]
    assert len(set(ssrcs)) == 6
    assert None not in ssrcs


ANSWER = (
    "v=0\r\na=fingerprint:sha-256 "
    + bytes(range(32)).hex(":")
    + "\r\nm=audio 9 x 1\r\na=ice-ufrag:abcd\r\na=ice-pwd:secret\r\na=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"
    "m=video 9 x 1\r\nm=audio 9 x 1\r\na=ssrc:1 cname:x\r\nm=video 9 x 1\r\na=ssrc:2 cname:x\r\n"
)


def test_an_answer_may_do_without_retransmission_in_a_seat() -> None:
    (seat,) = read_answer(ANSWER).seats
    assert (seat.audio, seat.video, seat.video_rtx) == (1, 2, None)


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("a=fingerprint:sha-256", "a=nothing"),
        (bytes(range(32)).hex(":"), "00:01"),
        (bytes(range(32)).hex(":"), "no hex"),
        ("a=ice-ufrag:abcd\r\n", ""),
        ("a=ice-pwd:secret\r\n", ""),
        ("a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n", ""),
        ("192.0.2.1", "somewhere.example"),
        ("a=ssrc:1 ", "a=other:1 "),
    ],
)
def test_an_answer_that_lacks_something_is_refused(part: str, instead: str) -> None:
    assert part in ANSWER
    with pytest.raises(NoMedia):
        read_answer(ANSWER.replace(part, instead))


@given(st.text(max_size=200))
def test_any_text_is_an_answer_or_refused(text: str) -> None:
    with pytest.raises(NoMedia):
        read_answer(text)


async def test_a_transport_opens_and_its_farewell_is_heard() -> None:
    async with Answering() as answering:
        transport = Transport()
        transport.begin(await answering.remote_of(transport))
        await answering.settle(transport)
        assert transport.stage is Stage.OPEN
        await answering.until(answering.is_open)
        transport.close()
        await answering.until(lambda: answering.listener.lost == [ADA])


async def test_the_servers_farewell_is_heard() -> None:
    async with Answering() as answering:
        transport = Transport()
        transport.begin(await answering.remote_of(transport))
        await answering.settle(transport)
        await answering.server.close(MEETING, ADA)
        await answering.settle_closed(transport)
    assert transport.socket.fileno() == -1


async def test_addresses_where_nobody_answers_are_passed_over() -> None:
    async with Answering() as answering:
        transport = Transport()
        remote = await answering.remote_of(transport)
        transport.begin(replace(remote, candidates=(("192.0.2.1", 5000), *remote.candidates)))
        await answering.settle(transport)
        assert transport.stage is Stage.OPEN
        assert transport.socket.getpeername() == remote.candidates[0]
        transport.close()


async def test_checks_and_handshakes_that_were_lost_are_sent_again() -> None:
    async with Answering() as answering:
        transport = Transport()
        transport.begin(await answering.remote_of(transport))
        lost: list[int] = []

        def lose(datagram: bytes) -> bool:
            """The first of each kind: answers to checks begin with 1, parts of the handshake with 20 to 22."""
            if datagram[0] in lost:
                return False
            lost.append(datagram[0])
            return True

        await answering.settle(transport, lose)
        assert {1, 22} <= set(lost)
        assert transport.stage is Stage.OPEN
        transport.close()


async def test_another_certificate_than_that_of_the_answer_is_not_spoken_to() -> None:
    async with Answering() as answering:
        transport = Transport()
        transport.begin(replace(await answering.remote_of(transport), fingerprint=bytes(32)))
        await answering.settle(transport)
    assert transport.is_closed
    assert transport.socket.fileno() == -1


async def test_an_answer_to_a_check_that_somebody_else_signed_is_ignored() -> None:
    async with Answering() as answering:
        transport = Transport()
        remote = await answering.remote_of(transport)
        transport.begin(remote)
        await answering.until(lambda: select.select([transport.socket], [], [], 0)[0] != [])
        ((answer, _),) = transport.datagrams(1)
        transport._remote = replace(remote, pwd="a password that the server never knew")
        transport.control(answer)
        before = transport.stage
        transport._remote = remote
        transport.control(answer)
        assert (before, transport.stage) == (Stage.CHECKING, Stage.SHAKING_HANDS)
        transport.close()


@given(st.binary(max_size=60))
def test_any_datagram_of_a_stranger_changes_nothing(datagram: bytes) -> None:
    transport = Transport()
    try:
        transport.begin(Remote("ufrag", "pwd", bytes(32), (("127.0.0.1", 9),), ()))
        transport.control(datagram)
        assert transport.stage is Stage.CHECKING
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("datagram", "rtp", "rtcp"),
    [
        (b"", False, False),
        (b"\x80", False, False),
        (b"\x80\x6f", True, False),
        (b"\x80\xe0", True, False),
        (b"\x80\xc8", False, True),
        (b"\x80\xce", False, True),
        (b"\x16\xfe", False, False),
        (b"\x01\x01", False, False),
    ],
)
def test_media_is_told_apart_by_its_first_bytes(datagram: bytes, rtp: bool, rtcp: bool) -> None:  # noqa: FBT001 - a table
    assert (is_rtp(datagram), is_rtcp(datagram)) == (rtp, rtcp)
