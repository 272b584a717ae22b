"""§6 of the protocol: what one person writes for another, sealed to the two; used by `wire_client`."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LABEL = b"kith/1 contact"
STEP_BYTES = 64


class ContactSealer:
    """One page's key pair."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None) -> None:
        self._private = private or ec.generate_private_key(ec.SECP256R1())
        self.public = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def seal(self, giver: str, receiver: str, theirs: bytes, text: str) -> bytes:
        data, nonce = text.encode(), os.urandom(12)
        plain = len(data).to_bytes(2) + data
        plain += bytes(-len(plain) % STEP_BYTES)
        key = self._key(theirs, self.public, theirs)
        return b"\x01" + nonce + key.encrypt(nonce, plain, _context(giver, receiver))

    def open(self, giver: str, receiver: str, theirs: bytes, box: bytes) -> str:
        key = self._key(theirs, theirs, self.public)
        plain = key.decrypt(box[1:13], box[13:], _context(giver, receiver))
        return plain[2 : 2 + int.from_bytes(plain[:2])].decode()

    def _key(self, theirs: bytes, giver: bytes, receiver: bytes) -> AESGCM:
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._private.exchange(ec.ECDH(), public)
        return AESGCM(HKDF(hashes.SHA256(), 32, b"", LABEL + giver + receiver).derive(shared))


def _context(giver: str, receiver: str) -> bytes:
    return LABEL + f" {giver} {receiver}".encode()
