"""Several servers around one Redis: how long a meeting is without its owner, and what the way through Redis costs.

Real `kith serve` processes with the default lease, a real Redis, pages on the wire and real aiortc peers that decode. A kill is
SIGKILL at a random moment. Gaps are from the kill: to the first command that is answered, and to the first sound of the other
person that is decoded again at the new owner, the peers' own handshakes inside. A drain is SIGTERM; its gap is from the last sound
over the old owner to the first over the new one.
Run: `python benchmarks/cluster.py [--kills N] [--drains N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

sys.path.insert(0, str(Path(__file__).parent.parent))

import aioice.ice

from benchmarks.machine import cpu_seconds_of, describe, figure
from tests.cluster.machines import Machines, machines
from tests.cluster.test_media_moves import NewOffer, again, lost
from tests.integration.people import Person
from tests.support.live_server import Group

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from tests.cluster.machines import Machine
    from tests.support.wire_client import WireClient

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]  # noqa: ARG005 - aioice leaves it out

SETTINGS = {"KITH_LEASE_MS": "3000", "KITH_SIGNALING_PER_SECOND": "1000", "KITH_SIGNALING_BURST": "10000"}
COMMANDS = 300
PEOPLE = 16
Gap = TypeVar("Gap")


@contextlib.asynccontextmanager
async def two_who_hear_each_other(
    owner: Machine, others: Sequence[Machine]
) -> AsyncIterator[tuple[Person, Person]]:
    """The group is a facilitator at the owner, who is lost with it, and these two elsewhere."""
    group = owner.group()
    host = await group.facilitator()
    people = [
        Person(number, await Group(machine, group.meeting, group.secret).person("facilitator"))
        for number, machine in enumerate(others)
    ]
    try:
        for person in people:
            await person.arrive()
            await person.open_everything()
        first, second = people
        await first.sees_and_hears(second)
        await second.sees_and_hears(first)
        await asyncio.sleep(random.uniform(0, 1))
        yield first, second
    finally:
        for person in people:
            await person.peer.leave()
            with contextlib.suppress(Exception):
                await person.page.send({"t": "end", "id": person.page.next_id()})
                await person.page.close()
        with contextlib.suppress(Exception):
            await host.close()


async def last_and_first_sound(number: int, one: Person, other: Person) -> tuple[float, float]:
    """When she heard the other one last over the transport that is lost, and first over the new one."""
    await lost(one)
    last = one.peer.heard[await one.seat_of(other)].newest_at
    await again(number, one, NewOffer(one.page))
    seat = await one.seat_of(other)
    await one.peer.heard[seat].next(other.peer.sounds_like)
    return last, time.perf_counter()


async def one_kill(owner: Machine, others: Sequence[Machine]) -> tuple[float, float]:
    """Seconds without answers, and without sound."""
    async with two_who_hear_each_other(owner, others) as (first, second):
        owner.kill()
        began = time.perf_counter()

        async def answered() -> float:
            await first.page.do("set_media", mic=True, camera=True)
            return time.perf_counter() - began

        signaling, *media = await asyncio.gather(
            answered(), last_and_first_sound(0, first, second), last_and_first_sound(1, second, first)
        )
        return signaling, max(heard for _, heard in media) - began


async def one_drain(owner: Machine, others: Sequence[Machine]) -> float:
    """Seconds without sound."""
    async with two_who_hear_each_other(owner, others) as (first, second):
        owner.leave()
        media = await asyncio.gather(
            last_and_first_sound(0, first, second), last_and_first_sound(1, second, first)
        )
        await owner.gone()
        return max(heard - last for last, heard in media)


async def repeated(
    all_of_them: Machines, count: int, one: Callable[[Machine, Sequence[Machine]], Awaitable[Gap]]
) -> list[Gap]:
    """Each time another owner goes, and a new machine comes in its place."""
    spare = [await all_of_them.add(**SETTINGS) for _ in range(3)]
    gaps = []
    for _ in range(count):
        owner = spare.pop(0)
        gaps.append(await one(owner, spare))
        spare.append(await all_of_them.add(**SETTINGS))
    for machine in spare:
        await machine.close()
    return gaps


async def timed(page: WireClient, count: int, on_said: Callable[[float], None] | None = None) -> list[float]:
    """Seconds of each `say` until it is answered."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        if on_said is not None:
            on_said(began)
        await page.do("say", body=bytes(120))
        took.append(time.perf_counter() - began)
    return took


