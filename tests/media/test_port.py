"""Real sockets on loopback: delivery, the bound on one wake-up, and nothing that the network does raises."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from server.media import mmsg
from server.media import port as port_module
from server.media.outlet import MAX_DATAGRAM_BYTES, PortCounts
from server.media.port import DRAIN_DATAGRAMS, DRAIN_MS, SOCKET_BUFFER_BYTES, PlainSocket, UdpPort

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.media.address import Address

NOBODY: Callable[[bytes, Address], None] = lambda *_: None  # noqa: E731 - a listener that needs nothing
ways = pytest.mark.parametrize("batches", [pytest.param(True, id="batched"), pytest.param(False, id="plain")])


class Inbox:
    """Keeps what a port delivered; a test waits for a number of datagrams."""

    def __init__(self) -> None:
        self.datagrams: list[tuple[bytes, Address]] = []
        self._awaited = 0
        self._enough = asyncio.Event()

    def __call__(self, datagram: bytes, source: Address) -> None:
        self.datagrams.append((datagram, source))
        if len(self.datagrams) >= self._awaited:
            self._enough.set()

    async def wait_for(self, count: int) -> list[bytes]:
        self._awaited = count
        if len(self.datagrams) < count:
            self._enough.clear()
            await asyncio.wait_for(self._enough.wait(), timeout=30)
        return [datagram for datagram, _ in self.datagrams]


def client(family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
    made.settimeout(30)
    return made


def test_this_system_takes_many_datagrams_a_call() -> None:
    assert mmsg.works()
    with closing(UdpPort("127.0.0.1", 0, NOBODY)) as port:
        assert port.is_batched
    with closing(UdpPort("127.0.0.1", 0, NOBODY, batches=False)) as port:
        assert not port.is_batched


@ways
@pytest.mark.parametrize(
    ("bound", "reached", "family"),
    [
        ("127.0.0.1", "127.0.0.1", socket.AF_INET),
        ("0.0.0.0", "127.0.0.1", socket.AF_INET),  # noqa: S104 - what a server binds
        ("::1", "::1", socket.AF_INET6),
        ("::", "::1", socket.AF_INET6),
        ("::", "127.0.0.1", socket.AF_INET),
    ],
)
async def test_datagrams_come_in_and_answers_go_back(
    bound: str, reached: str, family: socket.AddressFamily, *, batches: bool
) -> None:
    inbox = Inbox()
    with closing(UdpPort(bound, 0, inbox, batches=batches)) as port, client(family) as friend:
        port.start(asyncio.get_running_loop())
        friend.sendto(b"hello", (reached, port.local[1]))
        assert await inbox.wait_for(1) == [b"hello"]
        _, source = inbox.datagrams[0]
        plain = socket.socket(port._socket.family, socket.SOCK_DGRAM)
        with plain:
            plain.bind(("", 0))
            plain.settimeout(30)
            friend.sendto(b"", (reached, plain.getsockname()[1]))
            assert plain.recvfrom(1)[1] == source
        assert port.send(b"answer", source)
        assert port.send_many([(b"one", source), (memoryview(b"two"), source)]) == 2
        port.slab.octets[:3] = b"six"
        assert port.batch([source], 1).send(3) == 1
        assert [friend.recv(100) for _ in range(4)] == [b"answer", b"one", b"two", b"six"]
        assert (port.counts.received, port.counts.sent, port.counts.unsent) == (1, 4, 0)


@ways
async def test_one_wake_up_reads_a_bounded_number_then_lets_others_run(*, batches: bool) -> None:
    per_turn: list[int] = []
    inbox = Inbox()
    loop = asyncio.get_running_loop()
    total = 2 * DRAIN_DATAGRAMS + 10

    def watch() -> None:
        per_turn.append(len(inbox.datagrams))
        if len(inbox.datagrams) < total:
            loop.call_soon(watch)

    with (
        closing(UdpPort("127.0.0.1", 0, inbox, batches=batches, now_ns=lambda: 0)) as port,
        client() as friend,
    ):
        for number in range(total):
            friend.sendto(number.to_bytes(2, "big"), port.local)
        port.start(loop)
        watch()
        received = await inbox.wait_for(total)
        assert port.counts.yielded == 2
    assert received == [number.to_bytes(2, "big") for number in range(total)]
    steps = [after - before for before, after in pairwise(per_turn)]
    assert max(steps) == DRAIN_DATAGRAMS


@ways
async def test_one_wake_up_takes_a_bounded_time_then_lets_others_run(*, batches: bool) -> None:
    now_ns = 0
    inbox = Inbox()
    turns: list[int] = []
    loop = asyncio.get_running_loop()

    def slow(datagram: bytes, source: Address) -> None:
        nonlocal now_ns
        now_ns += DRAIN_MS * 400_000
        inbox(datagram, source)

    def watch() -> None:
        turns.append(len(inbox.datagrams))
        if len(inbox.datagrams) < 10:
            loop.call_soon(watch)

    port = UdpPort("127.0.0.1", 0, slow, batches=batches, now_ns=lambda: now_ns)
    with closing(port), client() as friend:
        for number in range(10):
            friend.sendto(bytes((number,)), port.local)
        port.start(loop)
        watch()
        assert await inbox.wait_for(10) == [bytes((number,)) for number in range(10)]
    assert {after - before for before, after in pairwise(turns)} <= {0, 1, 3}


@ways
async def test_what_datagrams_led_to_is_sent_before_others_run(*, batches: bool) -> None:
    heard: list[bytes | None] = []
    done = asyncio.Event()

    def on_drained() -> None:
        heard.append(None)
        if heard.count(b"x") == 40:
            done.set()

    port = UdpPort("127.0.0.1", 0, lambda it, _: heard.append(it), on_drained, batches=batches)
    with closing(port), client() as friend:
        for _ in range(40):
            friend.sendto(b"x", port.local)
        port.start(asyncio.get_running_loop())
        await asyncio.wait_for(done.wait(), 30)
    assert heard[-1] is None
    assert heard.count(None) < 40


@ways
async def test_empty_and_oversize_datagrams_are_dropped(*, batches: bool) -> None:
    inbox = Inbox()
    with closing(UdpPort("127.0.0.1", 0, inbox, batches=batches)) as port, client() as friend:
        port.start(asyncio.get_running_loop())
        for datagram in (b"", bytes(MAX_DATAGRAM_BYTES + 1), bytes(9000), bytes(MAX_DATAGRAM_BYTES), b"x"):
            friend.sendto(datagram, port.local)
        assert await inbox.wait_for(2) == [bytes(MAX_DATAGRAM_BYTES), b"x"]
        assert (port.counts.oversize, port.counts.received) == (3, 2)


def of_the_port(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What it logged: asyncio may have a word to say on what an earlier test left behind."""
    return [record.message for record in caplog.records if record.name == port_module.__name__]


