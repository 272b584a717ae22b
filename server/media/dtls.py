"""DTLS server of one peer without I/O: datagrams in, datagrams out, SRTP keys at the end (RFC 5764).

Called by `peer.py`; uses pyOpenSSL's public interface only and knows no socket. OpenSSL reads the wall clock itself for
its retransmission timer; everything else depends on the calls alone.
"""

from __future__ import annotations

import datetime as dt
import hmac
import math
import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from .srtp_keys import SrtpKeys, SrtpProfile, exporter_bytes

MAX_DATAGRAM_BYTES: Final = 1200
"""Longest datagram sent: passes every path that carries IPv6 (1280) with room for TURN."""
MAX_HANDSHAKE_DATAGRAMS: Final = 200
MAX_HANDSHAKE_BYTES: Final = 131_072
"""What a peer may send before its handshake is complete; a real one needs about 10 datagrams and 4 kB."""
CERTIFICATE_DAYS: Final = 30
"""How long a process may run on one certificate; browsers compare the fingerprint, not the dates."""

_DTLS_1_2 = 0xFEFD
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA"
_EXPORTER_LABEL = b"EXTRACTOR-dtls_srtp"  # RFC 5764 §4.2
_RECORD_HEADER_BYTES = 13
_CONTENT_TYPES = frozenset({20, 21, 22, 23})  # change cipher spec, alert, handshake, application data
_BIO_BYTES = 65_536


class DtlsState(Enum):
    """HANDSHAKING → CONNECTED → CLOSED; HANDSHAKING → FAILED or CLOSED; CONNECTED → FAILED."""

    HANDSHAKING = "handshaking"
    CONNECTED = "connected"
    CLOSED = "closed"
    """By us, or by the peer's close_notify."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Identity:
    """The certificate of this process, made once, self-signed; its fingerprint goes into every answer."""

    fingerprint: bytes
    """SHA-256 of the certificate."""
    context: SSL.Context = field(repr=False)

    @classmethod
    def make(cls) -> Identity:
        """A fresh P-256 key and certificate that say nothing about who we are."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _self_signed(key)
        return cls(certificate.fingerprint(hashes.SHA256()), _server_context(key, certificate))


