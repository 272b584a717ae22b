"""Somebody else's client, aiortc, sees and hears a member of a rehearsal once it opens the sealed frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aioice.ice
import aiortc.rtcrtpreceiver
import pytest

from tests.integration.people import Person

from .opened_frames import FrameOpener, OpeningDecoder
from .stage import let_in, rehearsing

if TYPE_CHECKING:
    from tests.support.live_server import LiveServer


@pytest.fixture(autouse=True)
def loopback_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aioice leaves 127.0.0.1 out when it gathers; this peer is on this machine."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005


async def test_a_member_is_seen_and_heard_by_aiortc(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = server.group()
    ada = Person(0, await group.person("facilitator", "Ada"))
    opener = FrameOpener(ada.page.sealer, lambda: ada.page.view.people)
    monkeypatch.setattr(aiortc.rtcrtpreceiver, "get_decoder", lambda codec: OpeningDecoder(opener, codec))
    await ada.arrive()
    try:
        async with rehearsing(group, 1) as going:
            (sender,) = await let_in(ada.page, 1)
            await ada.page.until(lambda c: sender in [seat["who"] for seat in c.view.seats])
            seat = [each["who"] for each in ada.page.view.seats].index(sender)
            await ada.peer.seen[seat].next(lambda brightness: 60 < brightness < 160, count=10)
            # In turns of four seconds she hums and is silent.
            await ada.peer.heard[seat].next(lambda pitch: 100 < pitch < 400, count=10)
            # Her keyframe was asked for: aiortc came before any picture was sent, and the seat begins with one.
            assert (await going.outcome()).rows[0].sent > 0
    finally:
        await ada.peer.leave()
    assert opener.refused == 0
