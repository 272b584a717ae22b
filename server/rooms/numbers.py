"""Numbers that rise with the meeting's time, not with a count: nobody can tell from two of them how much was not for her.

Called by `chat`, `lines`, `aides` and `quiet`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import Meeting


def at(meeting: Meeting, least: int, now_ms: int) -> int:
    """Milliseconds since the first person came, from 1; never below `least`, so that none is used twice."""
    began_ms = now_ms if meeting.began_ms is None else meeting.began_ms
    return max(least, now_ms - began_ms + 1)
