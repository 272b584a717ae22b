"""Many datagrams in one system call: `recvmmsg`, `sendmmsg` and UDP segmentation (GSO), through the C library.

Called by `port.py` where `works()` says so. The only file that knows C structures. Must not know what a datagram holds.

Nothing that C points to may be freed: every pointer of a structure leads into memory that the same object keeps.
"""

from __future__ import annotations

import errno
import socket
import struct
import sys
from array import array
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import cffi

from .outlet import SLAB_SLOTS, SLOT_BYTES, PortCounts, Slab, check_slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .address import Address

RECEIVE_DATAGRAMS: Final = 32
"""Read by one call: enough to make the call cheap, few enough that the first need not wait for the last."""
MAX_KNOWN_SOURCES: Final = 4096
"""Source addresses kept as text; beyond, all are read anew. Anybody can send from many."""

_MSG_DONTWAIT: Final = 0x40  # linux/socket.h
_SOL_UDP: Final = 17  # linux/udp.h
_UDP_SEGMENT: Final = 103
_SOCKADDR_IN: Final = struct.Struct("=H2s4s8x")
_SOCKADDR_IN6: Final = struct.Struct(
    "=H2sI16sI"
)  # family | port | flow, network order | address | scope, host order
_CONTROL: Final = struct.Struct("@NiiH6x")  # cmsg(3): length without filling | level | type | segment bytes
_CONTROL_LENGTH: Final = 18
_SEGMENT_AT: Final = 16

_ffi: Final = cffi.FFI()
_ffi.cdef("""
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr { void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                    void *msg_control; size_t msg_controllen; int msg_flags; };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, void *timeout);
    int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags);
""")
_SIZE_BYTES: Final = 8
"""Of a `size_t` here: lengths are written as columns of such numbers."""
_MESSAGE_BYTES: Final = _ffi.sizeof("struct mmsghdr")
_LENGTH_AT: Final = _ffi.offsetof("struct mmsghdr", "msg_len")
_IOV_BYTES: Final = _ffi.sizeof("struct iovec")
_IOV_LENGTH_AT: Final = _ffi.offsetof("struct iovec", "iov_len")

Pointer = Any
"""Memory of C; cffi has no better type for it."""


class Calls(Protocol):
    """The two system calls; tests put one in between."""

    def receive(self, fd: int, messages: Pointer, count: int) -> int:
        """How many messages were filled, or -errno."""
        ...

    def send(self, fd: int, messages: Pointer, count: int) -> int:
        """How many messages, counted from the first, were sent; -errno if the first could not be."""
        ...


class LibraryCalls:
    """The C library this process runs with. Raises: OSError or AttributeError if it lacks the calls."""

    def __init__(self) -> None:
        library: Any = _ffi.dlopen(None)
        self._recvmmsg = library.recvmmsg
        self._sendmmsg = library.sendmmsg

    def receive(self, fd: int, messages: Pointer, count: int) -> int:
        filled: int = self._recvmmsg(fd, messages, count, _MSG_DONTWAIT, _ffi.NULL)
        return filled if filled >= 0 else -_ffi.errno

    def send(self, fd: int, messages: Pointer, count: int) -> int:
        sent: int = self._sendmmsg(fd, messages, count, _MSG_DONTWAIT)
        return sent if sent >= 0 else -_ffi.errno


def works(calls: Calls | None = None) -> bool:
    """True if this system has the calls, lets us use them and lays out structures as we do: two datagrams are sent to see."""
    if (
        not sys.platform.startswith("linux")
        or sys.byteorder != "little"
        or _ffi.sizeof("size_t") != _SIZE_BYTES
    ):
        return False
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near, far:
        try:
            calls = calls or LibraryCalls()
        except (OSError, AttributeError):
            return False
        slab = Slab()
        slab.octets[:3] = b"one"
        slab.octets[SLOT_BYTES : SLOT_BYTES + 3] = b"two"
        iov = _slab_iov(slab)
        _lengths(iov)[:2] = array("Q", (3, 3))
        messages = _messages(iov, 2, each=1)
        if calls.send(near.fileno(), messages, 2) != 2:  # noqa: PLR2004
            return False
        received = _ReceiveBuffers(name_bytes=0)
        count = calls.receive(far.fileno(), received.messages, RECEIVE_DATAGRAMS)
        return [datagram for datagram, _ in received.datagrams(count)] == [b"one", b"two"]


