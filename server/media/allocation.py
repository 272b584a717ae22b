# Longer than 400 lines: one decision, with the numbers it rests on and the memory it needs between two calls.
"""What each seat of one subscriber gets of its link, and why; pure: time and measurements are given.

Called by `server.py` on its timer and whenever seats, wishes or speakers change; `forwarding.py` carries it out. Must not
import a socket, a peer or asyncio. The reasons are for people: a facilitator may see them, so nothing here knows an address.

1. *Ladders.* What arrives of a track makes a ladder of rungs (layer, temporal layer, bits per second): `ladder.py`. A larger
   picture of half its frames comes before nothing but itself; one of a quarter only as the first rung of all.
2. *Room.* What the link can take, less all sound: the estimate (REMB), less under loss, never above the low-data cap.
   Loss alone takes nobody's picture away: it may be the network's own, and a smaller picture suffers less from it. And an
   estimate takes the last picture away only where it is below half of what that needs: a track of one layer cannot be made
   smaller, and estimates that follow a single stream lie below it now and then.
   Without loss an estimate takes pictures away only after 3 s, and not as long as it rises again: a device that is busy for
   a moment estimates little, and a link that were too narrow would keep it down.
   It falls at once. It rises after 10 s of calm, and keeps a tenth in reserve. Where a rise is followed by a fall within
   10 s the next one waits twice as long, up to 80 s.
3. *Sharing.* Whoever matters most climbs first, but not on more than 40 % of the room before every visible tile has its
   first rung; then they climb on, then the tiles, one rung each in turn. Invisible is nothing.
4. *Remembering.* An estimate that falls only because less is sent (a tile became small) is no news: what the link was known
   to take is believed for a minute, until packets are lost or the estimate comes near what is sent.
5. *Trying.* Browsers estimate at most half as much again as they receive, so that a subscriber with little would never be
   given more. After calm, one rung of all frames more than the estimate is tried for 3 s, and again for 3 s as long as the estimate
   rises: libwebrtc lets it grow by 8 % a second. If it does not follow, falls, or packets are lost, the rung is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from server.hosting.ports import Why
from server.rtp.layers import NONE, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .ladder import Rung

START_BPS: Final = 1_500_000
"""Taken for granted until the browser's first estimate, which takes it some seconds."""
CALM_MS: Final = 10_000
"""Without a fall or loss, before anything climbs again (as mediasoup does)."""
RESERVE_PERCENT: Final = 10
"""Of the room, left free by what climbs: an estimate that trembles changes nothing."""
HEAVY_LOSS: Final = 26
"""Of 256 packets (10 %): too much is sent, whatever the estimate says."""
LIGHT_LOSS: Final = 10
"""Of 256 packets (4 %): up to here loss is the network's own (mobile ones lose 2 % all day), retransmission mends it, and it counts as calm."""
LAST_PICTURE_PERCENT: Final = 200
"""Of the room, for the first rung of whoever matters most."""
DOUBT_MS: Final = 3_000
"""So long an estimate alone takes nobody's picture away, and again so long each time it has risen in between."""
RISING_PERCENT: Final = 105
"""Of what it was, after `DOUBT_MS` or `TRY_MS`: it rises although everything is sent, so the link bears that."""
IMPORTANT_PERCENT: Final = 40
"""Of the room, for those who matter before all tiles have something."""
FITTING_PERCENT: Final = 75
"""A layer of so much of the height it is drawn with looks right."""
TRY_MS: Final = 3_000
"""In which the browser's estimate rises after what it is sent, or says that it cannot."""
MAX_CALM_MS: Final = 80_000
"""The longest wait for the next rise, after several that the link could not bear."""
KNOWN_MS: Final = 60_000
"""So long is a higher estimate believed while the browser has less to estimate by."""
KEEPS_UP_PERCENT: Final = 115
"""An estimate above so much of what is sent says: there may be more room. Browsers say at most 150."""


class Importance(IntEnum):
    """What a seat is to its subscriber; the smaller, the sooner it climbs."""

    HOLDER = 0
    """Has the turn."""
    SCREEN = 1
    PINNED = 2
    SPEAKER = 3
    TILE = 4
    """Everybody else."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One seat that shows a picture."""

    seat: int
    importance: Importance
    height_px: int
    """As drawn, in pixels of the screen; 0: not visible."""
    ladder: tuple[Rung, ...]
    """Of the track, best last; empty: nothing arrives."""
    fitting: int = field(init=False, compare=False)
    """The highest rung that is worth its bits at the size it is drawn; NONE for what is not visible."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fitting", _fitting(self.ladder, self.height_px))


@dataclass(frozen=True, slots=True)
class Link:
    """What is known of the way to one subscriber."""

    estimate_bps: int | None
    """Its last REMB; None: none, or too old."""
    sent_bps: int
    """What was sent to it over the last second, sound and picture."""
    loss: int
    """Of 256 packets, by its receiver reports."""
    audio_bps: int
    """What all sound to it needs; it is never cut."""
    low_data_bps: int | None = None
    """It wants no more than this, sound included."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one seat gets."""

    seat: int
    layer: int
    """NONE: nothing."""
    highest: int
    """Temporal layer."""
    bps: int
    height_px: int
    """Of the picture that is sent; 0: none is."""
    why: Why


