"""Leases and journals on virtual time: whatever gets lost, comes late or twice, one writes, and nothing acknowledged is gone.

Some hundred seeds here; `python -m tests.cluster.simulation 5000` runs more.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from . import simulation
from .model_store import ModelStore

if TYPE_CHECKING:
    from server.cluster.keys import MeetingKeys

from server.cluster.remembered import Remembered
from server.cluster.store import Took

BATCH = 25
BATCHES = 8


@pytest.mark.parametrize("batch", range(BATCHES))
def test_one_writes_and_nothing_acknowledged_is_lost(batch: int):
    runs = [simulation.simulate(seed) for seed in range(batch * BATCH, (batch + 1) * BATCH)]
    assert sum(sum(map(len, run.acknowledged.values())) for run in runs) > BATCH * 20
    assert sum(run.excused for run in runs) <= BATCH // 8, "an excuse is rare"


def some_run_fails() -> bool:
    for seed in range(60):
        try:
            simulation.simulate(seed)
        except (AssertionError, TimeoutError):
            return True
    return False


def test_without_the_fence_the_simulation_fails(monkeypatch: pytest.MonkeyPatch):
    async def append(self: ModelStore, keys: MeetingKeys, me: str, position: int, record: bytes) -> Took:
        kept = self._of(keys)
        kept.journal[position] = record
        kept.position = max(kept.position or 0, position)
        self.writers.append(int(me.partition(":")[0]))
        return Took.OK

    monkeypatch.setattr(ModelStore, "append", append)
    assert some_run_fails()


def test_when_the_next_owner_does_not_know_what_was_carried_out_the_simulation_fails(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(Remembered, "all", lambda _self: ())
    assert some_run_fails()


def test_virtual_time_passes_only_when_nothing_else_is_to_do():
    from .virtual_time import run  # noqa: PLC0415 - for this only

    async def sleeper() -> None:
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(3600)
        assert asyncio.get_running_loop().time() - began == pytest.approx(3600, abs=1)

    run(sleeper())
