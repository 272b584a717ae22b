"""Which layer of a simulcast track one subscriber gets, and how a change of layer leaves no seam.

`LayerFeed` is filled by `media.publication` per packet, one per incoming layer; `LayerSwitch` belongs to one outgoing stream
and is asked by `media.forwarding` where a frame begins, never per packet: between two turns its numbers are constants.
Must not import anything but `reports`, `rewrite` and `sequence`.

A subscriber is fed from one *cut* of one layer: the layer's packets up to a temporal layer, numbered densely, so that what
is left out leaves no hole. The cuts are shared: all subscribers of one cut get the same packets under the same indices.

    layer f   K0 ──2──1──2──0──2──1──2──0──      cut 2 (whole): all of it
              K0 ─────1─────0─────1─────0──      cut 1
              K0 ───────────0───────────0──      cut 0
    layer h   K0 ──2──1──2──0── …

- Another layer begins with its own keyframe and nothing else. What its former layer still sends, late packets too, is
  not for this subscriber any more: the keyframe makes it superfluous.
- A lower cut begins with any frame it holds, a higher one with a frame of its own top layer that says it needs nothing but
  the base layer (Y), one step at a time; both only while nothing is missing before that frame.
- Layers have timestamps of their own. They are laid on one line by sender reports: both layers' reports say which timestamp
  is now. Until both have come, by the time that passed between the arrivals (`rewrite.Renumbering.begin`).
- A layer that stops arriving, as senders do when their uplink is narrow, is replaced by the best one that still arrives.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

from .bandwidth import Rate
from .reports import SourceTime, ntp_from_ms
from .rewrite import HoleCloser
from .sequence import TICKS_CYCLE, extend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .rewrite import Renumbering

RIDS: Final = ("q", "h", "f")
"""A quarter, a half, full: the layers of a track by number, smallest first (docs/protocol.md §5)."""
NONE: Final = -1
"""No layer."""
WHOLE: Final = 3
"""The cut that leaves nothing out: TID has two bits (RFC 7741 §4.2)."""
TEMPORAL_LAYERS: Final = WHOLE + 1
LAYER_SILENT_MS: Final = 500
"""After this long without a packet a layer has stopped; a frame of 10 a second, lost and asked for again, comes sooner."""
REMEMBERED_CUTS: Final = 512
"""Left-out packets around which late packets and retransmissions are numbered rightly: what the history keeps."""
MAX_SPANS: Final = 4
"""Numberings in which what left lately is found again: a step down, and up again, of three temporal layers."""
DROPPED: Final = -1


class FrameStart(NamedTuple):
    """The packet at hand is the newest of its layer, and a frame begins with it."""

    rtp_ticks: int
    temporal: int = 0
    """TID."""
    sync: bool = False
    """Y: it needs nothing but the base layer."""
    keyframe: bool = False
    whole: bool = True
    """Nothing is missing before it."""


class Cut:
    """One layer's packets up to temporal layer `highest`, numbered densely."""

    __slots__ = ("_closer", "at", "highest", "top_index", "top_ms", "top_ticks")

    def __init__(self, highest: int) -> None:
        self.highest = highest
        self._closer = HoleCloser(REMEMBERED_CUTS)
        self.at = DROPPED
        """The index of the packet at hand; DROPPED if it is not for this cut."""
        self.top_index = DROPPED
        self.top_ticks = 0
        self.top_ms = 0

    def take(self, index: int, temporal: int, rtp_ticks: int, now_ms: int) -> None:
        """Number one packet of the layer. Where `at` is a number although `temporal` is above `highest`, the hole
        cannot be closed any more: it must be filled with a packet without payload.
        """
        if temporal > self.highest and self._closer.drop(index):
            self.at = DROPPED
            return
        self.at = self._closer.index(index)
        if self.at > self.top_index:
            self.top_index, self.top_ticks, self.top_ms = self.at, rtp_ticks, now_ms

    def position(self, index: int) -> int:
        """The number the layer's packet `index` has here, or the next one kept will have."""
        return self._closer.position(index)

    def original(self, index: int) -> int:
        """The layer's index of a packet numbered `index` here, for the history; DROPPED if it is too old to tell."""
        return self._closer.original(index)


