from __future__ import annotations

import pytest

from server.rtp.layers import (
    LAYER_SILENT_MS,
    NONE,
    RIDS,
    FrameStart,
    LayerFeed,
    LayerSwitch,
    best_arriving,
)
from server.rtp.reports import PublisherClock, ntp_from_ms
from server.rtp.rewrite import MAX_DISAGREEMENT_MS, Renumbering
from server.rtp.rtcp import SenderReport
from server.rtp.sequence import TICKS_CYCLE, ticks_between

from .simulcast import HZ, F, H, Q, Track, all_alive


def test_there_is_a_rid_for_every_layer():
    assert RIDS == ("q", "h", "f")


# ── which layer ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wanted", "arriving", "shown"),
    [
        (F, (True, True, True), F),
        (F, (True, True, False), H),
        (F, (True, False, False), Q),
        (H, (True, False, True), Q),
        (Q, (False, True, True), H),
        (H, (False, False, True), F),
        (Q, (False, False, False), NONE),
        (NONE, (True, True, True), NONE),
    ],
)
def test_the_best_layer_that_arrives_is_shown(wanted: int, arriving: tuple[bool, ...], shown: int):
    assert best_arriving(wanted, arriving) == shown


def test_nothing_leaves_before_a_keyframe_of_the_wanted_layer():
    track = Track()
    track.switch.want(H)
    all_alive(track)
    assert track.switch.awaits_keyframe(track.now_ms) == H
    assert track.frame(Q, keyframe=True) == []
    assert track.frame(F, keyframe=True) == []
    assert track.frame(H) == []
    assert len(track.frame(H, 3, keyframe=True)) == 3
    assert track.switch.awaits_keyframe(track.now_ms) == NONE


def test_the_old_layer_is_shown_until_the_keyframe_of_the_new_one_and_not_longer():
    track = Track()
    track.switch.want(Q)
    all_alive(track)
    track.frame(Q, keyframe=True)
    track.switch.want(F)
    assert track.frame(Q) != []
    assert track.switch.awaits_keyframe(track.now_ms) == F
    assert track.frame(F) == []
    assert track.frame(Q) != []
    track.pass_ms(33)
    assert len(track.frame(F, 4, keyframe=True)) == 4
    assert track.frame(Q) == []
    assert track.frame(Q, keyframe=True) == []
    assert track.frame(F) != []
    assert set(track.gaps) == {1}


def test_a_wish_taken_back_changes_nothing():
    track = Track()
    track.switch.want(Q)
    all_alive(track)
    track.frame(Q, keyframe=True)
    track.switch.want(F)
    track.switch.want(Q)
    assert track.frame(F, keyframe=True) == []
    assert track.frame(Q) != []


def test_nothing_wanted_stops_at_once_and_a_new_wish_begins_with_a_keyframe_without_a_hole():
    track = Track()
    track.switch.want(H)
    all_alive(track)
    track.frame(H, 2, keyframe=True)
    track.switch.want(NONE)
    assert track.frame(H, 5) == []
    assert track.switch.awaits_keyframe(track.now_ms) == NONE
    track.pass_ms(2_000)
    track.switch.want(H)
    assert track.frame(H) == []
    last = track.sent[-1]
    (begun, _) = track.frame(H, 2, keyframe=True)
    assert begun.seq_ext == last.seq_ext + 1
    assert ticks_between(last.ticks, begun.ticks) == 2_000 * HZ // 1000


def test_another_track_begins_where_the_last_one_ended():
    track = Track()
    track.switch.want(Q)
    all_alive(track)
    track.frame(Q, keyframe=True)
    others = tuple(LayerFeed(n, HZ) for n in range(1))
    track.switch.bind(others)
    assert track.frame(Q, keyframe=True) == []
    others[0].take(7_000, 0, 5, 10, track.now_ms + 40)
    assert track.switch.turn(others[0], FrameStart(5, keyframe=True), track.now_ms + 40)
    seq_ext, ticks = track.switch.number(others[0], 5) or (0, 0)
    assert seq_ext == track.sent[-1].seq_ext + 1
    assert ticks_between(track.sent[-1].ticks, ticks) == 40 * HZ // 1000


