"""Reads every setting from the environment once and refuses what cannot work; called by `cli` and `app`.

Imports the standard library and `config_readers` only. Messages name settings, never their values.
"""

from __future__ import annotations

import difflib
import ipaddress
import secrets
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from . import config_readers as read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")

PREFIX: Final = "KITH_"


class ConfigError(Exception):
    """The settings cannot work; the text is one line for the person who starts the server."""


class Creation(StrEnum):
    """Who may make a new meeting."""

    OPEN = "open"
    ORGANISER_KEY = "organiser_key"


def _creation(text: str) -> Creation:
    try:
        return Creation(text)
    except ValueError:
        raise ValueError("open or organiser_key is needed") from None


def _setting(default: T, reader: Callable[[str], T], *, secret: bool = False) -> T:
    """One field of `Settings`: its default, and how its text is read."""
    declared: T = field(default=default, repr=not secret, metadata={"reader": reader})
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, valid as a whole. Each field is read from `KITH_` and its name in capitals."""

    host: str = _setting("127.0.0.1", read.host)
    """Address on which HTTP and WebSocket are served. Default 127.0.0.1: this machine only."""
    port: int = _setting(8000, read.whole(0, 65535))
    """TCP port of HTTP and WebSocket. Default 8000; 0: any free port."""
    public_url: str | None = _setting(None, read.origin)
    """Origin that people's links begin with. Default http://localhost:PORT; needed when `host` is not loopback."""
    media_host: str | None = _setting(None, read.host)
    """Address on which media is received. Default: the same as `host`."""
    media_port: int = _setting(8000, read.whole(0, 65535))
    """UDP port of all media. Default 8000; 0: any free port."""
    media_addresses: tuple[str, ...] = _setting((), read.addresses)
    """IP addresses told to browsers for media. Default: `media_host`; needed when that is 0.0.0.0 or ::."""
    signing_keys: Mapping[str, bytes] = field(
        default_factory=lambda: MappingProxyType(
            {read.PROCESS_KEY_ID: secrets.token_bytes(read.MIN_SIGNING_KEY_BYTES)}
        ),
        repr=False,
        metadata={"reader": read.signing_keys},
    )
    """Keys of links, as id:base64url pairs of at least 32 bytes; the first signs, all verify.
    Default: one random key, so that links die with the process."""
    creation: Creation | None = _setting(None, _creation)  # noqa: RUF009 - a declaration
    """Who may start a group: `open` or `organiser_key`. Default: open while only this machine reaches the server
    and there is no organiser key."""
    organiser_key: str | None = _setting(None, read.organiser_key, secret=True)
    """Key that whoever starts a group must know, 16 to 256 characters. Default: none."""
    create_per_minute: int = _setting(6, read.whole(1, 10_000))
    """Groups one network address may try to start in a minute. Default 6."""
    create_total_per_minute: int = _setting(60, read.whole(1, 100_000))
    """Groups everybody together may try to start in a minute. Default 60."""
    max_meetings: int = _setting(200, read.whole(1, 100_000))
    """Meetings with somebody in them at the same time. Default 200."""
    outbox_frames: int = _setting(512, read.whole(16, 65_536))
    """Frames that may wait for one slow browser before its connection is closed. Default 512."""
    outbox_bytes: int = _setting(1_048_576, read.whole(65_536, 1_073_741_824))
    """Bytes that may wait for one slow browser before its connection is closed. Default 1048576."""
    signaling_burst: int = _setting(100, read.whole(10, 10_000))
    """Frames one connection may send at once. Default 100."""
    signaling_per_second: int = _setting(20, read.whole(1, 1_000))
    """Frames per second one connection may send for long. Default 20."""
    turn_urls: tuple[str, ...] = _setting((), read.turn_urls)
    """TURN servers offered to browsers, `turn:` or `turns:`. Default: none."""
    turn_secret: str | None = _setting(None, read.text, secret=True)
    """Secret shared with the TURN servers (coturn's static-auth-secret). Default: none; needed with `turn_urls`."""
    turn_lifetime_s: int = _setting(21_600, read.whole(60, 604_800))
    """Seconds that TURN credentials can be used. Default 21600."""
    trusted_proxies: tuple[str, ...] = _setting((), read.networks)
    """Addresses or networks of reverse proxies whose X-Forwarded-For is believed. Default: none."""
    web_dist: Path | None = _setting(None, read.web_directory)  # noqa: RUF009 - a declaration
    """Directory of the built web client. Default: the one that came with the server."""

    def __post_init__(self) -> None:
        """Raises: `ConfigError` when the settings do not fit together."""
        self._check_reachable()
        self._check_media()
        self._check_creation()
        self._check_turn()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """The settings that these variables describe; an empty value counts as not set.

        Raises: `ConfigError` for an unknown `KITH_` name, a value that cannot be read, or a whole that cannot work.
        """
        declared = {variable_of(f.name): f for f in fields(cls)}
        chosen = {}
        for variable in filter(lambda name: name.startswith(PREFIX), environment):
            if variable not in declared:
                raise ConfigError(_unknown(variable, declared))
            if environment[variable]:
                try:
                    value = declared[variable].metadata["reader"](environment[variable])
                except ValueError as problem:
                    raise ConfigError(f"{variable}: {problem}") from None
                chosen[declared[variable].name] = value
        return cls(**chosen)

    @property
    def base_url(self) -> str:
        """The origin that links begin with."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def media_bind_host(self) -> str:
        return self.media_host or self.host

    @property
    def announced_media_addresses(self) -> tuple[str, ...]:
        return self.media_addresses or (self.media_bind_host,)

    @property
    def creation_policy(self) -> Creation:
        """Who may start a group, the default decided: open only for this machine."""
        if self.creation is not None:
            return self.creation
        only_here = self._listens_only_here and self._is_public_only_here
        return Creation.OPEN if only_here and self.organiser_key is None else Creation.ORGANISER_KEY

    @property
    def links_die_with_process(self) -> bool:
        return read.PROCESS_KEY_ID in self.signing_keys

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def _listens_only_here(self) -> bool:
        return ipaddress.ip_address(self.host).is_loopback

    @property
    def _is_public_only_here(self) -> bool:
        return read.is_loopback(urlsplit(self.base_url).hostname or "")

    def _check_reachable(self) -> None:
        if not self._listens_only_here and self.public_url is None:
            raise ConfigError("KITH_PUBLIC_URL is needed when KITH_HOST is not loopback: links begin with it")

    def _check_media(self) -> None:
        if self.media_addresses:
            return
        bound = ipaddress.ip_address(self.media_bind_host)
        if bound.is_unspecified:
            raise ConfigError(
                "KITH_MEDIA_ADDRESSES is needed: the addresses under which browsers reach this machine"
            )
        if bound.is_loopback and not self._is_public_only_here and not self.turn_urls:
            raise ConfigError(
                "KITH_MEDIA_HOST and KITH_MEDIA_ADDRESSES are needed: media would reach this machine only"
            )

    def _check_creation(self) -> None:
        needs_key = self.creation_policy is Creation.ORGANISER_KEY
        if needs_key and self.organiser_key is None:
            raise ConfigError(
                "KITH_ORGANISER_KEY is needed: others can reach this server (KITH_CREATION=open lets everybody start groups)"
            )
        if not needs_key and self.organiser_key is not None:
            raise ConfigError(
                "KITH_ORGANISER_KEY has no effect with KITH_CREATION=open; leave one of them out"
            )

    def _check_turn(self) -> None:
        if bool(self.turn_urls) != (self.turn_secret is not None):
            raise ConfigError("KITH_TURN_URLS and KITH_TURN_SECRET are needed together")


def variable_of(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def _unknown(variable: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(variable, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "see docs/settings.md"
    return f"{variable} is not a setting; {hint}"
