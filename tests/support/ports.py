"""Ports for servers that are started later."""

from __future__ import annotations

import contextlib
import secrets
import socket
from typing import Final

FIRST: Final = 10_000
AFTER_LAST: Final = 30_000
"""Below those that the kernel hands out by itself: nobody is given one before its server has taken it."""

_given: set[int] = set()


def free_port() -> int:
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of so many in a row, of TCP and of UDP; none is given twice."""
    while True:
        first = FIRST + secrets.randbelow(AFTER_LAST - FIRST - count)
        row = range(first, first + count)
        if _given.isdisjoint(row) and all(map(_is_free, row)):
            _given.update(row)
            return first


def _is_free(port: int) -> bool:
    with contextlib.ExitStack() as probes:
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                probe = probes.enter_context(socket.socket(socket.AF_INET, kind))
                if kind is socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
