"""A publisher with three layers and one subscriber, for the tests of layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from server.rtp.layers import DROPPED, WHOLE, FrameStart, LayerFeed, LayerSwitch
from server.rtp.reports import PublisherClock, ntp_from_ms
from server.rtp.rewrite import Renumbering
from server.rtp.rtcp import SenderReport
from server.rtp.sequence import TICKS_CYCLE

HZ = 90_000
FRAME_TICKS = 3_000
Q, H, F = range(3)


class Sent(NamedTuple):
    """One packet as it left."""

    seq_ext: int
    ticks: int
    layer: int
    frame: int
    content: bool


@dataclass
class Track:
    """A publisher with three layers and one subscriber, as `media` plugs them together."""

    first_out: int = 100
    first_seq: tuple[int, int, int] = (0, 0, 0)
    base_ticks: tuple[int, int, int] = (0, 0, 0)
    now_ms: int = 10_000
    feeds: tuple[LayerFeed, ...] = field(default_factory=lambda: tuple(LayerFeed(n, HZ) for n in range(3)))
    sent: list[Sent] = field(default_factory=list)
    top: list[int] = field(default_factory=lambda: [DROPPED] * 3)
    missing: list[set[int]] = field(default_factory=lambda: [set(), set(), set()])
    frames: int = 0

    def __post_init__(self) -> None:
        self.next = list(self.first_seq)
        self.switch = LayerSwitch(Renumbering(self.first_out, HZ))
        self.switch.bind(self.feeds)

    def ticks(self, layer: int, captured_ms: int | None = None) -> int:
        """The layer's own timestamp of an instant."""
        captured_ms = self.now_ms if captured_ms is None else captured_ms
        return (self.base_ticks[layer] + captured_ms * HZ // 1000) % TICKS_CYCLE

    def report(self, *layers: int, clock: PublisherClock | None = None) -> None:
        clock = clock or PublisherClock()
        for layer in layers:
            ntp = ntp_from_ms(self.now_ms)
            self.feeds[layer].time.note(SenderReport(1, ntp, self.ticks(layer), 0, 0), clock, ntp)

    def packet(  # noqa: PLR0913 - what a packet may be
        self,
        layer: int,
        index: int,
        ticks: int,
        *,
        temporal: int = 0,
        sync: bool = False,
        keyframe: bool = False,
        first: bool = True,
        frame: int = 0,
    ) -> Sent | None:
        top, missing = self.top[layer], self.missing[layer]
        if index > top:
            if top != DROPPED:
                missing.update(range(top + 1, index))
            self.top[layer] = index
        else:
            missing.discard(index)
        feed = self.feeds[layer]
        feed.take(index, temporal, ticks, 1000, self.now_ms)
        if first and index > top:
            start = FrameStart(ticks, temporal, sync=sync, keyframe=keyframe, whole=not missing)
            self.switch.turn(feed, start, self.now_ms)
        numbers = self.switch.number(feed, ticks)
        if numbers is None:
            return None
        assert self.switch.cut is not None
        out = Sent(*numbers, layer, frame, content=temporal <= self.switch.cut.highest)
        self.sent.append(out)
        return out

    def frame(
        self, layer: int, packets: int = 1, *, temporal: int = 0, sync: bool = False, keyframe: bool = False
    ) -> list[Sent]:
        """A frame captured now, in order and without loss."""
        self.frames += 1
        out = []
        for n in range(packets):
            index, self.next[layer] = self.next[layer], self.next[layer] + 1
            out.append(
                self.packet(
                    layer,
                    index,
                    self.ticks(layer),
                    temporal=temporal,
                    sync=sync,
                    keyframe=keyframe,
                    first=n == 0,
                    frame=self.frames,
                )
            )
        return [each for each in out if each is not None]

    def pass_ms(self, ms: int) -> None:
        self.now_ms += ms

    @property
    def gaps(self) -> list[int]:
        """Steps of the sequence number as it left."""
        return [b.seq_ext - a.seq_ext for a, b in zip(self.sent, self.sent[1:], strict=False)]


def all_alive(track: Track) -> None:
    for layer in (Q, H, F):
        track.frame(layer)


PATTERN = ((0, False), (2, True), (1, True), (2, False))
"""TID and Y of Chromium's three temporal layers."""


def patterned(track: Track, layer: int, rounds: int = 1, packets: int = 2) -> list[int]:
    """Whole rounds of the pattern; which temporal layers left."""
    left = []
    for _ in range(rounds):
        for temporal, sync in PATTERN:
            track.pass_ms(33)
            if track.frame(layer, packets, temporal=temporal, sync=sync):
                left.append(temporal)
    return left


def begun(highest: int = WHOLE) -> Track:
    track = Track(first_seq=(65_530, 65_530, 65_530))
    all_alive(track)
    patterned(track, H)
    track.switch.want(H, highest)
    track.frame(H, 3, keyframe=True)
    return track
