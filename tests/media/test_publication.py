import pytest

from server.media.publication import DROPPED, KeyframeWish, Publication, kind_of
from server.media.settings import MediaSettings
from server.rooms.routes import Kind, Track
from server.rtp.header import PacketView
from server.rtp.loss import MAX_LEAP
from tests.rtp.packets import KEYFRAME, SHORT, rtp

from .parts import ADA, section


def made(kind: str) -> Publication:
    track = Track(ADA, Kind.MIC if kind == "audio" else Kind.CAMERA)
    return Publication(track, section("audio" if kind == "audio" else "video"), MediaSettings())


def admit(publication: Publication, now_ms: int = 0, **fields: object) -> tuple[int, PacketView]:
    view = PacketView()
    view.read(rtp(**fields))  # type: ignore[arg-type]
    return publication.admit(view, now_ms), view


def test_packets_keep_their_numbers_and_each_is_admitted_once():
    audio = made("audio")
    assert [admit(audio, seq16=seq)[0] for seq in (65534, 65535, 0, 2, 1, 2, 1)] == [
        65534,
        65535,
        65536,
        65538,
        65537,
        DROPPED,
        DROPPED,
    ]
    assert audio.gap_opened
    assert audio.dropped == 2


def test_padding_alone_leaves_no_hole():
    audio = made("audio")
    indices = [
        admit(audio, seq16=1)[0],
        admit(audio, seq16=2, payload=b"", padding=9)[0],
        admit(audio, seq16=3)[0],
    ]
    assert indices == [1, DROPPED, 2]


def test_padding_that_comes_late_fills_its_place_with_nothing():
    video = made("video")
    admit(video, seq16=1, payload=SHORT + KEYFRAME)
    admit(video, seq16=3, payload=SHORT + b"\x01frame")
    index, view = admit(video, seq16=2, payload=b"", padding=9)
    assert index == 2
    assert view.start == view.end


def test_the_descriptor_is_cut_to_its_required_byte():
    video = made("video")
    index, view = admit(video, seq16=1, payload=b"\x90\x80\x85\x01" + KEYFRAME)
    assert index == 1
    assert view.keyframe
    assert view.lead + view.packet[view.start : view.end] == SHORT + KEYFRAME


@pytest.mark.parametrize("payload", [b"\x90", b"\x90\x80", b"\x10"])
def test_what_is_no_vp8_is_dropped_without_a_hole(payload: bytes):
    video = made("video")
    admit(video, seq16=1, payload=SHORT + KEYFRAME)
    assert admit(video, seq16=2, payload=payload)[0] == DROPPED
    assert admit(video, seq16=3, payload=SHORT + b"\x01frame")[0] == 2
    assert video.dropped == 1


def test_a_keyframe_that_comes_late_is_nothing_to_begin_with():
    video = made("video")
    admit(video, seq16=1, payload=SHORT + KEYFRAME)
    admit(video, seq16=3, payload=SHORT + b"\x01frame")
    index, view = admit(video, seq16=2, payload=SHORT + KEYFRAME)
    assert index == 2
    assert not view.keyframe


def test_a_keyframe_ends_the_search_for_what_was_lost_before_it():
    video = made("video")
    video.keyframes.wish()
    admit(video, seq16=1, payload=SHORT + b"\x01frame")
    admit(video, seq16=5, payload=SHORT + KEYFRAME)
    assert len(video.gaps) == 0
    assert not video.keyframes.wished


def test_one_stray_packet_changes_nothing_and_two_in_a_row_are_a_new_beginning():
    audio = made("audio")
    admit(audio, seq16=10)
    assert admit(audio, seq16=10 + MAX_LEAP)[0] == DROPPED
    assert admit(audio, seq16=11)[0] == 11
    assert admit(audio, seq16=40_000)[0] == DROPPED
    assert admit(audio, seq16=40_001)[0] == 40_001
    assert admit(audio, seq16=40_002)[0] == 40_002


def test_a_new_beginning_of_video_wishes_a_keyframe():
    video = made("video")
    admit(video, seq16=10, payload=SHORT + KEYFRAME)
    video.keyframes.came()
    admit(video, seq16=40_000, payload=SHORT + b"\x01frame")
    admit(video, seq16=40_001, payload=SHORT + b"\x01frame")
    assert video.keyframes.wished


def test_a_retransmission_is_not_counted_as_received_in_its_own_right():
    video = made("video")
    admit(video, seq16=1, payload=SHORT + KEYFRAME)
    admit(video, seq16=3, payload=SHORT + b"\x01frame")
    view = PacketView()
    view.read(rtp(payload=b"\x00\x02" + SHORT + b"\x01frame"))
    assert view.unwrap_retransmission()
    assert video.admit(view, 0) == 2
    block = video.reception.block(7, 0)
    assert block is not None
    assert block.packets_lost == 1


@pytest.mark.parametrize(
    ("position", "is_video", "kind"),
    [(0, False, Kind.MIC), (1, False, None), (0, True, Kind.CAMERA), (1, True, Kind.SCREEN), (2, True, None)],
)
def test_sections_are_told_apart_by_their_order(position: int, is_video: bool, kind: Kind | None):  # noqa: FBT001
    assert kind_of(position, is_video=is_video) is kind


def test_wishes_for_keyframes_are_thinned_and_not_forgotten():
    wish = KeyframeWish(pause_ms=500)
    assert not wish.due(0)
    wish.wish()
    assert wish.due(0)
    assert not wish.due(499)
    assert wish.due(500), "no keyframe came"
    wish.came()
    assert not wish.due(2_000)
