"""The list of helplines an organisation puts in place of ours: what it must be, in words for who wrote it; called by `config_readers`.

The same rules as `web/src/helplines.ts`; `tests/vectors/helplines.json` holds both to them. Imports the standard library only.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 262_144
"""The page loads the list at once, also over a slow network."""
MAX_CHARACTERS: Final = 120
"""Of a name, of hours, of what is to be written."""
KINDS: Final = ("crisis", "support")
ABOUT: Final = ("birth", "violence", "health")

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 -]{1,19}")
_DAY: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_WEB: Final = re.compile(r"https://[^\s]+")

Entry = dict[str, Any]


def check(body: bytes) -> None:
    """The list can be served. Raises: `ValueError` with one line that says where it is wrong."""
    if len(body) > MAX_BYTES:
        raise ValueError(f"a list of at most {MAX_BYTES} bytes is needed")
    try:
        whole = _entry(json.loads(body))
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    countries = _rows(whole.get("countries"), "countries")
    for number, country in enumerate(countries, 1):
        with _within(f"country {number}"):
            _check_country(_entry(country))
    if len({country["code"] for country in countries}) < len(countries):
        raise ValueError("countries: each may be there once")
    elsewhere = _entry(whole.get("elsewhere"))
    with _within("elsewhere"):
        _words(elsewhere, "name")
        _like(elsewhere, "address", _WEB)


def _check_country(country: Entry) -> None:
    _like(country, "code", _COUNTRY)
    for number in _rows(country.get("emergency"), "emergency"):
        _like({"emergency": number}, "emergency", _NUMBER)
    for number, line in enumerate(_rows(country.get("lines"), "lines"), 1):
        with _within(f"line {number}"):
            _check_line(_entry(line))


def _check_line(line: Entry) -> None:
    _words(line, "name")
    _like(line, "lang", _LANGUAGE)
    _one_of(line, "kind", KINDS)
    if line.get("about") is not None:
        _one_of(line, "about", ABOUT)
    for key in ("call", "text"):
        if line.get(key) is not None:
            _like(line, key, _NUMBER)
    for key in ("words", "hours"):
        if line.get(key) is not None:
            _words(line, key)
    _like(line, "verified", _DAY)
    if line.get("call") is None and line.get("text") is None:
        raise ValueError("call or text is needed")


@contextlib.contextmanager
def _within(place: str) -> Iterator[None]:
    """Says of which part a complaint is."""
    try:
        yield
    except ValueError as problem:
        raise ValueError(f"{place}: {problem}") from None


def _entry(value: object) -> Entry:
    return value if isinstance(value, dict) else {}


def _rows(value: object, key: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{key}: a list of one or more is needed")
    return value


def _words(entry: Entry, key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_CHARACTERS:
        raise ValueError(f"{key}: a text of 1 to {MAX_CHARACTERS} characters is needed")
    return value


def _like(entry: Entry, key: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(_words(entry, key)):
        raise ValueError(f"{key}: it does not look like one")


def _one_of(entry: Entry, key: str, known: tuple[str, ...]) -> None:
    if entry.get(key) not in known:
        raise ValueError(f"{key}: one of {', '.join(known)} is needed")
