"""A talk: one guest, seen and heard by 300 listeners: CPU per forwarded packet, packets per second, latency.

    python -m benchmarks.guest [--listeners N] [--seconds S]

First at the guest's own rate (camera at 700 kbit/s, voice), then as fast as one core forwards it. Latency is what five of the
listeners see, from before the guest's system call to the kernel's time of arrival: it holds the burst in which 300 copies leave.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Final

from benchmarks.gathering import Measured, Sitting, measure
from benchmarks.machine import describe, figure
from benchmarks.phone import Part
from server.rooms.ids import MeetingId, ParticipantId
from server.rooms.routes import Kind, Track

if TYPE_CHECKING:
    from server.media.server import MediaServer

LISTENERS: Final = 300
METERS: Final = 5
SECONDS: Final = 6.0
WARM_UP_S: Final = 3.0
WHOLE_PICTURE: Final = (2,)


def talk(listeners: int) -> Sitting:
    """The guest is the first; all others are as silent and unseen as listeners are."""
    meeting = MeetingId("talk-of-a-guest")
    people = [ParticipantId(f"person-{number:04}") for number in range(listeners + 1)]
    guest, audience = people[0], frozenset(people[1:])
    every = max(1, listeners // METERS)
    parts = [Part(seats=1, layers=WHOLE_PICTURE, voice="speaks")]
    parts += [Part(seats=1, meter=number % every == every - 1) for number in range(listeners)]

    async def arrange(server: MediaServer) -> None:
        await server.route(meeting, {Track(guest, kind): audience for kind in (Kind.MIC, Kind.CAMERA)})

    return Sitting(meeting, people, parts, arrange)


def row(what: str, result: Measured) -> str:
    return (
        f"{what:16}{result.us_per_packet:8.2f}{result.forwarded / result.seconds:12,.0f}"
        f"{1e6 / result.us_per_packet:12,.0f}{result.cpu_s / result.seconds * 100:8.1f}"
        f"{result.lost_permille:8.2f}{result.delay_ms(0.5):8.2f}{result.delay_ms(0.99):8.2f}{result.doubt}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--listeners", type=int, default=LISTENERS)
    arguments.add_argument("--seconds", type=float, default=SECONDS)
    chosen = arguments.parse_args()
    print(describe())
    print(f"1 guest, {chosen.listeners} listeners")
    print("              µs CPU/   packets/s   packets/s  CPU of    lost   latency, ms")
    print("                packet        wall    one core  core %       ‰     p50     p99")
    live = asyncio.run(measure([talk(chosen.listeners)], chosen.seconds, WARM_UP_S))
    print(row("as she speaks", live), flush=True)
    flood = asyncio.run(
        measure([talk(chosen.listeners)], chosen.seconds, WARM_UP_S, flood_to=chosen.listeners)
    )
    print(row("at saturation", flood), flush=True)
    figure(
        f"1 guest to {chosen.listeners} listeners: CPU per forwarded packet at saturation",
        f"{flood.us_per_packet:.2f} µs",
    )
    figure(
        f"1 guest to {chosen.listeners} listeners: added latency as she speaks",
        f"p50 {live.delay_ms(0.5):.2f} ms, p99 {live.delay_ms(0.99):.2f} ms",
    )


if __name__ == "__main__":
    main()
