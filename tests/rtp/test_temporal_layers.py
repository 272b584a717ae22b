from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.rtp.layers import DROPPED, NONE, REMEMBERED_CUTS, WHOLE, Cut, LayerFeed

from .simulcast import HZ, PATTERN, F, H, Q, Track, all_alive, begun, patterned


@pytest.mark.parametrize(
    ("highest", "left"), [(0, [0]), (1, [0, 1]), (2, [0, 2, 1, 2]), (WHOLE, [0, 2, 1, 2])]
)
def test_temporal_layers_above_the_granted_one_are_left_out_without_a_hole(highest: int, left: list[int]):
    track = begun(highest)
    assert patterned(track, H, 20) == left * 20
    assert set(track.gaps) == {1}


def test_whoever_gets_the_same_shares_a_cut():
    track = begun(2)
    assert track.switch.cut is track.feeds[H].cuts[WHOLE]


def test_fewer_frames_begin_at_the_next_frame_that_belongs_there():
    track = begun()
    track.frame(H, temporal=0)
    track.switch.want(H, 0)
    assert track.frame(H, temporal=2, sync=True) != [], "the former cut goes on until a frame of the new one"
    assert track.frame(H, temporal=1, sync=True) != []
    assert track.frame(H, temporal=0) != []
    assert track.frame(H, temporal=2, sync=True) == []
    assert patterned(track, H) == [0]
    assert set(track.gaps) == {1}


def test_more_frames_begin_with_a_frame_that_needs_only_the_base_one_layer_at_a_time():
    track = begun(0)
    patterned(track, H)
    track.switch.want(H)
    assert track.frame(H, temporal=0) != []
    assert track.frame(H, temporal=2, sync=True) == [], "layer 1 may build on what was left out"
    assert track.frame(H, temporal=1) == [], "needs an earlier frame of its own layer"
    assert track.frame(H, temporal=2) == []
    assert track.frame(H, temporal=0) != []
    assert track.frame(H, temporal=1, sync=True) != []
    assert track.frame(H, temporal=2) == []
    assert track.frame(H, temporal=2, sync=True) != []
    assert track.switch.cut is track.feeds[H].cuts[WHOLE]
    assert set(track.gaps) == {1}


def test_a_keyframe_brings_all_granted_frames_at_once():
    track = begun(0)
    patterned(track, H)
    track.switch.want(H)
    assert track.frame(H, keyframe=True) != []
    assert patterned(track, H) == [0, 2, 1, 2]
    assert set(track.gaps) == {1}


def test_a_stream_that_skips_a_temporal_layer_is_stepped_up_all_the_same():
    track = Track()
    all_alive(track)
    track.frame(H, temporal=2)
    track.switch.want(H, 0)
    track.frame(H, keyframe=True)
    track.switch.want(H)
    assert track.frame(H, temporal=2, sync=True) != []


def test_temporal_changes_wait_until_nothing_is_missing():
    track = begun(0)
    patterned(track, H)
    track.switch.want(H)
    base = track.next[H]
    assert track.packet(H, base + 1, track.ticks(H), temporal=1, sync=True) is None, "base is missing"
    assert track.packet(H, base, track.ticks(H), temporal=0) is not None
    track.next[H] = base + 2
    assert track.frame(H, temporal=1, sync=True) != []


def test_a_late_packet_that_is_left_out_fills_its_hole_without_content():
    track = begun(0)
    base = track.next[H]
    assert track.packet(H, base + 1, track.ticks(H)) is not None  # base, of a higher layer, is missing
    filling = track.packet(H, base, track.ticks(H), temporal=2)
    assert filling is not None
    assert not filling.content
    assert sorted(each.seq_ext for each in track.sent) == list(range(100, 100 + len(track.sent)))


def test_a_layer_is_numbered_on_when_its_grant_changes_while_it_stands():
    track = begun(0)
    patterned(track, H, 3)
    track.switch.want(NONE)
    patterned(track, H)
    track.switch.want(H)
    assert track.frame(H, keyframe=True) != []
    assert patterned(track, H) == [0, 2, 1, 2]
    assert set(track.gaps) == {1}


