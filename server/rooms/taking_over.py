"""A page that came again as somebody new has every place of the one it replaces; called by `membership`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .events import AdmissionHeld, HandsChanged, RoundChanged, Spoke

if TYPE_CHECKING:
    from .events import Event
    from .ids import ParticipantId
    from .state import Meeting, Participant


def places(meeting: Meeting, former: Participant, new: ParticipantId) -> tuple[Event, ...]:
    """What makes it so, when the new one has arrived in the same room."""
    events: list[Event] = [AdmissionHeld(new)] if former.admitted else []
    if former.spoken_ms > 0:
        events.append(Spoke(new, former.spoken_ms))
    this = meeting.rounds.get(former.room)
    if this is not None and this.kept(former.id) is not None:
        events.append(RoundChanged(former.room, this.renamed(former.id, new)))
    own = meeting.hands.get(former.room)
    if own is not None and former.id in {*own.raised, own.called}:
        events.append(HandsChanged(former.room, own.renamed(former.id, new)))
    return tuple(events)
