from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.cluster.memory import MemoryJournal
from server.confidentiality.pseudonyms import Pseudonyms
from server.hosting import meeting_host
from server.hosting.meeting_host import HostLimits, MeetingFault, MeetingHost, MeetingOver, Overloaded
from server.hosting.ports import Cause, Entry, JournalClosed
from server.rooms import commands as c
from server.rooms.errors import Rejected
from server.rooms.events import ConnectionLost, ConnectionRestored, LockChanged, Parted, Said, StatusChanged
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
from server.rooms.machine import fold
from server.rooms.state import Meeting, Role, Status
from tests.support.manual_clock import ManualClock, settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.rooms.events import Event

ADA, MIA, ZOE = (ParticipantId(letter * 11) for letter in "AMZ")


def joining(who: ParticipantId, role: Role = Role.FACILITATOR) -> c.Join:
    key = who.encode()
    return c.Join(who, role, b"sealed", TokenId(who), False, DeviceKey(key), 0, key)  # noqa: FBT003


class Desk:
    """A host at work, with everything around it in reach."""

    def __init__(self, limits: HostLimits) -> None:
        self.clock = ManualClock()
        self.meeting = Meeting(MeetingId("m"))
        self.journal = MemoryJournal(self.meeting)
        self.limits = limits
        self.host: MeetingHost
        self.working: asyncio.Task[None]

    async def open(self) -> Desk:
        start = await self.journal.last_checkpoint()
        self.host = MeetingHost(start, self.journal, self.clock, self.limits, pseudonym=Pseudonyms().of("m"))
        self.working = asyncio.create_task(self.host.run())
        return self

    async def gather(self) -> None:
        """Ada, Mia and Zoe are in; the journal begins after that."""
        await self.host.submit(joining(ADA))
        for who in (MIA, ZOE):
            await self.host.submit(joining(who, Role.MEMBER))
            await self.host.submit(c.Admit(ADA, who))

    @property
    def kept(self) -> str:
        """All that the journal holds."""
        return repr(self.journal._entries) + repr(self.journal._base)

    async def entries(self) -> list[tuple[int, tuple[Event, ...]]]:
        base = await self.journal.last_checkpoint()
        found, following = [], self.journal.follow(base.position)
        try:
            while True:
                entry = await asyncio.wait_for(anext(following), 0.01)
                found.append((entry.position, entry.events))
        except TimeoutError:
            return found


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = await Desk(HostLimits(pending_commands=4, remembered_answers=3, checkpoint_every=5)).open()
    yield desk
    desk.working.cancel()
    await asyncio.gather(desk.working, return_exceptions=True)


async def test_what_is_answered_is_in_the_journal(desk: Desk) -> None:
    joined = await desk.host.submit(joining(ADA))
    locked = await desk.host.submit(c.Lock(ADA))
    assert (joined.position, locked.position) == (1, 2)
    assert locked.events == (LockChanged(locked=True),)
    assert [position for position, _ in await desk.entries()] == [1, 2]


