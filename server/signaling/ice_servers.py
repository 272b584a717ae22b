"""Time-limited TURN credentials for one participant; called by the session when it answers `join`.

The scheme is coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00 §2.2): the user name is `expiry:random`, never
a person's name, and the password its HMAC-SHA1 under the shared secret. Imports nothing of ours but `messages`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .server_messages import IceServer

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class TurnService:
    """The TURN servers of this installation; no urls: there is none."""

    urls: Sequence[str] = ()
    secret: str = field(default="", repr=False)
    lifetime_s: int = 21_600
    """How long credentials can be used, in seconds; a relay in use is refreshed with them."""

    def ice_servers(self, wall_s: float) -> list[IceServer]:
        """What a client may relay through from now on; empty without TURN. Every call draws new credentials."""
        if not self.urls:
            return []
        username = f"{int(wall_s) + self.lifetime_s}:{secrets.token_hex(8)}"
        # SHA-1 is what TURN servers agreed on for this scheme; HMAC does not need collision resistance.
        digest = hmac.digest(self.secret.encode(), username.encode(), hashlib.sha1)
        return [
            IceServer(urls=list(self.urls), username=username, credential=base64.b64encode(digest).decode())
        ]
