"""The next instant at which something must happen by itself, and what happens then.

Called by `machine` for `Tick` and by the host, which sleeps until `next_deadline`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import attendance, breakouts, debrief, guests, membership, turns
from .state import Meeting, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .commands import Tick
    from .events import Event


def next_deadline(meeting: Meeting) -> int | None:
    """In the meeting's milliseconds; None while nothing is due by itself."""
    return min(_deadlines(meeting), default=None)


def _deadlines(meeting: Meeting) -> Iterator[int]:
    if meeting.status is Status.ENDED:
        return
    rules = meeting.rules
    for person in meeting.participants.values():
        if person.lost_at_ms is not None:
            yield person.lost_at_ms + rules.grace_ms
    for this in meeting.rounds.values():
        due = turns.deadline(meeting, this)
        if due is not None:
            yield due
    yield from breakouts.deadlines(meeting)
    yield from guests.deadlines(meeting)
    yield from debrief.deadlines(meeting)
    if meeting.unattended_since_ms is not None:
        if meeting.status is Status.OPEN:
            yield meeting.unattended_since_ms + rules.pause_after_ms
        yield meeting.unattended_since_ms + rules.abandoned_after_ms


def decide_tick(meeting: Meeting, _command: Tick, now_ms: int) -> tuple[Event, ...]:
    """Everything that is due at `now_ms`; () when the tick came early."""
    return (
        membership.overdue(meeting, now_ms)
        + turns.overdue(meeting, now_ms)
        + breakouts.overdue(meeting, now_ms)
        + guests.overdue(meeting, now_ms)
        + debrief.overdue(meeting, now_ms)
        + attendance.overdue(meeting, now_ms)
    )
