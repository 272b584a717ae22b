from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.media.ladder import NOMINAL_BPS, LayerSupply, rungs
from server.rtp.layers import WHOLE

Q, H, F = range(3)


@pytest.mark.parametrize(
    ("supplies", "ladder"),
    [
        pytest.param([], [], id="nothing arrives"),
        pytest.param([(Q, 90, (80, 80, 80, 80))], [(Q, WHOLE, 80)], id="no temporal layers"),
        pytest.param(
            [(Q, 90, (40, 60, 80, 80))], [(Q, 0, 40), (Q, 1, 60), (Q, WHOLE, 80)], id="three temporal layers"
        ),
        pytest.param([(Q, 90, (60, 80, 80, 80))], [(Q, 0, 60), (Q, WHOLE, 80)], id="two temporal layers"),
        pytest.param(
            [(Q, 90, (60, 60, 80, 80))], [(Q, 1, 60), (Q, WHOLE, 80)], id="the middle one is skipped"
        ),
        pytest.param(
            [(Q, 90, (40, 60, 80)), (H, 180, (90, 140, 200)), (F, 360, (210, 320, 500))],
            [
                *((Q, 0, 40), (Q, 1, 60), (Q, WHOLE, 80)),
                *((H, 1, 140), (H, WHOLE, 200)),
                *((F, 1, 320), (F, WHOLE, 500)),
            ],
            id="half of the frames of a larger picture, never a quarter",
        ),
        pytest.param(
            [(Q, 90, (40, 60, 80)), (H, 180, (36, 54, 90))],
            [(Q, 0, 40), (H, 1, 54), (H, WHOLE, 90)],
            id="a larger picture of half its frames for less",
        ),
        pytest.param(
            [(Q, 90, (80,)), (F, 360, (500,))], [(Q, WHOLE, 80), (F, WHOLE, 500)], id="a layer paused itself"
        ),
        pytest.param(
            [(F, 360, (500,)), (Q, 90, (80,))], [(Q, WHOLE, 80), (F, WHOLE, 500)], id="in any order"
        ),
        pytest.param(
            [(Q, 90, (100,)), (H, 180, (90, 200))], [(H, 0, 90), (H, WHOLE, 200)], id="better and cheaper"
        ),
        pytest.param([(Q, 90, (100,)), (H, 180, (100,))], [(H, WHOLE, 100)], id="better at the same cost"),
        pytest.param([(H, 0, ())], [(H, WHOLE, NOMINAL_BPS[H])], id="paused by us"),
        pytest.param([(H, 0, (0, 0, 0, 0))], [(H, WHOLE, NOMINAL_BPS[H])], id="not measured yet"),
        pytest.param([(H, 180, (0, 0, 50, 50))], [(H, WHOLE, 50)], id="nothing in the base layer yet"),
    ],
)
def test_what_arrives_makes_a_ladder(
    supplies: list[tuple[int, int, tuple[int, ...]]], ladder: list[tuple[int, int, int]]
):
    made = rungs(LayerSupply(*each) for each in supplies)
    assert [(each.layer, each.highest, each.bps) for each in made] == ladder


def test_of_a_screen_every_cut_can_be_had():
    supplies = [LayerSupply(Q, 360, (40, 60, 80)), LayerSupply(H, 720, (90, 140, 200))]
    cuts = [(each.layer, each.highest) for each in rungs(supplies, is_text=True)]
    assert cuts == [(Q, 0), (Q, 1), (Q, WHOLE), (H, 0), (H, 1), (H, WHOLE)]


@given(
    st.lists(
        st.builds(
            LayerSupply,
            st.integers(0, 2),
            st.integers(0, 1080),
            st.lists(st.integers(0, 10**6), max_size=4).map(lambda bits: tuple(sorted(bits))),
        ),
        max_size=3,
        unique_by=lambda each: each.layer,
    )
)
def test_every_rung_costs_more_and_none_is_a_smaller_layer(supplies: list[LayerSupply]):
    ladder = rungs(supplies)
    assert all(a.bps < b.bps and a.layer <= b.layer for a, b in itertools.pairwise(ladder))
    assert bool(ladder) == bool(supplies)
