"""With baby, back soon: microphone and camera off, every place kept, the round goes on meanwhile.

Called by `machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .change import changed, put
from .events import AwayChanged, MediaSet

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .state import Meeting


def decide_set_away(meeting: Meeting, command: c.SetAway, _now_ms: int) -> tuple[Event, ...]:
    """A wish that is so already is fine. Coming back opens nothing: she does that herself."""
    person = meeting.participants[command.actor]
    if person.away is command.away:
        return ()
    changes = AwayChanged(person.id, command.away)
    if command.away and (person.mic_on or person.camera_on):
        return changes, MediaSet(person.id, mic=False, camera=False)
    return (changes,)


def evolve_away_changed(meeting: Meeting, event: AwayChanged) -> Meeting:
    return put(meeting, changed(meeting.participants[event.participant], away=event.away))
