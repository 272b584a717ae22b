"""Where the estimate follows what is sent, more is tried: when, how long, and what becomes of a try."""

from __future__ import annotations

import itertools

import pytest

from server.hosting.ports import Why
from server.media.allocation import (
    CALM_MS,
    HEAVY_LOSS,
    KEEPS_UP_PERCENT,
    KNOWN_MS,
    LIGHT_LOSS,
    MAX_CALM_MS,
    RESERVE_PERCENT,
    TRY_MS,
    Demand,
    Importance,
    Link,
)
from server.media.ladder import LayerSupply, rungs
from server.rtp.layers import WHOLE

from .link_stories import (
    AMPLE,
    BUSY,
    HOLDER,
    F,
    H,
    Q,
    Story,
    layers,
    link,
    seat,
)


def test_where_the_estimate_only_follows_what_is_sent_more_is_tried_after_calm():
    story = Story([HOLDER])
    story.at(1_000, link(130_000, sent_bps=BUSY))
    assert layers(story.at(1_000 + CALM_MS - 1, link(130_000, sent_bps=80_000))) == [Q]
    tried = story.at(1_000 + CALM_MS, link(130_000, sent_bps=80_000))
    assert layers(tried) == [H]
    assert layers(story.at(1_500 + CALM_MS, link(180_000, sent_bps=200_000))) == [H], (
        "the estimate needs some time"
    )
    assert layers(story.at(3_000 + CALM_MS, link(290_000, sent_bps=200_000))) == [H]
    assert layers(story.at(20_000 + CALM_MS, link(290_000, sent_bps=200_000))) == [F], "and the next one"


@pytest.mark.parametrize(
    ("later_ms", "state"),
    [
        pytest.param(TRY_MS, link(135_000, sent_bps=200_000), id="the estimate does not follow in time"),
        pytest.param(600, link(120_000, sent_bps=200_000), id="it falls"),
        pytest.param(600, link(180_000, sent_bps=200_000, loss=LIGHT_LOSS + 1), id="packets are lost"),
        pytest.param(600, link(None, sent_bps=200_000, low_data_bps=190_000), id="nothing is known any more"),
        pytest.param(600, link(180_000, sent_bps=200_000, low_data_bps=170_000), id="low data is wished"),
    ],
)
def test_a_try_that_fails_is_taken_back(later_ms: int, state: Link):
    story = Story([HOLDER])
    story.at(0, link(130_000, sent_bps=BUSY))
    started = 20_000
    assert layers(story.at(started, link(130_000, sent_bps=80_000))) == [H]
    assert layers(story.at(started + later_ms, state)) == [Q]


@pytest.mark.parametrize(
    ("state", "later_ms", "layer"),
    [
        pytest.param(link(130_000, sent_bps=80_000), 5_000, F, id="it had less to estimate by"),
        pytest.param(link(130_000, sent_bps=80_000), KNOWN_MS + 1, H, id="that was long ago: it is tried"),
        pytest.param(link(130_000, sent_bps=120_000), 5_000, Q, id="it can hardly take what is sent"),
        pytest.param(link(130_000, sent_bps=80_000, loss=LIGHT_LOSS + 1), 5_000, Q, id="packets are lost"),
    ],
)
def test_a_picture_that_is_drawn_large_again_need_not_wait(state: Link, later_ms: int, layer: int):
    story = Story([HOLDER])
    assert layers(story.at(0, link(3_000_000, sent_bps=600_000))) == [F]
    story.demands = [seat(0, height_px=90)]
    assert layers(story.at(1_000, state)) == [Q]
    story.demands = [HOLDER]
    assert layers(story.at(later_ms, state)) == [layer]


def test_a_try_is_for_all_frames_of_the_next_picture_whatever_lies_between():
    ladder = rungs(
        [LayerSupply(Q, 90, (40_000, 60_000, 80_000)), LayerSupply(H, 180, (90_000, 140_000, 200_000))]
    )
    story = Story([seat(0, Importance.HOLDER, 180, ladder)])
    (before,) = story.at(0, link(90_000, sent_bps=BUSY))
    (tried,) = story.at(CALM_MS, link(90_000, sent_bps=75_000))
    assert (before.layer, before.highest) == (Q, WHOLE)
    assert (tried.layer, tried.highest) == (H, WHOLE)


def test_an_estimate_that_rises_slowly_is_waited_for():
    """As libwebrtc's does: 8 % a second, whatever comes in."""
    story = Story([HOLDER])
    story.at(0, link(130_000, sent_bps=BUSY))
    estimate_bps, tried_ms = 130_000.0, 0
    for now_ms in range(1_000, 60_000, 1_000):
        (grant,) = story.at(now_ms, link(int(estimate_bps), sent_bps=80_000 if not tried_ms else 200_000))
        if not tried_ms and grant.layer == H:
            tried_ms = now_ms
        if tried_ms:
            assert grant.layer >= H
            estimate_bps = min(estimate_bps * 1.08, 300_000)
    assert tried_ms == CALM_MS


