"""A group call through everything: links, WebSocket, meeting rules, SDP, ICE, DTLS, SRTP; real aiortc peers decode it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.stopwatch import stopwatch
from tests.support.wire_client import Refused

from .people import STILL_COMING, admit, comes_to_rest, three_people

if TYPE_CHECKING:
    from tests.support.live_server import LiveServer

pytestmark = pytest.mark.usefixtures("loopback_candidates")


async def test_three_people_see_and_hear_each_other(server: LiveServer) -> None:
    async with three_people(server.group()) as (ada, mia, zoe):
        await admit(ada, mia, zoe)
        for person in (ada, mia, zoe):
            await person.open_everything()
        pairs = [(a, b) for a in (ada, mia, zoe) for b in (ada, mia, zoe) if a is not b]
        await asyncio.gather(*(person.sees_and_hears(other) for person, other in pairs))


async def test_the_lobby_sends_and_receives_nothing(server: LiveServer) -> None:
    async with three_people(server.group()) as (ada, mia, zoe):
        await admit(ada, mia)
        for person in (ada, mia, zoe):
            await person.open_everything()
        await asyncio.gather(ada.sees_and_hears(mia), mia.sees_and_hears(ada))
        assert zoe.received() == 0
        for inside in (ada, mia):
            assert zoe.page.you not in [seat["who"] for seat in inside.page.view.seats]
        assert not any(map(zoe.peer.looks_like, [v for half in ada.peer.seen for v in half.values]))


async def test_a_removed_peers_media_stops_within_a_second_and_it_cannot_come_back(
    server: LiveServer,
) -> None:
    async with three_people(server.group()) as (ada, mia, zoe):
        await admit(ada, mia, zoe)
        for person in (ada, mia, zoe):
            await person.open_everything()
        await asyncio.gather(ada.sees_and_hears(zoe), zoe.sees_and_hears(ada), mia.sees_and_hears(zoe))
        await ada.page.do("remove", who=zoe.page.you)
        async with stopwatch() as since_removed_s:
            assert await zoe.page.wait_closed() == 4403
            await ada.page.until(lambda c: zoe.page.you not in [seat["who"] for seat in c.view.seats])
            assert since_removed_s() < 1
        await ada.sees_and_hears(mia)
        # What was on the way may come out; nothing new does while others get dozens of frames.
        await comes_to_rest(zoe.all_that_came, lambda: mia.sees_and_hears(ada))
        before = zoe.received()
        await mia.sees_and_hears(ada)
        assert zoe.received() - before < STILL_COMING
        await zoe.page.connect()
        with pytest.raises(Refused, match="barred"):
            await zoe.page.join()


async def test_on_a_held_floor_only_the_holder_and_facilitators_are_heard(server: LiveServer) -> None:
    async with three_people(server.group()) as (ada, mia, zoe):
        await admit(ada, mia, zoe)
        for person in (ada, mia, zoe):
            await person.open_everything()
        await asyncio.gather(ada.sees_and_hears(zoe), mia.sees_and_hears(zoe))
        await ada.page.do("set_floor", floor="held")
        order = [mia.page.you, zoe.page.you]
        await ada.page.do("start_round", kind="circle", share_ms=None, order=order, invite_passed=False)
        await mia.page.until(lambda c: c.view.round is not None and c.view.round["who"] == mia.page.you)
        await mia.page.do("take_turn", turn=mia.page.view.round["turn"])
        seat = await ada.seat_of(zoe)
        await ada.page.until(lambda c: not c.view.seats[seat]["audio"])

        async def holder_and_facilitator_are_heard() -> None:
            await asyncio.gather(ada.sees_and_hears(mia), zoe.sees_and_hears(ada), zoe.sees_and_hears(mia))

        await comes_to_rest(lambda: ada.sounds_of(zoe, seat), holder_and_facilitator_are_heard)
        before = len(ada.peer.heard[seat].values)
        await holder_and_facilitator_are_heard()
        await ada.peer.seen[seat].next(zoe.peer.looks_like, count=3)
        assert not any(map(zoe.peer.sounds_like, ada.peer.heard[seat].values[before + STILL_COMING :]))
        await mia.page.do("end_share", turn=mia.page.view.round["turn"])
        await zoe.page.until(lambda c: c.view.round is not None and c.view.round["who"] == zoe.page.you)
        await zoe.page.do("take_turn", turn=zoe.page.view.round["turn"])
        await ada.sees_and_hears(zoe)