class WholeCut(Cut):
    """The whole layer: its packets keep their numbers."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(WHOLE)

    def take(self, index: int, temporal: int, rtp_ticks: int, now_ms: int) -> None:  # noqa: ARG002 - none is left out
        self.at = index
        if index > self.top_index:
            self.top_index, self.top_ticks, self.top_ms = index, rtp_ticks, now_ms

    def position(self, index: int) -> int:
        return index

    def original(self, index: int) -> int:
        return index


class LayerFeed:
    """What arrives of one layer."""

    __slots__ = ("_at", "_octets", "_rates", "_top_temporal", "_whole", "cuts", "height_px", "layer", "time")

    def __init__(self, layer: int, clock_rate: int) -> None:
        self.layer = layer
        self.time = SourceTime(clock_rate)
        self._whole = WholeCut()
        self.cuts: dict[int, Cut] = {WHOLE: self._whole}
        self.height_px = 0
        """Of its last keyframe; 0 before one came."""
        self._at: tuple[int, int, int, int] | None = None
        """Index, temporal layer, timestamp and arrival of the packet at hand."""
        self._top_temporal = 0
        self._octets = [0] * TEMPORAL_LAYERS
        self._rates = [Rate() for _ in range(TEMPORAL_LAYERS)]

    def take(self, index: int, temporal: int, rtp_ticks: int, payload_bytes: int, now_ms: int) -> None:
        """Number one packet in every cut that is in use. index: dense number of the layer, as `Publication.admit` gives."""
        self._at = (index, temporal, rtp_ticks, now_ms)
        self._octets[temporal] += payload_bytes
        if temporal > self._top_temporal:  # noqa: PLR1730 - per packet, and hardly ever true
            self._top_temporal = temporal
        whole = self._whole  # as `WholeCut.take`, without a call: most often nobody has less
        whole.at = index
        if index > whole.top_index:
            whole.top_index, whole.top_ticks, whole.top_ms = index, rtp_ticks, now_ms
        if len(self.cuts) > 1:
            for cut in self.cuts.values():
                cut.take(index, temporal, rtp_ticks, now_ms)

    def cut(self, highest: int) -> Cut:
        """The cut up to this temporal layer; a new one begins with the packet at hand."""
        if highest not in self.cuts:
            cut = self.cuts[highest] = Cut(highest)
            if self._at is not None:
                cut.take(*self._at)
        return self.cuts[highest]

    def cut_number(self, highest: int) -> int:
        """As cuts are named here: one that leaves nothing out is WHOLE, so that who gets the same shares it."""
        return WHOLE if highest >= self._top_temporal else highest

    @property
    def index(self) -> int:
        """The layer's own number of the packet at hand."""
        return DROPPED if self._at is None else self._at[0]

    def has_between(self, lower: int, upper: int) -> bool:
        """True if packets of a temporal layer between these two ever came."""
        return any(self._octets[lower + 1 : upper])

    def forget_unused(self, used: frozenset[int]) -> None:
        """Only these cuts are fed from now on, and the whole layer."""
        for highest in [each for each in self.cuts if each not in used and each != WHOLE]:
            del self.cuts[highest]

    def restart(self) -> None:
        """Its sequence numbers begin anew; every switch that it feeds was stopped before."""
        self._whole = WholeCut()
        self.cuts = {WHOLE: self._whole}
        self._at = None

    def is_arriving(self, now_ms: int) -> bool:
        return self._at is not None and now_ms - self._at[3] <= LAYER_SILENT_MS

    def measure(self, now_ms: int) -> None:
        """Called by a timer, a few times a second."""
        for rate, octets in zip(self._rates, self._octets, strict=True):
            rate.sample(octets, now_ms)

    def bitrates_bps(self) -> tuple[int, ...]:
        """What each cut costs, cut 0 first: the whole layer is the last."""
        total = 0
        return tuple(total := total + rate.bps for rate in self._rates)


def best_arriving(wanted: int, arriving: Sequence[bool]) -> int:
    """The layer to show where `wanted` is granted: it, else the next lower that arrives, else the next higher; NONE if none."""
    if wanted == NONE:
        return NONE
    below = (layer for layer in range(wanted, NONE, -1) if arriving[layer])
    above = (layer for layer in range(wanted + 1, len(arriving)) if arriving[layer])
    return next(below, next(above, NONE))


class Origin(NamedTuple):
    """Which packet left under a sequence number."""

    out: int
    """The extended number that it is."""
    layer_index: int
    """The layer's own number of it."""
    highest: int
    """Of the cut it left in: what is of a higher temporal layer left without payload."""


class _Span(NamedTuple):
    """From outgoing number `first` on, packets of `cut` left as their number there + `offset`."""

    first: int
    offset: int
    cut: Cut


