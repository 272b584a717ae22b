"""The same known answers as the browser's code: what a rehearsal seals, a page opens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgpack
import pytest

from server.rehearsal.sealing import MAX_COUNTER, PROFILE, TRAILER_BYTES, FrameSealer, SharedSecret

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "sealing.json").read_text(encoding="utf-8")
)
FRAMES = [each for each in VECTORS["frames"] if each["kind"] in {"mic", "camera"} and "sealed" in each]
SECRET = SharedSecret(bytes(range(32)), "a meeting of 22 letters")


def shared_secret(vector: dict[str, Any]) -> SharedSecret:
    return SharedSecret(bytes.fromhex(vector["secret"]), bytes.fromhex(vector["meeting"]).decode())


@pytest.mark.parametrize("vector", FRAMES, ids=lambda each: each["name"])
def test_frames_are_sealed_as_browsers_seal_them(vector: dict[str, Any]) -> None:
    secret = SharedSecret(bytes.fromhex(vector["secret"]), bytes.fromhex(vector["meeting"]).decode())
    sealer = FrameSealer(
        secret,
        vector["sender"],
        vector["kind"],
        generation=vector["generation"],
        counter=vector["counter"],
    )
    assert sealer.seal(bytes.fromhex(vector["plaintext"])).hex() == vector["sealed"]


def test_there_are_frames_of_both_tracks_among_the_vectors() -> None:
    assert {each["kind"] for each in FRAMES} == {"mic", "camera"}


def test_a_profile_is_sealed_under_the_key_that_browsers_use() -> None:
    vector = VECTORS["texts"][0]
    box = bytes.fromhex(vector["box"])
    opened = shared_secret(vector).key(PROFILE).decrypt(box[1:13], box[13:], PROFILE.encode())
    assert opened.hex() == vector["plaintext"]


def test_a_profile_holds_the_name_and_a_point_on_the_curve() -> None:
    box = SECRET.seal_profile("Rehearsal 1")
    assert box[0] == 1
    plain = msgpack.unpackb(SECRET.key(PROFILE).decrypt(box[1:13], box[13:], PROFILE.encode()))
    assert plain["name"] == "Rehearsal 1"
    assert (len(plain["key"]), plain["key"][0]) == (65, 4)
    assert b"Rehearsal" not in box


def test_each_frame_has_a_counter_of_its_own_and_the_last_one_begins_a_generation() -> None:
    sealer = FrameSealer(SECRET, "MMMMMMMMMMM", "mic", generation=7, counter=MAX_COUNTER - 1)
    trailers = [sealer.seal(b"sound")[-TRAILER_BYTES:] for _ in range(3)]
    assert trailers == [
        (7 << 32 | MAX_COUNTER - 1).to_bytes(8, "big"),
        (8 << 32).to_bytes(8, "big"),
        (8 << 32 | 1).to_bytes(8, "big"),
    ]


def test_two_sealers_draw_generations_of_their_own() -> None:
    assert len({FrameSealer(SECRET, "MMMMMMMMMMM", "camera").generation for _ in range(20)}) == 20


@pytest.mark.parametrize("frame", [b"", b"\x10", b"\x11\x00"])
def test_a_frame_shorter_than_its_clear_bytes_is_clear_and_authenticated(frame: bytes) -> None:
    sealed = FrameSealer(SECRET, "MMMMMMMMMMM", "camera").seal(frame)
    assert sealed.startswith(frame)
    assert len(sealed) == len(frame) + 16 + TRAILER_BYTES
