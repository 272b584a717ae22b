from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.media.demand import COMING_MS, UNWANTED_MS, LayerDemand

Q, H, F = range(3)


def told(layers: int = 3) -> LayerDemand:
    demand = LayerDemand(layers, 0)
    assert demand.news(0) == frozenset(), "a new transport begins with a word: all of it is wanted"
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
    demand.arrive(frozenset({Q, H, F}), 0)
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
    assert demand.news(3 * UNWANTED_MS) == {H, F}
    assert demand.may_come(H, 3 * UNWANTED_MS)
    assert not demand.may_come(F, 3 * UNWANTED_MS), "it did not come when it was wanted"


def test_what_never_arrived_is_not_waited_for():
    demand = told()
    demand.arrive(frozenset({Q, H}), 0)
    demand.news(UNWANTED_MS)
    assert demand.may_come(H, UNWANTED_MS)
    assert not demand.may_come(F, UNWANTED_MS)


@given(st.lists(st.tuples(st.frozensets(st.integers(0, 2)), st.integers(0, 2 * UNWANTED_MS)), max_size=40))
def test_nothing_wanted_is_ever_paused_and_every_change_is_told(
    story: list[tuple[frozenset[int], int]],
):
    demand = LayerDemand(3, 0)
    now_ms = 0
    told: frozenset[int] | None = None
    for wanted, passed_ms in story:
        now_ms += passed_ms
        demand.want(wanted, now_ms)
        assert not demand.paused & wanted
        news = demand.news(now_ms)
        assert news != told
        told = demand.paused if news is not None else told
        assert told == demand.paused
        assert not demand.paused & (wanted | {Q})
