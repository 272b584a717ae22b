"""A whole rehearsal: members arrive, take part for a while, leave, and are counted; called by `command` and benchmarks.

HEART of the package. One task keeps time for all members; every member's page is a task of its own.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .arrivals import Count, Delays, Departures
from .errors import RehearsalError
from .member import OPEN_WITHIN_S, Member, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .link import Link
    from .sample_media import Loop
    from .server_cpu import ServerCpu

BEAT_S: Final = 0.005
"""Members send what is due so often: a quarter of a packet of sound."""
ARRIVING_AT_ONCE: Final = 8
"""More would measure how long a crowd waits at the door."""
LOOK_AGAIN_S: Final = 1.0
"""How often it is noticed that somebody was let in, or that nobody is left."""
NAME: Final = "Rehearsal"


@dataclass(frozen=True, slots=True)
class Gathering:
    """One meeting of a rehearsal."""

    link: Link
    """What the members come with."""
    admits: Link | None = None
    """A facilitator's link, where the rehearsal holds the meeting itself: its first member comes with this one."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who comes to each meeting."""

    members: int
    seats: int
    loops: Sequence[Loop]
    """What they send, from `sample_media.make_loops`; those who are more share."""
    pace: float = 1.0
    """How long they think and share, as a multiple of what is usual."""
    open_within_s: float = OPEN_WITHIN_S


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one member."""

    name: str
    state: str
    sent: int
    unsent: int
    count: Count
    delays: Delays


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rehearsal."""

    rows: tuple[Row, ...]
    meetings: int
    measured_s: float
    """From when everybody had arrived to the end; the CPU times and `arrived` are of that time."""
    arrived: int
    own_cpu_s: float
    server_cpu_s: float | None
    """None: not known."""
    server_processes: int

    @property
    def joined(self) -> int:
        """Members that were admitted and stayed to the end."""
        return sum(row.state == IN for row in self.rows)


IN: Final = "in"
LOBBY: Final = "in the lobby"


class Rehearsal:
    """Members of one or more meetings."""

    def __init__(self, gatherings: Sequence[Gathering], cast: Cast, tell: Callable[[str], None]) -> None:
        """tell: is given what somebody at the terminal should know now."""
        self._gatherings = tuple(gatherings)
        self._cast = cast
        self._tell = tell
        self._holds_it_itself = all(gathering.admits for gathering in gatherings)
        self.members: list[Member] = []

    async def run(self, seconds: float, stop: asyncio.Event, server_cpu: ServerCpu | None) -> Outcome:
        """Everybody came, stayed for `seconds` or until `stop`, and left.

        Raises: `RehearsalError` if nobody could join, for the reason of the first.
        """
        self._make_members()
        keeping_time = asyncio.create_task(self._keep_time())
        try:
            await self._arrive(stop)
            before = self._arrived, time.process_time(), _used_s(server_cpu)
            began = time.monotonic()
            await self._stay(began + seconds, stop)
            return self._outcome(time.monotonic() - began, before, server_cpu)
        finally:
            keeping_time.cancel()
            await asyncio.gather(keeping_time, return_exceptions=True)
            await asyncio.gather(*(member.leave() for member in self.members))

    def _make_members(self) -> None:
        departures = Departures()
        for gathering in self._gatherings:
            for number in range(self._cast.members):
                admits = number == 0 and gathering.admits is not None
                part = Part(
                    number=number,
                    of=self._cast.members,
                    name=f"{NAME} {number + 1}",
                    seats=self._cast.seats,
                    loop=self._cast.loops[number % len(self._cast.loops)],
                    admits=admits,
                    open_within_s=self._cast.open_within_s,
                    pace=self._cast.pace,
                )
                link = gathering.admits if admits and gathering.admits is not None else gathering.link
                self.members.append(Member(link, part, departures))

    async def _arrive(self, stop: asyncio.Event) -> None:
        """Everybody has joined or could not; who could not says why. Raises: `RehearsalError`."""
        doors = asyncio.Semaphore(ARRIVING_AT_ONCE)
        first: list[RehearsalError] = []

        async def arrive(member: Member) -> None:
            async with doors:
                if stop.is_set() or (first and not any(each.transports for each in self.members)):
                    return
                try:
                    await member.arrive()
                except RehearsalError as problem:
                    member.trouble = str(problem)
                    first.append(problem)

        await asyncio.gather(*map(arrive, self.members))
        if first and not any(member.transports for member in self.members):
            raise first[0]
        for problem in dict.fromkeys(map(str, first)):
            self._tell(f"somebody could not join: {problem}")

    async def _stay(self, end_s: float, stop: asyncio.Event) -> None:
        waiting = 0
        while (left_s := end_s - time.monotonic()) > 0 and not stop.is_set():
            if all(member.trouble for member in self.members):
                return
            now_waiting = sum(not member.is_in and member.trouble is None for member in self.members)
            if now_waiting > waiting and not self._holds_it_itself:
                self._tell(f"{now_waiting} in the lobby: a facilitator lets them in")
            waiting = now_waiting
            try:
                async with asyncio.timeout(min(left_s, LOOK_AGAIN_S)):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _keep_time(self) -> None:
        while True:
            now_ns = time.monotonic_ns()
            for member in self.members:
                member.beat(now_ns)
            await asyncio.sleep(BEAT_S)

    @property
    def _arrived(self) -> int:
        return sum(member.arrived.arrived for member in self.members)

    def _outcome(
        self, measured_s: float, before: tuple[int, float, float | None], server_cpu: ServerCpu | None
    ) -> Outcome:
        arrived, own_s, server_s = before
        now_s = _used_s(server_cpu)
        return Outcome(
            rows=tuple(map(_row, self.members)),
            meetings=len(self._gatherings),
            measured_s=measured_s,
            arrived=self._arrived - arrived,
            own_cpu_s=time.process_time() - own_s,
            server_cpu_s=None if now_s is None or server_s is None else now_s - server_s,
            server_processes=0 if server_cpu is None else len(server_cpu.family()),
        )


def _used_s(server_cpu: ServerCpu | None) -> float | None:
    return None if server_cpu is None else server_cpu.used_s()


def _row(member: Member) -> Row:
    state = member.trouble or (IN if member.is_in else LOBBY)
    return Row(member.part.name, state, member.sent, member.unsent, member.arrived, member.arrivals.delays)
