"""Composition root: makes every part once and plugs them together; no rule lives here."""

from __future__ import annotations

import contextlib
import secrets
import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from server.cluster.memory import MemoryJournal
from server.hosting.clock import SystemClock
from server.hosting.directory import Directory, HostingLimits
from server.rooms.state import Rules
from server.signaling.arrivals import Arrivals
from server.signaling.endpoint import Endpoint, EndpointLimits
from server.signaling.fanout import Switchboard
from server.signaling.ice_servers import TurnService
from server.signaling.links import LinkKeys
from server.signaling.origin import OriginPseudonyms
from server.signaling.outbox import OutboxLimits
from server.signaling.session import SessionLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from server.config import Settings
    from server.hosting.ports import Clock, MediaControl


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    media: MediaControl | None = None,
    wall_s: Callable[[], float] = time.time,
) -> Starlette:
    """The whole server as one ASGI application.

    clock, media, wall_s: given by tests; otherwise this machine's time and the real media server.
    """
    clock = clock or SystemClock()
    switchboard = Switchboard(clock)
    links = LinkKeys(settings.signing_keys)
    turn = TurnService(settings.turn_urls, settings.turn_secret or "", settings.turn_lifetime_s)
    directory = Directory(
        clock=clock,
        media=media,
        new_journal=MemoryJournal,
        rules=Rules(),
        limits=HostingLimits(max_meetings=settings.max_meetings),
    )
    arrivals = Arrivals(
        directory=directory,
        switchboard=switchboard,
        media=media,
        links=links,
        wall_s=wall_s,
        ice_servers=lambda: turn.ice_servers(wall_s()),
    )
    endpoint = Endpoint(
        arrivals=arrivals,
        media=media,
        clock=clock,
        origin_of=OriginPseudonyms(secrets.token_bytes(32)).of,
        limits=EndpointLimits(
            session=SessionLimits(
                burst_frames=settings.signaling_burst, frames_per_second=settings.signaling_per_second
            ),
            outbox=OutboxLimits(settings.outbox_frames, settings.outbox_bytes),
        ),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        switchboard.close()
        await directory.close()

    return Starlette(lifespan=lifespan, routes=[WebSocketRoute("/ws", endpoint.serve)])
