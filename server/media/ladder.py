"""The ways in which a track can be shown, each better and dearer than the one before; pure.

Called by `allotment.py` with what arrives; `allocation.py` lets seats climb. Must not import a socket, a peer or asyncio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.rtp.layers import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

HALF_OF_FRAMES: Final = 1
"""Temporal layers left out of a picture that has a smaller one below it."""
NOMINAL_HEIGHTS_PX: Final = (135, 270, 540)
"""Of the layers, before a keyframe has told its own."""
NOMINAL_BPS: Final = (100_000, 250_000, 700_000)
"""Of layers that were not measured yet, or that their publisher was asked to pause: what our client is configured to send."""


@dataclass(frozen=True, slots=True)
class LayerSupply:
    """What can be had of one layer of a track."""

    layer: int
    height_px: int
    """0: not known yet."""
    bitrates_bps: tuple[int, ...]
    """Of its cuts, cut 0 first, as `LayerFeed.bitrates_bps` measures; empty or 0: not measured yet, or paused by us."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to show a track."""

    layer: int
    highest: int
    """Temporal layer."""
    bps: int
    height_px: int


def rungs(layers: Iterable[LayerSupply], *, is_text: bool = False) -> tuple[Rung, ...]:
    """The ladder of a track: smallest layer first, each with fewer and with all frames. What costs more and is no better is left out.

    Each temporal layer doubles the frames of those below it. A face of half its frames is still alive, and worth its size;
    of a quarter (six to eight a second) lips and looks are lost, and it is shown only where it is that or nothing.
    is_text: somebody shows her screen, where sharp lines are worth more than any motion.
    """
    ladder: list[Rung] = []
    for each in sorted(layers, key=lambda each: each.layer):
        height_px = each.height_px or NOMINAL_HEIGHTS_PX[each.layer]
        costs = each.bitrates_bps if any(each.bitrates_bps) else (NOMINAL_BPS[each.layer],)
        cuts = {bps: highest for highest, bps in enumerate(costs) if 0 < bps < costs[-1]}
        ways = [(highest, bps) for bps, highest in cuts.items()]
        if ladder and not is_text:
            ways = ways[-HALF_OF_FRAMES:]
        for highest, bps in [*ways, (WHOLE, costs[-1])]:
            while ladder and ladder[-1].bps >= bps:
                ladder.pop()
            ladder.append(Rung(each.layer, highest, bps, height_px))
    return tuple(ladder)
