"""Who gets how much of a subscriber's link at one moment: tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hosting.ports import Why
from server.media.allocation import (
    HEAVY_LOSS,
    IMPORTANT_PERCENT,
    RESERVE_PERCENT,
    START_BPS,
    Demand,
    Importance,
    Link,
    share,
)
from server.media.ladder import LayerSupply, rungs
from server.rtp.layers import NONE, WHOLE

from .link_stories import (
    AMPLE,
    HOLDER,
    F,
    H,
    Q,
    circle,
    demands_of,
    layers,
    link,
    once,
    reasons,
    seat,
    total,
)

# ── one moment ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("demand", "layer", "why"),
    [
        (HOLDER, F, Why.FULL),
        (seat(0, height_px=1080), F, Why.FULL),
        (seat(0, height_px=480), F, Why.FULL),
        (seat(0, height_px=240), H, Why.FITTING),
        (seat(0, height_px=241), F, Why.FULL),
        (seat(0, height_px=120), Q, Why.FITTING),
        (seat(0, height_px=121), H, Why.FITTING),
        (seat(0, height_px=1), Q, Why.FITTING),
        (seat(0, Importance.HOLDER, 0), NONE, Why.INVISIBLE),
        (seat(0, ladder=()), NONE, Why.NOT_SENT),
        (seat(0, height_px=0, ladder=()), NONE, Why.INVISIBLE),
    ],
)
def test_with_ample_room_everybody_gets_what_can_be_seen(demand: Demand, layer: int, why: Why):
    (grant,) = once(link(), demand)
    assert (grant.layer, grant.why) == (layer, why)


def test_a_layer_is_fitting_with_all_its_frames():
    ladder = rungs([LayerSupply(Q, 90, (40, 60, 80)), LayerSupply(H, 180, (120, 160, 200))])
    (grant,) = once(link(), seat(0, height_px=90, ladder=ladder))
    assert (grant.layer, grant.highest, grant.why) == (Q, WHOLE, Why.FITTING)


@pytest.mark.parametrize(
    ("room", "rung"),
    [
        (39_999, NONE),
        (40_000, 0),
        (60_000, 1),
        (79_999, 1),
        (80_000, 2),
        (159_999, 2),
        (160_000, 3),
        (199_999, 3),
        (200_000, 4),
    ],
)
def test_frames_are_left_out_where_that_suffices(room: int, rung: int):
    ladder = rungs(
        [LayerSupply(Q, 90, (40_000, 60_000, 80_000)), LayerSupply(H, 180, (120_000, 160_000, 200_000))]
    )
    assert share(room, [seat(0, height_px=180, ladder=ladder)]) == {0: rung}


@pytest.mark.parametrize(
    ("room", "holder", "tiles"),
    [
        pytest.param(79_999, NONE, [NONE, NONE, NONE], id="nothing"),
        pytest.param(80_000, Q, [NONE, NONE, NONE], id="the holder first"),
        pytest.param(160_000, Q, [Q, NONE, NONE], id="then one tile"),
        pytest.param(320_000, Q, [Q, Q, Q], id="then all"),
        pytest.param(439_999, Q, [Q, Q, Q], id="just below"),
        pytest.param(440_000, H, [Q, Q, Q], id="then she climbs on"),
        pytest.param(739_999, H, [Q, Q, Q], id="what is left would buy the tiles nothing they can show"),
        pytest.param(740_000, F, [Q, Q, Q], id="everything"),
    ],
)
def test_whoever_has_the_turn_climbs_first_and_no_tile_is_forgotten(room: int, holder: int, tiles: list[int]):
    shared = share(room, circle(4))
    assert [shared[n] for n in range(4)] == [holder, *tiles]


@pytest.mark.parametrize(("room", "holder", "tiles"), [(499_999, Q, 5), (500_000, H, 3)])
def test_her_share_is_hers_before_every_tile_has_something(room: int, holder: int, tiles: int):
    shared = share(room, circle(11))
    assert shared[0] == holder
    assert sum(shared[n] == Q for n in range(1, 11)) == tiles
    assert 500_000 * IMPORTANT_PERCENT // 100 == 200_000, "what her second rung costs"


def test_tiles_climb_one_rung_each_in_turn():
    tiles = [seat(n, height_px=360) for n in range(3)]
    assert list(share(240_000, tiles).values()) == [0, 0, 0]
    assert list(share(480_000, tiles).values()) == [1, 1, 0]
    assert list(share(600_000, tiles).values()) == [1, 1, 1]
    assert list(share(900_000, tiles).values()) == [2, 1, 1]


@pytest.mark.parametrize(
    "importance", [Importance.HOLDER, Importance.SCREEN, Importance.PINNED, Importance.SPEAKER]
)
def test_the_more_important_come_first_whatever_their_seat(importance: Importance):
    less = Importance(importance + 1)
    demands = [seat(0, less, 360), seat(5, importance, 360)]
    assert share(80_000, demands) == {0: NONE, 5: 0}
    assert share(580_000, demands) == {0: 0, 5: 2}


def test_larger_tiles_come_first_then_lower_seats():
    demands = [seat(0, height_px=90), seat(1, height_px=91), seat(2, height_px=90)]
    assert share(80_000, demands) == {0: NONE, 1: 0, 2: NONE}
    assert share(160_000, demands) == {0: 0, 1: 0, 2: NONE}


def test_a_shared_screen_gets_its_bits_beside_the_holder():
    screen = seat(1, Importance.SCREEN, 720, rungs([LayerSupply(0, 720, (600_000,))]))
    assert share(1_200_000, [HOLDER, screen, seat(2), seat(3)]) == {0: 1, 1: 0, 2: 0, 3: 0}
    assert share(1_260_000, [HOLDER, screen, seat(2), seat(3)]) == {0: 2, 1: 0, 2: 0, 3: 0}


def test_without_tiles_nothing_is_kept_for_them():
    assert share(500_000, [HOLDER]) == {0: 2}
    assert 500_000 * IMPORTANT_PERCENT // 100 < 500_000


@given(st.integers(0, 5_000_000), demands_of)
def test_no_more_is_shared_than_there_is_and_nothing_useful_is_kept_back(room: int, demands: list[Demand]):
    shared = share(room, demands)
    cost = sum(each.ladder[shared[each.seat]].bps for each in demands if shared[each.seat] != NONE)
    assert cost <= room
    most = share(AMPLE, demands)
    for each in demands:
        at = shared[each.seat]
        assert at <= most[each.seat]
        assert each.height_px or at == NONE
        if at < most[each.seat]:
            now = each.ladder[at].bps if at >= 0 else 0
            assert each.ladder[at + 1].bps - now > room - cost, "one more rung would have fitted"


@given(st.integers(0, 3_000_000), demands_of, st.randoms(use_true_random=False))
def test_the_order_of_the_seats_in_the_question_changes_nothing(room: int, demands: list[Demand], random):  # noqa: ANN001
    shuffled = list(demands)
    random.shuffle(shuffled)
    assert share(room, shuffled) == share(room, demands)


# ── what limits the link ─────────────────────────────────────────────────────────────────────────


def test_sound_comes_first():
    assert layers(once(link(500_000, audio_bps=470_000), HOLDER)) == [NONE]
    assert layers(once(link(500_000, audio_bps=400_000), HOLDER)) == [Q]
    assert layers(once(link(500_000, audio_bps=900_000), HOLDER)) == [NONE], "however little is left"


def test_before_the_first_estimate_a_usual_link_is_taken_for_granted():
    grants = once(link(None), *circle())
    assert layers(grants) == [F, *[Q] * 10]
    assert total(grants) <= START_BPS


@pytest.mark.parametrize(
    ("at", "why"),
    [
        pytest.param(link(300_000), Why.BANDWIDTH, id="the estimate"),
        pytest.param(link(AMPLE, low_data_bps=300_000), Why.LOW_DATA, id="low data"),
        pytest.param(link(200_000, low_data_bps=300_000), Why.BANDWIDTH, id="less than low data"),
        pytest.param(link(AMPLE, loss=HEAVY_LOSS, sent_bps=300_000), Why.LOSS, id="loss"),
        pytest.param(
            link(AMPLE, loss=HEAVY_LOSS, sent_bps=300_000, low_data_bps=200_000), Why.LOW_DATA, id="both"
        ),
        pytest.param(
            link(300_000, loss=HEAVY_LOSS, sent_bps=400_000), Why.BANDWIDTH, id="estimate below loss"
        ),
    ],
)
def test_the_reason_says_what_limits(at: Link, why: Why):
    grants = once(at, HOLDER)
    assert reasons(grants) == [why]
    assert grants[0].layer < F


def test_low_data_caps_the_sum_with_sound_included():
    grants = once(link(AMPLE, low_data_bps=400_000, audio_bps=60_000), *circle())
    assert total(grants) <= 340_000
    assert grants[0].layer == Q
    assert set(reasons(grants)) == {Why.LOW_DATA, Why.FITTING}


@pytest.mark.parametrize(
    ("estimate", "holder", "tiles"),
    [(150_000, Q, 0), (700_000, H, 4), (1_300_000, H, 11), (1_700_000, F, 11), (5_000_000, F, 11)],
)
def test_twelve_people_share_one_estimate(estimate: int, holder: int, tiles: int):
    """A listener among thirteen: the holder and eleven others."""
    grants = once(link(estimate, audio_bps=40_000), *circle(12))
    assert layers(grants) == [holder, *[Q] * tiles, *[NONE] * (11 - tiles)]
    assert total(grants) <= (estimate - 40_000) * (100 - RESERVE_PERCENT) // 100
    assert all(each.why is Why.BANDWIDTH for each in grants if each.layer == NONE)
