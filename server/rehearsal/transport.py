"""The media transport of one synthetic member: a UDP socket, ICE checks, the DTLS client, SRTP; called by `member` and benchmarks.

Real but lean: one connected socket instead of an ICE agent, pylibsrtp on bytes, no task and no object per packet. It never waits:
the caller hands it what came and calls `remind` now and then. Imports SRTP keys and `InboundSrtp` of `server.media.srtp`
(cutting keying material is RFC 5764 word for word) and nothing else of the media server.
"""

from __future__ import annotations

import secrets
import socket
import struct
import sys
import time
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

import pylibsrtp
from aioice import stun
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from server.media.srtp import InboundSrtp
from server.media.srtp_keys import SrtpKeys, SrtpProfile, exporter_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .sdp import Remote

RECEIVE_BUFFER_BYTES: Final = 4 << 20
MAX_DATAGRAM_BYTES: Final = 2048
DTLS_MTU_BYTES: Final = 1200
CHECK_AGAIN_S: Final = 0.5
"""An unanswered check is sent again."""
CONSENT_EVERY_S: Final = 5.0
"""RFC 7675 §5.1: the server takes who sends no check for 30 s for lost."""
_SO_TIMESTAMPNS: Final = 35  # asm-generic/socket.h
_STAMP: Final = struct.Struct("@qq")
_UFRAG_BYTES: Final = 6
_BINDING_ANSWER: Final = b"\x01\x01"
_DTLS_FIRST, _DTLS_LAST = 20, 63
_MEDIA_FIRST, _MEDIA_LAST = 128, 191
_RTCP_FIRST, _RTCP_LAST = 192, 223


class Stage(Enum):
    """NEW → CHECKING → SHAKING_HANDS → OPEN; any → CLOSED."""

    NEW = "new"
    CHECKING = "checking"
    SHAKING_HANDS = "shaking hands"
    OPEN = "open"
    CLOSED = "closed"
    """By us, or by the server's farewell."""


