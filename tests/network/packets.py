"""IPv4 packets of UDP and TCP as devices of these tests send them; used by `test_nat.py` and `test_link.py`."""

from __future__ import annotations

import socket
import struct

from tests.support.network.nat import UDP, checksum

TCP = 6


def packet(  # noqa: PLR0913 - the fields that routers look at
    source: str,
    destination: str,
    ports: tuple[int, int],
    payload: bytes,
    *,
    protocol: int = UDP,
    options: bytes = b"",
) -> bytes:
    """A whole packet; its UDP checksum is nonsense, which nobody may carry on."""
    words = 5 + len(options) // 4
    body = struct.pack("!HHHH", *ports, 8 + len(payload), 0xBEEF) + payload
    head = struct.pack(
        "!BBHHHBBH4s4s",
        0x40 | words,
        0,
        words * 4 + len(body),
        7,
        0,
        64,
        protocol,
        0,
        socket.inet_aton(source),
        socket.inet_aton(destination),
    )
    head += options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def ends(seen: bytes) -> tuple[tuple[str, int], tuple[str, int]]:
    """Source and destination."""
    at = (seen[0] & 0x0F) * 4
    ports = struct.unpack_from("!HH", seen, at)
    return (socket.inet_ntoa(seen[12:16]), ports[0]), (socket.inet_ntoa(seen[16:20]), ports[1])
