from __future__ import annotations

from typing import TYPE_CHECKING

import aioice.ice
import pytest

from server.config import Settings
from tests.support.live_server import LiveServer, live_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def loopback_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aioice leaves 127.0.0.1 out when it gathers; our peers are on this machine."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005


@pytest.fixture
async def server() -> AsyncIterator[LiveServer]:
    async with live_server(Settings(media_port=0)) as live:
        yield live