def has_segmentation(bound: socket.socket) -> bool:
    """True if the kernel can cut one message into datagrams (Linux 4.18); a route may still refuse."""
    try:
        bound.getsockopt(_SOL_UDP, _UDP_SEGMENT)
    except OSError:
        return False
    return True


class BatchedSocket:
    """Reads and writes a bound UDP socket, many datagrams a call."""

    def __init__(self, bound: socket.socket, counts: PortCounts, calls: Calls | None = None) -> None:
        self.socket = bound
        self.counts = counts
        self.calls: Calls = calls or LibraryCalls()
        self.slab = Slab()
        self.iov: Final = _slab_iov(self.slab)
        self.lengths: Final = _lengths(self.iov)
        self.segments: bool = has_segmentation(bound)
        """Bursts to one address go as one message, which the kernel or the network card cuts."""
        self._is_ipv6 = bound.family == socket.AF_INET6
        self._name_bytes = (_SOCKADDR_IN6 if self._is_ipv6 else _SOCKADDR_IN).size
        self._received = _ReceiveBuffers(self._name_bytes)
        self._sources: dict[bytes, Address] = {}

    def receive(self) -> list[tuple[bytes, Address]]:
        """What has come, at most `RECEIVE_DATAGRAMS`; empty if nothing, or after an error, which is counted."""
        received = self._received
        count = self.calls.receive(self.socket.fileno(), received.messages, RECEIVE_DATAGRAMS)
        if count < 0:
            self.counts.socket_errors += count not in _NOTHING_YET
            return []
        sources = self._sources
        return [
            (datagram, sources.get(name) or self._learn(name)) for datagram, name in received.datagrams(count)
        ]

    def forget(self) -> None:
        """Neither packets that passed nor addresses they came from are here any more."""
        self.slab.wipe()
        self._received.wipe()
        self._sources.clear()

    def _learn(self, name: bytes) -> Address:
        if len(self._sources) >= MAX_KNOWN_SOURCES:
            self._sources.clear()
        known = self._sources[name] = _read_name(name)
        return known

    def batch(self, addresses: Sequence[Address], each: int) -> SegmentedBatch | SingleBatch:
        """As `Outlet.batch`. Raises: ValueError for too many slots, OSError for what is no address of this family."""
        check_slots(addresses, each)
        names = [self._name(address) for address in addresses]
        if each > 1 and self.segments:
            return SegmentedBatch(self, names, each)
        return SingleBatch(self, [name for name in names for _ in range(each)])

    def _name(self, address: Address) -> bytes:
        """The address as the kernel reads it. Raises: OSError if it is none."""
        port = address[1].to_bytes(2, "big")
        if not self._is_ipv6:
            return _SOCKADDR_IN.pack(socket.AF_INET, port, socket.inet_aton(address[0]))
        flow, scope = (address[2], address[3]) if len(address) == 4 else (0, 0)  # noqa: PLR2004
        return _SOCKADDR_IN6.pack(
            socket.AF_INET6, port, socket.htonl(flow), socket.inet_pton(socket.AF_INET6, address[0]), scope
        )


