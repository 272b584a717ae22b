"""Who holds the group: the lead passes on at once, a group without any facilitator pauses, calmly.

Called by `machine` after every command: these are consequences, nobody orders them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .events import AttendanceChanged, LeadChanged, StatusChanged
from .state import Meeting, Status

if TYPE_CHECKING:
    from .commands import End
    from .events import Event
    from .ids import ParticipantId


def consequences(meeting: Meeting, now_ms: int) -> tuple[Event, ...]:
    """What must also become true now; () when the meeting is at rest."""
    if meeting.status is Status.ENDED:
        return ()
    if not meeting.participants:
        return (StatusChanged(Status.ENDED),)
    events: list[Event] = []
    lead = _lead(meeting)
    if lead != meeting.lead:
        events.append(LeadChanged(lead))
    attended = any(p.connected for p in meeting.facilitators())
    if attended and meeting.unattended_since_ms is not None:
        events.append(AttendanceChanged(None))
    if attended and meeting.status is not Status.OPEN:
        events.append(StatusChanged(Status.OPEN))
    if not attended and meeting.status is Status.OPEN and meeting.unattended_since_ms is None:
        events.append(AttendanceChanged(now_ms))
    return tuple(events)


def _lead(meeting: Meeting) -> ParticipantId | None:
    """The lead keeps it while connected; else the first connected facilitator; else it waits for her."""
    inside = {p.id: p for p in meeting.facilitators()}
    current = inside.get(meeting.lead) if meeting.lead is not None else None
    if current is not None and current.connected:
        return current.id
    heir = next((p.id for p in inside.values() if p.connected), None)
    if heir is not None:
        return heir
    return current.id if current is not None else None


def overdue(meeting: Meeting, now_ms: int) -> tuple[Event, ...]:
    """Pause after a while without a facilitator, end after a long while."""
    since, rules = meeting.unattended_since_ms, meeting.rules
    if since is None or meeting.status is Status.ENDED:
        return ()
    if now_ms >= since + rules.abandoned_after_ms:
        return (StatusChanged(Status.ENDED),)
    if meeting.status is Status.OPEN and now_ms >= since + rules.pause_after_ms:
        return (StatusChanged(Status.PAUSED),)
    return ()


def decide_end(_meeting: Meeting, _command: End, _now_ms: int) -> tuple[Event, ...]:
    return (StatusChanged(Status.ENDED),)


def evolve_lead_changed(meeting: Meeting, event: LeadChanged) -> Meeting:
    return replace(meeting, lead=event.lead)


def evolve_attendance_changed(meeting: Meeting, event: AttendanceChanged) -> Meeting:
    return replace(meeting, unattended_since_ms=event.unattended_since_ms)


def evolve_status_changed(meeting: Meeting, event: StatusChanged) -> Meeting:
    return replace(meeting, status=event.status)
