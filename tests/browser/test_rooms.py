"""Small rooms and quiet rooms in real windows: who is asked, where she is moved, and that sound and picture come along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import WIDE

if TYPE_CHECKING:
    from .stage import Gathering, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]


async def plan_one_room(lead: Visitor, host: Visitor, *others: Visitor) -> None:
    """Asks everybody named whether she would like to go."""
    await lead.show("rooms")
    await lead.at("rooms-fewer").click()
    await lead.at("room-topic").fill("Sleep")
    await lead.at("room-host").select_option(host.id)
    for person in others:
        await lead.page.locator(f'[data-testid=place-in][data-person="{person.id}"]').select_option("0")
    await lead.at("rooms-show").click()


async def is_in(person: Visitor, room: str, count: int) -> None:
    """She is in a room of this kind (`main`, `b`, `q`) and sees so many people, herself counted."""
    await expect(person.page.locator(f'[data-testid=turn][data-room^="{room}"]')).to_have_count(1)
    await expect(person.at("tile")).to_have_count(count)


async def test_breakout_and_back_with_sound_and_picture(gathering: Gathering) -> None:
    """A facilitator with her phone, the others at their desks: each side of it in one of the two sizes."""
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada, size=WIDE)
    zoe = await gathering.member("Zoe", ada, size=WIDE)
    await ada.sees_and_hears(mia, zoe)
    await plan_one_room(ada, mia, zoe)
    await expect(zoe.at("breakout-invitation")).to_contain_text("Sleep")
    await expect(zoe.at("breakout-invitation")).to_contain_text("Mia looks after this room")
    await zoe.at("breakout-stay").click()
    await mia.at("breakout-go").click()
    await expect(ada.at("rooms-answers")).to_contain_text("1 goes")
    await expect(ada.at("rooms-answers")).to_contain_text("1 stays")
    for person in (mia, zoe):
        await is_in(person, "main", 3)

    await ada.at("rooms-open").click()
    await is_in(mia, "b", 1)
    await is_in(zoe, "main", 2)
    await zoe.at("breakout-go").click()
    await is_in(zoe, "b", 2)
    await expect(ada.at("tile")).to_have_count(1)
    await zoe.sees_and_hears(mia)
    await mia.sees_and_hears(zoe)

    await zoe.at("breakout-call").click()
    await expect(mia.at("breakout-word")).to_have_text(
        "A facilitator was called and comes as soon as possible."
    )
    await ada.hide("rooms")
    await ada.at("call-go").click()
    await is_in(ada, "b", 3)
    await expect(zoe.at("breakout-word")).to_have_text("Ada is here.")
    await expect(ada.at("calls")).to_have_count(0)
    await zoe.sees_and_hears(ada)

    await ada.show("rooms")
    await ada.at("rooms-recall-now").click()
    for person in (ada, mia, zoe):
        await is_in(person, "main", 3)
    await ada.sees_and_hears(mia, zoe)
    await mia.sees_and_hears(ada, zoe)
    await zoe.sees_and_hears(ada, mia)


async def test_quiet_room_looks_like_being_away_to_the_third(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    zoe = await gathering.member("Zoe", ada)
    await zoe.sees_and_hears(ada, mia)
    await mia.at("need-open").click()
    await mia.at("need-ask").click()
    await expect(mia.at("need")).to_contain_text("Only they see that you asked")
    await expect(zoe.at("calls")).to_have_count(0)
    await ada.at("call-go").click()

    await is_in(mia, "q", 2)
    await is_in(ada, "q", 2)
    await expect(mia.at("quiet")).to_contain_text("You are with Ada")
    await is_in(zoe, "main", 3)
    for other in (ada, mia):
        await expect(zoe.tile(other).get_by_test_id("tile-away")).to_be_visible()
        await expect(zoe.tile(other)).to_have_attribute("data-video", "false")
    before = (await zoe.watch("from", mia.id))["audioPackets"]
    await ada.sees_and_hears(mia)
    await mia.sees_and_hears(ada)
    assert (await zoe.watch("from", mia.id))["audioPackets"] - before < 10, "only what was on its way"

    # back at their places, and what was open for one other is not open to the group
    await mia.at("quiet-end").click()
    for person in (ada, mia, zoe):
        await is_in(person, "main", 3)
        await expect(person.at("tile-away")).to_have_count(0)
    for kind in ("mic", "camera"):
        await expect(mia.at(kind)).to_have_attribute("data-state", "off")
        await mia.at(kind).click()
    await zoe.sees_and_hears(mia)
