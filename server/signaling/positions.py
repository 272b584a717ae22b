"""What a client is told of journal positions: sealed, so that nobody can count what was not for her.

Positions of the journal have no holes; told in clear, a hole would say that somebody wrote on her line, answered a pulse, or
offered to keep in touch. Called by `fanout` and `arrivals`.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

SEALED_BYTES: Final = 16
"""One block of AES: 8 zero bytes | position, big endian."""


class Positions:
    """A keyed permutation: one position, one block; nobody without the key can order, count or make one."""

    def __init__(self, key: bytes) -> None:
        """key: 16 random bytes, the same for everybody of one meeting."""
        self._cipher = Cipher(AES(key), modes.ECB())  # noqa: S305 - one block, never the same twice

    def seal(self, position: int) -> bytes:
        return self._cipher.encryptor().update(position.to_bytes(SEALED_BYTES, "big"))

    def open(self, sealed: bytes) -> int | None:
        """None for what this key did not seal."""
        if len(sealed) != SEALED_BYTES:
            return None
        clear = self._cipher.decryptor().update(sealed)
        return None if any(clear[:8]) else int.from_bytes(clear, "big")
