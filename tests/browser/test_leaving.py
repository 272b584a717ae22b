"""Ways out: leave, quick exit, the end for all; what is left behind in the browser is nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import EXIT_PAGE, press_escape

if TYPE_CHECKING:
    from .stage import Gathering, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]

BEFORE = "http://before.test/"
KEPT = """async () => ({
  history: history.state,
  local: localStorage.length,
  session: sessionStorage.length,
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  name: window.name,
  address: location.href,
})"""

FORWARD_AND_BACK_BY_ITSELF = """() => new Promise((back) => {
  addEventListener('popstate', () => { if (history.state?.link) back(); });
  history.forward();
})"""


async def nothing_is_kept(visitor: Visitor) -> None:
    kept = await visitor.page.evaluate(KEPT)
    assert kept.pop("address") == f"{visitor.complaints.origin}/"
    assert not any(kept.values()), kept
    assert await visitor.page.context.cookies() == []


async def test_end_for_all_leaves_nothing_anywhere(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    waiting = await gathering.visitor("Zoe")
    await waiting.knock(gathering.group.link())
    await ada.sees_and_hears(mia)
    await mia.say("Between us")
    await ada.reads("Between us")
    await ada.show("people")
    await ada.at("end").click()
    await ada.at("end-confirm").click()
    for person in (ada, mia, waiting):
        await person.is_over("ended", "Everything about it is erased")
        assert await person.watch("shut")
        await nothing_is_kept(person)
        for secret in ("Between us", "Ada", "Mia"):
            assert secret not in await person.page.content()
    await mia.page.reload()
    await expect(mia.at("start")).to_be_visible()
    again = await gathering.facilitator("Ada")
    await again.reads()
    await expect(again.at("tile")).to_have_count(1)


async def test_who_leaves_is_gone_at_once_and_may_knock_again(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await ada.sees_and_hears(mia)
    await mia.at("leave").click()
    await expect(mia.at("leave-dialog")).to_contain_text("Nobody is asked why")
    await mia.at("leave-confirm").click()
    await mia.is_over("left", "Nothing is kept here")
    assert await mia.watch("shut")
    await nothing_is_kept(mia)
    await expect(ada.at("tile")).to_have_count(1)
    await mia.at("try-again").click()  # the page has kept the link
    await mia.prepare()
    await mia.at("knock").click()
    await ada.answer("Mia", "admit")
    await mia.is_inside()
    await ada.sees_and_hears(mia)


async def test_meeting_pauses_without_a_facilitator_and_goes_on_with_her(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await ada.at("leave").click()
    await expect(ada.at("leave-dialog")).to_contain_text("You are the only facilitator")
    await ada.at("leave-confirm").click()
    await expect(mia.at("meeting")).to_have_attribute("data-status", "paused")
    await expect(mia.at("paused")).to_contain_text("Your place is kept")
    await ada.knock(gathering.group.link("facilitator"))
    await ada.is_inside()
    await expect(mia.at("meeting")).to_have_attribute("data-status", "open")
    await mia.sees_and_hears(ada)
    await ada.sees_and_hears(mia)


async def follow_in_the_same_tab(visitor: Visitor, fragment: str) -> None:
    """As when it is pasted into the address bar: the browser makes another entry of its history."""
    entries = await visitor.page.evaluate("history.length")
    await visitor.page.evaluate("(hash) => { location.hash = hash }", fragment)
    await expect(visitor.at("arrive-continue")).to_be_visible()
    await visitor.page.wait_for_function("(link) => history.state?.link === link", arg=fragment)
    assert await visitor.page.evaluate("history.length") == entries + 1
    assert await visitor.page.evaluate("history.state.place") is None
    await visitor.page.evaluate(FORWARD_AND_BACK_BY_ITSELF)
    assert await visitor.page.evaluate("history.state.link") == fragment


@pytest.mark.parametrize("way", ["button", "escape", "from a dialog", "after another link"])
async def test_quick_exit_goes_elsewhere_and_back_does_not_return(gathering: Gathering, way: str) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.visitor("Mia")
    for url in (BEFORE, EXIT_PAGE):
        await mia.page.route(
            f"{url}**", lambda route: route.fulfill(body="elsewhere", content_type="text/html")
        )
    mia.complaints.expected = (f"request elsewhere: {BEFORE}", f"request elsewhere: {EXIT_PAGE}")
    await mia.page.goto(BEFORE)
    await mia.knock(gathering.group.link())
    await ada.answer("Mia", "admit")
    await mia.is_inside()
    await ada.sees(mia)
    match way:
        case "button":
            await mia.at("quick-exit").click()
        case "escape":
            now_s = time.time()
            await press_escape(mia.page, now_s)
            await press_escape(mia.page, now_s + 0.1)
        case "after another link":
            await follow_in_the_same_tab(mia, gathering.group.link("guest"))
            await mia.at("quick-exit").click()
        case _:
            await mia.at("leave").click()
            await mia.at("quick-exit-dialog").click()
    await mia.page.wait_for_url(EXIT_PAGE)
    await expect(ada.at("tile")).to_have_count(1)
    assert await mia.page.context.cookies() == []
    await mia.page.go_back()
    assert mia.page.url == BEFORE
    await mia.page.go_forward()
    assert mia.page.url == EXIT_PAGE
