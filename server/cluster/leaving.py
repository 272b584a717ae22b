"""A node that leaves gives its meetings away, one by one, so that nobody notices.

Called by `node.drain`. Who gets a meeting is asked of `node`; must not import it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from server.rooms.turns import somebody_shares

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .meetings import SharedMeetings
    from .shared_meeting import SharedMeeting

SHARE_PATIENCE_S: Final = 20.0
"""So long a node that leaves waits for the end of a share before it hands the meeting over in the middle of it, and for a node that could have it."""
LOOK_S: Final = 0.2
HANDED_S: Final = 3.0
"""After the last meeting was handed over: pages find their new media before their connection closes."""

log = logging.getLogger(__name__)


async def give_away(
    meetings: SharedMeetings,
    heir_of: Callable[[SharedMeeting], str | None],
    look: Callable[[], Awaitable[None]],
) -> None:
    """Nothing is owned here any more, or nobody could have it: between shares if that does not take too long.

    heir_of: the node that should have this meeting now, None for nobody; look: before it is asked again.
    """
    now_s = asyncio.get_running_loop().time
    patience_s = now_s() + SHARE_PATIENCE_S
    handed = False
    while owned := meetings.owned:
        is_late = now_s() >= patience_s
        for shared in owned if is_late else [each for each in owned if not _somebody_shares(each)]:
            to = heir_of(shared)
            if to is not None:
                await shared.hand_over(to)
                handed = True
            elif is_late:
                log.warning("no other node has room: meetings end here with this process, unless one comes")
                return
        await asyncio.sleep(LOOK_S)
        await look()
    if handed:
        await asyncio.sleep(HANDED_S)


def _somebody_shares(shared: SharedMeeting) -> bool:
    meeting = shared.replica.meeting
    return any(somebody_shares(meeting, room) for room in meeting.rounds)
