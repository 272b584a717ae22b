"""Three people of a group, each a page on the wire and an aiortc peer on the media port; called by the tests here."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.media.real_peers import DIRECT, Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiortc import RTCConfiguration

    from tests.support.live_server import Group
    from tests.support.wire_client import WireClient


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
