from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.cluster.lasting import last

from .virtual_time import run

if TYPE_CHECKING:
    import pytest


def test_a_part_that_ends_by_a_fault_says_so_and_begins_again(caplog: pytest.LogCaptureFixture):
    async def story() -> None:
        begun: list[int] = []

        async def part() -> None:
            begun.append(len(begun))
            if len(begun) < 3:
                raise KeyError(len(begun))
            await asyncio.sleep(3_600)

        task = asyncio.create_task(last(part))
        await asyncio.sleep(60)
        assert begun == [0, 1, 2]
        assert not task.done()
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()

    run(story())
    told = [record.levelname for record in caplog.records if record.name == last.__module__]
    assert told == ["ERROR", "ERROR"]
