from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.cluster.memory import MemoryJournal
from server.hosting.ports import Checkpoint, Entry
from server.hosting.replica import Replica, Step
from server.rooms import commands as c
from server.rooms.ids import DeviceKey, MeetingId, MessageNumber, ParticipantId, TokenId
from server.rooms.machine import decide, fold
from server.rooms.state import Meeting, Role
from tests.support.manual_clock import settle

if TYPE_CHECKING:
    from collections.abc import Sequence

ADA, MIA = ParticipantId("A" * 11), ParticipantId("M" * 11)


class Writer:
    """Writes what commands give, without a host."""

    def __init__(self) -> None:
        self.meeting = Meeting(MeetingId("m"))
        self.journal = MemoryJournal(self.meeting)
        self.position = 0

    async def write(self, commands: Sequence[c.Command]) -> None:
        for command in commands:
            events = decide(self.meeting, command, 0)
            self.meeting = fold(self.meeting, events)
            self.position += 1
            await self.journal.append(Entry(self.position, 0, events))

    async def replica(self, keep_steps: int = 10) -> Replica:
        base = await self.journal.last_checkpoint()
        return Replica(base, self.journal, keep_steps)


def joining(who: ParticipantId, role: Role) -> c.Join:
    key = who.encode()
    return c.Join(who, role, b"sealed", TokenId(who), False, DeviceKey(key), 0, key)  # noqa: FBT003


HELLO = [joining(ADA, Role.FACILITATOR), joining(MIA, Role.MEMBER), c.Admit(ADA, MIA)]


class Listener:
    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.is_over = False

    def stepped(self, step: Step, meeting: Meeting) -> None:
        del meeting
        self.steps.append(step)

    def over(self) -> None:
        self.is_over = True


async def test_a_replica_is_the_writers_meeting_wherever_it_starts() -> None:
    writer = Writer()
    early = await writer.replica()
    following = [asyncio.create_task(early.run())]
    await writer.write(HELLO)
    await writer.journal.checkpoint(Checkpoint(writer.position, writer.meeting))
    late = await writer.replica()
    following.append(asyncio.create_task(late.run()))
    await writer.write([c.Say(MIA, b"x"), c.Lock(ADA)])
    for replica in (early, late):
        await asyncio.wait_for(replica.reached(5), 1)
        assert replica.meeting == writer.meeting
    await writer.journal.close()
    await asyncio.wait_for(asyncio.gather(*following), 1)


async def test_listeners_hear_every_step_once_and_then_that_it_is_over() -> None:
    writer, listener = Writer(), Listener()
    replica = await writer.replica()
    replica.listen(listener)
    following = asyncio.create_task(replica.run())
    await writer.write(HELLO)
    await settle()
    assert [step.position for step in listener.steps] == [1, 2, 3]
    assert not listener.is_over
    await writer.journal.close()
    await following
    assert listener.is_over


async def test_what_was_missed_is_told_exactly_or_a_snapshot_is_needed() -> None:
    writer = Writer()
    replica = await writer.replica(keep_steps=3)
    following = asyncio.create_task(replica.run())
    await writer.write([*HELLO, c.Say(MIA, b"1"), c.Say(MIA, b"2")])
    await replica.reached(5)
    assert [step.position for step in replica.missed(MIA, 3) or ()] == [4, 5]
    assert replica.missed(MIA, 5) == []
    assert replica.missed(MIA, 2) is None, "her own admission changed her whole view"
    assert [step.position for step in replica.missed(ADA, 2) or ()] == [3, 4, 5]
    assert replica.missed(ADA, 1) is None, "no longer kept"
    assert replica.missed(ADA, 0) is None
    assert replica.missed(ADA, 6) is None, "a position that does not exist yet"
    await writer.journal.close()
    await following


async def test_a_deleted_message_is_in_no_kept_step() -> None:
    writer = Writer()
    replica = await writer.replica()
    following = asyncio.create_task(replica.run())
    await writer.write(
        [*HELLO, c.Say(MIA, b"regretted"), c.Say(MIA, b"2"), c.DeleteMessage(MIA, MessageNumber(1))]
    )
    await replica.reached(6)
    assert replica.missed(ADA, 3) is None
    assert [step.position for step in replica.missed(ADA, 4) or ()] == [5, 6]
    assert "regretted" not in repr(replica._steps)
    await writer.journal.close()
    await following
