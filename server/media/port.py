"""The one UDP socket of the media server: drains it when readable, sends what it is given.

Called by `server.py`; many datagrams a system call where `mmsg.py` works here, one by one elsewhere. Must not know what a
datagram holds.
"""

from __future__ import annotations

import logging
import socket
import time
from collections import deque
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING, Final, Protocol

from . import mmsg
from .outlet import MAX_DATAGRAM_BYTES, OutgoingBatch, PlainBatch, PortCounts, Slab

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Sequence

    from .address import Address

DRAIN_MS: Final = 2
"""A wake-up reads no further after so long. With the burst that may be in work then, signaling waits at most 5 ms."""
DRAIN_DATAGRAMS: Final = 256
"""Nor does it read more than this, however cheap they are."""
PLAIN_DATAGRAMS: Final = 32
"""Read one by one before what they led to is sent."""
SOCKET_BUFFER_BYTES: Final = 4 << 20
"""Asked of the kernel for each direction; it may grant less (net.core.rmem_max)."""

_IP_MTU_DISCOVER = 10  # linux/in.h; the socket module of Python 3.11 does not name them
_IPV6_MTU_DISCOVER = 23
_PMTUDISC_PROBE = 3  # never fragment, and take no path MTU from ICMP, which anybody can forge

logger = logging.getLogger(__name__)


class _Socket(Protocol):
    """The bound socket, read and written in one of two ways."""

    slab: Slab

    def receive(self) -> list[tuple[bytes, Address]]:
        """What has come, at most some; empty if nothing, or after an error, which is counted. Never raises."""
        ...

    def batch(self, addresses: Sequence[Address], each: int) -> OutgoingBatch: ...

    def forget(self) -> None:
        """Overwrite every packet that passed, and the addresses."""
        ...


