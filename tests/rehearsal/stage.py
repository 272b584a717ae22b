"""A rehearsal beside a real server, in the test's own event loop; used by the tests here."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from typing import TYPE_CHECKING

from server.rehearsal.link import read_link
from server.rehearsal.rehearsal import Cast, Gathering, Rehearsal
from server.rehearsal.sample_media import make_loops

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from server.rehearsal.link import Link
    from server.rehearsal.rehearsal import Outcome
    from server.rehearsal.sample_media import Loop
    from server.rehearsal.server_cpu import ServerCpu
    from tests.support.live_server import Group
    from tests.support.wire_client import WireClient

PATIENCE_S = 40
LONG_S = 600


@functools.cache
def loops() -> list[Loop]:
    """Encoded once for all tests."""
    return make_loops(2)


def link_of(group: Group, role: str = "member") -> Link:
    return read_link(f"{group.server.http_url}/#{group.link(role)}")


class Going:
    """A rehearsal that goes on until it is stopped."""

    def __init__(self, gatherings: list[Gathering], members: int, open_within_s: float = PATIENCE_S) -> None:
        self.told: list[str] = []
        self.stop = asyncio.Event()
        cast = Cast(members, seats=4, loops=loops(), pace=0.0, open_within_s=open_within_s)
        self.rehearsal = Rehearsal(gatherings, cast, self.told.append)
        self.members = self.rehearsal.members
        self._task: asyncio.Task[Outcome] | None = None

    def begin(self, server_cpu: ServerCpu | None = None, seconds: float = LONG_S) -> None:
        self._task = asyncio.create_task(self.rehearsal.run(seconds, self.stop, server_cpu))

    async def outcome(self) -> Outcome:
        """Everybody leaves, or has left."""
        assert self._task is not None
        self.stop.set()
        return await asyncio.wait_for(self._task, PATIENCE_S)

    async def outcome_of_itself(self) -> Outcome:
        """Nobody stops it."""
        assert self._task is not None
        return await asyncio.wait_for(self._task, PATIENCE_S)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds. Raises: TimeoutError; whatever ended the rehearsal, if that came first."""
        assert self._task is not None
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                if self._task.done():
                    self._task.result()
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        self.stop.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


@contextlib.asynccontextmanager
async def rehearsing(group: Group, members: int) -> AsyncIterator[Going]:
    """So many members with the link of a group; over when the block ends."""
    going = Going([Gathering(link_of(group))], members)
    try:
        going.begin()
        yield going
    finally:
        await going.close()


async def let_in(ada: WireClient, members: int) -> list[str]:
    """The facilitator admits whoever waits until so many are in; their ids."""
    let: list[str] = []
    while len(let) < members:
        await ada.until(lambda c: bool(_waiting(c, let)))
        who = _waiting(ada, let)[0]
        await ada.do("admit", who=who)
        let.append(who)
    await ada.until(lambda c: all(c.view.people[who]["room"] == "main" for who in let))
    return let


def _waiting(ada: WireClient, let: list[str]) -> list[str]:
    return [who for who, person in ada.view.people.items() if person["room"] == "lobby" and who not in let]
