"""A command that was refused stays refused, whoever owns the meeting when it is asked again; nodes of the real code on virtual time."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from server.cluster import letters as w
from server.cluster import records
from server.cluster.remembered import REMEMBERED, Remembered
from server.hosting.ports import Cause, Checkpoint, Entry
from server.rooms import commands as c
from server.rooms.errors import Refusal, Rejected
from server.rooms.ids import DeviceKey, ParticipantId, TokenId
from server.rooms.rules import Rules
from server.rooms.state import ChatMode, Meeting, Role

from .model_store import ModelStore
from .simulation import MEETING, Machine, Network
from .virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from server.hosting.directory import LiveMeeting

ADA, MIA = ParticipantId("ada"), ParticipantId("mia")


class Group:
    """Ada at the first machine, which owns the meeting, Mia at the second; both in the main room."""

    def __init__(self) -> None:
        network = Network(0)
        network.lossy = False
        model = self.model = ModelStore(lambda: int(asyncio.get_running_loop().time() * 1000))
        self.first, self.second, self.third = (Machine(f"node-{n}", model, network) for n in range(3))

    async def meet(self) -> None:
        await self.do(self.first, join(ADA, Role.FACILITATOR))
        await self.do(self.second, join(MIA, Role.FACILITATOR))
        await self.live(self.third)

    async def live(self, machine: Machine) -> LiveMeeting:
        return await machine.meetings.open(MEETING)

    async def do(self, machine: Machine, command: c.Command, number: int | None = None) -> int:
        """The position after it."""
        cause = None if number is None else Cause(command.actor, number)  # type: ignore[union-attr]
        return (await (await self.live(machine)).host.submit(command, cause)).position

    async def close(self) -> None:
        for machine in (self.first, self.second, self.third):
            with contextlib.suppress(Exception):
                await machine.meetings.close()


def join(who: ParticipantId, role: Role) -> c.Join:
    key = who.encode()
    return c.Join(
        who,
        role,
        b"",
        TokenId("t"),
        token_is_personal=False,
        device=DeviceKey(key),
        origin=0,
        resume_hash=key,
    )


def told(story: Callable[[Group], Awaitable[Any]]) -> None:
    async def whole() -> None:
        group = Group()
        await group.meet()
        await story(group)
        await group.close()

    run(whole())


async def refused(group: Group) -> None:
    """Mia writes while the chat is closed; then it is opened."""
    await group.do(group.first, c.SetChatMode(ADA, ChatMode.CLOSED), 1)
    with pytest.raises(Rejected) as closed:
        await group.do(group.second, c.Say(MIA, b"too early"), 5)
    assert closed.value.code is Refusal.CHAT_CLOSED
    await group.do(group.first, c.SetChatMode(ADA, ChatMode.OPEN), 2)


async def bodies(group: Group, machine: Machine, position: int) -> list[bytes]:
    replica = (await group.live(machine)).replica
    await replica.reached(position)
    return [message.body for message in replica.meeting.messages]


def test_what_was_refused_is_refused_by_the_next_owner_too_though_it_is_allowed_by_then():
    async def story(group: Group) -> None:
        await refused(group)
        await group.first.kill()
        with pytest.raises(Rejected) as again:
            await group.do(group.third, c.Say(MIA, b"too early"), 5)
        assert again.value.code is Refusal.CHAT_CLOSED
        at = await group.do(group.third, c.Say(MIA, b"now"), 6)
        assert await group.do(group.second, c.Say(MIA, b"now"), 6) == at
        assert await bodies(group, group.third, at) == [b"now"]

    told(story)


def test_what_was_refused_is_known_from_the_checkpoint_where_no_follower_is_left():
    cause, other = Cause(MIA, 5), Cause(MIA, 6)
    before = Remembered(())
    before.refused(cause, Refusal.CHAT_CLOSED)
    before.took(Entry(7, 0, (), other))
    start = Checkpoint(7, Meeting(id=MEETING, rules=Rules()))
    _, answered = records.read_checkpoint(records.write_checkpoint(start, before.all()))
    assert Remembered(answered).all() == ((cause, Refusal.CHAT_CLOSED), (other, 7))


def test_a_letter_that_was_meant_for_an_earlier_owner_carries_out_nothing():
    """A node that slept over it, and owns the meeting again: what it asks for was answered by another owner since."""

    async def story(group: Group) -> None:
        await refused(group)
        say = records.write_command(c.Say(MIA, b"too early"))
        shared = group.first.meetings.find(MEETING)
        assert shared is not None
        await shared.hand_over(group.second.name)
        second = group.second.meetings.find(MEETING)
        assert second is not None
        while not second.is_owned:  # noqa: ASYNC110 - virtual
            await asyncio.sleep(0.1)
        group.second.meetings.deliver(w.Ask(MEETING, group.third.name, 1, say, (MIA, 77), 1))
        await asyncio.sleep(1)
        at = await group.do(group.second, c.Say(MIA, b"later"), 78)
        assert await bodies(group, group.second, at) == [b"later"]

    told(story)


def test_a_refusal_never_overrules_what_was_carried_out_and_only_so_many_are_kept():
    this = Remembered(((Cause(MIA, 1), 3),))
    this.refused(Cause(MIA, 1), Refusal.PAUSED)
    assert this.all() == ((Cause(MIA, 1), 3),)
    for number in range(2, REMEMBERED + 1):
        this.refused(Cause(MIA, number), Refusal.PAUSED)
    assert this.all()[0] == (Cause(MIA, 1), 3)
    this.refused(Cause(MIA, REMEMBERED + 1), Refusal.PAUSED)
    assert (this.all()[0], len(this.all())) == ((Cause(MIA, 2), Refusal.PAUSED), REMEMBERED)


def test_refusals_of_strangers_and_of_joining_are_not_kept():
    async def story(group: Group) -> None:
        await group.do(group.first, c.Lock(ADA), 1)
        stranger = ParticipantId("stranger")
        with pytest.raises(Rejected):
            await group.do(group.second, join(stranger, Role.MEMBER))
        with pytest.raises(Rejected):
            await group.do(group.second, c.Say(stranger, b"x"), 4)
        for machine in (group.first, group.second):
            shared = machine.meetings.find(MEETING)
            assert shared is not None
            assert stranger not in {cause.participant for cause, _ in shared.answered()}

    told(story)


def test_whoever_has_gone_is_remembered_no_more_though_she_asked_for_something_just_then():
    async def story(group: Group) -> None:
        live, _ = await group.live(group.first), await group.live(group.second)
        going = asyncio.create_task(live.host.submit(c.Leave(ADA), Cause(ADA, 1)))
        late = asyncio.create_task(live.host.submit(c.Say(ADA, b"late"), Cause(ADA, 2)))
        await asyncio.gather(going, late, return_exceptions=True)
        for machine in (group.first, group.second):
            shared = machine.meetings.find(MEETING)
            assert shared is not None
            await shared.replica.reached(going.result().position)
            assert not [cause for cause, _ in shared.answered() if cause.participant == ADA]

    told(story)