def trembling(percent: int) -> list[Demand]:
    """The holder, whose layers cost so much more."""
    costs = [(Q, 90, 80_000), (H, 180, 200_000), (F, 360, 500_000)]
    ladder = rungs(LayerSupply(layer, px, (bps * (100 + percent) // 100,)) for layer, px, bps in costs)
    return [seat(0, Importance.HOLDER, 360, ladder)]


def test_what_the_same_picture_costs_trembles_and_holds_no_try_back():
    story = Story(trembling(0))
    story.at(0, link(300_000, sent_bps=BUSY))
    story.at(1_000, link(130_000, sent_bps=BUSY))
    tried_ms = []
    for now_ms in range(2_000, 1_000 + CALM_MS + 1_000, 1_000):
        story.demands = trembling(now_ms // 1_000 % 3)
        (grant,) = story.at(now_ms, link(130_000, sent_bps=80_000))
        tried_ms += [now_ms] if grant.layer == H else []
    assert tried_ms == [1_000 + CALM_MS]


def test_a_try_goes_on_when_it_costs_a_little_more_than_it_did():
    story = Story(trembling(0))
    story.at(0, link(300_000, sent_bps=BUSY))
    story.at(1_000, link(130_000, sent_bps=BUSY))
    assert layers(story.at(1_000 + CALM_MS, link(130_000, sent_bps=80_000))) == [H]
    story.demands = trembling(RESERVE_PERCENT)
    assert layers(story.at(2_000 + CALM_MS, link(130_000, sent_bps=200_000))) == [H]


def test_nothing_is_tried_while_something_rises_by_itself():
    story = Story([HOLDER])
    story.at(0, link(90_000, sent_bps=BUSY))
    (risen,) = story.at(CALM_MS, link(300_000, sent_bps=80_000))
    assert risen.layer == H


def test_nothing_is_tried_before_a_newcomer_has_settled():
    story = Story([HOLDER])
    story.at(100_000, link(130_000, sent_bps=80_000))
    assert layers(story.at(100_000 + CALM_MS - 1, link(130_000, sent_bps=80_000))) == [Q]
    assert layers(story.at(100_000 + CALM_MS, link(130_000, sent_bps=80_000))) == [H]


def test_a_rise_that_lasts_makes_the_next_wait_short_again():
    story = Story([HOLDER])
    story.at(0, link(600_000, sent_bps=BUSY))

    def fall_and_wait(now_ms: int) -> int:
        """The link falls at this instant and is good again at once; how long until the holder is large again."""
        assert story.at(now_ms, link(100_000, sent_bps=BUSY))[0].layer == Q
        for waited_ms in range(100, 200_000, 100):
            if story.at(now_ms + waited_ms, link(600_000, sent_bps=BUSY))[0].layer == F:
                return waited_ms
        return -1

    assert fall_and_wait(1_000) == CALM_MS
    assert fall_and_wait(12_000) == 2 * CALM_MS, "a second after the rise"
    assert fall_and_wait(33_000) == 4 * CALM_MS
    assert fall_and_wait(73_000 + CALM_MS) == CALM_MS, "ten seconds after the rise"


def test_tries_that_fail_become_rare():
    story = Story([HOLDER])
    story.at(0, link(130_000, sent_bps=BUSY))
    tries = []
    shown = Q
    for now_ms in range(1_000, 900_000, 200):
        state = link(130_000, sent_bps=80_000 if shown == Q else 200_000)
        (grant,) = story.at(now_ms, state)
        if grant.layer > Q and shown == Q:
            tries.append(now_ms)
        shown = grant.layer
    waits = [b - a for a, b in itertools.pairwise(tries)]
    assert waits == sorted(waits)
    assert [round((wait - TRY_MS) / CALM_MS) for wait in waits[:5]] == [2, 4, 8, 8, 8]
    assert max(waits) <= MAX_CALM_MS + TRY_MS


@pytest.mark.parametrize(
    ("sent_bps", "tries"),
    [(130_000 * 100 // KEEPS_UP_PERCENT, True), (130_000 * 100 // KEEPS_UP_PERCENT + 2, False)],
)
def test_a_link_that_does_not_keep_up_is_left_alone(sent_bps: int, tries: bool):  # noqa: FBT001 - a row of the table
    story = Story([HOLDER])
    story.at(0, link(130_000, sent_bps=BUSY))
    (grant,) = story.at(20_000, link(130_000, sent_bps=sent_bps))
    assert (grant.layer == H) is tries


@pytest.mark.parametrize("loss", [LIGHT_LOSS + 1, HEAVY_LOSS])
def test_nothing_is_tried_while_packets_are_lost(loss: int):
    story = Story([HOLDER])
    for now_ms in range(0, 60_000, 1_000):
        (grant,) = story.at(now_ms, link(130_000, sent_bps=80_000, loss=loss))
        assert grant.layer <= Q


def test_low_data_is_not_tried_against():
    story = Story([HOLDER])
    for now_ms in range(0, 60_000, 1_000):
        (grant,) = story.at(now_ms, link(AMPLE, sent_bps=80_000, low_data_bps=100_000))
        assert (grant.layer, grant.why) == (Q, Why.LOW_DATA)
