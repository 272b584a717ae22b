"""DTLS server of one peer without I/O: datagrams in, datagrams out, SRTP keys at the end (RFC 5764).

Called by `peer.py`; uses pyOpenSSL's public interface only and knows no socket. OpenSSL reads the wall clock itself for
its retransmission timer; everything else depends on the calls alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from OpenSSL import SSL

    from .srtp import SrtpKeys

MAX_DATAGRAM_BYTES: Final = 1200
"""Longest datagram sent: passes every path that carries IPv6 (1280) with room for TURN."""
MAX_HANDSHAKE_DATAGRAMS: Final = 200
MAX_HANDSHAKE_BYTES: Final = 131_072
"""What a peer may send before its handshake is complete; a real one needs about 10 datagrams and 4 kB."""


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
        raise NotImplementedError


class DtlsServer:
    """One DTLS association; nothing a peer sends raises out of it."""

    def __init__(self, identity: Identity, peer_fingerprint: bytes) -> None:
        """peer_fingerprint: SHA-256 of the client's certificate, as its offer says."""
        self.state = DtlsState.HANDSHAKING
        self.keys: SrtpKeys | None = None
        """Set from CONNECTED on, until closed."""

    def receive(self, datagram: bytes) -> None:
        """Take one datagram of the peer; then look at `state` and send `outgoing()`."""
        raise NotImplementedError

    def outgoing(self) -> list[bytes]:
        """Datagrams to send now, each of whole records and at most `MAX_DATAGRAM_BYTES`; given once."""
        raise NotImplementedError

    def next_timeout_ms(self) -> int | None:
        """In how many ms `on_timeout` is due, counted from now; None when nothing waits."""
        raise NotImplementedError

    def on_timeout(self) -> None:
        """Retransmit the last flight if it is due; then send `outgoing()`."""
        raise NotImplementedError

    def close(self) -> None:
        """Say close_notify (in `outgoing()`) and forget the keys. May be repeated."""
        raise NotImplementedError