class UdpPort:
    """One bound UDP socket; an IPv6 wildcard takes IPv4 too. Implements `Outlet`."""

    def __init__(  # noqa: PLR0913 - what it is told, and two things a test replaces
        self,
        host: str,
        port: int,
        on_datagram: Callable[[bytes, Address], None],
        on_drained: Callable[[], None] = lambda: None,
        *,
        batches: bool = True,
        now_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Bind. host: an IP address literal, `::` for IPv4 and IPv6 both; port 0 lets the kernel choose.

        on_datagram(datagram, source) is called from the event loop, once per datagram of 1 … `MAX_DATAGRAM_BYTES` bytes;
        on_drained() when a few of them were handled and what they led to should be sent. batches: many datagrams a
        system call, where the system can.
        Raises: OSError if the address cannot be bound, ValueError if `host` is no IP address.
        """
        self.counts = PortCounts()
        self._on_datagram = on_datagram
        self._on_drained = on_drained
        self._now_ns = now_ns
        self._loop: asyncio.AbstractEventLoop | None = None
        self._resumed: asyncio.Handle | None = None
        """The wake-up that goes on with `_waiting`."""
        self._waiting: deque[tuple[bytes, Address]] = deque()
        """Read and not yet handled."""
        self._socket = _bound_socket(host, port)
        self._io: _Socket
        if batches and mmsg.works():
            self._io = mmsg.BatchedSocket(self._socket, self.counts)
        else:
            self._io = PlainSocket(self._socket, self.counts, self.send)
        self.slab = self._io.slab
        self.batch = self._io.batch
        name = self._socket.getsockname()
        self._local: tuple[str, int] = (name[0], name[1])

    @property
    def local(self) -> tuple[str, int]:
        """The bound IP and port."""
        return self._local

    @property
    def is_batched(self) -> bool:
        """True if it takes many datagrams a system call."""
        return isinstance(self._io, mmsg.BatchedSocket)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Datagrams are delivered from now on."""
        self._loop = loop
        loop.add_reader(self._socket.fileno(), self._wake)

    def send(self, datagram: bytes | bytearray | memoryview, address: Address) -> bool:
        """Hand one datagram to the kernel; False if it was dropped (buffer full, unreachable …). Never raises."""
        try:
            self._socket.sendto(datagram, address)
        except OSError:  # full buffer, unreachable peer, too long for the path, closed: the packet is lost
            self.counts.unsent += 1
            return False
        self.counts.sent += 1
        return True

    def send_many(self, datagrams: Iterable[tuple[bytes | bytearray | memoryview, Address]]) -> int:
        """Send each in order; the number that the kernel took. Never raises."""
        return sum(self.send(datagram, address) for datagram, address in datagrams)

    def forget(self) -> None:
        """Buffers hold nothing of what passed any more. What has come and is not handled yet stays."""
        self._io.forget()

    def close(self) -> None:
        """Stop reading and close the socket. May be repeated."""
        if self._loop is not None and self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
        if self._resumed is not None:
            self._resumed.cancel()
        self._waiting.clear()
        self._io.forget()
        self._socket.close()

    # ── a wake-up ────────────────────────────────────────────────────────────────────────────────

    def _wake(self) -> None:
        if self._resumed is None:  # else this turn of the loop has had, or will have, its share
            self._drain()

    def _resume(self) -> None:
        self._resumed = None
        self._drain()

    def _drain(self) -> None:
        """Handle what has come until there is no more, or it is the others' turn."""
        end_ns = self._now_ns() + DRAIN_MS * 1_000_000
        left = DRAIN_DATAGRAMS
        is_spent = False
        while not is_spent and (self._waiting or self._read()):
            while self._waiting and not is_spent:
                self._deliver(*self._waiting.popleft())
                left -= 1
                is_spent = left == 0 or self._now_ns() >= end_ns
            self._finish()
        if is_spent and self._loop is not None and self._socket.fileno() >= 0:
            self.counts.yielded += 1
            self._resumed = self._loop.call_soon(self._resume)

    def _read(self) -> bool:
        """Read some more; False if there is nothing."""
        self._waiting.extend(self._io.receive())
        return bool(self._waiting)

    def _deliver(self, datagram: bytes, source: Address) -> None:
        if not 0 < len(datagram) <= MAX_DATAGRAM_BYTES:
            self.counts.oversize += 1
            return
        self.counts.received += 1
        try:
            self._on_datagram(datagram, source)
        except Exception as fault:  # noqa: BLE001 - the last wall: one datagram must not stop the others
            self._note(fault)

    def _finish(self) -> None:
        try:
            self._on_drained()
        except Exception as fault:  # noqa: BLE001 - the same wall
            self._note(fault)

    def _note(self, fault: Exception) -> None:
        self.counts.faults += 1
        if self.counts.faults == 1:  # once: a sender could fill the log; the counter tells the rest
            logger.error("fault while handling a datagram", exc_info=fault)


class PlainSocket:
    """Reads and writes a bound UDP socket one datagram a call: works everywhere."""

    def __init__(
        self,
        bound: socket.socket,
        counts: PortCounts,
        send: Callable[[bytes | bytearray | memoryview, Address], bool],
    ) -> None:
        self.slab = Slab()
        self.socket = bound
        self.counts = counts
        self._send = send

    def receive(self) -> list[tuple[bytes, Address]]:
        received: list[tuple[bytes, Address]] = []
        for _ in range(PLAIN_DATAGRAMS):
            try:
                received.append(self.socket.recvfrom(MAX_DATAGRAM_BYTES + 1))
            except BlockingIOError:
                break
            except OSError:
                self.counts.socket_errors += 1
        return received

    def forget(self) -> None:
        self.slab.wipe()

    def batch(self, addresses: Sequence[Address], each: int) -> OutgoingBatch:
        return PlainBatch(self.slab, addresses, each, self._send)


def _bound_socket(host: str, port: int) -> socket.socket:
    ip = ip_address(host)
    family = socket.AF_INET if isinstance(ip, IPv4Address) else socket.AF_INET6
    bound = socket.socket(family, socket.SOCK_DGRAM)
    try:
        bound.settimeout(0)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        bound.setsockopt(socket.IPPROTO_IP, _IP_MTU_DISCOVER, _PMTUDISC_PROBE)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            bound.setsockopt(socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _PMTUDISC_PROBE)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
