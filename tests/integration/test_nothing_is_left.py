"""When a meeting has ended, nothing in this process holds anything of it any more."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from pathlib import Path

from server.config import Settings
from server.hosting.directory import LiveMeeting
from server.hosting.meeting_host import MeetingHost
from server.hosting.replica import Replica, Step
from server.media.peer import Peer
from server.media.reconcile import MeetingMedia
from server.rooms.state import ChatMessage, Meeting, Participant
from server.signaling.arrivals import Place
from server.signaling.fanout import Fanout
from tests.support.live_server import live_server
from tests.support.manual_clock import ManualClock, settle
from tests.support.wire_client import Refused

OFFER = (Path(__file__).parents[1] / "vectors/sdp/chromium_meeting.sdp").read_bytes().decode()
OF_A_MEETING = (
    *(LiveMeeting, MeetingHost, Replica, Step, Place, Fanout, MeetingMedia, Peer),
    *(Meeting, Participant, ChatMessage),
)


def held() -> list[str]:
    """Names only: what is found must not be kept alive by a failing assertion."""
    gc.collect()
    return sorted(type(each).__name__ for each in gc.get_objects() if isinstance(each, OF_A_MEETING))


async def test_a_meeting_that_has_ended_is_nowhere_in_memory() -> None:
    async with live_server(Settings(media_port=0), clock=ManualClock()) as server:
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
        await settle()
        async with asyncio.timeout(5):
            while held() != before:  # noqa: ASYNC110 - connections let go a moment after their clients know
                await asyncio.sleep(0)
