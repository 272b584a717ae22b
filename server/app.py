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
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rooms.state import Rules
from server.signaling.arrivals import Arrivals
from server.signaling.endpoint import Endpoint, EndpointLimits
from server.signaling.fanout import Switchboard
from server.signaling.ice_servers import TurnService
from server.signaling.links import LinkKeys
from server.signaling.origin import OriginPseudonyms
from server.signaling.outbox import OutboxLimits
from server.signaling.session import SessionLimits
from server.web.about import about_routes
from server.web.create import create_routes
from server.web.headers import SecurityHeaders
from server.web.health import health_routes
from server.web.pages import page_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import ASGIApp

    from server.config import Settings
    from server.hosting.ports import Clock, MediaControl


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    media: MediaControl | None = None,
    wall_s: Callable[[], float] = time.time,
) -> ASGIApp:
    """The whole server as one ASGI application.

    clock, media, wall_s: given by tests; otherwise this machine's time and the real media server.
    Raises: OSError if the media port cannot be bound.
    """
    clock = clock or SystemClock()
    media_server = _media_server(settings) if media is None else None
    control = media or media_server
    assert control is not None  # noqa: S101 - one of the two is
    switchboard = Switchboard(clock)
    links = LinkKeys(settings.signing_keys)
    origin_of = OriginPseudonyms(secrets.token_bytes(32)).of
    directory = Directory(
        clock=clock,
        media=control,
        new_journal=MemoryJournal,
        rules=Rules(),
        limits=HostingLimits(max_meetings=settings.max_meetings),
    )
    turn = TurnService(settings.turn_urls, settings.turn_secret or "", settings.turn_lifetime_s)
    arrivals = Arrivals(
        directory=directory,
        switchboard=switchboard,
        media=control,
        links=links,
        wall_s=wall_s,
        ice_servers=lambda: turn.ice_servers(wall_s()),
    )
    endpoint = Endpoint(
        arrivals=arrivals, media=control, clock=clock, origin_of=origin_of, limits=_endpoint_limits(settings)
    )
    ready = False

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        nonlocal ready
        if media_server is not None:
            media_server.start(switchboard)
        ready = True
        yield
        ready = False
        switchboard.close()
        await directory.close()
        if media_server is not None:
            await media_server.stop()

    pages = Starlette(
        lifespan=lifespan,
        routes=[
            WebSocketRoute("/ws", endpoint.serve),
            *create_routes(settings, links, clock=clock, wall_s=wall_s, origin_of=origin_of),
            *about_routes(settings),
            *health_routes(lambda: ready),
            *page_routes(settings.web_dist),
        ],
    )
    # Outside of everything, so that Starlette's own answers to our faults carry the headers too.
    return SecurityHeaders(pages, settings.base_url)


def _media_server(settings: Settings) -> MediaServer:
    return MediaServer(
        MediaSettings(
            host=settings.media_bind_host, port=settings.media_port, announced=settings.media_addresses
        )
    )


def _endpoint_limits(settings: Settings) -> EndpointLimits:
    return EndpointLimits(
        session=SessionLimits(settings.signaling_burst, settings.signaling_per_second),
        outbox=OutboxLimits(settings.outbox_frames, settings.outbox_bytes),
    )
