"""`kith doctor`: every check there is against the server that these settings describe; called by `cli`.

Run it where the server runs, with the same environment.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from server.confidentiality.findings import Finding, Outcome
from server.signaling.ice_servers import TurnService

from . import report
from .machine import machine_findings
from .media import media_findings
from .pages import NoAnswer, ask, findings_of_server, header_finding, load_finding
from .redis import redis_findings
from .relay import relay_findings
from .settings import settings_findings
from .tls import tls_finding

if TYPE_CHECKING:
    from server.config import Settings

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is bound so is asked at loopback


def examine(settings: Settings, *, as_json: bool) -> int:
    """Say what was found; the exit status: 0 fine, 1 warnings, 2 something is broken."""
    findings = asyncio.run(all_findings(settings))
    text = report.for_machines(findings, int(time.time())) if as_json else report.for_people(findings)
    sys.stdout.write(text + "\n")
    return report.exit_status(findings)


async def all_findings(settings: Settings) -> tuple[Finding, ...]:
    """One after the other where they meet the server, at once where they do not."""
    inner = inner_url(settings)
    service = TurnService(settings.turn_urls, settings.turn_secret or "", settings.turn_lifetime_s)
    apart = asyncio.gather(
        asyncio.to_thread(tls_finding, settings.base_url),
        redis_findings(settings.redis_url, unchecked=settings.redis_unchecked),
        relay_findings(service, time.time(), is_public=settings.is_https),
    )
    server = await _of_server(settings, inner)
    tls, redis, relays = await apart
    return (*server, *settings_findings(settings), *machine_findings(), tls, *redis, *relays)


def inner_url(settings: Settings) -> str:
    """Where the server itself listens, past any proxy."""
    host = _WILDCARDS.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


async def _of_server(settings: Settings, inner: str) -> tuple[Finding, ...]:
    try:
        own = await asyncio.to_thread(findings_of_server, inner)
    except NoAnswer:
        return (
            Finding(
                "server",
                Outcome.BROKEN,
                "No server answers where these settings say that one listens.",
                "Run `kith doctor` where the server runs, with the same environment.",
            ),
        )
    if settings.metrics_key is not None:
        own += (await asyncio.to_thread(load_finding, inner, settings.metrics_key),)
    page = await asyncio.to_thread(_seen_from_outside, settings, inner)
    return (*own, page, *await media_findings(inner, settings.organiser_key))


def _seen_from_outside(settings: Settings, inner: str) -> Finding:
    """The page as it arrives through whatever stands before the server; as the server gives it where that cannot be reached."""
    try:
        return header_finding(ask(settings.base_url, "/"), settings.base_url, settings.embed_origins)
    except NoAnswer:
        found = header_finding(ask(inner, "/"), settings.base_url, settings.embed_origins)
    if found.outcome is not Outcome.FINE:
        return found
    return Finding(
        "page_headers",
        Outcome.UNKNOWN,
        "The server sends every header; whether they arrive was not seen: the public address does not answer from here.",
    )
