"""Delivered events per CPU-second: many 16-person rooms, chat in all of them, everything real up to the socket.

Two figures: the way of a command inside the process (decide → journal → evolve → audience → pack → outbox), and
the same through real WebSockets, where the CPU time is the server process's alone (user + system).
Run: `python benchmarks/signaling.py [--rooms N] [--seconds S]`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import cpu_seconds_of, describe, figure
from server.cluster.memory import MemoryJournal
from server.confidentiality.pseudonyms import Pseudonyms
from server.config import Settings
from server.hosting.clock import SystemClock
from server.hosting.directory import Directory, HostingLimits
from server.rooms import commands as c
from server.rooms.ids import DeviceKey, MeetingId, ParticipantId, TokenId
from server.rooms.rules import Rules
from server.rooms.state import Role
from server.signaling.fanout import Switchboard
from server.signaling.links import LinkKeys
from server.signaling.outbox import Outbox, OutboxLimits
from tests.support.fake_media import FakeMedia
from tests.support.live_server import LiveServer, live_server

PEOPLE = 16
BODY = bytes(120)


async def inside(seconds: float) -> tuple[float, float]:
    """(events per CPU-second, CPU seconds) without sockets: outboxes are emptied, not sent."""
    clock = SystemClock()
    directory = Directory(
        clock=clock,
        media=FakeMedia(),
        new_journal=MemoryJournal,
        rules=Rules(),
        limits=HostingLimits(),
        pseudonym_of=Pseudonyms().of,
    )
    switchboard = Switchboard(clock)
    live = await directory.open(MeetingId("bench"))
    fanout = switchboard.of(live.id, live.replica)
    people = [ParticipantId(f"{n:011d}") for n in range(PEOPLE)]
    outboxes = []
    for who in people:
        key = who.encode()
        joined = await live.host.submit(
            c.Join(who, Role.FACILITATOR, b"", TokenId(who), False, DeviceKey(key), 0, key)  # noqa: FBT003
        )
        await live.replica.reached(joined.position)
        outboxes.append(Outbox(OutboxLimits()))
        fanout.attach(who, 1, outboxes[-1])
    delivered, began, until = 0, time.process_time(), time.monotonic() + seconds
    while time.monotonic() < until:
        for who in people:
            outcome = await live.host.submit(c.Say(who, BODY))
            await live.replica.reached(outcome.position)
        for outbox in outboxes:
            for _ in people:
                await outbox.take()
                delivered += 1
    used = time.process_time() - began
    await directory.close()
    return delivered / used, used


def _serve(pipe_out: int) -> None:
    """Child: the real application; tells its port."""

    async def run() -> None:
        settings = Settings(
            signing_keys={"bench": bytes(32)}, signaling_burst=10_000, signaling_per_second=1000, media_port=0
        )
        async with live_server(settings) as server:
            os.write(pipe_out, f"{server.port}\n".encode())
            await asyncio.Event().wait()

    asyncio.run(run())


async def over_sockets(port: int, pid: int, rooms: int, seconds: float) -> tuple[float, float, float]:
    """(events per CPU-second of the server, its CPU seconds, wall seconds)."""
    server = LiveServer(port, LinkKeys({"bench": bytes(32)}))
    groups = [server.group() for _ in range(rooms)]
    clients = [[await group.facilitator() for _ in range(PEOPLE)] for group in groups]
    before, began, until, said = cpu_seconds_of(pid), time.monotonic(), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        for room in clients:
            await asyncio.gather(*(client.do("say", body=BODY) for client in room))
            said += len(room)
    for room in clients:
        for client in room:
            await client.until(lambda c: len(c.view.messages) >= said // rooms)
    used, wall = cpu_seconds_of(pid) - before, time.monotonic() - began
    for room in clients:
        for client in room:
            await client.close()
    return said * (PEOPLE + 1) / used, used, wall


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rooms", type=int, default=2)
    arguments.add_argument("--seconds", type=float, default=5)
    chosen = arguments.parse_args()
    inside_rate, used = asyncio.run(inside(chosen.seconds))
    print(describe())
    print(f"inside the process      {inside_rate:10,.0f} events delivered per CPU-second ({used:.1f} s CPU)")
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        _serve(write_end)
    try:
        port = int(os.read(read_end, 16))
        rate, used, wall = asyncio.run(over_sockets(port, child, chosen.rooms, chosen.seconds))
    finally:
        os.kill(child, 15)
        os.waitpid(child, 0)
    print(
        f"through real WebSockets {rate:10,.0f} events and answers per CPU-second "
        f"({used:.1f} s CPU in {wall:.1f} s, {chosen.rooms} rooms of {PEOPLE})"
    )
    figure(
        "signaling: delivered events per CPU-second, 16-person rooms",
        f"{inside_rate:,.0f} inside, {rate:,.0f} through WebSockets",
        "≥ 100 000",
    )


if __name__ == "__main__":
    main()
