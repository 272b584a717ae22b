import pytest

from benchmarks.load import WIDE_ID, ssrc_of
from server.media.feedback import MAX_NACKED, MAX_REPORTS
from server.media.settings import MediaSettings
from server.rooms.routes import Kind
from server.rtp.header import FIXED, header_length
from server.rtp.loss import MAX_ASKS
from server.rtp.reports import NTP_SECOND, ntp_from_ms
from server.rtp.rtcp import (
    FullIntra,
    Goodbye,
    Nack,
    Part,
    PictureLoss,
    ReceiverReport,
    Remb,
    ReportBlock,
    SenderReport,
    SourceDescription,
    TransportWide,
)
from tests.rtp.packets import KEYFRAME, SHORT

from .parts import ADA, BEA, CIS, OPUS, RTX, VP8, HandMade, Room

MIC, CAMERA = ssrc_of(1, "audio"), ssrc_of(1, "video")
FRAME, DELTA = SHORT + KEYFRAME, SHORT + b"\x01frame"


def told(person: HandMade, kind: type[Part]) -> list[Part]:
    """What this person was told of one kind since the last look."""
    parts = [part for part in person.rtcp if isinstance(part, kind)]
    person.rtcp = [part for part in person.rtcp if not isinstance(part, kind)]
    return parts


def shown(room: Room) -> tuple[HandMade, HandMade]:
    """Ada's camera and microphone in Bea's first seat."""
    ada, bea = room.enter(ADA), room.enter(BEA)
    seat = bea.peer.seats[0]
    seat.audio.bind(ada.peer.publications[Kind.MIC])
    assert seat.video is not None
    seat.video.bind(ada.peer.publications[Kind.CAMERA])
    return ada, bea


def video(room: Room, ada: HandMade, *numbers: int, payload: bytes = DELTA) -> None:
    for seq16 in numbers:
        room.rtp(ada, ssrc=CAMERA, payload_type=VP8, seq16=seq16, payload=payload)


def test_what_is_missing_is_asked_of_the_publisher():
    room = Room()
    ada, _ = shown(room)
    video(room, ada, 65534, payload=FRAME)
    video(room, ada, 2)
    camera = ada.peer.publications[Kind.CAMERA]
    assert camera.gap_opened
    room.feedback.ask_missing(ada.peer, camera, room.now_ms)
    assert told(ada, Nack) == [Nack(ada.peer.rtcp_ssrc, CAMERA, (65535, 0, 1))]
    assert not camera.gap_opened
    room.tick(ada, 40)
    assert told(ada, Nack) == [], "within the round trip"
    video(room, ada, 0)
    room.tick(ada, 100)
    assert told(ada, Nack) == [Nack(ada.peer.rtcp_ssrc, CAMERA, (65535, 1))]


def test_requests_for_much_are_cut_into_datagrams():
    room = Room()
    ada, _ = shown(room)
    video(room, ada, 0, payload=FRAME)
    video(room, ada, 2 * MAX_NACKED)
    room.feedback.ask_missing(ada.peer, ada.peer.publications[Kind.CAMERA], room.now_ms)
    nacks = told(ada, Nack)
    assert [len(nack.lost) for nack in nacks if isinstance(nack, Nack)] == [MAX_NACKED, MAX_NACKED - 1]


def test_what_stays_missing_ends_in_a_keyframe():
    room = Room()
    ada, _ = shown(room)
    video(room, ada, 1, payload=FRAME)
    told(ada, PictureLoss)
    video(room, ada, 3)
    for _ in range(MAX_ASKS + 1):
        room.tick(ada, 100)
    assert len(told(ada, Nack)) == MAX_ASKS
    assert told(ada, PictureLoss)


