"""Who has gone is gone for the meeting, too, though nobody could decide when she went; nodes of the real code on virtual time."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from server.cluster import letters as w
from server.cluster.shared_meeting import ANSWER_S
from server.cluster.watching import LINGER_MS
from server.hosting.meeting_host import MeetingOver, Overloaded
from server.rooms import commands as c
from server.rooms.ids import ParticipantId
from server.rooms.state import Role

from .simulation import MEETING
from .test_refusals import ADA, MIA, Group, join, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.cluster.letters import AnyLetter

    from .simulation import Machine

ZOE = ParticipantId("zoe")
LONGER_THAN_GRACE_S = 100.0
UNTIL_NOBODY_IS_LEFT_S = 1_000.0
AWAY_S = ANSWER_S + 8


def machines(group: Group) -> tuple[Machine, ...]:
    return group.first, group.second, group.third


def people(group: Group) -> set[ParticipantId]:
    shared = group.first.meetings.find(MEETING)
    return set() if shared is None else set(shared.replica.meeting.participants)


async def people_after_grace(group: Group) -> set[ParticipantId]:
    await asyncio.sleep(LONGER_THAN_GRACE_S)
    return people(group)


@contextlib.asynccontextmanager
async def redis_full(group: Group) -> AsyncIterator[None]:
    """It answers, and takes nothing more."""
    group.model.is_full = True
    yield
    group.model.is_full = False


@contextlib.asynccontextmanager
async def redis_away(group: Group) -> AsyncIterator[None]:
    """Longer than anybody waits for an answer; Ada tries to say something all the same."""
    for machine in machines(group):
        machine.cut = True
    await asyncio.sleep(1)
    say = asyncio.create_task(group.do(group.first, c.Say(ADA, b"x"), 1))
    yield
    await asyncio.sleep(AWAY_S)
    assert isinstance(say.exception(), Overloaded | MeetingOver)
    for machine in machines(group):
        machine.cut = False


async def close_pages(group: Group, *who: ParticipantId) -> None:
    homes = {ADA: group.first, MIA: group.second}
    for each in who:
        (await group.live(homes[each])).host.lost(each, 1)


def losing() -> list[str]:
    """Work that tries to say who has gone."""
    names = (task.get_coro().__qualname__ for task in asyncio.all_tasks())  # type: ignore[union-attr]
    return [name for name in names if name.startswith("SharedMeeting._lose")]


def test_who_goes_while_nobody_can_decide_is_gone_when_somebody_can():
    async def story(group: Group) -> None:
        async with redis_away(group):
            await close_pages(group, MIA)
        assert await people_after_grace(group) == {ADA}

    told(story)


def test_the_meeting_is_over_when_all_went_while_nobody_could_decide():
    async def story(group: Group) -> None:
        async with redis_away(group):
            await close_pages(group, ADA, MIA)
        await asyncio.sleep(UNTIL_NOBODY_IS_LEFT_S)
        assert [len(machine.meetings) for machine in machines(group)] == [0, 0, 0]

    told(story)


def test_a_node_that_goes_does_not_wait_until_it_could_say_who_has_gone():
    async def story(group: Group) -> None:
        async with redis_away(group):
            await close_pages(group, ADA, MIA)
            await asyncio.sleep(1)
            assert len(losing()) == 2
            began = asyncio.get_running_loop().time()
            for machine in (group.first, group.second):
                await machine.meetings.close()
            assert asyncio.get_running_loop().time() - began < ANSWER_S / 2
            assert not losing()

    told(story)


async def tells_busy(group: Group, machine: Machine) -> None:
    """Ada comes back at this machine while nobody can decide, until she is told to try again."""
    live = await group.live(machine)
    with pytest.raises(Overloaded):
        await live.host.submit(c.Resume(ADA.encode()))


def test_who_was_told_busy_at_the_owner_and_does_not_come_again_is_gone():
    async def story(group: Group) -> None:
        await group.do(group.first, c.LoseConnection(ADA, 1))
        async with redis_away(group):
            await tells_busy(group, group.first)
        assert await people_after_grace(group) == {MIA}

    told(story)


def test_who_was_told_busy_elsewhere_and_does_not_come_again_is_gone():
    """The owner reads what is asked of it, but cannot write; it answers when nobody waits any more."""

    async def story(group: Group) -> None:
        await group.do(group.first, c.LoseConnection(ADA, 1))
        async with redis_full(group):
            await tells_busy(group, group.second)
        assert await people_after_grace(group) == {MIA}

    told(story)


def test_who_was_told_busy_at_a_node_that_follows_no_more_is_gone():
    """It has nobody of the meeting, and does not hear the answer."""

    async def story(group: Group) -> None:
        await group.do(group.first, c.LoseConnection(ADA, 1))
        async with redis_full(group):
            await tells_busy(group, group.third)
            await asyncio.sleep(LINGER_MS / 1000 + 1)
            assert len(group.third.meetings) == 0
        assert await people_after_grace(group) == {MIA}

    told(story)


def test_who_was_told_busy_and_comes_again_is_there():
    async def story(group: Group) -> None:
        await group.do(group.first, c.LoseConnection(ADA, 1))
        async with redis_full(group):
            await tells_busy(group, group.second)
            again = asyncio.create_task(group.do(group.second, c.Resume(ADA.encode())))
            await asyncio.sleep(1)
        await again
        assert await people_after_grace(group) == {ADA, MIA}

    told(story)


def test_who_was_told_busy_when_she_came_first_and_does_not_come_again_is_gone():
    async def story(group: Group) -> None:
        live = await group.live(group.second)
        async with redis_full(group):
            with pytest.raises(Overloaded):
                await live.host.submit(join(ZOE, Role.MEMBER))
            live.host.lost(ZOE, 1)
            await asyncio.sleep(AWAY_S)
        await asyncio.sleep(1)
        assert people(group) == {ADA, MIA, ZOE}, "let in all the same"
        assert await people_after_grace(group) == {ADA, MIA}

    told(story)


@pytest.mark.parametrize("as_the_answer_comes", [False, True])
def test_who_gives_up_while_she_comes_back_elsewhere_is_gone(*, as_the_answer_comes: bool):
    async def story(group: Group) -> None:
        await group.do(group.first, c.LoseConnection(ADA, 1))
        live = await group.live(group.second)
        coming = asyncio.create_task(live.host.submit(c.Resume(ADA.encode())))

        def give_up(letter: AnyLetter) -> bool:
            if isinstance(letter, w.Answer) and letter.events and not coming.done():
                if as_the_answer_comes:
                    asyncio.get_running_loop().call_soon(coming.cancel)
                else:
                    coming.cancel()
            return False

        group.first.network.drops = give_up
        await asyncio.wait({coming})
        assert coming.cancelled()
        assert await people_after_grace(group) == {MIA}

    told(story)


def test_an_answer_that_comes_twice_ends_no_connection():
    async def story(group: Group) -> None:
        await group.do(group.first, c.LoseConnection(ADA, 1))
        twice: list[AnyLetter] = []

        def again(letter: AnyLetter) -> bool:
            if isinstance(letter, w.Answer) and letter.events:
                twice.append(letter)
                group.second.meetings.deliver(letter)
            return False

        group.first.network.drops = again
        await group.do(group.second, c.Resume(ADA.encode()))
        assert twice
        group.second.meetings.deliver(twice[0])
        assert await people_after_grace(group) == {ADA, MIA}

    told(story)
