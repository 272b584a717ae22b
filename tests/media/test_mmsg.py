"""Batches through the kernel: order, addresses, cutting, and what happens where the kernel takes only some or refuses."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest

from server.media import mmsg
from server.media.mmsg import MAX_KNOWN_SOURCES, RECEIVE_DATAGRAMS, BatchedSocket, LibraryCalls
from server.media.outlet import SLAB_SLOTS, SLOT_BYTES, OutgoingBatch, PlainBatch, PortCounts
from server.media.port import PlainSocket, UdpPort

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.media.address import Address

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
families = pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6], ids=["IPv4", "IPv6"])
ways = pytest.mark.parametrize("batches", [pytest.param(True, id="batched"), pytest.param(False, id="plain")])


class Scripted:
    """The real calls, but for scripted answers to the next ones: -errno, or how many messages are let through."""

    def __init__(self, *sends: int | None, receives: Sequence[int] = ()) -> None:
        self._real = LibraryCalls()
        self._sends = list(sends)
        self._receives = list(receives)
        self.asked: list[int] = []

    def receive(self, fd: int, messages: object, count: int) -> int:
        return self._receives.pop(0) if self._receives else self._real.receive(fd, messages, count)

    def send(self, fd: int, messages: object, count: int) -> int:
        self.asked.append(count)
        answer = self._sends.pop(0) if self._sends else None
        if answer is not None and answer <= 0:
            return answer
        return self._real.send(fd, messages, count if answer is None else answer)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def bound(stack: ExitStack, family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    made = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
    made.bind((LOOPBACK[family], 0))
    made.settimeout(30)
    return made


def batched(stack: ExitStack, calls: Scripted | None = None) -> BatchedSocket:
    made = bound(stack)
    made.settimeout(0)
    return BatchedSocket(made, PortCounts(), calls)


def fill(octets: memoryview, slots: int) -> None:
    for slot in range(slots):
        octets[slot * SLOT_BYTES : slot * SLOT_BYTES + 4] = b"%4d" % slot


def heard(receiver: socket.socket, count: int) -> list[int]:
    datagrams = [receiver.recv(SLOT_BYTES) for _ in range(count)]
    receiver.settimeout(0)
    with pytest.raises(BlockingIOError):
        receiver.recv(1)
    assert {len(datagram) for datagram in datagrams} <= {4}
    return [int(datagram) for datagram in datagrams]


@ways
@families
@pytest.mark.parametrize("each", [1, 3, 8])
def test_each_address_gets_its_own_slots_in_order(
    stack: ExitStack, family: socket.AddressFamily, each: int, *, batches: bool
) -> None:
    receivers = [bound(stack, family) for _ in range(5)]
    port = stack.enter_context(closing(UdpPort(LOOPBACK[family], 0, lambda *_: None, batches=batches)))
    batch = port.batch([receiver.getsockname() for receiver in receivers], each)
    fill(port.slab.octets, 5 * each)
    assert batch.send(4) == 5 * each
    for number, receiver in enumerate(receivers):
        assert heard(receiver, each) == list(range(number * each, (number + 1) * each))
    assert (port.counts.sent, port.counts.unsent) == (5 * each, 0)


@ways
def test_a_batch_is_sent_again_with_what_the_slab_holds_then(stack: ExitStack, *, batches: bool) -> None:
    receiver = bound(stack)
    port = stack.enter_context(closing(UdpPort("127.0.0.1", 0, lambda *_: None, batches=batches)))
    few, many = port.batch([receiver.getsockname()], 2), port.batch([receiver.getsockname()], 4)
    for batch, text, size, each in ((few, b"a", 10, 2), (many, b"b", 700, 4), (few, b"c", 1_400, 2)):
        for slot in range(each):
            port.slab.octets[slot * SLOT_BYTES : slot * SLOT_BYTES + size] = text * size
        assert batch.send(size) == each
        assert [receiver.recv(SLOT_BYTES) for _ in range(each)] == [text * size] * each


@pytest.mark.parametrize(
    ("addresses", "each"), [(1, 0), (0, 1), (SLAB_SLOTS + 1, 1), (SLAB_SLOTS // 2 + 1, 2)]
)
@pytest.mark.parametrize("batches", [True, False])
def test_more_than_the_slab_holds_is_refused(addresses: int, each: int, *, batches: bool) -> None:
    with (
        closing(UdpPort("127.0.0.1", 0, lambda *_: None, batches=batches)) as port,
        pytest.raises(ValueError, match="batch"),
    ):
        port.batch([("127.0.0.1", 9)] * addresses, each)


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(Scripted(-errno.ENOSYS), id="no such call"),
        pytest.param(Scripted(-errno.EPERM), id="forbidden"),
        pytest.param(Scripted(1), id="takes one only"),
        pytest.param(Scripted(receives=(-errno.ENOSYS,)), id="cannot read"),
        pytest.param(Scripted(receives=(2,)), id="says it read and did not"),
    ],
)
def test_calls_that_do_not_work_are_noticed(calls: Scripted) -> None:
    assert not mmsg.works(calls)
    assert mmsg.works(Scripted())


@ways
@pytest.mark.parametrize("each", [1, 3])
def test_an_ipv6_port_reaches_ipv4_addresses(stack: ExitStack, each: int, *, batches: bool) -> None:
    receiver = bound(stack)
    port = stack.enter_context(closing(UdpPort("::", 0, lambda *_: None, batches=batches)))
    fill(port.slab.octets, each)
    ip, number = receiver.getsockname()
    assert port.batch([(f"::ffff:{ip}", number, 0, 0)], each).send(4) == each
    assert heard(receiver, each) == list(range(each))


def test_bursts_go_as_one_message_each(stack: ExitStack) -> None:
    calls = Scripted()
    sender, receivers = batched(stack, calls), [bound(stack) for _ in range(3)]
    assert sender.segments
    fill(sender.slab.octets, 12)
    assert sender.batch([receiver.getsockname() for receiver in receivers], 4).send(4) == 12
    assert calls.asked == [3]


def test_where_nothing_cuts_messages_bursts_go_singly_and_that_is_remembered(stack: ExitStack) -> None:
    calls = Scripted(1, -errno.EIO)
    sender, receivers = batched(stack, calls), [bound(stack) for _ in range(3)]
    batch = sender.batch([receiver.getsockname() for receiver in receivers], 4)
    fill(sender.slab.octets, 12)
    assert batch.send(4) == 12
    assert not sender.segments
    assert batch.send(4) == 12
    # one message left, two were refused, their eight datagrams follow; then all twelve at once
    assert calls.asked == [3, 2, 8, 12]
    for number, receiver in enumerate(receivers):
        assert heard(receiver, 8) == 2 * list(range(4 * number, 4 * number + 4))
    assert sender.counts.sent == 24
    assert sender.counts.unsent == 0
    assert isinstance(sender.batch([receivers[0].getsockname()], 2), mmsg.SingleBatch)


@pytest.mark.parametrize(
    ("script", "taken", "asked"),
    [
        pytest.param((2, 1), 5, [5, 3, 2], id="only some at a time"),
        pytest.param((-errno.EINTR,), 5, [5, 5], id="interrupted"),
        pytest.param((2, -errno.EHOSTUNREACH), 4, [5, 3, 2], id="one unreachable"),
        pytest.param((-errno.EPERM, -errno.EMSGSIZE), 3, [5, 4, 3], id="two refused"),
        pytest.param((2, -errno.EAGAIN), 2, [5, 3], id="buffer full"),
        pytest.param((-errno.ENOBUFS,), 0, [5], id="no buffers"),
        pytest.param((-errno.EIO,), 4, [5, 4], id="an error of one datagram"),
        pytest.param((0,), 0, [5], id="nothing taken"),
    ],
)
def test_what_the_kernel_does_not_take_is_counted(
    stack: ExitStack, script: tuple[int, ...], taken: int, asked: list[int]
) -> None:
    calls = Scripted(*script)
    sender, receiver = batched(stack, calls), bound(stack)
    fill(sender.slab.octets, 5)
    assert sender.batch([receiver.getsockname()] * 5, 1).send(4) == taken
    assert calls.asked == asked
    assert (sender.counts.sent, sender.counts.unsent) == (taken, 5 - taken)
    assert len(heard(receiver, taken)) == taken


def test_read_errors_are_counted_and_the_next_reading_goes_on(stack: ExitStack) -> None:
    sender = bound(stack)
    reader = batched(stack, Scripted(receives=(-errno.ECONNREFUSED, -errno.EAGAIN, -errno.EINTR)))
    sender.sendto(b"still here", reader.socket.getsockname())
    assert [reader.receive() for _ in range(4)] == [[], [], [], [(b"still here", sender.getsockname())]]
    assert reader.counts.socket_errors == 1


def test_one_reading_takes_a_bounded_number(stack: ExitStack) -> None:
    sender, reader = bound(stack), batched(stack)
    for number in range(RECEIVE_DATAGRAMS + 3):
        sender.sendto(b"%d" % number, reader.socket.getsockname())
    first, second, third = reader.receive(), reader.receive(), reader.receive()
    assert (len(first), len(second), third) == (RECEIVE_DATAGRAMS, 3, [])
    assert [int(datagram) for datagram, _ in first + second] == list(range(RECEIVE_DATAGRAMS + 3))


def test_memory_of_sources_is_bounded(stack: ExitStack) -> None:
    sender, reader = bound(stack), batched(stack)
    for number in range(MAX_KNOWN_SOURCES):
        reader._sources[number.to_bytes(16, "big")] = ("192.0.2.1", number)
    sender.sendto(b"x", reader.socket.getsockname())
    assert reader.receive() == [(b"x", sender.getsockname())]
    assert len(reader._sources) == 1


@families
def test_addresses_survive_the_way_to_the_kernel_and_back(
    stack: ExitStack, family: socket.AddressFamily
) -> None:
    made = BatchedSocket(bound(stack, family), PortCounts())
    rows: dict[socket.AddressFamily, list[Address]] = {
        socket.AF_INET: [("192.0.2.1", 1), ("255.255.255.255", 65535), ("0.0.0.0", 0x1234)],  # noqa: S104
        socket.AF_INET6: [
            ("2001:db8::1", 1, 0, 0),
            ("::ffff:192.0.2.1", 65535, 0, 0),
            ("fe80::1", 9, 0x12345, 7),
        ],
    }
    for address in rows[family]:
        assert mmsg._read_name(made._name(address)) == address


def test_plain_and_batched_sockets_send_the_same(stack: ExitStack) -> None:
    receiver = bound(stack)
    sent: list[bytes] = []

    def send(datagram: bytes | bytearray | memoryview, _: Address) -> bool:
        sent.append(bytes(datagram))
        return True

    plain = PlainSocket(bound(stack), PortCounts(), send)
    fill(plain.slab.octets, 6)
    batch: OutgoingBatch = plain.batch([receiver.getsockname()] * 2, 3)
    assert isinstance(batch, PlainBatch)
    assert batch.send(4) == 6
    assert [int(each) for each in sent] == list(range(6))