def test_a_track_of_one_layer_is_shown_whatever_layer_is_wanted():
    switch = LayerSwitch(Renumbering(0, HZ))
    only = LayerFeed(0, HZ)
    switch.bind((only,))
    switch.want(F)
    assert switch.target(0) == NONE, "nothing came yet"
    only.take(1, 0, 0, 10, 0)
    assert switch.target(0) == 0
    assert switch.turn(only, FrameStart(0, keyframe=True), 0)


def test_without_a_track_nothing_is_awaited():
    switch = LayerSwitch(Renumbering(0, HZ))
    switch.want(F)
    assert switch.target(0) == NONE
    assert switch.awaits_keyframe(0) == NONE


# ── a layer that stops ───────────────────────────────────────────────────────────────────────────


def test_a_layer_that_stopped_is_replaced_by_the_next_lower_and_comes_back_with_its_keyframe():
    track = Track()
    track.switch.want(F)
    all_alive(track)
    track.frame(F, keyframe=True)
    track.pass_ms(LAYER_SILENT_MS)
    track.frame(H)
    assert track.switch.awaits_keyframe(track.now_ms) == NONE, "silent, but not long enough"
    track.pass_ms(1)
    assert track.switch.awaits_keyframe(track.now_ms) == H
    assert track.frame(H, 2, keyframe=True) != []
    track.pass_ms(3_000)
    track.frame(H)
    assert track.switch.awaits_keyframe(track.now_ms) == NONE
    assert track.frame(F, 2, keyframe=True) != [], "a layer that begins again is taken at once"
    assert track.frame(H) == []
    assert set(track.gaps) == {1}


def test_when_everything_stops_nothing_is_asked_for():
    track = Track()
    track.switch.want(F)
    all_alive(track)
    track.frame(F, keyframe=True)
    track.pass_ms(60_000)
    assert track.switch.target(track.now_ms) == NONE
    assert track.switch.awaits_keyframe(track.now_ms) == NONE
    assert track.frame(F) != [], "it goes on where it stopped"


# ── numbers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first_out", [0, 5, 32_767])
@pytest.mark.parametrize("first_seq", [(0, 0, 0), (65_534, 65_535, 65_533), (1, 40_000, 65_535)])
@pytest.mark.parametrize("base", [(0, 0, 0), (2**32 - 1, 5, 2**31), (2**32 - 3_000, 2**32 - 1, 0)])
def test_sequence_and_time_go_on_across_switches_and_wraps(
    first_out: int, first_seq: tuple[int, int, int], base: tuple[int, int, int]
):
    track = Track(first_out, first_seq, base)
    track.report(Q, H, F)
    all_alive(track)
    for step in range(1, 40):
        track.switch.want(step % 3)
        track.pass_ms(33)
        for layer in (Q, H, F):
            track.frame(layer, 2, keyframe=step % 2 == 0)
    assert set(track.gaps) == {1}
    assert track.sent[0].seq_ext == first_out
    steps = [ticks_between(a.ticks, b.ticks) for a, b in zip(track.sent, track.sent[1:], strict=False)]
    assert min(steps) == 0
    # By reports a frame has its instant, whichever layer shows it: but for the one tick that keeps two layers of one
    # instant apart, all lie on the line of the first.
    assert all(step in {0, 1} or abs(step - 2_970) <= 1 for step in steps), sorted(set(steps))
    assert {each.layer for each in track.sent} == {Q, H, F}


def test_all_outgoing_sequence_numbers_are_met_in_order_around_the_wrap():
    track = Track(first_out=32_767)
    track.switch.want(Q)
    all_alive(track)
    track.frame(Q, keyframe=True)
    for _ in range(32_770):
        track.frame(Q)
    track.switch.want(H)
    (begun,) = track.frame(H, keyframe=True)
    assert begun.seq_ext == track.sent[-2].seq_ext + 1 == 65_538
    assert begun.seq_ext & 0xFFFF == 2


