"""Opens and seals SRTP and SRTCP packets of one peer; called by `peer.py` and `forwarding.py`, knows no socket.

Inbound goes through libsrtp, which keeps the replay window. Outbound AES-GCM is built here (RFC 7714), because the
caller must choose the packet index itself; outbound AES-CM/SHA1 goes through libsrtp.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

import pylibsrtp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_PACKET_BYTES: Final = 1500
"""Longest packet opened: an Ethernet frame's worth."""
MAX_PLAIN_BYTES: Final = 1356
"""Longest RTP packet sealed: libsrtp's binding keeps 144 bytes for trailers."""
MAX_RTCP_BYTES: Final = 1352
"""Longest compound RTCP packet sealed, for the same reason (148 bytes)."""
REPLAY_WINDOW_PACKETS: Final = 1024
"""How far behind the newest index a packet may come in, and a late one may go out."""
MAX_INBOUND_SOURCES: Final = 64
"""SSRCs of one peer that are kept; each costs a libsrtp stream. An offer has at most 64 sections."""

_RTP_VERSION = 2
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


class IndexRefused(AssertionError):  # noqa: N818 - named as `SrtpRefused`
    """Our own bug: sealing this packet could repeat an AES-GCM nonce. Nothing was sealed."""


class InboundSrtp:
    """Opens what the client sealed. One libsrtp session per SSRC, kept only once a packet proved authentic."""

    def __init__(self, keys: SrtpKeys) -> None:
        self._rtp = _Sources(keys)
        self._rtcp = _Sources(keys)

    def unprotect(self, packet: bytes) -> bytes:
        """The plain RTP packet. Raises: `SrtpRefused` for anything else than a fresh authentic packet."""
        if not _RTP_FIXED_BYTES <= len(packet) <= MAX_PACKET_BYTES:
            raise SrtpRefused("length")
        return self._rtp.open(packet[8:12], packet, pylibsrtp.Session.unprotect)

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        """The plain compound RTCP packet. Raises: `SrtpRefused`."""
        if not _RTCP_FIXED_BYTES <= len(packet) <= MAX_PACKET_BYTES:
            raise SrtpRefused("length")
        return self._rtcp.open(packet[4:8], packet, pylibsrtp.Session.unprotect_rtcp)


class _Sources:
    """libsrtp sessions by SSRC. One for all would search a linked list for each packet."""

    def __init__(self, keys: SrtpKeys) -> None:
        self._keys = keys
        self._proven: dict[bytes, pylibsrtp.Session] = {}
        self._untried: pylibsrtp.Session | None = None

    def open(
        self, source: bytes, packet: bytes, unprotect: Callable[[pylibsrtp.Session, bytes], bytes]
    ) -> bytes:
        session = self._proven.get(source)
        if session is not None:
            return _opened(session, packet, unprotect)
        if len(self._proven) >= MAX_INBOUND_SOURCES:
            raise SrtpRefused("too many sources")
        # A forged packet leaves no trace in a session, so the same one may be tried again with the next.
        if self._untried is None:
            self._untried = _inbound_session(self._keys)
        plain = _opened(self._untried, packet, unprotect)
        self._proven[source] = self._untried
        self._untried = None
        return plain


def _opened(
    session: pylibsrtp.Session, packet: bytes, unprotect: Callable[[pylibsrtp.Session, bytes], bytes]
) -> bytes:
    try:
        return unprotect(session, packet)
    except pylibsrtp.Error as error:
        raise SrtpRefused(str(error)) from None


def _inbound_session(keys: SrtpKeys) -> pylibsrtp.Session:
    policy = pylibsrtp.Policy(
        key=keys.client_key + keys.client_salt,
        ssrc_type=pylibsrtp.Policy.SSRC_ANY_INBOUND,
        srtp_profile=_LIBSRTP_PROFILE[keys.profile],
    )
    policy.window_size = REPLAY_WINDOW_PACKETS
    return pylibsrtp.Session(policy)


