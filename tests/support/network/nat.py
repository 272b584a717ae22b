"""A router that shows one device of a network under another UDP address and port, as routers and mobile networks do.

Rewrites bytes; used by `link.py`. Knows no file, no clock and no state: ports are swapped in pairs.

    IPv4 header                               UDP header
    0 ver|ihl  9 protocol  10 checksum        0 source port   2 destination port
    12 source  16 destination                 4 length        6 checksum (0: none, RFC 768)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

UDP = 17
_CHECKSUM = 10
_SOURCE = 12
_DESTINATION = 16


def is_udp(packet: bytes) -> bool:
    return packet[9] == UDP


@dataclass(frozen=True)
class Nat:
    """How the device `inside` is seen from outside."""

    inside: bytes
    outside: bytes
    port_mask: int
    """Below 1024, so that unprivileged ports stay what they are."""

    def outward(self, packet: bytes) -> bytes:
        """A datagram of the device as others see it."""
        return self._shown(packet, _SOURCE, 0, self.outside) if is_udp(packet) else packet

    def inward(self, packet: bytes) -> bytes | None:
        """A datagram to where the device is seen now, as it gets it; None: it goes to where the device is not seen."""
        if not is_udp(packet):
            return packet
        if packet[_DESTINATION : _DESTINATION + 4] != self.outside:
            return None
        return self._shown(packet, _DESTINATION, 2, self.inside)

    def _shown(self, packet: bytes, address_at: int, port_at: int, address: bytes) -> bytes:
        changed = bytearray(packet)
        header = (packet[0] & 0x0F) * 4
        changed[address_at : address_at + 4] = address
        (port,) = struct.unpack_from("!H", packet, header + port_at)
        struct.pack_into("!H", changed, header + port_at, port ^ self.port_mask)
        struct.pack_into("!H", changed, header + 6, 0)
        struct.pack_into("!H", changed, _CHECKSUM, 0)
        struct.pack_into("!H", changed, _CHECKSUM, checksum(changed[:header]))
        return bytes(changed)


def checksum(header: bytes | bytearray) -> int:
    """RFC 1071, of an even number of bytes."""
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
