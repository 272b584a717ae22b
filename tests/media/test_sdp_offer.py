"""Offers of real clients are read; bad ones, and any text, are refused with their reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hosting.ports import OfferFault, OfferRefused
from server.media.sdp import (
    Direction,
    Extension,
    OfferSection,
    RejectedSection,
    SourcePair,
    accepted_extensions,
    write_answer,
)
from server.media.sdp_offer import (
    MAX_OFFER_BYTES,
    MAX_RIDS,
    MAX_SEATS,
    MAX_SECTIONS,
    MAX_SOURCES,
    parse_offer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

from .sdp_texts import ALL_OFFERS, LOCAL, MEETING, answer_to, fault_of, seats_of, sections_of, vector

# ── real offers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["chromium_meeting", "firefox_meeting", "aiortc_meeting"])
def test_offer_of_a_meeting_is_read_alike_from_every_client(name: str) -> None:
    offer = parse_offer(vector(name))
    sections = offer.accepted()
    assert [section.kind for section in sections] == ["audio", "video"] * 3
    assert [section.publishes for section in sections] == [True, True, False, False, False, False]
    assert [section.index for section in sections] == [0, 1, 2, 3, 4, 5]
    assert [section.mid for section in sections] == ["0", "1", "2", "3", "4", "5"]
    assert [(seat.audio.index, seat.video and seat.video.index) for seat in offer.seats()] == [(2, 3), (4, 5)]
    microphone, camera = offer.publishing()
    assert (microphone.clock_rate, microphone.channels, microphone.rtx_payload_type) == (48_000, 2, None)
    assert (camera.clock_rate, camera.channels) == (90_000, 1)
    assert camera.rtx_payload_type is not None
    assert Extension.AUDIO_LEVEL in microphone.extensions
    assert Extension.ABS_SEND_TIME in camera.extensions
    assert {"nack", "nack pli", "goog-remb"} <= camera.feedback
    assert len(microphone.sources) == len(camera.sources) == 1
    assert camera.sources[0].rtx is not None
    assert all(section.sources == () for section in sections if section.is_seat)


def test_chromium_is_read_in_every_detail() -> None:
    offer = parse_offer(MEETING)
    assert (offer.ufrag, offer.pwd) == ("/KT5", "FBplGYFWvNQSCaQvfgSfUMs9")
    assert offer.fingerprint.hex(":").upper().startswith("7F:9C:2E:B5:FA:63")
    assert offer.pwd not in repr(offer)
    assert offer.sections[1] == OfferSection(
        index=1,
        mid="1",
        kind="video",
        direction=Direction.SENDONLY,
        payload_type=96,
        rtx_payload_type=97,
        clock_rate=90_000,
        channels=1,
        parameters={},
        extensions={
            Extension.ABS_SEND_TIME: 2,
            Extension.TRANSPORT_CC: 3,
            Extension.MID: 4,
            Extension.RID: 10,
            Extension.REPAIRED_RID: 11,
        },
        feedback=frozenset({"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"}),
        sources=(SourcePair(1095415611, 4134466423),),
        rids=(),
        one_way_extensions=frozenset(),
    )
    microphone = offer.sections[0]
    assert isinstance(microphone, OfferSection)
    assert microphone.parameters == {"minptime": "10", "useinbandfec": "1"}


@pytest.mark.parametrize("name", ["chromium_simulcast", "firefox_simulcast"])
def test_simulcast_streams_are_read(name: str) -> None:
    camera = parse_offer(vector(name)).publishing()[1]
    assert camera.rids == ("q", "h", "f")
    assert {Extension.RID, Extension.REPAIRED_RID} <= accepted_extensions(camera).keys()


@pytest.mark.parametrize("name", ["chromium_all_codecs_and_data", "firefox_all_codecs_and_data"])
def test_data_channel_is_turned_down_and_other_codecs_left_out(name: str) -> None:
    offer = parse_offer(vector(name))
    assert offer.sections[4] == RejectedSection(
        4, "4", "application", "UDP/DTLS/SCTP", ("webrtc-datachannel",)
    )
    answer = answer_to(vector(name))
    assert "H264" not in answer
    assert "VP9" not in answer
    assert sections_of(answer)[4][0] == "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"
    assert "a=group:BUNDLE 0 1 2 3\r\n" in answer


# ── offers that are refused ──────────────────────────────────────────────────────────────────────

OPUS_LINE = "a=rtpmap:111 opus/48000/2"


def many_sections(count: int) -> str:
    head, _, rest = MEETING.partition("m=audio")
    block = "m=audio" + rest.partition("m=video")[0]
    blocks = [
        block.replace("a=mid:0", f"a=mid:{number}").replace("2602658868", str(number + 1))
        for number in range(count)
    ]
    mids = " ".join(str(number) for number in range(count))
    return head.replace("BUNDLE 0 1 2 3 4 5", f"BUNDLE {mids}") + "".join(blocks)


def many_seats(count: int) -> str:
    head, first, rest = many_sections(count + 1).partition("m=audio")
    block, *others = rest.split("m=audio")
    return (
        head
        + first
        + "m=audio".join([block, *(other.replace("a=sendonly", "a=recvonly") for other in others)])
    )


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        pytest.param(OfferFault.TOO_LARGE, lambda sdp: sdp + "a=" + "x" * MAX_OFFER_BYTES, id="128 KiB"),
        pytest.param(OfferFault.TOO_LARGE, lambda sdp: sdp + "a=" + "é" * (MAX_OFFER_BYTES // 2), id="128 KiB UTF-8"),
        pytest.param(OfferFault.TOO_MANY_SECTIONS, lambda sdp: sdp + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 194, id="200 m-lines"),
        pytest.param(OfferFault.TOO_MANY_SECTIONS, lambda _: many_sections(MAX_SECTIONS + 1), id="65 m-lines"),
        pytest.param(OfferFault.TOO_MANY_SECTIONS, lambda _: many_seats(MAX_SEATS + 1), id="25 seats"),
        pytest.param(OfferFault.NO_AUDIO, lambda sdp: sdp.partition("m=")[0], id="no sections"),
        pytest.param(OfferFault.NO_AUDIO, lambda sdp: re.sub(r"m=audio.*?(?=m=)", "", sdp, flags=re.DOTALL), id="video only"),
        pytest.param(OfferFault.NO_AUDIO, lambda sdp: sdp.replace("m=audio 9", "m=audio 0"), id="audio switched off"),
        pytest.param(OfferFault.NO_COMMON_CODEC, lambda sdp: sdp.replace("opus", "PCMU"), id="no Opus"),
        pytest.param(OfferFault.NO_COMMON_CODEC, lambda sdp: sdp.replace("opus/48000/2", "opus/16000"), id="other Opus"),
        pytest.param(OfferFault.NO_COMMON_CODEC, lambda sdp: sdp.replace("SAVPF 111", "SAVPF 0"), id="Opus not in the m-line"),
        pytest.param(OfferFault.NO_COMMON_CODEC, lambda sdp: sdp.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), id="in clear"),
        pytest.param(OfferFault.NO_FINGERPRINT, lambda sdp: re.sub(r"a=fingerprint.*\r\n", "", sdp), id="no fingerprint"),
        pytest.param(OfferFault.NO_FINGERPRINT, lambda sdp: sdp.replace("sha-256", "sha-1"), id="weak fingerprint"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace(":9B:BD", ":9B"), id="short fingerprint"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace(":9B:BD", ":9B:XY"), id="no hex fingerprint"),
        pytest.param(OfferFault.NOT_BUNDLED, lambda sdp: sdp.replace("a=group:BUNDLE", "a=group:LS"), id="no bundle"),
        pytest.param(OfferFault.NOT_BUNDLED, lambda sdp: sdp.replace("BUNDLE 0 1 2 3 4 5", "BUNDLE 0 1 2 3 4"), id="one left out"),
        pytest.param(OfferFault.NOT_BUNDLED, lambda sdp: sdp.replace("a=rtcp-mux\r\n", "", 1), id="no rtcp-mux"),
        pytest.param(OfferFault.NOT_BUNDLED, lambda sdp: sdp.replace("a=mid:0\r\n", ""), id="no mid"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("a=mid:1", "a=mid:0"), id="mid twice"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("a=mid:0", "a=mid:0 0"), id="mid of two words"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: re.sub(r"a=ice-ufrag.*\r\n", "", sdp), id="no ufrag"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: re.sub(r"a=ice-ufrag:.*", "a=ice-ufrag:a:b:", sdp), id="bad ufrag"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: re.sub(r"a=ice-pwd:.*", "a=ice-pwd:short\r", sdp), id="short password"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("actpass", "passive"), id="wants to be DTLS server"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("t=0 0", "t=0 0\r\na=ice-lite"), id="both lite"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace(OPUS_LINE, "a=rtpmap:x opus/48000/2"), id="payload type no number"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace(OPUS_LINE, "a=rtpmap:128 opus/48000/2"), id="payload type high"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("2602658868", "4294967296"), id="SSRC too high"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("2602658868", "1095415611"), id="SSRC in two sections"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("extmap:1 ", "extmap:4 "), id="extension id twice"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("m=audio 9", "m=audio nine"), id="port no number"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("m=audio 9", "m=audio"), id="m-line too short"),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp[2:], id="does not begin with v=0"),
        pytest.param(OfferFault.MALFORMED, lambda _: "", id="empty"),
        pytest.param(OfferFault.MALFORMED, lambda _: "\x00\ud800 garbage", id="garbage"),
        pytest.param(
            OfferFault.MALFORMED,
            lambda sdp: sdp.replace("a=ssrc:2602658868 cname", "".join(f"a=ssrc:{n} x\r\n" for n in range(MAX_SOURCES + 1)) + "a=ssrc:5 cname"),
            id="sources without end",
        ),
        pytest.param(
            OfferFault.MALFORMED,
            lambda sdp: sdp.replace("a=sendonly", "a=sendonly\r\n" + "\r\n".join(f"a=rid:{n} send" for n in range(MAX_RIDS + 1))),
            id="rids without end",
        ),
        pytest.param(OfferFault.MALFORMED, lambda sdp: sdp.replace("a=sendonly", "a=sendonly\r\na=rid:q sideways"), id="rid direction"),
    ],
)  # fmt: skip
def test_bad_offer_is_refused_with_its_reason(fault: OfferFault, change: Callable[[str], str]) -> None:
    assert fault_of(change(MEETING)) is fault


def test_limits_themselves_are_allowed() -> None:
    assert len(parse_offer(many_sections(MAX_SECTIONS)).accepted()) == MAX_SECTIONS
    assert len(parse_offer(many_seats(MAX_SEATS)).seats()) == MAX_SEATS
    padded = MEETING + "a=x".ljust(MAX_OFFER_BYTES - len(MEETING), "x")
    assert len(padded) == MAX_OFFER_BYTES
    assert parse_offer(padded) == parse_offer(MEETING)


def test_video_without_vp8_is_turned_down_inside_the_answer() -> None:
    head, camera, rest = MEETING.partition("m=video")
    offer_sdp = head + camera + rest.replace("VP8/90000", "H264/90000", 1)
    offer = parse_offer(offer_sdp)
    assert isinstance(offer.sections[1], RejectedSection)
    answer = answer_to(offer_sdp)
    assert sections_of(answer)[1] == [
        "m=video 0 UDP/TLS/RTP/SAVPF 96 97",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        "a=mid:1",
    ]
    assert "a=group:BUNDLE 0 2 3 4 5\r\n" in answer


def test_seat_whose_video_is_turned_down_keeps_its_sound_and_its_number() -> None:
    blocks = re.split(r"(?=m=)", MEETING)
    blocks[4] = blocks[4].replace("VP8/90000", "AV1/90000")
    offer = parse_offer("".join(blocks))
    assert [(seat.audio.index, seat.video and seat.video.index) for seat in offer.seats()] == [
        (2, None),
        (4, 5),
    ]


def test_section_switched_off_by_the_client_stays_off() -> None:
    blocks = re.split(r"(?=m=)", MEETING)
    blocks[2] = blocks[2].replace("m=video 9", "m=video 0")
    offer = parse_offer("".join(blocks))
    assert isinstance(offer.sections[1], RejectedSection)


def test_unix_line_ends_are_read_too() -> None:
    assert parse_offer(MEETING.replace("\r\n", "\n")) == parse_offer(MEETING)


def test_transport_may_be_described_once_for_all_sections() -> None:
    shared = ["ice-ufrag", "ice-pwd", "fingerprint", "setup"]
    lines = [
        line for line in MEETING.split("\r\n") if not any(line.startswith(f"a={name}") for name in shared)
    ]
    once = [
        line for line in MEETING.split("\r\n")[:20] if any(line.startswith(f"a={name}") for name in shared)
    ]
    assert parse_offer("\r\n".join(lines[:4] + once + lines[4:])) == parse_offer(MEETING)


@pytest.mark.parametrize("number", ["15", "256", "0", "x", "", "١", "1/inactive"])
def test_extension_that_fits_no_one_byte_header_or_no_direction_is_not_taken(number: str) -> None:
    offer = parse_offer(MEETING.replace("a=extmap:1 ", f"a=extmap:{number} "))
    assert all(Extension.AUDIO_LEVEL not in section.extensions for section in offer.accepted())


def test_extension_offered_one_way_is_answered_one_way() -> None:
    simulcast = vector("firefox_simulcast")
    assert "a=extmap:9/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in simulcast
    assert "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in answer_to(simulcast)
    against = parse_offer(MEETING.replace("a=extmap:1 ", "a=extmap:1/recvonly "))
    microphone, *_ = against.publishing()
    assert Extension.AUDIO_LEVEL not in microphone.extensions


@pytest.mark.parametrize("setting", ["1\x1f0", "1\x0b0", "١٠", "", "1" * 65])
def test_setting_of_a_codec_that_is_no_plain_word_is_not_echoed(setting: str) -> None:
    answer = answer_to(MEETING.replace("minptime=10", f"minptime={setting}"))
    assert "minptime" in answer_to(MEETING)
    assert "minptime" not in answer
    assert "useinbandfec=1" in answer


# ── any text ─────────────────────────────────────────────────────────────────────────────────────


def answered_or_refused(text: str) -> None:
    try:
        offer = parse_offer(text)
    except OfferRefused:
        return
    answer = write_answer(offer, LOCAL, seats_of(offer))
    assert len(sections_of(answer)) == len(offer.sections)
    assert all(line[1] == "=" and line.isascii() and line.isprintable() for line in answer.splitlines())


@given(st.text(max_size=2000))
def test_any_text_is_answered_or_refused(text: str) -> None:
    answered_or_refused(text)
    answered_or_refused("v=0\r\n" + text)
    answered_or_refused("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" + text)


@given(
    st.sampled_from(ALL_OFFERS),
    st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(["drop", "double", "swap"])), max_size=8),
)
def test_offer_with_lines_dropped_doubled_or_swapped_is_answered_or_refused(
    name: str, changes: list[tuple[int, str]]
) -> None:
    lines = vector(name).split("\r\n")
    for where, change in changes:
        position = where % (len(lines) - 1)
        if change == "drop":
            del lines[position]
        elif change == "double":
            lines.insert(position, lines[position])
        else:
            lines[position], lines[position + 1] = lines[position + 1], lines[position]
    answered_or_refused("\r\n".join(lines))


@given(st.sampled_from(ALL_OFFERS), st.lists(st.tuples(st.integers(0, 20_000), st.characters()), max_size=6))
def test_offer_with_letters_changed_is_answered_or_refused(name: str, changes: list[tuple[int, str]]) -> None:
    letters = list(vector(name))
    for where, letter in changes:
        letters[where % len(letters)] = letter
    answered_or_refused("".join(letters))
