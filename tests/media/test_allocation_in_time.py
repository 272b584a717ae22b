"""A subscriber's link that falls, rises, loses packets: what follows at once, what waits, what is doubted."""

from __future__ import annotations

import pytest

from server.hosting.ports import Why
from server.media.allocation import (
    CALM_MS,
    DOUBT_MS,
    HEAVY_LOSS,
    LIGHT_LOSS,
    RISING_PERCENT,
    Importance,
    Link,
)
from server.media.ladder import LayerSupply, rungs
from server.rtp.layers import NONE

from .link_stories import (
    AMPLE,
    BUSY,
    CAMERA,
    HOLDER,
    F,
    H,
    Q,
    Story,
    circle,
    layers,
    link,
    once,
    reasons,
    seat,
    total,
)


def test_a_fall_is_followed_at_once_and_a_rise_after_ten_seconds():
    story = Story()
    assert layers(story.at(0, link(3_000_000, sent_bps=BUSY)))[0] == F
    fallen = story.at(1_000, link(1_200_000, sent_bps=BUSY))
    assert layers(fallen) == [H, *[Q] * 10]
    held = story.at(1_000 + CALM_MS - 1, link(3_000_000, sent_bps=BUSY))
    assert layers(held) == layers(fallen)
    assert held[0].why is Why.CALM
    risen = story.at(1_000 + CALM_MS, link(3_000_000, sent_bps=BUSY))
    assert layers(risen) == [F, *[Q] * 10]
    assert risen[0].why is Why.FULL


def estimates(story: Story, values: list[int], loss: int = 0) -> list[int]:
    """How many are shown after each of these estimates, a second apart, after one that suffices."""
    story.at(0, link(3_000_000, sent_bps=BUSY))
    return [
        sum(each.layer != NONE for each in story.at(n * 1_000, link(value, sent_bps=BUSY, loss=loss)))
        for n, value in enumerate(values, 1)
    ]


