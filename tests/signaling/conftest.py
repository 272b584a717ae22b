from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.config import Settings
from tests.support.fake_media import FakeMedia
from tests.support.live_server import LiveServer, live_server
from tests.support.manual_clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def media() -> FakeMedia:
    return FakeMedia()


@pytest.fixture
async def server(clock: ManualClock, media: FakeMedia) -> AsyncIterator[LiveServer]:
    async with live_server(Settings(), clock=clock, media=media) as live:
        yield live
