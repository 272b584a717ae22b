"""The handshake with aiortc and with odd clients: keys only for the right certificate, and nothing raises."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiortc import RTCCertificate, RTCDtlsTransport
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import SSL

from server.media.dtls import (
    MAX_DATAGRAM_BYTES,
    MAX_HANDSHAKE_BYTES,
    MAX_HANDSHAKE_DATAGRAMS,
    DtlsServer,
    DtlsState,
    Identity,
    _datagrams,
    _is_whole_records,
)
from server.media.srtp import InboundSrtp, OutboundSrtp
from server.media.srtp_keys import SrtpProfile

from .dtls_client import FINGERPRINT, DtlsClient

if TYPE_CHECKING:
    from collections.abc import Callable

IDENTITY = Identity.make()


def handshake_record(fragment: bytes, content_type: int = 22, epoch: int = 0) -> bytes:
    header = bytes([content_type]) + b"\xfe\xff" + epoch.to_bytes(2, "big") + bytes(6)
    return header + len(fragment).to_bytes(2, "big") + fragment


def connected() -> tuple[DtlsServer, DtlsClient]:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient()
    client.shake_hands(server)
    assert server.state is DtlsState.CONNECTED
    return server, client


# ── the handshake ────────────────────────────────────────────────────────────────────────────────


def test_both_sides_get_the_same_keys() -> None:
    server, client = connected()
    assert server.keys == client.keys()
    assert server.next_timeout_ms() is None


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM", SrtpProfile.AEAD_AES_128_GCM),
        (b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM", SrtpProfile.AEAD_AES_256_GCM),
        (b"SRTP_AES128_CM_SHA1_80", SrtpProfile.AES128_CM_SHA1_80),
    ],
)
def test_server_chooses_the_profile(offered: bytes, chosen: SrtpProfile) -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient(offered)
    client.shake_hands(server)
    assert server.keys is not None
    assert server.keys.profile is chosen


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(DtlsClient(profiles=None), id="no SRTP"),
        pytest.param(DtlsClient(profiles=b"SRTP_AES128_CM_SHA1_32"), id="no common profile"),
        pytest.param(DtlsClient(with_certificate=False), id="no certificate"),
    ],
)
def test_clients_we_cannot_use_fail(client: DtlsClient) -> None:
    server = DtlsServer(IDENTITY, FINGERPRINT)
    client.shake_hands(server)
    assert server.state is DtlsState.FAILED
    assert server.keys is None
    assert server.next_timeout_ms() is None


def test_other_certificate_than_the_offer_says_gets_no_keys_and_a_goodbye() -> None:
    server, client = DtlsServer(IDENTITY, bytes(32)), DtlsClient()
    client.shake_hands(server)
    assert (server.state, server.keys) == (DtlsState.FAILED, None)
    with pytest.raises(SSL.ZeroReturnError):
        client.connection.recv(100)


def test_datagrams_fit_the_path_and_hold_whole_records() -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient(mtu=256)
    said = client.shake_hands(server)
    assert server.state is DtlsState.CONNECTED
    assert all(len(datagram) <= MAX_DATAGRAM_BYTES and _is_whole_records(datagram) for datagram in said)


def test_datagram_borders_are_put_where_records_end() -> None:
    records = [handshake_record(bytes(length)) for length in (500, 600, 87, 1187, 10, 1300, 5)]
    joined = _datagrams(b"".join(records))
    assert [len(datagram) for datagram in joined] == [513 + 613, 100, 1200, 23, 1313, 18]
    assert b"".join(joined) == b"".join(records)
    assert _datagrams(b"") == []


def test_client_hello_in_pieces_and_out_of_order_is_put_together() -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient(mtu=256)
    client.connection.set_alpn_protos([b"as long as a hello with post-quantum keys" * 4] * 3)
    client.step()
    pieces = client.outgoing_records()
    assert len(pieces) > 2
    for piece in reversed(pieces[1:]):
        server.receive(piece)
        assert server.outgoing() == []
    server.receive(pieces[0])
    assert server.outgoing()


async def after_ms(delay_ms: float, action: Callable[[], list[bytes]]) -> list[bytes]:
    """What `action` gives when OpenSSL's own timer is due: it reads the wall clock, no test can move it."""
    done: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(delay_ms / 1000 + 0.01, lambda: done.set_result(action()))
    return await asyncio.wait_for(done, timeout=30)


