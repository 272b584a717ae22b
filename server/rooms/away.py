"""With baby, back soon: microphone and camera off, every place kept, the round goes on meanwhile.

Called by `machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .change import changed, put
from .events import AwayChanged

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .state import Meeting


def decide_set_away(meeting: Meeting, command: c.SetAway, _now_ms: int) -> tuple[Event, ...]:
    """A wish that is so already is fine. Coming back opens nothing: she does that herself."""
    person = meeting.participants[command.actor]
    if person.away is command.away:
        return ()
    return (AwayChanged(person.id, command.away),)


def evolve_away_changed(meeting: Meeting, event: AwayChanged) -> Meeting:
    """Microphone and camera go off with it, in one step: nobody can tell being away from being in a quiet room."""
    person = changed(meeting.participants[event.participant], away=event.away)
    return put(meeting, changed(person, mic_on=False, camera_on=False) if event.away else person)
