"""What the server says of itself is what was found, in words for members, and nothing about anybody."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.app import create_app
from server.confidentiality.findings import Finding, Outcome
from server.config import Settings
from server.web.proof import LOOK_AGAIN_S, Proof
from server.web.proof_page import proof_page
from server.web.proof_words import LANGUAGES, SHOWN, language_of
from tests.support.fake_media import FakeMedia

OUTCOMES = list(Outcome)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def client() -> httpx.AsyncClient:
    app = create_app(Settings(), media=FakeMedia())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8000")


async def test_machines_read_what_was_found_and_when_and_what_nobody_can_test() -> None:
    async with client() as http:
        told = (await http.get("/proof.json")).json()
    assert set(told) == {"tested_at", "findings", "untested"}
    outcomes = {each["check"]: each["outcome"] for each in told["findings"]}
    assert set(outcomes) >= set(SHOWN)
    assert outcomes["files"] in OUTCOMES
    assert outcomes["core_dumps"] == ("broken" if core_dumps_are_on() else "fine"), "of this very process"
    assert told["untested"]


def core_dumps_are_on() -> bool:
    import resource  # noqa: PLC0415 - only here

    return resource.getrlimit(resource.RLIMIT_CORE)[0] != 0


@pytest.mark.parametrize(
    ("wished", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("de,en;q=0.5,es;q=0.1", "en"),
        ("", "en"),
        ("fi", "en"),
        ("fr-CA", "fr"),
        ("ar", "ar"),
    ],
)
async def test_members_read_it_in_their_language(wished: str, language: str) -> None:
    async with client() as http:
        page = await http.get("/proof", headers={"Accept-Language": wished})
    assert page.headers["content-language"] == language
    assert page.headers["vary"] == "Accept-Language"
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page.text
    assert LANGUAGES[language]["untested.title"] in page.text


async def test_the_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    async with client() as http:
        page = await http.get("/proof")
        style = await http.get("/proof.css")
    elements = Elements(page.text).found
    assert not [tag for tag, _ in elements if tag in {"script", "style", "iframe", "img", "form"}]
    assert all(not any(name.startswith("on") or name == "style" for name in given) for _, given in elements)
    links = [given.get("href") or "" for _, given in elements if "href" in given]
    assert all(re.fullmatch(r"/[a-z.]+", link) for link in links)
    assert style.headers["content-type"].startswith("text/css")
    assert "url(" not in style.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_of_every_check_has_words_and_only_fine_is_praised(
    language: str, outcome: Outcome
) -> None:
    words = LANGUAGES[language]
    for check in SHOWN:
        page = proof_page([Finding(check, outcome, "for operators")], 0, language)
        said = words[f"{check}.{'fine' if outcome is Outcome.FINE else 'other'}"]
        assert f"<strong>{words[f'outcome.{outcome.value}']}</strong> {said}</li>" in page
        assert "for operators" not in page


def test_every_language_says_everything() -> None:
    for words in LANGUAGES.values():
        assert words.keys() == LANGUAGES["en"].keys()
        assert all(words.values())


@given(st.text(max_size=200))
def test_any_wish_for_a_language_gets_one(wish: str) -> None:
    assert language_of(wish) in LANGUAGES


def test_however_many_ask_the_server_looks_once_in_a_while() -> None:
    now_s, looks = 1000.0, 0

    def look() -> list[Finding]:
        nonlocal looks
        looks += 1
        return []

    proof = Proof(look, lambda: now_s)
    for _ in range(50):
        assert proof.findings() == ([], 1000)
    assert looks == 1
    now_s += LOOK_AGAIN_S
    assert proof.findings() == ([], 1000 + LOOK_AGAIN_S)
    assert looks == 2