async def test_lost_flight_is_sent_again_after_the_timeout() -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient()
    client.step()
    for datagram in client.outgoing():
        server.receive(datagram)
    lost = server.outgoing()
    server.on_timeout()
    assert server.outgoing() == []  # not due yet: asking early repeats nothing

    def fire() -> list[bytes]:
        server.on_timeout()
        return server.outgoing()

    due_ms = server.next_timeout_ms()
    assert due_ms is not None
    assert 0 < due_ms <= 1000
    repeated = await after_ms(due_ms, fire)
    assert sum(map(len, repeated)) == sum(map(len, lost))
    for datagram in repeated:
        client.connection.bio_write(datagram)
        client.step()
    client.shake_hands(server)
    assert server.state is DtlsState.CONNECTED


async def test_last_flight_is_sent_again_when_the_client_repeats_its_own() -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient()
    client.step()
    while server.state is DtlsState.HANDSHAKING:
        for datagram in server.outgoing():
            client.connection.bio_write(datagram)
            client.step()
        for datagram in client.outgoing():
            server.receive(datagram)
    assert server.outgoing()  # lost: the client does not know that the handshake is over
    assert not client.done

    def fire() -> list[bytes]:
        client.connection.DTLSv1_handle_timeout()
        return client.outgoing()

    due_s = client.connection.DTLSv1_get_timeout()
    assert due_s is not None
    for datagram in await after_ms(due_s * 1000, fire):
        server.receive(datagram)
    for datagram in server.outgoing():
        client.connection.bio_write(datagram)
        client.step()
    assert client.done
    assert server.keys == client.keys()


def test_repeated_datagrams_change_nothing() -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient()
    client.step()
    while to_server := client.outgoing():
        for datagram in to_server * 2:
            server.receive(datagram)
        for datagram in server.outgoing():
            client.connection.bio_write(datagram)
            client.step()
    assert server.state is DtlsState.CONNECTED
    assert server.keys == client.keys()


# ── after the handshake ──────────────────────────────────────────────────────────────────────────


def test_goodbye_of_the_client_closes() -> None:
    server, client = connected()
    client.connection.shutdown()
    for datagram in client.outgoing():
        server.receive(datagram)
    assert (server.state, server.keys) == (DtlsState.CLOSED, None)
    assert server.outgoing()  # ours in answer


def test_our_goodbye_is_heard_and_may_be_repeated() -> None:
    server, client = connected()
    server.close()
    server.close()
    assert (server.state, server.keys) == (DtlsState.CLOSED, None)
    for datagram in server.outgoing():
        client.connection.bio_write(datagram)
    with pytest.raises(SSL.ZeroReturnError):
        client.connection.recv(100)


def test_closing_before_the_handshake_says_nothing_more() -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient()
    server.close()
    assert client.shake_hands(server) == []
    assert server.state is DtlsState.CLOSED
    server.on_timeout()
    assert server.next_timeout_ms() is None


def test_application_data_is_dropped() -> None:
    server, client = connected()
    for _ in range(100):
        client.connection.send(bytes(1000))
    for datagram in client.outgoing():
        server.receive(datagram)
    assert server.state is DtlsState.CONNECTED
    assert server.outgoing() == []


def test_many_records_in_one_datagram_are_all_taken_at_once() -> None:
    server, client = connected()
    for _ in range(40):
        client.connection.send(b"x")
    client.connection.shutdown()
    server.receive(b"".join(client.outgoing()))
    assert server.state is DtlsState.CLOSED


def test_forged_records_after_the_handshake_are_dropped() -> None:
    server, client = connected()
    client.connection.send(b"x")
    (real,) = client.outgoing()
    altered = real[:-1] + bytes([real[-1] ^ 1])
    alert = handshake_record(b"\x02\x28", content_type=21)  # in clear: fatal handshake failure
    for datagram in (altered, alert, handshake_record(bytes(50)), b"", real[:-1]):
        server.receive(datagram)
    assert server.state is DtlsState.CONNECTED


# ── hostile datagrams ────────────────────────────────────────────────────────────────────────────


@given(st.binary(max_size=300), st.sampled_from([20, 21, 22, 23, 24, 32, 63]))
def test_any_bytes_raise_nothing(garbage: bytes, content_type: int) -> None:
    server = DtlsServer(IDENTITY, FINGERPRINT)
    for datagram in (garbage, handshake_record(garbage, content_type), handshake_record(garbage)[:-1]):
        server.receive(datagram)
    assert server.state in {DtlsState.HANDSHAKING, DtlsState.FAILED}
    assert server.keys is None


@given(st.binary(max_size=300), st.sampled_from([20, 21, 22, 23, 24, 32, 63]))
def test_any_bytes_leave_a_connected_peer_connected(garbage: bytes, content_type: int) -> None:
    SERVER_WITH_PEER.receive(garbage)
    SERVER_WITH_PEER.receive(handshake_record(garbage, content_type))
    assert SERVER_WITH_PEER.state is DtlsState.CONNECTED


