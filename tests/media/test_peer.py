import pytest

from benchmarks.load import LEVEL_ID, MID_ID, WIDE_ID, ssrc_of
from server.media.settings import MediaSettings
from server.rooms.routes import Kind
from server.rtp.rtcp import PictureLoss
from tests.rtp.packets import KEYFRAME, SHORT

from .parts import ADA, BEA, IDENTITY, OPUS, RTX, VP8, HandMade, Room

MIC, CAMERA = ssrc_of(1, "audio"), ssrc_of(1, "video")
FRAME = SHORT + KEYFRAME


def test_declared_tracks_are_known_by_their_ssrc():
    room = Room()
    ada = room.enter(ADA)
    mic = room.rtp(ada, ssrc=MIC, payload_type=OPUS)
    camera = room.rtp(ada, ssrc=CAMERA, payload_type=VP8, payload=FRAME)
    assert mic is ada.peer.publications[Kind.MIC]
    assert camera is ada.peer.publications[Kind.CAMERA]


def test_an_undeclared_ssrc_is_bound_by_its_mid():
    room = Room()
    ada = room.enter(ADA, declared=False)
    bound = room.rtp(ada, ssrc=77, payload_type=VP8, payload=FRAME, extensions=((MID_ID, b"1"),))
    assert bound is ada.peer.publications[Kind.CAMERA]
    assert bound is not None
    assert bound.ssrc == 77
    assert room.rtp(ada, ssrc=77, seq16=2, payload_type=VP8, payload=FRAME) is bound, (
        "the mid is sent at first only"
    )


def test_an_undeclared_ssrc_is_bound_by_the_only_track_with_its_payload_type():
    room = Room()
    ada = room.enter(ADA, declared=False)
    assert room.rtp(ada, ssrc=5, payload_type=OPUS) is ada.peer.publications[Kind.MIC]
    repaired = room.rtp(ada, ssrc=6, payload_type=RTX, payload=b"\x00\x09" + FRAME)
    assert repaired is ada.peer.publications[Kind.CAMERA]
    assert ada.peer.counts.repaired == 1
    assert repaired is not None
    assert repaired.ssrc is None, "the retransmissions' SSRC is not the picture's"


@pytest.mark.parametrize(
    "fields",
    [
        {"ssrc": 5, "payload_type": 100},
        {"ssrc": 5, "payload_type": OPUS, "extensions": ((MID_ID, b"9"),)},
        {"ssrc": 5, "payload_type": OPUS, "extensions": ((MID_ID, b"1"),)},
        {"ssrc": MIC, "payload_type": VP8},
        {"ssrc": CAMERA, "payload_type": RTX},
        {"ssrc": CAMERA + 5, "payload_type": VP8},
        {"ssrc": CAMERA + 5, "payload_type": RTX, "payload": b"x"},
    ],
)
def test_what_belongs_to_no_track_is_dropped_and_counted(fields: dict[str, object]):
    room = Room()
    ada = room.enter(ADA)
    assert room.rtp(ada, **fields) is None
    assert ada.peer.counts.unknown == 1


def test_a_second_ssrc_of_one_track_is_not_bound():
    room = Room()
    ada = room.enter(ADA, declared=False)
    assert room.rtp(ada, ssrc=5, payload_type=OPUS) is not None
    assert room.rtp(ada, ssrc=6, payload_type=OPUS) is None
    assert room.rtp(ada, ssrc=5, seq16=2, payload_type=OPUS) is not None


def test_only_so_many_ssrcs_are_bound():
    room = Room(MediaSettings(max_sources=1))
    ada = room.enter(ADA, declared=False)
    assert room.rtp(ada, ssrc=5, payload_type=OPUS) is not None
    assert room.rtp(ada, ssrc=6, payload_type=VP8, payload=FRAME) is None


def test_a_replayed_packet_is_refused_and_counted():
    room = Room()
    ada = room.enter(ADA)
    datagram = ada.seal(ssrc=MIC, payload_type=OPUS)
    assert room.take(ada, datagram) is not None
    assert room.take(ada, datagram) is None
    assert room.take(ada, datagram[:-1] + b"x") is None
    assert room.take(ada, datagram[:20]) is None
    assert ada.peer.counts.refused == 3


def test_an_authentic_packet_with_lying_elements_is_malformed():
    room = Room()
    ada = room.enter(ADA)
    lying = b"\x90" + rtp_tail(1) + b"\xbe\xde\x00\x01\x1f\x00\x00\x00"
    assert room.take(ada, ada._tx.protect(lying)) is None
    padding = b"\xb0" + rtp_tail(2) + b"\xbe\xde\x00\x00" + b"\xff"
    assert room.take(ada, ada._tx.protect(padding)) is None
    assert ada.peer.counts.malformed == 2