@dataclass(slots=True)
class _Climber:
    """One seat while the room is shared: `at` is its rung, `top` the highest that makes sense."""

    demand: Demand
    at: int
    top: int

    @property
    def bps(self) -> int:
        return self.demand.ladder[self.at].bps if self.at >= 0 else 0

    @property
    def next_bps(self) -> int:
        """What the next rung would cost in addition; 0: there is none."""
        return self.demand.ladder[self.at + 1].bps - self.bps if self.at < self.top else 0

    @property
    def step_bps(self) -> int:
        """What the next rung of all frames would cost in addition; 0: there is none."""
        above = self.demand.ladder[self.at + 1 : self.top + 1]
        return next((each.bps - self.bps for each in above if each.highest == WHOLE), 0)


def share(
    room_bps: int, demands: Sequence[Demand], important_percent: int = IMPORTANT_PERCENT
) -> dict[int, int]:
    """Seat → its rung, NONE for nothing; the sum of the rungs is at most `room_bps`."""
    climbers = [_Climber(each, NONE, each.fitting) for each in _ranked(demands)]
    important = [each for each in climbers if each.demand.importance < Importance.TILE]
    tiles = [each for each in climbers if each.demand.importance is Importance.TILE]
    left = room_bps
    for each in important:
        left -= _climb(each, left, 1)
    first_share = room_bps * important_percent // 100 if tiles else room_bps
    for each in important:
        left -= _climb(each, min(left, first_share - (room_bps - left)))
    for each in tiles:
        left -= _climb(each, left, 1)
    for each in important:
        left -= _climb(each, left)
    while True:
        spent = 0
        for each in tiles:
            spent += _climb(each, left - spent, 1)
        if not spent:
            break
        left -= spent
    return {each.demand.seat: each.at for each in climbers}


def _ranked(demands: Sequence[Demand]) -> list[Demand]:
    """The most important first; among tiles the larger, then by seat."""
    return sorted(demands, key=lambda each: (each.importance, -each.height_px, each.seat))


def _fitting(ladder: tuple[Rung, ...], height_px: int) -> int:
    """As `Demand.fitting`: the last rung of the first layer that is high enough, else the last of all."""
    if not ladder or not height_px:
        return NONE
    high_enough = (each.layer for each in ladder if each.height_px * 100 >= height_px * FITTING_PERCENT)
    layer = next(high_enough, ladder[-1].layer)
    return max(at for at, each in enumerate(ladder) if each.layer == layer)


def _climb(climber: _Climber, left_bps: int, at_most: int = 1 << 30) -> int:
    """Rungs up as far as the bits reach; what it cost."""
    spent = 0
    while at_most and 0 < climber.next_bps <= left_bps - spent:
        spent += climber.next_bps
        climber.at += 1
        at_most -= 1
    return spent


