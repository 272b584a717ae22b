"""Memory per participant: 1 000 idle people in 100 meetings, without media and with a media transport each; and of a lively check-in.

    python -m benchmarks.memory [--meetings N]

A real `kith serve` with its media worker, real WebSockets and real joins (two facilitators let eight members in), then real transports
(ICE, DTLS) that carry nothing. What is measured is memory in RAM (RSS) of the server's processes, before and after, by people; the
first meeting is not counted, so that what is loaded and made once is not either. Last, two check-ins as in `check_in.py` in one media
server: what packets kept for retransmission cost.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import gathering
from benchmarks.check_in import PEOPLE, sitting
from benchmarks.machine import describe, figure, resident_bytes_of
from benchmarks.phone import Part, Phone
from server.serve import allow_connections
from server.signaling.links import LinkKeys
from tests.support.live_server import LiveServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_server import Group
    from tests.support.wire_client import WireClient

MEETINGS: Final = 100
FACILITATORS, MEMBERS = 2, 8
EACH: Final = FACILITATORS + MEMBERS
WITH_MEDIA: Final = 5
"""One meeting of so many gets media transports."""
AT_ONCE: Final = 5
"""Meetings that gather at the same time."""
START_S: Final = 20.0
REST_S: Final = 3.0
"""For what was begun to end, before memory is read."""
LOOK_S: Final = 0.005
LIVELY: Final = 2
LIVELY_S: Final = 6.0


@contextlib.contextmanager
def serving(key: bytes) -> Iterator[tuple[int, int]]:
    """A server as it is installed; (its process id, its port)."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    settings = {
        "KITH_PORT": str(port),
        "KITH_MEDIA_PORT": "0",
        "KITH_SIGNING_KEYS": "bench:" + base64.urlsafe_b64encode(key).rstrip(b"=").decode(),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve"],
        env=inherited | settings,
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield process.pid, port
    finally:
        process.terminate()
        try:
            process.wait(START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while True:
        assert process.poll() is None, "the server did not start"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def memory_of(pid: int) -> int:
    """Of the server and its media workers, bytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return resident_bytes_of(pid) + sum(resident_bytes_of(int(child)) for child in children)


class House:
    """Meetings on one server, and who is in them."""

    def __init__(self, pid: int, port: int, key: bytes) -> None:
        self.pid = pid
        self.server = LiveServer(port, LinkKeys({"bench": key}))
        self.phones: list[Phone] = []

    async def gather(self, meetings: int, *, media: bool) -> None:
        """So many meetings more, everybody inside."""
        for _ in range(meetings // AT_ONCE):
            await asyncio.gather(*(self._meet(media=media) for _ in range(AT_ONCE)))

    async def _meet(self, *, media: bool) -> None:
        group = self.server.group()
        inside: list[WireClient] = []
        for number in range(EACH):
            role = "facilitator" if number < FACILITATORS else "member"
            inside.append(await self._arrive(group, role, inside, media=media))

    async def _arrive(self, group: Group, role: str, inside: list[WireClient], *, media: bool) -> WireClient:
        client = await group.person(role)
        phone = Phone(len(self.phones), Part(EACH - 1)) if media else None
        if phone is not None:
            self.phones.append(phone)
        await client.join(None if phone is None else phone.offer)
        if role == "member":
            await inside[0].until(lambda each: client.you in each.view.people)
            await inside[0].do("admit", who=client.you)
        if phone is not None:
            assert client.answer is not None
            phone.call(client.answer)
            await _settled(phone)
        return client

    async def rest(self) -> int:
        """What the server takes when nothing is under way any more, bytes."""
        for client in self.server.clients:
            await client.caught_up()
        await asyncio.sleep(REST_S)
        return memory_of(self.pid)

    async def close(self) -> None:
        for phone in self.phones:
            phone.close()
        for client in self.server.clients:
            with contextlib.suppress(Exception):
                await client.close()


async def _settled(phone: Phone) -> None:
    """The transport is open. Raises: TimeoutError."""
    async with asyncio.timeout(START_S):
        while not phone.settled:
            phone.take()
            phone.remind(time.monotonic())
            await asyncio.sleep(LOOK_S)


async def idle(house: House, meetings: int) -> tuple[float, float, int, int]:
    """(bytes per person without media, with media transports, people of each)."""
    with_media = max(AT_ONCE, meetings // WITH_MEDIA)
    await house.gather(AT_ONCE, media=True)
    before = await house.rest()
    await house.gather(meetings, media=False)
    between = await house.rest()
    await house.gather(with_media, media=True)
    after = await house.rest()
    return (
        (between - before) / (meetings * EACH),
        (after - between) / (with_media * EACH),
        meetings * EACH,
        with_media * EACH,
    )


def lively() -> float:
    """Bytes per person of check-ins that go on, media alone."""
    before = resident_bytes_of(os.getpid())
    sittings = [sitting(f"check-in-{number}") for number in range(LIVELY)]
    result = asyncio.run(gathering.measure(sittings, LIVELY_S))
    return (result.resident_bytes - before) / (LIVELY * PEOPLE)


async def _idle(meetings: int) -> tuple[float, float, int, int]:
    key = secrets.token_bytes(32)
    with serving(key) as (pid, port):
        house = House(pid, port, key)
        try:
            return await idle(house, meetings)
        finally:
            await house.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--meetings", type=int, default=MEETINGS)
    meetings = arguments.parse_args().meetings
    allow_connections()
    print(describe())
    of_lively = lively()
    began = time.monotonic()
    without, with_media, people, people_with_media = asyncio.run(_idle(meetings))
    print(f"memory in RAM per person, kB ({time.monotonic() - began:.0f} s to let everybody in)")
    print(f"idle, no media                    {without / 1000:8.1f}   {people} people in meetings of {EACH}")
    print(f"idle, with a media transport      {with_media / 1000:8.1f}   {people_with_media} people more")
    print(f"media of a lively check-in alone  {of_lively / 1000:8.1f}   {LIVELY * PEOPLE} people")
    figure(f"{people:,} idle participants: memory per participant", f"{without / 1000:.1f} kB", "≤ 60 kB")
    figure("the same with a media transport", f"{with_media / 1000:.1f} kB")


if __name__ == "__main__":
    main()