def test_nothing_is_asked_for_where_nobody_listens_or_for_sound():
    room = Room()
    ada, _ = shown(room)
    ada.peer.publications[Kind.CAMERA].routed = False
    video(room, ada, 1, 5)
    room.rtp(ada, ssrc=MIC, payload_type=OPUS, seq16=1)
    room.rtp(ada, ssrc=MIC, payload_type=OPUS, seq16=5)
    for _ in range(30):
        room.tick(ada, 100)
    assert told(ada, Nack) == []
    assert told(ada, PictureLoss) == []
    assert len(ada.peer.publications[Kind.MIC].gaps) == 0


def test_a_subscribers_nack_is_answered_from_the_history():
    room = Room()
    ada, bea = shown(room)
    video(room, ada, 1, payload=FRAME)
    video(room, ada, 2, 3)
    seat = bea.peer.seats[0].video
    assert seat is not None
    lost = FIXED.unpack_from(bea.rtp[1])[2]
    bea.rtp.clear()
    room.rtcp(bea, Nack(1, seat.ssrc, (lost, (lost + 500) & 0xFFFF)))
    (again,) = bea.rtp
    assert FIXED.unpack_from(again)[4] == seat.rtx_ssrc
    assert again[1] & 0x7F == RTX
    assert again[header_length(again) :] == lost.to_bytes(2, "big") + DELTA
    room.rtcp(bea, Nack(1, seat.ssrc, (lost,)))
    assert len(bea.rtp) == 1, "the same loss"
    room.now_ms += 100
    room.rtcp(bea, Nack(1, seat.ssrc, (lost,)))
    assert len(bea.rtp) == 2
    assert room.feedback.resent == 2


def test_one_request_is_answered_with_so_many_packets_at_most():
    room = Room(MediaSettings(max_nack_answers=3))
    ada, bea = shown(room)
    video(room, ada, 1, payload=FRAME)
    video(room, ada, *range(2, 12))
    seat = bea.peer.seats[0].video
    assert seat is not None
    lost = tuple(FIXED.unpack_from(packet)[2] for packet in bea.rtp)
    bea.rtp.clear()
    room.rtcp(bea, Nack(1, seat.ssrc, lost))
    assert len(bea.rtp) == 3


def test_requests_in_one_packet_are_answered_with_so_many_packets_together():
    room = Room(MediaSettings(max_nack_answers=3))
    ada, bea = shown(room)
    video(room, ada, 1, payload=FRAME)
    video(room, ada, *range(2, 12))
    seat = bea.peer.seats[0].video
    assert seat is not None
    lost = tuple(FIXED.unpack_from(packet)[2] for packet in bea.rtp)
    bea.rtp.clear()
    room.rtcp(bea, *(Nack(1, seat.ssrc, (seq16,)) for seq16 in lost))
    assert len(bea.rtp) == 3


def test_requests_for_streams_of_others_are_ignored():
    room = Room()
    ada, bea = shown(room)
    cis = room.enter(CIS)
    video(room, ada, 1, payload=FRAME)
    room.tick(ada)
    told(ada, PictureLoss)
    seat = bea.peer.seats[0].video
    assert seat is not None
    room.rtcp(cis, PictureLoss(1, seat.ssrc), Nack(1, seat.ssrc, (1,)), FullIntra(1, ((CAMERA, 1),)))
    room.rtcp(
        bea,
        PictureLoss(1, bea.peer.seats[0].audio.ssrc),
        Goodbye((seat.ssrc,)),
        TransportWide(1, 2, 0, 0, 0, (1,)),
    )
    room.tick(ada, 2_000)
    assert told(ada, PictureLoss) == []
    assert cis.rtp == []


def test_the_subscribers_estimate_is_kept():
    room = Room()
    _, bea = shown(room)
    room.rtcp(bea, Remb(1, 1 << 20, (5,)))
    assert bea.peer.downlink.bitrate_bps(room.now_ms) == 1 << 20


