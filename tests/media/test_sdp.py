"""Our answers: what they mirror and take of an offer, and that real clients take them."""

from __future__ import annotations

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription

from server.media.sdp import (
    Extension,
    OfferSection,
    RejectedSection,
    accepted_extensions,
    accepted_feedback,
    write_answer,
)
from server.media.sdp_offer import (
    parse_offer,
)

from .sdp_texts import ALL_OFFERS, LOCAL, MEETING, answer_to, sections_of, vector


@pytest.mark.parametrize("name", ALL_OFFERS)
def test_answer_mirrors_the_offer(name: str) -> None:
    offer = parse_offer(vector(name))
    answer = answer_to(vector(name))
    mirrored = {"sendonly": "a=recvonly", "recvonly": "a=sendonly"}
    for section, lines in zip(offer.sections, sections_of(answer), strict=True):
        if isinstance(section, RejectedSection):
            continue
        assert lines[0].startswith(f"m={section.kind} 9 UDP/TLS/RTP/SAVPF {section.payload_type}")
        for line in (
            f"a=mid:{section.mid}",
            "a=setup:passive",
            "a=rtcp-mux",
            "a=ice-ufrag:ourname1",
            f"a=ice-pwd:{LOCAL.pwd}",
            mirrored[section.direction.value],
        ):
            assert line in lines
    assert "a=ice-lite\r\n" in answer.partition("m=")[0]
    assert answer.count("a=candidate") == 2 * len(offer.accepted())
    assert "a=candidate:1 1 udp 2130706175 192.0.2.10 5000 typ host\r\n" in answer
    assert "a=candidate:2 1 udp 2130705919 2001:db8::10 5000 typ host\r\n" in answer


@pytest.mark.parametrize("name", ALL_OFFERS)
def test_answer_takes_no_more_than_was_offered(name: str) -> None:
    offer = parse_offer(vector(name))
    for section, lines in zip(offer.sections, sections_of(answer_to(vector(name))), strict=True):
        if isinstance(section, OfferSection):
            taken = {line.split(" ", 1)[1] for line in lines if line.startswith("a=rtcp-fb")}
            assert taken == set(accepted_feedback(section)) <= section.feedback
            assert accepted_extensions(section).items() <= section.extensions.items()


def test_estimation_is_the_browsers_both_ways() -> None:
    """Up: we answer transport-cc. Down: abs-send-time and REMB, and no transport-cc, or Chromium sends no REMB."""
    offer = parse_offer(MEETING)
    camera, seat = offer.publishing()[1], offer.seats()[0].video
    assert seat is not None
    assert {Extension.TRANSPORT_CC, Extension.MID} <= accepted_extensions(camera).keys()
    assert "transport-cc" in accepted_feedback(camera)
    assert "goog-remb" not in accepted_feedback(camera)
    assert set(accepted_extensions(seat)) == {Extension.ABS_SEND_TIME}
    assert accepted_feedback(seat) == ("goog-remb", "nack", "nack pli", "ccm fir")


def test_each_seat_is_one_stream_with_its_ssrcs() -> None:
    lines = sections_of(answer_to(MEETING))
    assert "a=msid:seat-1 seat-1-audio" in lines[4]
    assert "a=ssrc:1010 cname:seat-1" in lines[4]
    assert "a=msid:seat-1 seat-1-video" in lines[5]
    assert "a=ssrc-group:FID 1011 1012" in lines[5]
    assert {"a=ssrc:1011 cname:seat-1", "a=ssrc:1012 cname:seat-1"} <= set(lines[5])


def test_seat_without_ssrcs_and_sections_at_rest_are_answered_inactive() -> None:
    offer = parse_offer(MEETING.replace("a=sendonly", "a=inactive", 1))
    assert offer.publishing()[0].kind == "video"
    lines = sections_of(write_answer(offer, LOCAL, {}))
    assert ["a=inactive" in section for section in lines] == [True, False, True, True, True, True]


def test_stereo_is_not_asked_for() -> None:
    answer = answer_to(vector("firefox_meeting"))
    assert "a=fmtp:109 useinbandfec=1\r\n" in answer
    assert "stereo" not in answer


@pytest.mark.parametrize("name", ALL_OFFERS)
def test_nothing_is_to_be_sent_in_silence(name: str) -> None:
    offer = parse_offer(vector(name))
    sections = zip(offer.accepted(), sections_of(answer_to(vector(name))), strict=False)
    asked = {each.mid for each, lines in sections if any("usedtx=1" in line for line in lines)}
    assert asked == {each.mid for each in offer.accepted() if each.publishes and each.kind == "audio"}


@pytest.mark.parametrize("name", ALL_OFFERS)
def test_aiortc_reads_the_answer(name: str) -> None:
    offer = parse_offer(vector(name))
    read = SessionDescription.parse(answer_to(vector(name)))
    assert len(read.media) == len(offer.sections)
    for media in (each for each in read.media if each.port):
        assert media.ice is not None
        assert media.ice.iceLite
        assert media.dtls is not None
        assert media.dtls.role == "server"
        assert media.dtls.fingerprints[0].value == LOCAL.fingerprint.hex(":").upper()


async def test_aiortc_takes_the_answer() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for kind, direction in [
        ("audio", "sendonly"),
        ("video", "sendonly"),
        *[("audio", "recvonly"), ("video", "recvonly")] * 3,
    ]:
        connection.addTransceiver(kind, direction=direction)
    await connection.setLocalDescription(await connection.createOffer())
    answer = answer_to(connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    directions = [transceiver.currentDirection for transceiver in connection.getTransceivers()]
    assert directions == ["sendonly"] * 2 + ["recvonly"] * 6
    await connection.close()
