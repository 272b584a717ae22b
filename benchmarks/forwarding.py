"""CPU per forwarded packet and packets per second: rooms of 4, 12 and 16, everything real, loopback UDP.

    python -m benchmarks.forwarding

The media server runs in this process and does nothing else; `load.py` is another. Everybody sends one packet of sound
(100 bytes, with its level) to two of picture (1100 bytes, VP8), everybody receives everybody; AES-128-GCM in and out, keys
from real DTLS handshakes, sequence, timestamp, SSRC and extensions rewritten. CPU is user + system of this process. The wall
time of the load is what is measured; a machine with fewer than two cores gives nonsense.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from dataclasses import dataclass

from benchmarks.load import pin
from benchmarks.machine import describe
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rooms.ids import MeetingId, ParticipantId
from server.rooms.routes import Kind, Track

ROOMS = (4, 12, 16)
SECONDS = 8.0
MEETING = MeetingId("benchmark-of-forwardin")


@dataclass(frozen=True)
class Result:
    people: int
    forwarded: int
    cpu_s: float
    wall_s: float
    came: int
    lost: int

    @property
    def cpu_us(self) -> float:
        return self.cpu_s * 1e6 / self.forwarded


class Silent:
    """A listener that needs nothing."""

    def seats_changed(self, *_: object) -> None: ...

    def speakers_changed(self, *_: object) -> None: ...

    def peer_lost(self, *_: object) -> None:
        raise AssertionError("a peer was lost in the middle of the measurement")


async def measure(people: int, seconds: float) -> Result:
    server = MediaServer(MediaSettings(host="127.0.0.1"))
    server.start(Silent())
    load = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.load",
        str(people),
        str(seconds),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    pin(0)
    assert load.stdin is not None
    assert load.stdout is not None

    async def hear(what: str) -> dict[str, object]:
        assert load.stdout is not None
        message: dict[str, object] = json.loads(await asyncio.wait_for(load.stdout.readline(), 60))
        assert what in message
        return message

    ids = [ParticipantId(f"person-{n:04}") for n in range(people)]
    offers = (await hear("offers"))["offers"]
    assert isinstance(offers, list)
    answers = [await server.open(MEETING, who, offer) for who, offer in zip(ids, offers, strict=True)]
    load.stdin.write(json.dumps({"answers": answers}).encode() + b"\n")
    await hear("ready")
    wanted = {Track(who, kind): frozenset(ids) - {who} for who in ids for kind in (Kind.MIC, Kind.CAMERA)}
    await server.route(MEETING, wanted)
    load.stdin.write(b"{}\n")
    await hear("begun")
    before, began, forwarded = _cpu_s(), time.monotonic(), server.forwarder.forwarded
    done = await hear("done")
    cpu_s, wall_s = _cpu_s() - before, time.monotonic() - began
    forwarded = server.forwarder.forwarded - forwarded
    await load.wait()
    assert server.port.counts.faults == 0
    assert server.forwarder.refused == 0
    await server.stop()
    came, lost = done["came"], done["lost"]
    assert isinstance(came, int)
    assert isinstance(lost, int)
    return Result(people, forwarded, cpu_s, wall_s, came, lost)


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    cores = os.sched_getaffinity(0)
    print(describe())
    print("people  µs CPU/packet  packets/s  packets/CPU-s  lost ‰  busy %  wall s")
    for people in ROOMS:
        os.sched_setaffinity(0, cores)  # the load chooses its own core
        result = asyncio.run(measure(people, SECONDS))
        print(
            f"{result.people:6}  {result.cpu_us:13.2f}  {result.forwarded / result.wall_s:9,.0f}  "
            f"{result.forwarded / result.cpu_s:13,.0f}  {1000 * result.lost / (result.came + result.lost):6.2f}  "
            f"{100 * result.cpu_s / result.wall_s:6.0f}  {result.wall_s:6.1f}"
        )


if __name__ == "__main__":
    main()
