"""A TCP path between browsers and a server that a test can cut and mend; used by `stage`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHUNK_BYTES = 65_536


class Relay:
    """Passes bytes both ways unread; while it is cut, connections break and new ones are refused."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows: set[asyncio.Task[None]] = set()
        self.port = 0

    def cut(self) -> None:
        """The network is gone: no closing handshake."""
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._is_cut = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._server_port)
        self._writers |= {writer, upstream}
        flows = {
            asyncio.create_task(self._flow(reader, upstream)),
            asyncio.create_task(self._flow(upstream_reader, writer)),
        }
        self._flows |= flows
        await asyncio.gather(*flows, return_exceptions=True)
        self._writers -= {writer, upstream}
        self._flows -= flows

    async def _flow(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                writer.write(data)
                await writer.drain()
        writer.close()

    @classmethod
    @contextlib.asynccontextmanager
    async def before(cls, server_port: int) -> AsyncIterator[Relay]:
        """A path to this port of loopback, until the block ends."""
        relay = cls(server_port)
        listening = await asyncio.start_server(relay._accept, "127.0.0.1", 0)
        relay.port = listening.sockets[0].getsockname()[1]
        try:
            yield relay
        finally:
            listening.close()
            relay.cut()
            await asyncio.gather(*relay._flows, return_exceptions=True)
