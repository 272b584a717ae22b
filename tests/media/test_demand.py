from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.demand import COMING_MS, UNWANTED_MS, LayerDemand

Q, H, F = range(3)


def told(layers: int = 3) -> LayerDemand:
    demand = LayerDemand(layers, 0)
    assert demand.news(0) == frozenset(), "a new transport begins with a word: all of it is wanted"
    demand.arrive(frozenset(range(layers)), 0)
    return demand


def test_a_layer_nobody_wants_is_paused_after_a_while():
    demand = told()
    demand.want([Q, F], UNWANTED_MS - 1)
    assert demand.news(UNWANTED_MS - 1) is None
    assert demand.news(UNWANTED_MS) == {H}
    assert demand.paused == {H}
    assert demand.news(UNWANTED_MS + 1) is None


def test_a_layer_somebody_wants_is_resumed_at_once():
    demand = told()
    assert demand.news(UNWANTED_MS) == {H, F}
    demand.want([F], UNWANTED_MS + 1)
    assert demand.paused == {H}
    assert demand.news(UNWANTED_MS + 1) == {H}
    assert demand.news(2 * UNWANTED_MS) is None
    assert demand.news(2 * UNWANTED_MS + 1) == {H, F}


def test_the_smallest_layer_is_always_sent():
    assert told().news(100 * UNWANTED_MS) == {H, F}
    assert told(layers=1).news(100 * UNWANTED_MS) is None


def test_a_layer_that_is_not_there_may_be_wanted():
    demand = told(layers=2)
    demand.want([-1, F, 9], 1)
    assert demand.news(1) is None


def test_what_is_paused_or_was_a_moment_ago_may_come():
    demand = told()
    assert not demand.may_come(F, 0)
    demand.news(UNWANTED_MS)
    demand.arrive(frozenset({Q}), UNWANTED_MS)
    assert demand.may_come(F, UNWANTED_MS)
    demand.want([F], UNWANTED_MS)
    assert demand.news(UNWANTED_MS) == {H}
    assert demand.may_come(F, UNWANTED_MS + COMING_MS - 1)
    assert not demand.may_come(F, UNWANTED_MS + COMING_MS)
    assert not demand.may_come(Q, UNWANTED_MS)
    demand.arrive(frozenset({Q}), UNWANTED_MS + COMING_MS)
    assert demand.news(3 * UNWANTED_MS) is None, "it did not come when it was wanted, but it may when it can"
    assert demand.may_come(H, 3 * UNWANTED_MS)
    assert not demand.may_come(F, 3 * UNWANTED_MS)


def test_what_never_arrived_is_neither_waited_for_nor_paused():
    demand = LayerDemand(3, 0)
    demand.arrive(frozenset({Q, H}), 0)
    assert demand.news(UNWANTED_MS) == {H}
    assert demand.may_come(H, UNWANTED_MS)
    assert not demand.may_come(F, UNWANTED_MS)


def test_what_arrives_late_has_the_same_time_to_be_wanted():
    demand = LayerDemand(3, 0)
    demand.arrive(frozenset({Q}), 0)
    assert demand.news(10 * UNWANTED_MS) == frozenset()
    demand.arrive(frozenset({Q, H, F}), 10 * UNWANTED_MS)
    assert demand.news(11 * UNWANTED_MS - 1) is None
    demand.want([F], 11 * UNWANTED_MS - 1)
    assert demand.news(11 * UNWANTED_MS) == {H}


@pytest.mark.parametrize("off_ms", [UNWANTED_MS - 1, UNWANTED_MS, 100 * UNWANTED_MS])
def test_a_camera_that_was_off_may_send_all_its_layers_again(off_ms: int):
    demand = told()
    demand.want([F], 1)
    demand.arrive(frozenset(), 1)
    assert demand.news(1 + off_ms) is None
    demand.arrive(frozenset({Q}), 1 + off_ms)
    assert demand.paused == frozenset()
    demand.arrive(frozenset({Q, H, F}), 1 + off_ms + UNWANTED_MS)
    demand.want([F], 1 + off_ms + UNWANTED_MS)
    assert demand.news(1 + off_ms + UNWANTED_MS) is None


some_layers = st.frozensets(st.integers(0, 2))


@given(st.lists(st.tuples(some_layers, some_layers, st.integers(0, 2 * UNWANTED_MS)), max_size=40))
def test_what_is_paused_was_seen_and_is_not_wanted_and_every_change_is_told(
    story: list[tuple[frozenset[int], frozenset[int], int]],
):
    demand = LayerDemand(3, 0)
    now_ms = 0
    told: frozenset[int] | None = None
    seen: frozenset[int] = frozenset()
    for arriving, wanted, passed_ms in story:
        now_ms += passed_ms
        before = demand.paused
        demand.arrive(arriving, now_ms)
        seen |= arriving
        demand.want(wanted, now_ms)
        assert not demand.paused & wanted
        news = demand.news(now_ms)
        assert news != told
        told = demand.paused if news is not None else told
        assert told == demand.paused
        assert demand.paused <= seen - wanted - {Q}
        assert demand.paused - before <= arriving, "who does not send it is not told to stop"
        assert all(layer in arriving or demand.may_come(layer, now_ms) for layer in demand.paused), (
            "for good: nobody can be granted it"
        )