class LayerSwitch:
    """What one outgoing stream shows of one track: at most one cut of one layer at a time."""

    __slots__ = ("_feeds", "_spans", "_time", "cut", "feed", "highest", "numbers", "wanted")

    def __init__(self, numbers: Renumbering) -> None:
        self.numbers = numbers
        """The current layer's packet `at` of `cut` leaves as at + seq_offset, unless it is below floor."""
        self.wanted = NONE
        self.highest = WHOLE
        self.feed: LayerFeed | None = None
        self.cut: Cut | None = None
        self._feeds: tuple[LayerFeed, ...] = ()
        self._time: SourceTime | None = None
        """Of the layer that was shown last."""
        self._spans: deque[_Span] = deque(maxlen=MAX_SPANS)
        """Of the layer that is shown, the newest last."""

    def bind(self, feeds: tuple[LayerFeed, ...]) -> None:
        """Show this track from a keyframe on; no feeds: nothing. They are numbered from 0, smallest first."""
        self.stop()
        self._feeds = feeds

    def want(self, layer: int, highest: int = WHOLE) -> None:
        """What is granted from now on. NONE stops at once; all else takes effect where a frame allows it."""
        self.wanted, self.highest = layer, highest
        if layer == NONE:
            self.stop()

    def stop(self) -> None:
        """Not one packet more; the next beginning follows the last packet that was sent."""
        if self.cut is not None:
            self.numbers.end(self.cut.top_index, self.cut.top_ticks, self.cut.top_ms)
        self.feed = self.cut = None
        self._spans.clear()

    @property
    def steps(self) -> bool:
        """True while more or fewer frames of the layer that is shown are wanted than leave now."""
        if self.feed is None or self.cut is None:
            return False
        return self.feed.cut_number(self.highest) != self.cut.highest

    def target(self, now_ms: int) -> int:
        """The layer that should be shown now; NONE: as it is."""
        wanted = min(self.wanted, len(self._feeds) - 1)
        return best_arriving(wanted, [feed.is_arriving(now_ms) for feed in self._feeds])

    def awaits_keyframe(self, now_ms: int) -> int:
        """The layer of which a keyframe is to be asked for; NONE: of none."""
        target = self.target(now_ms)
        return NONE if target == NONE or (self.feed is not None and self.feed.layer == target) else target

    def turn(self, feed: LayerFeed, start: FrameStart, now_ms: int) -> bool:
        """True if this stream changed with the packet at hand, which is its first under the new numbers.

        feed: a layer of the bound track whose packet at hand was taken, and fits `start`.
        """
        if start.keyframe and feed is not self.feed:
            if feed.layer != self.target(now_ms):
                return False
            self._enter(feed, start, now_ms)
            return True
        if feed is not self.feed or self.cut is None:
            return False
        highest = _next_cut(feed, self.cut.highest, feed.cut_number(self.highest), start)
        if highest == self.cut.highest:
            return False
        before, self.cut = self.cut, feed.cut(highest)
        self.numbers.shift(before.position(feed.index), self.cut.position(feed.index))
        self._begin_span(self.cut)
        return True

    def _enter(self, feed: LayerFeed, start: FrameStart, now_ms: int) -> None:
        under_old_offset = start.rtp_ticks + self.numbers.tick_offset
        expected = _on_one_line(self._time, feed.time, ntp_from_ms(now_ms), under_old_offset)
        self.stop()
        self.cut = feed.cut(feed.cut_number(self.highest))
        self.numbers.begin(self.cut.at, start.rtp_ticks, now_ms, expected)
        self.feed, self._time = feed, feed.time
        self._begin_span(self.cut)

    def _begin_span(self, cut: Cut) -> None:
        offset = self.numbers.seq_offset
        self._spans.append(_Span(self.numbers.floor + offset, offset, cut))

    def origin(self, seq16: int) -> Origin | None:
        """Which packet of the layer left lately under this sequence number; None if none did.

        Those of before the last steps are found too: where frames are left out, packets were lost a moment ago.
        """
        if self.cut is None:
            return None
        out = extend(seq16, self.cut.top_index + self.numbers.seq_offset)
        span = next((each for each in reversed(self._spans) if each.first <= out), None)
        index = DROPPED if span is None else span.cut.original(out - span.offset)
        return None if span is None or index == DROPPED else Origin(out, index, span.cut.highest)

    def number(self, feed: LayerFeed, rtp_ticks: int) -> tuple[int, int] | None:
        """Extended sequence number and timestamp under which the packet at hand leaves; None if it does not."""
        if feed is not self.feed or self.cut is None or self.cut.at < self.numbers.floor:
            return None
        return self.cut.at + self.numbers.seq_offset, (rtp_ticks + self.numbers.tick_offset) % TICKS_CYCLE


def _next_cut(feed: LayerFeed, current: int, wanted: int, start: FrameStart) -> int:
    """The cut that this frame belongs to for somebody who has `current` and shall have `wanted`; `current` if it stays."""
    if start.keyframe:
        return wanted
    if not start.whole or wanted == current:
        return current
    if wanted < current:
        return wanted if start.temporal <= wanted else current
    builds_on_known = start.sync and not feed.has_between(current, start.temporal)
    if builds_on_known and current < start.temporal <= wanted:
        return feed.cut_number(start.temporal)
    return current


def _on_one_line(
    before: SourceTime | None, after: SourceTime, now_ntp: int, under_old_offset: int
) -> int | None:
    """What the timestamp would be had both layers one timeline; None while a report is missing.

    under_old_offset: the new layer's timestamp as if the old layer's offset held.
    """
    old_now = None if before is None else before.ticks_at(now_ntp)
    new_now = after.ticks_at(now_ntp)
    if old_now is None or new_now is None:
        return None
    return (under_old_offset + old_now - new_now) % TICKS_CYCLE
