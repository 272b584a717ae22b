"""A reload, a cut socket, another network: she keeps her place, nothing is missing, nobody has to do anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .relay import Relay
from .stage import PATIENCE_MS

if TYPE_CHECKING:
    from .stage import Gathering

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]


async def test_reload_comes_back_to_the_seat_without_the_lobby(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await ada.say("Welcome")
    await mia.reads("Welcome")
    await mia.hide("chat")
    await ada.sees_and_hears(mia)
    before = mia.id
    await mia.page.reload()
    await mia.is_inside()
    assert mia.id == before
    for kind in ("mic", "camera"):
        await expect(mia.at(kind)).to_have_attribute("data-state", "on")
    await mia.sees_and_hears(ada)
    await ada.sees_and_hears(mia)
    await mia.say("Sorry, my phone.")
    for person in (ada, mia):
        await person.reads("Welcome", "Sorry, my phone.")
        await expect(person.at("tile")).to_have_count(2)
    await expect(ada.at("request")).to_have_count(0)
    assert mia.page.url == f"{gathering.house.url}/"


async def test_facilitator_who_reloads_is_back_at_once_and_leads(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await ada.page.reload()
    await ada.is_inside()
    await ada.sees_and_hears(mia)
    await mia.sees_and_hears(ada)
    await expect(mia.at("meeting")).to_have_attribute("data-status", "open")
    zoe = await gathering.visitor("Zoe")
    await zoe.knock(gathering.group.link(), mic=False, camera=False)
    await ada.answer("Zoe", "admit")
    await zoe.is_inside()


async def test_reload_in_the_lobby_still_waits_there(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.visitor("Mia")
    await mia.knock(gathering.group.link())
    await expect(mia.at("lobby")).to_be_visible()
    await mia.page.reload()
    await expect(mia.at("lobby")).to_be_visible()
    await ada.answer("Mia", "admit")
    await mia.is_inside()
    await ada.sees_and_hears(mia)


async def test_cut_socket_resumes_with_nothing_missing_while_media_flows_on(gathering: Gathering) -> None:
    async with Relay.before(gathering.house.server.port) as relay:
        ada = await gathering.facilitator("Ada")
        mia = await gathering.member("Mia", ada, port=relay.port)
        zoe = await gathering.member("Zoe", ada, mic=False, camera=False)
        mia.complaints.expected = ("WebSocket connection",)
        await mia.say("one")
        await ada.reads("one")
        await mia.sees(ada)
        relay.cut()
        await expect(mia.at("reconnecting")).to_contain_text("Your place is kept")
        await expect(ada.tile(mia)).to_contain_text("connection lost")
        await ada.say("two")
        await zoe.say("three")
        await ada.say("four")
        await mia.say("five")
        await ada.reads("one", "two", "three", "four")
        await ada.sees(mia)
        await mia.sees(ada)
        await expect(mia.at("chat-outgoing")).to_have_count(1)
        relay.mend()
        for person in (ada, mia):
            await person.reads("one", "two", "three", "four", "five")
            await expect(person.at("chat-outgoing")).to_have_count(0)
        await expect(mia.at("reconnecting")).to_have_count(0)
        await expect(ada.tile(mia)).not_to_contain_text("connection lost")
        await expect(ada.at("request")).to_have_count(0)
        await mia.hide("chat")
        await mia.sees_and_hears(ada)
        await ada.sees_and_hears(mia)


async def test_what_was_ordered_without_a_socket_is_done_once(gathering: Gathering) -> None:
    async with Relay.before(gathering.house.server.port) as relay:
        ada = await gathering.facilitator("Ada", port=relay.port, mic=False, camera=False)
        mia = await gathering.member("Mia", ada)
        ada.complaints.expected = ("WebSocket connection",)
        relay.cut()
        await expect(ada.at("reconnecting")).to_be_visible()
        await ada.act_on(mia, "mute")
        relay.mend()
        await expect(mia.at("mic")).to_have_attribute("data-state", "held")
        await ada.act_on(mia, "allow-mic")
        await mia.at("mic").click()
        await expect(mia.at("mic")).to_have_attribute("data-state", "on")
        await ada.hears(mia)
        await expect(ada.at("notice")).to_have_count(0)


async def test_changed_network_recovers_by_itself(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    mia.complaints.expected = ("net::ERR_INTERNET_DISCONNECTED",)
    await ada.sees_and_hears(mia)
    first = await mia.watch("credentials")
    await mia.page.context.set_offline(offline=True)
    await mia.page.context.set_offline(offline=False)
    await mia.watch("renewed", first, PATIENCE_MS)
    await mia.sees_and_hears(ada)
    await ada.sees_and_hears(mia)
    assert await mia.watch("opened") == 1, "the same transport, moved to another path"


async def test_second_window_with_the_same_place_stops_the_first(gathering: Gathering) -> None:
    """A duplicated tab holds the same history state: the newest one counts."""
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.member("Mia", ada)
    kept = await mia.watch("memory")
    twin = await gathering.visitor("Mia again")
    await twin.page.goto(gathering.house.url)
    await twin.watch("remember", kept)
    await twin.page.reload()
    await twin.is_inside()
    assert twin.id == mia.id
    await mia.is_over("replaced", "You are here in another window")
    assert await mia.watch("shut")
    await ada.sees_and_hears(twin)