def test_an_estimate_alone_takes_pictures_away_only_where_it_stays_low():
    shown = estimates(Story(), [400_000] * 6)
    assert shown[: DOUBT_MS // 1_000] == [11] * 3
    assert max(shown[3:]) < 11, "it was not for a moment"
    assert shown[3] >= 1


def test_a_momentary_dip_of_the_estimate_takes_nobodys_picture():
    assert estimates(Story(), [400_000, 300_000, 3_000_000, 400_000, 3_000_000]) == [11] * 5


def test_an_estimate_that_rises_while_everything_is_sent_takes_nobodys_picture():
    rising = [300_000 * 108**n // 100**n for n in range(20)]
    assert estimates(Story(), rising) == [11] * 20


def test_an_estimate_that_rises_too_little_or_not_for_long_is_believed():
    window = DOUBT_MS // 1_000
    barely = [300_000, *[300_000 * RISING_PERCENT // 100 - 1] * window]
    assert estimates(Story(), barely)[-1] < 11
    saw = [300_000, 300_000, 300_000, 320_000, 300_000, 300_000, 325_000]
    assert estimates(Story(), saw)[:-1] == [11] * 6
    assert estimates(Story(), saw)[-1] < 11, "up and down again is no rise"


@pytest.mark.parametrize(("loss", "shown"), [(LIGHT_LOSS, 11), (LIGHT_LOSS + 1, 5)])
def test_with_packets_lost_an_estimate_is_believed_at_once(loss: int, shown: int):
    assert estimates(Story(), [400_000], loss) == [shown]


def test_a_doubted_estimate_shows_nothing_that_was_not_shown():
    story = Story(circle(3))
    story.at(0, link(200_000, sent_bps=BUSY))
    story.demands = circle(11)
    assert sum(each.layer != NONE for each in story.at(1_000, link(100_000, sent_bps=BUSY))) <= 2


def test_while_it_is_held_back_another_fall_begins_the_wait_anew():
    story = Story()
    story.at(0, link(3_000_000, sent_bps=BUSY))
    story.at(1_000, link(900_000, sent_bps=BUSY))
    story.at(6_000, link(400_000, sent_bps=BUSY))
    assert story.at(15_999, link(3_000_000, sent_bps=BUSY))[0].layer < F
    assert story.at(16_000, link(3_000_000, sent_bps=BUSY))[0].layer == F


def test_a_fall_that_takes_nothing_from_anybody_delays_nothing():
    story = Story([HOLDER])
    story.at(0, link(3_000_000, sent_bps=BUSY))
    assert reasons(story.at(1_000, link(500_000, sent_bps=BUSY))) == [Why.FULL]
    story.demands = circle()
    assert layers(story.at(1_100, link(3_000_000, sent_bps=BUSY))) == [F, *[Q] * 10]


def test_a_trembling_estimate_changes_nothing():
    story = Story()
    seen = set()
    for step in range(600):
        tremble = (step * 7919) % 100  # ±5 %
        estimate = 700_000 * (95 * 10 + tremble) // 1_000
        if step > 100:
            seen.add(tuple(layers(story.at(200 * step, link(estimate, sent_bps=BUSY)))))
        else:
            story.at(200 * step, link(estimate, sent_bps=BUSY))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("loss", "rises"), [(LIGHT_LOSS, True), (LIGHT_LOSS + 1, False), (HEAVY_LOSS - 1, False)]
)
def test_nothing_rises_while_packets_are_lost(loss: int, rises: bool):  # noqa: FBT001 - a row of the table
    story = Story()
    story.at(0, link(300_000, sent_bps=BUSY, loss=loss))
    story.at(20_000, link(300_000, sent_bps=BUSY, loss=loss))
    grants = story.at(21_000, link(3_000_000, sent_bps=BUSY, loss=loss))
    assert (grants[0].layer == F) is rises


def test_heavy_loss_takes_at_once_whatever_the_estimate_says():
    story = Story()
    story.at(0, link(3_000_000))
    grants = story.at(1_000, link(3_000_000, loss=128, sent_bps=1_200_000))
    assert total(grants) <= 1_200_000 * 3 // 4
    assert Why.LOSS in reasons(grants)


@pytest.mark.parametrize("loss", [HEAVY_LOSS, 128, 255])
def test_loss_alone_takes_nobodys_picture_away(loss: int):
    story = Story()
    story.at(0, link(3_000_000, sent_bps=BUSY))
    for now_ms in range(1_000, 30_000, 1_000):
        grants = story.at(now_ms, link(3_000_000, loss=loss, sent_bps=100_000, audio_bps=40_000))
        assert layers(grants) == [Q] * 11
    assert layers(once(link(3_000_000, loss=loss, sent_bps=0), seat(0, ladder=CAMERA[2:]))) == [F]
    assert layers(once(link(200_000, loss=loss, sent_bps=0), seat(0, ladder=CAMERA[2:]))) == [NONE]


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (link(249_999), NONE),
        (link(250_000), F),
        (link(500_000), F),
        (link(250_000, audio_bps=1), NONE),
        (link(AMPLE, low_data_bps=499_999), NONE),
    ],
)
def test_the_last_picture_goes_only_at_half_of_what_it_needs(state: Link, shown: int):
    only = CAMERA[2:]
    assert layers(once(state, seat(0, ladder=only), seat(1, Importance.HOLDER, ladder=only))) == [NONE, shown]
    assert layers(once(state, seat(0, height_px=0, ladder=only), seat(1, ladder=only))) == [NONE, shown]


def test_a_track_of_one_layer_whose_rate_trembles_is_not_switched_off_and_on():
    story = Story([])
    for step in range(200):
        only = rungs([LayerSupply(Q, 360, (400_000 + step * 7919 % 100_000,))])
        story.demands = [seat(0, height_px=360, ladder=only)]
        grants = story.at(1_000 * step, link(420_000, sent_bps=BUSY, loss=10, audio_bps=40_000))
        assert layers(grants) == [Q]


def test_low_data_is_obeyed_at_once_and_taken_back_at_once():
    story = Story()
    story.at(0, link(3_000_000, sent_bps=BUSY))
    assert total(story.at(100, link(3_000_000, sent_bps=BUSY, low_data_bps=250_000))) <= 250_000
    assert total(story.at(200, link(3_000_000, sent_bps=BUSY))) == 1_300_000


def test_the_turn_passes_on_without_waiting_for_calm():
    story = Story(circle(6))
    story.at(0, link(3_000_000, sent_bps=BUSY))
    before = story.at(1_000, link(600_000, sent_bps=BUSY))
    story.demands = [seat(0), seat(1, Importance.HOLDER, 360), *(seat(n) for n in range(2, 6))]
    after = story.at(1_200, link(600_000, sent_bps=BUSY))
    assert (before[0].layer, before[1].layer) == (H, Q)
    assert (after[0].layer, after[1].layer) == (Q, H)
    assert total(after) == total(before)


def test_a_tile_that_is_scrolled_away_gives_its_bits_to_others_at_once():
    story = Story([seat(0, height_px=360), seat(1, height_px=360)])
    assert layers(story.at(0, link(600_000, sent_bps=BUSY))) == [H, H]
    story.demands[1] = seat(1, height_px=0)
    grants = story.at(200, link(600_000, sent_bps=BUSY))
    assert layers(grants) == [F, NONE]
    assert reasons(grants) == [Why.FULL, Why.INVISIBLE]