class Allocator:
    """The link of one subscriber over time."""

    def __init__(self) -> None:
        self._room_bps: int | None = None
        """What may be shared out; None before the first call."""
        self._began_ms = 0
        self._fell_ms: int | None = None
        """The last fall or loss; None: there was none."""
        self._rose_ms: int | None = None
        """The last rise, as long as it may prove to have been too much."""
        self._calm_ms = CALM_MS
        self._known_bps = 0
        self._known_ms = 0
        self._trying_until_ms: int | None = None
        self._tried_from_bps = 0
        """The estimate when the try began: if it falls below, the try has failed."""
        self._followed_bps = 0
        """The estimate when the present stretch of the try began."""
        self._granted_bps = 0
        self._shown: dict[int, tuple[int, int]] = {}
        """Seats that show something now, with the layer and temporal layer they have."""
        self._low_ms: int | None = None
        """Since then the estimate is too low for what is shown, without loss; None: it is not."""
        self._doubt_until_ms = 0
        self._low_bps = 0
        """It must rise above this to be doubted further."""

    def allocate(self, link: Link, demands: Sequence[Demand], now_ms: int) -> tuple[Grant, ...]:
        """What every seat gets from now on, in the order of `demands`."""
        bearable_bps, limit = _bearable(link, self._believed_bps(link, now_ms), demands)
        self._follow(link, bearable_bps, limit, now_ms)
        shown_bps = _first_rungs_bps(each for each in demands if each.seat in self._shown)
        keeps = limit is Why.BANDWIDTH and self._keeps(link, bearable_bps, shown_bps, now_ms)
        room_bps = max(self._room_bps or 0, _last_picture_bps(bearable_bps, limit, demands))
        first_percent = 0 if limit is Why.LOSS else IMPORTANT_PERCENT
        shared = share(room_bps, demands, first_percent)
        step_bps = 0 if self._rises(_shown(shared, demands)) else _next_step(shared, demands)
        if step_bps and limit is Why.BANDWIDTH and self._may_try(link, now_ms):
            self._trying_until_ms = now_ms + TRY_MS
            self._tried_from_bps = self._followed_bps = link.estimate_bps or 0
            # With a reserve: what is tried may cost a little more with its next frames.
            self._room_bps = room_bps = _with_reserve(_cost(shared, demands) + step_bps)
            shared = share(room_bps, demands)
        if keeps:
            kept = {each.seat: min(0, each.fitting) for each in demands if each.seat in self._shown}
            shared = {seat: max(at, kept.get(seat, NONE)) for seat, at in shared.items()}
        granted_bps = _cost(shared, demands)
        shown = _shown(shared, demands)
        if self._rises(shown) and (self._fell_ms is not None or self._trying_until_ms is not None):
            self._rose_ms = now_ms  # before the first fall everything rises as the browser's estimate does
        self._granted_bps, self._shown = granted_bps, shown
        roomy = shared
        if any(shared[each.seat] < each.fitting for each in demands):
            roomy = share(_less_reserve(bearable_bps), demands, first_percent)
        return tuple(_grant(each, shared[each.seat], roomy[each.seat], limit) for each in demands)

    def _rises(self, shown: dict[int, tuple[int, int]]) -> bool:
        """Larger pictures are shown than now, or more of them.

        What the same picture costs trembles with what it shows: that is no rise. Nor is it one that another became the large
        one: in a lively talk that never ends, and nothing else would ever be calm.
        """
        after, before = (sorted(each.values(), reverse=True) for each in (shown, self._shown))
        return any(new > old for new, old in zip_longest(after, before, fillvalue=(NONE, NONE)))

    def _believed_bps(self, link: Link, now_ms: int) -> int:
        """What the link takes: its estimate, or what it was known to take when more was sent."""
        if link.estimate_bps is None:
            return START_BPS
        has_room = link.loss <= LIGHT_LOSS and link.estimate_bps * 100 >= link.sent_bps * KEEPS_UP_PERCENT
        is_recent = now_ms - self._known_ms <= KNOWN_MS
        if link.estimate_bps >= self._known_bps or not has_room or not is_recent:
            self._known_bps, self._known_ms = link.estimate_bps, now_ms
        return self._known_bps

    def _follow(self, link: Link, bearable_bps: int, limit: Why, now_ms: int) -> None:
        """The room falls at once with what the link bears, and rises after calm."""
        if self._room_bps is None:
            self._room_bps, self._began_ms = _less_reserve(bearable_bps), now_ms
            return
        if self._rose_ms is not None and now_ms - self._rose_ms >= CALM_MS:
            self._rose_ms, self._calm_ms = None, CALM_MS
        if link.loss > LIGHT_LOSS:
            self._fell_ms = now_ms
        if limit is Why.BANDWIDTH and self._is_trying(link, bearable_bps, now_ms):
            return
        self._trying_until_ms = None
        if bearable_bps < self._room_bps:
            if bearable_bps < self._granted_bps and limit is not Why.LOW_DATA:
                self._fall(now_ms)
            self._room_bps = bearable_bps
        elif self._fell_ms is None or now_ms - self._fell_ms >= self._calm_ms:
            self._room_bps = max(self._room_bps, _less_reserve(bearable_bps))

    def _fall(self, now_ms: int) -> None:
        """Somebody loses something now. Where that was given a moment ago, the next rise waits longer."""
        if self._rose_ms is not None:
            self._calm_ms = min(2 * self._calm_ms, MAX_CALM_MS)
        self._fell_ms, self._rose_ms = now_ms, None

    def _is_trying(self, link: Link, bearable_bps: int, now_ms: int) -> bool:
        """True while a try goes on: the estimate has not followed yet, and nothing says that it will not."""
        if self._trying_until_ms is None or bearable_bps >= self._granted_bps:
            return False
        estimate_bps = link.estimate_bps or 0
        if link.loss > LIGHT_LOSS or estimate_bps < self._tried_from_bps:
            return False
        if now_ms >= self._trying_until_ms and estimate_bps * 100 >= self._followed_bps * RISING_PERCENT:
            self._trying_until_ms, self._followed_bps = now_ms + TRY_MS, estimate_bps
        return now_ms < self._trying_until_ms

    def _keeps(self, link: Link, bearable_bps: int, shown_bps: int, now_ms: int) -> bool:
        """True while what is shown may keep its first rungs: the link bears them, or says otherwise without proof."""
        estimate_bps = link.estimate_bps
        if estimate_bps is None or bearable_bps >= shown_bps:
            self._low_ms = None
            return True
        if link.loss > LIGHT_LOSS:
            self._low_ms = None
            return False
        if self._low_ms is None:
            self._low_ms, self._doubt_until_ms, self._low_bps = now_ms, now_ms + DOUBT_MS, estimate_bps
        if now_ms - self._low_ms < DOUBT_MS:
            self._low_bps = min(self._low_bps, estimate_bps)
        elif now_ms >= self._doubt_until_ms and estimate_bps * 100 >= self._low_bps * RISING_PERCENT:
            self._doubt_until_ms, self._low_bps = now_ms + DOUBT_MS, estimate_bps
        return now_ms < self._doubt_until_ms

    def _may_try(self, link: Link, now_ms: int) -> bool:
        """The link keeps up with what it is sent, and nothing fell or rose for long enough."""
        changed_ms = max(self._began_ms, self._fell_ms or 0, self._rose_ms or 0)
        return (
            self._trying_until_ms is None
            and link.estimate_bps is not None
            # Without any picture a browser has nothing to estimate by: its last word would stand for ever.
            and (not self._granted_bps or link.estimate_bps * 100 >= link.sent_bps * KEEPS_UP_PERCENT)
            and now_ms - changed_ms >= self._calm_ms
        )


