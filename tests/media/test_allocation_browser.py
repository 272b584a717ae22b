"""A browser's estimate and the sharing out of its link, in a circle: they settle, fall and recover together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.allocation import (
    START_BPS,
    Allocator,
    Demand,
    Importance,
    Link,
)
from server.rtp.layers import NONE

from .link_stories import (
    BUSY,
    CAMERA,
    CUTS,
    HOLDER,
    Browser,
    F,
    Q,
    Story,
    circle,
    demands_of,
    layers,
    seat,
    total,
)

if TYPE_CHECKING:
    from server.media.ladder import Rung


def test_a_good_link_is_filled_and_then_nothing_changes_any_more():
    browser = Browser(Story(circle(11)))
    browser.live(120, 5_000_000)
    assert layers(browser.grants) == [F, *[Q] * 10]
    changes = len(browser.changes)
    browser.live(300, 5_000_000)
    assert len(browser.changes) == changes


@pytest.mark.parametrize("camera", [CAMERA, CUTS])
def test_bandwidth_drops_and_recovers(camera: tuple[Rung, ...]):
    browser = Browser(Story([replace(each, ladder=camera) for each in circle(11)]))
    browser.live(120, 5_000_000)
    browser.live(1, 700_000)
    assert total(browser.grants) + browser.audio_bps <= 700_000, "within a second"
    assert browser.grants[0].layer >= Q
    fallen_ms = browser.now_ms
    browser.live(60, 700_000)
    assert len([at for at in browser.changes if at >= fallen_ms]) <= 6, "some tries, no flapping"
    browser.live(120, 5_000_000)
    assert layers(browser.grants) == [F, *[Q] * 10]


@pytest.mark.parametrize("every_s", [4, 8, 20])
def test_a_lively_talk_gets_its_large_picture_back_after_a_bad_minute(every_s: int):
    def talk(loudest: int) -> list[Demand]:
        importance = [Importance.SPEAKER if n == loudest else Importance.TILE for n in range(4)]
        return [seat(n, importance[n], 360 if n == loudest else 90) for n in range(4)]

    browser = Browser(Story(talk(0)))
    browser.live(60, 5_000_000)
    assert sorted(layers(browser.grants)) == [Q, Q, Q, F]
    browser.live(30, 250_000)
    assert max(layers(browser.grants)) < F
    for turn in range(240 // every_s):
        browser.story.demands = talk(turn % 4)
        browser.live(every_s, 5_000_000)
    assert sorted(layers(browser.grants)) == [Q, Q, Q, F]


def test_somebody_alone_on_a_good_link_is_not_left_with_the_smallest_picture():
    browser = Browser(Story([HOLDER]), estimate_bps=50_000)
    browser.story.at(0, Link(150_000, BUSY, 0, 0))
    browser.live(60, 5_000_000)
    assert layers(browser.grants) == [F]


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(0, 4_000_000)),
            st.integers(0, 4_000_000),
            st.integers(0, 255),
            st.one_of(st.none(), st.integers(0, 1_000_000)),
            st.integers(1, 6_000),
        ),
        max_size=40,
    ),
    demands_of,
)
def test_whatever_the_link_says_sound_has_its_room_and_low_data_holds(
    story: list[tuple[int | None, int, int, int | None, int]], demands: list[Demand]
):
    allocator = Allocator()
    now_ms = 0
    for estimate, sent, loss, low_data, passed_ms in story:
        now_ms += passed_ms
        state = Link(estimate, sent, loss, 50_000, low_data)
        grants = allocator.allocate(state, demands, now_ms)
        assert [each.seat for each in grants] == [each.seat for each in demands]
        if low_data is not None and low_data < (START_BPS if estimate is None else estimate):
            assert total(grants) <= max(0, low_data - 50_000)
        for each, demand in zip(grants, demands, strict=True):
            if each.layer == NONE:
                assert each.bps == 0
            else:
                assert demand.height_px
                assert any(
                    (r.layer, r.highest, r.bps) == (each.layer, each.highest, each.bps) for r in demand.ladder
                )
