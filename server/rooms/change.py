"""Small steps from one meeting value to the next; called by the `evolve_*` of the features."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ids import ParticipantId
    from .state import Meeting, Participant


def put(meeting: Meeting, person: Participant) -> Meeting:
    """The meeting with this person as given; somebody new comes last."""
    return replace(meeting, participants={**meeting.participants, person.id: person})


def drop(meeting: Meeting, who: ParticipantId) -> Meeting:
    """The meeting without this person."""
    return replace(meeting, participants={k: p for k, p in meeting.participants.items() if k != who})
