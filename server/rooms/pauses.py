"""A pause that a facilitator makes: all media and chat stop at once, until one says that it goes on.

Called by `machine`. That nobody is here who holds the group pauses it too, but by itself: `attendance.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .change import changed
from .errors import Refusal, Rejected
from .events import PauseChanged, StatusChanged
from .state import Meeting, Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event

    Events: TypeAlias = tuple[Event, ...]


def decide_pause(meeting: Meeting, _command: c.Pause, _now_ms: int) -> Events:
    """Clocks stop with it, and go on with what was left."""
    if meeting.held_by_hand:
        raise Rejected(Refusal.ALREADY_SO)
    paused = PauseChanged(by_hand=True)
    return (paused, StatusChanged(Status.PAUSED)) if meeting.status is Status.OPEN else (paused,)


def decide_go_on(meeting: Meeting, _command: c.GoOn, _now_ms: int) -> Events:
    """Without any connected facilitator it stays paused, and goes on when one is back."""
    if not meeting.held_by_hand:
        raise Rejected(Refusal.ALREADY_SO)
    attended = any(p.connected for p in meeting.facilitators())
    over = PauseChanged(by_hand=False)
    return (over, StatusChanged(Status.OPEN)) if attended else (over,)


def evolve_pause_changed(meeting: Meeting, event: PauseChanged) -> Meeting:
    return changed(meeting, held_by_hand=event.by_hand)
