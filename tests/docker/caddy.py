"""Caddy with the shipped Caddyfile and a maker of certificates of its own, on loopback; used by the tests here."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .programs import DOCKER, program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

HANDSHAKE_S: Final = 10
OF_DEBIAN: Final = "caddy"
OF_THE_IMAGE: Final = str(Path(sys.executable).parent / "caddy")
"""As new as what compose.yaml starts; Debian's does not know the PROXY protocol."""


def shows_certificate(port: int, name: str, root: Path) -> bool:
    """Of this name, signed by that root: it has them some time after their files are there."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=HANDSHAKE_S) as plain,
        ssl.create_default_context(cafile=str(root)).wrap_socket(plain, server_hostname=name),
    ):
        return True
    return False


@contextlib.asynccontextmanager
async def caddy(
    folder: Path, upstreams: str, *, port: int, plain_port: int, program_path: str, **settings: str
) -> AsyncIterator[tuple[ssl.SSLContext, Path]]:
    """Who trusts it, and the file of what it said. upstreams, settings: as compose.yaml gives them."""
    data = folder / "data"
    environment: Mapping[str, str] = {
        "DOMAIN": "localhost",
        "EMAIL": "it@example.org",
        "TLS_ISSUER": "internal",
        "HTTP_PORT": str(plain_port),
        "HTTPS_PORT": str(port),
        "UPSTREAMS": upstreams,
        "XDG_DATA_HOME": str(data),
        "XDG_CONFIG_HOME": str(folder / "config"),
        **settings,
    }
    root = data / "caddy/pki/authorities/local/root.crt"
    names = environment["DOMAIN"], *environment.get("RELAY_DOMAIN", "").split()

    def is_up() -> bool:
        return root.exists() and all(shows_certificate(port, name, root) for name in names)

    command = [program_path, "run", "--config", str(DOCKER / "Caddyfile"), "--adapter", "caddyfile"]
    async with program(command, is_up, folder=folder, environment=environment) as said:
        yield ssl.create_default_context(cafile=str(root)), said
