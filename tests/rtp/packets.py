"""Packets for tests: RTP from named parts, VP8 payloads."""

from __future__ import annotations

from server.rtp.header import FIXED, HAS_EXTENSION, MARKER, VERSION_2, extension_block

KEYFRAME = b"\x10\x02\x00\x9d\x01\x2a\xa0\x00\x5a\x00"
"""Frame tag of a shown keyframe, start code, 160 × 90."""
SHORT = b"\x10"
"""VP8 descriptor: a frame begins."""


def rtp(  # noqa: PLR0913 - the fields of a header
    seq16: int = 1,
    rtp_ticks: int = 0,
    ssrc: int = 7,
    payload: bytes = b"payload",
    *,
    payload_type: int = 96,
    marker: bool = False,
    extensions: tuple[tuple[int, bytes], ...] = (),
    padding: int = 0,
) -> bytes:
    """A well-formed packet."""
    block = extension_block(extensions)
    first = VERSION_2 | (HAS_EXTENSION if block else 0) | (0x20 if padding else 0)
    head = FIXED.pack(first, payload_type | (MARKER if marker else 0), seq16 & 0xFFFF, rtp_ticks, ssrc)
    return head + block + payload + (bytes(padding - 1) + bytes((padding,)) if padding else b"")
