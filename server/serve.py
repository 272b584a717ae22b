"""`kith serve`: binds, starts uvicorn, and prints the links of a first group; called by `cli`.

Nothing here knows a meeting: the application is `app.create_app`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import socket
import sys
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import uvicorn

from server.app import create_app
from server.cluster import connection
from server.confidentiality import freed_memory
from server.confidentiality.hardening import MemoryLock, lock_memory
from server.confidentiality.log_filter import configure_logging
from server.confidentiality.redis_guard import RedisKeeps, refuse_keeping
from server.config import ConfigError, Creation, Overwrite
from server.invite import shared_links
from server.rooms.state import Role
from server.signaling.links import DEFAULT_LINK_MINUTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from types import FrameType

    from redis.asyncio import Redis

    from server.cluster.node import Node
    from server.config import Settings

log = logging.getLogger(__name__)

WS_MAX_BYTES: Final = 262_144
"""The first frame (`docs/protocol.md` §2); the session bounds later ones closer."""
WS_PING_S: Final = 20.0
WS_PONG_WITHIN_S: Final = 20.0
LEAVE_WITHIN_S: Final = 60.0
"""For all meetings to be handed over; orchestrators usually allow to be told a longer time before they kill."""
GRACEFUL_SHUTDOWN_S: Final = 5
"""For answers under way; WebSockets are closed with 1012 at once."""


def serve(settings: Settings) -> int:
    """Serve until a signal comes; the exit code.

    Raises: `ConfigError` when a port cannot be had, or memory must be locked and cannot.
    """
    configure_logging(sys.stderr)
    _overwrite_freed_memory(settings)
    _lock_memory(settings)
    allow_connections()
    listener = _listen(settings)
    settings = replace(settings, port=listener.getsockname()[1])
    _check_media_ports(settings)
    _check_redis(settings)
    try:
        _Server(settings).run(sockets=[listener])
    except KeyboardInterrupt:
        log.info("stopped")
    finally:
        listener.close()
    return 0


def _overwrite_freed_memory(settings: Settings) -> None:
    """Begin again if this process does not do what is wanted."""
    if settings.overwrite_freed is Overwrite.NO or freed_memory.overwrites(os.environ):
        return
    if not freed_memory.can_overwrite():
        log.warning("freed memory is not overwritten here: this C library cannot")
        return
    freed_memory.begin_again()


def _lock_memory(settings: Settings) -> None:
    """Out of swap; or said plainly, or refused, as the settings want it."""
    if lock_memory() is MemoryLock.LOCKED:
        return
    if settings.require_locked_memory:
        raise ConfigError(
            "memory cannot be locked here, and KITH_REQUIRE_LOCKED_MEMORY is set; allow it (LimitMEMLOCK=infinity)"
        )
    log.warning("memory is not locked: swap could hold parts of it; see docs/confidentiality.md")


def allow_connections() -> None:
    """As many open files as the system lets this process have: the usual soft limit of 1024 is below our own bounds."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # some systems call no limit what they then refuse
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def announcement(settings: Settings, wall_s: float) -> str:
    """What the terminal shows when people can come.

    Links are shown only where everybody may make them anyway; elsewhere output ends up in logs, and links must not.
    """
    begin = f"Kith is at {settings.base_url}/"
    if settings.creation_policy is not Creation.OPEN or settings.public_url is not None:
        return f"{begin}\nStart a group there, or make its links with `kith invite`."
    links = shared_links(settings, not_before_s=int(wall_s), minutes=DEFAULT_LINK_MINUTES)
    end = (
        "These links end with this process; set KITH_SIGNING_KEYS to keep them for 30 days."
        if settings.links_die_with_process
        else "These links hold for 30 days."
    )
    facilitator, member = links[Role.FACILITATOR], links[Role.MEMBER]
    return f"{begin}\n\nA new group. Facilitator:\n  {facilitator}\n\nMember:\n  {member}\n\n{end}"


class _Server(uvicorn.Server):
    """Uvicorn that speaks up when it is ready, and logs no one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._node: Node | None = None
        self._leaving: asyncio.Task[None] | None = None
        super().__init__(
            uvicorn.Config(
                create_app(settings, on_node=self._is_node),
                loop="asyncio",
                http="h11",
                ws="websockets-sansio",
                ws_max_size=WS_MAX_BYTES,
                ws_ping_interval=WS_PING_S,
                ws_ping_timeout=WS_PONG_WITHIN_S,
                ws_per_message_deflate=False,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
            )
        )

    def _is_node(self, node: Node) -> None:
        self._node = node

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """One node of several first gives its meetings to others; a second signal does not wait for it."""
        if self._node is None or self._leaving is not None or not self.started:
            super().handle_exit(sig, frame)
            return
        self._leaving = asyncio.get_running_loop().create_task(self._leave(self._node, sig))

    async def _leave(self, node: Node, sig: int) -> None:
        try:
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await node.drain()
        except TimeoutError:
            log.warning("not all meetings found another node in time")
        finally:
            super().handle_exit(sig, None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(announcement(self._settings, time.time()) + "\n")
            sys.stdout.flush()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, so that asyncio sends small frames at once: a proto of 0 would leave Nagle's delay of 40 ms in.
    listener = _socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise ConfigError(
            f"TCP port {settings.port} cannot be had; set KITH_PORT to another one, or to 0 for any"
        ) from None
    return listener


def _socket(family: socket.AddressFamily, kind: socket.SocketKind, protocol: int = 0) -> socket.socket:
    try:
        return socket.socket(family, kind, protocol)
    except OSError:
        raise ConfigError(
            "this machine has no IPv6; KITH_HOST and KITH_MEDIA_HOST need IPv4 addresses, 0.0.0.0 for every one"
        ) from None


def _check_redis(settings: Settings) -> None:
    """Refuse one that may keep something. One that does not answer may come later: the node asks it then."""
    if settings.redis_url is None:
        return

    async def ask(url: str) -> None:
        client = connection.connect(url)
        places: Iterable[connection.Place] = ()
        with contextlib.suppress(*connection.TROUBLES):
            places = await connection.places(client)
        await connection.close(client)
        await _ask_each(url, places, partial(refuse_keeping, unchecked=settings.redis_unchecked))

    try:
        asyncio.run(ask(settings.redis_url))
    except RedisKeeps as problem:
        raise ConfigError(str(problem)) from None


async def _ask_each(
    url: str, places: Iterable[connection.Place], guard: Callable[[Redis], Awaitable[object]]
) -> None:
    """One that does not answer keeps nobody from asking the others. Raises: what `guard` raises."""
    for place in places:
        with contextlib.suppress(*connection.TROUBLES):
            await connection.ask_at(url, place, guard)


def _check_media_ports(settings: Settings) -> None:
    """Tell in one line what would otherwise fail inside the media server a moment later."""
    family = socket.AF_INET6 if ":" in settings.media_bind_host else socket.AF_INET
    for port in settings.media_ports:
        with _socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((settings.media_bind_host, port))
            except OSError:
                raise ConfigError(
                    f"UDP port {port} cannot be had; set KITH_MEDIA_PORT to another one, or to 0 for any"
                ) from None
