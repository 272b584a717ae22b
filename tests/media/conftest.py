from __future__ import annotations

from typing import TYPE_CHECKING

import aioice
import pytest

from .gathering import Gathering

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def gathering(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gathering]:
    # aioice leaves the loopback out; there is no other network that every machine has.
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005
    gathering = Gathering()
    yield gathering
    for client in gathering.clients:
        await client.leave()
    await gathering.server.stop()
    for network in gathering.networks:
        network.close()
    assert gathering.server.port.counts.faults == 0
    assert gathering.server.forwarder.refused == 0
