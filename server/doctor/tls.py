"""The certificate of the public address, as a browser would see it from here; called by `examination`. Blocking: runs in a thread."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from server.confidentiality.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

WITHIN_S: Final = 10.0
SOON_DAYS: Final = 14
"""Renewal happens 30 days before the end: whoever has less than half of that left does not renew."""
_DAY_S: Final = 86_400
_RENEW: Final = "Renew the certificate; most proxies do it by themselves."


def tls_finding(
    base_url: str, *, context: ssl.SSLContext | None = None, wall_s: Callable[[], float] = time.time
) -> Finding:
    """context: which authorities are believed; default: those of this system."""
    url = urlsplit(base_url)
    if url.scheme != "https":
        return Finding(
            "certificate", Outcome.FINE, "Links begin with http, for this machine only: there is none."
        )
    host, port = url.hostname or "", url.port or 443
    context = context or ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), WITHIN_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            certificate = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as refused:
        return Finding(
            "certificate", Outcome.BROKEN, f"Browsers refuse it: {refused.verify_message}.", _RENEW
        )
    except ssl.SSLError:
        return Finding(
            "certificate", Outcome.BROKEN, "The public address does not speak TLS.", "Look at the proxy."
        )
    except OSError:
        return Finding(
            "certificate",
            Outcome.WARNING,
            "The public address cannot be reached from here, so its certificate was not seen.",
            "Try `kith doctor` where it can be; some networks do not lead back to themselves.",
        )
    return expiry_finding(ssl.cert_time_to_seconds(str(certificate["notAfter"])) - wall_s())


def expiry_finding(left_s: float) -> Finding:
    days = int(left_s // _DAY_S)
    if days < SOON_DAYS:
        return Finding("certificate", Outcome.WARNING, f"It ends in {days} days.", _RENEW)
    return Finding("certificate", Outcome.FINE, f"It holds for {days} days.")
