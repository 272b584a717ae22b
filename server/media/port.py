"""The one UDP socket of the media server: drains it when readable, sends what it is given.

Called by `server.py`; the only file that knows the socket. Must import nothing else of ours than addresses.
"""

from __future__ import annotations

import logging
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    from .address import Address

MAX_DATAGRAM_BYTES: Final = 1500
"""Longer datagrams are dropped unread."""
DRAIN_DATAGRAMS: Final = 128
"""Datagrams read per wake-up, about 2 ms of work, before the event loop gets its turn."""
SOCKET_BUFFER_BYTES: Final = 4 << 20
"""Asked of the kernel for each direction; it may grant less (net.core.rmem_max)."""

_IP_MTU_DISCOVER = 10  # linux/in.h; the socket module of Python 3.11 does not name them
_IPV6_MTU_DISCOVER = 23
_PMTUDISC_PROBE = 3  # never fragment, and take no path MTU from ICMP, which anybody can forge

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class PortCounts:
    """What happened since the port was made; for metrics."""

    received: int = 0
    sent: int = 0
    oversize: int = 0
    """Received longer than `MAX_DATAGRAM_BYTES`, or empty."""
    unsent: int = 0
    """Dropped because the kernel did not take them."""
    socket_errors: int = 0
    """Errors while reading, such as an ICMP answer to something we sent."""
    faults: int = 0
    """Exceptions of our own code while handling a datagram: bugs."""


class UdpPort:
    """One bound UDP socket; an IPv6 wildcard takes IPv4 too."""

    def __init__(self, host: str, port: int, on_datagram: Callable[[bytes, Address], None]) -> None:
        """Bind. host: an IP address literal, `::` for IPv4 and IPv6 both; port 0 lets the kernel choose.

        on_datagram(datagram, source) is called from the event loop, once per datagram of 1 … `MAX_DATAGRAM_BYTES` bytes.
        Raises: OSError if the address cannot be bound, ValueError if `host` is no IP address.
        """
        self.counts = PortCounts()
        self._on_datagram = on_datagram
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket = _bound_socket(host, port)
        name = self._socket.getsockname()
        self._local: tuple[str, int] = (name[0], name[1])

    @property
    def local(self) -> tuple[str, int]:
        """The bound IP and port."""
        return self._local

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Datagrams are delivered from now on."""
        self._loop = loop
        loop.add_reader(self._socket.fileno(), self._drain)

    def send(self, datagram: bytes | bytearray | memoryview, address: Address) -> bool:
        """Hand one datagram to the kernel; False if it was dropped (buffer full, unreachable …). Never raises."""
        try:
            self._socket.sendto(datagram, address)
        except (
            OSError
        ):  # full buffer, refused or unreachable peer, too long for the path, closed: the packet is lost
            self.counts.unsent += 1
            return False
        self.counts.sent += 1
        return True

    def send_many(self, datagrams: Iterable[tuple[bytes | bytearray | memoryview, Address]]) -> int:
        """Send each in order; the number that the kernel took. Never raises."""
        return sum(self.send(datagram, address) for datagram, address in datagrams)

    def close(self) -> None:
        """Stop reading and close the socket. May be repeated."""
        if self._loop is not None and self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _drain(self) -> None:
        """Read until the socket is empty or `DRAIN_DATAGRAMS` were read; the loop calls again if there is more."""
        for _ in range(DRAIN_DATAGRAMS):
            try:
                datagram, source = self._socket.recvfrom(MAX_DATAGRAM_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:
                self.counts.socket_errors += 1
                if self._socket.fileno() < 0:  # closed while we were draining
                    return
                continue
            if 0 < len(datagram) <= MAX_DATAGRAM_BYTES:
                self.counts.received += 1
                self._deliver(datagram, source)
            else:
                self.counts.oversize += 1

    def _deliver(self, datagram: bytes, source: Address) -> None:
        try:
            self._on_datagram(datagram, source)
        except Exception:  # the last wall: one datagram must not stop the others
            self.counts.faults += 1
            if self.counts.faults == 1:  # once: a sender could fill the log; the counter tells the rest
                logger.exception("fault while handling a datagram")


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
