"""Composition root: makes every part once and plugs them together; no rule lives here."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from server.cluster.clock import SharedClock
from server.cluster.keys import ClusterKeys
from server.cluster.memory import MemoryJournal
from server.cluster.node import Node, NodeSettings
from server.cluster.tenure import TenureTimes
from server.confidentiality import freed_memory
from server.confidentiality.pseudonyms import Pseudonyms
from server.confidentiality.redis_guard import refuse_keeping
from server.confidentiality.sweeping import Sweeper
from server.config import Overwrite
from server.hosting.clock import SystemClock
from server.hosting.directory import Directory, HostingLimits
from server.hosting.ports import ForwardingLoad
from server.insight import Insight
from server.media.meter import Meter, OfThisProcess, of_workers
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.media.worker_pool import WorkerPool
from server.rooms.rules import Rules
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
from server.web.custom import custom_routes
from server.web.headers import SecurityHeaders
from server.web.health import health_routes
from server.web.helplines import helpline_routes
from server.web.pages import page_routes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sized

    from starlette.types import ASGIApp

    from server.config import Settings
    from server.hosting.directory import Meetings
    from server.hosting.ports import Clock, MediaControl

WORKER_COMMAND: Final = (sys.executable, "-m", "server.media_worker")


def create_app(  # noqa: PLR0915 - one line for each part, and what differs where there are several nodes
    settings: Settings,
    *,
    clock: Clock | None = None,
    media: MediaControl | None = None,
    wall_s: Callable[[], float] = time.time,
    on_node: Callable[[Node], None] = lambda _node: None,
) -> ASGIApp:
    """The whole server as one ASGI application.

    clock, media, wall_s: given by tests; otherwise this machine's time and the real media server.
    on_node: told which node this is, where there are several.
    Raises: OSError if the media port cannot be bound; with media workers the start of the application does.
    """
    media_server = _media_server(settings) if media is None else None
    control = media or media_server
    assert control is not None  # noqa: S101 - one of the two is
    limits = HostingLimits(max_meetings=settings.max_meetings)
    links = LinkKeys(settings.signing_keys)
    sweeper = Sweeper()
    pseudonym_of = Pseudonyms().of
    insight = Insight(
        settings,
        media_server,
        lambda: (hosted, endpoint),
        wall_s,
        lambda: None if node is None else node.reaches_redis,
    )

    def meeting_over() -> None:
        sweeper.meeting_over()
        insight.meeting_over()

    node: Node | None = None
    directory: Directory | None = None
    meetings: Meetings
    hosted: Sized
    if settings.redis_url is None:
        clock = clock or SystemClock()
        switchboard = Switchboard(clock)
        origin_of = OriginPseudonyms(secrets.token_bytes(32)).of
        hosted = meetings = directory = Directory(
            clock=clock,
            media=control,
            new_journal=MemoryJournal,
            rules=Rules(),
            limits=limits,
            pseudonym_of=pseudonym_of,
            on_over=meeting_over,
        )
    else:
        shared_clock = clock = SharedClock()
        derive = ClusterKeys(settings.cluster_secret).derive
        switchboard = Switchboard(clock, lambda meeting, size: derive(f"positions {meeting}", size))
        origin_of = OriginPseudonyms(derive("origins", 32)).of
        node = Node(
            NodeSettings(settings.redis_url, settings.cluster_secret, TenureTimes(settings.lease_ms), limits),
            clock=shared_clock,
            media=control,
            listener=switchboard,
            rules=Rules(),
            pseudonym_of=pseudonym_of,
            on_over=meeting_over,
            guard=partial(refuse_keeping, unchecked=settings.redis_unchecked),
            forwarding=_meter(media_server),
        )
        on_node(node)
        hosted = meetings = node.meetings
        control = node.media
    turn = TurnService(settings.turn_urls, settings.turn_secret or "", settings.turn_lifetime_s)
    arrivals = Arrivals(
        directory=meetings,
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
        listener = switchboard if node is None else node.words
        if isinstance(media_server, WorkerPool):
            await media_server.start(listener)
        elif media_server is not None:
            media_server.start(listener)
        if node is not None:
            await node.start()
        ready = True
        async with insight.watching():
            yield
        ready = False
        switchboard.close()
        if directory is not None:
            await directory.close()
        if node is not None:
            await node.stop()
        sweeper.stop()
        if media_server is not None:
            await media_server.stop()

    pages = Starlette(
        lifespan=lifespan,
        routes=[
            WebSocketRoute("/ws", endpoint.serve),
            *create_routes(settings, links, clock=clock, wall_s=wall_s, origin_of=origin_of),
            *about_routes(settings),
            *health_routes(
                lambda: ready and not (node and node.is_leaving), lambda: node.health if node else "ready"
            ),
            *insight.routes,
            *helpline_routes(settings.helplines),
            *custom_routes(settings.custom),
            *page_routes(settings.web_dist),
        ],
    )
    # Outside of everything, so that Starlette's own answers to our faults carry the headers too.
    return SecurityHeaders(pages, settings.base_url, settings.embed_origins)


def _media_server(settings: Settings) -> MediaServer | WorkerPool:
    media = MediaSettings(
        host=settings.media_bind_host, port=settings.media_port, announced=settings.media_addresses
    )
    if settings.media_workers == 0:
        return MediaServer(media)
    overwrite = settings.overwrite_freed is Overwrite.ALL
    environment = os.environ if overwrite else freed_memory.ordinary(os.environ)
    return WorkerPool(media, settings.media_workers, WORKER_COMMAND, environment=environment)


def _meter(media: MediaServer | WorkerPool | None) -> Callable[[], ForwardingLoad]:
    if media is None:
        return ForwardingLoad
    return Meter(partial(of_workers, media) if isinstance(media, WorkerPool) else OfThisProcess(media))


def _endpoint_limits(settings: Settings) -> EndpointLimits:
    return EndpointLimits(
        session=SessionLimits(settings.signaling_burst, settings.signaling_per_second),
        outbox=OutboxLimits(settings.outbox_frames, settings.outbox_bytes),
    )
