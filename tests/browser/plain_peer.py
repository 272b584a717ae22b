"""A participant that does not seal its frames: a page on the wire and an aiortc peer on the media port."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.media.real_peers import Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.live_server import Group
    from tests.support.wire_client import WireClient


class PlainPeer:
    """Joins as the protocol says, its name sealed; sound and picture in the clear."""

    def __init__(self, page: WireClient) -> None:
        self._page = page
        self._peer = Client(1, seats=0)

    @property
    def id(self) -> str:
        return self._page.you

    async def open(self, _meeting: str, _peer: str, offer: str) -> str:
        """What the peer takes for the media server: the meeting's own door."""
        await self._page.join(offer)
        assert self._page.answer is not None
        return self._page.answer

    async def send_everything(self) -> None:
        """Once somebody has admitted it."""
        await self._page.until(lambda c: c.you in c.view.people and c.view.people[c.you]["room"] == "main")
        await self._page.do("set_media", mic=True, camera=True)

    @classmethod
    @contextlib.asynccontextmanager
    async def knocking(cls, group: Group, name: str) -> AsyncIterator[PlainPeer]:
        """In the lobby; leaves when the block ends."""
        plain = cls(await group.person("member", name))
        try:
            await plain._peer.connect(plain)  # type: ignore[arg-type]
            yield plain
        finally:
            await plain._peer.leave()
            await plain._page.close()
