from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.config import Settings
from tests.support.live_server import LiveServer, live_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[LiveServer]:
    async with live_server(Settings(media_port=0, media_workers=0)) as live:
        yield live
