"""Texts of the environment become values, or a ValueError that says what is needed; called by `config`; `cli` shares `whole`.

No reader repeats the text it was given: it may be a secret. Imports the standard library, `custom` and `helplines` only.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from server.custom.folder import read_custom

from . import helplines
from .redis_address import read_redis_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.custom.folder import Custom

MAX_PORT: Final = 65_535
MIN_SIGNING_KEY_BYTES: Final = 32
"""RFC 7518 §3.2 for HS256."""
PROCESS_KEY_ID: Final = "process"
"""Id of the random key of a server without signing keys."""
MIN_ORGANISER_KEY_CHARACTERS: Final = 16
MAX_ORGANISER_KEY_CHARACTERS: Final = 256

_ORIGIN: Final = re.compile(r"(https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?)/?")
_TURN_URL: Final = re.compile(r"turns?:[A-Za-z0-9.:\[\]-]+(\?transport=(udp|tcp))?")
_KEY_PAIR: Final = re.compile(r"([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]+)=*")


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`, both included."""

    def reader(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high} is needed")
        return int(text)

    return reader


def yes_or_no(text: str) -> bool:
    try:
        return {"yes": True, "no": False}[text.lower()]
    except KeyError:
        raise ValueError("yes or no is needed") from None


def text(text: str) -> str:
    return text


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ValueError("IP addresses are needed, not names") from None


def host(text: str) -> str:
    return "127.0.0.1" if text == "localhost" else _address(text)


def addresses(text: str) -> tuple[str, ...]:
    return tuple(map(_address, text.split(",")))


def networks(text: str) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(part.strip())) for part in text.split(","))
    except ValueError:
        raise ValueError("IP addresses or networks are needed, separated by commas") from None


def origin(text: str) -> str:
    """`https://host` or `http://localhost:8000`, without a path."""
    match = _ORIGIN.fullmatch(text.lower())
    if not match:
        raise ValueError("a URL like https://meet.example.org is needed, without a path")
    url = urlsplit(match[1])
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise ValueError("https is needed: browsers open microphones only on secure pages")
    return match[1]


def origins(text: str) -> tuple[str, ...]:
    return tuple(origin(part.strip()) for part in text.split(","))


def is_loopback(hostname: str) -> bool:
    """True for a name or address that only this machine can reach."""
    if hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(hostname).is_loopback
    except ValueError:
        return False


def signing_keys(text: str) -> Mapping[str, bytes]:
    """`id:base64url,id:base64url …` in the order given."""
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        match = _KEY_PAIR.fullmatch(part.strip())
        if not match or match[1] in keys or match[1] == PROCESS_KEY_ID:
            raise ValueError("pairs of an id of its own and a base64url key are needed, like a:KEY,b:KEY")
        keys[match[1]] = _signing_key(match[2])
    return MappingProxyType(keys)


def _signing_key(base64url: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))
    except binascii.Error:
        key = b""
    if len(key) < MIN_SIGNING_KEY_BYTES:
        raise ValueError(f"keys of at least {MIN_SIGNING_KEY_BYTES} random bytes in base64url are needed")
    return key


def redis_url(text: str) -> str:
    """`redis://host:6379/0`, `rediss://` for TLS, `unix://` for a socket, and what `redis_address` reads; a password may be in it."""
    read_redis_url(text)
    return text


def cluster_key(text: str) -> bytes:
    return _signing_key(text)


def organiser_key(text: str) -> str:
    """Printable ASCII, so that it fits into a header as it is."""
    if not re.fullmatch(rf"[!-~]{{{MIN_ORGANISER_KEY_CHARACTERS},{MAX_ORGANISER_KEY_CHARACTERS}}}", text):
        raise ValueError(
            f"{MIN_ORGANISER_KEY_CHARACTERS} to {MAX_ORGANISER_KEY_CHARACTERS} ASCII characters without blanks are needed"
        )
    return text


def turn_urls(text: str) -> tuple[str, ...]:
    urls = tuple(part.strip() for part in text.split(","))
    if not all(map(_TURN_URL.fullmatch, urls)):
        raise ValueError("URLs like turn:turn.example.org:3478?transport=udp are needed")
    return urls


def custom_folder(text: str) -> Custom:
    """Raises: `ValueError` that says which file of it is wrong."""
    return read_custom(Path(text))


def web_directory(text: str) -> Path:
    path = Path(text)
    if not (path / "index.html").is_file():
        raise ValueError("a directory with a built index.html is needed")
    return path


def helpline_list(text: str) -> bytes:
    """The file itself, read once and checked: later no request meets the file system."""
    try:
        body = Path(text).read_bytes()
    except OSError:
        raise ValueError("a file that can be read is needed") from None
    helplines.check(body)
    return body
