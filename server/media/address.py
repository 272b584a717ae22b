"""What a UDP source address is, and how it reads; used by everything in media, imports nothing of ours."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

Address = tuple[str, int] | tuple[str, int, int, int]
"""As the kernel gives it: (ip, port) from an IPv4 socket, (ip, port, flow, scope) from an IPv6 one."""


def host_port(address: Address) -> tuple[str, int]:
    """The IP and port a peer knows itself by: IPv4 behind a dual-stack socket reads as IPv4, no scope.

    Raises: ValueError if the first member is not an IP address.
    """
    ip = ip_address(address[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped), address[1]
        return str(IPv6Address(int(ip))), address[1]
    return str(ip), address[1]