SERVER_WITH_PEER, _ = connected()


@pytest.mark.parametrize("position", range(0, 200, 7))
def test_altered_hello_raises_nothing(position: int) -> None:
    server, client = DtlsServer(IDENTITY, FINGERPRINT), DtlsClient()
    client.step()
    hello = bytearray(client.outgoing()[0])
    hello[position] ^= 0xFF
    server.receive(bytes(hello))
    assert server.keys is None


def test_handshake_ends_after_too_many_datagrams() -> None:
    server = DtlsServer(IDENTITY, FINGERPRINT)
    ignored = handshake_record(b"", epoch=9)
    for _ in range(MAX_HANDSHAKE_DATAGRAMS):
        server.receive(ignored)
    assert server.state.value == "handshaking"
    server.receive(ignored)
    assert server.state.value == "failed"


def test_handshake_ends_after_too_many_bytes() -> None:
    server = DtlsServer(IDENTITY, FINGERPRINT)
    ignored = handshake_record(bytes(1400), epoch=9)
    fits = MAX_HANDSHAKE_BYTES // len(ignored)
    for _ in range(fits):
        server.receive(ignored)
    assert server.state.value == "handshaking"
    server.receive(ignored)
    assert server.state.value == "failed"


def test_what_is_cut_off_or_no_dtls_never_reaches_openssl() -> None:
    record = handshake_record(bytes(20))
    assert _is_whole_records(record)
    assert _is_whole_records(record + record)
    for datagram in (
        b"",
        record[:-1],
        record[:5],
        record + record[:4],
        b"\x18" + record[1:],
        b"\x16\x03" + record[2:],
    ):
        assert not _is_whole_records(datagram)


def test_identities_differ_and_hide_their_context() -> None:
    other = Identity.make()
    assert other.fingerprint != IDENTITY.fingerprint
    assert len(other.fingerprint) == 32
    assert "context" not in repr(other)


# ── contract with aiortc ─────────────────────────────────────────────────────────────────────────


class Wire:
    """What `RTCDtlsTransport` needs of an ICE transport, with our server at the other end."""

    role = "controlling"

    def __init__(self, server: DtlsServer) -> None:
        self.server = server
        self.to_client: asyncio.Queue[bytes] = asyncio.Queue()

    async def _send(self, datagram: bytes) -> None:
        self.server.receive(datagram)
        self.flush()

    async def _recv(self) -> bytes:
        return await self.to_client.get()

    def flush(self) -> None:
        for datagram in self.server.outgoing():
            self.to_client.put_nowait(datagram)


def text_of(fingerprint: bytes) -> str:
    return fingerprint.hex(":").upper()


async def test_aiortc_connects_and_its_packets_open() -> None:
    certificate = RTCCertificate.generateCertificate()
    server = DtlsServer(IDENTITY, certificate._cert.fingerprint(hashes.SHA256()))
    wire = Wire(server)
    transport = RTCDtlsTransport(wire, [certificate])  # type: ignore[arg-type]
    transport._set_role("client")
    await asyncio.wait_for(
        transport.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", text_of(IDENTITY.fingerprint))])),
        timeout=30,
    )
    assert (transport.state, server.state) == ("connected", DtlsState.CONNECTED)
    assert server.keys is not None
    assert server.keys.profile is SrtpProfile.AEAD_AES_128_GCM

    packet = b"\x80\x60\x00\x01" + bytes(4) + b"\x00\x00\x00\x07" + b"payload"
    assert InboundSrtp(server.keys).unprotect(transport._tx_srtp.protect(packet)) == packet
    assert transport._rx_srtp.unprotect(OutboundSrtp(server.keys).protect(packet, 1)) == packet

    closed = asyncio.Event()
    transport.on("statechange", closed.set)
    server.close()
    wire.flush()
    await asyncio.wait_for(closed.wait(), timeout=30)
    assert transport.state == "closed"
    await transport.stop()


async def test_goodbye_of_aiortc_closes() -> None:
    certificate = RTCCertificate.generateCertificate()
    server = DtlsServer(IDENTITY, certificate._cert.fingerprint(hashes.SHA256()))
    transport = RTCDtlsTransport(Wire(server), [certificate])  # type: ignore[arg-type]
    transport._set_role("client")
    await transport.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", text_of(IDENTITY.fingerprint))]))
    await transport.stop()
    assert server.state is DtlsState.CLOSED
