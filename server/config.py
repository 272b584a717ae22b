"""Reads every setting from the environment once and refuses what cannot work; called by `cli` and `app`.

Imports the standard library, `config_readers` and `custom` only. Messages name settings, never their values.
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

    from server.custom.folder import Custom

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


class Overwrite(StrEnum):
    """Whose freed memory is overwritten at once."""

    NO = "no"
    SERVER = "server"
    ALL = "all"
    """The media workers', too."""


def _overwrite(text: str) -> Overwrite:
    try:
        return Overwrite(text)
    except ValueError:
        raise ValueError("no, server or all is needed") from None


def _setting(default: T, reader: Callable[[str], T], *, secret: bool = False) -> T:
    """One field of `Settings`: its default, and how its text is read."""
    declared: T = field(default=default, repr=not secret, metadata={"reader": reader})
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, valid as a whole. Each field is read from `KITH_` and its name in capitals."""

    host: str = _setting("127.0.0.1", read.host)
    """Address on which HTTP and WebSocket are served. Default 127.0.0.1: this machine only."""
    port: int = _setting(8000, read.whole(0, read.MAX_PORT))
    """TCP port of HTTP and WebSocket. Default 8000; 0: any free port."""
    public_url: str | None = _setting(None, read.origin)
    """Origin that people's links begin with. Default http://localhost:PORT; needed when `host` is not loopback."""
    media_host: str | None = _setting(None, read.host)
    """Address on which media is received; :: is every one, IPv4 too. Default: the same as `host`."""
    media_port: int = _setting(8000, read.whole(0, read.MAX_PORT))
    """UDP port of the first media worker, the others have the following ones. Default 8000; 0: any free ports."""
    media_workers: int = _setting(1, read.whole(0, 64))
    """Processes that forward media, each with a UDP port and at most one core. Default 1; 0: the server's own process."""
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
    create_people: int = _setting(50, read.whole(0, 320))
    """Links made for one person each that whoever starts a group may ask for. Default 50; 0: none, members share one."""
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
    metrics_key: str | None = _setting(None, read.organiser_key, secret=True)
    """Key with which Prometheus reads /metrics, 16 to 256 characters. Default: none, and no metrics."""
    require_locked_memory: bool = _setting(False, read.yes_or_no)  # noqa: FBT003 - a declaration
    """Refuse to start where memory cannot be kept out of swap. Default no: a warning."""
    overwrite_freed: Overwrite = _setting(Overwrite.ALL, _overwrite)  # noqa: RUF009 - a declaration
    """Whose memory is overwritten as soon as it is freed: `no` process's, the `server`'s, or `all`, media workers too.
    Default all."""
    redis_unchecked: bool = _setting(False, read.yes_or_no)  # noqa: FBT003 - a declaration
    """Use a Redis that may write to a disk, or does not let us see whether it does. Default no: it is refused."""
    custom: Custom | None = _setting(None, read.custom_folder)  # noqa: RUF009 - a declaration
    """Folder with the organisation's own name, colours, logo, languages and agreement. Default: none, all as shipped."""
    embed_origins: tuple[str, ...] = _setting((), read.origins)
    """Origins of pages that may show Kith in a frame. Default: none."""
    redis_url: str | None = _setting(None, read.redis_url, secret=True)
    """Redis or Valkey through which several servers share their meetings: `redis://host:6379`, `rediss://` with TLS,
    `redis+cluster://a:6379,b:6379` or `redis+sentinel://a:26379,b:26379/service`. Default: none, this one serves alone."""
    cluster_key: bytes | None = _setting(None, read.cluster_key, secret=True)
    """What the servers seal with what they give to Redis, base64url. Default: derived from the first signing key."""
    lease_ms: int = _setting(3_000, read.whole(500, 60_000))
    """So long a server owns a meeting without renewing it; a dead one's meetings are taken over then. Default 3000."""
    web_dist: Path | None = _setting(None, read.web_directory)  # noqa: RUF009 - a declaration
    """Directory of the built web client. Default: the one that came with the server."""
    helplines: bytes | None = field(default=None, repr=False, metadata={"reader": read.helpline_list})
    """JSON file of helplines shown instead of ours, read at start. Default: the list that came with the page."""

    def __post_init__(self) -> None:
        """Raises: `ConfigError` when the settings do not fit together."""
        self._check_reachable()
        self._check_media()
        self._check_creation()
        self._check_turn()
        self._check_cluster()

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
    def media_ports(self) -> tuple[int, ...]:
        """UDP ports to be bound, one for each worker; 0: any free one."""
        count = max(1, self.media_workers)
        return tuple(self.media_port and self.media_port + worker for worker in range(count))

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
    def cluster_secret(self) -> bytes:
        """What all keys of the cluster are derived from."""
        return self.cluster_key or next(iter(self.signing_keys.values()))

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
        if self.media_ports[-1] > read.MAX_PORT:
            raise ConfigError(
                "KITH_MEDIA_PORT is too high: every media worker needs the port after the last one's"
            )
        bound = ipaddress.ip_address(self.media_bind_host)
        if self.media_addresses:
            self._check_families(bound)
            return
        if bound.is_unspecified:
            raise ConfigError(
                "KITH_MEDIA_ADDRESSES is needed: the addresses under which browsers reach this machine"
            )
        if bound.is_loopback and not self._is_public_only_here and not self.turn_urls:
            raise ConfigError(
                "KITH_MEDIA_HOST and KITH_MEDIA_ADDRESSES are needed: media would reach this machine only"
            )

    def _check_families(self, bound: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
        """Browsers would be sent to where nobody listens."""
        unheard = {ipaddress.ip_address(address).version for address in self.media_addresses} - {
            bound.version
        }
        if unheard and bound != ipaddress.IPv6Address("::"):
            raise ConfigError(
                f"KITH_MEDIA_ADDRESSES has an IPv{unheard.pop()} address and media is received by IPv{bound.version} only; "
                "KITH_MEDIA_HOST=:: receives both"
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

    def _check_cluster(self) -> None:
        if self.redis_url is not None and self.links_die_with_process:
            raise ConfigError(
                "KITH_SIGNING_KEYS is needed with KITH_REDIS_URL: every server must know every link"
            )
        if self.redis_url is None and self.cluster_key is not None:
            raise ConfigError("KITH_CLUSTER_KEY has no effect without KITH_REDIS_URL; leave it out")


def variable_of(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def _unknown(variable: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(variable, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "see docs/settings.md"
    return f"{variable} is not a setting; {hint}"
