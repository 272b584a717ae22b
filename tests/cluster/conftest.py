from __future__ import annotations

from typing import TYPE_CHECKING

import aioice.ice
import pytest

from server.cluster import connection, guarding, store
from tests.support.redis_server import PATIENCE_S

from .machines import Machines, machines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def cluster() -> AsyncIterator[Machines]:
    """A Redis of its own for each test; it adds the servers that it needs."""
    async with machines() as all_of_them:
        yield all_of_them


@pytest.fixture
def loopback_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aioice leaves 127.0.0.1 out when it gathers; our peers are on this machine."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005


@pytest.fixture
def patient_with_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """For clients of this process: on a busy machine a late answer is no fault of what is asked."""
    for module, name in (
        (connection, "ANSWER_S"),
        (connection, "SENTINEL_ANSWER_S"),
        (guarding, "WITHIN_S"),
        (store, "ANSWER_S"),
    ):
        monkeypatch.setattr(module, name, PATIENCE_S)
