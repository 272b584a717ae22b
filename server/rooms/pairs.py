"""Who meets whom in rotating pairs: nobody the same partner twice until all have met.

Called by `breakout_plans` and `breakouts`; arithmetic on names, imports nothing of the meeting.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .groups import Pair
    from .ids import ParticipantId

    Seats: TypeAlias = Sequence[ParticipantId | None]
    Match: TypeAlias = tuple[tuple[int, int], ...]

SEARCHED_PEOPLE: Final = 24
"""Larger groups take the best rotation: they have so many partners left that a repeat is rare."""
SEARCH_STEPS: Final = 2000
"""Enough to try everything with ten people; some 50 ms at worst."""


class Pairing(NamedTuple):
    """Everybody in one pair, but for the odd one out."""

    pairs: tuple[tuple[ParticipantId, ParticipantId], ...]
    left_over: ParticipantId | None


def pairing(people: Sequence[ParticipantId], met: frozenset[Pair]) -> Pairing:
    """The pairs of the next turn: no repeat where there is a way without, else as few as a rotation has.

    people: two or more, each once. met: pairs, and single people who were left over before: that rotates too.
    Circle method: the first seat stays, the others move on by one; an empty seat makes the number even.
    """
    seats: Seats = (*people, None) if len(people) % 2 else tuple(people)
    match = min(_rotations(len(seats)), key=lambda one: _repeats(seats, one, met))
    if _repeats(seats, match, met) != (0, 0) and len(people) <= SEARCHED_PEOPLE:
        match = _searched(seats, met, match)
    named = [(seats[one], seats[other]) for one, other in match]
    return Pairing(
        tuple((one, other) for one, other in named if one is not None and other is not None),
        next((one or other for one, other in named if one is None or other is None), None),
    )


def remembered(people: Iterable[ParticipantId], met: frozenset[Pair]) -> frozenset[Pair]:
    """Who has met; of these people nothing when all of them have met each other: they begin anew."""
    here = frozenset(people)
    if any(frozenset(two) not in met for two in combinations(here, 2)):
        return met
    return frozenset(pair for pair in met if not pair <= here)


def _rotations(count: int) -> Iterator[Match]:
    """Every seat meets every other exactly once in these."""
    for turn in range(count - 1):
        line = (0, *(1 + (place + turn) % (count - 1) for place in range(count - 1)))
        yield tuple((line[place], line[-1 - place]) for place in range(count // 2))


def _repeats(seats: Seats, match: Match, met: frozenset[Pair]) -> tuple[int, int]:
    """How many meet again, and whether somebody is left over again: the first weighs more."""
    again = [who for one, other in match if (who := _pair(seats, one, other)) in met]
    left_over = sum(1 for who in again if len(who) == 1)
    return len(again) - left_over, left_over


def _pair(seats: Seats, one: int, other: int) -> Pair:
    return frozenset(who for who in (seats[one], seats[other]) if who is not None)


# ── where rotations repeat: people came and went ─────────────────────────────────────────────────


def _searched(seats: Seats, met: frozenset[Pair], rotation: Match) -> Match:
    """Without any repeat; else with somebody left over again; else the rotation."""
    singles = frozenset(pair for pair in met if len(pair) == 1)
    for avoided in (met, met - singles):
        partners = _partners(seats, avoided)
        found = _match((1 << len(seats)) - 1, partners, iter(range(SEARCH_STEPS)))
        if found is not None and _repeats(seats, found, met) < _repeats(seats, rotation, met):
            return found
    return rotation


def _partners(seats: Seats, avoided: frozenset[Pair]) -> list[int]:
    """For each seat the others it may meet, one bit each."""
    partners = [0] * len(seats)
    for one, other in combinations(range(len(seats)), 2):
        if _pair(seats, one, other) not in avoided:
            partners[one] |= 1 << other
            partners[other] |= 1 << one
    return partners


def _match(free: int, partners: Sequence[int], steps: Iterator[int]) -> Match | None:
    """Everybody who is free in a pair, whoever has the fewest partners left first; None: no way, or no steps left."""
    if not free:
        return ()
    if next(steps, None) is None:
        return None
    seat = min(_bits(free), key=lambda one: (partners[one] & free).bit_count())
    for other in _bits(partners[seat] & free):
        rest = _match(free & ~(1 << seat | 1 << other), partners, steps)
        if rest is not None:
            return ((seat, other), *rest)
    return None


def _bits(number: int) -> Iterator[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
