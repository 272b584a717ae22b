"""The server's own answers over HTTP: what it says of itself, and the headers of its pages; called by `examination`.

Blocking: runs in a thread. Imports `findings`, `web.headers` and `web.metrics`.
"""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from server.confidentiality.findings import Finding, Outcome
from server.web.headers import security_headers
from server.web.metrics import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WITHIN_S: Final = 10.0
MAX_BODY_BYTES: Final = 1 << 20
HEALTHY: Final = 200


class NoAnswer(Exception):  # noqa: N818 - a state of the network
    """Nothing answers there, or not as a web server would."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes = field(repr=False)


def ask(base_url: str, path: str, key: str | None = None) -> Answer:
    """One GET; certificates are not looked at here. key: sent as a bearer's. Raises: `NoAnswer`."""
    url = urlsplit(base_url)
    connection: http.client.HTTPConnection
    if url.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # `tls` does, and says more
        connection = http.client.HTTPSConnection(url.netloc, timeout=WITHIN_S, context=context)
    else:
        connection = http.client.HTTPConnection(url.netloc, timeout=WITHIN_S)
    try:
        connection.request("GET", path, headers={} if key is None else {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read(MAX_BODY_BYTES))
    except (OSError, http.client.HTTPException):
        raise NoAnswer from None
    finally:
        connection.close()


def findings_of_server(base_url: str) -> tuple[Finding, ...]:
    """What the running server says of its processes. Raises: `NoAnswer`."""
    answer = ask(base_url, "/proof.json")
    try:
        told: list[dict[str, Any]] = json.loads(answer.body)["findings"]
        return tuple(
            Finding(each["check"], Outcome(each["outcome"]), each["says"], each["remedy"]) for each in told
        )
    except (ValueError, KeyError, TypeError):
        raise NoAnswer from None


def load_finding(base_url: str, key: str) -> Finding:
    """How much is going on, as people may read it. Raises: `NoAnswer`."""
    answer = ask(base_url, "/metrics", key)
    if answer.status != HEALTHY:
        return Finding(
            "metrics",
            Outcome.BROKEN,
            "The metrics are not given for this key.",
            "Start the server with the same KITH_METRICS_KEY.",
        )
    families = text_string_to_metric_families(answer.body.decode("utf-8", "replace"))
    values = {
        sample.name: int(sample.value)
        for family in families
        for sample in family.samples
        if not sample.labels
    }
    meetings, connections = (told(values.get(name, 0)) for name in ("kith_meetings", "kith_connections"))
    return Finding("metrics", Outcome.FINE, f"Meetings now: {meetings}; connections: {connections}.")


def header_finding(answer: Answer, base_url: str, embed_origins: Sequence[str] = ()) -> Finding:
    """Whether a page still carries what the server put on it: proxies take away and add."""
    wanted = {name.lower(): value for name, value in security_headers(base_url, embed_origins).items()}
    missing = sorted(name for name, value in wanted.items() if answer.headers.get(name) != value)
    if missing:
        return Finding(
            "page_headers",
            Outcome.BROKEN,
            f"Pages arrive without, or with another: {', '.join(missing)}.",
            "Let the reverse proxy pass the server's headers on as they are.",
        )
    if "set-cookie" in answer.headers:
        return Finding(
            "page_headers",
            Outcome.BROKEN,
            "Pages arrive with a cookie.",
            "Something in between sets it: switch that off.",
        )
    return Finding(
        "page_headers", Outcome.FINE, "Pages arrive with every header that keeps browsers from keeping."
    )
