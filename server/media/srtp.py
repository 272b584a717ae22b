"""Opens and seals SRTP and SRTCP packets of one peer; called by `peer.py` and `forwarding.py`, knows no socket.

Inbound goes through libsrtp, which keeps the replay window. Outbound AES-GCM is built here (RFC 7714), because the
caller must choose the packet index itself; outbound AES-CM/SHA1 goes through libsrtp.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

import pylibsrtp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAX_PACKET_BYTES: Final = 1500
"""Longest packet opened or sealed: an Ethernet frame's worth."""
REPLAY_WINDOW_PACKETS: Final = 1024
"""How far behind the newest index a packet may come in, and a late one may go out."""
MAX_INBOUND_SOURCES: Final = 64
"""SSRCs of one peer that are kept; each costs a libsrtp stream. An offer has at most 64 sections."""

_RTP_FIXED_BYTES = 12
_RTCP_FIXED_BYTES = 8
_GCM_TAG_BYTES = 16
_SHA1_80_TAG_BYTES = 10
_LABEL_RTP_ENCRYPTION = 0  # RFC 3711 §4.3.1
_LABEL_RTP_SALT = 2
_MAX_INDEX = (1 << 48) - 1
_HALF_SEQUENCE = 1 << 15


class SrtpProfile(Enum):
    """DTLS-SRTP protection profiles, the most wanted first; the value is OpenSSL's name."""

    AEAD_AES_128_GCM = b"SRTP_AEAD_AES_128_GCM"
    AEAD_AES_256_GCM = b"SRTP_AEAD_AES_256_GCM"
    AES128_CM_SHA1_80 = b"SRTP_AES128_CM_SHA1_80"

    @property
    def key_bytes(self) -> int:
        return 32 if self is SrtpProfile.AEAD_AES_256_GCM else 16

    @property
    def salt_bytes(self) -> int:
        return 12 if self.is_aead else 14

    @property
    def is_aead(self) -> bool:
        return self is not SrtpProfile.AES128_CM_SHA1_80

    @property
    def tag_bytes(self) -> int:
        """How much longer a sealed RTP packet is than its plain form."""
        return _GCM_TAG_BYTES if self.is_aead else _SHA1_80_TAG_BYTES


_LIBSRTP_PROFILE: Final = {
    SrtpProfile.AEAD_AES_128_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AEAD_AES_256_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    SrtpProfile.AES128_CM_SHA1_80: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Master keys of one DTLS association; never shown, not even by `repr`."""

    profile: SrtpProfile
    client_key: bytes = field(repr=False)
    client_salt: bytes = field(repr=False)
    server_key: bytes = field(repr=False)
    server_salt: bytes = field(repr=False)

    @classmethod
    def from_exporter(cls, profile: SrtpProfile, material: bytes) -> SrtpKeys:
        """Cut the keying material: client key | server key | client salt | server salt (RFC 5764 §4.2)."""
        key, salt = profile.key_bytes, profile.salt_bytes
        assert len(material) == exporter_bytes(profile)  # noqa: S101 - our own request decides the length
        return cls(
            profile,
            client_key=material[:key],
            server_key=material[key : 2 * key],
            client_salt=material[2 * key : 2 * key + salt],
            server_salt=material[2 * key + salt :],
        )


def exporter_bytes(profile: SrtpProfile) -> int:
    """How much keying material the DTLS exporter must give for `profile`."""
    return 2 * (profile.key_bytes + profile.salt_bytes)


class SrtpRefused(Exception):  # noqa: N818 - a verdict on the peer's packet, not an error of the program
    """The packet is garbage, forged, replayed, too old, too long or of one source too many; nothing changed."""


class IndexReused(AssertionError):
    """Our own bug: sealing this packet could repeat an AES-GCM nonce. Nothing was sealed."""


class InboundSrtp:
    """Opens what the client sealed. One libsrtp stream per SSRC, made only by packets that prove authentic."""

    def __init__(self, keys: SrtpKeys) -> None: ...

    def unprotect(self, packet: bytes) -> bytes:
        """The plain RTP packet. Raises: `SrtpRefused` for anything else than a fresh authentic packet."""
        raise NotImplementedError

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The plain compound RTCP packet. Raises: `SrtpRefused`."""
        raise NotImplementedError


class OutboundSrtp:
    """Seals what the server sends. Each (SSRC, index) is sealed at most once: a GCM nonce never repeats."""

    def __init__(self, keys: SrtpKeys) -> None: ...

    def protect(self, packet: bytes | bytearray | memoryview, extended_index: int) -> bytes:
        """The sealed packet, `profile.tag_bytes` longer.

        packet: whole plain RTP packet, at most `MAX_PACKET_BYTES` sealed.
        extended_index: 48 bit rollover counter | sequence; its low 16 bits are the packet's sequence number. The first
        of an SSRC must be below 32768 (receivers begin with rollover 0). Late packets may go out once, up to
        `REPLAY_WINDOW_PACKETS` behind the newest. To retransmit, send the sealed bytes again or use RTX.
        Raises: `IndexReused` (our bug) if the index was used before, is too old, or is not the packet's.
        """
        raise NotImplementedError

    def protect_into(
        self, packet: bytes | bytearray | memoryview, extended_index: int, out: memoryview
    ) -> int:
        """As `protect`, written to the beginning of `out`; returns the sealed length."""
        raise NotImplementedError

    def protect_rtcp(self, packet: bytes) -> bytes:
        """The sealed compound packet; at most `MAX_RTCP_BYTES` plain."""
        raise NotImplementedError
