"""Seals names and media frames under a link's secret, as browsers do (protocol §6 and §7); called by `member` and `stream`.

Imports nothing of ours: a client must get along with what is written in `docs/protocol.md`.
"""

from __future__ import annotations

import os
import secrets
from typing import Final, Literal

import msgpack
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Kind = Literal["mic", "camera"]

PROFILE: Final = "kith/1 profile"
TRAILER_BYTES: Final = 8
"""generation (4) | counter (4), the last bytes of every sealed frame, in clear."""
MAX_COUNTER: Final = 0xFFFF_FFFF
_BOX_VERSION: Final = b"\x01"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 16
_CLEAR_OPUS: Final = 1
_CLEAR_VP8_KEY: Final = 10
_CLEAR_VP8_DELTA: Final = 3


class SharedSecret:
    """The half of a link that the server never gets, and the keys made from it."""

    def __init__(self, secret: bytes, meeting: str) -> None:
        self._secret = secret
        self._salt = meeting.encode()

    def key(self, label: str) -> AESGCM:
        return AESGCM(HKDF(hashes.SHA256(), _KEY_BYTES, self._salt, label.encode()).derive(self._secret))

    def seal_profile(self, name: str) -> bytes:
        """A box with this name and a key for contacts whose private half nobody keeps: these members choose nobody."""
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        plain = msgpack.packb({"name": name, "pronouns": None, "key": point})
        nonce = os.urandom(_NONCE_BYTES)
        return _BOX_VERSION + nonce + self.key(PROFILE).encrypt(nonce, plain, PROFILE.encode())


class FrameSealer:
    """Seals the frames of one track of one sender; no nonce is used twice."""

    def __init__(
        self,
        secret: SharedSecret,
        sender: str,
        kind: Kind,
        *,
        generation: int | None = None,
        counter: int = 0,
    ) -> None:
        """generation, counter: where to begin; otherwise drawn, and 0."""
        self._secret = secret
        self._label = f"kith/1 media {sender} {kind} "
        self._clear_bytes = _clear_opus if kind == "mic" else _clear_vp8
        self._begin(secrets.randbits(32) if generation is None else generation, counter)

    def _begin(self, generation: int, counter: int) -> None:
        self.generation = generation
        self.counter = counter
        """Of the next frame."""
        self._aead = self._secret.key(f"{self._label}{generation}")

    def seal(self, frame: bytes) -> bytes:
        """Clear bytes | ciphertext | tag (16) | generation (4) | counter (4); the clear bytes are authenticated."""
        if self.counter >= MAX_COUNTER:
            self._begin((self.generation + 1) & 0xFFFF_FFFF, 0)
        trailer = self.generation.to_bytes(4, "big") + self.counter.to_bytes(4, "big")
        self.counter += 1
        clear = frame[: self._clear_bytes(frame)]
        return clear + self._aead.encrypt(bytes(4) + trailer, frame[len(clear) :], clear) + trailer


def _clear_opus(_frame: bytes) -> int:
    return _CLEAR_OPUS


def _clear_vp8(frame: bytes) -> int:
    """The first bit of a VP8 frame is 0 in key frames (RFC 6386 §9.1)."""
    return _CLEAR_VP8_KEY if frame and not frame[0] & 1 else _CLEAR_VP8_DELTA
