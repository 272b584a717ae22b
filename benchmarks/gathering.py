"""Meetings full of synthetic phones around one real media server, measured; used by `check_in.py`, `guest.py` and `rooms.py`.

The media server runs in this process and does nothing else; the phones (`crowd.py`) are another. CPU is user + system of this
process: forwarding, reports, allotment, timers. Nothing here waits for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.forwarding import Silent
from benchmarks.load import pin
from benchmarks.machine import dropped_at, resident_bytes_of
from server.media.server import MediaServer
from server.media.settings import MediaSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Any

    from benchmarks.phone import Part
    from server.rooms.ids import MeetingId, ParticipantId

PATIENCE_S: Final = 75.0
"""For one word of the crowd, beyond what it was told to do."""
LATE_S: Final = 0.1
CORES: Final = os.sched_getaffinity(0)


@dataclass(frozen=True)
class Sitting:
    """One meeting and what each of its people does; the people of all sittings are numbered through."""

    meeting: MeetingId
    people: Sequence[ParticipantId]
    parts: Sequence[Part]
    arrange: Callable[[MediaServer], Awaitable[None]]
    """Routes, who has the turn, what everybody sees."""


@dataclass(frozen=True)
class Measured:
    """What happened while it was measured."""

    seconds: float
    cpu_s: float
    forwarded: int
    sent: int
    """Packets of media to the server."""
    lost_in_all: int
    """Of those forwarded from the first to the last, how many did not come."""
    forwarded_in_all: int
    missed: int
    """Packets to the server that its socket could not hold, from the first to the last."""
    keyframes: int
    behind_s: float
    delays_us: tuple[int, ...]
    resident_bytes: int
    """Memory of this process at the end, all meetings still there."""
    layers: Counter[int]
    """How many seats show each layer at the end; -1: no picture."""

    @property
    def us_per_packet(self) -> float:
        return self.cpu_s * 1e6 / self.forwarded

    @property
    def lost_permille(self) -> float:
        return 1000 * max(0, self.lost_in_all) / max(1, self.forwarded_in_all)

    @property
    def missed_permille(self) -> float:
        return 1000 * self.missed / self.sent

    @property
    def doubt(self) -> str:
        """Where the crowd could not send in time, figures say more about it than about the server."""
        return "  (the load was late)" if self.behind_s > LATE_S else ""

    def delay_ms(self, share: float) -> float:
        """A quantile of what the meters saw."""
        return sorted(self.delays_us)[int(len(self.delays_us) * share)] / 1000


class Pages(Silent):
    """Tells the phones what their pages would be told."""

    def __init__(self, sittings: Sequence[Sitting], say: Callable[[bytes], None]) -> None:
        everybody = ((sitting.meeting, who) for sitting in sittings for who in sitting.people)
        self._numbers = {person: number for number, person in enumerate(everybody)}
        self._say = say

    def layers_unwanted(self, meeting: MeetingId, publisher: ParticipantId, rids: Sequence[str]) -> None:
        order = {"unwanted": [self._numbers[meeting, publisher], list(rids)]}
        self._say(json.dumps(order).encode() + b"\n")


async def measure(
    sittings: Sequence[Sitting], seconds: float, warm_up_s: float = 3.0, *, flood_to: int = 0
) -> Measured:
    """Let everybody arrive, send and receive for so long. flood_to: as fast as can be, to so many listeners each.

    Raises: TimeoutError; AssertionError where the server found a fault in itself or lost somebody.
    """
    os.sched_setaffinity(0, CORES)  # the crowd chooses its own core
    server = MediaServer(MediaSettings(host="127.0.0.1"))
    crowd = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.crowd",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 28,
    )
    pin(0)
    assert crowd.stdin is not None
    server.start(Pages(sittings, crowd.stdin.write))
    try:
        return await _measure(server, crowd, sittings, seconds, warm_up_s, flood_to)
    finally:
        with contextlib.suppress(ProcessLookupError):
            crowd.kill()
        await crowd.wait()
        await server.stop()


async def _measure(  # noqa: PLR0913, PLR0917 - the two processes and their orders
    server: MediaServer,
    crowd: asyncio.subprocess.Process,
    sittings: Sequence[Sitting],
    seconds: float,
    warm_up_s: float,
    flood_to: int,
) -> Measured:
    async def say(**message: object) -> None:
        assert crowd.stdin is not None
        crowd.stdin.write(json.dumps(message).encode() + b"\n")
        await crowd.stdin.drain()

    async def hear(what: str, within_s: float = PATIENCE_S) -> dict[str, Any]:
        assert crowd.stdout is not None
        message: dict[str, Any] = json.loads(await asyncio.wait_for(crowd.stdout.readline(), within_s))
        assert what in message
        return message

    parts = [asdict(part) for sitting in sittings for part in sitting.parts]
    await say(parts=parts, seconds=seconds, warm_up_s=warm_up_s, flood_to=flood_to)
    offers = iter((await hear("offers"))["offers"])
    answers = [
        await server.open(sitting.meeting, who, next(offers))
        for sitting in sittings
        for who in sitting.people
    ]
    await say(answers=answers)
    await hear("ready")
    for sitting in sittings:
        await sitting.arrange(server)
    await say(go=True)
    await hear("begun", PATIENCE_S + warm_up_s)
    cpu_s, began, forwarded = _cpu_s(), time.monotonic(), server.forwarder.forwarded
    await hear("ended", PATIENCE_S + seconds)
    cpu_s, wall_s = _cpu_s() - cpu_s, time.monotonic() - began
    forwarded = server.forwarder.forwarded - forwarded
    done = await hear("done")
    assert server.port.counts.faults == 0
    assert server.forwarder.refused == 0
    in_all = server.forwarder.forwarded
    return Measured(
        seconds=wall_s,
        cpu_s=cpu_s,
        forwarded=forwarded,
        sent=done["sent"],
        lost_in_all=in_all - done["came_in_all"],
        forwarded_in_all=in_all,
        missed=dropped_at(server.local[1]),
        keyframes=done["keyframes"],
        behind_s=done["behind_s"],
        delays_us=tuple(done["delays_us"]),
        resident_bytes=resident_bytes_of(os.getpid()),
        layers=Counter(
            grant.layer
            for sitting in sittings
            for grants in server.grants(sitting.meeting).values()
            for grant in grants
        ),
    )


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
