"""`kith serve`: binds, starts uvicorn, and prints the links of a first group; called by `cli`.

Nothing here knows a meeting: the application is `app.create_app`.
"""

from __future__ import annotations

import contextlib
import logging
import resource
import socket
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import uvicorn

from server.app import create_app
from server.confidentiality.log_filter import configure_logging
from server.config import ConfigError, Creation
from server.invite import shared_links
from server.rooms.state import Role
from server.signaling.links import DEFAULT_LINK_MINUTES

if TYPE_CHECKING:
    from server.config import Settings

log = logging.getLogger(__name__)

WS_MAX_BYTES: Final = 262_144
"""The first frame (`docs/protocol.md` §2); the session bounds later ones closer."""
WS_PING_S: Final = 20.0
WS_PONG_WITHIN_S: Final = 20.0
GRACEFUL_SHUTDOWN_S: Final = 5
"""For answers under way; WebSockets are closed with 1012 at once."""


def serve(settings: Settings) -> int:
    """Serve until a signal comes; the exit code.

    Raises: `ConfigError` when a port cannot be had.
    """
    configure_logging(sys.stderr)
    allow_connections()
    listener = _listen(settings)
    settings = replace(settings, port=listener.getsockname()[1])
    _check_media_port(settings)
    try:
        _Server(settings).run(sockets=[listener])
    except KeyboardInterrupt:
        log.info("stopped")
    finally:
        listener.close()
    return 0


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
        super().__init__(
            uvicorn.Config(
                create_app(settings),
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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(announcement(self._settings, time.time()) + "\n")
            sys.stdout.flush()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError:
        listener.close()
        raise ConfigError(
            f"TCP port {settings.port} cannot be had; set KITH_PORT to another one, or to 0 for any"
        ) from None
    return listener


def _check_media_port(settings: Settings) -> None:
    """Tell in one line what would otherwise fail inside the media server a moment later."""
    family = socket.AF_INET6 if ":" in settings.media_bind_host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((settings.media_bind_host, settings.media_port))
        except OSError:
            raise ConfigError(
                f"UDP port {settings.media_port} cannot be had; set KITH_MEDIA_PORT to another one, or to 0 for any"
            ) from None
