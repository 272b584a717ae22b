"""Where things are in one RTP packet: header, extension elements, payload, padding.

Called by `media.publication` for every packet that was decrypted, and by tests. Must not import anything of ours.

     0                   1                   2                   3
    |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    |                           timestamp                           |
    |                             SSRC                              |
    |                    CSRC, CC times                             |
    |   profile (0xBEDE, 0x100n)    |   length in 32-bit words      |  if X
    |                  extension elements, RFC 8285                 |
    |                           payload                             |
    |                       padding             |  its own length   |  if P
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Octets = bytes | bytearray | memoryview

FIXED: Final = Struct("!BBHII")
"""V P X CC | M PT | sequence | timestamp | SSRC."""
MIN_HEADER_BYTES: Final = 12
ORIGINAL_SEQUENCE_BYTES: Final = 2
"""What a retransmission puts before the payload (RFC 4588 §4)."""
MARKER: Final = 0x80
"""In the second byte; the rest of it is the payload type."""

VERSION_2: Final = 0x80
"""In the first byte."""
_VERSION_BITS: Final = 0xC0
HAS_PADDING: Final = 0x20
"""P, in the first byte."""
HAS_EXTENSION: Final = 0x10
"""X, in the first byte."""
_CSRC_COUNT: Final = 0x0F
_ONE_BYTE_PROFILE: Final = 0xBEDE
_TWO_BYTE_PROFILE: Final = 0x1000
_TWO_BYTE_PROFILE_BITS: Final = 0xFFF0
_ONE_BYTE_STOP: Final = 15
ONE_BYTE_MAX_ID: Final = 14
_ONE_BYTE_MAX_LENGTH: Final = 16
_MAX_TWO_BYTE_ELEMENT: Final = 255


class MalformedRtp(ValueError):  # noqa: N818 - a verdict on the peer's bytes
    """These bytes are not an RTP packet; the only thing this module raises about a packet."""


def header_length(packet: Octets) -> int:
    """Bytes before the payload: fixed header, CSRCs, extension block. Raises: `MalformedRtp`."""
    size = len(packet)
    if size < MIN_HEADER_BYTES:
        raise MalformedRtp("too short")
    first = packet[0]
    if first & _VERSION_BITS != VERSION_2:
        raise MalformedRtp("not version 2")
    length = MIN_HEADER_BYTES + 4 * (first & _CSRC_COUNT)
    if first & HAS_EXTENSION:
        if size < length + 4:
            raise MalformedRtp("extension outside the packet")
        length += 4 + 4 * (packet[length + 2] << 8 | packet[length + 3])
    if length > size:
        raise MalformedRtp("header longer than the packet")
    return length


def payload_end(packet: Octets, start: int) -> int:
    """Where the payload that begins at `start` ends and padding begins. Raises: `MalformedRtp`."""
    size = len(packet)
    if not packet[0] & HAS_PADDING:
        return size
    padding = packet[size - 1] if size > start else 0
    if not 1 <= padding <= size - start:
        raise MalformedRtp("padding longer than the payload")
    return size - padding


def elements(packet: Octets, end: int) -> dict[int, tuple[int, int]]:
    """Extension elements as id → (start, end) of the value; `end` is `header_length` of the packet.

    An id that occurs twice keeps its first value. Unknown profiles have no elements.
    Raises: `MalformedRtp`, when an element reaches beyond the header.
    """
    first = packet[0]
    if not first & HAS_EXTENSION:
        return {}
    at = MIN_HEADER_BYTES + 4 * (first & _CSRC_COUNT)
    profile = packet[at] << 8 | packet[at + 1]
    if profile == _ONE_BYTE_PROFILE:
        return _one_byte_elements(packet, at + 4, end)
    if profile & _TWO_BYTE_PROFILE_BITS == _TWO_BYTE_PROFILE:
        return _two_byte_elements(packet, at + 4, end)
    return {}


def _one_byte_elements(packet: Octets, at: int, end: int) -> dict[int, tuple[int, int]]:
    """|  ID (4) | length - 1 (4) | value |, RFC 8285 §4.2."""
    found: dict[int, tuple[int, int]] = {}
    while at < end:
        head = packet[at]
        at += 1
        if head == 0:  # padding
            continue
        identifier = head >> 4
        if identifier == _ONE_BYTE_STOP:
            break
        stop = at + (head & 15) + 1
        if stop > end:
            raise MalformedRtp("element longer than the extension")
        if identifier and identifier not in found:
            found[identifier] = (at, stop)
        at = stop
    return found


def _two_byte_elements(packet: Octets, at: int, end: int) -> dict[int, tuple[int, int]]:
    """| ID (8) | length (8) | value |, RFC 8285 §4.3."""
    found: dict[int, tuple[int, int]] = {}
    while at < end:
        identifier = packet[at]
        at += 1
        if identifier == 0:  # padding
            continue
        if at >= end:
            raise MalformedRtp("element without a length")
        stop = at + 1 + packet[at]
        if stop > end:
            raise MalformedRtp("element longer than the extension")
        if identifier not in found:
            found[identifier] = (at + 1, stop)
        at = stop
    return found


def extension_block(values: Iterable[tuple[int, bytes]]) -> bytes:
    """The extension block that carries these (id, value) pairs; empty bytes for none.

    One-byte form where it can hold all of them, else two-byte form. The packet's X bit is the caller's.
    """
    pairs = list(values)
    if not pairs:
        return b""
    if any(not 1 <= i <= _MAX_TWO_BYTE_ELEMENT or len(v) > _MAX_TWO_BYTE_ELEMENT for i, v in pairs):
        raise ValueError("no extension element can be like this")
    if all(i <= ONE_BYTE_MAX_ID and 1 <= len(v) <= _ONE_BYTE_MAX_LENGTH for i, v in pairs):
        profile = _ONE_BYTE_PROFILE
        body = b"".join(bytes((i << 4 | len(v) - 1,)) + v for i, v in pairs)
    else:
        profile = _TWO_BYTE_PROFILE
        body = b"".join(bytes((i, len(v))) + v for i, v in pairs)
    body += bytes(-len(body) % 4)
    return profile.to_bytes(2, "big") + (len(body) // 4).to_bytes(2, "big") + body


class PacketView:
    """Where things are in the packet at hand. One per server, refilled for each packet: nothing is made per packet."""

    __slots__ = (
        "end",
        "found",
        "keyframe",
        "lead",
        "marker",
        "packet",
        "payload_type",
        "repaired",
        "rtp_ticks",
        "seq16",
        "ssrc",
        "start",
        "temporal",
    )

    def __init__(self) -> None:
        self.packet = b""
        self.start = 0
        """The payload is `lead` and then packet[start:end]."""
        self.end = 0
        self.lead = b""
        """What replaces the beginning of the payload that was cut; at most one byte."""
        self.found: dict[int, tuple[int, int]] = {}
        self.marker = 0
        """MARKER or 0."""
        self.payload_type = 0
        self.seq16 = 0
        self.rtp_ticks = 0
        self.ssrc = 0
        self.repaired = False
        """It came as a retransmission (RFC 4588) and was unwrapped."""
        self.keyframe = False
        """A video keyframe begins here."""
        self.temporal = 0
        """Of video: as `vp8.temporal_layer` says."""

    def read(self, packet: bytes) -> None:
        """Look at another packet. Raises: `MalformedRtp`; the view then says nothing."""
        self.start = header_length(packet)
        first = packet[0]
        self.end = payload_end(packet, self.start) if first & HAS_PADDING else len(packet)
        self.found = elements(packet, self.start) if first & HAS_EXTENSION else {}
        self.packet = packet
        self.lead = b""
        self.repaired = self.keyframe = False
        self.temporal = 0
        _, second, self.seq16, self.rtp_ticks, self.ssrc = FIXED.unpack_from(packet)
        self.marker = second & MARKER
        self.payload_type = second & ~MARKER

    def unwrap_retransmission(self) -> bool:
        """The view is of the original packet now: | its sequence number (16) | its payload |; False if it holds none."""
        if self.end - self.start < ORIGINAL_SEQUENCE_BYTES:
            return False
        self.seq16 = self.packet[self.start] << 8 | self.packet[self.start + 1]
        self.start += ORIGINAL_SEQUENCE_BYTES
        self.repaired = True
        return True