@pytest.mark.parametrize("base", [0, 77, 2**31 - 5, 2**32 - 100])
@pytest.mark.parametrize("late_ms", [0, 5, 40, 400])
def test_by_reports_a_frame_has_the_time_of_its_capture_however_late_it_comes(base: int, late_ms: int):
    track = Track(base_ticks=(base, 2**32 - base - 1, 12_345))
    track.report(Q, H)
    track.switch.want(Q)
    all_alive(track)
    (shown,) = track.frame(Q, keyframe=True)
    track.switch.want(H)
    track.pass_ms(100)
    ticks = track.ticks(H)
    track.pass_ms(late_ms)
    track.next[H] += 1
    switched = track.packet(H, track.next[H], ticks, keyframe=True)
    assert switched is not None
    assert abs(ticks_between(shown.ticks, switched.ticks) - 100 * HZ // 1000) <= 1


@pytest.mark.parametrize("reported", [(), (Q,), (H,)])
def test_without_both_reports_time_passes_as_packets_arrive(reported: tuple[int, ...]):
    track = Track(base_ticks=(1_000, 2**32 - 50, 0))
    track.report(*reported)
    track.switch.want(Q)
    all_alive(track)
    (shown,) = track.frame(Q, keyframe=True)
    track.switch.want(H)
    track.pass_ms(40)
    (switched,) = track.frame(H, keyframe=True)
    assert ticks_between(shown.ticks, switched.ticks) == 40 * HZ // 1000


@pytest.mark.parametrize(
    ("wrong_ms", "believed"),
    [
        (MAX_DISAGREEMENT_MS, True),
        (MAX_DISAGREEMENT_MS + 1, False),
        (-MAX_DISAGREEMENT_MS, True),
        (-MAX_DISAGREEMENT_MS - 1, False),
    ],
)
def test_reports_are_believed_within_a_second_of_the_arrival_and_time_never_goes_back(
    wrong_ms: int,
    believed: bool,  # noqa: FBT001 - a row of the table
):
    track = Track()
    track.report(Q)
    ntp = ntp_from_ms(track.now_ms)
    wrong = (track.ticks(H) - wrong_ms * HZ // 1000) % TICKS_CYCLE
    track.feeds[H].time.note(SenderReport(1, ntp, wrong, 0, 0), PublisherClock(), ntp)
    track.switch.want(Q)
    all_alive(track)
    (shown,) = track.frame(Q, keyframe=True)
    track.switch.want(H)
    track.pass_ms(100)
    (switched,) = track.frame(H, keyframe=True)
    expected = max(1, (100 + wrong_ms) * HZ // 1000) if believed else 100 * HZ // 1000
    assert ticks_between(shown.ticks, switched.ticks) == expected


def test_two_layers_of_one_instant_are_one_tick_apart():
    track = Track()
    track.report(Q, H)
    track.switch.want(Q)
    all_alive(track)
    (shown,) = track.frame(Q, keyframe=True)
    track.switch.want(H)
    (switched,) = track.frame(H, keyframe=True)
    assert ticks_between(shown.ticks, switched.ticks) == 1


# ── disorder around a switch ─────────────────────────────────────────────────────────────────────


def test_late_packets_of_the_old_layer_do_not_leave():
    track = Track()
    track.switch.want(Q)
    all_alive(track)
    track.frame(Q, keyframe=True)
    base = track.next[Q]
    assert track.packet(Q, base + 1, track.ticks(Q)) is not None  # base is missing
    track.switch.want(H)
    track.pass_ms(33)
    (switched,) = track.frame(H, keyframe=True)
    assert track.packet(Q, base, track.ticks(Q)) is None
    assert track.packet(Q, base + 2, track.ticks(Q)) is None
    assert switched.seq_ext == max(each.seq_ext for each in track.sent)


def test_packets_from_before_the_keyframe_do_not_leave_and_late_ones_of_it_do():
    track = Track()
    all_alive(track)
    track.switch.want(H)
    base = track.next[H]
    assert track.packet(H, base + 1, track.ticks(H), keyframe=True) is not None
    assert track.packet(H, base + 3, track.ticks(H), first=False) is not None
    assert track.packet(H, base, track.ticks(H)) is None
    late = track.packet(H, base + 2, track.ticks(H), first=False)
    assert late is not None
    assert [each.seq_ext for each in track.sent] == [100, 102, 101]


def test_a_keyframe_whose_first_packet_comes_late_is_no_beginning():
    track = Track()
    all_alive(track)
    track.switch.want(H)
    base = track.next[H]
    assert track.packet(H, base + 1, track.ticks(H), first=False) is None
    assert track.packet(H, base, track.ticks(H), keyframe=True) is None
    assert track.switch.awaits_keyframe(track.now_ms) == H
