"""Where sealed packets wait and how they leave: the send slab, and what a socket offers to the forwarder.

Implemented by `mmsg.py` (many datagrams a call) and by `PlainBatch` here (one call each); used by `fan_out.py`. Must not
import a socket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .address import Address

MAX_DATAGRAM_BYTES: Final = 1500
"""Longer datagrams are neither read nor sent."""
SLOT_BYTES: Final = 1536
"""Room of one datagram in the slab: `MAX_DATAGRAM_BYTES`, a multiple of the cache line."""
SLAB_SLOTS: Final = 128
"""Datagrams sealed before the system is called: 192 kB, which a core keeps in its cache."""
MAX_KEPT_CUTS: Final = 256
"""Lists of slices that a slab remembers; beyond, all are cut anew."""


class Slab:
    """The buffer that every forwarded packet leaves from: `SLAB_SLOTS` slots side by side."""

    __slots__ = ("_cuts", "octets", "quads", "storage", "words")

    def __init__(self) -> None:
        self.storage: Final = bytearray(SLAB_SLOTS * SLOT_BYTES)
        """Never resized: views and the system's pointers lead into it."""
        self.octets: Final = memoryview(self.storage)
        self.words: Final = self.octets.cast("I")
        """The same in 4 bytes each …"""
        self.quads: Final = self.octets.cast("Q")
        """… and in 8 bytes each."""
        self._cuts: dict[tuple[int, int], list[memoryview]] = {}

    def wipe(self) -> None:
        """Nothing of what was sent is in it any more."""
        self.octets[:] = bytes(len(self.octets))

    def word_column(self, at: int, slots: int) -> memoryview:
        """The 4 bytes at `at` (a multiple of 4) of each of the first slots; what is assigned to it is written there."""
        stride = SLOT_BYTES // 4
        return self.words[at // 4 : slots * stride : stride]

    def quad_column(self, at: int, slots: int) -> memoryview:
        """As `word_column`, for 8 bytes at a multiple of 8."""
        stride = SLOT_BYTES // 8
        return self.quads[at // 8 : slots * stride : stride]

    def cuts(self, start: int, end: int, slots: int) -> list[memoryview]:
        """Bytes start … end of each slot, of at least so many slots."""
        kept = self._cuts.get((start, end))
        if kept is None:
            if len(self._cuts) >= MAX_KEPT_CUTS:
                self._cuts.clear()
            kept = self._cuts[start, end] = []
        for slot in range(len(kept), slots):
            kept.append(self.octets[slot * SLOT_BYTES + start : slot * SLOT_BYTES + end])
        return kept


@dataclass(slots=True)
class PortCounts:
    """What happened since the port was made; for metrics."""

    received: int = 0
    sent: int = 0
    oversize: int = 0
    """Received longer than `MAX_DATAGRAM_BYTES`, or empty."""
    unsent: int = 0
    """Dropped because the system did not take them."""
    socket_errors: int = 0
    """Errors while reading, such as an ICMP answer to something we sent."""
    faults: int = 0
    """Exceptions of our own code while handling a datagram: bugs."""
    yielded: int = 0
    """Wake-ups that ended for the sake of others with datagrams still waiting."""


@dataclass(frozen=True, slots=True)
class MediaCounts:
    """Of one process that forwards media: for metrics, so nothing in it says of whom."""

    peers: int = 0
    received: int = 0
    sent: int = 0
    unsent: int = 0
    faults: int = 0


class OutgoingBatch(Protocol):
    """The first slots of the slab, on their way to fixed addresses: `each` slots to the first, `each` to the second …"""

    def send(self, size: int) -> int:
        """Send the first `size` bytes of each slot; how many datagrams the system took. Never raises."""
        ...


class Outlet(Protocol):
    """What the forwarder needs of the port."""

    slab: Slab

    def send(self, datagram: bytes | bytearray | memoryview, address: Address) -> bool:
        """Send one datagram; False if it was dropped. Never raises."""
        ...

    def batch(self, addresses: Sequence[Address], each: int) -> OutgoingBatch:
        """A batch to be sent again and again. Raises: ValueError if the slab has not so many slots."""
        ...


class PlainBatch:
    """An `OutgoingBatch` that sends one datagram after the other."""

    __slots__ = ("_destinations", "_send", "_slab")

    def __init__(
        self,
        slab: Slab,
        addresses: Sequence[Address],
        each: int,
        send: Callable[[memoryview, Address], bool],
    ) -> None:
        """send(datagram, address) says if it was taken. Raises: ValueError if the slab has not so many slots."""
        check_slots(addresses, each)
        self._slab = slab
        self._destinations = [address for address in addresses for _ in range(each)]
        self._send = send

    def send(self, size: int) -> int:
        cuts = self._slab.cuts(0, size, len(self._destinations))
        return sum(map(self._send, cuts, self._destinations))


def check_slots(addresses: Sequence[Address], each: int) -> None:
    """Raises: ValueError unless the slab has `each` slots for each address."""
    if not addresses or each < 1 or len(addresses) * each > SLAB_SLOTS:
        raise ValueError("no batch can be like this")
