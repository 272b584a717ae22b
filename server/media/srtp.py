"""Opens and seals SRTP and SRTCP packets of one peer; called by `peer.py` and `forwarding.py`, knows no socket.

Inbound goes through libsrtp, which keeps the replay window. Outbound AES-GCM is built here (RFC 7714), because the
caller must choose the packet index itself; outbound AES-CM/SHA1 goes through libsrtp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pylibsrtp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .srtp_keys import LABEL_RTP_ENCRYPTION, LABEL_RTP_SALT, SrtpProfile, derive, wipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from .srtp_keys import SrtpKeys

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
_MAX_INDEX = (1 << 48) - 1
MAX_SOURCE_INDEX: Final = 1 << 46
"""Of what a stream follows, and of the offset to it: both together stay within 48 bits. 2000 years of video."""
_HALF_SEQUENCE = 1 << 15


_LIBSRTP_PROFILE: Final = {
    SrtpProfile.AEAD_AES_128_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    SrtpProfile.AEAD_AES_256_GCM: pylibsrtp.Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    SrtpProfile.AES128_CM_SHA1_80: pylibsrtp.Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}


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
            try:
                return unprotect(session, packet)
            except pylibsrtp.Error as error:
                raise SrtpRefused(str(error)) from None
        if len(self._proven) >= MAX_INBOUND_SOURCES:
            raise SrtpRefused("too many sources")
        # A forged packet leaves no trace in a session, so the same one may be tried again with the next.
        if self._untried is None:
            self._untried = _inbound_session(self._keys)
        try:
            plain = unprotect(self._untried, packet)
        except pylibsrtp.Error as error:
            raise SrtpRefused(str(error)) from None
        self._proven[source] = self._untried
        self._untried = None
        return plain


def _inbound_session(keys: SrtpKeys) -> pylibsrtp.Session:
    return _session(keys.profile, keys.client_master, pylibsrtp.Policy.SSRC_ANY_INBOUND)


def _session(profile: SrtpProfile, master: bytes, sources: int) -> pylibsrtp.Session:
    """A session with keys of its own, which libsrtp overwrites when it goes; the copy made for it is overwritten here."""
    policy = pylibsrtp.Policy(key=master, ssrc_type=sources, srtp_profile=_LIBSRTP_PROFILE[profile])
    policy.window_size = REPLAY_WINDOW_PACKETS
    session = pylibsrtp.Session(policy)
    copy: Any = policy.key  # of cffi: a view that can be written to, whatever its type says
    wipe(copy)
    return session


class OutboundSrtp:
    """Seals what the server sends. Each (SSRC, index) is sealed at most once: a GCM nonce never repeats."""

    def __init__(self, keys: SrtpKeys) -> None:
        self._streams: dict[int, OutboundStream] = {}
        self._session = _session(keys.profile, keys.server_master, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)
        self._aead: AESGCM | None = None
        self._salt = 0
        if keys.profile.is_aead:
            key = derive(keys.server_key, keys.server_salt, LABEL_RTP_ENCRYPTION, keys.profile.key_bytes)
            self._aead = AESGCM(key)  # OpenSSL has its own now, and overwrites it when this goes
            wipe(key)
            salt = derive(keys.server_key, keys.server_salt, LABEL_RTP_SALT, keys.profile.salt_bytes)
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
    """One outgoing SSRC. Made by `OutboundSrtp.stream`.

    Its packets are sealed here one by one (`seal`), or in bursts by `fan_out.py` for a publication it follows (`follow`).
    Either way its index only rises, but for the recent holes of what it follows.
    """

    def __init__(self, session: pylibsrtp.Session, aead: AESGCM | None, nonce_base: int) -> None:
        self._session = session
        self._aead = aead
        self.nonce_base: Final = nonce_base
        """xor the packet index it is the nonce."""
        self.encrypt_into: Final = None if aead is None else aead.encrypt_into
        """AES-GCM with this peer's key; None if the peer has none. Only for indices that `follow` allows."""
        self._used: UsedIndices | None = None
        self._followed: UsedIndices | None = None
        self._offset = 0
        self._sealed_top = -1
        """What may have been sealed for sources that are no longer followed."""

    def follow(self, source: UsedIndices, offset: int, first: int) -> None:
        """From packet `first` of `source` on, this stream seals what `source` takes, each once, as index + `offset`.

        Raises: `IndexRefused` if one of these could have been sealed before, or another source is followed; nothing
        changed then.
        """
        if self._followed is source and self._offset == offset:
            return
        if self._followed is not None:
            raise IndexRefused("follows another source")
        top = self._sealed_top if self._used is None else self._used.top
        if first + offset <= top or (top < 0 and not 0 <= first + offset < _HALF_SEQUENCE):
            raise IndexRefused("follows too early")
        if not -MAX_SOURCE_INDEX <= offset <= MAX_SOURCE_INDEX:
            raise IndexRefused("index exhausted")
        self._followed, self._offset = source, offset

    def part(self) -> None:
        """The source is no longer followed; whatever it took until now counts as sealed."""
        if self._followed is not None:
            self._sealed_top = self._followed.top + self._offset
            self._followed, self._used = None, None

    def seal(
        self,
        extended_index: int,
        payload: bytes | bytearray | memoryview,
        header: bytes | bytearray | memoryview,
        out: bytearray | memoryview,
    ) -> None:
        """Write the sealed payload to `out`, which is exactly `tag_bytes` longer; the header goes before it as it is.

        header: whole, with the SSRC of this stream and the low 16 bits of the index; together at most `MAX_PLAIN_BYTES`.
        It may lie right before `out`. Raises: `IndexRefused` as `OutboundSrtp.protect`, and once a source was followed.
        """
        if self._followed is not None or self._sealed_top >= 0:
            raise IndexRefused("belongs to what it follows")
        if self._used is None:
            if not 0 <= extended_index < _HALF_SEQUENCE:  # a receiver begins with rollover 0
                raise IndexRefused("first index")
            self._used = UsedIndices(extended_index, holes=REPLAY_WINDOW_PACKETS - 1)
        else:
            self._used.take(extended_index)
        self.seal_followed(extended_index, payload, header, out)

    def seal_followed(
        self,
        extended_index: int,
        payload: bytes | bytearray | memoryview,
        header: bytes | bytearray | memoryview,
        out: bytearray | memoryview,
    ) -> None:
        """As `seal`, for an index that the followed source took. Raises: `SrtpRefused` if libsrtp would not."""
        if self.encrypt_into is None:
            try:
                out[:] = self._session.protect(bytes(header) + payload)[len(header) :]
            except pylibsrtp.Error as error:
                raise SrtpRefused(str(error)) from None
            return
        # RFC 7714 §8.1: 00 00 | SSRC (4) | rollover (4) | sequence (2), xor the session salt
        nonce = (self.nonce_base ^ extended_index).to_bytes(12, "big")
        self.encrypt_into(nonce, payload, header, out)