def _bearable(link: Link, believed_bps: int, demands: Sequence[Demand]) -> tuple[int, Why]:
    """What the link takes besides all sound, and what limits it."""
    total_bps, limit = believed_bps, Why.BANDWIDTH
    if link.loss >= HEAVY_LOSS:
        needed_bps = _with_reserve(_first_rungs_bps(demands)) + link.audio_bps
        lossless_bps = max(link.sent_bps * (512 - link.loss) // 512, needed_bps)
        if lossless_bps < total_bps:
            total_bps, limit = lossless_bps, Why.LOSS
    if link.low_data_bps is not None and link.low_data_bps < total_bps:
        total_bps, limit = link.low_data_bps, Why.LOW_DATA
    return max(0, total_bps - link.audio_bps), limit


def _first_rungs_bps(demands: Iterable[Demand]) -> int:
    """What the smallest pictures of all that is visible cost."""
    return sum(each.ladder[0].bps for each in demands if each.ladder and each.height_px)


def _last_picture_bps(bearable_bps: int, limit: Why, demands: Sequence[Demand]) -> int:
    """What the first rung of whoever matters most costs, if it is to be had whatever the room says; else 0."""
    first = next((each.ladder[0] for each in _ranked(demands) if each.ladder and each.height_px), None)
    if first is None or limit is Why.LOW_DATA:
        return 0
    return first.bps if first.bps * 100 <= bearable_bps * LAST_PICTURE_PERCENT else 0


def _with_reserve(bps: int) -> int:
    """So much that without the reserve it is enough."""
    return bps * 100 // (100 - RESERVE_PERCENT) + 1


def _less_reserve(bearable_bps: int) -> int:
    return bearable_bps * (100 - RESERVE_PERCENT) // 100


def _shown(shared: dict[int, int], demands: Sequence[Demand]) -> dict[int, tuple[int, int]]:
    """Layer and temporal layer of each seat that has any."""
    rungs_of = {each.seat: each.ladder[shared[each.seat]] for each in demands if shared[each.seat] != NONE}
    return {seat: (rung.layer, rung.highest) for seat, rung in rungs_of.items()}


def _cost(shared: dict[int, int], demands: Sequence[Demand]) -> int:
    return sum(each.ladder[shared[each.seat]].bps for each in demands if shared[each.seat] != NONE)


def _next_step(shared: dict[int, int], demands: Sequence[Demand]) -> int:
    """What a try costs: the next picture of all frames for the most important seat that lacks one; 0: nobody lacks any.

    Not the next cut, though it costs less: each try takes a time of calm, and a link that recovered has room for more.
    """
    climbers = (_Climber(each, shared[each.seat], each.fitting) for each in _ranked(demands))
    return next((each.step_bps for each in climbers if each.step_bps), 0)


def _grant(demand: Demand, at: int, roomy: int, limit: Why) -> Grant:
    ladder, fitting = demand.ladder, demand.fitting
    why = limit
    if not demand.height_px:
        why = Why.INVISIBLE
    elif not ladder:
        why = Why.NOT_SENT
    elif at == fitting:
        why = Why.FULL if at == len(ladder) - 1 else Why.FITTING
    elif roomy > at:
        why = Why.CALM
    if at == NONE:
        return Grant(demand.seat, NONE, WHOLE, 0, 0, why)
    rung = ladder[at]
    return Grant(demand.seat, rung.layer, rung.highest, rung.bps, rung.height_px, why)