async def ways(all_of_them: Machines) -> dict[str, list[float]]:
    """Seconds of commands at the owner, at a follower, on one server without Redis, and from page to page across nodes."""
    one, two = await all_of_them.add(**SETTINGS), await all_of_them.add(**SETTINGS)
    alone = await all_of_them.add(**{**SETTINGS, "KITH_REDIS_URL": ""})
    found: dict[str, list[float]] = {}
    group = one.group()
    here = await group.facilitator()
    there = await Group(two, group.meeting, group.secret).facilitator()
    found["alone"] = await timed(await alone.group().facilitator(), COMMANDS)
    found["owner"] = await timed(here, COMMANDS)
    found["follower"] = await timed(there, COMMANDS)
    found["across"] = []
    for _ in range(COMMANDS):
        count, began = len(there.happened), time.perf_counter()
        saying = asyncio.create_task(here.do("say", body=bytes(120)))
        await there.until(lambda c, count=count: len(c.happened) > count)
        found["across"].append(time.perf_counter() - began)
        await saying
    for machine in (one, two, alone):
        await machine.close()
    return found


async def cost(all_of_them: Machines) -> tuple[float, float, float]:
    """CPU seconds of a thousand commands in a room of sixteen: at its owner, at Redis; and commands per second of wall time."""
    one = await all_of_them.add(**SETTINGS)
    group = one.group()
    people = [await group.facilitator() for _ in range(PEOPLE)]
    assert one.process is not None
    pids = (one.process.pid, all_of_them.redis.pid)
    before, began = [cpu_seconds_of(pid) for pid in pids], time.perf_counter()
    rounds = 40
    for _ in range(rounds):
        await asyncio.gather(*(page.do("say", body=bytes(120)) for page in people))
    wall_s = time.perf_counter() - began
    owner_s, redis_s = (cpu_seconds_of(pid) - was for pid, was in zip(pids, before, strict=True))
    thousands = rounds * PEOPLE / 1000
    await one.close()
    return owner_s / thousands, redis_s / thousands, rounds * PEOPLE / wall_s


def spread(values: Sequence[float], unit: float = 1000) -> str:
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"p50 {statistics.median(ordered) * unit:.1f}, p99 {p99 * unit:.1f}"


async def measure(kills: int, drains: int) -> None:
    async with machines() as all_of_them:
        ms = await ways(all_of_them)
        owner_s, redis_s, per_second = await cost(all_of_them)
        gaps = await repeated(all_of_them, kills, one_kill)
        handed = await repeated(all_of_them, drains, one_drain)
    print(describe())
    for name, what in (
        ("alone", "one server, no Redis"),
        ("owner", "at the meeting's owner"),
        ("follower", "at another node"),
    ):
        print(f"a command until answered, {what:24} {spread(ms[name])} ms ({COMMANDS} commands)")
    print(f"from page to page across nodes                      {spread(ms['across'])} ms")
    print(
        f"room of {PEOPLE}: {owner_s:.2f} CPU-s at the owner and {redis_s:.2f} at Redis for 1000 commands, {per_second:.0f} a second"
    )
    signaling, media = zip(*gaps, strict=True)
    relay_ms = (statistics.median(ms["follower"]) - statistics.median(ms["owner"])) * 1000
    figure(f"node killed → commands answered again, {kills} kills", f"{spread(signaling, 1)} s")
    figure(f"node killed → media flowing on another, {kills} kills", f"{spread(media, 1)} s", "≤ 5 s")
    figure(f"node drained → without sound, {drains} drains", f"{spread(handed, 1)} s", "≤ 3 s")
    figure("a command at another node than the owner: more than at the owner", f"{relay_ms:.1f} ms")
    figure("said on one node → shown on another", f"{spread(ms['across'])} ms")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=20)
    arguments.add_argument("--drains", type=int, default=10)
    wish = arguments.parse_args()
    asyncio.run(measure(wish.kills, wish.drains))


if __name__ == "__main__":
    main()