def test_the_publisher_is_told_when_her_packets_arrived():
    room = Room()
    ada, _ = shown(room)
    for seq in range(3):
        room.rtp(
            ada,
            ssrc=CAMERA,
            payload_type=VP8,
            seq16=seq,
            payload=FRAME,
            extensions=((WIDE_ID, bytes((0, seq))),),
        )
    room.tick(ada, room.settings.feedback_ms - 1)
    assert told(ada, TransportWide) == []
    room.tick(ada, 1)
    (feedback,) = told(ada, TransportWide)
    assert isinstance(feedback, TransportWide)
    assert (feedback.media, feedback.base, len(feedback.deltas)) == (CAMERA, 0, 3)


def test_the_publisher_is_told_what_was_lost():
    room = Room()
    ada, _ = shown(room)
    video(room, ada, 1, payload=FRAME)
    video(room, ada, 2, 4)
    room.rtcp(ada, SenderReport(CAMERA, 77 << 32, 0, 3, 99))
    room.tick(ada, room.settings.report_ms)
    (report,) = told(ada, ReceiverReport)
    assert isinstance(report, ReceiverReport)
    (block,) = report.blocks
    assert (block.ssrc, block.packets_lost, block.fraction_lost) == (CAMERA, 1, 64)
    assert (block.last_report, block.delay) == (77 << 16, 65536)


def test_a_subscriber_gets_reports_that_keep_sound_and_picture_together():
    room = Room()
    ada, bea = shown(room)
    video(room, ada, 1, payload=FRAME)
    room.rtp(ada, ssrc=MIC, payload_type=OPUS, seq16=1, rtp_ticks=960)
    room.rtcp(ada, SenderReport(CAMERA, 500 * NTP_SECOND, 90_000, 1, 1))
    room.rtcp(ada, SenderReport(MIC, 500 * NTP_SECOND, 48_000, 1, 1))
    room.tick(bea, room.settings.report_ms)
    reports = {part.ssrc: part for part in told(bea, SenderReport) if isinstance(part, SenderReport)}
    seat = bea.peer.seats[0]
    assert seat.video is not None
    assert reports[seat.audio.ssrc].rtp_ticks == 48_000 + 48_000
    assert reports[seat.video.ssrc].rtp_ticks == 90_000 + 90_000
    assert reports[seat.audio.ssrc].ntp == reports[seat.video.ssrc].ntp == ntp_from_ms(room.now_ms)
    names = [part.cnames for part in told(bea, SourceDescription) if isinstance(part, SourceDescription)]
    assert names == [((seat.audio.ssrc, b"seat-0"),), ((seat.video.ssrc, b"seat-0"),)]


def test_many_reports_are_cut_into_datagrams():
    room = Room()
    ada = room.enter(ADA)
    bea = room.enter(BEA, seats=MAX_REPORTS + 2)
    for seat in bea.peer.seats:
        seat.audio.bind(ada.peer.publications[Kind.MIC])
    room.rtp(ada, ssrc=MIC, payload_type=OPUS, seq16=1)
    room.rtcp(ada, SenderReport(MIC, 500 * NTP_SECOND, 48_000, 1, 1))
    room.tick(bea, room.settings.report_ms)
    assert len(told(bea, SenderReport)) == MAX_REPORTS + 2


def test_the_round_trip_is_learnt_from_receiver_reports():
    room = Room()
    _, bea = shown(room)
    sent = ntp_from_ms(room.now_ms)
    room.now_ms += 150
    ssrc = bea.peer.seats[0].audio.ssrc
    block = ReportBlock(ssrc, 0, 0, 0, 0, sent >> 16 & 0xFFFFFFFF, 65536 // 20)
    room.rtcp(bea, ReceiverReport(1, (block,)))
    assert bea.peer.rtt_ms == pytest.approx(100, abs=2)
    foreign = ReportBlock(ssrc + 999, 0, 0, 0, 0, sent >> 16 & 0xFFFFFFFF, 0)
    room.rtcp(bea, SenderReport(MIC, 1, 1, 1, 1, (foreign,)))
    assert bea.peer.rtt_ms == pytest.approx(100, abs=2)
