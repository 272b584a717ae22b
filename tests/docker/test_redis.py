"""The shipped redis.conf, run by Redis: it keeps nothing, throws nothing away, and cannot be told otherwise by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis.exceptions import ResponseError

from tests.support.ports import free_port

from .memory import as_shipped
from .programs import names_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from redis.asyncio import Redis


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[Redis]:
    async with as_shipped(tmp_path, free_port()) as client:
        yield client


async def test_nothing_of_it_reaches_a_disk(memory: Redis, tmp_path: Path):
    await memory.set("a", "canary")
    assert await memory.config_get("save") == {"save": ""}
    assert await memory.config_get("appendonly") == {"appendonly": "no"}
    await memory.shutdown()
    assert names_in(tmp_path) == {"said"}
    assert "canary" not in (tmp_path / "said").read_text()


async def test_when_it_is_full_it_refuses_instead_of_forgetting(memory: Redis):
    await memory.set("kept", "here")
    await memory.config_set("maxmemory", "1")
    with pytest.raises(ResponseError, match="maxmemory"):
        await memory.set("b", "x" * 1000)
    assert await memory.get("kept") == b"here"


async def test_slow_commands_are_not_remembered(memory: Redis):
    await memory.config_set("slowlog-log-slower-than", "0")
    await memory.set("a", "canary")
    assert await memory.slowlog_get() == []
