"""What a browser writes to its profile during a meeting: no word of it anywhere; of the link what browsers note of every visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import async_playwright, expect

from server.config import Settings
from tests.confidentiality.canaries import Canary
from tests.support.chromium import FLAGS, chromium
from tests.support.live_server import live_server

from .stage import DIST, PATIENCE_MS, Complaints, Visitor

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser
NOT_OURS = ("Crashpad", "ShaderCache", "GrShaderCache", "GraphiteDawnCache")
"""Folders of the browser itself that hold no word of a page."""
HISTORY = {
    "History",
    "History-journal",
    "Favicons",
    "Top Sites",
    "Network Action Predictor",
    "ukm_db",
    "Sessions",
}
"""The browser's own list of visits, which no page can keep it from writing: `docs/confidentiality.md` says so."""
STORAGE = "localStorage.setItem('a', location.host + '{0}'); document.title = '{0}'"


def kept(profile: Path) -> list[Path]:
    """Every file of the profile: LevelDB of the storages, Session Storage, caches, history, preferences."""
    return [path for path in profile.rglob("*") if path.is_file() and not set(path.parts) & set(NOT_OURS)]


@pytest.mark.timeout(180)
async def test_names_chat_and_links_are_in_no_file_of_the_browsers_profile(tmp_path: Path) -> None:
    assert (DIST / "index.html").is_file(), "the web client has not been built: run `make web` first"
    canary, link = Canary(), Canary()
    async with live_server(Settings(media_port=0)) as server, async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        group = server.group()
        group.meeting, group.secret = link.id128, f"{link.word}{'A' * 27}"
        context = await playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=chromium(), args=FLAGS
        )
        ada, mia = [
            Visitor(canary.text(name), await context.new_page(), Complaints(server.http_url))
            for name in ("Ada", "Mia")
        ]
        await ada.knock(group.link("facilitator"), mic=False, camera=False)
        await ada.is_inside()
        await mia.knock(group.link(), mic=False, camera=False)
        await ada.answer(mia.name, "admit")
        await mia.is_inside()
        await mia.say(canary.text("chat"))
        await ada.reads(canary.text("chat"))
        await mia.page.reload()
        await mia.is_inside()
        await context.close()
    files = kept(tmp_path)
    assert len(files) > 20, "the profile was written"
    assert canary.files_with_it(files) == []
    assert link.files_with_it(path for path in files if not set(path.parts) & HISTORY) == []


async def test_what_a_page_does_store_is_found_there(tmp_path: Path) -> None:
    """Otherwise finding nothing would mean nothing."""
    canary = Canary()
    async with live_server(Settings(media_port=0)) as server, async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=chromium(), args=FLAGS
        )
        page = await context.new_page()
        await page.goto(server.http_url)
        await page.evaluate(STORAGE.format(canary.word))
        await context.close()
    assert any("Local Storage" in path for path in canary.files_with_it(kept(tmp_path)))