class OutboundSrtp:
    """Seals what the server sends. Each (SSRC, index) is sealed at most once: a GCM nonce never repeats."""

    def __init__(self, keys: SrtpKeys) -> None:
        self._streams: dict[int, OutboundStream] = {}
        policy = pylibsrtp.Policy(
            key=keys.server_key + keys.server_salt,
            ssrc_type=pylibsrtp.Policy.SSRC_ANY_OUTBOUND,
            srtp_profile=_LIBSRTP_PROFILE[keys.profile],
        )
        policy.window_size = REPLAY_WINDOW_PACKETS
        self._session = pylibsrtp.Session(policy)
        self._aead: AESGCM | None = None
        self._salt = 0
        if keys.profile.is_aead:
            self._aead = AESGCM(
                derive(keys.server_key, keys.server_salt, _LABEL_RTP_ENCRYPTION, keys.profile.key_bytes)
            )
            salt = derive(keys.server_key, keys.server_salt, _LABEL_RTP_SALT, keys.profile.salt_bytes)
            self._salt = int.from_bytes(salt, "big")
        self.tag_bytes: Final = keys.profile.tag_bytes

    def protect(self, packet: bytes | bytearray | memoryview, extended_index: int) -> bytes:
        """The sealed packet, `tag_bytes` longer.

        packet: whole plain RTP packet, at most `MAX_PLAIN_BYTES`.
        extended_index: 48 bit rollover counter | sequence; its low 16 bits are the packet's sequence number. The first
        of an SSRC must be below 32768 (receivers begin with rollover 0). Late packets may go out once, up to
        `REPLAY_WINDOW_PACKETS` behind the newest. To retransmit, send the sealed bytes again or use RTX.
        Raises: `IndexRefused` (our bug) if the index was used before, is too old, leaps, or is not the packet's;
        ValueError if the packet is none or too long. Nothing is sealed then.
        """
        sealed = bytearray(len(packet) + self.tag_bytes)
        self.protect_into(packet, extended_index, memoryview(sealed))
        return bytes(sealed)

    def protect_into(
        self, packet: bytes | bytearray | memoryview, extended_index: int, out: memoryview
    ) -> int:
        """As `protect`, written to the beginning of `out`, which must not overlap `packet`; returns the sealed length."""
        header_bytes = _rtp_header_bytes(packet)
        sealed_bytes = len(packet) + self.tag_bytes
        if len(packet) > MAX_PLAIN_BYTES or sealed_bytes > len(out):
            raise ValueError("packet too long")
        if (packet[2] << 8 | packet[3]) != extended_index & 0xFFFF:
            raise IndexRefused("not the index of this packet")
        stream = self.stream(int.from_bytes(packet[8:12], "big"))
        header = packet[:header_bytes]
        stream.seal(extended_index, packet[header_bytes:], header, out[header_bytes:sealed_bytes])
        out[:header_bytes] = header
        return sealed_bytes

    def stream(self, ssrc: int) -> OutboundStream:
        """The stream of this SSRC; the same object each time, so its indices are counted in one place."""
        stream = self._streams.get(ssrc)
        if stream is None:
            stream = self._streams[ssrc] = OutboundStream(self._session, self._aead, ssrc << 48 ^ self._salt)
        return stream

    def protect_rtcp(self, packet: bytes) -> bytes:
        """The sealed compound packet. Raises: ValueError if it is longer than `MAX_RTCP_BYTES` or no RTCP."""
        if not _RTCP_FIXED_BYTES <= len(packet) <= MAX_RTCP_BYTES:
            raise ValueError("not an RTCP packet to send")
        return self._session.protect_rtcp(packet)


class OutboundStream:
    """One outgoing SSRC: seals a packet whose header and payload lie apart, without looking at them. Made by `stream`."""

    def __init__(self, session: pylibsrtp.Session, aead: AESGCM | None, nonce_base: int) -> None:
        self._session = session
        self._aead = aead
        self._nonce_base = nonce_base
        self._used: _UsedIndices | None = None

    def seal(
        self,
        extended_index: int,
        payload: bytes | bytearray | memoryview,
        header: bytes | bytearray | memoryview,
        out: bytearray | memoryview,
    ) -> None:
        """Write the sealed payload to `out`, which is exactly `tag_bytes` longer; the header goes before it as it is.

        header: whole, with the SSRC of this stream and the low 16 bits of the index; together at most `MAX_PLAIN_BYTES`.
        It may lie right before `out`. Raises: `IndexRefused` as `OutboundSrtp.protect`.
        """
        if self._used is None:
            self._used = _UsedIndices(extended_index)
        else:
            self._used.take(extended_index)
        if self._aead is None:
            out[:] = self._session.protect(bytes(header) + payload)[len(header) :]
            return
        # RFC 7714 §8.1: 00 00 | SSRC (4) | rollover (4) | sequence (2), xor the session salt
        nonce = (self._nonce_base ^ extended_index).to_bytes(12, "big")
        self._aead.encrypt_into(nonce, payload, header, out)


class _UsedIndices:
    """Which packet indices of one SSRC were sealed: all up to `top`, but for the recent `holes`."""

    def __init__(self, first: int) -> None:
        """Raises: `IndexRefused` unless a receiver that begins with rollover 0 would guess the same index."""
        if not 0 <= first < _HALF_SEQUENCE:
            raise IndexRefused("first index")
        self._top = first
        self._holes: dict[int, None] = dict.fromkeys(range(max(0, first - REPLAY_WINDOW_PACKETS + 1), first))

    def take(self, index: int) -> None:
        """Mark `index` as used. Raises: `IndexRefused` if it was, or cannot be told apart from one that was."""
        gap = index - self._top
        if not 0 <= index <= _MAX_INDEX:
            raise IndexRefused("index exhausted")
        if gap == 1:
            self._top = index
        elif 1 < gap < _HALF_SEQUENCE:  # a longer leap would be guessed wrong by the receiver
            for hole in range(max(self._top + 1, index - REPLAY_WINDOW_PACKETS + 1), index):
                self._holes[hole] = None
            self._top = index
            while len(self._holes) > REPLAY_WINDOW_PACKETS:
                del self._holes[next(iter(self._holes))]
        elif index in self._holes and -gap < REPLAY_WINDOW_PACKETS:
            del self._holes[index]
        else:
            raise IndexRefused("index used, too old or leaping")


def derive(master_key: bytes, master_salt: bytes, label: int, length: int) -> bytes:
    """A session key or salt: AES in counter mode over the master salt xor the label (RFC 3711 §4.3.3)."""
    counter = bytearray(
        master_salt.ljust(16, b"\0")
    )  # 112 bit salt, a shorter one filled with zeros | 16 bit counter
    counter[7] ^= label
    return Cipher(algorithms.AES(master_key), modes.CTR(bytes(counter))).encryptor().update(bytes(length))


def _rtp_header_bytes(packet: bytes | bytearray | memoryview) -> int:
    """Fixed header, CSRCs and extension block (RFC 3550 §5.1, §5.3.1). Raises: ValueError if the packet is shorter."""
    if len(packet) < _RTP_FIXED_BYTES or packet[0] >> 6 != _RTP_VERSION:
        raise ValueError("not an RTP packet")
    length = _RTP_FIXED_BYTES + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if len(packet) < length + 4:
            raise ValueError("not an RTP packet")
        length += 4 + 4 * (packet[length + 2] << 8 | packet[length + 3])
    if len(packet) < length:
        raise ValueError("not an RTP packet")
    return length
