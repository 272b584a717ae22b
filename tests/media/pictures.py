"""Pictures of libvpx in temporal layers, and a decoder that tells whether it got what they build on."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Iterable

KEYFRAME_EVERY = 12
"""Frames; a multiple of the pattern."""
_TEMPORAL = "ts_number_layers=3:ts_target_bitrate=80,120,200:ts_rate_decimator=4,2,1:ts_periodicity=4:ts_layer_id=0,2,1,2"
"""As browsers send them: TID 0 2 1 2, all but the last of which need only the base (`tests.rtp.simulcast.PATTERN`)."""
_MODE = ":ts_layering_mode=3"
_GREY, _BRIGHT = 128, 200


def encoded(width: int, height: int, count: int) -> list[bytes]:
    """Frames of a square that wanders through a picture that grows brighter."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 24), Fraction(24)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = 200_000, KEYFRAME_EVERY, 1
    encoder.options = {
        "deadline": "realtime",
        "lag-in-frames": "0",
        "error-resilient": "1",
        "auto-alt-ref": "0",
        "ts-parameters": _TEMPORAL + _MODE,
    }
    frames: list[bytes] = []
    for number in range(count):
        frames += map(bytes, encoder.encode(_picture(width, height, number)))
    return [*frames, *map(bytes, encoder.encode(None))]


def _picture(width: int, height: int, number: int) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, "yuv420p")
    frame.pts = number
    side = height // 3
    for plane in frame.planes[1:]:
        plane.update(bytes((_GREY,)) * plane.buffer_size)
    luma = frame.planes[0]
    plain = bytearray(bytes((60 + number,)) * luma.line_size)
    crossed = bytearray(plain)
    left = 2 * number % (width - side)
    crossed[left : left + side] = bytes((_BRIGHT,)) * side
    luma.update(bytes(plain) * side + bytes(crossed) * side + bytes(plain) * (height - 2 * side))
    return frame


def decoded(frames: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """Height and brightness of every pixel of each. Raises: av.error.FFmpegError where the decoder does."""
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    return [
        (picture.height, bytes(picture.planes[0]))
        for frame in frames
        for picture in decoder.decode(av.Packet(frame))
    ]
