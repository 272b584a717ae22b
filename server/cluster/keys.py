"""Names and seals: what of a meeting can be seen in Redis is a keyed hash, sizes and times.

All nodes derive the same keys from one secret. Called by everything in `cluster` that names a key or reads a record.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

if TYPE_CHECKING:
    from server.rooms.ids import MeetingId

NODES_KEY: Final = "kith:nodes"
BORN_KEY: Final = "kith:born"

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_KEY_BYTES: Final = 16
_NAME_BYTES: Final = 16
"""128 bits of HMAC-SHA256: no two meetings meet."""
_REMEMBERED: Final = 4096
"""Keys of inboxes kept at hand."""


class Unsealed(Exception):  # noqa: N818 - what is wrong with it
    """These bytes were not sealed with this key for this place."""


class Seal:
    """Seals and opens records of one place."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, clear: bytes, where: str) -> bytes:
        """Nonce (12) | ciphertext | tag (16). where: key and position of what a meeting keeps, the key of all else; opens nowhere else."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, clear, where.encode())

    def open(self, sealed: bytes, where: str) -> bytes:
        """Raises: `Unsealed`, and nothing else for any bytes."""
        if len(sealed) < _NONCE_BYTES + _TAG_BYTES:
            raise Unsealed
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], where.encode())
        except InvalidTag:
            raise Unsealed from None


class MeetingKeys:
    """The names of one meeting's keys, all in one slot of Redis Cluster, and its seal."""

    __slots__ = ("__weakref__", "followers", "journal", "lease", "seal", "state")

    def __init__(self, name: str, seal: Seal) -> None:
        tag = f"kith:{{{name}}}"
        self.lease = f"{tag}:lease"
        self.state = f"{tag}:state"
        self.journal = f"{tag}:journal"
        self.followers = f"{tag}:followers"
        self.seal = seal

    def entry_place(self, position: int) -> str:
        """Without the token: an entry is what it is, whoever serves it later."""
        return f"{self.journal} {position}"

    def checkpoint_place(self, position: int) -> str:
        return f"{self.state} {position}"


class ClusterKeys:
    """Everything that is derived from the secret the nodes share."""

    def __init__(self, secret: bytes) -> None:
        """secret: 32 random bytes or more."""
        self._secret = secret
        self._names = self.derive("names", 32)
        self._meetings: WeakValueDictionary[MeetingId, MeetingKeys] = WeakValueDictionary()
        self.inbox_seal = lru_cache(_REMEMBERED)(self._inbox_seal)

    def derive(self, label: str, size: int) -> bytes:
        """A key of its own for each use. Source: RFC 5869."""
        return HKDF(hashes.SHA256(), size, None, f"kith cluster 1 {label}".encode()).derive(self._secret)

    def name_of(self, meeting: MeetingId) -> str:
        digest = hmac.digest(self._names, meeting.encode(), hashlib.sha256)[:_NAME_BYTES]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def meeting(self, meeting: MeetingId) -> MeetingKeys:
        """The same as long as somebody has them; nothing is left of a meeting that is not here any more."""
        keys = self._meetings.get(meeting)
        if keys is None:
            seal = Seal(self.derive(f"meeting {meeting}", _KEY_BYTES))
            keys = self._meetings[meeting] = MeetingKeys(self.name_of(meeting), seal)
        return keys

    def _inbox_seal(self, node: str) -> Seal:
        return Seal(self.derive(f"inbox {node}", _KEY_BYTES))


def inbox_key(node: str) -> str:
    return f"kith:{{{node}}}:inbox"
