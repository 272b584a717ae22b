"""A group whose people sit at different machines, talk all the time, and come back when their connection is lost."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from websockets.exceptions import WebSocketException

from tests.support.live_server import Group
from tests.support.wire_client import A_PAGE_WAITS_S, Refused

from .machines import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from tests.support.wire_client import Map, WireClient

    from .machines import Machine

PAUSE_S = 0.05
"""Between two messages of one person: below what one connection may send."""


@dataclass
class Person:
    """A page that does not give up: a command without an answer is given again, with its id, wherever it can be."""

    name: str
    page: WireClient
    machines: Sequence[Machine]
    said: list[str] = field(default_factory=list)
    """What was acknowledged."""
    returns: int = 0
    thrown_out: int = 0
    """Returns after her connection had ended, and not because no answer came for as long as a page waits."""

    def __post_init__(self) -> None:
        self.page.answer_within_s = A_PAGE_WAITS_S

    async def insist(self, tag: str, **fields: object) -> Map:
        number = self.page.next_id()
        message: Map = {"t": tag, "id": number, **fields}
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    return await self.page.ask(number, message)
                except Refused as refused:
                    if refused.code != "busy":
                        raise
                    await asyncio.sleep(PAUSE_S)
                except TimeoutError:
                    await self.come_back()
                except WebSocketException:
                    self.thrown_out += 1
                    await self.come_back()

    async def say(self, text: str) -> None:
        await self.insist("say", body=self.page.sealed_chat(text))
        self.said.append(text)

    async def come_back(self) -> None:
        """On the first machine that lets her in, as the page does it."""
        with contextlib.suppress(Exception):
            await self.page.close()
        self.returns += 1
        while True:
            for machine in self.machines:
                self.page.url = machine.ws_url
                with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                    await self.page.connect()
                    try:
                        await self.page.resume()
                    except Refused:
                        await self.page.close()
                        continue
                    return
            await asyncio.sleep(PAUSE_S)

    async def talk(self) -> None:
        while True:
            await self.say(f"{self.name} {len(self.said)}")
            await asyncio.sleep(PAUSE_S)

    @property
    def holder(self) -> tuple[str, str | None] | None:
        this = self.page.view.round
        return None if this is None else (this["phase"], this["who"])


@dataclass
class Evening:
    """Ada holds the group, Mia has the turn, Zoe listens."""

    ada: Person
    mia: Person
    zoe: Person
    turn: int

    @property
    def people(self) -> tuple[Person, Person, Person]:
        return self.ada, self.mia, self.zoe

    @contextlib.asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """Everybody writes without a pause."""
        talk = [asyncio.create_task(person.talk()) for person in self.people]
        try:
            yield
        finally:
            for task in talk:
                task.cancel()
            for outcome in await asyncio.gather(*talk, return_exceptions=True):
                assert outcome is None or isinstance(outcome, asyncio.CancelledError), repr(outcome)

    async def said_more(self, *people: Person, count: int = 10) -> None:
        """These, or all, were acknowledged so many messages more."""
        people = people or self.people
        goal = {person.name: len(person.said) + count for person in people}
        async with asyncio.timeout(PATIENCE_S):
            while any(len(person.said) < goal[person.name] for person in people):  # noqa: ASYNC110 - over reconnections
                await asyncio.sleep(PAUSE_S)

    async def check_nothing_is_lost(self) -> None:
        """The same turn, everybody where she was; then the share ends, and every acknowledged message is there."""
        for viewer in self.people:
            await until(viewer, lambda p: p.holder == ("sharing", self.mia.page.you))
            await until(viewer, lambda p: p.page.view.status == "open")
            assert {who: person["room"] for who, person in viewer.page.view.people.items()} == {
                person.page.you: "main" for person in self.people
            }
        await self.pass_the_turn()
        await self.check_texts()

    async def pass_the_turn(self) -> None:
        """The round goes on where it was; what was held during the share is shown."""
        await self.mia.insist("end_share", turn=self.turn)
        for person in self.people:
            await until(person, lambda p: p.holder == ("offered", self.zoe.page.you))

    async def check_texts(self) -> None:
        """Every acknowledged message, once and in order, on every page."""
        for person in self.people:
            await person.say(f"{person.name} has done at {len(person.said)}")
        done = {person.said[-1] for person in self.people}
        for viewer in self.people:
            await until(viewer, lambda p: done <= set(p.page.texts()))
        texts = [person.page.texts() for person in self.people]
        assert texts[0] == texts[1] == texts[2], "everybody has the same"
        for author in self.people:
            shown = [text for text in texts[0] if text.startswith(f"{author.name} ")]
            assert len(set(shown)) == len(shown), "nothing twice"
            kept = [text for text in shown if text in set(author.said)]
            assert kept == author.said, "everything that was acknowledged, in order"


async def until(person: Person, condition: Callable[[Person], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition(person):  # noqa: ASYNC110 - over reconnections
            await asyncio.sleep(PAUSE_S)


async def begin(ada_at: Machine, mia_at: Machine, zoe_at: Machine) -> Evening:
    """Where each sits; the meeting is owned by Ada's machine, and Mia shares."""
    first = ada_at.group()
    machines = list(dict.fromkeys((ada_at, mia_at, zoe_at)))
    ada_page = await first.facilitator("Ada")
    pages = [ada_page]
    for name, machine in (("Mia", mia_at), ("Zoe", zoe_at)):
        pages.append(await Group(machine, first.meeting, first.secret).member(ada_page, name))
    ada, mia, zoe = (
        Person(name, page, [*machines[i:], *machines[:i]])
        for i, (name, page) in enumerate(zip(("Ada", "Mia", "Zoe"), pages, strict=True))
    )
    await ada.insist("start_round", kind="circle", share_ms=None, order=[mia.page.you], invite_passed=False)
    for person in (ada, mia, zoe):
        await until(person, lambda p: p.page.view.round is not None)
    assert ada.page.view.round is not None
    turn = ada.page.view.round["turn"]
    await mia.insist("take_turn", turn=turn)
    for person in (ada, mia, zoe):
        await until(person, lambda p: p.holder == ("sharing", mia.page.you))
    return Evening(ada, mia, zoe, turn)
