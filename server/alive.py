"""`python -m server.alive`: the exit code says whether the server of this machine answers; for containers' health checks.

Needs neither a shell nor the rest of the server: the standard library, and the settings that say where to ask. Those hold the keys,
so this process is hardened like the server itself.
"""

from __future__ import annotations

import http.client
import os
import sys
from typing import TYPE_CHECKING, Final

from server.confidentiality.hardening import harden

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH: Final = "/health/live"
PATIENCE_S: Final = 3.0
_LOOPBACK_OF: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is asked is loopback
"""Who listens everywhere is asked where nobody else listens."""


def main(environment: Mapping[str, str] = os.environ) -> int:
    """0: it answers; 1: it does not, or the settings cannot work."""
    harden()
    from server.config import ConfigError, Settings  # noqa: PLC0415 - first the process, then what it reads

    try:
        settings = Settings.from_environment(environment)
        connection = http.client.HTTPConnection(
            _LOOPBACK_OF.get(settings.host, settings.host), settings.port, timeout=PATIENCE_S
        )
        connection.request("GET", PATH)
        return int(connection.getresponse().status != http.client.OK)
    except (ConfigError, OSError, http.client.HTTPException):
        return 1


if __name__ == "__main__":
    sys.exit(main())
