"""Colours of an organisation: what follows from them, and what is refused because somebody could not read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.custom.colours import DAY, NIGHT, check, contrast, mixed, palette

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKENS = Path(__file__).parents[2] / "web/src/ui/styles/tokens.css"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def rule(selector: str) -> dict[str, str]:
    """Hexadecimal colours of the first rule of this selector, but for what stands on pictures."""
    body = TOKENS.read_text().split(f"\n{selector} {{", 1)[1].split("\n}", 1)[0]
    found = re.findall(r"^  --([a-z-]+): (#[0-9a-f]{6});", body, re.MULTILINE)
    return {name: value for name, value in found if name != "on-shade"}


@pytest.mark.parametrize(("selector", "ours"), [(":root", NIGHT), (":root[data-look='day']", DAY)])
def test_ours_are_those_of_the_style_sheet_and_can_be_read(selector: str, ours: Mapping[str, str]):
    assert rule(selector) == ours
    check(ours)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
    ],
)
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_nothing_chosen_changes_nothing():
    assert palette(NIGHT, {}) == {}


def test_words_on_a_new_accent_are_black_or_white_whichever_is_clearer():
    assert palette(DAY, {"accent": "#004488"})["on-accent"] == "#ffffff"
    assert palette(NIGHT, {"accent": "#88CCFF"})["on-accent"] == "#000000"


def test_the_veil_of_a_new_accent_is_a_little_of_it_on_the_ground():
    changed = palette(NIGHT, {"accent": "#88ccff"})
    assert changed["accent-veil"] == mixed("#88ccff", NIGHT["ground"], 0.15)
    assert palette(NIGHT, {"accent": "#88ccff", "accent-veil": "#202020"})["accent-veil"] == "#202020"


@pytest.mark.parametrize(
    ("ours", "chosen", "told"),
    [
        (NIGHT, {"accent": "#333333"}, "accent on ground has a contrast of 1.4"),
        (DAY, {"accent": "#ffcc00"}, "accent on ground"),
        (DAY, {"ground": "#101010"}, "text on ground"),
        (NIGHT, {"raised": "#ffffff"}, "text on raised"),
        (NIGHT, {"on-accent": "#ffffff"}, "on-accent on accent"),
        (NIGHT, {"focus": "#17151a"}, "focus on ground has a contrast of 1.00, 3.0 is needed"),
        (NIGHT, {"edge": "#2b2830"}, "edge on ground"),
        (NIGHT, {"accent-veil": "#f0f0f0"}, "text on accent-veil"),
        (NIGHT, {"colour": "#ffffff"}, "colour is not a colour here"),
        (NIGHT, {"accent": "red"}, "accent: a colour like"),
        (NIGHT, {"accent": "#fff"}, "accent: a colour like"),
        (NIGHT, {"accent": "#ffffff;}"}, "accent: a colour like"),
        (NIGHT, {"accent": 0xFFFFFF}, "accent: a colour like"),
    ],
)
def test_what_cannot_be_read_or_is_no_colour_is_refused_by_name(
    ours: Mapping[str, str], chosen: dict[str, object], told: str
):
    with pytest.raises(ValueError, match=re.escape(told)):
        palette(ours, chosen)


@given(st.sampled_from([NIGHT, DAY]), st.dictionaries(st.sampled_from(sorted(NIGHT)), COLOURS, max_size=4))
def test_whatever_is_taken_can_be_read(ours: Mapping[str, str], chosen: dict[str, object]):
    try:
        changed = palette(ours, chosen)
    except ValueError:
        return
    check({**ours, **changed})
    assert chosen.items() <= changed.items()