@ways
async def test_fault_of_ours_stops_neither_the_port_nor_its_neighbours(
    caplog: pytest.LogCaptureFixture, *, batches: bool
) -> None:
    inbox = Inbox()

    def faulty(datagram: bytes, source: Address) -> None:
        inbox(datagram, source)
        if datagram == b"bad":
            raise RuntimeError

    port = UdpPort("127.0.0.1", 0, faulty, batches=batches)
    with closing(port), client() as friend, caplog.at_level(logging.ERROR):
        port.start(asyncio.get_running_loop())
        for datagram in (b"bad", b"good", b"bad", b"good"):
            friend.sendto(datagram, port.local)
        assert await inbox.wait_for(4) == [b"bad", b"good", b"bad", b"good"]
        assert port.counts.faults == 2
    assert of_the_port(caplog) == ["fault while handling a datagram"]


async def test_fault_while_sending_is_counted_and_reading_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox()

    def broken() -> None:
        raise RuntimeError

    with closing(UdpPort("127.0.0.1", 0, inbox, broken)) as port, client() as friend:
        port.start(asyncio.get_running_loop())
        for _ in range(2):
            friend.sendto(b"x", port.local)
        await inbox.wait_for(2)
    assert port.counts.faults >= 1
    assert len(of_the_port(caplog)) == 1


@ways
@pytest.mark.parametrize(
    ("bound", "address", "size"),
    [
        pytest.param("127.0.0.1", ("203.0.113.1", 5000), 10, id="unreachable from here"),
        pytest.param("127.0.0.1", ("127.0.0.1", 0), 10, id="no port"),
        pytest.param("::1", ("::1", 0, 0, 0), 10, id="no port in IPv6"),
    ],
)
def test_what_the_kernel_refuses_is_counted_not_raised(
    bound: str, address: Address, size: int, *, batches: bool
) -> None:
    with closing(UdpPort(bound, 0, NOBODY, batches=batches)) as port:
        assert not port.send(bytes(size), address)
        assert (port.counts.unsent, port.counts.sent) == (1, 0)
        assert port.batch([address], 1).send(size) == 0
        assert (port.counts.unsent, port.counts.sent) == (2, 0)