class SingleBatch:
    """An `OutgoingBatch` of one message for each datagram."""

    __slots__ = ("_lengths", "_messages", "_names", "_slots", "_socket")

    def __init__(self, batched: BatchedSocket, names: Sequence[bytes]) -> None:
        """names: where each slot goes, as the kernel reads it."""
        self._socket = batched
        self._slots = len(names)
        self._names = _ffi.from_buffer(b"".join(names))
        self._messages = _messages(batched.iov, len(names), each=1)
        _address(self._messages, self._names, len(names[0]))
        self._lengths = batched.lengths[: self._slots]

    def send(self, size: int) -> int:
        return self.send_from(0, size)

    def send_from(self, first: int, size: int) -> int:
        """As `send`, without the slots before `first`."""
        self._lengths[:] = array("Q", (size,)) * self._slots
        return _send(self._socket, self._messages + first, self._slots - first, 1)[1]


class SegmentedBatch:
    """An `OutgoingBatch` of one message for each address, which is cut into datagrams on the way (GSO)."""

    __slots__ = (
        "_control",
        "_each",
        "_lengths",
        "_messages",
        "_name_list",
        "_names",
        "_segment",
        "_singles",
        "_socket",
    )

    def __init__(self, batched: BatchedSocket, names: Sequence[bytes], each: int) -> None:
        self._socket = batched
        self._each = each
        self._name_list = names
        self._names = _ffi.from_buffer(b"".join(names))
        self._messages = _messages(batched.iov, len(names), each)
        _address(self._messages, self._names, len(names[0]))
        self._control = _ffi.new("unsigned char[]", _CONTROL.pack(_CONTROL_LENGTH, _SOL_UDP, _UDP_SEGMENT, 0))
        for message in self._messages:
            message.msg_hdr.msg_control = self._control
            message.msg_hdr.msg_controllen = _CONTROL.size
        self._segment = memoryview(_ffi.buffer(self._control, _CONTROL.size)).cast("H")[_SEGMENT_AT // 2 :]
        self._lengths = batched.lengths[: len(names) * each]
        self._singles: SingleBatch | None = None

    def send(self, size: int) -> int:
        if not self._socket.segments:
            return self._send_uncut(0, size)
        self._lengths[:] = array("Q", (size,)) * len(self._lengths)
        self._segment[0] = size
        dealt_with, taken = _send(self._socket, self._messages, len(self._name_list), self._each)
        if dealt_with == len(self._name_list):
            return taken
        self._socket.segments = False  # here nothing cuts messages: remembered, and not tried again
        return taken + self._send_uncut(dealt_with * self._each, size)

    def _send_uncut(self, first: int, size: int) -> int:
        if self._singles is None:
            names = [name for name in self._name_list for _ in range(self._each)]
            self._singles = SingleBatch(self._socket, names)
        return self._singles.send_from(first, size)


def _send(batched: BatchedSocket, messages: Pointer, count: int, each: int) -> tuple[int, int]:
    """Send messages of `each` datagrams; (messages dealt with, datagrams taken). Fewer than `count` are dealt with only
    if nothing on the way cuts messages. What else the kernel refuses is lost, as with `sendto`.
    """
    fd = batched.socket.fileno()
    dealt_with = taken = 0
    while dealt_with < count:
        sent = batched.calls.send(fd, messages + dealt_with, count - dealt_with)
        if sent > 0:
            taken += sent
            dealt_with += sent
        elif sent == -errno.EIO and each > 1:
            break
        elif sent in _NO_ROOM:
            batched.counts.unsent += (count - dealt_with) * each
            dealt_with = count
        elif (
            sent != -errno.EINTR
        ):  # this address cannot be reached, or its packet is too long: the others go on
            batched.counts.unsent += each
            dealt_with += 1
    batched.counts.sent += taken * each
    return dealt_with, taken * each


_NOTHING_YET: Final = frozenset({-errno.EAGAIN, -errno.EINTR})
_NO_ROOM: Final = frozenset({-errno.EAGAIN, -errno.ENOBUFS, -errno.ENOMEM, -errno.EBADF, 0})
"""The next message would fare no better: the buffers are full, or the socket is closed."""


class _ReceiveBuffers:
    """Room for `RECEIVE_DATAGRAMS` datagrams and where each came from."""

    def __init__(self, name_bytes: int) -> None:
        self._octets = memoryview(bytearray(RECEIVE_DATAGRAMS * SLOT_BYTES))
        self._names = memoryview(bytearray(RECEIVE_DATAGRAMS * name_bytes))
        self._name_bytes = name_bytes
        self._iov = _iov(self._octets, RECEIVE_DATAGRAMS)
        self._names_pointer = _ffi.from_buffer(self._names)
        self.messages: Pointer = _messages(self._iov, RECEIVE_DATAGRAMS, each=1)
        if name_bytes:
            _address(self.messages, self._names_pointer, name_bytes)
        _column(self._iov, _IOV_BYTES, _IOV_LENGTH_AT, "Q")[:] = array("Q", (SLOT_BYTES,)) * RECEIVE_DATAGRAMS
        self._lengths = _column(self.messages, _MESSAGE_BYTES, _LENGTH_AT, "I")

    def wipe(self) -> None:
        self._octets[:] = bytes(len(self._octets))
        self._names[:] = bytes(len(self._names))

    def datagrams(self, count: int) -> list[tuple[bytes, bytes]]:
        """The first so many, each with where it came from, as the kernel writes it. What was longer than a slot is cut to it."""
        octets, names, size = self._octets, self._names, self._name_bytes
        return [
            (
                bytes(octets[number * SLOT_BYTES : number * SLOT_BYTES + length]),
                bytes(names[number * size : (number + 1) * size]),
            )
            for number, length in enumerate(self._lengths[: max(0, count)])
        ]


def _slab_iov(slab: Slab) -> Pointer:
    return _iov(slab.octets, SLAB_SLOTS)


def _iov(octets: memoryview, slots: int) -> Pointer:
    """One `iovec` for each slot of this memory, which the caller keeps."""
    base = _ffi.from_buffer(octets)
    iov = _ffi.new("struct iovec[]", slots)
    for slot in range(slots):
        iov[slot].iov_base = base + slot * SLOT_BYTES
    return iov


def _lengths(iov: Pointer) -> memoryview:
    return _column(iov, _IOV_BYTES, _IOV_LENGTH_AT, "Q")


def _messages(iov: Pointer, count: int, each: int) -> Pointer:
    """Messages of `each` slots, without addresses. The caller keeps `iov`."""
    messages = _ffi.new("struct mmsghdr[]", count)
    for number in range(count):
        messages[number].msg_hdr.msg_iov = iov + number * each
        messages[number].msg_hdr.msg_iovlen = each
    return messages


def _address(messages: Pointer, names: Pointer, name_bytes: int) -> None:
    """The messages go to (or say where they came from in) these names, which the caller keeps."""
    base = _ffi.cast("unsigned char *", names)
    for number, message in enumerate(messages):
        message.msg_hdr.msg_name = base + number * name_bytes
        message.msg_hdr.msg_namelen = name_bytes


def _column(structures: Pointer, size: int, at: int, form: Literal["I", "Q"]) -> memoryview:
    """One member of every structure of an array, which it keeps."""
    item = struct.calcsize(form)
    octets: memoryview = memoryview(_ffi.buffer(structures)).cast("B")
    return octets.cast(form)[at // item :: size // item]


def _read_name(name: bytes) -> Address:
    """The address as Python's sockets say it."""
    if len(name) == _SOCKADDR_IN.size:
        _, port, ip4 = _SOCKADDR_IN.unpack(name)
        return socket.inet_ntoa(ip4), int.from_bytes(port, "big")
    _, port, flow, ip6, scope = _SOCKADDR_IN6.unpack(name)
    return socket.inet_ntop(socket.AF_INET6, ip6), int.from_bytes(port, "big"), socket.ntohl(flow), scope