def rtp_tail(seq16: int) -> bytes:
    return bytes((OPUS,)) + seq16.to_bytes(2, "big") + bytes(4) + MIC.to_bytes(4, "big")


def test_rtcp_garbage_is_dropped_and_counted():
    room = Room()
    ada = room.enter(ADA)
    garbage = ada._tx.protect_rtcp(b"\x81\xcd\x00\x10" + bytes(12))
    assert ada.peer.take_rtcp(garbage) == []
    assert ada.peer.take_rtcp(garbage) == []
    assert (ada.peer.counts.malformed, ada.peer.counts.refused) == (1, 1)
    assert ada.peer.take_rtcp(ada.seal_rtcp(PictureLoss(1, 2))) == [PictureLoss(1, 2)]


def test_before_the_transport_is_open_nothing_is_taken():
    ada = HandMade(ADA, 1)
    room = Room()
    assert room.take(ada, ada.seal(ssrc=MIC, payload_type=OPUS)) is None
    assert ada.peer.take_rtcp(ada.seal_rtcp(PictureLoss(1, 2))) == []


def test_levels_count_only_where_the_sound_is_routed():
    room = Room()
    ada = room.enter(ADA)
    for seq in range(50):
        room.rtp(ada, ssrc=MIC, payload_type=OPUS, seq16=seq, extensions=((LEVEL_ID, b"\x14"),))
    assert room.speakers.audible(room.now_ms) == (ADA,)
    ada.peer.publications[Kind.MIC].routed = False
    room.speakers.mute(ADA)
    for seq in range(50, 100):
        room.rtp(ada, ssrc=MIC, payload_type=OPUS, seq16=seq, extensions=((LEVEL_ID, b"\x14"),))
    assert room.speakers.audible(room.now_ms) == ()


def test_arrivals_are_noted_for_congestion_control():
    room = Room()
    ada = room.enter(ADA)
    room.rtp(ada, ssrc=CAMERA, payload_type=VP8, payload=FRAME, extensions=((WIDE_ID, b"\x00\x07"),))
    room.rtp(ada, ssrc=CAMERA, seq16=2, payload_type=VP8, payload=FRAME, extensions=((WIDE_ID, b"\x00"),))
    (feedback,) = ada.peer.arrivals.feedback(1, 2)
    assert (feedback.base, len(feedback.deltas)) == (7, 1)


def test_a_move_sends_everything_to_the_new_address():
    room = Room()
    ada, bea = room.enter(ADA), room.enter(BEA)
    bea.peer.seats[0].audio.bind(ada.peer.publications[Kind.MIC])
    room.rtp(ada, ssrc=MIC, payload_type=OPUS)
    room.people["198.51.100.1", 9] = bea
    del room.people[bea.address]
    bea.peer.move(("198.51.100.1", 9))
    room.rtp(ada, ssrc=MIC, seq16=2, payload_type=OPUS)
    assert len(bea.rtp) == 2


def test_a_closed_peer_neither_sends_nor_receives_and_keeps_nothing():
    room = Room()
    ada, bea = room.enter(ADA), room.enter(BEA)
    bea.peer.seats[0].video.bind(ada.peer.publications[Kind.CAMERA])  # type: ignore[union-attr]
    ada.peer.seats[0].audio.bind(bea.peer.publications[Kind.MIC])
    room.rtp(ada, ssrc=CAMERA, payload_type=VP8, payload=FRAME)
    camera = ada.peer.publications[Kind.CAMERA]
    assert len(camera.history) == 1
    ada.peer.close()
    assert not ada.peer.is_open
    assert ada.peer.is_lost
    assert (ada.peer.inbound, ada.peer.outbound) == (None, None)
    assert len(camera.history) == 0
    assert not camera.subscriptions
    assert not bea.peer.publications[Kind.MIC].subscriptions
    assert room.rtp(ada, ssrc=CAMERA, seq16=2, payload_type=VP8, payload=FRAME) is None
    assert len(bea.rtp) == 1


def test_the_answer_names_every_seats_streams():
    ada = HandMade(ADA, 1, seats=3)
    answer = ada.peer.answer(IDENTITY, (("192.0.2.9", 5),))
    for seat in ada.peer.seats:
        assert f"a=ssrc:{seat.audio.ssrc} " in answer
        assert seat.video is not None
        assert f"a=ssrc-group:FID {seat.video.ssrc} {seat.video.rtx_ssrc}" in answer
