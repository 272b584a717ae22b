"""Where Redis is, read from one URL: one server, a Redis Cluster, or whichever server Sentinels say is the master.

Read by `config_readers`, which refuses what cannot be read, and by `cluster.connection`, which connects. Imports nothing of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

REDIS_PORT: Final = 6379
SENTINEL_PORT: Final = 26379
_WRITTEN_OUT: Final = "in a password %2F, %3F, %23, %5B and %5D are needed for / ? # [ ]"


class Layout(Enum):
    """What answers at the address."""

    ONE = "redis"
    CLUSTER = "cluster"
    SENTINEL = "sentinel"


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """All of one URL; nothing secret shows in its repr. hosts: any of a cluster's servers, or the Sentinels; of one server none, `url` says it all."""

    layout: Layout
    url: str = field(repr=False)
    hosts: tuple[tuple[str, int], ...] = ()
    service: str = ""
    """What Sentinels call the master."""
    sentinel_login: tuple[str | None, str | None] = field(default=(None, None), repr=False)
    """User and password of the Sentinels themselves."""
    scheme: str = "redis"
    login: str = field(default="", repr=False)
    """As written before the `@`, with it."""
    rest: str = field(default="", repr=False)
    """Number of the database and options, as redis-py reads them."""

    def server_url(self, host: str, port: int) -> str:
        """Of one server behind it, reached as all of them are."""
        bracketed = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{self.login}{bracketed}:{port}{self.rest}"


def read_redis_url(text: str) -> RedisAddress:
    """`redis://`, `rediss://` (TLS) and `unix://`; `redis+cluster://a:6379,b:6379`; `redis+sentinel://a:26379,b:26379/service`.

    Raises: `ValueError` that does not repeat what it was given: a password may be in it.
    """
    url = _split(text)
    scheme, _, layout = url.scheme.partition("+")
    before, at, hosts = url.netloc.rpartition("@")
    if not layout and scheme in {"redis", "rediss", "unix"} and (url.netloc or url.path):
        if url.netloc and scheme != "unix":
            _host(hosts, REDIS_PORT)  # redis-py would repeat what it cannot read
        return RedisAddress(Layout.ONE, text)
    if layout not in {"cluster", "sentinel"} or scheme not in {"redis", "rediss"}:
        raise ValueError("a URL like redis://:PASSWORD@redis.internal:6379/0 is needed")
    login, options = before + at, dict(parse_qsl(url.query))
    if layout == "cluster":
        if url.path not in {"", "/", "/0"}:
            raise ValueError("a Redis Cluster has no databases: leave the number out")
        rest = _options(options)
        return RedisAddress(
            Layout.CLUSTER, text, _hosts(hosts, REDIS_PORT), scheme=scheme, login=login, rest=rest
        )
    service, _, database = unquote(url.path.strip("/")).partition("/")
    if not service or (database and not database.isdecimal()):
        raise ValueError(
            "a URL like redis+sentinel://a:26379,b:26379/SERVICE is needed, SERVICE as Sentinels call it"
        )
    sentinel_login = options.pop("sentinel_username", None), options.pop("sentinel_password", None)
    return RedisAddress(
        Layout.SENTINEL,
        text,
        _hosts(hosts, SENTINEL_PORT),
        service,
        sentinel_login,
        scheme,
        login,
        rest=f"/{database or 0}{_options(options)}",
    )


def _split(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
    except ValueError:  # which repeats what is before the path
        raise ValueError(_WRITTEN_OUT) from None
    if url.fragment:
        raise ValueError(_WRITTEN_OUT)
    return url


def _options(options: dict[str, str]) -> str:
    return f"?{urlencode(options)}" if options else ""


def _hosts(text: str, default_port: int) -> tuple[tuple[str, int], ...]:
    """`a:1,b` or `[::1]:1`, one or more."""
    return tuple(_host(part, default_port) for part in text.split(","))


def _host(text: str, default_port: int) -> tuple[str, int]:
    try:
        url = urlsplit(f"//{text.strip()}")
        port = default_port if url.port is None else url.port
    except ValueError:
        raise ValueError(f"a port is a number up to 65535; {_WRITTEN_OUT}") from None
    if not url.hostname or port == 0 or "@" in text or "," in text:
        raise ValueError("hosts like a.internal:6379,b.internal:6379 are needed")
    return url.hostname, port
