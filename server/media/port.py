"""The one UDP socket of the media server: drains it when readable, sends what it is given.

Called by `server.py`; the only file that knows the socket. Must import nothing else of ours than addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    from .address import Address

MAX_DATAGRAM_BYTES: Final = 1500
"""Longer datagrams are dropped unread."""
DRAIN_DATAGRAMS: Final = 256
"""Datagrams read per wake-up before the event loop gets its turn."""
SOCKET_BUFFER_BYTES: Final = 4 << 20
"""Asked of the kernel for each direction; it may grant less (net.core.rmem_max)."""


class UdpPort:
    """One bound UDP socket, dual stack when bound to an IPv6 wildcard."""

    def __init__(self, host: str, port: int, on_datagram: Callable[[bytes, Address], None]) -> None:
        """Bind. host: an IP address literal, `::` for IPv4 and IPv6 both; port 0 lets the kernel choose.

        on_datagram(datagram, source) is called from the event loop, once per datagram of 1 … `MAX_DATAGRAM_BYTES` bytes.
        Raises: OSError if the address cannot be bound, ValueError if `host` is no IP address.
        """
        raise NotImplementedError

    @property
    def local(self) -> tuple[str, int]:
        """The bound IP and port."""
        raise NotImplementedError

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Datagrams are delivered from now on."""
        raise NotImplementedError

    def send(self, datagram: bytes | bytearray | memoryview, address: Address) -> bool:
        """Hand one datagram to the kernel; False if it was dropped (buffer full, unreachable …). Never raises."""
        raise NotImplementedError

    def send_many(self, datagrams: Iterable[tuple[bytes | bytearray | memoryview, Address]]) -> int:
        """Send each in order; the number that the kernel took. Never raises."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop reading and close the socket. May be repeated."""
        raise NotImplementedError
