"""Ends tasks that talk to Redis; called by whoever made them and must not wait for one that goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CANCEL_AGAIN_S: Final = 0.1
"""Much longer than a task takes that was reached."""


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """All are done; none of them may wait while it ends.

    Cancelled again until they are: `asyncio.wait_for` of Python 3.11, with which redis-py sends, loses a cancellation that comes in
    the same moment as what it waits for. In a group that talks a lot that is now and then, and the task would go on for ever.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
