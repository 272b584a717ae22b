"""What members send can be decoded by anybody, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import pytest

from server.rehearsal.sample_media import (
    FRAMES_PER_SECOND,
    HEIGHT,
    HUES,
    HUM_LOOP_S,
    PICTURE_BPS,
    PICTURE_LOOP_S,
    SAMPLE_RATE,
    SAMPLES,
    WIDTH,
    make_loops,
)
from tests.media.real_peers import brightness, pitch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.rehearsal.sample_media import Loop


@pytest.fixture(scope="module")
def loop() -> Loop:
    return make_loops(1)[0]


def seen(frames: Iterable[bytes]) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    return [picture for frame in frames for picture in decoder.decode(av.Packet(frame))]


def heard(packets: Iterable[bytes]) -> list[av.AudioFrame]:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = SAMPLE_RATE, "mono"
    return [sound for packet in packets for sound in decoder.decode(av.Packet(packet))]


def test_every_picture_can_be_decoded_also_when_the_loop_begins_again(loop: Loop) -> None:
    pictures = seen(loop.pictures * 2)
    assert len(pictures) == 2 * FRAMES_PER_SECOND * PICTURE_LOOP_S
    assert {(picture.width, picture.height) for picture in pictures} == {(WIDTH, HEIGHT)}


def test_only_the_first_picture_is_a_keyframe(loop: Loop) -> None:
    """RFC 6386 §9.1: the first bit of a key frame is 0."""
    assert [frame[0] & 1 for frame in loop.pictures] == [0] + [1] * (len(loop.pictures) - 1)


def test_a_loop_can_be_begun_anew_in_its_middle(loop: Loop) -> None:
    half = len(loop.pictures) // 2
    again = seen(loop.pictures[:half] + loop.pictures)
    straight = seen(loop.pictures)
    assert [bytes(each.planes[0]) for each in again[half:]] == [bytes(each.planes[0]) for each in straight]


def test_pictures_move_and_cost_about_what_they_should(loop: Loop) -> None:
    first, middle = (bytes(picture.planes[0]) for picture in seen(loop.pictures)[:: len(loop.pictures) // 2])
    assert first != middle
    bps = sum(map(len, loop.pictures)) * 8 / PICTURE_LOOP_S
    assert PICTURE_BPS / 2 < bps < PICTURE_BPS * 2


def test_members_look_and_sound_different() -> None:
    loops = make_loops(3)
    hues = [tuple(bytes(plane)[0] for plane in seen(each.pictures)[0].planes[1:]) for each in loops]
    assert all(
        abs(a - b) < 8
        for hue, wanted in zip(hues, HUES, strict=False)
        for a, b in zip(hue, wanted, strict=True)
    )
    pitches = [sorted(map(pitch, heard(each.hum)))[SAMPLES // 20] for each in loops]
    assert pitches == sorted(set(pitches))


def test_no_more_loops_are_made_than_there_are_hues() -> None:
    assert len(make_loops(len(HUES) + 1)) == len(HUES)


def test_the_hum_is_heard_and_the_hush_is_not(loop: Loop) -> None:
    sounds = heard(loop.hum)
    assert sum(sound.samples for sound in sounds) == pytest.approx(SAMPLE_RATE * HUM_LOOP_S, abs=SAMPLES)
    assert any(map(pitch, sounds))
    assert not any(map(pitch, heard([loop.hush] * 10)))
    assert len(loop.hush) < min(map(len, loop.hum))


def test_pictures_are_neither_black_nor_white(loop: Loop) -> None:
    assert all(60 < brightness(picture) < 160 for picture in seen(loop.pictures))
