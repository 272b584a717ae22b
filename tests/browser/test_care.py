"""What protects a group, in real windows: messages a facilitator looks at first, the private line, and the pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import PHONE, WIDE

if TYPE_CHECKING:
    from .stage import Gathering

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "desk"])
async def test_message_is_seen_when_a_facilitator_has_approved_it(
    gathering: Gathering, size: tuple[int, int]
) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False, size=size)
    mia = await gathering.member("Mia", ada, mic=False, camera=False, size=size)
    zoe = await gathering.member("Zoe", ada, mic=False, camera=False, size=size)
    await ada.show("chat")
    await ada.at("chat-lead-open").click()
    await ada.at("chat-mode-choice").select_option("approved")
    await ada.at("chat-mode-choice-set").click()
    await mia.show("chat")
    await expect(mia.at("chat-mode")).to_contain_text("wait for a facilitator")
    await mia.say("May I ask something?")
    await mia.say("Forget that one")
    await expect(mia.at("chat-held")).to_have_count(2)
    await zoe.reads()
    await ada.at("chat-message").filter(has_text="May I").get_by_test_id("chat-approve").click()
    await ada.at("chat-message").filter(has_text="Forget").get_by_test_id("chat-decline").click()
    for person in (mia, zoe, ada):
        await person.reads("May I ask something?")
    await expect(mia.at("chat-held")).to_have_count(0)


async def test_private_line_is_read_by_facilitators_only(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada, mic=False, camera=False)
    zoe = await gathering.member("Zoe", ada, mic=False, camera=False)
    await mia.show("chat")
    await mia.at("thread-line").click()
    await expect(mia.at("line-foot")).to_contain_text("Only the facilitators read this")
    await mia.say("I cannot speak today.")
    await ada.show("chat")
    await ada.at("thread-line").click()
    await ada.at("private-line").click()
    await ada.reads("I cannot speak today.")
    await ada.say("That is fine. Just be here.")
    await mia.reads("I cannot speak today.", "That is fine. Just be here.")
    await zoe.reads()
    await zoe.at("thread-line").click()
    await zoe.reads()
    await ada.at("thread-room").click()
    await ada.say("Good evening")
    await zoe.at("thread-room").click()
    await zoe.reads("Good evening")


async def test_pause_stops_sound_picture_and_chat_until_it_goes_on(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await mia.sees_and_hears(ada)
    await ada.sees_and_hears(mia)
    await ada.show("people")
    await ada.at("pause").click()
    await ada.hide("people")
    await expect(mia.at("paused")).to_have_attribute("data-by", "hand")
    await expect(mia.at("paused")).to_contain_text("A facilitator paused the meeting")
    await mia.show("chat")
    await expect(mia.at("chat-paused")).to_be_visible()
    await expect(mia.at("chat-input")).to_have_count(0)
    # a need waits for no mode
    await mia.at("need-open").click()
    await mia.at("need-ask").click()
    await expect(ada.at("call")).to_contain_text("Mia needs someone")
    before = (await ada.watch("from", mia.id))["audioPackets"]
    await mia.watch("sendAnyway", "audio", 50, 20_000)
    assert (await ada.watch("from", mia.id))["audioPackets"] - before < 10, "only what was on its way"
    await mia.at("need-withdraw").click()
    await ada.at("go-on").click()
    await expect(mia.at("paused")).to_have_count(0)
    await mia.sees_and_hears(ada)
    await ada.sees_and_hears(mia)