def test_what_left_is_found_again_for_a_retransmission():
    track = begun(0)
    feed = track.feeds[H]
    cut = feed.cuts[0]
    seen: dict[int, int] = {}
    for _ in range(400):
        for temporal, sync in PATTERN:
            track.frame(H, temporal=temporal, sync=sync)
            if cut.at != DROPPED:
                seen[cut.at] = feed.index
    newest = max(seen)
    recent = [index for index in seen if index > newest - REMEMBERED_CUTS // 3 + 1]
    assert [cut.original(index) for index in recent] == [seen[index] for index in recent]
    assert cut.original(100) == DROPPED, "older than what is remembered"


@given(st.lists(st.integers(0, 3), max_size=200), st.integers(0, 2))
def test_original_is_the_inverse_of_the_numbering(temporals: list[int], highest: int):
    cut = Cut(highest)
    kept = {}
    for index, temporal in enumerate(temporals):
        cut.take(index, temporal, 0, 0)
        if cut.at != DROPPED:
            kept[cut.at] = index
            assert cut.position(index) == cut.at
    assert list(kept) == list(range(len(kept)))
    assert all(cut.original(at) == index for at, index in kept.items())


# ── feeds ────────────────────────────────────────────────────────────────────────────────────────


def test_what_each_cut_costs_is_measured():
    feed = LayerFeed(H, HZ)
    feed.measure(0)
    for n in range(1, 11):
        for index, (temporal, _) in enumerate(PATTERN):
            feed.take(4 * n + index, temporal, 0, 1_000, 100 * n)
        feed.measure(100 * n)
    assert feed.bitrates_bps() == (80_000, 160_000, 320_000, 320_000)
    for n in range(11, 22):
        feed.measure(100 * n)
    assert feed.bitrates_bps() == (0, 0, 0, 0)


def test_cuts_nobody_uses_are_not_numbered_any_more():
    track = begun(0)
    feed = track.feeds[H]
    assert set(feed.cuts) == {0, WHOLE}
    feed.forget_unused(frozenset({0}))
    assert set(feed.cuts) == {0, WHOLE}
    feed.forget_unused(frozenset())
    assert set(feed.cuts) == {WHOLE}


def test_a_layer_that_begins_anew_is_numbered_from_its_new_beginning():
    track = begun(0)
    feed = track.feeds[H]
    track.switch.stop()
    feed.restart()
    assert feed.index == DROPPED
    assert not feed.is_arriving(track.now_ms)
    track.next[H], track.top[H] = 3, DROPPED
    track.missing[H].clear()
    last = track.sent[-1]
    (again,) = track.frame(H, keyframe=True)
    assert again.seq_ext == last.seq_ext + 1
    assert patterned(track, H) == [0]
    assert set(track.gaps) == {1}


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 7), st.booleans(), st.integers(NONE, F), st.integers(0, WHOLE), st.booleans()
        ),
        max_size=120,
    )
)
def test_every_frame_that_leaves_has_all_it_builds_on(story: list[tuple[int, bool, int, int, bool]]):
    """Three layers in step; a frame of a temporal layer builds on the last ones up to its own, one with Y on the base only."""
    track = Track()
    needs: dict[int, set[int]] = {}
    latest: list[dict[int, int]] = [{}, {}, {}]
    for chance, sync, wanted, highest, wishes in story:
        if wishes:
            track.switch.want(wanted, highest)
        track.pass_ms(33)
        keyframe, temporal = chance == 0, 0 if chance < 3 else min(2, chance - 3)
        for layer in (Q, H, F):
            known = latest[layer]
            if not known and not keyframe:
                continue
            if keyframe:
                known.clear()
            reach = 0 if sync else temporal
            built_on = {frame for each, frame in known.items() if each <= reach}
            track.frame(layer, 2, temporal=temporal, sync=sync, keyframe=keyframe)
            needs[track.frames] = built_on
            if temporal == 0:
                known.clear()
            known[temporal] = track.frames
    shown = {each.frame for each in track.sent}
    assert all(needs[frame] <= shown for frame in shown)
