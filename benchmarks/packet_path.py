"""Where each microsecond of a forwarded packet goes, against the floor: what the kernel and AES-GCM take by themselves.

    python -m benchmarks.packet_path

A real server with real transports, as in `forwarding.py`, but in one thread: 32 datagrams are sent to it, then it drains its
port, timed by the CPU clock of the thread; then its participants read what came. Nothing runs beside it, so a noisy machine
disturbs little; of all rounds the quietest tenth counts. System calls are timed where they are made; AES-GCM is timed alone,
on packets of the same sizes; what remains is Python. The last line is how long a wake-up keeps others waiting when far more
datagrams wait than one may handle.
"""

# ruff: noqa: SLF001 - it drains a port by hand

from __future__ import annotations

import asyncio
import os
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pylibsrtp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from benchmarks.forwarding import MEETING, Silent, route_everything
from benchmarks.load import AUDIO_BYTES, VIDEO_BYTES, VIDEO_PER_AUDIO, Participant, pin
from benchmarks.machine import describe
from server.media.forwarding import Forwarder
from server.media.mmsg import BatchedSocket, LibraryCalls, Pointer
from server.media.outlet import SLOT_BYTES
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.rooms.ids import ParticipantId
from server.rtp.header import FIXED

if TYPE_CHECKING:
    from server.media.port import UdpPort

ROOMS = (4, 8, 12, 16)
ROUNDS = 600
WARM_UP_ROUNDS = 50
DATAGRAMS = 32
"""Incoming, a round: a full reading of the port."""
IN_A_ROW = 3
"""Packets of one participant together: one of sound, two of picture."""
QUIET = 10
"""One round of so many counts."""
TIMER_EVERY = 20
BEST_OF = 50
FLOODS = 20
FLOOD_DATAGRAMS = 240
"""As many as the socket buffers of the load hold, once forwarded."""


@dataclass
class Clock:
    """CPU time spent in some place since the last `reset`."""

    spent_ns: int = 0

    def reset(self) -> int:
        spent_ns, self.spent_ns = self.spent_ns, 0
        return spent_ns


class TimedCalls(LibraryCalls):
    """The system calls, timed."""

    def __init__(self) -> None:
        super().__init__()
        self.receiving, self.sending = Clock(), Clock()
        self.bursts = 0

    def receive(self, fd: int, messages: Pointer, count: int) -> int:
        began_ns = time.thread_time_ns()
        filled = super().receive(fd, messages, count)
        self.receiving.spent_ns += time.thread_time_ns() - began_ns
        return filled

    def send(self, fd: int, messages: Pointer, count: int) -> int:
        began_ns = time.thread_time_ns()
        sent = super().send(fd, messages, count)
        self.bursts += 1
        self.sending.spent_ns += time.thread_time_ns() - began_ns
        return sent


class TimedForwarder(Forwarder):
    """A forwarder whose sending is timed."""

    flushing = Clock()

    def flush(self) -> None:
        began_ns = time.thread_time_ns()
        super().flush()
        self.flushing.spent_ns += time.thread_time_ns() - began_ns


@dataclass(frozen=True)
class Round:
    """CPU time of one round, ns."""

    total: int
    receiving: int
    sending: int
    flushing: int
    forwarded: int
    bursts: int


async def measure(people: int) -> tuple[list[Round], list[int]]:
    """The rounds; and of many wake-ups in a flood, how long each took, ns."""
    server = MediaServer(MediaSettings(host="127.0.0.1"))
    server.start(Silent())
    forwarder = server.forwarder = TimedForwarder(server.port)
    participants = await _gather(server, people)
    port = server.port
    asyncio.get_running_loop().remove_reader(port._socket.fileno())  # drained by hand
    calls = TimedCalls()
    assert isinstance(port._io, BatchedSocket), "this system has no batches"
    port._io.calls = calls
    clocks = (calls.receiving, calls.sending, forwarder.flushing)
    rounds: list[Round] = []
    for number in range(WARM_UP_ROUNDS + ROUNDS):
        _send(participants, DATAGRAMS)
        for clock in clocks:
            clock.reset()
        forwarded, bursts = forwarder.forwarded, calls.bursts
        spent_ns = sum(_wake_ups(port))
        receiving, sending, flushing = (clock.reset() for clock in clocks)
        forwarded, bursts = forwarder.forwarded - forwarded, calls.bursts - bursts
        rounds.append(Round(spent_ns, receiving, sending, flushing, forwarded, bursts))
        _drain(participants)
        if number % TIMER_EVERY == 0:
            for participant in participants:
                participant.tell_estimate()
            _wake_ups(port)
            await asyncio.sleep(0)
    wake_ups_ns: list[int] = []
    for _ in range(FLOODS):
        _send(participants, FLOOD_DATAGRAMS)
        wake_ups_ns += _wake_ups(port)
        _drain(participants)
        await asyncio.sleep(0)
    assert port.counts.faults == 0
    assert forwarder.refused == 0
    await server.stop()
    # A machine that stands still for long makes pictures look as if they had stopped, and the server holds them back.
    whole = [each for each in rounds[WARM_UP_ROUNDS:] if each.forwarded == DATAGRAMS * (people - 1)]
    assert len(whole) > ROUNDS // 2, "too much was held back or lost"
    return whole, wake_ups_ns


