from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from server.rtp.layers import (
    NONE,
    WHOLE,
)
from server.rtp.sequence import ticks_between

from .simulcast import F, H, Q, Track

if TYPE_CHECKING:
    from random import Random


steps = st.lists(
    st.tuples(
        st.sampled_from(["frame", "frame", "frame", "key", "want", "report"]),
        st.integers(0, 2),  # layer
        st.integers(1, 4),  # packets of a frame
        st.integers(0, 3),  # temporal layer, or the highest wanted
        st.booleans(),  # sync
        st.integers(0, 700),  # time that passes
    ),
    max_size=80,
)
starts = st.tuples(*[st.integers(0, 2**16)] * 3)
bases = st.tuples(*[st.integers(0, 2**32 - 1)] * 3)


@settings(deadline=None)
@given(steps, st.integers(0, 2**15 - 1), starts, bases)
def test_in_order_the_numbers_are_dense_time_rises_and_frames_keep_together(
    story: list[tuple[str, int, int, int, bool, int]],
    first_out: int,
    first_seq: tuple[int, int, int],
    base: tuple[int, int, int],
):
    track = Track(first_out, first_seq, base)
    for what, layer, packets, temporal, sync, passed_ms in story:
        track.pass_ms(passed_ms)
        if what == "want":
            track.switch.want(layer if packets > 1 else NONE, temporal)
        elif what == "report":
            track.report(layer)
        elif what == "key":
            track.frame(layer, packets, keyframe=True)
        else:
            track.pass_ms(1)
            track.frame(layer, packets, temporal=temporal, sync=sync)
    assert all(each.content for each in track.sent)
    assert [each.seq_ext for each in track.sent] == list(range(first_out, first_out + len(track.sent)))
    ended: set[int] = set()
    for before, after in zip(track.sent, track.sent[1:], strict=False):
        step = ticks_between(before.ticks, after.ticks)
        if before.frame == after.frame:
            assert step == 0
        else:
            ended.add(before.frame)
            assert step >= 0
            assert after.frame not in ended, "a frame that was left is never gone back to"


@settings(deadline=None)
@given(steps, st.randoms(use_true_random=False), st.integers(1, 12))
def test_in_disorder_no_number_is_used_twice_and_all_rise_from_switch_to_switch(
    story: list[tuple[str, int, int, int, bool, int]], random: Random, reach: int
):
    """Packets of all layers are shuffled within a window, and one in ten is lost."""
    queue: list[tuple[float, int, int, int, dict[str, object]]] = []
    wishes: list[tuple[int, int, int]] = []
    track = Track()
    sequence = [0, 0, 0]
    now = track.now_ms
    for number, (what, layer, packets, temporal, sync, passed_ms) in enumerate(story):
        now += passed_ms + 1
        if what == "want":
            wishes.append((number, layer, temporal))
        for n in range(packets if what in {"frame", "key"} else 0):
            index, sequence[layer] = sequence[layer], sequence[layer] + 1
            facts = {
                "temporal": 0 if what == "key" else temporal,
                "sync": sync,
                "keyframe": what == "key",
                "first": n == 0,
                "frame": number,
            }
            if random.random() > 0.1:
                queue.append((number + random.random() * reach, number, layer, index, facts))
    seen: set[int] = set()
    highest_before = -1
    shown = NONE
    for at, number, layer, index, facts in sorted(queue, key=lambda each: each[0]):
        while wishes and wishes[0][0] <= at:
            _, wanted, highest = wishes.pop(0)
            track.switch.want(wanted, highest)
        track.now_ms = 10_000 + int(at * 30)
        out = track.packet(layer, index, track.ticks(layer, 10_000 + number * 30), **facts)  # type: ignore[arg-type]
        if out is None:
            continue
        assert out.seq_ext not in seen
        if layer != shown:
            highest_before, shown = max(seen, default=-1), layer
        assert out.seq_ext > highest_before, "a number from before the switch"
        seen.add(out.seq_ext)


@settings(deadline=None)
@given(steps, st.randoms(use_true_random=False), bases)
def test_frames_keep_together_where_the_packets_of_layers_arrive_interleaved(
    story: list[tuple[str, int, int, int, bool, int]], random: Random, base: tuple[int, int, int]
):
    track = Track(base_ticks=base)
    track.report(Q, H, F)
    queues: list[list[tuple[int, dict[str, object]]]] = [[], [], []]
    for number, (what, layer, packets, temporal, sync, _) in enumerate(story):
        key = what == "key"
        for n in range(packets if what != "want" else 0):
            facts = {
                "temporal": 0 if key else temporal,
                "sync": sync,
                "keyframe": key,
                "first": n == 0,
                "frame": number,
            }
            queues[layer].append((number, facts))
    at = [0, 0, 0]
    while any(queues):
        layer = random.choice([each for each in (Q, H, F) if queues[each]])
        number, facts = queues[layer].pop(0)
        if random.random() < 0.2:
            track.switch.want(random.randint(NONE, F), random.randint(0, WHOLE))
        track.pass_ms(random.randint(0, 5))
        track.packet(layer, at[layer], track.ticks(layer, 10_000 + 33 * number), **facts)  # type: ignore[arg-type]
        at[layer] += 1
    assert set(track.gaps) <= {1}
    ended: set[int] = set()
    for before, after in zip(track.sent, track.sent[1:], strict=False):
        if before.frame != after.frame:
            ended.add(before.frame)
            assert after.frame not in ended
        assert ticks_between(before.ticks, after.ticks) >= 0
