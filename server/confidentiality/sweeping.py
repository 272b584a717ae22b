"""Collects what a meeting leaves behind in circles of references, soon after it is over; made by `app` and by a media worker.

Python would find them at some time, on a quiet server perhaps tomorrow. Imports the standard library only.
"""

from __future__ import annotations

import asyncio
import gc
from typing import Final

SWEEP_AFTER_S: Final = (1.0, 10.0)
"""Soon; and when connections that were slow to close (5 s) have gone, too."""


class Sweeper:
    """However many meetings end at a time, one collection serves them all: each holds up its process for a moment."""

    def __init__(self, after_s: tuple[float, ...] = SWEEP_AFTER_S) -> None:
        self._after_s = after_s
        self._due: dict[float, asyncio.TimerHandle] = {}

    def meeting_over(self) -> None:
        """What it has left is collected before long. Called on the event loop."""
        loop = asyncio.get_running_loop()
        for after_s in self._after_s:
            if after_s not in self._due:
                self._due[after_s] = loop.call_later(after_s, self._sweep, after_s)

    def stop(self) -> None:
        """Nothing is collected any more: the process is going away."""
        for handle in self._due.values():
            handle.cancel()
        self._due.clear()

    def _sweep(self, after_s: float) -> None:
        del self._due[after_s]
        gc.collect()
