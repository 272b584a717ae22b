"""What can be read off the settings alone; called by `examination`. Pure."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from server.confidentiality.findings import Finding, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.config import Settings


def settings_findings(settings: Settings) -> tuple[Finding, ...]:
    return (
        _link_keys(settings),
        addresses_finding(settings.announced_media_addresses, is_public=settings.is_https),
    )


def _link_keys(settings: Settings) -> Finding:
    if not settings.links_die_with_process:
        return Finding(
            "link_keys", Outcome.FINE, "Links are signed with keys of yours: they outlive a restart."
        )
    return Finding(
        "link_keys",
        Outcome.WARNING if settings.is_https else Outcome.FINE,
        "Links are signed with a key of the process: they end with it.",
        "Set KITH_SIGNING_KEYS." if settings.is_https else "",
    )


def addresses_finding(announced: Sequence[str], *, is_public: bool) -> Finding:
    """is_public: people come from elsewhere."""
    if not is_public:
        return Finding(
            "media_addresses", Outcome.FINE, "Media is announced to this machine, as its pages are."
        )
    addresses = [ipaddress.ip_address(address) for address in announced]
    if all(address.is_loopback or address.is_link_local for address in addresses):
        return Finding(
            "media_addresses",
            Outcome.BROKEN,
            "Media is announced at addresses of this machine only.",
            "Set KITH_MEDIA_ADDRESSES to the addresses under which others reach it.",
        )
    if not any(address.is_global for address in addresses):
        return Finding(
            "media_addresses",
            Outcome.WARNING,
            "Media is announced at private addresses only: people from elsewhere need a relay (TURN).",
            "Set KITH_MEDIA_ADDRESSES to the public address, too.",
        )
    return Finding("media_addresses", Outcome.FINE, "Media is announced at an address of the internet.")
