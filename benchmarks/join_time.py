"""Join time on loopback: first frame sent → `joined`, → first remote audio frame and video frame decoded.

A facilitator sends camera and microphone; others join one after the other as real aiortc peers through the whole
server (WebSocket, meeting, SDP, ICE, DTLS, SRTP) and decode. aiortc's own handshake and decoder are inside the
figure. Run: `python benchmarks/join_time.py [--joins N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from typing import TYPE_CHECKING

import aioice.ice

from benchmarks.machine import describe, figure
from server.config import Settings
from tests.integration.people import Person
from tests.support.live_server import Group, live_server

if TYPE_CHECKING:
    from tests.media.real_peers import Observations

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]  # noqa: ARG005 - aioice leaves it out


async def one_join(group: Group, number: int) -> tuple[float, float, float]:
    """Seconds until joined, until the first audio, until the first video of the facilitator."""
    page = await group.person("facilitator")
    person = Person(number % 3, page)
    began = time.perf_counter()
    await person.arrive()
    joined = time.perf_counter() - began

    async def first(half: Observations) -> float:
        if not half.values:
            await half.next(lambda _value: True)
        return time.perf_counter() - began

    audio, video = await asyncio.gather(first(person.peer.heard[0]), first(person.peer.seen[0]))
    await person.peer.leave()
    await page.send({"t": "leave", "id": page.next_id()})
    await page.wait_closed()
    return joined, audio, video


async def measure(joins: int) -> list[tuple[float, float, float]]:
    async with live_server(Settings(media_port=0)) as server:
        group = server.group()
        ada = Person(0, await group.person("facilitator"))
        await ada.arrive()
        await ada.open_everything()
        times = [await one_join(group, number) for number in range(1, joins + 1)]
        await ada.peer.leave()
        return times


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--joins", type=int, default=15)
    times = asyncio.run(measure(arguments.parse_args().joins))
    print(describe())
    for name, column in zip(
        ("joined answered", "first audio frame", "first video frame"), zip(*times, strict=True), strict=True
    ):
        ordered = sorted(column)
        print(
            f"{name:18} p50 {statistics.median(ordered) * 1000:6.0f} ms   "
            f"p90 {ordered[int(len(ordered) * 0.9)] * 1000:6.0f} ms   ({len(ordered)} joins)"
        )
    shown_ms = statistics.median(each[-1] for each in times) * 1000
    figure(
        "join: first frame sent → first remote picture, aiortc peers", f"p50 {shown_ms:.0f} ms", "≤ 600 ms"
    )


if __name__ == "__main__":
    main()
