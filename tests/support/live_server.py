"""The real application on a real socket of loopback, in the test's own event loop."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
import socket
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import uvicorn

from server.app import create_app
from server.rooms.ids import MeetingId, TokenId
from server.rooms.state import Role
from server.signaling.links import LinkClaims, LinkKeys

from .wire_client import WireClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.config import Settings
    from server.hosting.ports import Clock, MediaControl


def random_id() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


@dataclass
class Group:
    """One meeting's links."""

    server: LiveServer
    meeting: str
    secret: str

    def link(self, role: str = "member", *, personal: bool = False, **times: int) -> str:
        """TOKEN.SECRET; times: not_before_s, expires_s."""
        now = int(time.time())
        claims = LinkClaims(
            meeting=MeetingId(self.meeting),
            role=Role(role),
            not_before_s=times.get("not_before_s", now - 60),
            expires_s=times.get("expires_s", now + 3600),
            token_id=TokenId(random_id()),
            personal=personal,
        )
        return f"{self.server.keys.mint(claims)}.{self.secret}"

    async def person(
        self, role: str = "member", name: str = "Somebody", link: str | None = None
    ) -> WireClient:
        """A connected client that has not joined yet."""
        client = WireClient(self.server.ws_url, link or self.link(role), name)
        self.server.clients.append(client)
        return await client.connect()

    async def facilitator(self, name: str = "Ada") -> WireClient:
        client = await self.person("facilitator", name)
        await client.join()
        return client

    async def member(self, admitted_by: WireClient, name: str = "Mia") -> WireClient:
        """Somebody inside."""
        client = await self.person("member", name)
        await client.join()
        await admitted_by.until(lambda c: client.you in c.view.people)
        await admitted_by.do("admit", who=client.you)
        await client.until(lambda c: c.view.people[c.you]["room"] == "main")
        return client


class LiveServer:
    """A running server and what tests need to reach it."""

    def __init__(self, port: int, keys: LinkKeys) -> None:
        self.port = port
        self.keys = keys
        self.clients: list[WireClient] = []

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def group(self) -> Group:
        secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        return Group(self, random_id(), secret)


@contextlib.asynccontextmanager
async def live_server(
    settings: Settings, *, clock: Clock | None = None, media: MediaControl | None = None, port: int = 0
) -> AsyncIterator[LiveServer]:
    """Runs until the block ends; every client made through it is closed then. port: of one that was here before; else a free one."""
    listener = socket.create_server(("127.0.0.1", port))
    port = listener.getsockname()[1]
    config = uvicorn.Config(
        # The pages' policy names the port, so it must be the true one.
        create_app(replace(settings, port=port), clock=clock, media=media),
        ws="websockets-sansio",
        ws_max_size=262_144,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    live = LiveServer(port, LinkKeys(settings.signing_keys))
    try:
        yield live
    finally:
        for client in live.clients:
            with contextlib.suppress(Exception):
                await client.close()
        server.should_exit = True
        await serving
        listener.close()