class DtlsServer:
    """One DTLS association; nothing a peer sends raises out of it."""

    def __init__(self, identity: Identity, peer_fingerprint: bytes) -> None:
        """peer_fingerprint: SHA-256 of the client's certificate, as its offer says."""
        self.state = DtlsState.HANDSHAKING
        self.keys: SrtpKeys | None = None
        """Set while CONNECTED."""
        self._peer_fingerprint = peer_fingerprint
        self._datagrams_left = MAX_HANDSHAKE_DATAGRAMS
        self._bytes_left = MAX_HANDSHAKE_BYTES
        self._connection = SSL.Connection(identity.context, None)
        self._connection.set_accept_state()
        self._connection.set_ciphertext_mtu(MAX_DATAGRAM_BYTES)

    def receive(self, datagram: bytes) -> None:
        """Take one datagram of the peer; then look at `state` and send `outgoing()`."""
        if self.state in {DtlsState.CLOSED, DtlsState.FAILED} or not _is_whole_records(datagram):
            return
        if self.state is DtlsState.CONNECTED:
            self._connection.bio_write(datagram)
            self._read()
            return
        self._datagrams_left -= 1
        self._bytes_left -= len(datagram)
        if self._datagrams_left < 0 or self._bytes_left < 0:
            self._end(DtlsState.FAILED)
            return
        self._connection.bio_write(datagram)
        self._handshake()

    def outgoing(self) -> list[bytes]:
        """Datagrams to send now, each of whole records and at most `MAX_DATAGRAM_BYTES`; given once."""
        try:
            records = self._connection.bio_read(_BIO_BYTES)
        except SSL.Error:  # nothing to send
            return []
        return _datagrams(records)

    def next_timeout_ms(self) -> int | None:
        """In how many ms `on_timeout` is due, counted from now; None when nothing waits."""
        if self.state is not DtlsState.HANDSHAKING:
            return None
        seconds = self._connection.DTLSv1_get_timeout()
        return None if seconds is None else math.ceil(seconds * 1000)

    def on_timeout(self) -> None:
        """Retransmit the last flight if it is due; then send `outgoing()`. Gives up (FAILED) after OpenSSL's tries."""
        if self.state is not DtlsState.HANDSHAKING:
            return
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error:
            self._end(DtlsState.FAILED)

    def close(self) -> None:
        """Say close_notify (in `outgoing()`) and forget the keys. May be repeated."""
        if self.state in {DtlsState.CLOSED, DtlsState.FAILED}:
            return
        if self.state is DtlsState.CONNECTED:
            self._say_close()
        self._end(DtlsState.CLOSED)

    def _handshake(self) -> None:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error:
            self._end(DtlsState.FAILED)
            return
        self.keys = self._derive_keys()
        if self.keys is None:
            self._say_close()
            self._end(DtlsState.FAILED)
        else:
            self.state = DtlsState.CONNECTED
            self._read()

    def _derive_keys(self) -> SrtpKeys | None:
        """The keys, if the peer is who its offer says and speaks SRTP."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None:
            return None
        if not hmac.compare_digest(certificate.fingerprint(hashes.SHA256()), self._peer_fingerprint):
            return None
        name = self._connection.get_selected_srtp_profile()
        if not name:
            return None
        profile = SrtpProfile(name)
        material = self._connection.export_keying_material(_EXPORTER_LABEL, exporter_bytes(profile))
        return SrtpKeys.from_exporter(profile, material)

    def _read(self) -> None:
        """Take what came after the handshake: a close_notify matters, application data (SCTP) is dropped.

        Reads until nothing is left: what stayed in the memory BIO would pile up.
        """
        while True:
            try:
                self._connection.recv(_BIO_BYTES)
            except SSL.WantReadError:
                return
            except SSL.ZeroReturnError:
                self._say_close()
                self._end(DtlsState.CLOSED)
                return
            except SSL.Error:
                self._end(DtlsState.FAILED)
                return

    def _say_close(self) -> None:
        try:
            self._connection.shutdown()
        except SSL.Error:  # the association is broken already: nothing left to say
            return

    def _end(self, state: DtlsState) -> None:
        self.state = state
        self.keys = None


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))  # clocks of clients may be late
        .not_valid_after(now + dt.timedelta(days=CERTIFICATE_DAYS))
        .sign(key, hashes.SHA256())
    )


def _server_context(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> SSL.Context:
    context = SSL.Context(SSL.DTLS_SERVER_METHOD)
    context.set_min_proto_version(_DTLS_1_2)
    context.set_max_proto_version(_DTLS_1_2)
    context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)  # a resumed session would bring no certificate
    # Any certificate passes here; who it is, the fingerprint in the offer decides after the handshake.
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_cipher_list(_CIPHERS)
    context.set_tlsext_use_srtp(b":".join(profile.value for profile in SrtpProfile))
    return context


def _record_end(data: bytes, start: int) -> int:
    """Where the record that begins at `start` ends.

    type (1) | version (2) | epoch (2) | sequence (6) | length (2) | fragment      RFC 6347 §4.1
    """
    return start + _RECORD_HEADER_BYTES + int.from_bytes(data[start + 11 : start + 13], "big")


def _is_whole_records(datagram: bytes) -> bool:
    """False for what OpenSSL need not see: no DTLS 1.x records, or cut off."""
    start = 0
    while start < len(datagram):
        if datagram[start] not in _CONTENT_TYPES or datagram[start + 1 : start + 2] != b"\xfe":
            return False
        start = _record_end(datagram, start)
    return 0 < start == len(datagram)


def _datagrams(records: bytes) -> list[bytes]:
    """Put whole records together again: the memory BIO joined them."""
    datagrams: list[bytes] = []
    begin = end = 0
    while end < len(records):
        following = _record_end(records, end)
        if following - begin > MAX_DATAGRAM_BYTES and end > begin:
            datagrams.append(records[begin:end])
            begin = end
        end = following
    if end > begin:
        datagrams.append(records[begin:end])
    return datagrams
