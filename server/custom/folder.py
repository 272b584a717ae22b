"""An organisation's folder becomes a value, or one line that says what is wrong with it; called by `config_readers`.

    kith.toml            name, languages, where quick exit leads, colours of night and day
    logo.svg, logo.png   one of them, or none
    agreement.en.txt     the points that people agree to, one a line; a file for each language

Read once at start: later no request meets the file system. What is wrong names the file and the key. Imports the standard library only.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from . import colours

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .colours import Palette

CONFIGURATION: Final = "kith.toml"
LANGUAGES: Final = ("en", "es", "fr", "ar")
"""Those the page speaks (`web/src/i18n/languages.ts`)."""
MAX_NAME_CHARACTERS: Final = 60
"""It stands on one or two lines of a small phone."""
MAX_EXIT_PAGE_CHARACTERS: Final = 200
"""Much longer is no page that anybody knows."""
MAX_LOGO_BYTES: Final = 131_072
MAX_TEXT_BYTES: Final = 16_384
MAX_POINTS: Final = 12
MAX_POINT_CHARACTERS: Final = 300

_LOGOS: Final = {"logo.svg": "image/svg+xml", "logo.png": "image/png"}
_PNG: Final = b"\x89PNG\r\n\x1a\n"
"""RFC 2083 §3.1."""
_AGREEMENT: Final = re.compile(r"agreement\.([A-Za-z-]+)\.txt")
_PAGE: Final = re.compile(r"https://[A-Za-z0-9.-]+(/[!-~]*)?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Nothing that breaks a line or turns the direction of what stands beside it."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it is sent."""

    body: bytes = field(repr=False)
    media_type: str


@dataclass(frozen=True, slots=True)
class Custom:
    """What is the organisation's own; everything left out is as shipped."""

    name: str | None = None
    languages: tuple[str, ...] = ()
    """Offered to people, the first to whoever reads none of them; empty: all there are."""
    exit_page: str | None = None
    """Where quick exit leads."""
    night: Palette = field(default_factory=dict)
    day: Palette = field(default_factory=dict)
    agreement: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language → points."""
    logo: Logo | None = None


def read_custom(folder: Path) -> Custom:
    """Raises: `ValueError` with one line for the person who made the folder."""
    if not folder.is_dir():
        raise ValueError("a folder is needed")
    whole = _configuration(folder / CONFIGURATION)
    known = {"name", "languages", "exit_page", "night", "day"}
    if strange := whole.keys() - known:
        raise ValueError(
            f"{CONFIGURATION}: {min(strange)[:40]} means nothing here; known are {', '.join(sorted(known))}"
        )
    return Custom(
        name=_name(whole.get("name")),
        languages=_languages(whole.get("languages", [])),
        exit_page=_exit_page(whole.get("exit_page")),
        night=_palette("night", colours.NIGHT, whole.get("night", {})),
        day=_palette("day", colours.DAY, whole.get("day", {})),
        agreement=_agreement(folder),
        logo=_logo(folder),
    )


def _configuration(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(_bounded(path, MAX_TEXT_BYTES).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise ValueError(f"{path.name}: it is no TOML in UTF-8") from None


def _bounded(path: Path, most: int) -> bytes:
    try:
        body = path.read_bytes()
    except OSError:
        raise ValueError(f"{path.name}: a file that can be read is needed") from None
    if len(body) > most:
        raise ValueError(f"{path.name}: at most {most} bytes are needed")
    return body


def _name(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME_CHARACTERS:
        raise ValueError(f"{CONFIGURATION}: name: a text of 1 to {MAX_NAME_CHARACTERS} characters is needed")
    if _CONTROL.search(value):
        raise ValueError(f"{CONFIGURATION}: name: one line without control characters is needed")
    return value.strip()


def _languages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or any(each not in LANGUAGES for each in value):
        raise ValueError(f"{CONFIGURATION}: languages: a list of some of {', '.join(LANGUAGES)} is needed")
    if len(set(value)) < len(value):
        raise ValueError(f"{CONFIGURATION}: languages: each may be there once")
    return tuple(value)


def _exit_page(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_EXIT_PAGE_CHARACTERS or not _is_page(value):
        raise ValueError(
            f"{CONFIGURATION}: exit_page: an address that begins with https://, of at most "
            f"{MAX_EXIT_PAGE_CHARACTERS} characters, is needed"
        )
    return value


def _is_page(address: str) -> bool:
    """Without a name before the host, which would be shown to whoever looks on; ASCII, as a browser takes it without guessing."""
    try:
        parts = urlsplit(address)
        named = parts.hostname is not None and "." in parts.hostname and parts.port is None
    except ValueError:
        return False
    return named and parts.scheme == "https" and _PAGE.fullmatch(address) is not None


def _palette(look: str, ours: Mapping[str, str], chosen: object) -> Palette:
    if not isinstance(chosen, dict):
        raise ValueError(f"{CONFIGURATION}: {look}: a table of colours is needed")  # noqa: TRY004 - a text is wrong, not a type
    try:
        return colours.palette(ours, chosen)
    except ValueError as problem:
        raise ValueError(f"{CONFIGURATION}: {look}: {problem}") from None


def _agreement(folder: Path) -> Mapping[str, tuple[str, ...]]:
    points = {}
    for path in sorted(folder.glob("agreement*")):
        match = _AGREEMENT.fullmatch(path.name)
        if not match or match[1] not in LANGUAGES:
            raise ValueError(f"{path.name[:40]}: agreement.LANGUAGE.txt is needed, of {', '.join(LANGUAGES)}")
        points[match[1]] = _points(path)
    return points


def _points(path: Path) -> tuple[str, ...]:
    try:
        text = _bounded(path, MAX_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name}: a text in UTF-8 is needed") from None
    points = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not 1 <= len(points) <= MAX_POINTS or any(
        len(point) > MAX_POINT_CHARACTERS or _CONTROL.search(point) for point in points
    ):
        raise ValueError(
            f"{path.name}: 1 to {MAX_POINTS} lines of at most {MAX_POINT_CHARACTERS} characters are needed"
        )
    return points


def _logo(folder: Path) -> Logo | None:
    there = [name for name in _LOGOS if (folder / name).exists()]
    if not there:
        return None
    if len(there) > 1:
        raise ValueError("logo.svg or logo.png is needed, not both")
    (name,) = there
    body = _bounded(folder / name, MAX_LOGO_BYTES)
    if not (_is_svg(body) if name.endswith(".svg") else body.startswith(_PNG)):
        raise ValueError(f"{name}: it is no picture of that kind")
    return Logo(body, _LOGOS[name])


def _is_svg(body: bytes) -> bool:
    """It looks like one; what else is in it does nothing in an `img`, and opened alone it is shut in by its own policy."""
    return (
        re.match(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<svg[\s>]", body, re.DOTALL)
        is not None
    )
