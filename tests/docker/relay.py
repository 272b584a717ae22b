"""`docker/relay` running coturn as compose.yaml starts it, on loopback, and Kith's credentials for it; used by the tests here."""

from __future__ import annotations

import contextlib
import datetime as dt
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.signaling.ice_servers import TurnService
from tests.support.ports import free_port

from .programs import DOCKER, accepts, program

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DOMAIN: Final = "meet.example.org"
MAKER: Final = "acme-v02.api.letsencrypt.org-directory"
SECRET: Final = "the-secret-of-kith-and-coturn"
NO_IPV6: Final = "socket: Protocol not supported\n"


@dataclass(frozen=True)
class Relay:
    """A running coturn."""

    port: int
    tls_port: int
    trust: ssl.SSLContext
    said: Path

    def words(self) -> str:
        """What it said, but for what it says of a machine without IPv6."""
        return self.said.read_text().replace(NO_IPV6, "")

    def urls(self) -> tuple[str, ...]:
        return (f"turn:127.0.0.1:{self.port}?transport=udp",)


def make_certificate(folder: Path) -> ssl.SSLContext:
    """A certificate of `localhost` and the relay, and its key, where Caddy leaves those of the relay's name; who trusts it."""
    (place := folder / "certificates" / MAKER / f"turn.{DOMAIN}").mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in ("localhost", f"turn.{DOMAIN}")]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (place / f"turn.{DOMAIN}.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    # Whole from the first moment, as Caddy leaves it: `relay` looks all the time.
    written = place / "written"
    written.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    written.rename(place / f"turn.{DOMAIN}.crt")
    return ssl.create_default_context(cafile=str(place / f"turn.{DOMAIN}.crt"))


@contextlib.asynccontextmanager
async def coturn(
    folder: Path, *options: str, certified: bool = True, relays_at: str = "127.0.0.1", **settings: str
) -> AsyncIterator[Relay]:
    """As compose.yaml starts it, on loopback. options, settings: on top of that; certified: there is a certificate already."""
    port, tls_port = free_port(), free_port()
    trust = make_certificate(folder) if certified else ssl.create_default_context()
    (folder / "run").mkdir()
    command = ["sh", str(DOCKER / "relay"), f"--relay-ip={relays_at}", f"--listening-port={port}", *options]
    environment = {
        "DOMAIN": DOMAIN,
        "KITH_TURN_SECRET": SECRET,
        "RELAY_LISTENS": "127.0.0.1",
        "RELAY_TLS_PORT": str(tls_port),
        "RELAY_CONFIGURATION": str(DOCKER / "turnserver.conf"),
        "RELAY_FOLDER": str(folder / "run"),
        "RELAY_LOOKS_EVERY_S": "0.2",
        "CERTIFICATES": str(folder / "certificates"),
        **settings,
    }

    def is_up() -> bool:
        return accepts(port) and (accepts(tls_port) or not certified)

    async with program(command, is_up, folder=folder, environment=environment) as said:
        yield Relay(port, tls_port, trust, said)


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str


def credentials(relay: Relay, wall_s: float | None = None, secret: str = SECRET) -> Credentials:
    """As Kith hands them out."""
    (given,) = TurnService(relay.urls(), secret).ice_servers(time.time() if wall_s is None else wall_s)
    return Credentials(given.username, given.credential)
