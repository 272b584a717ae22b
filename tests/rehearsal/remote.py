"""A real media server and one lean transport; used by `test_transport`."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rehearsal.sdp import Sources, read_answer, write_offer
from server.rooms.ids import ParticipantId
from tests.media.real_peers import MEETING, Listener

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from server.rehearsal.sdp import Remote
    from server.rehearsal.transport import Transport

PATIENCE_S = 40
ADA = ParticipantId("ada-0000000")
SOURCES = Sources(mic=10, camera=11, camera_rtx=12)


class Answering:
    """The server, for as long as the block lasts."""

    def __init__(self) -> None:
        self.server = MediaServer(MediaSettings(host="127.0.0.1"))
        self.listener = Listener()

    async def __aenter__(self) -> Self:
        self.server.start(self.listener)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    async def open(self, offer: str) -> str:
        return await self.server.open(MEETING, ADA, offer)

    async def remote_of(self, transport: Transport) -> Remote:
        """The answer to this transport's offer."""
        return read_answer(await self.open(write_offer(transport.ufrag, transport.fingerprint, 0, SOURCES)))

    async def settle(self, transport: Transport, lose: Callable[[bytes], bool] | None = None) -> None:
        """Return when the transport is open or closed. lose: which of the server's datagrams never come."""
        await self.until(lambda: self._step(transport, lose) and (transport.settled or transport.is_closed))

    async def settle_closed(self, transport: Transport) -> None:
        await self.until(lambda: self._step(transport, None) and transport.is_closed)

    @staticmethod
    def _step(transport: Transport, lose: Callable[[bytes], bool] | None) -> bool:
        for datagram, _ in transport.datagrams(100):
            if lose is None or not lose(datagram):
                transport.control(datagram)
            if transport.is_closed:
                return True
        transport.remind(time.monotonic())
        return True

    def is_open(self) -> bool:
        peer = self.server.peer(MEETING, ADA)
        return peer is not None and peer.is_open

    async def until(self, condition: Callable[[], bool]) -> None:
        """Raises: TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - sockets of another side tell nobody
                await asyncio.sleep(0.01)
