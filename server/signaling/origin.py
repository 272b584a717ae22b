"""A pseudonym of where a connection comes from: enough to notice 'the same place', useless for anything else."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import Final

UNKNOWN: Final = 0
_IPV6_NETWORK_BITS: Final = 64
"""One household or phone has a whole /64 (RFC 6177)."""


class OriginPseudonyms:
    """Keyed with random bytes of this process, which are never written anywhere."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, host: str | None) -> int:
        """64 bits for a network, `UNKNOWN` for loopback (a proxy that tells nothing) and what is no address."""
        try:
            address = ipaddress.ip_address(host or "")
        except ValueError:
            return UNKNOWN
        if address.is_loopback:
            return UNKNOWN
        network = address.packed if address.version == 4 else address.packed[: _IPV6_NETWORK_BITS // 8]  # noqa: PLR2004
        return int.from_bytes(hmac.digest(self._key, network, hashlib.sha256)[:8]) or 1
