from __future__ import annotations

import aioice.ice
import pytest


@pytest.fixture
def loopback_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aioice leaves 127.0.0.1 out when it gathers; our peers are on this machine."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005
