"""What an organisation makes its own, as people see it; and the page inside a page of the organisation."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from server.config import Settings

from .stage import EXIT_PAGE, PATIENCE_MS, Gathering, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Frame

    from .stage import Visitor

pytestmark = pytest.mark.browser

TOML = 'name = "Círculo de madres"\nlanguages = ["es", "en"]\n[night]\naccent = "#88ccff"\n[day]\naccent = "#004488"\n'
LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40">
<style>circle { fill: #88ccff }</style><circle cx="20" cy="20" r="18"/><circle cx="60" cy="20" r="14"/></svg>"""
MAY_USE = "camera; microphone; display-capture; fullscreen; screen-wake-lock"
"""As docs/integrating.md has it."""


@contextlib.asynccontextmanager
async def organisation(**settings: str) -> AsyncIterator[Gathering]:
    async with house(settings=Settings.from_environment({"KITH_MEDIA_PORT": "0", **settings})) as here:
        gathering = Gathering(here)
        yield gathering
        assert await gathering.close() == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kith.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "logo.svg").write_text(LOGO, encoding="utf-8")
    (tmp_path / "agreement.es.txt").write_text(
        "Lo que se dice aquí, aquí se queda\nEscuchamos\n", encoding="utf-8"
    )
    return tmp_path


async def colour_of(visitor: Visitor, testid: str) -> str:
    colour: str = await visitor.at(testid).evaluate("(button) => getComputedStyle(button).backgroundColor")
    return colour


async def test_people_meet_the_name_the_picture_the_colours_and_the_agreement(folder: Path) -> None:
    async with organisation(KITH_CUSTOM=str(folder)) as gathering:
        mia = await gathering.visitor("Mia", locale="fr-FR", color_scheme="dark")
        await mia.open(gathering.group.link("member"))
        await expect(mia.at("organisation")).to_have_text("Círculo de madres")
        picture = mia.at("organisation").locator("img")
        assert await picture.evaluate("(img) => img.decode().then(() => img.naturalWidth > 0)")
        await expect(mia.page.locator("html")).to_have_attribute("lang", "es")
        assert await mia.page.title() == "Reunión"
        assert await colour_of(mia, "arrive-continue") == "rgb(136, 204, 255)"
        assert await mia.page.locator("select option").evaluate_all(
            "(all) => all.map((one) => one.value)"
        ) == [
            "es",
            "en",
        ]
        await mia.at("arrive-continue").click()
        await expect(mia.at("agreement-points")).to_have_text("Lo que se dice aquí, aquí se quedaEscuchamos")
        await mia.page.locator("select").select_option("en")
        await expect(mia.at("agreement-points")).to_have_attribute("lang", "es")
        await expect(mia.at("agreement-points")).to_contain_text("Escuchamos")


async def test_quick_exit_leads_where_the_organisation_wants(tmp_path: Path) -> None:
    weather = "https://weather.example.org/"
    (tmp_path / "kith.toml").write_text(f'exit_page = "{weather}"')
    async with organisation(KITH_CUSTOM=str(tmp_path)) as gathering:
        mia = await gathering.visitor("Mia")
        mia.complaints.expected = (weather, "ERR_")
        await mia.page.route(f"{weather}**", lambda route: route.fulfill(body="elsewhere"))
        await mia.open(gathering.group.link("member"))
        # A socket that is not open yet would be complained of.
        await expect(mia.at("arrive-continue")).to_be_visible()
        await mia.at("quick-exit").first.click()
        await mia.page.wait_for_url(weather, timeout=PATIENCE_MS)


async def test_whoever_asks_for_more_contrast_gets_ours(folder: Path) -> None:
    async with organisation(KITH_CUSTOM=str(folder)) as gathering:
        mia = await gathering.visitor("Mia", color_scheme="dark", contrast="more")
        await mia.open(gathering.group.link("member"))
        await expect(mia.at("arrive-continue")).to_be_visible()
        assert await colour_of(mia, "arrive-continue") == "rgb(255, 210, 171)"


@contextlib.asynccontextmanager
async def portal(shown: list[str]) -> AsyncIterator[int]:
    """A page elsewhere that shows these frames; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f"<!doctype html><title>Portal</title><p>Portal</p>{''.join(shown)}".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def framed(gathering: Gathering, port: int, shown: list[str], *expected: str) -> tuple[Visitor, Frame]:
    """Somebody who sees the group's page inside the portal. expected: complaints of the browser."""
    link = f"{gathering.house.url}/#{gathering.group.link('facilitator')}"
    shown.append(f'<iframe name="kith" src="{link}" allow="{MAY_USE}" width="360" height="600"></iframe>')
    mia = await gathering.visitor("Mia")
    mia.complaints.expected = (f"request elsewhere: http://localhost:{port}/", "favicon.ico", *expected)
    await mia.page.goto(f"http://localhost:{port}/")
    frame = mia.page.frame("kith")
    assert frame is not None
    return mia, frame


async def test_a_named_page_may_frame_it_with_microphone_and_camera() -> None:
    shown: list[str] = []
    async with (
        portal(shown) as port,
        organisation(KITH_EMBED_ORIGINS=f"http://localhost:{port}") as gathering,
    ):
        _, frame = await framed(gathering, port, shown)
        await frame.get_by_test_id("arrive-continue").click()
        await frame.get_by_test_id("agree").click()
        await frame.get_by_test_id("name").fill("Mia")
        await frame.get_by_test_id("name-continue").click()
        await frame.get_by_test_id("preview-mic").click()
        await expect(frame.get_by_test_id("preview-mic")).to_have_attribute("data-state", "on")
        await frame.get_by_test_id("knock").click()
        await expect(frame.locator("[data-testid=tile][data-me=true]")).to_have_count(1)


async def test_the_quick_exit_takes_the_page_around_it_away_too() -> None:
    shown: list[str] = []
    async with (
        portal(shown) as port,
        organisation(KITH_EMBED_ORIGINS=f"http://localhost:{port}") as gathering,
    ):
        mia, frame = await framed(gathering, port, shown)
        mia.complaints.expected = (*mia.complaints.expected, EXIT_PAGE, "ERR_")
        await mia.page.route(f"{EXIT_PAGE}**", lambda route: route.fulfill(body="elsewhere"))
        # A socket that is not open yet would be complained of.
        await expect(frame.get_by_test_id("arrive-continue")).to_be_visible()
        await frame.get_by_test_id("quick-exit").first.click()
        await mia.page.wait_for_url(f"{EXIT_PAGE}**", timeout=PATIENCE_MS)


async def test_no_other_page_may_frame_it() -> None:
    shown: list[str] = []
    async with (
        portal(shown) as port,
        organisation(KITH_EMBED_ORIGINS="https://portal.example.org") as gathering,
    ):
        _, frame = await framed(gathering, port, shown, "frame-ancestors")
        await expect(frame.locator("body")).to_be_attached()
        assert await frame.get_by_test_id("arrive").count() == 0
