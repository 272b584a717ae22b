"""People in real browsers see, hear and read each other, sealed; nothing unsealed is ever shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .plain_peer import PlainPeer
from .stage import PATIENCE_MS

if TYPE_CHECKING:
    from .stage import Gathering

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


@pytest.mark.timeout(120)
async def test_three_people_see_hear_and_read_each_other(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    zoe = await gathering.member("Zoe", ada)
    for person, others in ((ada, (mia, zoe)), (mia, (ada, zoe)), (zoe, (ada, mia))):
        await person.sees_and_hears(*others)
    for person in (ada, mia, zoe):
        for other in (ada, mia, zoe):
            await expect(person.tile(other)).to_have_attribute("data-encrypted", "true")
        await expect(person.at("encrypted")).to_be_visible()
        for what in ("all", ada.id, mia.id, zoe.id):
            assert await person.watch("mark", what) > 0, "called encrypted before a frame was counted"
    await ada.say("How was your night?")
    await mia.say("Short.")
    await zoe.say("Shorter ☺")
    for person in (ada, mia, zoe):
        await person.reads("How was your night?", "Short.", "Shorter ☺")


async def test_nothing_is_called_encrypted_before_anything_arrives(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada)
    await expect(ada.tile(mia)).to_have_attribute("data-encrypted", "true")
    await expect(ada.at("encrypted")).to_be_visible()
    await expect(mia.at("meeting")).to_be_visible()
    for testid in ("mic", "camera"):
        await expect(ada.at(testid)).to_have_attribute("data-state", "off")
    # Ada sends nothing: for Mia nothing arrives, so nothing may be called encrypted but what she seals herself.
    await expect(mia.tile(mia)).to_have_attribute("data-encrypted", "true")
    await expect(mia.tile(ada)).to_have_attribute("data-encrypted", "false")
    await expect(mia.at("encrypted")).to_have_count(0)
    for testid in ("mic", "camera"):
        await mia.at(testid).click()
    await expect(ada.tile(mia)).to_have_attribute("data-encrypted", "false")
    await expect(ada.at("encrypted")).to_have_count(0)


@pytest.mark.usefixtures("loopback_candidates")
async def test_unsealed_media_is_refused_and_counted_and_never_shown(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    async with PlainPeer.knocking(gathering.group, "Eve") as eve:
        await ada.answer("Eve", "admit")
        await eve.send_everything()
        # At the same time: a notice stands for twelve seconds.
        notices = [person.at("notice").filter(has_text="Eve") for person in (ada, mia)]
        await asyncio.gather(*(expect(each).to_contain_text("refused and not shown") for each in notices))
        for person in (ada, mia):
            await person.watch("receives", eve.id, 20, PATIENCE_MS)
            await person.watch("refuses", eve.id, 60, PATIENCE_MS)
            await expect(person.tile(eve)).to_have_attribute("data-encrypted", "false")
            await expect(person.at("encrypted")).to_have_count(0)
            from_eve = await person.watch("from", eve.id)
            assert (from_eve["framesDecoded"], from_eve["audioEnergy"]) == (0, 0)
            assert await person.watch("mark", eve.id) is None
        await ada.sees_and_hears(mia)
        await expect(ada.tile(mia)).to_have_attribute("data-encrypted", "true")