def test_too_long_for_udp_is_counted_not_raised() -> None:
    with closing(UdpPort("127.0.0.1", 0, NOBODY)) as port:
        assert not port.send(bytes(70_000), ("127.0.0.1", 5000))
        assert (port.counts.unsent, port.counts.sent) == (1, 0)


def test_full_send_buffer_drops_and_counts() -> None:
    with closing(UdpPort("127.0.0.1", 0, NOBODY)) as port:
        port._socket.close()
        port._socket = FullSocket()
        assert port.send_many([(b"x", ("127.0.0.1", 1)), (b"y", ("127.0.0.1", 1))]) == 0
        assert port.counts.unsent == 2


class FullSocket(socket.socket):
    """A socket whose buffer has no room."""

    def sendto(self, *_: object) -> int:
        raise BlockingIOError


@ways
async def test_port_that_nobody_listens_on_hurts_nobody(*, batches: bool) -> None:
    inbox = Inbox()
    with closing(UdpPort("127.0.0.1", 0, inbox, batches=batches)) as port, client() as friend:
        port.start(asyncio.get_running_loop())
        with client() as gone:
            address = gone.getsockname()
        for _ in range(3):  # the kernel answers with ICMP port unreachable
            port.send(b"anybody?", address)
        friend.sendto(b"still here", port.local)
        assert await inbox.wait_for(1) == [b"still here"]


def test_read_errors_are_counted_and_reading_goes_on() -> None:
    counts = PortCounts()
    plain = PlainSocket(FlakySocket(), counts, lambda *_: True)
    assert plain.receive() == [(b"after the error", ("127.0.0.1", 1))]
    assert counts.socket_errors == 1


class FlakySocket(socket.socket):
    """A socket that reports an ICMP error, then a datagram, then nothing."""

    answers = (ConnectionRefusedError(), (b"after the error", ("127.0.0.1", 1)), BlockingIOError())

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self._left = iter(self.answers)

    def recvfrom(self, *_: object) -> tuple[bytes, tuple[str, int]]:
        answer = next(self._left)
        if isinstance(answer, OSError):
            self.close()
            raise answer
        return answer


@ways
async def test_closing_inside_a_delivery_ends_the_drain(*, batches: bool) -> None:
    inbox = Inbox()
    with client() as friend:

        def close_at_once(datagram: bytes, source: Address) -> None:
            inbox(datagram, source)
            port.close()

        port = UdpPort("127.0.0.1", 0, close_at_once, batches=batches)
        friend.sendto(b"one", port.local)
        friend.sendto(b"two", port.local)
        batch = port.batch([friend.getsockname()], 1)
        port.start(asyncio.get_running_loop())
        assert await inbox.wait_for(1) == [b"one"]
        port.close()
        assert not port.send(b"late", ("127.0.0.1", 9))
        assert batch.send(4) == 0
        await asyncio.sleep(0)
    assert [datagram for datagram, _ in inbox.datagrams] == [b"one"]


def test_socket_is_set_up_as_wanted() -> None:
    with closing(UdpPort("::", 0, NOBODY)) as port:
        option = port._socket.getsockopt
        assert option(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY) == 0
        assert option(socket.IPPROTO_IP, 10) == 3
        assert option(socket.IPPROTO_IPV6, 23) == 3
        granted = option(socket.SOL_SOCKET, socket.SO_RCVBUF)
        with open("/proc/sys/net/core/rmem_max") as limit:  # noqa: PTH123 - one line of the kernel
            assert granted == 2 * min(SOCKET_BUFFER_BYTES, int(limit.read()))


def test_bad_addresses_are_told_at_once() -> None:
    with pytest.raises(ValueError, match="localhost"):
        UdpPort("localhost", 0, NOBODY)
    with pytest.raises(OSError, match="assign"):
        UdpPort("203.0.113.1", 0, NOBODY)
    with closing(UdpPort("127.0.0.1", 0, NOBODY)) as port, pytest.raises(OSError, match="in use"):
        UdpPort("127.0.0.1", port.local[1], NOBODY)
