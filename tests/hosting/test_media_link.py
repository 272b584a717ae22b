"""The bridge to the media server: the newest wish holds, whatever comes while an older one is carried out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from server.hosting.media_link import MediaLink
from server.hosting.replica import Step
from server.rooms import commands as c
from server.rooms.events import Parted
from server.rooms.machine import decide
from server.rooms.routes import Track, routes
from server.rooms.state import Floor
from tests.rooms.cast import FIONA, MARA, MIA, after, circle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from server.hosting.ports import MediaControl
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.state import Meeting

HEARD = after(circle(MIA, MARA), c.SetMedia(MIA, True, False))  # noqa: FBT003 - microphone, camera
SILENT = after(HEARD, c.SetMedia(MIA, False, False))  # noqa: FBT003


class SlowMedia:
    """Carries out one wish at a time, when it is told to go on."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.routed: Mapping[Track, frozenset[ParticipantId]] = {}
        self._goes_on = asyncio.Semaphore(0)

    def go_on(self) -> None:
        self._goes_on.release()

    async def route(self, _meeting: MeetingId, wanted: Mapping[Track, frozenset[ParticipantId]]) -> None:
        await self._goes_on.acquire()
        self.routed = wanted
        self.done.append("route")

    async def hold(self, _meeting: MeetingId, holders: frozenset[ParticipantId]) -> None:
        self.done.append(f"hold {sorted(holders)}")

    async def close(self, _meeting: MeetingId, peer: ParticipantId) -> None:
        self.done.append(f"close {peer}")

    async def end(self, _meeting: MeetingId) -> None:
        self.done.append("end")


class Bridge:
    def __init__(self) -> None:
        self.media = SlowMedia()
        self.link = MediaLink(cast("MediaControl", self.media), circle())
        self.work = asyncio.create_task(self.link.run())

    async def says(self, meeting: Meeting, *cuts: Parted) -> None:
        self.link.stepped(Step(1, cuts, (), frozenset()), meeting)
        await self.rests()

    async def goes_on(self) -> None:
        self.media.go_on()
        await self.rests()

    async def rests(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def bridge() -> AsyncIterator[Bridge]:
    bridge = Bridge()
    yield bridge
    bridge.work.cancel()
    await asyncio.gather(bridge.work, return_exceptions=True)
    assert bridge.media.done[-1] == "end", "nothing of the meeting is left"


async def test_what_is_taken_back_while_it_is_carried_out_does_not_stay(bridge: Bridge) -> None:
    await bridge.says(HEARD)
    await bridge.goes_on()
    assert bridge.media.routed == routes(HEARD)
    await bridge.says(SILENT)
    await bridge.says(HEARD)
    await bridge.goes_on()
    assert bridge.media.routed == routes(SILENT), "the older wish was on its way"
    await bridge.goes_on()
    assert bridge.media.routed == routes(HEARD)


async def test_of_many_wishes_that_wait_only_the_newest_is_carried_out(bridge: Bridge) -> None:
    await bridge.says(HEARD)
    for meeting in (SILENT, HEARD, SILENT):
        await bridge.says(meeting)
    await bridge.goes_on()
    await bridge.goes_on()
    assert bridge.media.routed == routes(SILENT)
    assert bridge.media.done == ["route", "route"]


async def test_who_parted_is_silent_before_she_is_closed(bridge: Bridge) -> None:
    await bridge.says(HEARD)
    await bridge.goes_on()
    (parted,) = (e for e in decide(HEARD, c.Leave(MIA), 0) if isinstance(e, Parted))
    await bridge.says(after(HEARD, c.Leave(MIA)), parted)
    assert bridge.media.done == ["route"]
    await bridge.goes_on()
    assert bridge.media.done == ["route", "route", f"close {MIA}"]
    assert Track(MIA, next(iter(routes(HEARD))).kind) not in bridge.media.routed


async def test_who_has_the_turn_is_told_when_it_changes(bridge: Bridge) -> None:
    held = after(circle(MIA, MARA), c.SetFloor(FIONA, Floor.HELD), c.RaiseHand(MIA), c.CallOn(FIONA, MIA))
    await bridge.says(held)
    await bridge.says(held)
    assert bridge.media.done == [f"hold {[MIA]}"]
