"""An organisation's own words, colours and picture, as the page gets them; and whose pages may frame ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from server.app import create_app
from server.config import ConfigError, Settings
from tests.support.fake_media import FakeMedia

if TYPE_CHECKING:
    from pathlib import Path

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
TOML = """
name = "Círculo"
languages = ["es"]
exit_page = "https://weather.example.org/"
[night]
accent = "#88ccff"
[day]
accent = "#004488"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kith.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "agreement.es.txt").write_text("Se queda aquí\n", encoding="utf-8")
    return tmp_path


def visit(**settings: str) -> httpx.AsyncClient:
    app = create_app(Settings.from_environment(settings), media=FakeMedia())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8000")


async def test_the_page_is_told_what_is_the_organisations_own(folder: Path):
    async with visit(KITH_CUSTOM=str(folder)) as page:
        told = (await page.get("/custom.json")).json()
    assert told == {
        "name": "Círculo",
        "logo": None,
        "languages": ["es"],
        "exit_page": "https://weather.example.org/",
        "agreement": {"es": ["Se queda aquí"]},
    }


async def test_colours_come_as_a_style_sheet_that_the_policy_lets_in(folder: Path):
    async with visit(KITH_CUSTOM=str(folder)) as page:
        sheet = await page.get("/custom.css")
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "style-src 'self'" in sheet.headers["content-security-policy"]
    night, day = sheet.text.split("data-look='day'])")[1].split(":root:root[data-look='day']")
    assert "--accent: #88ccff;" in night
    assert "--accent: #004488;" in day
    assert sheet.text.startswith("@media not (prefers-contrast: more) {")


async def test_colours_of_one_look_leave_the_other_alone(tmp_path: Path):
    (tmp_path / "kith.toml").write_text('[day]\naccent = "#004488"\n')
    async with visit(KITH_CUSTOM=str(tmp_path)) as page:
        sheet = await page.get("/custom.css")
    assert ":not([data-look='day'])" not in sheet.text


async def test_a_picture_opened_alone_runs_nothing(folder: Path):
    (folder / "logo.svg").write_bytes(SVG)
    async with visit(KITH_CUSTOM=str(folder)) as page:
        logo = await page.get((await page.get("/custom.json")).json()["logo"])
    assert (logo.content, logo.headers["content-type"]) == (SVG, "image/svg+xml")
    assert "sandbox" in logo.headers["content-security-policy"]
    assert "script-src" not in logo.headers["content-security-policy"]
    assert logo.headers["x-content-type-options"] == "nosniff"


async def test_without_a_picture_there_is_none(folder: Path):
    async with visit(KITH_CUSTOM=str(folder)) as page:
        assert (await page.get("/custom/logo")).status_code == httpx.codes.NOT_FOUND


def test_a_wrong_folder_stops_the_start_with_one_line(folder: Path):
    (folder / "kith.toml").write_text('[night]\naccent = "#222222"\n')
    with pytest.raises(ConfigError) as caught:
        Settings.from_environment({"KITH_CUSTOM": str(folder)})
    assert str(caught.value).startswith(
        "KITH_CUSTOM: kith.toml: night: accent on ground has a contrast of 1."
    )


@pytest.mark.parametrize(
    ("settings", "ancestors"),
    [
        ({}, "frame-ancestors 'none'"),
        (
            {"KITH_EMBED_ORIGINS": "https://a.example, https://b.example:8443"},
            "frame-ancestors https://a.example https://b.example:8443",
        ),
    ],
)
async def test_only_named_pages_may_frame_ours(settings: dict[str, str], ancestors: str):
    async with visit(**settings) as page:
        policy = (await page.get("/api/about")).headers["content-security-policy"]
    assert ancestors in policy.split("; ")
