"""Screens whose file did not come with the first try: said in their place, and drawn as soon as it is there; no server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .test_gallery import AXE, VIOLATIONS, faults, phone, shown

if TYPE_CHECKING:
    from playwright.async_api import Route

    from .showcase import Gallery

__all__ = ["phone", "shown"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


class Network:
    """Nothing that fits the pattern comes until it is whole again."""

    def __init__(self, gallery: Gallery, pattern: str) -> None:
        self._gallery = gallery
        self._pattern = pattern

    async def cut(self) -> None:
        """Time stands still, too: nothing is tried again by itself until a test moves it."""
        await self._gallery.page.clock.install(time=0)
        await self._gallery.page.clock.pause_at(1)
        await self._gallery.page.route(self._pattern, self._lose)

    async def _lose(self, route: Route) -> None:
        await route.abort("connectionfailed")

    async def mend(self) -> None:
        await self._gallery.page.unroute(self._pattern)

    def forgive(self) -> None:
        """What was lost is no fault of the page; anything else is."""
        lost = self._gallery.complaints
        assert all("ERR_CONNECTION_FAILED" in said for said in lost), lost
        lost.clear()


OF_AN_OFFER = ["inside-*.js", "inside-*.css", "en_later-*.js", "Panel*.js", "Panel*.css"]
"""The panel is a file of its own, which the other two only import."""


@pytest.mark.parametrize("file", OF_AN_OFFER)
async def test_an_offer_that_did_not_come_is_said_and_may_be_tried_again(phone: Gallery, file: str) -> None:
    network = Network(phone, f"**/assets/{file}")
    await network.cut()
    await phone.show("circle-offered")
    missing = phone.page.get_by_test_id("missing")
    await expect(missing).to_contain_text("It is your turn, if you like.")
    await phone.page.evaluate(AXE.read_text("utf-8"))
    violations = asyncio.ensure_future(phone.page.evaluate(VIOLATIONS))
    while not violations.done():
        await phone.page.clock.run_for(1)  # axe waits for timers, too
    assert await violations + await faults(phone) == []
    await network.mend()
    await phone.page.get_by_test_id("missing-again").tap()
    await expect(phone.page.get_by_test_id("offer")).to_have_css("display", "grid")  # as its style says
    await expect(missing).to_have_count(0)
    await phone.page.get_by_test_id("take").tap()
    assert await phone.asked() == [["takeTurn", 7]]
    network.forgive()


async def test_what_did_not_come_is_tried_again_by_itself(phone: Gallery) -> None:
    network = Network(phone, "**/assets/inside-*.js")
    await network.cut()
    await phone.show("breakout-inside")
    await expect(phone.page.get_by_test_id("missing")).to_be_visible()
    # In steps: the browser tells of a failure sooner than the page begins to wait for the next try.
    for _ in range(3):
        async with phone.page.expect_event("requestfailed") as failed:
            while not failed.is_done():
                await phone.page.clock.run_for(1_000)
    await network.mend()
    while not await phone.page.get_by_test_id("breakout-back").is_visible():
        await phone.page.clock.run_for(1_000)
    network.forgive()


async def test_starting_a_group_is_tried_again(phone: Gallery) -> None:
    network = Network(phone, "**/assets/StartPages-*.js")
    await network.cut()
    await phone.show("start")
    await expect(phone.page.get_by_test_id("missing")).to_be_visible()
    await network.mend()
    await phone.page.get_by_test_id("missing-again").tap()
    await expect(phone.page.get_by_test_id("start-create")).to_be_visible()
    network.forgive()


@pytest.mark.parametrize("file", ["LeadPanel-*.js", "LeadPanel-*.css", "PartTime-*.js"])
async def test_a_panel_that_did_not_come_is_there_when_it_is_opened_again(phone: Gallery, file: str) -> None:
    network = Network(phone, f"**/assets/{file}")
    await network.cut()
    await phone.show("lead-panel")
    panel = phone.page.get_by_test_id("lead-panel")
    await expect(panel.locator(".problem")).to_be_visible()
    await network.mend()
    await panel.get_by_test_id("lead-panel-close").tap()
    await phone.page.get_by_test_id("lead").tap()
    await expect(panel.locator(".acts")).to_have_css("display", "grid")  # as its style says
    network.forgive()


async def test_a_language_that_did_not_come_can_be_chosen_again(phone: Gallery) -> None:
    await phone.show("meeting")
    network = Network(phone, "**/assets/fr-*.js")
    await network.cut()
    assert await phone.page.evaluate("speak('fr').then(() => true, () => false)") is False
    await network.mend()
    await phone.page.evaluate("speak('fr')")
    await expect(phone.page.locator("html")).to_have_attribute("lang", "fr")
    network.forgive()