class UsedIndices:
    """Which packet indices were sealed: all up to `top`, but for the recent holes. Of one SSRC, or of one publication,
    whose packets each go to many streams once.
    """

    __slots__ = ("_holes", "top")

    def __init__(self, first: int, holes: int = 0) -> None:
        """holes: so many indices before `first` may still be taken."""
        self.top = first
        self._holes: dict[int, None] = dict.fromkeys(range(max(0, first - holes), first))

    def take(self, index: int) -> None:
        """Mark `index` as used. Raises: `IndexRefused` if it was, or cannot be told apart from one that was."""
        gap = index - self.top
        if not 0 <= index <= _MAX_INDEX:
            raise IndexRefused("index exhausted")
        if gap == 1:
            self.top = index
        elif 1 < gap < _HALF_SEQUENCE:  # a longer leap would be guessed wrong by the receiver
            for hole in range(max(self.top + 1, index - REPLAY_WINDOW_PACKETS + 1), index):
                self._holes[hole] = None
            self.top = index
            while len(self._holes) > REPLAY_WINDOW_PACKETS:
                del self._holes[next(iter(self._holes))]
        elif index in self._holes and -gap < REPLAY_WINDOW_PACKETS:
            del self._holes[index]
        else:
            raise IndexRefused("index used, too old or leaping")


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
