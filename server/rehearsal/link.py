"""Reads the link that was given, as a browser would; called by `command` and `rooms`.

Imports `errors` only. A link is never printed, logged or put into an exception.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from .errors import BadLink

SECRET_BYTES: Final = 32
MAX_LINK_CHARS: Final = 4096
_JWT_PARTS: Final = 3


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is."""

    host: str
    port: int
    secure: bool

    @property
    def base_url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    @property
    def ws_url(self) -> str:
        return "ws" + self.base_url.removeprefix("http") + "/ws"


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a meeting, taken apart."""

    server: Server
    token: str = field(repr=False)
    secret: bytes = field(repr=False)
    meeting: str = field(repr=False)
    role: str
    personal: bool
    """Made for one person: only one member can use it."""


def read_server(text: str) -> Server:
    """The server behind an address, whatever follows it. Raises: `BadLink`."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise BadLink("the address cannot be read: it begins like https://host/") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        raise BadLink("an address begins like https://host/ or http://localhost:8080/")
    if parts.path not in {"", "/"} or parts.query:
        raise BadLink(
            "the address of a server is https://host/ without anything behind but the `#` of a link"
        )
    secure = parts.scheme == "https"
    return Server(parts.hostname, port or (443 if secure else 80), secure)


def read_link(text: str) -> Link:
    """`https://host/#TOKEN.SECRET`, taken apart; nothing is asked of the server. Raises: `BadLink`."""
    if len(text) > MAX_LINK_CHARS:
        raise BadLink("this is too long for a link")
    server = read_server(text)
    token, _, secret_text = urlsplit(text.strip()).fragment.rpartition(".")
    if token.count(".") != _JWT_PARTS - 1:
        raise BadLink("this is no link of a meeting: copy all of it, also what is behind `#`, and quote it")
    secret = _unbase64(secret_text)
    if len(secret) != SECRET_BYTES:
        raise BadLink("the end of the link is missing or changed: copy all of it")
    claims = _claims(token)
    meeting, role = claims.get("mid"), claims.get("role")
    if not isinstance(meeting, str) or not isinstance(role, str):
        raise BadLink("this link does not say which meeting it is for")
    return Link(server, token, secret, meeting, role, personal=claims.get("one") is True)


def _claims(token: str) -> dict[str, object]:
    try:
        value = json.loads(_unbase64(token.split(".")[1]))
    except (ValueError, RecursionError):
        raise BadLink("the middle of the link is missing or changed: copy all of it") from None
    return value if isinstance(value, dict) else {}


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadLink("the link holds characters that no link has: copy all of it again") from None
