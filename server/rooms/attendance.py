"""Who holds the group: the lead passes on at once, a group without any facilitator pauses, calmly, until it ends.

Called by `machine` after every command: these are consequences, nobody orders them but the end; and by `deadlines`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import contacts
from .change import changed
from .events import (
    Arrived,
    AttendanceChanged,
    ConnectionLost,
    ConnectionRestored,
    Entered,
    LeadChanged,
    Parted,
    SentToLobby,
    StatusChanged,
)
from .state import Meeting, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .commands import End
    from .events import Event
    from .ids import ParticipantId
    from .state import Participant

COMINGS_AND_GOINGS: Final = frozenset(
    {Arrived, Entered, SentToLobby, ConnectionLost, ConnectionRestored, Parted}
)

LOOKED_AFTER: Final = frozenset({Status.OPEN, Status.PAUSED})
"""Where it counts how long no facilitator has been connected; a debrief is over when the last one has parted."""


def touched_by(events: Iterable[Event]) -> bool:
    """Can these events have consequences? What people send and say has none."""
    return not COMINGS_AND_GOINGS.isdisjoint(map(type, events))


def consequences(meeting: Meeting, now_ms: int) -> tuple[Event, ...]:
    """What must also become true now; () when the meeting is at rest."""
    if meeting.status is Status.ENDED:
        return ()
    if not meeting.participants:
        return (StatusChanged(Status.ENDED),)
    events: list[Event] = []
    inside = tuple(meeting.facilitators())
    lead = _lead(meeting, inside)
    if lead != meeting.lead:
        events.append(LeadChanged(lead))
    attended = any(p.connected for p in inside)
    if attended and meeting.unattended_since_ms is not None:
        events.append(AttendanceChanged(None))
    if attended and _goes_on(meeting):
        events.append(StatusChanged(Status.OPEN))
    if not attended and meeting.status in LOOKED_AFTER and meeting.unattended_since_ms is None:
        events.append(AttendanceChanged(now_ms))
    return tuple(events)


def _goes_on(meeting: Meeting) -> bool:
    """A facilitator is here: the group begins, or goes on unless one paused it. A debrief is never a group again."""
    if meeting.status is Status.PAUSED:
        return not meeting.held_by_hand
    return meeting.status is Status.WAITING


def _lead(meeting: Meeting, inside: tuple[Participant, ...]) -> ParticipantId | None:
    """The lead keeps it while connected; else the first connected facilitator; else it waits for her."""
    current = next((p for p in inside if p.id == meeting.lead), None)
    if current is not None and current.connected:
        return current.id
    heir = next((p for p in inside if p.connected), current)
    return None if heir is None else heir.id


def overdue(meeting: Meeting, now_ms: int) -> tuple[Event, ...]:
    """Pause after a while without a facilitator, end after a long while."""
    since, rules = meeting.unattended_since_ms, meeting.rules
    if since is None or meeting.status is Status.ENDED:
        return ()
    if now_ms >= since + rules.abandoned_after_ms:
        return (*contacts.closing(meeting), StatusChanged(Status.ENDED))
    if meeting.status is Status.OPEN and now_ms >= since + rules.pause_after_ms:
        return (StatusChanged(Status.PAUSED),)
    return ()


def decide_end(meeting: Meeting, _command: End, _now_ms: int) -> tuple[Event, ...]:
    """Who chose each other get what they wrote first."""
    return (*contacts.closing(meeting), StatusChanged(Status.ENDED))


def evolve_lead_changed(meeting: Meeting, event: LeadChanged) -> Meeting:
    return changed(meeting, lead=event.lead)


def evolve_attendance_changed(meeting: Meeting, event: AttendanceChanged) -> Meeting:
    return changed(meeting, unattended_since_ms=event.unattended_since_ms)


def evolve_status_changed(meeting: Meeting, event: StatusChanged) -> Meeting:
    return changed(meeting, status=event.status)
