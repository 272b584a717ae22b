"""What a meeting leaves in circles is collected soon, once for many meetings."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from server.confidentiality.sweeping import Sweeper

if TYPE_CHECKING:
    from collections.abc import Iterator


LATER_S = 3600.0


class Circle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def python_finds_nothing_by_itself() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def left_behind() -> weakref.ref[Circle]:
    return weakref.ref(Circle())


async def test_a_circle_is_gone_soon_after_the_meeting() -> None:
    left = left_behind()
    sweeper = Sweeper((0.0,))
    assert left() is not None
    sweeper.meeting_over()
    await asyncio.sleep(0.01)
    assert left() is None


async def test_what_is_left_by_a_slow_connection_is_gone_with_the_second_sweep() -> None:
    sweeper = Sweeper((0.0, LATER_S))
    sweeper.meeting_over()
    await asyncio.sleep(0.01)
    left = left_behind()
    sweeper._sweep(LATER_S)  # as its timer would
    assert left() is None
    assert not sweeper._due


async def test_many_meetings_that_end_at_once_are_swept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps = 0

    def collect() -> int:
        nonlocal sweeps
        sweeps += 1
        return 0

    monkeypatch.setattr(gc, "collect", collect)
    sweeper = Sweeper((0.0,))
    for _ in range(100):
        sweeper.meeting_over()
    await asyncio.sleep(0.01)
    assert sweeps == 1
    sweeper.meeting_over()
    sweeper.stop()
    await asyncio.sleep(0.01)
    assert sweeps == 1
