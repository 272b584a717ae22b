from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.cluster.memory import MemoryJournal
from server.hosting.directory import Directory, DirectoryFull, HostingLimits
from server.hosting.meeting_host import MeetingOver
from server.hosting.ports import JournalClosed
from server.rooms import commands as c
from server.rooms.ids import DeviceKey, MeetingId, ParticipantId, TokenId
from server.rooms.routes import Kind, Track
from server.rooms.state import Role, Rules
from tests.support.fake_media import FakeMedia
from tests.support.manual_clock import ManualClock, settle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.hosting.replica import Step
    from server.rooms.state import Meeting

ADA, MIA = ParticipantId("A" * 11), ParticipantId("M" * 11)
FIRST, SECOND = MeetingId("first"), MeetingId("second")


def joining(who: ParticipantId) -> c.Join:
    key = who.encode()
    return c.Join(who, Role.FACILITATOR, b"", TokenId(who), False, DeviceKey(key), 0, key)  # noqa: FBT003


def directory(media: FakeMedia, max_meetings: int = 2) -> Directory:
    return Directory(
        clock=ManualClock(),
        media=media,
        new_journal=MemoryJournal,
        rules=Rules(),
        limits=HostingLimits(max_meetings=max_meetings),
    )


async def test_the_same_id_is_the_same_meeting_while_somebody_is_in_it() -> None:
    meetings = directory(FakeMedia())
    live = await meetings.open(FIRST)
    await live.host.submit(joining(ADA))
    assert await meetings.open(FIRST) is live
    assert meetings.find(FIRST) is live
    assert meetings.find(SECOND) is None
    await meetings.close()


async def test_an_ended_meeting_is_forgotten_and_its_media_closed() -> None:
    media = FakeMedia()
    meetings = directory(media)
    live = await meetings.open(FIRST)
    await live.host.submit(joining(ADA))
    await media.open(FIRST, ADA, "offer")
    await live.host.submit(c.End(ADA))
    await settle()
    assert meetings.find(FIRST) is None
    assert (len(meetings), media.peers, media.ended) == (0, {}, [FIRST])
    with pytest.raises(MeetingOver):
        await live.host.submit(joining(MIA))


async def test_the_end_of_a_meeting_takes_nothing_from_the_next_one_under_its_id() -> None:
    media = FakeMedia()
    meetings = directory(media)
    ended = await meetings.open(FIRST)
    await ended.host.submit(joining(ADA))
    await ended.host.submit(c.End(ADA))
    assert meetings.find(FIRST) is None
    live = await meetings.open(FIRST)
    await media.open(FIRST, MIA, "offer")
    await live.host.submit(joining(MIA))
    await settle()
    assert meetings.find(FIRST) is live
    assert set(media.peers) == {(FIRST, MIA)}
    await meetings.close()


async def test_one_meeting_too_many_is_refused_until_one_ends() -> None:
    meetings = directory(FakeMedia(), max_meetings=1)
    live = await meetings.open(FIRST)
    await live.host.submit(joining(ADA))
    with pytest.raises(DirectoryFull):
        await meetings.open(SECOND)
    await live.host.submit(c.Leave(ADA))
    await settle()
    await meetings.open(SECOND)
    await meetings.close()


async def test_routes_reach_the_media_server_and_the_gone_are_closed() -> None:
    media = FakeMedia()
    meetings = directory(media)
    live = await meetings.open(FIRST)
    for who in (ADA, MIA):
        await live.host.submit(joining(who))
        await media.open(FIRST, who, "offer")
        await live.host.submit(c.SetMedia(who, mic=True, camera=False))
    await settle()
    assert media.wanted[FIRST] == {Track(ADA, Kind.MIC): {MIA}, Track(MIA, Kind.MIC): {ADA}}
    await live.host.submit(c.Leave(MIA))
    await settle()
    assert media.wanted[FIRST] == {Track(ADA, Kind.MIC): frozenset()}
    assert set(media.peers) == {(FIRST, ADA)}
    await meetings.close()


class BrokenMedia(FakeMedia):
    """Fails where somebody is to be silenced."""

    async def route(self, meeting: MeetingId, wanted: Mapping[Track, frozenset[ParticipantId]]) -> None:
        del meeting, wanted
        raise ValueError("canary")


class BrokenListener:
    """Fails with the first step, and remembers whether it was told the end."""

    told_the_end = False

    def stepped(self, _step: Step, _meeting: Meeting) -> None:
        raise ValueError("canary")

    def over(self) -> None:
        self.told_the_end = True


async def test_a_meeting_that_can_silence_nobody_any_more_is_over() -> None:
    media = BrokenMedia()
    meetings = directory(media)
    live = await meetings.open(FIRST)
    for who in (ADA, MIA):
        await media.open(FIRST, who, "offer")
        await live.host.submit(joining(who))
    await live.host.submit(c.SetMedia(ADA, mic=True, camera=False))
    await settle()
    assert (live.host.is_over, meetings.find(FIRST), len(meetings), media.peers) == (True, None, 0, {})


async def test_a_meeting_that_can_tell_nobody_any_more_is_over_and_nobody_waits() -> None:
    meetings, listener = directory(FakeMedia()), BrokenListener()
    live = await meetings.open(FIRST)
    live.replica.listen(listener)
    arrived = await live.host.submit(joining(ADA))
    with pytest.raises(JournalClosed):
        await asyncio.wait_for(live.replica.reached(arrived.position + 1), 1)
    await settle()
    assert (live.host.is_over, listener.told_the_end, len(meetings)) == (True, True, 0)


async def test_closing_leaves_no_task_behind() -> None:
    meetings = directory(FakeMedia())
    for meeting in (FIRST, SECOND):
        await (await meetings.open(meeting)).host.submit(joining(ADA))
    await meetings.close()
    assert len(meetings) == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
