"""Names for log lines that mean nothing outside this process; made once by `app`, used by `hosting`.

Two lines about the same meeting can be told to belong together, and nobody can tell which meeting it was.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """Eight hexadecimal digits; the log filter lets it through, unlike any text."""

    text: str

    def __str__(self) -> str:
        return self.text


class Pseudonyms:
    """Keyed with random bytes that end with the process: yesterday's pseudonyms say nothing about today's."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def of(self, name: str) -> Pseudonym:
        """The same for the same name as long as this object lives."""
        digest = hmac.digest(self._key, name.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return Pseudonym(digest[:4].hex())
