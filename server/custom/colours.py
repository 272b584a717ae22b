"""Colours of an organisation over ours, and whether people can still read; pure arithmetic, called by `folder`.

The names and defaults are those of `web/src/ui/styles/tokens.css`; a test compares them. Imports the standard library only.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Palette = dict[str, str]
"""Token → `#rrggbb`."""

TEXT_CONTRAST: Final = 4.5
"""WCAG 2.2 §1.4.3, AA."""
MARK_CONTRAST: Final = 3.0
"""WCAG 2.2 §1.4.11: borders of controls, the ring of the focus."""
VEIL_SHARE: Final = 0.15
"""Of the accent in its veil, as in ours."""

NIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ground": "#17151a",
        "surface": "#221f27",
        "raised": "#2f2b35",
        "line": "#4a4452",
        "edge": "#8d8496",
        "text": "#f4ede4",
        "soft": "#c6bdb8",
        "accent": "#f2bd90",
        "on-accent": "#2a1a0d",
        "accent-veil": "#3a2f2c",
        "danger": "#ffb0a6",
        "on-danger": "#3a0d08",
        "danger-veil": "#40272a",
        "good": "#a9d8b8",
        "focus": "#ffe1b8",
    }
)
DAY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ground": "#f7f2ea",
        "surface": "#fffdf9",
        "raised": "#eee6da",
        "line": "#d5cabb",
        "edge": "#857a70",
        "text": "#2b2429",
        "soft": "#574e52",
        "accent": "#84421a",
        "on-accent": "#fffaf4",
        "accent-veil": "#f6e6d6",
        "danger": "#9c2a20",
        "on-danger": "#fff7f5",
        "danger-veil": "#fae4e0",
        "good": "#24613f",
        "focus": "#5a2a0c",
    }
)

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_WORDS: Final = ("text", "soft", "accent", "danger", "good")
_GROUNDS: Final = ("ground", "surface")
_PAIRS: Final = (
    *((word, ground, TEXT_CONTRAST) for word in _WORDS for ground in _GROUNDS),
    *((word, "raised", TEXT_CONTRAST) for word in ("text", "soft")),
    ("on-accent", "accent", TEXT_CONTRAST),
    ("on-danger", "danger", TEXT_CONTRAST),
    ("text", "accent-veil", TEXT_CONTRAST),
    ("text", "danger-veil", TEXT_CONTRAST),
    *((mark, ground, MARK_CONTRAST) for mark in ("edge", "focus") for ground in _GROUNDS),
)
"""What stands on what, and how clearly it must."""


def palette(ours: Mapping[str, str], chosen: Mapping[str, object]) -> Palette:
    """What changes: the chosen colours, and those that follow from them.

    Raises: `ValueError` with one line for a name that is no token, a text that is no colour, or a pair that cannot be read.
    """
    changed = {name: _colour(ours, name, value) for name, value in chosen.items()}
    whole = {**ours, **changed}
    if "accent" in changed and "on-accent" not in changed:
        changed["on-accent"] = max(("#000000", "#ffffff"), key=lambda each: contrast(each, whole["accent"]))
    if {"accent", "ground"} & changed.keys() and "accent-veil" not in changed:
        changed["accent-veil"] = mixed(whole["accent"], whole["ground"], VEIL_SHARE)
    if "ground" in changed and "danger-veil" not in changed:
        changed["danger-veil"] = mixed(whole["danger"], whole["ground"], VEIL_SHARE)
    check({**whole, **changed})
    return changed


def check(whole: Mapping[str, str]) -> None:
    """Everything can be read. Raises: `ValueError` that names the first pair that cannot."""
    for upper, lower, needed in _PAIRS:
        reached = contrast(whole[upper], whole[lower])
        if reached < needed:
            raise ValueError(f"{upper} on {lower} has a contrast of {reached:.2f}, {needed} is needed")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio: 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(upper: str, lower: str, share: float) -> str:
    """The colour of `upper` laid thinly over `lower`."""
    parts = (round(a * share + b * (1 - share)) for a, b in zip(_parts(upper), _parts(lower), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _colour(ours: Mapping[str, str], name: str, value: object) -> str:
    if name not in ours:
        raise ValueError(f"{name[:40]} is not a colour here; known are {', '.join(ours)}")
    if not isinstance(value, str) or not _COLOUR.fullmatch(value.lower()):
        raise ValueError(f"{name}: a colour like #84421a is needed")
    return value.lower()


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of sRGB."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - IEC 61966-2-1
