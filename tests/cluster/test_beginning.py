"""Where a new meeting begins while nodes see each other as they were a moment ago; nodes of the real code on virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.cluster import letters as w
from server.cluster.meetings import OPEN_S
from server.cluster.watching import LINGER_MS
from server.hosting.directory import DirectoryFull
from server.rooms.state import Role

from .model_store import ModelStore
from .simulation import KEYS, MEETING, Machine, Network
from .test_refusals import ADA, join
from .virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LONG_S = 600.0


def told(story: Callable[[Machine, Machine], Awaitable[None]], places: tuple[str, str]) -> None:
    """places: where each of `a` and `b` finds most room."""

    async def whole() -> None:
        network = Network(0)
        network.lossy = False
        model = ModelStore(lambda: int(asyncio.get_running_loop().time() * 1000))
        a, b = (Machine(name, model, network, place=place) for name, place in zip("ab", places, strict=True))
        await story(a, b)
        for machine in (a, b):
            await machine.meetings.close()

    run(whole())


def test_a_meeting_begins_though_each_of_two_nodes_finds_the_other_less_busy():
    async def story(a: Machine, b: Machine) -> None:
        live = await a.meetings.open(MEETING)
        assert live is await a.meetings.open(MEETING)
        assert [len(machine.meetings.owned) for machine in (a, b)] == [0, 1], "where it was sent first"

    told(story, ("b", "a"))


def test_a_node_that_has_no_room_any_more_begins_nothing_for_others():
    async def story(a: Machine, b: Machine) -> None:
        b.has_room = False
        with pytest.raises(DirectoryFull):
            await a.meetings.open(MEETING)
        assert len(b.meetings) == 0

    told(story, ("b", "b"))


def test_nobody_waits_longer_because_others_wait_for_the_same_meeting():
    async def story(a: Machine, _b: Machine) -> None:
        outcomes = await asyncio.gather(*(a.meetings.open(MEETING) for _ in range(4)), return_exceptions=True)
        assert all(isinstance(outcome, DirectoryFull) for outcome in outcomes)
        assert asyncio.get_running_loop().time() == pytest.approx(OPEN_S, abs=0.1)

    told(story, ("gone", "gone"))


def test_a_meeting_begins_once_though_somebody_came_between_two_who_wait_for_it():
    """The first only looks and finds nothing; the second, who waited for her, begins; the third comes meanwhile."""

    async def story(a: Machine, b: Machine) -> None:
        first = asyncio.create_task(a.meetings.seek(MEETING))
        second = asyncio.create_task(a.meetings.open(MEETING))
        assert await first is None
        third = await a.meetings.open(MEETING)
        assert await second is third
        assert [len(machine.meetings.owned) for machine in (a, b)] == [1, 0]

    told(story, ("a", "b"))


async def told_busy(a: Machine) -> None:
    """Redis has no room for the meeting when somebody comes, and has it a moment later."""
    a.model.is_full = True
    with pytest.raises(DirectoryFull):
        await a.meetings.open(MEETING)
    a.model.is_full = False
    async with asyncio.timeout(LINGER_MS / 1000):
        while not a.meetings.owned:  # noqa: ASYNC110 - virtual
            await asyncio.sleep(0.1)


def test_a_meeting_that_could_not_begin_at_once_is_over_when_nobody_comes_again():
    async def story(a: Machine, _b: Machine) -> None:
        await told_busy(a)
        await asyncio.sleep(LINGER_MS / 1000)
        assert len(a.meetings) == 0
        assert a.model.sighted(KEYS).owner is None

    told(story, ("a", "b"))


def test_a_meeting_that_could_not_begin_at_once_stays_for_whoever_comes_again():
    async def story(a: Machine, _b: Machine) -> None:
        await told_busy(a)
        live = await a.meetings.open(MEETING)
        await live.host.submit(join(ADA, Role.FACILITATOR))
        await asyncio.sleep(LONG_S)
        assert a.meetings.owned == [a.meetings.find(MEETING)]

    told(story, ("a", "b"))


def test_a_meeting_that_began_for_somebody_who_did_not_come_is_over():
    """She gave up, or her node is gone, after it had asked this one to begin the meeting."""

    async def story(a: Machine, _b: Machine) -> None:
        a.meetings.deliver(w.Adopt(MEETING, "gone", None))
        await asyncio.sleep(1)
        assert len(a.meetings.owned) == 1
        await asyncio.sleep(LINGER_MS / 1000)
        assert len(a.meetings) == 0

    told(story, ("a", "b"))
