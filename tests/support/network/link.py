"""The wire between the client's network and the server's: carries IPv4 packets from one TUN device to the other.

Runs in the event loop of the test, which holds the switches: conditions, cut and mend, another address of the client.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections import deque
from random import Random
from typing import TYPE_CHECKING

from .nat import Nat
from .path import Conditions, Path

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PACKET_BYTES = 65_536
PERFECT = Conditions()


class Link:
    """Carries packets from when it is made until it is closed; both devices stay their network's."""

    def __init__(self, client: int, server: int, conditions: Conditions = PERFECT, *, seed: int = 1) -> None:
        self._loop = asyncio.get_running_loop()
        self._devices = (client, server)
        self._nat: Nat | None = None
        self.up = _Lane(Path(conditions, Random(seed)), self._loop, server)
        self.down = _Lane(Path(conditions, Random(seed + 1)), self._loop, client)
        for device, take in ((client, self._take_up), (server, self._take_down)):
            os.set_blocking(device, False)
            self._loop.add_reader(device, self._drain, device, take)

    def become(self, conditions: Conditions) -> None:
        """Both directions are like this from now on."""
        for lane in (self.up, self.down):
            lane.path.conditions = conditions

    def cut(self) -> None:
        """Nothing arrives any more, not even what is under way; nobody is told."""
        for lane in (self.up, self.down):
            lane.path.cut()
            lane.spill()

    def mend(self) -> None:
        for lane in (self.up, self.down):
            lane.path.is_cut = False

    def move_client(self, inside: str, outside: str, port_mask: int) -> None:
        """From now on the client's UDP comes from another address and port; what goes to the former ones is lost."""
        self._nat = Nat(socket.inet_aton(inside), socket.inet_aton(outside), port_mask)

    def close(self) -> None:
        for device in self._devices:
            self._loop.remove_reader(device)
        for lane in (self.up, self.down):
            lane.spill()
            lane.is_closed = True

    def _drain(self, device: int, take: Callable[[bytes], None]) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = os.read(device, MAX_PACKET_BYTES)
                if packet[0] >> 4 == 4:
                    take(packet)

    def _take_up(self, packet: bytes) -> None:
        self.up.send(packet if self._nat is None else self._nat.outward(packet))

    def _take_down(self, packet: bytes) -> None:
        shown = packet if self._nat is None else self._nat.inward(packet)
        if shown is not None:
            self.down.send(shown)


class _Lane:
    """Packets under way in one direction."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop, device: int) -> None:
        self.path = path
        self.carried = 0
        self.is_closed = False
        self._loop = loop
        self._device = device
        self._under_way: deque[tuple[float, bytes]] = deque()

    def send(self, packet: bytes) -> None:
        arrival_ms = self.path.arrival_ms(len(packet), self._loop.time() * 1000)
        if arrival_ms is not None:
            self._under_way.append((arrival_ms, packet))
            self._loop.call_at(arrival_ms / 1000, self._arrive)

    @property
    def under_way(self) -> int:
        return len(self._under_way)

    def spill(self) -> None:
        """What is under way is lost."""
        self.path.lost += len(self._under_way)
        self._under_way.clear()

    def _arrive(self) -> None:
        """All that is due, in order: timers of the same instant fire in any."""
        now_ms = self._loop.time() * 1000
        while self._under_way and not self.is_closed and self._under_way[0][0] <= now_ms + _TICK_MS:
            _, packet = self._under_way.popleft()
            os.write(self._device, packet)
            self.carried += 1


_TICK_MS = 1
"""The event loop may wake up that much early (its clock's resolution is finer)."""
