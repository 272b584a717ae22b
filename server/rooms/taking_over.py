"""A page that came again as somebody new has every place of the one it replaces; called by `membership`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import aides, breakouts, guests, needs, pulse, quiet
from .events import AdmissionHeld, HandsChanged, RoundChanged, Spoke

if TYPE_CHECKING:
    from .events import Arrived, Event
    from .state import Meeting, Participant


def places(meeting: Meeting, former: Participant, arrived: Arrived) -> tuple[Event, ...]:
    """What makes it so, when the new one has arrived in the same room."""
    new = arrived.participant
    events: list[Event] = [AdmissionHeld(new)] if former.admitted else []
    if former.spoken_ms > 0:
        heard_at_ms = arrived.at_ms if former.heard_at_ms is None else former.heard_at_ms
        events.append(Spoke(new, former.spoken_ms, heard_at_ms))
    # In every room: the main round keeps the places of those in breakouts.
    events += (
        RoundChanged(room, this.renamed(former.id, new))
        for room, this in meeting.rounds.items()
        if this.kept(former.id) is not None
    )
    own = meeting.hands.get(former.place)
    if own is not None and former.id in {*own.raised, own.called}:
        events.append(HandsChanged(former.place, own.renamed(former.id, new)))
    for feature in (needs, quiet, breakouts, pulse, guests, aides):
        events += feature.taken_over(meeting, former.id, new)
    return tuple(events)
