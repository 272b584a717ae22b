"""Breakouts, quiet rooms and pauses, seen by what real aiortc peers receive and decode, not by flags."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from .people import STILL_COMING, Person, admit, comes_to_rest, three_people

if TYPE_CHECKING:
    from tests.support.live_server import LiveServer

pytestmark = pytest.mark.usefixtures("loopback_candidates")


async def gathered(people: tuple[Person, Person, Person]) -> None:
    """Everybody is in, with microphone and camera, and has been seen and heard by everybody."""
    ada, mia, zoe = people
    await admit(ada, mia, zoe)
    for person in people:
        await person.open_everything()
    await asyncio.gather(*(a.sees_and_hears(b) for a in people for b in people if a is not b))


async def send_into_a_breakout(host: Person, *goers: Person) -> None:
    """A room by hand without a host, allowed to be alone; everybody agrees and goes."""
    who = [person.page.you for person in goers]
    rooms = [{"topic": b"", "host": None, "people": who}]
    plan = {"kind": "by_hand", "rooms": rooms, "size": None, "seed": 1, "length_ms": None, "unattended": True}
    await host.page.do("plan_breakouts", **plan)
    for person in goers:
        await person.page.until(
            lambda c: c.view.breakouts is not None and c.view.breakouts["yours"] is not None
        )
        await person.page.do("answer_breakout", room=person.page.view.breakouts["yours"])
    await host.page.do("open_breakouts")
    for person in goers:
        await person.page.until(lambda c: c.view.people[c.you]["room"] != "main")


async def is_alone(person: Person, *others: Person) -> None:
    """Nobody has a seat at her page, and no packet comes while the others get dozens of frames."""
    await person.page.until(lambda c: all(seat["who"] is None for seat in c.view.seats))

    async def others_meet() -> None:
        await asyncio.gather(*(a.sees_and_hears(b) for a in others for b in others if a is not b))

    await comes_to_rest(person.all_that_came, others_meet)
    frames, packets = person.received(), await person.packets()
    await others_meet()
    assert person.received() - frames <= STILL_COMING
    assert await person.packets() == packets


async def test_a_breakout_hears_itself_and_everybody_is_heard_after_coming_back(server: LiveServer) -> None:
    async with three_people(server.group()) as people:
        ada, mia, zoe = people
        await gathered(people)
        await send_into_a_breakout(ada, mia, zoe)
        await asyncio.gather(mia.sees_and_hears(zoe), zoe.sees_and_hears(mia))
        await is_alone(ada, mia, zoe)
        await ada.page.do("recall_breakouts", at_once=True)
        await asyncio.gather(*(a.sees_and_hears(b) for a in people for b in people if a is not b))


async def test_a_held_floor_holds_in_a_breakout(server: LiveServer) -> None:
    async with three_people(server.group()) as people:
        ada, mia, zoe = people
        await gathered(people)
        await send_into_a_breakout(ada, mia, zoe)
        await asyncio.gather(mia.sees_and_hears(zoe), zoe.sees_and_hears(mia))
        room = mia.page.view.people[mia.page.you]["room"]
        await ada.page.do("enter_room", room=room)
        await mia.sees_and_hears(ada)
        await ada.page.do("set_floor", floor="held")
        seat = await mia.seat_of(zoe)
        await mia.page.until(lambda c: not c.view.seats[seat]["audio"])

        async def facilitator_is_heard() -> None:
            await asyncio.gather(mia.sees_and_hears(ada), zoe.sees_and_hears(ada))

        await comes_to_rest(lambda: mia.sounds_of(zoe, seat), facilitator_is_heard)
        before = len(mia.peer.heard[seat].values)
        await facilitator_is_heard()
        await mia.peer.seen[seat].next(zoe.peer.looks_like, count=3)
        assert not any(map(zoe.peer.sounds_like, mia.peer.heard[seat].values[before + STILL_COMING :]))


async def test_a_quiet_room_is_for_two(server: LiveServer) -> None:
    async with three_people(server.group()) as people:
        ada, mia, zoe = people
        await gathered(people)
        await mia.page.do("ask_for_someone")
        await ada.page.until(lambda c: c.view.needs == [mia.page.you])
        await ada.page.do("accept_need", who=mia.page.you)
        await mia.page.until(lambda c: c.view.people[c.you]["room"] != "main")
        await asyncio.gather(ada.sees_and_hears(mia), mia.sees_and_hears(ada))
        await is_alone(zoe, ada, mia)
        assert [zoe.page.view.people[who.page.you]["away"] for who in (ada, mia)] == [True, True]
        await mia.page.do("end_quiet")
        for person in (ada, mia):
            await person.page.until(lambda c: c.view.people[c.you]["room"] == "main")
            await person.open_everything()
        await asyncio.gather(*(a.sees_and_hears(b) for a in people for b in people if a is not b))


async def test_a_greeting_from_the_lobby_is_heard_by_the_two_only(server: LiveServer) -> None:
    async with three_people(server.group()) as (ada, mia, zoe):
        await admit(ada, mia)
        for person in (ada, mia, zoe):
            await person.open_everything()
        await asyncio.gather(ada.sees_and_hears(mia), mia.sees_and_hears(ada))
        await ada.page.until(lambda c: zoe.page.you in c.view.people)
        await ada.page.do("greet", who=zoe.page.you)
        await asyncio.gather(ada.sees_and_hears(zoe), zoe.sees_and_hears(ada))
        await is_alone(mia, ada, zoe)
        await ada.page.do("admit", who=zoe.page.you)
        for person in (ada, zoe):
            await person.page.until(lambda c: c.view.people[c.you]["room"] == "main")
            await person.open_everything()
        people = (ada, mia, zoe)
        await asyncio.gather(*(a.sees_and_hears(b) for a in people for b in people if a is not b))


async def test_a_pause_stops_every_packet_and_going_on_brings_all_back(server: LiveServer) -> None:
    async with three_people(server.group()) as people:
        ada = people[0]
        await gathered(people)
        await ada.page.do("pause")
        for person in people:
            await person.page.until(
                lambda c: c.view.status == "paused" and all(seat["who"] is None for seat in c.view.seats)
            )

        async def all_that_came() -> int:
            return sum([await person.all_that_came() for person in people])

        async def cameras_go_on(pictures: int = 3) -> None:
            await asyncio.gather(*(person.peer.camera.more(pictures) for person in people))

        await comes_to_rest(all_that_came, cameras_go_on)
        before = [await person.packets() for person in people]
        await cameras_go_on(10)
        assert [await person.packets() for person in people] == before
        await ada.page.do("go_on")
        await asyncio.gather(*(a.sees_and_hears(b) for a in people for b in people if a is not b))
