"""A media server and real aiortc peers of one meeting, for tests of what they decode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rooms.routes import Kind, Track

from .real_peers import MEETING, PATIENCE_S, Client, Listener, Network

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.rooms.ids import ParticipantId

BOTH = (Kind.MIC, Kind.CAMERA)


class Gathering:
    """A media server and the clients of one meeting."""

    def __init__(self) -> None:
        self.server = MediaServer(MediaSettings(host="127.0.0.1"))
        self.listener = Listener()
        self.server.start(self.listener)
        self.clients: list[Client] = []
        self.networks: list[Network] = []

    async def join(
        self, number: int, seats: int = 2, noise: int = 6, network: Network | None = None
    ) -> Client:
        client = Client(number, seats, noise)
        self.clients.append(client)
        await client.connect(self.server, None if network is None else network.local)
        return client

    async def network(self, loss: float = 0.0) -> Network:
        self.networks.append(await Network.between(self.server, loss))
        return self.networks[-1]

    async def route(self, kinds: Mapping[Client, Iterable[Kind]], to: Iterable[Client] | None = None) -> None:
        """Everybody receives everybody's tracks as named; `to` restricts the receivers."""
        receivers = list(self.clients if to is None else to)
        wanted: dict[Track, frozenset[ParticipantId]] = {
            Track(publisher.id, kind): frozenset(each.id for each in receivers if each is not publisher)
            for publisher, tracks in kinds.items()
            for kind in tracks
        }
        await self.server.route(MEETING, wanted)

    async def route_all(self) -> None:
        await self.route(dict.fromkeys(self.clients, BOTH))
        await self.listener.until(lambda: all(self._sees_all(client) for client in self.clients))

    def _sees_all(self, client: Client) -> bool:
        seated = {seat.publisher for seat in self.listener.seats.get(client.id, ())}
        return {other.id for other in self.clients if other is not client} <= seated

    async def see(
        self, viewer: Client, publisher: Client, frames: int = 3, timeout_s: float = PATIENCE_S
    ) -> None:
        seat = self.listener.seat_of(viewer, publisher)
        await viewer.seen[seat].next(publisher.looks_like, frames, timeout_s)

    async def hear(self, viewer: Client, publisher: Client, frames: int = 10) -> None:
        seat = self.listener.seat_of(viewer, publisher)
        await viewer.heard[seat].next(publisher.sounds_like, frames)


async def three(gathering: Gathering) -> tuple[Client, Client, Client]:
    clients = (await gathering.join(0), await gathering.join(1), await gathering.join(2))
    await gathering.route_all()
    return clients
