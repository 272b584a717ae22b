from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING

import pytest

from server.cluster.memory import MemoryJournal
from server.confidentiality.pseudonyms import Pseudonyms
from server.hosting import meeting_host
from server.hosting.directory import Directory, DirectoryFull, HostingLimits
from server.hosting.meeting_host import MeetingFault, MeetingOver
from server.hosting.ports import JournalClosed
from server.rooms import commands as c
from server.rooms.errors import Rejected
from server.rooms.ids import FIRST_TURN, DeviceKey, MeetingId, ParticipantId, TokenId
from server.rooms.rounds import RoundKind
from server.rooms.routes import Kind, Track
from server.rooms.rules import Rules
from server.rooms.state import Role
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
        pseudonym_of=Pseudonyms().of,
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


def knocking(name: str, device: str) -> c.Join:
    """With Mia's personal link, from a page of this name."""
    who = ParticipantId(name * 11)
    return c.Join(who, Role.MEMBER, b"", TokenId("mia"), True, DeviceKey(device.encode()), 0, name.encode())  # noqa: FBT003


async def test_a_bar_lasts_as_long_as_its_meeting_and_the_next_one_knows_nothing_of_it() -> None:
    """As `docs/decisions/0003` says: nothing outlives a meeting, and the facilitators make new links."""
    meetings = directory(FakeMedia())
    live = await meetings.open(FIRST)
    await live.host.submit(joining(ADA))
    await live.host.submit(knocking("M", "page"))
    await live.host.submit(c.Remove(ADA, MIA))
    for name, device in (("N", "page"), ("O", "another page")):
        with pytest.raises(Rejected, match="barred"):
            await live.host.submit(knocking(name, device))
    await live.host.submit(c.Leave(ADA))
    await settle()
    later = await meetings.open(FIRST)
    await later.host.submit(joining(ADA))
    await later.host.submit(knocking("P", "page"))
    assert later.host.state.meeting.participants[ParticipantId("P" * 11)].in_lobby  # type: ignore[attr-defined]
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


async def test_the_media_server_is_told_who_has_the_turn_and_when_nobody_has() -> None:
    media = FakeMedia()
    meetings = directory(media)
    live = await meetings.open(FIRST)
    for who in (ADA, MIA):
        await live.host.submit(joining(who))
    await live.host.submit(c.StartRound(ADA, RoundKind.CIRCLE, None, (MIA,), invite_passed=False))
    await settle()
    assert FIRST not in media.holders, "an offer is no turn"
    await live.host.submit(c.TakeTurn(MIA, FIRST_TURN))
    await settle()
    assert media.holders[FIRST] == {MIA}
    await live.host.submit(c.EndShare(MIA, FIRST_TURN))
    await settle()
    assert media.holders[FIRST] == frozenset()
    await meetings.close()


def broken(*_: object) -> None:
    """Rules with a bug of ours."""
    raise ZeroDivisionError


@pytest.mark.usefixtures("private_logs")
async def test_what_went_wrong_in_one_meeting_belongs_together_in_the_log_and_names_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "server")
    meetings = directory(FakeMedia())
    first, second = [await meetings.open(name) for name in (FIRST, SECOND)]
    for live in (first, second):
        await live.host.submit(joining(ADA))
    with monkeypatch.context() as rules:
        rules.setattr(meeting_host, "decide", broken)
        for live, command in ((first, c.Lock(ADA)), (first, c.RaiseHand(ADA)), (second, c.Lock(ADA))):
            with pytest.raises(MeetingFault):
                await live.host.submit(command)
    await first.host.submit(c.Leave(ADA))
    await settle()
    told = re.findall(r"(?:fault in a command of meeting|meeting over:) (\w+)(?:: (\w+))?", caplog.text)
    assert [kind for _, kind in told] == ["Lock", "RaiseHand", "Lock", ""]
    (one, two, other, end) = [meeting for meeting, _ in told]
    assert one == two == end != other
    for name in (FIRST, SECOND, ADA):
        assert name not in caplog.text
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


@pytest.mark.usefixtures("private_logs")
async def test_a_meeting_that_can_silence_nobody_any_more_is_over(caplog: pytest.LogCaptureFixture) -> None:
    media = BrokenMedia()
    meetings = directory(media)
    live = await meetings.open(FIRST)
    for who in (ADA, MIA):
        await media.open(FIRST, who, "offer")
        await live.host.submit(joining(who))
    await live.host.submit(c.SetMedia(ADA, mic=True, camera=False))
    await settle()
    assert (live.host.is_over, meetings.find(FIRST), len(meetings), media.peers) == (True, None, 0, {})
    assert re.search(r"fault in meeting [0-9a-f]{8}: it is over \[ValueError at server/", caplog.text)


async def test_a_meeting_that_can_tell_nobody_any_more_is_over_and_nobody_waits() -> None:
    meetings, listener = directory(FakeMedia()), BrokenListener()
    live = await meetings.open(FIRST)
    live.replica.listen(listener)
    arrived = await live.host.submit(joining(ADA))
    with pytest.raises(JournalClosed):
        await asyncio.wait_for(live.replica.reached(arrived.position + 1), 30)
    await settle()
    assert (live.host.is_over, listener.told_the_end, len(meetings)) == (True, True, 0)


async def test_closing_leaves_no_task_behind() -> None:
    meetings = directory(FakeMedia())
    for meeting in (FIRST, SECOND):
        await (await meetings.open(meeting)).host.submit(joining(ADA))
    await meetings.close()
    assert len(meetings) == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
