"""When a meeting has ended, nothing in this process holds anything of it any more."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.config import Settings
from server.hosting.directory import LiveMeeting
from server.hosting.meeting_host import MeetingHost
from server.hosting.ports import Checkpoint, Entry
from server.hosting.replica import Replica, Step
from server.media.dtls import DtlsServer
from server.media.ice_lite import IceLite
from server.media.peer import Peer
from server.media.publication import Publication
from server.media.reconcile import MeetingMedia
from server.media.sdp import Offer
from server.media.srtp import InboundSrtp, OutboundSrtp
from server.media.srtp_keys import SrtpKeys
from server.media.subscription import Subscription
from server.rooms.rules import Rules
from server.rooms.state import ChatMessage, Meeting, Participant
from server.rtp.history import History
from server.signaling.arrivals import Place
from server.signaling.endpoint import _Connection
from server.signaling.fanout import Fanout
from server.signaling.outbox import Outbox
from server.signaling.session import Session
from tests.support.live_server import live_server
from tests.support.manual_clock import ManualClock, settle
from tests.support.wire_client import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

OFFER = (Path(__file__).parents[1] / "vectors/sdp/chromium_meeting.sdp").read_bytes().decode()
OF_A_MEETING = (
    *(LiveMeeting, MeetingHost, Replica, Step, Place, Fanout, MeetingMedia, Peer),
    *(Meeting, Participant, ChatMessage, Entry, Checkpoint, Outbox, Session, _Connection),
    *(Offer, IceLite, DtlsServer, SrtpKeys, InboundSrtp, OutboundSrtp, Publication, Subscription, History),
)
GRACE_MS = Rules().grace_ms


@pytest.fixture(autouse=True)
def _only_what_is_new() -> Iterator[None]:
    """Leave what thousands of tests before have made out of every search: it makes one as slow as a second."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def held() -> list[str]:
    """Names only: what is found must not be kept alive by a failing assertion."""
    gc.collect()
    return sorted(type(each).__name__ for each in gc.get_objects() if isinstance(each, OF_A_MEETING))


async def test_a_meeting_that_has_ended_is_nowhere_in_memory() -> None:
    async with live_server(Settings(media_port=0, media_workers=0), clock=ManualClock()) as server:
        before = held()
        group = server.group()
        ada, mia = await group.person("facilitator"), await group.person()
        for client in (ada, mia):
            await client.join(OFFER)
        await ada.do("admit", who=mia.you)
        await mia.say("a word")
        with contextlib.suppress(Refused):
            await mia.do("lock")
        assert {"MeetingHost", "Replica", "Fanout", "MeetingMedia", "Peer", "ChatMessage"} <= set(held())
        await ada.do("end")
        assert (await ada.wait_closed(), await mia.wait_closed()) == (4412, 4412)
        await let_go(before)


async def test_nor_one_whose_last_grace_is_over() -> None:
    clock = ManualClock()
    async with live_server(Settings(media_port=0, media_workers=0), clock=clock) as server:
        before = held()
        ada = await server.group().person("facilitator")
        await ada.join(OFFER)
        await ada.say("a word")
        await ada.cut()
        async with asyncio.timeout(30):
            while "_Connection" in held():  # noqa: ASYNC110 - the server notices in its own time
                await asyncio.sleep(0)
        await settle()  # her loss is carried out after her connection is gone: her grace begins then
        assert {"Meeting", "Peer", "ChatMessage"} <= set(held())
        await clock.advance(GRACE_MS)
        await let_go(before)


async def let_go(before: list[str]) -> None:
    await settle()
    async with asyncio.timeout(30):
        while held() != before:  # noqa: ASYNC110 - connections let go a moment after their clients know
            await asyncio.sleep(0)