async def test_a_refusal_writes_nothing(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    with pytest.raises(Rejected):
        await desk.host.submit(c.Unlock(ADA))
    assert len(await desk.entries()) == 1


async def test_a_repeated_cause_is_answered_as_the_first_time(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    first = await desk.host.submit(c.Lock(ADA), Cause(ADA, 1))
    with pytest.raises(Rejected):
        await desk.host.submit(c.Lock(ADA), Cause(ADA, 2))
    await desk.host.submit(c.Unlock(ADA), Cause(ADA, 3))
    again = await desk.host.submit(c.Lock(ADA), Cause(ADA, 1))
    assert again.position == first.position
    with pytest.raises(Rejected):
        await desk.host.submit(c.Lock(ADA), Cause(ADA, 2))
    assert len(await desk.entries()) == 3


async def test_a_refusal_of_somebody_who_is_not_in_the_meeting_is_not_kept(desk: Desk) -> None:
    """Each try to come in is somebody new: else whoever is refused again and again fills the memory."""
    await desk.host.submit(joining(ADA))
    await desk.host.submit(c.Lock(ADA))
    with pytest.raises(Rejected):
        await desk.host.submit(joining(MIA, Role.MEMBER), Cause(MIA, 0))
    await desk.host.submit(c.Unlock(ADA))
    assert (await desk.host.submit(joining(MIA, Role.MEMBER), Cause(MIA, 0))).events


async def test_a_refusal_asked_for_again_and_again_takes_no_more_memory(desk: Desk) -> None:
    await desk.host.submit(joining(MIA, Role.MEMBER))
    depths = set()
    for _ in range(3):
        with pytest.raises(Rejected) as refused:
            await desk.host.submit(c.Lock(MIA), Cause(MIA, 7))
        depths.add(len(refused.traceback))
    assert len(depths) == 1


async def test_a_remembered_answer_holds_nothing_of_what_was_said(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    said = c.Say(ADA, b"sealed words")
    assert (await desk.host.submit(said, Cause(ADA, 1))).events
    assert (await desk.host.submit(said, Cause(ADA, 1))).events == ()


async def test_only_so_many_answers_are_remembered_for_each_person(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    for number in range(1, 5):
        await desk.host.submit(c.Say(ADA, b"x"), Cause(ADA, number))
    again = await desk.host.submit(c.Say(ADA, b"x"), Cause(ADA, 4))
    assert again.position == 5
    forgotten = await desk.host.submit(c.Say(ADA, b"x"), Cause(ADA, 1))
    assert forgotten.position == 6


async def test_commands_keep_their_order_whoever_waits(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    outcomes = await asyncio.gather(*(desk.host.submit(c.Say(ADA, bytes([n]))) for n in range(3)))
    said = [event for outcome in outcomes for event in outcome.events if isinstance(event, Said)]
    assert [(event.number, event.body) for event in said] == [(1, b"\0"), (2, b"\1"), (3, b"\2")]


async def test_more_waiting_commands_than_the_limit_are_told_to_try_again(desk: Desk) -> None:
    waiting = [asyncio.create_task(desk.host.submit(joining(ADA))) for _ in range(5)]
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Overloaded) == 1


async def test_deadlines_ring_by_themselves(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    await desk.host.submit(joining(MIA))
    await desk.host.submit(c.LoseConnection(MIA, 1))
    await desk.clock.advance(89_999)
    assert not any(isinstance(event, Parted) for _, events in await desk.entries() for event in events)
    await desk.clock.advance(1)
    assert any(isinstance(event, Parted) for _, events in await desk.entries() for event in events)


async def test_the_alarm_follows_the_nearest_deadline(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    await desk.host.submit(c.LoseConnection(ADA, 1))
    await desk.clock.advance(5_000)
    await desk.host.submit(c.Resume(ADA.encode()))
    await desk.clock.advance(200_000)
    statuses = [
        e.status for _, events in await desk.entries() for e in events if isinstance(e, StatusChanged)
    ]
    assert statuses == [Status.OPEN]


async def test_a_checkpoint_lets_old_entries_go_and_loses_nothing(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    for number in range(6):
        await desk.host.submit(c.Say(ADA, bytes([number])))
    base = await desk.journal.last_checkpoint()
    assert base.position == 5
    rest = await desk.entries()
    assert [position for position, _ in rest] == [6, 7]
    meeting = base.meeting
    for _, events in rest:
        meeting = fold(meeting, events)
    assert len(meeting.messages) == 6


@pytest.mark.usefixtures("private_logs")
async def test_a_fault_of_ours_refuses_one_command_and_the_meeting_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.host.submit(joining(ADA))

    def broken(*_: object) -> None:
        raise ZeroDivisionError("canary in a text")

    with monkeypatch.context() as broken_rules:
        broken_rules.setattr(meeting_host, "decide", broken)
        with pytest.raises(MeetingFault):
            await desk.host.submit(c.Lock(ADA))
    assert "canary" not in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert (await desk.host.submit(c.Lock(ADA))).position == 2


async def test_after_the_end_everybody_is_told_it_is_over(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    ending = asyncio.create_task(desk.host.submit(c.End(ADA)))
    waiting = asyncio.create_task(desk.host.submit(c.Lock(ADA)))
    assert (await ending).events == (StatusChanged(Status.ENDED),)
    with pytest.raises(MeetingOver):
        await waiting
    with pytest.raises(MeetingOver):
        await desk.host.submit(c.Lock(ADA))
    await asyncio.wait_for(desk.working, 30)


async def test_a_meeting_that_nobody_enters_does_not_begin(desk: Desk) -> None:
    assert (await desk.host.submit(c.Tick())).events == ()
    await asyncio.wait_for(desk.working, 30)


async def test_a_writer_whose_journal_is_closed_lets_go(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    await desk.journal.close()
    with pytest.raises(MeetingOver):
        await desk.host.submit(c.Lock(ADA))
    await asyncio.wait_for(desk.working, 30)
    with pytest.raises(JournalClosed):
        await desk.journal.last_checkpoint()


async def test_stale_news_of_a_connection_changes_nothing(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    await desk.host.submit(c.Resume(ADA.encode()))
    assert (await desk.host.submit(c.LoseConnection(ADA, 1))).events == ()
    lost = await desk.host.submit(c.LoseConnection(ADA, 2))
    assert any(isinstance(event, ConnectionLost) for event in lost.events)
    await settle()


PULSE = (c.OpenPulse(ADA, b"how was it", 3), c.AnswerPulse(MIA, 2))
ROOMS = (c.PlannedRoom(b"topic", None, (MIA,)),)
APART = (
    c.PlanBreakouts(ADA, BreakoutKind.BY_HAND, ROOMS, None, 1, None, unattended=True),
    c.AnswerBreakout(MIA, RoomId("b1")),
    c.OpenBreakouts(ADA),
    c.Say(MIA, b"regretted"),
)
OFFERED = (c.OpenContacts(ADA), c.OfferContact(MIA, ZOE, b"regretted"))


@pytest.mark.parametrize(
    ("story", "gone"),
    [
        ((c.Say(ADA, b"regretted"), c.DeleteMessage(ADA, MessageNumber(1))), "regretted"),
        ((c.HandOut(ADA, b"regretted"), c.TakeBack(ADA, ResourceNumber(1))), "regretted"),
        ((*OFFERED, c.WithdrawContact(MIA, ZOE)), "regretted"),
        ((*OFFERED, c.OfferContact(MIA, ZOE, b"better")), "regretted"),
        ((*OFFERED, c.CloseContacts(ADA)), "regretted"),
        ((*OFFERED, c.Leave(MIA)), "regretted"),
        ((*OFFERED, c.Leave(ZOE)), "regretted"),
        ((*PULSE, c.ClosePulse(ADA)), "how was it"),
        ((c.TakeAside(ADA, MIA), c.Say(MIA, b"regretted"), c.EndQuiet(ADA)), "regretted"),
        ((*APART, c.RecallBreakouts(ADA, at_once=True)), "regretted"),
        ((c.Say(MIA, b"regretted"), c.BeginDebrief(ADA)), "regretted"),
    ],
    ids=lambda part: "" if isinstance(part, str) else type(part[-1]).__name__,
)
async def test_what_the_meeting_forgets_is_no_longer_in_the_journal(
    desk: Desk, story: tuple[c.Command, ...], gone: str
) -> None:
    await desk.gather()
    for command in story:
        assert (await desk.host.submit(command)).events
    assert await desk.entries() == []
    assert gone not in desk.kept


async def test_the_journal_holds_no_two_states_of_a_pulse(desk: Desk) -> None:
    """Else their difference would tell who answered what."""
    await desk.gather()
    for command in PULSE:
        await desk.host.submit(command)
        assert await desk.entries() == []
        assert desk.kept.count("counts=") == 1


async def test_entries_stay_in_the_journal_while_nothing_is_forgotten(desk: Desk) -> None:
    await desk.gather()
    start = (await desk.journal.last_checkpoint()).position
    await desk.host.submit(c.Say(MIA, b"kept"))
    await desk.host.submit(c.HandOut(ADA, b"kept"))
    assert (await desk.journal.last_checkpoint()).position == start
    assert len(await desk.entries()) == 2


async def test_a_lost_connection_is_heard_of_though_no_more_commands_are_taken(desk: Desk) -> None:
    await desk.host.submit(joining(ADA))
    waiting = [asyncio.create_task(desk.host.submit(c.Say(ADA, b"x"))) for _ in range(5)]
    await asyncio.sleep(0)
    desk.host.lost(ADA, 1)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(Overloaded) == 1
    await settle()
    assert [
        e.participant for _, events in await desk.entries() for e in events if isinstance(e, ConnectionLost)
    ] == [ADA]


class SlowJournal(MemoryJournal):
    """Takes an entry when it is let to."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(meeting)
        self.taking = asyncio.Event()
        self.taking.set()

    async def append(self, entry: Entry) -> None:
        await self.taking.wait()
        await super().append(entry)


async def test_who_gave_up_coming_back_while_the_journal_took_it_is_gone() -> None:
    desk = Desk(HostLimits())
    desk.journal = journal = SlowJournal(desk.meeting)
    await desk.open()
    await desk.host.submit(joining(ADA))
    await desk.host.submit(c.LoseConnection(ADA, 1))
    journal.taking.clear()
    coming = asyncio.create_task(desk.host.submit(c.Resume(ADA.encode())))
    await settle()
    coming.cancel()
    journal.taking.set()
    await settle()
    kinds = [type(event) for _, events in await desk.entries() for event in events]
    of_hers = [kind for kind in kinds if kind in {ConnectionLost, ConnectionRestored}]
    assert of_hers == [ConnectionLost, ConnectionRestored, ConnectionLost]
    desk.working.cancel()
    await asyncio.gather(desk.working, return_exceptions=True)