class Transport:
    """From the server's answer to sealed packets; see `Stage`."""

    def __init__(self, ufrag: str | None = None) -> None:
        self.stage = Stage.NEW
        self.ufrag: Final = secrets.token_hex(_UFRAG_BYTES) if ufrag is None else ufrag
        self.socket = _open_socket(socket.AF_INET)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = _self_signed(self._key)
        self.fingerprint: Final = self._certificate.fingerprint(hashes.SHA256())
        self._checks: dict[bytes, tuple[str, int]] = {}
        """Where each check went to that has no answer."""
        self._reminded_s = 0.0

    # ── until it is open ─────────────────────────────────────────────────────────────────────────

    def begin(self, remote: Remote) -> None:
        """Check every address that the server announced; the first that answers is taken."""
        self._remote = remote
        families = {socket.AF_INET6 if ":" in ip else socket.AF_INET for ip, _ in remote.candidates}
        if socket.AF_INET not in families:
            self.socket.close()
            self.socket = _open_socket(socket.AF_INET6)
        self.stage = Stage.CHECKING
        self._reminded_s = time.monotonic()
        self._check_all()

    def _check_all(self) -> None:
        for address in self._remote.candidates:
            if (":" in address[0]) == (self.socket.family is socket.AF_INET6):
                self._send_quietly(self._check(address, nominate=False), address)

    def _check(self, address: tuple[str, int], *, nominate: bool) -> bytes:
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self._remote.ufrag}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self._remote.pwd.encode())
        self._checks[request.transaction_id] = address
        return bytes(request)

    def nominate(self) -> None:
        """Tell the server, by a check, that this socket's address is the one to send to; also from another address later."""
        address = self.socket.getpeername()[:2]
        self._checks.clear()
        self._send_quietly(self._check((address[0], address[1]), nominate=True))

    def remind(self, now_s: float) -> None:
        """What is due is sent again: checks, the handshake, consent. Call it a few times a second."""
        pause_s = CONSENT_EVERY_S if self.stage is Stage.OPEN else CHECK_AGAIN_S
        if now_s - self._reminded_s < pause_s:
            return
        self._reminded_s = now_s
        match self.stage:
            case Stage.CHECKING:
                self._check_all()
            case Stage.SHAKING_HANDS:
                self._remind_handshake()
            case Stage.OPEN:
                self.nominate()
            case Stage.NEW | Stage.CLOSED:
                pass

    def _remind_handshake(self) -> None:
        try:
            self._dtls.DTLSv1_handle_timeout()
        except SSL.Error:  # OpenSSL has tried often enough
            self.close()
        else:
            self._flush()

    @property
    def settled(self) -> bool:
        """Open, and the server has answered every check."""
        return self.stage is Stage.OPEN and not self._checks

    @property
    def is_closed(self) -> bool:
        return self.stage is Stage.CLOSED

    def control(self, datagram: bytes) -> None:
        """Take a datagram that `media` does not name: an answer to a check, or a part of the handshake."""
        if datagram[:2] == _BINDING_ANSWER:
            self._answered(datagram)
        elif datagram and _DTLS_FIRST <= datagram[0] <= _DTLS_LAST:
            self._shake_hands(datagram)

    def _answered(self, datagram: bytes) -> None:
        try:
            answer = stun.parse_message(datagram)
        except (ValueError, struct.error):
            return
        if not answer.check_message_integrity(self._remote.pwd.encode()):
            return
        address = self._checks.pop(answer.transaction_id, None)
        if address is None or self.stage is not Stage.CHECKING:
            return
        self.socket.connect(address)
        self.nominate()
        self._begin_handshake()

    def _begin_handshake(self) -> None:
        self.stage = Stage.SHAKING_HANDS
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)  # self-signed; compared with the answer below
        context.use_certificate(self._certificate)
        context.use_privatekey(self._key)
        context.set_tlsext_use_srtp(SrtpProfile.AEAD_AES_128_GCM.value)
        self._dtls = SSL.Connection(context, None)
        self._dtls.set_connect_state()
        self._dtls.set_ciphertext_mtu(DTLS_MTU_BYTES)
        self._shake_hands(b"")

    def _shake_hands(self, datagram: bytes) -> None:
        if self.stage not in {Stage.SHAKING_HANDS, Stage.OPEN}:
            return
        if datagram:
            self._dtls.bio_write(datagram)
        try:
            if self.stage is Stage.OPEN:
                self._dtls.recv(1)  # nothing but farewells comes
            else:
                self._dtls.do_handshake()
                self._open()
        except SSL.WantReadError:
            self._flush()
        except SSL.Error:  # a farewell, or what no handshake goes on from
            self.close()
        else:
            self._flush()

    def _open(self) -> None:
        certificate = self._dtls.get_peer_certificate(as_cryptography=True)
        if certificate is None or certificate.fingerprint(hashes.SHA256()) != self._remote.fingerprint:
            self.close()
            return
        profile = SrtpProfile(self._dtls.get_selected_srtp_profile())
        material = self._dtls.export_keying_material(b"EXTRACTOR-dtls_srtp", exporter_bytes(profile))
        keys = SrtpKeys.from_exporter(profile, material)
        # The other way round: what the server seals with is what this side opens with.
        self._opening = InboundSrtp(
            SrtpKeys(keys.profile, keys.server_key, keys.server_salt, keys.client_key, keys.client_salt)
        )
        policy = pylibsrtp.Policy(
            key=keys.client_master,
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
        )
        session = pylibsrtp.Session(policy)
        self.protect = session.protect
        self.protect_rtcp = session.protect_rtcp
        self.unprotect = self._opening.unprotect
        self.unprotect_rtcp = self._opening.unprotect_rtcp
        self.stage = Stage.OPEN

    def _flush(self) -> None:
        if self.socket.fileno() < 0:
            return
        try:
            records = self._dtls.bio_read(65_536)
        except SSL.WantReadError:
            return
        self._send_quietly(records)

    # ── datagrams ────────────────────────────────────────────────────────────────────────────────

    def _send_quietly(self, datagram: bytes, address: tuple[str, int] | None = None) -> None:
        """What the network refuses now is sent again by `remind`."""
        try:
            if address is None:
                self.socket.send(datagram)
            else:
                self.socket.sendto(datagram, address)
        except OSError:
            return

    def send_rtp(self, packet: bytes) -> bool:
        """Seal and send; False if the system would not take it."""
        try:
            self.socket.send(self.protect(packet))
        except OSError:
            return False
        return True

    def send_rtcp(self, compound: bytes) -> None:
        self._send_quietly(self.protect_rtcp(compound))

    def stamp_arrivals(self) -> None:
        """The kernel notes from now on when a datagram came, so that our own delay is nobody else's."""
        if sys.platform == "linux":
            self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)

    def datagrams(self, at_most: int) -> Iterator[tuple[bytes, int]]:
        """What waits at the socket, each with its arrival by the wall clock, in ns."""
        for _ in range(at_most):
            try:
                datagram, ancillary, _, _ = self.socket.recvmsg(MAX_DATAGRAM_BYTES, 64)
            except OSError:  # nothing waits, or an ICMP word about what we sent
                return
            if ancillary and len(ancillary[0][2]) == _STAMP.size:
                seconds, ns = _STAMP.unpack(ancillary[0][2])
                yield datagram, seconds * 1_000_000_000 + ns
            else:
                yield datagram, time.time_ns()

    def close(self) -> None:
        """Say farewell, if there is somebody to say it to; the socket is closed."""
        if self.stage is Stage.CLOSED:
            return
        if self.stage is Stage.OPEN:
            try:
                self._dtls.shutdown()
            except SSL.Error:
                pass
            else:
                self._flush()
        self.stage = Stage.CLOSED
        self.socket.close()


def is_rtp(datagram: bytes) -> bool:
    """A sealed packet of media; RFC 7983, RFC 5761 §4."""
    return (
        len(datagram) > 1
        and _MEDIA_FIRST <= datagram[0] <= _MEDIA_LAST
        and not _RTCP_FIRST <= datagram[1] <= _RTCP_LAST
    )


def is_rtcp(datagram: bytes) -> bool:
    """A sealed report."""
    return (
        len(datagram) > 1
        and _MEDIA_FIRST <= datagram[0] <= _MEDIA_LAST
        and _RTCP_FIRST <= datagram[1] <= _RTCP_LAST
    )


def _open_socket(family: socket.AddressFamily) -> socket.socket:
    made = socket.socket(family, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    made.settimeout(0)
    return made


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "member")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
