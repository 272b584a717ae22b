"""CPU per forwarded packet, packets per second, latency: rooms of 4, 8, 12 and 16, everything real, loopback UDP.

    python -m benchmarks.forwarding [--plain]

The media server runs in this process and does nothing else; `load.py` is another. Everybody sends one packet of sound
(100 bytes, with its level) to two of picture (1100 bytes, VP8), everybody receives everybody; AES-128-GCM in and out, keys
from real DTLS handshakes, sequence, timestamp, SSRC and extensions rewritten. CPU is user + system of this process.

At saturation CPU is taken in slices of a quarter of a second, over several runs: the least and the median are shown, because
others may use the machine. Latency is measured at 30 % of the rate that one core can forward (by the least), evenly spread,
from before the sender's system call to the kernel's time of arrival at one receiver; the best of the runs is shown. `--plain`: one system call per
datagram. The server and the load want a core each; a machine with fewer than two gives nonsense.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import sys
import time
from dataclasses import dataclass

from benchmarks.load import pin
from benchmarks.machine import describe, figure
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rooms.ids import MeetingId, ParticipantId
from server.rooms.routes import Kind, Track
from server.rtp.speakers import OpenRooms

ROOMS = (4, 8, 12, 16)
TYPICAL = 12
"""People; the room that the targets speak of."""
SECONDS = 3.0
RUNS = 3
SLICE_S = 0.25
LATENCY_SHARE = 0.3
MEETING = MeetingId("benchmark-of-forwardin")


@dataclass(frozen=True)
class Result:
    forwarded: int
    cpu_s: float
    wall_s: float
    came: int
    lost: int
    slices_us: tuple[float, ...]
    """CPU per forwarded packet of each slice."""
    delays_us: tuple[int, ...]
    """What one receiver saw, if sent at a rate."""


class Silent:
    """A listener that needs nothing."""

    def seats_changed(self, *_: object) -> None: ...

    def speakers_changed(self, *_: object) -> None: ...

    def layers_unwanted(self, *_: object) -> None: ...

    def peer_lost(self, *_: object) -> None:
        raise AssertionError("a peer was lost in the middle of the measurement")


class Everybody(OpenRooms[ParticipantId]):
    """No voice is shed."""

    def lets(self, *_: object) -> bool:
        return True


def everybody_to_everybody(ids: list[ParticipantId]) -> dict[Track, frozenset[ParticipantId]]:
    return {Track(who, kind): frozenset(ids) - {who} for who in ids for kind in (Kind.MIC, Kind.CAMERA)}


async def route_everything(server: MediaServer, ids: list[ParticipantId]) -> None:
    """Everybody receives everybody, and nothing is shed: neither the softer voices, nor (see `load`) pictures."""
    await server.route(MEETING, everybody_to_everybody(ids))
    server._meetings[MEETING].speakers.rooms = Everybody()  # noqa: SLF001 - no setting would be good for anything else


async def measure(people: int, seconds: float, rate: float = 0, *, batches: bool = True) -> Result:
    """rate: incoming packets a second, or as many as can be forwarded."""
    server = MediaServer(MediaSettings(host="127.0.0.1", batches=batches))
    server.start(Silent())
    arguments = [str(people), str(seconds), str(rate)]
    load = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.load",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 26,
    )
    pin(0)
    assert load.stdin is not None

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
    await route_everything(server, ids)
    load.stdin.write(b"{}\n")
    await hear("begun")
    before, began, forwarded = _cpu_s(), time.monotonic(), server.forwarder.forwarded
    hearing = asyncio.ensure_future(hear("done"))
    slices = await _slices(server, hearing)
    done = await hearing
    cpu_s, wall_s = _cpu_s() - before, time.monotonic() - began
    forwarded = server.forwarder.forwarded - forwarded
    await load.wait()
    assert server.port.counts.faults == 0
    assert server.forwarder.refused == 0
    await server.stop()
    came, lost, delays_us = done["came"], done["lost"], done["delays_us"]
    assert isinstance(came, int)
    assert isinstance(lost, int)
    assert isinstance(delays_us, list)
    return Result(forwarded, cpu_s, wall_s, came, lost, tuple(slices), tuple(delays_us))


async def _slices(server: MediaServer, until: asyncio.Future[dict[str, object]]) -> list[float]:
    slices: list[float] = []
    while not until.done():
        cpu_s, forwarded = _cpu_s(), server.forwarder.forwarded
        await asyncio.wait((until,), timeout=SLICE_S)
        forwarded = server.forwarder.forwarded - forwarded
        if not until.done() and forwarded:
            slices.append((_cpu_s() - cpu_s) * 1e6 / forwarded)
    return slices


def _quantile(values: tuple[int, ...], share: float) -> int:
    return sorted(values)[int(len(values) * share)]


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    cores = os.sched_getaffinity(0)
    batches = "--plain" not in sys.argv

    def run(people: int, rate: float = 0) -> Result:
        os.sched_setaffinity(0, cores)  # the load chooses its own core
        return asyncio.run(measure(people, SECONDS, rate, batches=batches))

    print(describe())
    print("        µs CPU/packet         packets/s of                latency ms at 30 %")
    print("people    min  median   one core    wall  lost ‰     p50     p99  lost ‰")
    for people in ROOMS:
        results = [run(people) for _ in range(RUNS)]
        slices = sorted(us for result in results for us in result.slices_us)
        median = statistics.median(slices)
        came, lost = sum(each.came for each in results), sum(each.lost for each in results)
        wall = max(each.forwarded / each.wall_s for each in results)
        rate = LATENCY_SHARE * 1e6 / slices[0] / (people - 1)
        # Not the run with the shortest way alone: what is lost takes no time.
        paced = min(
            (run(people, rate) for _ in range(RUNS)),
            key=lambda each: (each.lost, _quantile(each.delays_us, 0.99)),
        )
        print(
            f"{people:6}  {slices[0]:5.2f}  {median:6.2f}  {1e6 / median:9,.0f}  {wall:6,.0f}  {1000 * lost / (came + lost):6.2f}"
            f"  {_quantile(paced.delays_us, 0.5) / 1000:6.2f}  {_quantile(paced.delays_us, 0.99) / 1000:6.2f}"
            f"  {1000 * paced.lost / (paced.came + paced.lost):6.2f}",
            flush=True,
        )
        if people == TYPICAL:
            away = [_quantile(paced.delays_us, share) / 1000 for share in (0.5, 0.99)]
            paced_lost = 1000 * paced.lost / (paced.came + paced.lost)
            targets = (
                ("CPU per forwarded packet", f"least {slices[0]:.2f} µs, median {median:.2f} µs", "≤ 5.5 µs"),
                (
                    "packets per second, one core",
                    f"{1e6 / median:,.0f} by CPU, {wall:,.0f} by wall",
                    "≥ 180 000",
                ),
                ("lost at saturation", f"{1000 * lost / (came + lost):.2f} ‰", "< 1 ‰"),
                (
                    "added latency at 30 % load",
                    f"p50 {away[0]:.2f} ms, p99 {away[1]:.2f} ms, {paced_lost:.2f} ‰ lost",
                    "p50 ≤ 0.5 ms, p99 ≤ 2 ms",
                ),
            )
    for what, here, target in targets:
        figure(f"rooms of {TYPICAL}: {what}", here, target)
    print(f"load average {os.getloadavg()[0]:.1f}: the benchmark itself accounts for 2")


if __name__ == "__main__":
    main()
