from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.cluster.memory import MemoryJournal
from server.hosting.ports import Checkpoint, Entry
from server.hosting.replica import Replica, Step
from server.rooms import commands as c
from server.rooms.audience import MessageShown
from server.rooms.care_sights import ContactShown, ContactsShown, PulseAsked
from server.rooms.events import HandedOut, MessageDeleted, PulseShown, TakenBack
from server.rooms.groups import BreakoutKind
from server.rooms.ids import (
    DeviceKey,
    MeetingId,
    MessageNumber,
    ParticipantId,
    ResourceNumber,
    RoomId,
    TokenId,
)
from server.rooms.machine import decide, fold
from server.rooms.state import ChatMode, Floor, Meeting, Role, Segment, SegmentKind
from tests.support.manual_clock import settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

ADA, MIA, ZOE = (ParticipantId(letter * 11) for letter in "AMZ")
PART = Segment(SegmentKind.OPEN, b"title", 1000, Floor.OPEN, ChatMode.OPEN)


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


HELLO: Sequence[c.Command] = [joining(ADA, Role.FACILITATOR), joining(MIA, Role.MEMBER), c.Admit(ADA, MIA)]


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
        await asyncio.wait_for(replica.reached(5), 30)
        assert replica.meeting == writer.meeting
    await writer.journal.close()
    await asyncio.wait_for(asyncio.gather(*following), 30)


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


class Kept:
    """A replica that follows a writer, and what it keeps for those who missed something."""

    def __init__(self, writer: Writer, replica: Replica) -> None:
        self.writer = writer
        self.replica = replica
        self._following = asyncio.create_task(replica.run())

    async def after(self, *commands: c.Command) -> None:
        await self.writer.write(commands)
        await self.replica.reached(self.writer.position)

    def missed(self, viewer: ParticipantId, after: int) -> list[object]:
        """The sights she is told when she comes back."""
        steps = self.replica.missed(viewer, after)
        assert steps is not None
        return [
            one.sight.message.number if isinstance(one.sight, MessageShown) else one.sight
            for step in steps
            for one in step.showings
            if viewer in one.viewers
        ]

    @property
    def text(self) -> str:
        """All that is kept beside the meeting."""
        return repr(self.replica._steps)

    async def close(self) -> None:
        await self.writer.journal.close()
        await self._following


@pytest.fixture
async def kept() -> AsyncIterator[Kept]:
    writer = Writer()
    kept = Kept(writer, await writer.replica())
    await kept.after(*HELLO)
    yield kept
    await kept.close()


async def test_a_deleted_message_is_in_no_kept_step(kept: Kept) -> None:
    await kept.after(c.Say(MIA, b"regretted"), c.Say(MIA, b"2"), c.DeleteMessage(MIA, MessageNumber(1)))
    assert "regretted" not in kept.text
    assert kept.missed(ADA, 3) == [2, MessageDeleted(MessageNumber(1))], "who missed it is told the rest"


async def test_a_deleted_message_is_in_no_step_that_released_it(kept: Kept) -> None:
    await kept.after(
        c.SetChatMode(ADA, ChatMode.APPROVED),
        c.Say(MIA, b"regretted"),
        c.ApproveMessage(ADA, MessageNumber(1)),
        c.DeleteMessage(MIA, MessageNumber(1)),
    )
    assert "regretted" not in kept.text


async def test_what_was_said_in_a_quiet_room_is_in_no_kept_step_when_it_is_closed(kept: Kept) -> None:
    await kept.after(c.TakeAside(ADA, MIA), c.Say(MIA, b"alone"))
    assert "alone" in kept.text
    await kept.after(c.EndQuiet(ADA))
    assert "alone" not in kept.text


async def test_a_resource_that_was_taken_back_is_in_no_kept_step(kept: Kept) -> None:
    await kept.after(c.HandOut(ADA, b"wrong link"), c.HandOut(ADA, b"right link"))
    await kept.after(c.TakeBack(ADA, ResourceNumber(1)))
    assert "wrong link" not in kept.text
    assert kept.missed(MIA, 3) == [
        HandedOut(ResourceNumber(2), b"right link"),
        TakenBack(ResourceNumber(1)),
    ]


