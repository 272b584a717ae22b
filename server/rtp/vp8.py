"""What the clear bytes of a VP8 payload say (RFC 7741): where the descriptor ends, whether a keyframe begins.

Called by `media.publication` for video packets. Must not import anything but `header`.

    |X|R|N|S|R| PID |        required
    |I|L|T|K|  RSV  |        if X
    |M| picture id  |        if I, 15 bits if M
    |  TL0PICIDX    |        if L
    |TID|Y| KEYIDX  |        if T or K

The descriptor is cut to its required byte on the way. Picture ids and TL0PICIDX then need no continuity across a change
of layer or source, and every subscriber gets the same payload. Receivers without picture ids order frames by sequence
number alone, which is kept continuous. What it costs: a receiver that misses a packet of an upper temporal layer cannot
tell that it could go on without it, so it asks for it again. The frame itself is sealed end to end, but for its first 10
(keyframe) or 3 bytes; the descriptor is outside of that seal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .header import Octets

KEYFRAME_CLEAR_BYTES: Final = 10
"""Frame tag (3), start code (3), width and height (4): RFC 6386 §9.1."""

_EXTENDED: Final = 0x80
_START_OF_PARTITION: Final = 0x10
_PARTITION: Final = 0x07
_PICTURE_ID: Final = 0x80
_TL0PICIDX: Final = 0x40
_TID_OR_KEYIDX: Final = 0x30
_TID: Final = 0x20
_LONG_PICTURE_ID: Final = 0x80
LAYER_SYNC: Final = 1
"""Y in `temporal_layer`: this frame needs nothing but the base layer, so it is a place to step up to its layer."""
NO_TEMPORAL_LAYER: Final = 0
"""What `temporal_layer` says of streams without any: all is base layer."""
_INTERFRAME: Final = 0x01
_START_CODE: Final = b"\x9d\x01\x2a"
_START_CODE_AT: Final = 3
_HEIGHT_AT: Final = 8
_HEIGHT: Final = 0x3FFF
"""The upper two of its sixteen bits are a scale (RFC 6386 §9.1)."""


def descriptor_length(packet: Octets, start: int, end: int) -> int:
    """Bytes of the payload descriptor at `start`; 0 if the payload ends inside it or right behind it."""
    at = start + 1
    if at < end and packet[start] & _EXTENDED:
        flags = packet[at]
        at += 1
        if flags & _PICTURE_ID and at < end:
            at += 2 if packet[at] & _LONG_PICTURE_ID else 1
        elif flags & _PICTURE_ID:
            return 0
        if flags & _TL0PICIDX:
            at += 1
        if flags & _TID_OR_KEYIDX:
            at += 1
    return at - start if at < end else 0


def temporal_layer(packet: Octets, start: int, frame: int) -> int:
    """TID << 1 | Y of the descriptor at `start`, which ends at `frame`: its last byte says it, if there is a TID."""
    if packet[start] & _EXTENDED and packet[start + 1] & _TID:
        return packet[frame - 1] >> 5
    return NO_TEMPORAL_LAYER


def begins_frame(packet: Octets, start: int) -> bool:
    """True if the payload whose descriptor is at `start` holds the first bytes of a frame."""
    return packet[start] & (_START_OF_PARTITION | _PARTITION) == _START_OF_PARTITION


def begins_keyframe(packet: Octets, start: int, frame: int, end: int) -> bool:
    """True if this payload holds the beginning of a keyframe; `frame` is where its descriptor, at `start`, ends."""
    first = packet[start]
    return (
        first & _START_OF_PARTITION != 0
        and first & _PARTITION == 0
        and end - frame >= KEYFRAME_CLEAR_BYTES
        and not packet[frame] & _INTERFRAME
        and bytes(packet[frame + _START_CODE_AT : frame + _START_CODE_AT + 3]) == _START_CODE
    )


def keyframe_height(packet: Octets, frame: int) -> int:
    """Lines of the keyframe that begins at `frame`, where `begins_keyframe` holds."""
    return (packet[frame + _HEIGHT_AT] | packet[frame + _HEIGHT_AT + 1] << 8) & _HEIGHT


def short_descriptor(packet: Octets, start: int) -> int:
    """The required byte alone: the descriptor at `start` without its extension."""
    return packet[start] & ~_EXTENDED & 0xFF
