"""What facilitators do to others holds against the page it is done to; removal, muting, the camera, the waiting room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import WIDE

if TYPE_CHECKING:
    from .stage import Gathering

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]


async def test_removed_page_is_cut_off_and_stays_out_until_it_is_undone(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", size=WIDE)
    mia = await gathering.member("Mia", ada)
    zoe = await gathering.member("Zoe", ada, size=WIDE)
    await ada.sees_and_hears(mia, zoe)
    await ada.act_on(mia, "remove")
    await mia.is_over("removed", "A facilitator removed you")
    assert await mia.watch("shut")
    assert await mia.page.evaluate("history.state") is None
    for person in (ada, zoe):
        await expect(person.at("tile")).to_have_count(2)
    await mia.at("try-again").click()
    await mia.prepare(mic=False, camera=False)  # the offer to undo it stands for fifteen seconds
    await mia.at("knock").click()
    await mia.is_over("barred", "A facilitator turned you away before")
    await expect(ada.at("request")).to_have_count(0)
    await ada.hide("people")
    await ada.at("undo-toast").get_by_test_id("undo").click()
    await mia.at("try-again").click()
    await mia.prepare()
    await mia.at("knock").click()
    await mia.is_inside()
    await expect(ada.at("request")).to_have_count(0)
    await mia.sees_and_hears(ada, zoe)
    await zoe.sees_and_hears(mia)


async def test_closed_microphone_cannot_be_opened_by_its_owner(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await ada.sees_and_hears(mia)
    await ada.act_on(mia, "mute")
    await expect(mia.at("mic")).to_have_attribute("data-state", "held")
    await expect(mia.at("notice").filter(has_text="closed your microphone")).to_have_count(1)
    await mia.at("dismiss").click()
    await mia.at("mic").click()
    await expect(mia.at("notice").filter(has_text="closed your microphone")).to_have_count(1)
    await expect(mia.at("mic")).to_have_attribute("data-state", "held")
    # A page that was tampered with sends all the same: its packets leave it and reach nobody.
    await ada.sees(mia)
    before = (await ada.watch("from", mia.id))["audioPackets"]
    await mia.watch("sendAnyway", "audio", 50, 20_000)
    await ada.sees(mia)
    assert (await ada.watch("from", mia.id))["audioPackets"] == before
    await ada.act_on(mia, "allow-mic")
    await expect(mia.at("mic")).to_have_attribute("data-state", "off")
    await mia.at("mic").click()
    await expect(mia.at("mic")).to_have_attribute("data-state", "on")
    await ada.hears(mia)


async def test_closed_camera_cannot_be_opened_by_its_owner(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await ada.sees_and_hears(mia)
    await ada.act_on(mia, "stop-camera")
    await expect(mia.at("camera")).to_have_attribute("data-state", "held")
    await expect(ada.tile(mia)).to_have_attribute("data-video", "false")
    await mia.sees(ada)  # by then what was on its way has been decoded
    before = await ada.watch("total", "inbound-rtp", "framesDecoded")
    await mia.watch("sendAnyway", "video", 50, 20_000)
    await expect(ada.tile(mia)).to_have_attribute("data-video", "false")
    assert await ada.watch("total", "inbound-rtp", "framesDecoded") - before < 5, "only what was on its way"
    await mia.at("camera").click()
    await expect(mia.at("camera")).to_have_attribute("data-state", "held")
    await ada.act_on(mia, "allow-camera")
    await mia.at("camera").click()
    await ada.sees(mia)


async def test_sent_to_the_waiting_room_and_called_back(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    zoe = await gathering.member("Zoe", ada)
    await zoe.sees_and_hears(mia)
    await ada.act_on(mia, "send-to-lobby")
    await expect(mia.at("lobby")).to_contain_text("Your place is not lost")
    await ada.say("Only for those inside")
    await zoe.reads("Only for those inside")
    for person in (ada, zoe):
        await expect(person.at("tile")).to_have_count(2)
    sent = await mia.watch("total", "outbound-rtp", "packetsSent")
    await zoe.hide("chat")
    await zoe.sees(ada)
    assert await mia.watch("total", "outbound-rtp", "packetsSent") == sent
    await ada.hide("chat")
    await ada.answer("Mia", "admit")
    await mia.is_inside()
    await mia.sees_and_hears(ada, zoe)
    await mia.reads()


async def test_deleted_message_disappears_for_everybody(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada, mic=False, camera=False)
    await mia.say("one")
    await mia.say("two")
    await ada.say("three")
    await mia.reads("one", "two", "three")
    await expect(mia.at("chat-message").filter(has_text="three").get_by_test_id("chat-delete")).to_have_count(
        0
    )
    await ada.at("chat-message").filter(has_text="one").get_by_test_id("chat-delete").click()
    await mia.at("chat-message").filter(has_text="two").get_by_test_id("chat-delete").click()
    for person in (ada, mia):
        await person.reads("three")
