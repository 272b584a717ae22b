"""Join time of real Chromium over a path of 100 ms there and back, with jitter: `join` frame sent → first remote picture shown.

As `browser_join.py`, with a network between the two: server and facilitator are on one side, who joins is on the other. The code of
the page is in the browser's cache, as it is while she reads what the group agreed on. Needs the built web client, and a system that
lets us have networks of our own (`tests/network/`). Run: `python benchmarks/far_join.py [--joins N]`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browser_join import one_join, tell
from tests.network.stage import distance
from tests.support.network.path import Conditions

ROAD = Conditions(delay_ms=50, jitter_ms=5)
"""Each way."""


async def measure(joins: int) -> list[list[float]]:
    async with distance(ROAD) as apart:
        near, far = apart.meeting()
        await near.facilitator("Ada")
        await one_join(far)  # the browser compiles and caches the page's code
        times = [await one_join(far) for _ in range(joins)]
        await far.close()
        await near.close()
        return times


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--joins", type=int, default=6)
    tell(asyncio.run(measure(arguments.parse_args().joins)), "join over a 100 ms path", "≤ 1.2 s")


if __name__ == "__main__":
    main()
