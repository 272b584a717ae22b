"""A circle among three people in real windows: the same order on every screen, every answer, and the held floor on packets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import PHONE, WIDE

if TYPE_CHECKING:
    from .stage import Gathering, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]


async def start(lead: Visitor, *, minutes: str = "3") -> None:
    """A circle of the members in the order in which they came."""
    await lead.show("circle")
    await lead.at("round-minutes").select_option(minutes)
    await lead.at("round-start").click()


async def turn_is(everybody: list[Visitor], now: Visitor, phase: str) -> None:
    for person in everybody:
        await expect(person.at("strip")).to_have_attribute("data-phase", phase)
        await expect(person.at("strip")).to_have_attribute("data-now", now.id)


async def order_is(everybody: list[Visitor], *standings: tuple[Visitor, str]) -> None:
    """Every screen shows these people, in this order, with this standing."""
    for person in everybody:
        await person.show("circle")
        await expect(person.at("place")).to_have_count(len(standings))
        for index, (who, standing) in enumerate(standings):
            place = person.at("place").nth(index)
            await expect(place).to_have_attribute("data-person", who.id)
            await expect(place).to_have_attribute("data-standing", standing)


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "desk"])
async def test_whole_circle_is_the_same_on_every_screen(gathering: Gathering, size: tuple[int, int]) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False, size=size)
    mia = await gathering.member("Mia", ada, mic=False, camera=False, size=size)
    zoe = await gathering.member("Zoe", ada, mic=False, camera=False, size=size)
    eva = await gathering.member("Eva", ada, mic=False, camera=False, size=size)
    everybody = [ada, mia, zoe, eva]

    await start(ada)
    await turn_is(everybody, mia, "offered")
    await order_is(everybody, (mia, "offered"), (zoe, "waiting"), (eva, "waiting"))
    await expect(zoe.at("strip-next")).to_have_text("Next: you")
    await expect(zoe.at("turn-said")).to_have_text("You are next.")
    await expect(eva.at("strip-place")).to_have_text("You are 3rd")
    for other in (ada, zoe, eva):
        await expect(other.at("take")).to_have_count(0)

    await mia.at("later").click()
    await turn_is(everybody, zoe, "offered")
    await expect(zoe.at("turn-said")).to_have_text("It is your turn, if you like.")
    await zoe.at("take").click()
    await turn_is(everybody, zoe, "sharing")
    # nothing opened her microphone, and it says so
    await expect(zoe.at("share-mic-off")).to_be_visible()
    await expect(zoe.at("mic")).to_have_attribute("data-state", "off")
    await expect(zoe.at("time-left")).to_have_text(re.compile("About . minutes left"))
    await expect(ada.at("time-left")).to_be_visible()
    await expect(eva.at("time-left")).to_have_count(0)
    await zoe.at("done").click()

    await turn_is(everybody, eva, "offered")
    await eva.at("pass").click()
    # who said later is asked once more, and only once
    await turn_is(everybody, mia, "offered")
    await order_is(everybody, (mia, "offered"), (zoe, "shared"), (eva, "passed"))
    await expect(mia.at("take")).to_be_visible()
    await expect(mia.at("later")).to_have_count(0)
    await expect(ada.at("passed")).to_have_text("Eva")
    await expect(ada.at("not-heard")).to_have_text("Mia")
    await ada.at("skip").click()

    # those who passed may add something; in writing, too
    for person in everybody:
        await expect(person.at("strip")).to_have_attribute("data-phase", "open")
    await expect(zoe.at("take")).to_have_count(0)
    await eva.at("write").click()
    await eva.at("write-input").fill("A quiet week, and one good night.")
    await eva.at("write-send").click()
    await ada.reads("A quiet week, and one good night.")


async def test_reload_keeps_the_turn(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada, mic=False, camera=False)
    zoe = await gathering.member("Zoe", ada, mic=False, camera=False)
    await start(ada)
    await mia.at("take").click()
    await turn_is([ada, mia, zoe], mia, "sharing")
    await mia.page.reload()
    await mia.is_inside()
    await turn_is([ada, mia, zoe], mia, "sharing")
    await expect(mia.at("share")).to_be_visible()
    await mia.at("done").click()
    await turn_is([ada, mia, zoe], zoe, "offered")


async def test_held_floor_lets_only_the_speaker_be_heard(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada)
    zoe = await gathering.member("Zoe", ada)
    await ada.sees_and_hears(mia, zoe)
    await start(ada)
    await mia.at("take").click()
    await ada.at("floor-held").click()
    await expect(zoe.at("mic")).to_contain_text("not heard")
    await expect(zoe.at("strip-floor")).to_be_visible()
    await expect(mia.at("strip-floor")).to_have_count(0)

    await ada.receives_sound(mia)  # by then the floor is held in the media server, too
    before = (await ada.watch("from", zoe.id))["audioPackets"]
    for listener in (ada, zoe):
        await listener.receives_sound(mia)
    await ada.sees(zoe)
    assert (await ada.watch("from", zoe.id))["audioPackets"] - before < 10, "only what was on its way"

    # the floor follows the turn
    await mia.at("done").click()
    await zoe.at("take").click()
    await expect(mia.at("mic")).to_contain_text("not heard")
    await ada.hears(zoe)
    await ada.at("floor-open").click()
    await ada.hears(mia)


async def test_back_soon_closes_devices_and_keeps_the_place(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada)
    zoe = await gathering.member("Zoe", ada, mic=False, camera=False)
    await mia.at("away").click()
    await expect(ada.tile(mia).get_by_test_id("tile-away")).to_be_visible()
    for kind in ("mic", "camera"):
        await expect(mia.at(kind)).to_have_attribute("data-state", "off")
    await start(ada)
    await turn_is([ada, mia, zoe], zoe, "offered")
    await zoe.at("take").click()
    await mia.at("away").click()
    await expect(mia.at("strip-next")).to_have_text("Next: you")
    await expect(mia.at("mic")).to_have_attribute("data-state", "off")
    await zoe.at("done").click()
    await turn_is([ada, mia, zoe], mia, "offered")


async def test_hands_have_one_order_and_a_facilitator_calls(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada, mic=False, camera=False)
    zoe = await gathering.member("Zoe", ada, mic=False, camera=False)
    await zoe.at("hand").click()
    await expect(zoe.at("hand")).to_have_attribute("data-state", "up")
    await mia.at("hand").click()
    for person in (ada, mia, zoe):
        await expect(person.at("strip-hands")).to_have_text("Hands: Zoe and Mia")
    await ada.show("circle")
    await ada.at("raised").filter(has_text="Zoe").get_by_test_id("call-on").click()
    await expect(zoe.at("strip-now")).to_have_text("It is your turn to speak")
    for person in (ada, mia):
        await expect(person.at("strip-now")).to_have_text("Zoe has been called on")
    await zoe.at("hand").click()
    for person in (ada, mia, zoe):
        await expect(person.at("strip-now")).to_have_count(0)
        await expect(person.at("strip-hands")).to_have_text("Hands: Mia")
