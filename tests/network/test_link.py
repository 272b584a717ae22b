"""The wire between two networks, with datagram sockets in the place of TUN devices."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest_asyncio

from tests.support.network.link import Link
from tests.support.network.path import Conditions

from .packets import ends, packet

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

CLIENT, SERVER, ELSEWHERE = "10.0.0.2", "10.0.0.1", "10.0.0.9"
PATIENCE_S = 30
UP = packet(CLIENT, SERVER, (40_000, 8000), b"up")
DOWN = packet(SERVER, CLIENT, (8000, 40_000), b"down")
IPV6 = bytes((0x60,)) + bytes(39)


class Wire:
    def __init__(self) -> None:
        (self.client, client), (self.server, server) = (
            socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)
        )
        self._devices = (client, server)
        for end in (self.client, self.server):
            end.settimeout(0)
        self.link = Link(client.fileno(), server.fileno())

    async def carries(self, sender: socket.socket, receiver: socket.socket, data: bytes) -> bytes:
        """What arrives there first when this is sent here."""
        sender.send(data)
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(receiver, 65_536), PATIENCE_S)

    def close(self) -> None:
        self.link.close()
        for each in (self.client, self.server, *self._devices):
            each.close()


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    both = Wire()
    yield both
    both.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - the link has no event for it
            await asyncio.sleep(0)


async def test_both_directions_carry_whole_packets(wire: Wire) -> None:
    assert await wire.carries(wire.client, wire.server, UP) == UP
    assert await wire.carries(wire.server, wire.client, DOWN) == DOWN
    assert (wire.link.up.carried, wire.link.down.carried) == (1, 1)


async def test_what_is_not_ipv4_stays_behind(wire: Wire) -> None:
    wire.client.send(IPV6)
    assert await wire.carries(wire.client, wire.server, UP) == UP


async def test_cut_loses_what_is_under_way_and_what_is_sent(wire: Wire) -> None:
    assert await wire.carries(wire.client, wire.server, UP) == UP
    wire.link.become(Conditions(delay_ms=60_000))
    wire.client.send(b"\x45 under way" + UP)
    await until(lambda: wire.link.up.under_way == 1)
    wire.link.cut()
    wire.link.become(Conditions())
    wire.client.send(b"\x45 while cut" + UP)
    await until(lambda: wire.link.up.path.lost == 2)
    wire.link.mend()
    assert await wire.carries(wire.client, wire.server, UP) == UP


async def test_moved_client_is_seen_elsewhere_and_reached_there(wire: Wire) -> None:
    wire.link.move_client(CLIENT, ELSEWHERE, 1)
    seen = await wire.carries(wire.client, wire.server, UP)
    assert ends(seen) == ((ELSEWHERE, 40_001), (SERVER, 8000))
    wire.server.send(DOWN)  # to where it was
    back = packet(SERVER, ELSEWHERE, (8000, 40_001), b"down")
    assert ends(await wire.carries(wire.server, wire.client, back)) == ((SERVER, 8000), (CLIENT, 40_000))
