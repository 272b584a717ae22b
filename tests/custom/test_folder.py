"""An organisation's folder is read as a whole, or refused with the file and the key that are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.custom.folder import (
    LANGUAGES,
    MAX_EXIT_PAGE_CHARACTERS,
    MAX_LOGO_BYTES,
    MAX_NAME_CHARACTERS,
    MAX_POINT_CHARACTERS,
    MAX_POINTS,
    MAX_TEXT_BYTES,
    Custom,
    Logo,
    read_custom,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
REGISTRY = Path(__file__).parents[2] / "web/src/i18n/languages.ts"


def write(folder: Path, name: str, body: str | bytes) -> Path:
    (folder / name).write_bytes(body.encode() if isinstance(body, str) else body)
    return folder


def complaint(folder: Path) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is looked at by whoever asks
        read_custom(folder)
    text = str(caught.value)
    assert "\n" not in text
    return text


def exit_page(characters: int) -> str:
    return f'exit_page = "{"https://a.example/".ljust(characters, "x")}"'


def test_an_empty_folder_changes_nothing(tmp_path: Path):
    assert read_custom(tmp_path) == Custom()


def test_everything_that_can_be_ones_own(tmp_path: Path):
    toml = 'name = "Círculo ☾"\nlanguages = ["es", "en"]\nexit_page = "https://a.example"\n[night]\naccent = "#88ccff"\n[day]\naccent = "#004488"\n'
    write(tmp_path, "kith.toml", toml)
    write(tmp_path, "agreement.en.txt", "\ufeffStays here\r\n\r\n  Be kind  \r\n")
    write(tmp_path, "agreement.es.txt", "Se queda aquí")
    write(tmp_path, "logo.svg", SVG)
    custom = read_custom(tmp_path)
    assert (custom.name, custom.languages) == ("Círculo ☾", ("es", "en"))
    assert custom.exit_page == "https://a.example"
    assert custom.agreement == {"en": ("Stays here", "Be kind"), "es": ("Se queda aquí",)}
    assert custom.logo == Logo(SVG, "image/svg+xml")
    assert (custom.night["accent"], custom.day["accent"]) == ("#88ccff", "#004488")


def test_the_languages_are_those_that_the_page_speaks():
    lines = REGISTRY.read_text().split("export const LANGUAGES = {", 1)[1].split("} as const", 1)[0]
    assert tuple(re.findall(r"^  ([a-z-]+): \{$", lines, re.MULTILINE)) == LANGUAGES


@pytest.mark.parametrize("logo", ["logo.png", "logo.svg"])
def test_a_picture_of_the_other_kind_is_refused(tmp_path: Path, logo: str):
    write(tmp_path, logo, PNG if logo.endswith("svg") else SVG)
    assert complaint(tmp_path) == f"{logo}: it is no picture of that kind"


@pytest.mark.parametrize(
    "begin", [b"", b"\xef\xbb\xbf", b'<?xml version="1.0"?>\n', b"<!-- drawn by hand -->\n"]
)
def test_svg_may_begin_as_editors_write_it(tmp_path: Path, begin: bytes):
    write(tmp_path, "logo.svg", begin + SVG)
    assert read_custom(tmp_path).logo is not None


def test_one_logo_is_enough(tmp_path: Path):
    write(tmp_path, "logo.svg", SVG)
    write(tmp_path, "logo.png", PNG)
    assert "not both" in complaint(tmp_path)


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("name = ''", "kith.toml: name: a text of 1 to"),
        ("name = 7", "kith.toml: name: a text of 1 to"),
        ('name = "a\\nb"', "kith.toml: name: one line"),
        ('name = "a\\u202Eb"', "kith.toml: name: one line"),
        ('languages = "en"', "kith.toml: languages: a list of some of en, es"),
        ('languages = ["tlh"]', "kith.toml: languages: a list of some of en, es"),
        ('languages = ["en", "en"]', "kith.toml: languages: each may be there once"),
        ("night = 7", "kith.toml: night: a table of colours is needed"),
        ('[day]\naccent = "#ffcc00"', "kith.toml: day: accent on ground has a contrast of"),
        ('colour = "#ffcc00"', "kith.toml: colour means nothing here"),
        ("name = ", "kith.toml: it is no TOML in UTF-8"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, toml: str, told: str):
    write(tmp_path, "kith.toml", toml)
    assert complaint(tmp_path).startswith(told)


@pytest.mark.parametrize(
    "page",
    ["https://weather.example.org", "https://weather.example.org/", "https://a.example/b?c=d&e=%C3%A9#f"],
)
def test_quick_exit_may_lead_to_any_page_of_the_web(tmp_path: Path, page: str):
    assert read_custom(write(tmp_path, "kith.toml", f'exit_page = "{page}"')).exit_page == page


@pytest.mark.parametrize(
    "page",
    [
        '"http://weather.example.org/"',
        '"javascript:alert(1)"',
        '"//weather.example.org/"',
        '"/elsewhere"',
        '"https://"',
        '"https://localhost/"',
        '"https://weather.example.org:8443/"',
        '"https://mia@weather.example.org/"',
        '"https://weather.example.org/a b"',
        '"https://weather.example.org\\\\@elsewhere.example/"',
        '"https://wéather.example.org/"',
        '"https://[::1/"',
        '""',
        "7",
        "true",
    ],
)
def test_quick_exit_leads_to_nothing_else(tmp_path: Path, page: str):
    write(tmp_path, "kith.toml", f"exit_page = {page}")
    assert complaint(tmp_path).startswith("kith.toml: exit_page: an address that begins with https://")


@pytest.mark.parametrize(
    "name", ["agreement.txt", "agreement.tlh.txt", "agreement.en.md", "agreement.EN.txt"]
)
def test_an_agreement_of_no_known_language_is_not_overlooked(tmp_path: Path, name: str):
    write(tmp_path, name, "x")
    assert complaint(tmp_path).startswith(f"{name}: agreement.LANGUAGE.txt is needed")


@pytest.mark.parametrize(
    ("file", "largest", "too_large"),
    [
        ("kith.toml", f'name = "{"x" * MAX_NAME_CHARACTERS}"', f'name = "{"x" * (MAX_NAME_CHARACTERS + 1)}"'),
        ("kith.toml", exit_page(MAX_EXIT_PAGE_CHARACTERS), exit_page(MAX_EXIT_PAGE_CHARACTERS + 1)),
        ("kith.toml", "#" * MAX_TEXT_BYTES, "#" * (MAX_TEXT_BYTES + 1)),
        ("agreement.en.txt", "x\n" * MAX_POINTS, "x\n" * (MAX_POINTS + 1)),
        ("agreement.en.txt", "x" * MAX_POINT_CHARACTERS, "x" * (MAX_POINT_CHARACTERS + 1)),
        ("agreement.en.txt", "x" + "\n" * (MAX_TEXT_BYTES - 1), "x" + "\n" * MAX_TEXT_BYTES),
        ("logo.png", PNG.ljust(MAX_LOGO_BYTES), PNG.ljust(MAX_LOGO_BYTES + 1)),
    ],
)
def test_every_limit_is_taken_and_no_more(
    tmp_path: Path, file: str, largest: str | bytes, too_large: str | bytes
):
    read_custom(write(tmp_path, file, largest))
    write(tmp_path, file, too_large)
    assert complaint(tmp_path).startswith(f"{file}: ")


@pytest.mark.parametrize("body", ["", "\n \n", b"\xff\xfe", "a\x07b"])
def test_an_agreement_without_words_or_with_strange_ones_is_refused(tmp_path: Path, body: str | bytes):
    write(tmp_path, "agreement.en.txt", body)
    assert complaint(tmp_path).startswith("agreement.en.txt: ")


def test_what_cannot_be_read_is_said(tmp_path: Path):
    (tmp_path / "kith.toml").mkdir()
    assert complaint(tmp_path) == "kith.toml: a file that can be read is needed"
    assert complaint(tmp_path / "nowhere") == "a folder is needed"
