"""The seats of one subscriber, her link at one moment and over time, and a browser that estimates it; for tests of sharing it out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from server.media.allocation import (
    Allocator,
    Demand,
    Grant,
    Importance,
    Link,
)
from server.media.ladder import LayerSupply, Rung, rungs
from server.rtp.layers import WHOLE

if TYPE_CHECKING:
    from server.hosting.ports import Why

Q, H, F = range(3)
CAMERA = rungs(
    [LayerSupply(Q, 90, (80_000,)), LayerSupply(H, 180, (200_000,)), LayerSupply(F, 360, (500_000,))]
)
"""Three rungs: 80, 200, 500 kbit/s."""
AMPLE = 100_000_000


def seat(
    number: int,
    importance: Importance = Importance.TILE,
    height_px: int = 90,
    ladder: tuple[Rung, ...] = CAMERA,
) -> Demand:
    return Demand(number, importance, height_px, ladder)


HOLDER = seat(0, Importance.HOLDER, 360)


def circle(others: int = 11, height_px: int = 90) -> list[Demand]:
    """The holder in seat 0, everybody else in tiles."""
    return [HOLDER, *(seat(n, height_px=height_px) for n in range(1, others))]


def link(estimate_bps: int | None = AMPLE, **known: int) -> Link:
    return replace(Link(estimate_bps, 0, 0, 0), **known)  # type: ignore[arg-type]


def layers(grants: tuple[Grant, ...]) -> list[int]:
    return [each.layer for each in grants]


def reasons(grants: tuple[Grant, ...]) -> list[Why]:
    return [each.why for each in grants]


def total(grants: tuple[Grant, ...]) -> int:
    return sum(each.bps for each in grants)


def once(at: Link, *demands: Demand) -> tuple[Grant, ...]:
    return Allocator().allocate(at, demands, 0)


CUTS = rungs(
    [
        LayerSupply(Q, 90, (32_000, 48_000, 80_000)),
        LayerSupply(H, 180, (80_000, 120_000, 200_000)),
        LayerSupply(F, 360, (200_000, 300_000, 500_000)),
    ]
)
"""The camera in three temporal layers, shared out as libvpx does."""


@dataclass
class Story:
    """One subscriber; `at` says what the link is at an instant and keeps what was granted."""

    demands: list[Demand] = field(default_factory=circle)
    allocator: Allocator = field(default_factory=Allocator)
    now_ms: int = 0

    def at(self, now_ms: int, state: Link) -> tuple[Grant, ...]:
        self.now_ms = now_ms
        return self.allocator.allocate(state, self.demands, now_ms)


BUSY = 10_000_000
"""Sent so much that the estimate says nothing about more: no tries."""


@dataclass
class Browser:
    """Says what browsers say: at most half as much again as it receives, and what its link takes once that is exceeded."""

    story: Story
    estimate_bps: int = 300_000
    sent_bps: int = 0
    audio_bps: int = 40_000
    now_ms: int = 0
    changes: list[int] = field(default_factory=list)
    grants: tuple[Grant, ...] = ()

    def live(self, seconds: int, capacity_bps: int) -> None:
        for _ in range(seconds * 5):
            received = min(self.sent_bps, capacity_bps)
            self.estimate_bps = min(int(self.estimate_bps * 1.03) + 1_000, received * 3 // 2 + 10_000)
            if self.sent_bps > capacity_bps:
                self.estimate_bps = min(self.estimate_bps, capacity_bps * 9 // 10)
            lost = max(0, (self.sent_bps - capacity_bps) * 256 // max(1, self.sent_bps))
            state = Link(self.estimate_bps, self.sent_bps, lost, self.audio_bps)
            before, self.grants = self.grants, self.story.at(self.now_ms, state)
            self.sent_bps = self.audio_bps + total(self.grants)
            if [(a.layer, a.highest) for a in before] != [(b.layer, b.highest) for b in self.grants]:
                self.changes.append(self.now_ms)
            self.now_ms += 200


demands_of = st.lists(
    st.builds(
        Demand,
        st.integers(0, 23),
        st.sampled_from(Importance),
        st.integers(0, 1080),
        st.lists(st.integers(1, 1_000_000), max_size=6, unique=True).map(
            lambda bits: tuple(
                Rung(at // 2, WHOLE if at % 2 else 0, bps, 90 << at // 2)
                for at, bps in enumerate(sorted(bits))
            )
        ),
    ),
    max_size=12,
    unique_by=lambda each: each.seat,
)
