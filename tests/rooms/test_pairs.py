"""Nobody meets the same partner twice until all have met, whoever comes and goes."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from server.rooms import pairs as module
from server.rooms.ids import ParticipantId
from server.rooms.pairs import SEARCH_STEPS, SEARCHED_PEOPLE, Pairing, pairing, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

    from server.rooms.groups import Pair

    Met = frozenset[Pair]
    People = tuple[ParticipantId, ...]

SEVERAL = st.integers(min_value=2, max_value=24)


def people(count: int) -> People:
    return tuple(ParticipantId(f"p{number}") for number in range(count))


def once_more(met: Met, pairs: Pairing) -> Met:
    """What is remembered when these have met."""
    alone = () if pairs.left_over is None else (frozenset({pairs.left_over}),)
    return met.union(map(frozenset, pairs.pairs), alone)


def turn(here: Sequence[ParticipantId], met: Met) -> tuple[Pairing, Met]:
    """One plan that everybody agrees to; with what is remembered before it."""
    memory = remembered(here, met)
    return pairing(here, memory), memory


def everybody_once(here: Sequence[ParticipantId], pairs: Pairing) -> bool:
    named = [who for two in pairs.pairs for who in two]
    named += [pairs.left_over] if pairs.left_over is not None else []
    return sorted(named) == sorted(here)


def repeats(pairs: Pairing, met: Met) -> int:
    return sum(frozenset(two) in met for two in pairs.pairs)


def all_matchings(here: People) -> Iterator[Pairing]:
    """Every way to pair them, by trying; the odd one out may be anybody."""
    if len(here) % 2:
        for left_over in here:
            rest = tuple(who for who in here if who != left_over)
            yield from (Pairing(one.pairs, left_over) for one in all_matchings(rest))
        return
    if not here:
        yield Pairing((), None)
        return
    first, *others = here
    for other in others:
        rest = tuple(who for who in others if who != other)
        yield from (Pairing(((first, other), *one.pairs), None) for one in all_matchings(rest))


# ── people who stay ──────────────────────────────────────────────────────────────────────────────


@given(SEVERAL)
def test_every_pair_meets_exactly_once_before_anybody_meets_again(count: int):
    here, met = people(count), frozenset[frozenset[ParticipantId]]()
    turns = count - 1 + count % 2
    seen: list[Pair] = []
    left_over: list[ParticipantId] = []
    for _ in range(turns):
        pairs, met = turn(here, met)
        assert everybody_once(here, pairs)
        seen += map(frozenset, pairs.pairs)
        left_over += [pairs.left_over] if pairs.left_over is not None else []
        met = once_more(met, pairs)
    assert sorted(map(sorted, seen)) == sorted(sorted(two) for two in combinations(here, 2))
    assert sorted(left_over) == (sorted(here) if count % 2 else [])


@given(SEVERAL)
def test_when_all_have_met_they_begin_anew_in_the_same_order(count: int):
    here, met = people(count), frozenset[frozenset[ParticipantId]]()
    turns = count - 1 + count % 2
    plans = []
    for _ in range(2 * turns):
        pairs, met = turn(here, met)
        plans.append(pairs)
        met = once_more(met, pairs)
    assert plans[:turns] == plans[turns:]


def test_of_two_nobody_is_left_over():
    assert pairing(people(2), frozenset()) == Pairing((("p0", "p1"),), None)


def test_one_of_three_is_left_over_in_turn():
    here, met = people(3), frozenset[frozenset[ParticipantId]]()
    left_over = set()
    for _ in here:
        pairs, met = turn(here, met)
        left_over.add(pairs.left_over)
        met = once_more(met, pairs)
    assert left_over == set(here)


# ── people who come and go ───────────────────────────────────────────────────────────────────────

ALL = people(8)
SOME = st.sets(st.sampled_from(ALL), min_size=2).map(lambda some: tuple(sorted(some)))
WHO_MET = st.frozensets(
    st.one_of(
        st.sampled_from([frozenset(two) for two in combinations(ALL, 2)]),
        st.sampled_from([frozenset({who}) for who in ALL]),
    ),
    max_size=25,
)


@given(SOME, WHO_MET)
def test_no_repeat_while_there_is_a_way_without(here: People, met: Met):
    pairs, memory = turn(here, met)
    assert everybody_once(here, pairs)
    fewest = min(repeats(one, memory) for one in all_matchings(here))
    if fewest == 0:
        assert repeats(pairs, memory) == 0


@given(SOME, WHO_MET)
def test_nobody_is_left_over_twice_while_there_is_a_way_without(here: People, met: Met):
    pairs, memory = turn(here, met)
    fresh = [one.left_over for one in all_matchings(here) if repeats(one, memory) == 0]
    if any(who is not None and frozenset({who}) not in memory for who in fresh):
        assert frozenset({pairs.left_over}) not in memory


@given(SOME, WHO_MET)
def test_somebody_meets_for_the_first_time_in_every_turn(here: People, met: Met):
    """So they all have met at last, even where no turn without a repeat is left."""
    pairs, memory = turn(here, met)
    assert repeats(pairs, memory) < len(pairs.pairs)


@given(st.lists(SOME, min_size=1, max_size=12))
def test_whoever_comes_and_goes_nobody_repeats_without_need(evening: list[People]):
    met = frozenset[frozenset[ParticipantId]]()
    for here in evening:
        pairs, met = turn(here, met)
        if min(repeats(one, met) for one in all_matchings(here)) == 0:
            assert repeats(pairs, met) == 0
        met = once_more(met, pairs)


@given(WHO_MET)
def test_only_those_who_are_here_are_forgotten_when_they_have_all_met(met: Met):
    here = ALL[:3]
    others = frozenset(pair for pair in met if not pair <= set(here))
    full = met.union(map(frozenset, combinations(here, 2)))
    assert remembered(here, full) == others
    one_less = full - {frozenset(here[:2])}
    assert remembered(here, one_less) == one_less


@given(SOME, WHO_MET)
def test_the_same_people_and_memory_give_the_same_pairs(here: People, met: Met):
    assert pairing(here, met) == pairing(here, frozenset(set(met)))


# ── many ─────────────────────────────────────────────────────────────────────────────────────────


def test_search_without_a_way_gives_up_after_its_steps(monkeypatch: pytest.MonkeyPatch):
    """Two groups of odd size who have all met across: whoever is paired, somebody meets again."""
    here = people(SEARCHED_PEOPLE)
    met = frozenset(frozenset({one, other}) for one in here[:11] for other in here[11:])
    search, steps = module._match, list[int]()

    def counted(free: int, *rest: Any) -> Any:
        steps.append(free)
        return search(free, *rest)

    monkeypatch.setattr(module, "_match", counted)
    pairs = pairing(here, met)
    assert SEARCH_STEPS < len(steps) < 3 * SEARCH_STEPS, "two searches; to their ends it were six"
    assert everybody_once(here, pairs)
    assert repeats(pairs, met) > 0


def test_more_people_than_are_searched_for_take_the_best_rotation():
    here = people(SEARCHED_PEOPLE + 2)
    first = pairing(here, frozenset())
    met = once_more(frozenset(), first)
    second = pairing(here, met)
    assert repeats(second, met) == 0
    assert everybody_once(here, second)
