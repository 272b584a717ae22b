"""What came, what did not, how long it took: counted from packets alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rehearsal.arrivals import (
    LATE_US,
    LONGEST_US,
    REMEMBERED_FRAMES,
    STEP_US,
    Arrivals,
    Count,
    Delays,
    Departures,
    TrackArrivals,
)
from server.rehearsal.sdp import OPUS, RTX, VP8, SeatSources
from server.rtp.header import FIXED, MARKER, VERSION_2
from server.rtp.rtcp import Nack, PictureLoss, ReceiverReport, Remb

SEAT = SeatSources(audio=100, video=101, video_rtx=102)
NOW_NS = 50_000_000_000


def trailer(counter: int, generation: int = 7) -> bytes:
    return generation.to_bytes(4, "big") + counter.to_bytes(4, "big")


def rtp(ssrc: int, seq: int, payload: bytes, *, marker: bool = False) -> bytes:
    kind = {100: OPUS, 101: VP8, 102: RTX}[ssrc] | (MARKER if marker else 0)
    return FIXED.pack(VERSION_2, kind, seq & 0xFFFF, 0, ssrc) + payload


class Ear:
    """One member with one seat."""

    def __init__(self) -> None:
        self.departures = Departures()
        self.arrivals = Arrivals(self.departures)
        self.arrivals.expect([SEAT])

    def sound(self, seq: int, payload: bytes = b"sound", at_ns: int = NOW_NS) -> None:
        self.arrivals.note(rtp(SEAT.audio, seq, payload), at_ns)

    def picture(self, seq: int, payload: bytes = b"picture", *, marker: bool = False) -> None:
        self.arrivals.note(rtp(SEAT.video, seq, payload, marker=marker), NOW_NS)

    def repair(self, seq: int, payload: bytes = b"picture", *, marker: bool = False) -> None:
        body = (seq & 0xFFFF).to_bytes(2, "big") + payload
        self.arrivals.note(rtp(102, 1, body, marker=marker), NOW_NS)


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.mark.parametrize(
    ("sequence", "arrived", "lost"),
    [
        ([5], 1, 0),
        ([5, 6, 7], 3, 0),
        ([5, 7], 2, 1),
        ([5, 7, 6], 3, 0),
        ([5, 6, 6, 6], 2, 0),
        ([65_534, 65_535, 0, 1], 4, 0),
        ([65_534, 1], 2, 2),
        ([10, 9], 1, 0),
        ([10, 10_000, 10_001], 3, 0),
    ],
)
def test_each_packet_counts_once_and_holes_are_lost(
    ear: Ear, sequence: list[int], arrived: int, lost: int
) -> None:
    for seq in sequence:
        ear.sound(seq)
    assert ear.arrivals.seats == [(Count(arrived, lost), Count())]
    assert ear.arrivals.total == Count(arrived, lost)


def test_a_repair_fills_the_hole_and_is_told_apart(ear: Ear) -> None:
    for seq in (1, 2, 4):
        ear.picture(seq)
    ear.repair(3)
    assert ear.arrivals.seats[0][1] == Count(arrived=4, lost=0, repaired=1)


def test_a_probe_that_repeats_what_came_is_not_counted(ear: Ear) -> None:
    ear.picture(1)
    ear.repair(1)
    assert ear.arrivals.total == Count(arrived=1)


def test_a_new_transport_begins_new_counts_and_the_former_ones_stay(ear: Ear) -> None:
    for seq in (1, 3):
        ear.sound(seq)
    ear.arrivals.expect([SEAT])
    assert ear.arrivals.seats == [(Count(), Count())]
    ear.sound(900)
    assert ear.arrivals.total == Count(arrived=3, lost=1)


@given(st.binary(max_size=40))
def test_any_bytes_are_counted_or_malformed(data: bytes) -> None:
    ear = Ear()
    ear.arrivals.note(data, NOW_NS)
    assert ear.arrivals.malformed + ear.arrivals.total.arrived <= 1


def test_a_packet_of_no_seat_is_malformed(ear: Ear) -> None:
    ear.arrivals.note(FIXED.pack(VERSION_2, OPUS, 1, 0, 999) + b"sound", NOW_NS)
    assert (ear.arrivals.malformed, ear.arrivals.total) == (1, Count())


def test_how_long_sound_took_is_read_from_its_trailer(ear: Ear) -> None:
    ear.departures.note(trailer(1), NOW_NS - 3_000_000)
    ear.sound(1, b"sealed sound" + trailer(1))
    assert ear.arrivals.delays.percentile_us(50) == 3000 + STEP_US


def test_a_picture_is_there_with_its_last_packet(ear: Ear) -> None:
    ear.departures.note(trailer(1), NOW_NS - 9_000_000)
    ear.picture(1, b"first part" + trailer(1))
    assert ear.arrivals.delays.count == 0
    ear.picture(2, b"last part" + trailer(1), marker=True)
    assert ear.arrivals.delays.count == 1


def test_a_repaired_end_of_a_picture_is_timed_too(ear: Ear) -> None:
    ear.departures.note(trailer(1), NOW_NS - 9_000_000)
    ear.picture(1)
    ear.picture(3)
    ear.repair(2, b"last part" + trailer(1), marker=True)
    assert ear.arrivals.delays.count == 1


def test_frames_of_people_who_are_no_part_of_this_are_counted_and_not_timed(ear: Ear) -> None:
    ear.departures.note(trailer(1, generation=8), NOW_NS)
    ear.sound(1, b"a browser's sound" + trailer(1))
    ear.sound(2, b"x")
    assert (ear.arrivals.total.arrived, ear.arrivals.delays.count) == (2, 0)


def test_departures_are_remembered_for_a_while(ear: Ear) -> None:
    ear.departures.note(trailer(1), 1)
    assert ear.departures.of(trailer(1)) == 1
    ear.departures.note(trailer(1 + REMEMBERED_FRAMES), 2)
    assert ear.departures.of(trailer(1)) is None
    assert ear.departures.of(trailer(1 + REMEMBERED_FRAMES)) == 2


def test_percentiles_are_those_of_all_delays() -> None:
    delays = Delays()
    for delay_ms in range(1, 101):
        delays.add(delay_ms * 1000 - 1)
    assert (delays.percentile_us(50), delays.percentile_us(99)) == (50_000, 99_000)
    assert delays.late == 0


def test_nothing_has_no_percentile() -> None:
    assert Delays().percentile_us(50) is None


def test_late_is_late_and_clocks_that_go_back_are_no_delay() -> None:
    delays = Delays()
    for delay_us in (LATE_US, LATE_US + 1, 10 * LONGEST_US, -5):
        delays.add(delay_us)
    assert (delays.count, delays.late) == (4, 2)
    assert delays.percentile_us(100) == LONGEST_US + STEP_US
    assert delays.percentile_us(25) == STEP_US


def test_delays_of_several_members_are_added_up() -> None:
    one, other = Delays(), Delays()
    one.add(1000)
    other.add(LATE_US + 1)
    one.add_all(other)
    assert (one.count, one.late, one.percentile_us(50)) == (2, 1, 1000 + STEP_US)


def test_missing_pictures_are_asked_for_and_missing_sound_is_not(ear: Ear) -> None:
    for seq in (1, 4):
        ear.picture(seq)
        ear.sound(seq)
    assert ear.arrivals.requests(NOW_NS // 1_000_000) == [Nack(1, SEAT.video, (2, 3))]
    assert ear.arrivals.requests(NOW_NS // 1_000_000) == []


def test_after_too_much_loss_a_keyframe_is_asked_for(ear: Ear) -> None:
    ear.picture(1)
    ear.picture(1500)
    assert PictureLoss(1, SEAT.video) in ear.arrivals.requests(NOW_NS // 1_000_000)
    assert not any(isinstance(each, PictureLoss) for each in ear.arrivals.requests(NOW_NS // 1_000_000))


def test_reports_tell_of_every_track_that_came_and_what_can_be_taken(ear: Ear) -> None:
    ear.sound(1)
    ear.sound(3)
    (report,), (empty, estimate) = ear.arrivals.reports(NOW_NS // 1_000_000, 5_000_000)
    assert isinstance(report, ReceiverReport)
    assert [(block.ssrc, block.packets_lost) for block in report.blocks] == [(SEAT.audio, 1)]
    assert empty == ReceiverReport(1)
    assert estimate == Remb(1, 5_000_000, (SEAT.video,))


def test_more_tracks_than_a_report_can_hold_are_told_in_several() -> None:
    arrivals = Arrivals(Departures())
    seats = [SeatSources(1000 + 3 * n, 1001 + 3 * n, 1002 + 3 * n) for n in range(20)]
    arrivals.expect(seats)
    for seat in seats:
        for ssrc in (seat.audio, seat.video):
            arrivals.note(FIXED.pack(VERSION_2, VP8, 1, 0, ssrc) + b"x", NOW_NS)
    told = [
        block.ssrc
        for compound in arrivals.reports(NOW_NS // 1_000_000, 1)
        for part in compound
        if isinstance(part, ReceiverReport)
        for block in part.blocks
    ]
    assert sorted(told) == sorted(ssrc for seat in seats for ssrc in (seat.audio, seat.video))


def test_a_leap_begins_anew_and_keeps_what_was_lost_before() -> None:
    track = TrackArrivals(1, 48_000)
    for seq in (1, 3, 20_000, 20_002):
        assert track.note(seq, 0, 0)
    assert track.count == Count(arrived=4, lost=2)
