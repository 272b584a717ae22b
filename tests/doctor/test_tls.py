"""The certificate as a browser would judge it; real handshakes on loopback."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.confidentiality.findings import Outcome
from server.doctor.tls import SOON_DAYS, expiry_finding, tls_finding
from tests.support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY_S = 86_400


def certificate(path: Path, host: str, days: int) -> Path:
    """Self-signed; whoever believes this very one believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(plain + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def listening(pem: Path | None) -> Iterator[str]:
    """Its URL. pem: None speaks no TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                if pem is None:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    return
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(pem)
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except (ssl.SSLError, OSError):
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        thread.join()


def believing(pem: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(pem))


@pytest.mark.parametrize(("days", "outcome"), [(SOON_DAYS, Outcome.FINE), (SOON_DAYS - 1, Outcome.WARNING)])
def test_one_that_holds_is_fine_until_two_weeks_before_its_end(
    tmp_path: Path, days: int, outcome: Outcome
) -> None:
    pem = certificate(tmp_path / "pem", "localhost", days)
    with listening(pem) as url:
        found = tls_finding(url, context=believing(pem))
    assert found.outcome is outcome
    assert str(days) in found.says


@pytest.mark.parametrize(("host", "days"), [("localhost", -1), ("elsewhere.example", 90)])
def test_one_that_is_over_or_of_another_name_is_broken(tmp_path: Path, host: str, days: int) -> None:
    pem = certificate(tmp_path / "pem", host, days)
    with listening(pem) as url:
        assert tls_finding(url, context=believing(pem)).outcome is Outcome.BROKEN


def test_one_that_nobody_vouches_for_is_broken(tmp_path: Path) -> None:
    with listening(certificate(tmp_path / "pem", "localhost", 90)) as url:
        assert tls_finding(url).outcome is Outcome.BROKEN


def test_a_port_that_speaks_no_tls_is_broken() -> None:
    with listening(None) as url:
        assert tls_finding(url).outcome is Outcome.BROKEN


def test_an_address_that_cannot_be_reached_is_not_called_broken() -> None:
    assert tls_finding(f"https://localhost:{free_port()}").outcome is Outcome.WARNING


def test_a_server_for_this_machine_needs_none() -> None:
    assert tls_finding("http://localhost:8000").outcome is Outcome.FINE


def test_the_end_is_counted_by_the_clock_that_is_given(tmp_path: Path) -> None:
    pem = certificate(tmp_path / "pem", "localhost", 90)
    with listening(pem) as url:
        later = tls_finding(url, context=believing(pem), wall_s=lambda: time.time() + 80 * DAY_S)
    assert later == expiry_finding(10 * DAY_S)
