"""Every trouble has a way on: a device is pulled out or taken, the group is full, the browser is old, the server was gone, the page froze."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from server.config import Settings
from server.rooms.rules import DEFAULT_RULES
from tests.support.live_server import live_server

from .relay import Relay
from .stage import PATIENCE_MS, Gathering, House

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.wire_client import WireClient

    from .stage import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]

HARDWARE = Path(__file__).with_name("hardware.js").read_text()
SIGHT = """
  window.beSeen = (seen) => {
    Object.defineProperty(document, 'hidden', { value: !seen, configurable: true });
    Object.defineProperty(document, 'visibilityState', { value: seen ? 'visible' : 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  };
"""
OLD_BROWSER = """
  delete window.RTCRtpScriptTransform;
  delete RTCRtpSender.prototype.createEncodedStreams;
  delete RTCRtpReceiver.prototype.createEncodedStreams;
"""


# ── devices in mid-meeting ───────────────────────────────────────────────────────────────────────


async def test_headset_pulled_out_gives_way_to_the_microphone_that_is_left(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada, scripts=[HARDWARE])
    await ada.hears(mia)
    await mia.page.evaluate("hardware.pullOut('audio')")
    await expect(mia.at("mic")).to_have_attribute("data-state", "on")
    assert await mia.page.evaluate("hardware.given('audio')") == 2
    await ada.hears(mia)
    await expect(mia.at("interrupted")).to_have_count(0)


async def test_unplugged_device_comes_back_by_a_tap(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada, scripts=[HARDWARE])
    await ada.sees_and_hears(mia)
    await mia.page.evaluate("hardware.unplugAll()")
    await expect(mia.at("interrupted")).to_contain_text("Something interrupted your microphone and camera")
    await expect(ada.tile(mia)).to_contain_text("microphone off")
    await expect(ada.tile(mia)).to_have_attribute("data-video", "false")
    await mia.sees_and_hears(ada)
    await mia.page.evaluate("hardware.plugIn()")
    await mia.at("take-up").click()
    await expect(mia.at("interrupted")).to_have_count(0)
    await ada.sees_and_hears(mia)


async def test_tap_before_the_device_is_back_says_so_and_may_be_tried_again(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada, scripts=[HARDWARE])
    await ada.hears(mia)
    await mia.page.evaluate("hardware.unplugAll()")
    await mia.at("take-up").click()
    await expect(mia.at("notice").filter(has_text="No microphone was found")).to_be_visible()
    await mia.say("My headset is gone, I am still here.")
    await ada.reads("My headset is gone, I am still here.")
    await ada.hide("chat")
    await mia.page.evaluate("hardware.plugIn()")
    for kind in ("mic", "camera"):
        await mia.at(kind).click()
        await expect(mia.at(kind)).to_have_attribute("data-state", "on")
    await ada.sees_and_hears(mia)


@pytest.mark.parametrize(("way", "given"), [("by itself", 1), ("by a tap", 2)])
async def test_device_taken_by_a_call_goes_on(gathering: Gathering, way: str, given: int) -> None:
    """What is not given back stays silent: a tap asks for another track."""
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada, scripts=[HARDWARE])
    await ada.hears(mia)
    await mia.page.evaluate("hardware.take('audio')")
    await expect(mia.at("interrupted")).to_contain_text("Something interrupted your microphone")
    await expect(ada.tile(mia)).to_contain_text("microphone off")
    if way == "by itself":
        await mia.page.evaluate("hardware.giveBack('audio')")
    else:
        await mia.at("take-up").click()
    await expect(mia.at("interrupted")).to_have_count(0)
    await expect(ada.tile(mia)).not_to_contain_text("microphone off")
    await ada.hears(mia)
    assert await mia.page.evaluate("hardware.given('audio')") == given


# ── before coming in ─────────────────────────────────────────────────────────────────────────────


async def test_expired_link_leads_to_help_or_to_a_new_group(gathering: Gathering) -> None:
    now_s = int(time.time())
    mia = await gathering.visitor("Mia")
    await mia.open(gathering.group.link(not_before_s=now_s - 7200, expires_s=now_s - 1))
    await mia.is_over("token_expired", "Please ask the person who gave it to you for a new one")
    await mia.at("help-in-text").click()
    await expect(mia.at("help-card")).to_be_visible()
    await mia.at("help-close").click()
    await mia.at("start-over").click()
    await expect(mia.at("start")).to_be_visible()


async def go_away(one: WireClient) -> None:
    await one.send({"t": "leave", "id": one.next_id()})
    await one.wait_closed()


async def test_full_group_lets_her_try_again_and_keeps_what_she_typed(gathering: Gathering) -> None:
    waiting = [await gathering.group.person() for _ in range(DEFAULT_RULES.max_lobby)]
    await asyncio.gather(*(one.join() for one in waiting))
    mia = await gathering.visitor("Mia")
    await mia.knock(gathering.group.link(), mic=False, camera=False)
    await expect(mia.at("knock-problem")).to_contain_text("The meeting is full just now. You can try again")
    await go_away(waiting.pop())
    await mia.at("knock").click()
    await expect(mia.at("lobby")).to_be_visible()
    await asyncio.gather(*map(go_away, waiting))
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    await ada.answer("Mia", "admit")
    await mia.is_inside()


async def test_browser_that_cannot_encrypt_says_so_at_the_door_and_reads_and_types(
    gathering: Gathering,
) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.visitor("Mia", scripts=[HARDWARE, OLD_BROWSER])
    await mia.open(gathering.group.link())
    await mia.prepare(mic=False, camera=False)
    await expect(mia.at("unsupported")).to_contain_text("You can read and write in the chat")
    await expect(mia.at("preview-mic")).to_have_count(0)
    await expect(mia.at("knock")).to_contain_text("Ask to read and type")
    await mia.at("knock").click()
    await ada.answer("Mia", "admit")
    await mia.is_inside()
    await mia.at("unsupported-close").click()
    await mia.at("mic").click()
    await expect(mia.at("notice")).to_contain_text("This browser cannot encrypt")
    await expect(mia.at("mic")).to_have_attribute("data-state", "none")
    assert await mia.page.evaluate("hardware.given('audio')") == 0
    await ada.say("Good to read you")
    await mia.reads("Good to read you")
    await mia.say("An old phone, sorry.")
    await ada.reads("Good to read you", "An old phone, sorry.")
    assert await mia.watch("opened") == 0, "no transport, so nothing that is not sealed"
    await expect(mia.at("encrypted")).to_have_count(0)


# ── the server was gone, the page was frozen ─────────────────────────────────────────────────────


async def test_restarted_server_takes_her_back_to_the_door_with_her_link(gathering: Gathering) -> None:
    """It has forgotten the meeting, as it promises; links hold on, and nobody has to load a page."""
    settings = Settings(media_port=0)
    async with live_server(settings) as before:
        meeting = Gathering(House(before, gathering.house.browser))
        ada = await meeting.facilitator("Ada")
        mia = await meeting.member("Mia", ada)
        for person in (ada, mia):
            person.complaints.expected = ("WebSocket connection",)
        await ada.sees_and_hears(mia)
        # The rest of Mia's screens comes after picture and sound; what is lost of it would be complained of.
        await mia.show("chat")
        await expect(mia.at("chat-input")).to_be_visible()
        await mia.hide("chat")
    await expect(mia.at("reconnecting")).to_contain_text("Your place is kept")
    async with live_server(settings, port=before.port):
        for person in (ada, mia):
            await expect(person.at("arrive")).to_be_visible()
            await expect(person.at("notice")).to_contain_text("Your place could not be kept")
            await expect(person.at("reconnecting")).to_have_count(0)
            assert await person.watch("shut"), "nobody is seen or heard who has not agreed again"
            await person.prepare()
            await person.at("knock").click()
        await ada.is_inside()
        await ada.answer("Mia", "admit")
        await mia.is_inside()
        await ada.sees_and_hears(mia)
        await mia.sees_and_hears(ada)
        assert await meeting.close() == []


@contextlib.asynccontextmanager
async def frozen(visitor: Visitor) -> AsyncIterator[None]:
    """Out of sight, and nothing of the page runs until the block ends; what comes meanwhile waits, as on a phone.

    A browser without a screen takes every page for visible, and no visible page is frozen: the debugger holds it.
    """
    await visitor.page.evaluate("beSeen(false)")
    system = await visitor.page.context.new_cdp_session(visitor.page)
    await system.send("Debugger.enable")
    stands = asyncio.Event()
    system.once("Debugger.paused", lambda _where: stands.set())
    await system.send("Debugger.pause")
    await stands.wait()
    yield
    await system.send("Debugger.resume")
    await system.detach()
    await visitor.page.evaluate("beSeen(true)")


async def test_page_in_the_background_gets_sound_and_no_picture(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada, scripts=[SIGHT])
    await mia.sees_and_hears(ada)
    await mia.page.evaluate("beSeen(false)")
    await no_picture_comes(mia, ada)
    await mia.page.evaluate("beSeen(true)")
    await mia.sees(ada)


async def no_picture_comes(mia: Visitor, ada: Visitor) -> None:
    """While her sound goes on; what was on its way comes first. Raises: TimeoutError."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            before = (await mia.watch("from", ada.id))["videoPackets"]
            await mia.receives_sound(ada)
            if (await mia.watch("from", ada.id))["videoPackets"] == before:
                return


async def test_frozen_page_comes_back_by_itself_with_nothing_missing(gathering: Gathering) -> None:
    """The system let the page sleep, and the network gave its socket up meanwhile."""
    async with Relay.before(gathering.house.server.port) as relay:
        ada = await gathering.facilitator("Ada")
        mia = await gathering.member("Mia", ada, port=relay.port, scripts=[SIGHT])
        mia.complaints.expected = ("WebSocket connection",)
        await ada.say("one")
        await mia.reads("one")
        await mia.hide("chat")
        await mia.sees(ada)
        async with frozen(mia):
            await ada.say("two")
            relay.cut()
            await expect(ada.tile(mia)).to_contain_text("connection lost")
            await ada.say("three")
            relay.mend()
        await expect(ada.tile(mia)).not_to_contain_text("connection lost")
        for line in ("reconnecting", "recovering"):
            await expect(mia.at(line)).to_have_count(0)
        await mia.sees_and_hears(ada)
        await mia.reads("one", "two", "three")
        await ada.hide("chat")
        await ada.sees_and_hears(mia)
        await expect(ada.at("request")).to_have_count(0)
