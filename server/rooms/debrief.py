"""The end of the group: everybody parts but the facilitators, what was said is forgotten, and they stay for a while.

Called by `machine` and `deadlines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import contacts
from .change import changed
from .events import DebriefBegan, Parted, Parting, StatusChanged
from .ids import MAIN
from .state import Meeting, Participant, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import commands as c
    from .events import Event

    Events: TypeAlias = tuple[Event, ...]


def decide_begin_debrief(meeting: Meeting, _command: c.BeginDebrief, now_ms: int) -> Events:
    """Who chose each other get what they wrote before they part: nobody loses a contact."""
    people = (p for p in meeting.participants.values() if not p.is_facilitator)
    parted = (Parted(p.id, Parting.OVER) for p in people)
    return (*contacts.closing(meeting), *parted, DebriefBegan(now_ms), StatusChanged(Status.DEBRIEF))


def evolve_debrief_began(meeting: Meeting, event: DebriefBegan) -> Meeting:
    """A meeting as if the facilitators had just come; numbers go on, so that none is ever used twice."""
    there = {p.id: _come_together(meeting, p) for p in meeting.facilitators()}
    return Meeting(
        id=meeting.id,
        rules=meeting.rules,
        status=meeting.status,
        began_ms=meeting.began_ms,
        participants=there,
        lead=meeting.lead,
        debrief_since_ms=event.at_ms,
        next_message=meeting.next_message,
        next_turn=meeting.next_turn,
        next_room=meeting.next_room,
        next_quiet=meeting.next_quiet,
        next_resource=meeting.next_resource,
        next_pulse=meeting.next_pulse,
        captions=meeting.captions,
    )


def _come_together(meeting: Meeting, person: Participant) -> Participant:
    """In the main room, where nothing from before can be read; who comes from elsewhere opens her microphone herself."""
    stayed = person.room == MAIN
    return changed(
        person,
        room=MAIN,
        place=MAIN,
        mic_on=person.mic_on and stayed,
        camera_on=person.camera_on and stayed,
        since=((MAIN, meeting.next_message),),
        captions=False,
        interprets=False,
        spoken_ms=0,
        said_at_ms=None,
    )


def deadlines(meeting: Meeting) -> Iterator[int]:
    if meeting.debrief_since_ms is not None:
        yield meeting.debrief_since_ms + meeting.rules.debrief_ms


def overdue(meeting: Meeting, now_ms: int) -> Events:
    """It ends by itself after a while."""
    is_over = any(due <= now_ms for due in deadlines(meeting))
    return (StatusChanged(Status.ENDED),) if is_over else ()
