"""Firefox and Chromium meet: each sees and hears the other, end-to-end encrypted, and they write to each other.

Run by `make e2e-firefox`, no part of `make test` (whose collection does not know this name): it needs a second browser.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.stage import PATIENCE_MS, PHONE, WATCH, Gathering, Visitor, house

from .bidi import Firefox, firefox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


class FirefoxVisitor:
    """One person in Firefox; as much of `Visitor` as this needs."""

    def __init__(self, name: str, browser: Firefox) -> None:
        self.name = name
        self.browser = browser
        self.id = ""

    async def tap(self, testid: str) -> None:
        await self.browser.click(f"[data-testid='{testid}']")

    async def prepare(self) -> None:
        """From the arriving page up to the button that knocks, with microphone and camera."""
        await self.tap("arrive-continue")
        await self.tap("agree")
        await self.tap("name")
        await self.browser.type(self.name)
        await self.tap("name-continue")
        for kind in ("mic", "camera"):
            await self.tap(f"preview-{kind}")
            await self.browser.until(f"document.querySelector('[data-testid=preview-{kind}][data-state=on]')")

    async def is_inside(self) -> None:
        mine = "document.querySelector('[data-testid=tile][data-me=true]')"
        await self.browser.until(mine)
        self.id = await self.browser.evaluate(f"{mine}.dataset.person")

    async def sees_and_hears(self, other: Visitor) -> None:
        who = json.dumps(other.id)
        picture = f"[data-testid=tile][data-person={who}] video"
        await self.browser.until(f"document.querySelector({json.dumps(picture)})")
        await self.browser.evaluate(f"watch.sees({who}, 10, {PATIENCE_MS})")
        await self.browser.evaluate(f"watch.hears({who}, {PATIENCE_MS})")

    async def reads(self, text: str) -> None:
        said = "[...document.querySelectorAll('[data-testid=chat-text]')].map((one) => one.textContent)"
        await self.browser.until(f"{said}.includes({json.dumps(text)})")


@pytest_asyncio.fixture(loop_scope="module")
async def gathering() -> AsyncIterator[Gathering]:
    async with house() as here:
        gathering = Gathering(here)
        yield gathering
        assert await gathering.close() == []


@pytest_asyncio.fixture(loop_scope="module")
async def fox() -> AsyncIterator[FirefoxVisitor]:
    async with firefox() as browser:
        await browser.size(*PHONE)
        await browser.before_every_page(WATCH.read_text("utf-8"))
        yield FirefoxVisitor("Fox", browser)
        assert await browser.evaluate("window.watch?.violations ?? []") == []
        assert browser.complaints == []


async def test_firefox_joins_sees_and_hears(gathering: Gathering, fox: FirefoxVisitor) -> None:
    ada = await gathering.facilitator("Ada")
    await fox.browser.goto(f"{gathering.house.url}/#{gathering.group.link()}")
    await fox.prepare()
    await fox.tap("knock")
    await ada.answer("Fox", "admit")
    await fox.is_inside()

    await asyncio.gather(fox.sees_and_hears(ada), ada.sees_and_hears(fox))
    # shown only while frames arrive and every one of them is opened with the other's key
    await expect(ada.at("encrypted")).to_be_visible()
    await fox.browser.until("document.querySelector('[data-testid=encrypted]')")
    for opened in (await ada.watch("mark", fox.id), await fox.browser.evaluate(f"watch.mark('{ada.id}')")):
        assert opened > 0

    await ada.say("Hello, Fox")
    await fox.tap("chat")
    await fox.reads("Hello, Fox")
    await fox.tap("chat-input")
    await fox.browser.type("Hello, Ada")
    await fox.tap("chat-send")
    await ada.reads("Hello, Fox", "Hello, Ada")

    # back after a reload, in the same place, seeing and seen again
    await fox.browser.evaluate("location.reload()")
    await fox.is_inside()
    await asyncio.gather(fox.sees_and_hears(ada), ada.sees_and_hears(fox))

    await fox.tap("leave")
    await fox.tap("leave-confirm")
    await fox.browser.until("document.querySelector('[data-testid=over]')?.dataset.reason === 'left'")
    await expect(ada.at("tile")).to_have_count(1)
    assert await fox.browser.evaluate("watch.shut()")
