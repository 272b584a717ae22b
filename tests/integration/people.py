"""Three people of a group, each a page on the wire and an aiortc peer on the media port; called by the tests here."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from tests.media.real_peers import DIRECT, PATIENCE_S, Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiortc import RTCConfiguration

    from tests.support.live_server import Group
    from tests.support.wire_client import WireClient

STILL_COMING = 5
"""Frames a decoder may hold back when the stream has stopped."""


class Door:
    """Where a peer takes its offer to: the meeting's own door, by `join`."""

    def __init__(self, page: WireClient) -> None:
        self.page = page

    async def open(self, _meeting: str, _peer: str, offer: str) -> str:
        await self.page.join(offer)
        assert self.page.answer is not None
        return self.page.answer


class Person:
    """One participant: a page on the wire and a peer on the media port."""

    def __init__(self, number: int, page: WireClient, configuration: RTCConfiguration = DIRECT) -> None:
        self.page = page
        self.peer = Client(number, configuration=configuration)

    async def arrive(self) -> None:
        await self.peer.connect(Door(self.page))

    async def open_everything(self) -> None:
        await self.page.do("set_media", mic=True, camera=True)

    async def seat_of(self, other: Person) -> int:
        await self.page.until(lambda c: other.page.you in [seat["who"] for seat in c.view.seats])
        return [seat["who"] for seat in self.page.view.seats].index(other.page.you)

    async def sees_and_hears(self, other: Person) -> None:
        seat = await self.seat_of(other)
        await self.peer.seen[seat].next(other.peer.looks_like, count=3)
        await self.peer.heard[seat].next(other.peer.sounds_like, count=5)

    def received(self) -> int:
        """Frames decoded so far, of anybody."""
        return sum(len(half.values) for half in (*self.peer.seen, *self.peer.heard))

    async def packets(self) -> int:
        """RTP packets that came to this peer so far, of anybody, decoded or not."""
        return await self.peer.packets_received()

    async def all_that_came(self) -> int:
        """Packets and decoded frames so far: what is still between the two shows as it comes out."""
        return await self.packets() + self.received()

    async def sounds_of(self, other: Person, seat: int) -> int:
        """Frames at this seat so far that sound like her."""
        return sum(map(other.peer.sounds_like, self.peer.heard[seat].values))


@contextlib.asynccontextmanager
async def three_people(group: Group) -> AsyncIterator[tuple[Person, Person, Person]]:
    roles = ("facilitator", "member", "member")
    people = [Person(number, await group.person(role)) for number, role in enumerate(roles)]
    try:
        for person in people:
            await person.arrive()
        yield people[0], people[1], people[2]
    finally:
        for person in people:
            await person.peer.leave()


async def admit(host: Person, *others: Person) -> None:
    for other in others:
        await host.page.until(lambda c, who=other.page.you: who in c.view.people)
        await host.page.do("admit", who=other.page.you)


async def comes_to_rest(
    counted: Callable[[], Awaitable[int]], meanwhile: Callable[[], Awaitable[object]]
) -> None:
    """Return when the number stayed as it was while something else went on. Raises: TimeoutError.

    What sockets, jitter buffers and decoders still hold comes out first, which is much where the machine was busy.
    """
    async with asyncio.timeout(PATIENCE_S):
        before, now = -1, await counted()
        while now != before:
            await meanwhile()
            before, now = now, await counted()
