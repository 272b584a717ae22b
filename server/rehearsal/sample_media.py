"""Sound and pictures that anybody can decode, encoded once at the start and sent over and over; called by `command`.

Imports nothing of ours. Real libvpx and libopus through PyAV; where they are missing the rehearsal says so.
"""

from __future__ import annotations

import array
import math
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
from av.error import FFmpegError

from .errors import RehearsalError

WIDTH, HEIGHT = 320, 180
"""As large as browsers are drawn in a group of twelve: their middle layer (docs/layers.md)."""
FRAMES_PER_SECOND: Final = 15
PICTURE_LOOP_S: Final = 4
PICTURE_BPS: Final = 150_000
HUES: Final = ((118, 150), (140, 112), (104, 120), (150, 134), (120, 170), (132, 140))
"""Of the pictures, so that members can be told apart: the two colour planes."""
SAMPLE_RATE: Final = 48_000
SAMPLES: Final = 960
"""20 ms, as browsers send it."""
HUM_LOOP_S: Final = 2
SETTLED: Final = 50
"""Packets of silence after which the encoder has settled on the smallest."""
HUM_BPS: Final = 32_000
HUM_PEAK: Final = 1600
"""Of 32 767: as loud as somebody who hums to her baby."""
LOWEST_HUM_HZ: Final = 165
HUM_DBOV: Final = 32
"""What RFC 6464 calls the level of the hum; audible."""
HUSH_DBOV: Final = 80
"""Of a quiet room."""
_BREATHS_PER_LOOP: Final = 1
_NOISE: Final = bytes(value >> 5 for value in range(256))
"""Random bytes to the grain of a camera: 0 … 7."""


@dataclass(frozen=True, slots=True)
class Loop:
    """What one member sends."""

    pictures: tuple[bytes, ...]
    """VP8 frames; the first is a keyframe and the only one."""
    hum: tuple[bytes, ...]
    """Opus packets of 20 ms, to be heard."""
    hush: bytes
    """One Opus packet of silence."""


def make_loops(count: int) -> list[Loop]:
    """At most so many different loops; more members than that share. Takes some tenths of a second for each.

    Raises: `RehearsalError` where the codecs are missing.
    """
    try:
        hush = encode_sound([bytes(2 * SAMPLES)] * SETTLED)[-1]
        return [
            Loop(encode_pictures(number), encode_sound(_hum(LOWEST_HUM_HZ * (number + 3) / 3)), hush)
            for number in range(min(count, len(HUES)))
        ]
    except (FFmpegError, ValueError):
        raise RehearsalError(
            "libvpx or libopus is missing in PyAV (package `av`): install its wheel"
        ) from None


def encode_pictures(number: int) -> tuple[bytes, ...]:
    """A loop of pictures of one hue, in which a brighter band wanders, with the grain of a small camera."""
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, av.VideoCodecContext)  # noqa: S101 - libvpx makes pictures
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FRAMES_PER_SECOND), Fraction(FRAMES_PER_SECOND)
    encoder.bit_rate = PICTURE_BPS
    count = FRAMES_PER_SECOND * PICTURE_LOOP_S
    encoder.gop_size = 2 * count  # no keyframe but the first
    encoder.thread_count = 1  # pictures are small
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    frames = []
    grain = random.Random(number)  # noqa: S311 - grain
    for at in range(count):
        frame = _picture(number, at / count, grain)
        frame.pts, frame.time_base = at, encoder.time_base
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    frames += [bytes(packet) for packet in encoder.encode(None)]
    return tuple(frames)


def _picture(number: int, phase: float, grain: random.Random) -> av.VideoFrame:
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    middle = phase * HEIGHT
    rows = [bytes((_luma(y, middle),)) * WIDTH for y in range(HEIGHT)]
    # One addition for all pixels: no sum reaches 256, so nothing is carried.
    clean = int.from_bytes(b"".join(rows), "big")
    noise = int.from_bytes(grain.randbytes(WIDTH * HEIGHT).translate(_NOISE), "big")
    _fill(frame.planes[0], (clean + noise).to_bytes(WIDTH * HEIGHT, "big"))
    for plane, value in zip(frame.planes[1:], HUES[number % len(HUES)], strict=True):
        plane.update(bytes((value,)) * plane.buffer_size)
    return frame


def _luma(y: int, middle: float) -> int:
    away = min(abs(y - middle), HEIGHT - abs(y - middle))
    return 70 + 40 * y // HEIGHT + max(0, 60 - 3 * int(away))


def _fill(plane: av.video.plane.VideoPlane, pixels: bytes) -> None:
    """Rows of a plane may be longer than the picture."""
    slack = bytes(plane.line_size - WIDTH)
    plane.update(b"".join(pixels[y * WIDTH : (y + 1) * WIDTH] + slack for y in range(HEIGHT)))


def _hum(pitch_hz: float) -> list[bytes]:
    """A tone and its fifth that swell and fade; the loop ends as it begins."""
    length = SAMPLE_RATE * HUM_LOOP_S
    pitch_hz = round(pitch_hz * HUM_LOOP_S) / HUM_LOOP_S  # whole waves
    turn = 2 * math.pi / SAMPLE_RATE
    wave = array.array("h")
    for n in range(length):
        swell = math.sin(math.pi * _BREATHS_PER_LOOP * n / length) ** 2
        tone = math.sin(turn * pitch_hz * n) + 0.5 * math.sin(turn * 1.5 * pitch_hz * n)
        wave.append(int(HUM_PEAK * (0.25 + 0.75 * swell) * tone / 1.5))
    return [wave[at : at + SAMPLES].tobytes() for at in range(0, length, SAMPLES)]


def encode_sound(blocks: list[bytes]) -> tuple[bytes, ...]:
    """Opus packets of blocks of `SAMPLES` samples each, 16 bit, one channel."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)  # noqa: S101 - libopus makes sound
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE, "mono", "s16"
    encoder.bit_rate = HUM_BPS
    encoder.options = {"application": "voip", "frame_duration": "20", "dtx": "1"}
    packets = []
    for at, block in enumerate(blocks):
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(block)
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at * SAMPLES, Fraction(1, SAMPLE_RATE)
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return tuple(packets)
