"""Parts of a node that go on as long as it does; begun by `node`."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

AGAIN_S: Final = 1.0
"""A fault that comes at once comes again at once: it must not fill the log."""

log = logging.getLogger(__name__)


async def last(part: Callable[[], Coroutine[None, None, None]]) -> None:
    """Carried out until cancelled: after a fault, which is logged, begun again. Without its letters a node would be deaf for good."""
    while True:
        try:
            await part()
        except Exception:
            log.exception("fault in a node: this part of it begins again")
        await asyncio.sleep(AGAIN_S)