async def test_no_kept_step_tells_what_somebody_answered(kept: Kept) -> None:
    await kept.after(c.OpenPulse(ADA, b"how was it", 3), c.AnswerPulse(MIA, 2))
    assert "counts" not in kept.text
    assert kept.missed(MIA, 3) == [
        PulseAsked(b"how was it", 3, answered=False, number=1),
        PulseAsked(b"how was it", 3, answered=True, number=1),
    ]
    assert kept.missed(ADA, 4) == [], "an answer is nobody's news"


async def test_a_closed_question_is_in_no_kept_step(kept: Kept) -> None:
    await kept.after(c.OpenPulse(ADA, b"how was it", 3), c.ClosePulse(ADA))
    assert "how was it" not in kept.text
    assert kept.missed(MIA, 3) == [PulseShown(None), PulseAsked(None, 0, answered=False)]


async def test_no_kept_step_holds_what_was_offered(kept: Kept) -> None:
    await kept.after(joining(ZOE, Role.MEMBER), c.Admit(ADA, ZOE), c.OpenContacts(ADA))
    await kept.after(c.OfferContact(MIA, ZOE, b"call me"))
    assert "call me" not in kept.text
    assert kept.missed(ZOE, 6) == []
    assert kept.missed(MIA, 6) == [ContactsShown((ZOE,))]


async def test_who_lost_her_connection_still_gets_what_was_written_for_her(kept: Kept) -> None:
    await kept.after(joining(ZOE, Role.MEMBER), c.Admit(ADA, ZOE), c.OpenContacts(ADA))
    await kept.after(c.OfferContact(MIA, ZOE, b"call me"), c.OfferContact(ZOE, MIA, b"write me"))
    await kept.after(c.LoseConnection(MIA, 1), c.CloseContacts(ADA))
    assert ContactShown(ZOE, b"write me") in kept.missed(MIA, 9)


async def test_after_the_group_nothing_is_kept_of_it(kept: Kept) -> None:
    await kept.after(c.Say(MIA, b"said"), c.SetRunSheet(ADA, (PART,)), c.BeginDebrief(ADA))
    assert kept.replica.missed(ADA, 5) is None, "she gets a snapshot"
    assert list(kept.replica._steps) == []
    await kept.after(c.Say(ADA, b"among us"))
    assert len(kept.missed(ADA, 6)) == 1


async def test_what_was_said_in_breakouts_is_in_no_kept_step_when_they_are_over(kept: Kept) -> None:
    rooms = (c.PlannedRoom(b"topic", None, (MIA,)),)
    plan = c.PlanBreakouts(ADA, BreakoutKind.BY_HAND, rooms, None, 1, None, unattended=True)
    room = RoomId("b1")
    await kept.after(plan, c.AnswerBreakout(MIA, room), c.OpenBreakouts(ADA), c.Say(MIA, b"among us"))
    assert "topic" in kept.text
    assert "among us" in kept.text
    await kept.after(c.RecallBreakouts(ADA, at_once=True))
    assert "topic" not in kept.text
    assert "among us" not in kept.text


async def test_what_was_only_for_somebody_who_is_gone_is_let_go_with_the_next_thing(kept: Kept) -> None:
    await kept.after(joining(ZOE, Role.MEMBER), c.Admit(ADA, ZOE), c.OpenContacts(ADA))
    await kept.after(c.OfferContact(MIA, ZOE, b"call me"), c.OfferContact(ZOE, MIA, b"write me"))
    await kept.after(c.CloseContacts(ADA), c.Leave(MIA))
    await kept.after(c.HandOut(ADA, b"x"), c.TakeBack(ADA, ResourceNumber(1)))
    assert "write me" not in kept.text
    assert "call me" in kept.text, "Zoe may still come back to it"
