"""A burst of packets to many subscribers at once: headers written in columns, payloads sealed into the slab, one batch sent.

Made by `plan.py`, used by `forwarding.py`. Must not import the socket.
"""

from __future__ import annotations

from collections import deque
from itertools import repeat
from operator import call
from typing import TYPE_CHECKING, Final, NamedTuple

from server.rtp.header import MIN_HEADER_BYTES
from server.rtp.lanes import Lanes, PacketNumbers, StreamNumbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .address import Address
    from .outlet import Outlet

GCM_TAG_BYTES: Final = 16
_QUAD_BYTES: Final = 8
_SSRC_AT: Final = 8
_SSRC_BYTES: Final = 4


class Route(NamedTuple):
    """One subscriber of a fan-out."""

    encrypt_into: Callable[[bytes, bytes, memoryview, memoryview], int]
    """(nonce, payload, header, sealed payload)"""
    numbers: StreamNumbers
    ssrc: int
    address: Address


class FanOut:
    """Bursts of `each` packets to fixed routes. What is the same for every burst is prepared once."""

    __slots__ = (
        "_batch",
        "_block_head",
        "_encrypt",
        "_first_column",
        "_lanes",
        "_routes",
        "_second",
        "_slab",
        "_ssrcs",
    )

    def __init__(self, routes: Sequence[Route], each: int, outlet: Outlet) -> None:
        """Raises: ValueError if the slab has not so many slots."""
        self._batch = outlet.batch([route.address for route in routes], each)
        self._slab = outlet.slab
        self._routes = len(routes)
        self._lanes = Lanes([route.numbers for route in routes], each)
        self._encrypt = [route.encrypt_into for route in routes for _ in range(each)]
        self._ssrcs = [route.ssrc.to_bytes(_SSRC_BYTES, "big") for route in routes for _ in range(each)]
        self._first_column = self._slab.quad_column(0, self._lanes.slots)
        self._block_head = b""
        self._second = memoryview(b"")

    def send(self, burst: Sequence[PacketNumbers], payloads: list[bytes], block: bytes) -> int:
        """Every subscriber gets the burst under its own numbers; how many datagrams the system took.

        burst, payloads: `each` of both; payloads all of one length. block: the extensions, the same for all.
        """
        slots, slab, lanes = self._lanes.slots, self._slab, self._lanes
        self._first_column[:] = memoryview(lanes.headers(burst)).cast("Q")
        self._write_second_half(block, slots)
        header_bytes = MIN_HEADER_BYTES + len(block)
        sealed_bytes = header_bytes + len(payloads[0]) + GCM_TAG_BYTES
        one = len(payloads) == 1
        every_payload: Iterable[bytes] = repeat(payloads[0]) if one else payloads * self._routes
        headers = slab.cuts(0, header_bytes, slots)
        sealed = slab.cuts(header_bytes, sealed_bytes, slots)
        # `map` calls all in C; a deque of no length takes the results and keeps none.
        deque(map(call, self._encrypt, lanes.nonces(burst), every_payload, headers, sealed), maxlen=0)
        return self._batch.send(sealed_bytes)

    def _write_second_half(self, block: bytes, slots: int) -> None:
        """SSRC and extensions of every slot: columns of 8 bytes, as far as they go."""
        slab = self._slab
        if not block:
            slab.word_column(_SSRC_AT, slots)[:] = memoryview(b"".join(self._ssrcs)).cast("I")
            return
        if block[:4] != self._block_head:
            self._block_head = block[:4]
            self._second = memoryview(b"".join([ssrc + block[:4] for ssrc in self._ssrcs])).cast("Q")
        slab.quad_column(_SSRC_AT, slots)[:] = self._second
        at = 4
        while at + _QUAD_BYTES <= len(block):
            column = slab.quad_column(MIN_HEADER_BYTES + at, slots)
            column[:] = memoryview(block[at : at + _QUAD_BYTES] * slots).cast("Q")
            at += _QUAD_BYTES
        if at < len(block):
            slab.word_column(MIN_HEADER_BYTES + at, slots)[:] = memoryview(block[at:] * slots).cast("I")
