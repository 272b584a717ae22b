"""Where the page cannot run, it says so itself, in every language, and nothing is asked of the person but another browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from server.custom.folder import LANGUAGES

if TYPE_CHECKING:
    from .stage import Gathering

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def test_without_javascript_the_page_says_what_to_do(gathering: Gathering) -> None:
    mia = await gathering.visitor("Mia", java_script_enabled=False)
    await mia.open(gathering.group.link())
    for language in LANGUAGES:
        await expect(mia.page.locator(f"#too-old [lang={language}] h2")).to_be_visible()


async def test_a_browser_without_what_the_page_is_written_in_says_what_to_do(gathering: Gathering) -> None:
    mia = await gathering.visitor("Mia", scripts=["delete Array.prototype.toSorted;"])
    await mia.open(gathering.group.link())
    await expect(mia.page.locator("#too-old")).to_be_visible()
    await expect(mia.page.locator("#too-old [lang=ar]")).to_have_attribute("dir", "rtl")


async def test_a_module_that_cannot_be_read_leaves_no_empty_page(gathering: Gathering) -> None:
    mia = await gathering.visitor("Mia")
    mia.complaints.expected = ("uncaught: ",)
    await mia.page.route(
        "**/assets/index-*.js",
        lambda route: route.fulfill(body="let 1 = ;", content_type="text/javascript"),
    )
    await mia.open(gathering.group.link())
    await expect(mia.page.locator("#too-old")).to_be_visible()


async def test_a_browser_that_can_shows_the_page_alone(gathering: Gathering) -> None:
    mia = await gathering.visitor("Mia")
    await mia.open(gathering.group.link())
    await mia.at("arrive-continue").wait_for()
    await expect(mia.page.locator("#too-old")).to_be_hidden()
