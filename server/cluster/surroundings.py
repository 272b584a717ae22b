"""What all meetings of this node share; made by `node`, handed to each of them by `meetings`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.hosting.meeting_host import HostLimits
    from server.hosting.ports import Clock, MediaControl, MediaListener
    from server.rooms.ids import MeetingId

    from .keys import ClusterKeys
    from .post import Post
    from .store import Store
    from .tenure import TenureTimes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """This node's name, and its ways to everything outside of the meeting."""

    node: str
    keys: ClusterKeys
    store: Store
    post: Post
    clock: Clock
    media: MediaControl
    """This node's own."""
    listener: MediaListener
    """The people who are connected here."""
    times: TenureTimes
    limits: HostLimits
    keep_steps: int
    pseudonym_of: Callable[[MeetingId], object]
    """What the log calls a meeting."""


def loop_ms() -> int:
    """Monotonic, this machine's own: for what is waited for here. The simulation's loop moves it."""
    return int(asyncio.get_running_loop().time() * 1000)
