"""What may be planned, and who is meant for which room: by hand, by lot, in pairs."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms import commands as c
from server.rooms.errors import Refusal
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, ParticipantId
from server.rooms.rules import Rules
from server.rooms.state import Role

from .breakout_cast import (
    B1,
    NORA,
    ZOE,
    go,
    one_turn,
    places,
    plan,
    room,
    the,
)
from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, refusal

# ── what is refused ──────────────────────────────────────────────────────────────────────────────

BAD_PLANS: list[tuple[c.PlanBreakouts, Refusal]] = [
    (plan(), Refusal.NOT_NOW),
    (plan(room()), Refusal.NOT_NOW),
    (plan(room(ParticipantId("stranger"))), Refusal.NO_SUCH_PERSON),
    (plan(room(GUS)), Refusal.NO_SUCH_PERSON),
    (plan(room(host=GUS)), Refusal.NO_SUCH_PERSON),
    (plan(room(MIA), room(MIA)), Refusal.NOT_ALLOWED),
    (plan(room(MIA, MIA)), Refusal.NOT_ALLOWED),
    (plan(room(host=MIA), room(MIA)), Refusal.NOT_ALLOWED),
    (plan(room(host=MIA), room(host=MIA)), Refusal.NOT_ALLOWED),
    (plan(room(MIA, topic=b"12345")), Refusal.TOO_LARGE),
    (plan(room(MIA), length_ms=0), Refusal.TOO_LARGE),
    (plan(room(MIA), length_ms=10_001), Refusal.TOO_LARGE),
    (plan(room(MIA), room(MARA), room(ZOE)), Refusal.TOO_LARGE),
    (plan(kind=BreakoutKind.TOPIC), Refusal.NOT_NOW),
    (plan(room(MIA), kind=BreakoutKind.TOPIC), Refusal.NOT_ALLOWED),
    (plan(kind=BreakoutKind.RANDOM), Refusal.NOT_NOW),
    (plan(kind=BreakoutKind.RANDOM, size=1), Refusal.NOT_NOW),
    (plan(room(MIA), kind=BreakoutKind.RANDOM, size=2), Refusal.NOT_ALLOWED),
    (plan(kind=BreakoutKind.RANDOM, size=2), Refusal.TOO_LARGE),
    (plan(room(host=MIA), kind=BreakoutKind.PAIRS), Refusal.NOT_ALLOWED),
    (plan(kind=BreakoutKind.PAIRS), Refusal.TOO_LARGE),
]


@pytest.mark.parametrize(("command", "code"), BAD_PLANS)
def test_plan_is_refused(command: c.PlanBreakouts, code: Refusal):
    """Two rooms at most, four bytes, ten seconds; six members inside, gus in the lobby."""
    rules = Rules(max_breakouts=2, max_topic_bytes=4, breakout_max_ms=10_000)
    meeting = after(circle(MIA, MARA, ZOE, NORA, "ada", "bea", rules=rules), join(GUS, Role.GUEST))
    assert refusal(meeting, command) is code


def test_plan_at_its_limits_is_taken():
    rules = Rules(max_breakouts=2, max_topic_bytes=4, breakout_max_ms=10_000)
    meeting = circle(MIA, MARA, ZOE, NORA, rules=rules)
    rooms = (room(MIA, topic=b"1234"), room(MARA))
    assert refusal(meeting, plan(*rooms, length_ms=10_000)) is None
    assert refusal(meeting, plan(kind=BreakoutKind.PAIRS)) is None
    assert refusal(meeting, plan(kind=BreakoutKind.RANDOM, size=2)) is None


@pytest.mark.parametrize("kind", [BreakoutKind.RANDOM, BreakoutKind.PAIRS])
def test_without_members_nothing_can_be_drawn(kind: BreakoutKind):
    assert refusal(circle(), plan(kind=kind, size=2)) is Refusal.NOT_NOW


# ── by lot ───────────────────────────────────────────────────────────────────────────────────────

MANY = [ParticipantId(f"m{number}") for number in range(23)]


@given(st.integers(1, 23), st.integers(2, 9), st.integers(0, 2**63 - 1), st.integers(0, 3))
def test_lots_are_even_and_everybody_has_one(count: int, size: int, seed: int, hosts: int):
    meeting = circle(*MANY[:count], rules=Rules(max_people=40, max_lobby=40))
    wishes = tuple(room(host=who) for who in MANY[: min(hosts, count)])
    drawn = the(after(meeting, plan(*wishes, kind=BreakoutKind.RANDOM, size=size, seed=seed)))
    assert sorted(drawn.assigned) == sorted(MANY[:count])
    sizes = [sum(1 for there in drawn.assigned.values() if there == one.id) for one in drawn.rooms]
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= min(2, count)
    assert max(sizes) <= max(size, 3)
    assert all(drawn.assigned[one.host] == one.id for one in drawn.rooms if one.host is not None)


def test_lots_depend_on_the_seed_and_on_nothing_else():
    one = circle(MIA, MARA, ZOE, NORA, "ada", "bea")
    other = circle("bea", NORA, MIA, "ada", ZOE, MARA)
    drawn = [
        the(after(meeting, plan(kind=BreakoutKind.RANDOM, size=2, seed=seed))).assigned
        for meeting in (one, other)
        for seed in range(8)
    ]
    assert drawn[:8] == drawn[8:]
    assert len({tuple(sorted(assigned.items())) for assigned in drawn}) > 4


def test_guest_and_facilitator_are_not_drawn():
    meeting = after(circle(MIA, MARA), join(GUS, Role.GUEST), c.Admit(FIONA, GUS))
    drawn = the(after(meeting, plan(kind=BreakoutKind.RANDOM, size=4)))
    assert set(drawn.assigned) == {MIA, MARA}


# ── pairs ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6, 7])
def test_in_rotating_pairs_everybody_meets_everybody_once(count: int):
    meeting = circle(*MANY[:count])
    turns = count - 1 + count % 2
    seen: list[frozenset[ParticipantId]] = []
    for _ in range(turns):
        meeting, pairs = one_turn(meeting)
        assert len(pairs) == count // 2
        seen += pairs
    assert sorted(map(sorted, seen)) == sorted(sorted(two) for two in combinations(MANY[:count], 2))
    _, again = one_turn(meeting)
    assert len(again) == count // 2


def test_partner_who_stays_was_not_met():
    meeting, pairs = one_turn(circle(MIA, MARA), MARA)
    assert pairs == set()
    assert frozenset({MIA, MARA}) not in meeting.met


def test_pairs_of_somebody_gone_are_forgotten():
    meeting, _ = one_turn(circle(MIA, MARA, ZOE, NORA))
    meeting, _ = one_turn(after(meeting, c.Leave(NORA)))
    assert not any(NORA in pair for pair in meeting.met)


def test_host_of_a_pair_is_no_partner():
    meeting = after(
        circle(MIA, MARA),
        join(FAYE, Role.FACILITATOR),
        plan(room(host=FAYE), kind=BreakoutKind.PAIRS),
        *go(MIA, MARA),
        c.OpenBreakouts(FIONA),
    )
    assert places(meeting) == {FIONA: MAIN, MIA: B1, MARA: B1, FAYE: B1}
    assert meeting.met == {frozenset({MIA, MARA})}
