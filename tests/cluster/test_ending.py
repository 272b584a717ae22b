from __future__ import annotations

import asyncio
import contextlib

from server.cluster.ending import CANCEL_AGAIN_S, end

from .virtual_time import run


def test_a_task_that_missed_its_cancellation_is_cancelled_again():
    async def story() -> None:
        async def misses_some(count: int) -> None:
            for _ in range(count):
                with contextlib.suppress(asyncio.CancelledError):  # as wait_for of Python 3.11 does it
                    await asyncio.sleep(3600)
            await asyncio.sleep(3600)

        tasks = [asyncio.create_task(misses_some(count)) for count in range(3)]
        await asyncio.sleep(0)
        await end(tasks)
        assert all(task.cancelled() for task in tasks)
        assert asyncio.get_running_loop().time() < 3 * CANCEL_AGAIN_S

    run(story())


def test_what_has_ended_already_is_left_alone():
    async def story() -> None:
        done = asyncio.create_task(asyncio.sleep(0))
        await done
        await end([done])
        await end([])
        assert not done.cancelled()

    run(story())
