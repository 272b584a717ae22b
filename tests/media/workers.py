"""Real media workers for tests: a pool of them, and ways to wait for processes; used by `test_worker_*.py`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING

from server.media.settings import MediaSettings
from server.media.worker_link import LinkTimes
from server.media.worker_pool import WorkerPool
from server.rooms.ids import MeetingId
from server.rooms.routes import Kind, Track

from .real_peers import PATIENCE_S, Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from server.hosting.ports import MediaListener
    from server.rooms.ids import ParticipantId

COMMAND = (sys.executable, "-m", "server.media_worker")
LOOPBACK = MediaSettings(host="127.0.0.1")
PATIENT = LinkTimes(start_s=PATIENCE_S, silences=30)
"""For workers that are only slow: they share the machine with browsers."""


class Door:
    """Where a client takes its offer: one meeting of the pool."""

    def __init__(self, pool: WorkerPool, meeting: str) -> None:
        self.pool = pool
        self.meeting = MeetingId(meeting)

    async def open(self, _meeting: MeetingId, peer: ParticipantId, offer_sdp: str) -> str:
        return await self.pool.open(self.meeting, peer, offer_sdp)


def everybody(*clients: Client) -> dict[Track, frozenset[ParticipantId]]:
    ids = frozenset(client.id for client in clients)
    return {Track(who, kind): ids - {who} for who in ids for kind in (Kind.MIC, Kind.CAMERA)}


async def meet(pool: WorkerPool, meeting: str, *numbers: int) -> list[Client]:
    """People of a meeting, who send to and receive from each other."""
    clients = [Client(number) for number in numbers]
    await pool.route(MeetingId(meeting), everybody(*clients))
    for client in clients:
        await client.connect(Door(pool, meeting))  # type: ignore[arg-type]  # of a server it takes `open` alone
    return clients


async def gone(pid: int, timeout_s: float = PATIENCE_S) -> None:
    """Return when the process has ended, whoever its parent is. Raises: TimeoutError."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(handle, ended.set)
    try:
        async with asyncio.timeout(timeout_s):
            await ended.wait()
    finally:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)


@contextlib.asynccontextmanager
async def running(
    listener: MediaListener,
    workers: int,
    *,
    settings: MediaSettings = LOOPBACK,
    times: LinkTimes = PATIENT,
) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(settings, workers, COMMAND, times=times)
    await pool.start(listener)
    try:
        yield pool
    finally:
        await pool.stop()
