"""How many check-ins of twelve one core bears: 1, 2, 4 … rooms side by side at their natural rates, until it is full.

    python -m benchmarks.rooms [--most N] [--seconds S]

Each room is that of `check_in.py` with its rules, layers and screens. The media server is one process on one core, as one media
worker is. It is full where it is busy for 90 % of the time or more than one packet in a thousand is lost, coming in or going out; so is the measurement where
the phones, on the other core, cannot send in time any more.
"""

from __future__ import annotations

import argparse
import asyncio
from typing import Final

from benchmarks.check_in import PEOPLE, sitting
from benchmarks.gathering import Measured, measure
from benchmarks.machine import describe, figure

ROOMS: Final = (1, 2, 4, 6, 8, 12, 16, 24)
SECONDS: Final = 4.0
WARM_UP_S: Final = 8.0
FULL: Final = 0.9
LOST_PERMILLE: Final = 1.0


def is_full(result: Measured) -> bool:
    return (
        result.cpu_s / result.seconds > FULL
        or max(result.lost_permille, result.missed_permille) > LOST_PERMILLE
    )


def row(rooms: int, result: Measured) -> str:
    return (
        f"{rooms:5}{rooms * PEOPLE:8}{result.sent / result.seconds:10,.0f}{result.forwarded / result.seconds:10,.0f}"
        f"{result.cpu_s / result.seconds * 100:10.1f}{result.us_per_packet:8.2f}{result.missed_permille:8.2f}{result.lost_permille:8.2f}"
        f"{result.delay_ms(0.5):8.2f}{result.delay_ms(0.99):8.2f}{result.doubt}"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("--most", type=int, default=ROOMS[-1])
    arguments.add_argument("--seconds", type=float, default=SECONDS)
    chosen = arguments.parse_args()
    print(describe())
    print("rooms  people       packets/s         CPU of  µs CPU        lost ‰     latency, ms")
    print("                     in       out one core % /packet      in     out     p50     p99")
    borne = 0
    for rooms in (each for each in ROOMS if each <= chosen.most):
        sittings = [sitting(f"check-in-{number}") for number in range(rooms)]
        result = asyncio.run(measure(sittings, chosen.seconds, WARM_UP_S))
        print(row(rooms, result), flush=True)
        if is_full(result) or result.doubt:
            break
        borne = rooms
    figure("check-ins of 12 side by side that one core bore", f"{borne} rooms, {borne * PEOPLE} people")


if __name__ == "__main__":
    main()
