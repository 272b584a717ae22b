"""One server and one browser for all tests that drive the real thing; one group for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aioice.ice
import pytest
import pytest_asyncio

from .stage import Gathering, House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def here() -> AsyncIterator[House]:
    async with house() as both:
        yield both


@pytest_asyncio.fixture(loop_scope="package")
async def gathering(here: House) -> AsyncIterator[Gathering]:
    """No test passes in whose windows anything went wrong."""
    gathering = Gathering(here)
    yield gathering
    assert await gathering.close() == []


@pytest.fixture
def loopback_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aioice leaves 127.0.0.1 out when it gathers; our peers are on this machine."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005