async def _gather(server: MediaServer, people: int) -> list[Participant]:
    """So many participants, connected, each of whom receives all others."""
    ids = [ParticipantId(f"person-{n:04}") for n in range(people)]
    participants = [Participant(number, people - 1) for number in range(people)]
    answers = [
        await server.open(MEETING, who, each.offer) for who, each in zip(ids, participants, strict=True)
    ]

    def connect() -> None:
        for participant, answer in zip(participants, answers, strict=True):
            participant.connect(answer)

    await asyncio.to_thread(connect)
    await route_everything(server, ids)
    return participants


def _send(participants: list[Participant], datagrams: int) -> None:
    for number in range(datagrams):
        participants[number // IN_A_ROW % len(participants)].send()


def _drain(participants: list[Participant]) -> None:
    buffer = bytearray(2048)
    for participant in participants:
        participant.drain(buffer)


def _wake_ups(port: UdpPort) -> list[int]:
    """Drain the port; CPU time of each turn of the event loop that it would have taken, ns."""
    turns_ns = []
    began_ns = time.thread_time_ns()
    port._drain()
    turns_ns.append(time.thread_time_ns() - began_ns)
    while port._resumed is not None:
        port._resumed.cancel()
        began_ns = time.thread_time_ns()
        port._resume()
        turns_ns.append(time.thread_time_ns() - began_ns)
    return turns_ns


def sealing_us() -> float:
    """AES-GCM of one packet, sound and pictures mixed as they are sent."""
    out = memoryview(bytearray(SLOT_BYTES))
    seal, nonce = AESGCM(secrets.token_bytes(16)).encrypt_into, bytes(12)

    def one(size: int) -> float:
        payload, header, sealed = bytes(size), out[:20], out[20 : 20 + size + 16]
        return _best_us(lambda: [seal(nonce, payload, header, sealed) for _ in range(100)], 100)

    return (one(AUDIO_BYTES) + VIDEO_PER_AUDIO * one(VIDEO_BYTES)) / (1 + VIDEO_PER_AUDIO)


def opening_us() -> float:
    """Libsrtp opening one incoming packet, mixed the same."""

    def one(size: int) -> float:
        key = secrets.token_bytes(28)
        profile = pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        sender = pylibsrtp.Session(
            pylibsrtp.Policy(key, pylibsrtp.Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)
        )
        receiver = pylibsrtp.Session(
            pylibsrtp.Policy(key, pylibsrtp.Policy.SSRC_ANY_INBOUND, srtp_profile=profile)
        )
        packets = iter(
            [sender.protect(FIXED.pack(0x80, 96, seq, 0, 7) + bytes(size)) for seq in range(100 * BEST_OF)]
        )
        return _best_us(lambda: [receiver.unprotect(next(packets)) for _ in range(100)], 100)

    return (one(AUDIO_BYTES) + VIDEO_PER_AUDIO * one(VIDEO_BYTES)) / (1 + VIDEO_PER_AUDIO)


def _best_us(work: object, count: int) -> float:
    assert callable(work)
    best = float("inf")
    for _ in range(BEST_OF):
        began_ns = time.thread_time_ns()
        work()
        best = min(best, time.thread_time_ns() - began_ns)
    return best / count / 1000


def stages(rounds: list[Round], sealing: float, opening: float) -> dict[str, float]:
    """µs per forwarded packet, of the quietest rounds."""
    quiet = sorted(rounds, key=lambda each: each.total / each.forwarded)[: len(rounds) // QUIET]
    forwarded = sum(each.forwarded for each in quiet)

    def us(spent: list[int]) -> float:
        return sum(spent) / 1000 / forwarded

    total, sending = us([each.total for each in quiet]), us([each.sending for each in quiet])
    receiving, flushing = us([each.receiving for each in quiet]), us([each.flushing for each in quiet])
    opening *= DATAGRAMS * len(quiet) / forwarded
    columns, admission = flushing - sending - sealing, total - flushing - receiving - opening
    return {
        "kernel: send": sending,
        "AES-GCM: seal": sealing,
        "floor": sending + sealing,
        "columns": columns,
        "kernel: receive": receiving,
        "AES-GCM: open": opening,
        "admission": admission,
        "all": total,
        "columns of one burst": columns * forwarded / sum(each.bursts for each in quiet),
        "admission of one packet": admission * forwarded / (DATAGRAMS * len(quiet)),
    }


def main() -> None:
    pin(-1)
    print(describe())
    before = sealing_us(), opening_us()
    measured = [asyncio.run(measure(people)) for people in ROOMS]
    sealing, opening = map(min, before, (sealing_us(), opening_us()))
    tables = [stages(rounds, sealing, opening) for rounds, _ in measured]
    print("µs CPU per forwarded packet  " + "".join(f"{people:4} people" for people in ROOMS))
    for name in tables[0]:
        print(f"{name:29}" + "".join(f"{table[name]:11.2f}" for table in tables))
    worst_ms = [sorted(wake_ups)[len(wake_ups) * 99 // 100] / 1e6 for _, wake_ups in measured]
    print(f"{'longest wake-up, ms CPU (p99)':29}" + "".join(f"{ms:11.2f}" for ms in worst_ms))
    print(f"load average {os.getloadavg()[0]:.1f}: the benchmark itself accounts for 1")


if __name__ == "__main__":
    main()
