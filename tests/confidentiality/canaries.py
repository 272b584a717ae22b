"""One random word that a session puts into every field, and all the shapes in which it could come back."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MARK_CHARACTERS = 16
"""As many bytes as a device or a resume secret has: the word fits where the protocol fixes a length."""

ID_CHARACTERS = 11
"""As many as the id of a person has: no field that holds text takes less of the word."""


@dataclass(frozen=True)
class Canary:
    """`word` is nowhere in the world but in this session."""

    word: str = field(default_factory=lambda: "canary" + secrets.token_hex(5))

    def __post_init__(self) -> None:
        assert len(self.word) == MARK_CHARACTERS

    def text(self, where: str) -> str:
        return f"{self.word}-{where}"

    @property
    def bytes16(self) -> bytes:
        return self.word.encode()

    @property
    def id128(self) -> str:
        """22 characters of base64url that begin with the word: a meeting, a link."""
        return f"{self.word}{secrets.token_hex(3)[:5]}A"

    @property
    def id64(self) -> str:
        """Eleven characters: a person."""
        return self.word[:ID_CHARACTERS]

    def box(self, size: int = 64) -> bytes:
        """What looks sealed to the server, and is the word in the clear."""
        return b"\x01" + secrets.token_bytes(12) + self.word.encode().ljust(size - 13, b".")

    @cached_property
    def shapes(self) -> tuple[bytes, ...]:
        """Of as much of the word as fits everywhere: as text of one and two bytes a character, in hexadecimal, and in base64 at each of its three places."""
        raw = self.word[:ID_CHARACTERS].encode()
        shifted = (base64.urlsafe_b64encode(bytes(shift) + raw) for shift in range(3))
        # The first characters hold what stood before it, the last what stands behind it.
        coded = (each.rstrip(b"=")[4 if shift else 0 : -2] for shift, each in enumerate(shifted))
        return (raw, raw.decode().encode("utf-16-le"), raw.hex().encode(), *coded)

    def is_in(self, data: bytes | bytearray) -> bool:
        return any(shape in data for shape in self.shapes)

    def files_with_it(self, paths: Iterable[Path]) -> list[str]:
        return [str(path) for path in paths if path.is_file() and self.is_in(path.read_bytes())]
