"""I need someone: who waits for a facilitator, known to the facilitators and to herself only.

Called by `machine`, `consequences` and `taking_over`. Who answers, and where, is `quiet.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .change import changed
from .errors import Refusal, Rejected
from .events import NeedsChanged

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]


def decide_ask_for_someone(meeting: Meeting, command: c.AskForSomeone, _now_ms: int) -> Events:
    """Also while away, in a breakout, or while the meeting is paused: a need waits for no mode."""
    if command.actor in meeting.needs:
        raise Rejected(Refusal.ALREADY_SO)
    if len(meeting.needs) >= meeting.rules.max_needs:
        raise Rejected(Refusal.FULL)
    return (NeedsChanged((*meeting.needs, command.actor)),)


def decide_withdraw_need(meeting: Meeting, command: c.WithdrawNeed, _now_ms: int) -> Events:
    if command.actor not in meeting.needs:
        raise Rejected(Refusal.ALREADY_SO)
    return (NeedsChanged(_without(meeting, command.actor)),)


def evolve_needs_changed(meeting: Meeting, event: NeedsChanged) -> Meeting:
    return changed(meeting, needs=event.needs)


def _without(meeting: Meeting, who: ParticipantId) -> tuple[ParticipantId, ...]:
    return tuple(other for other in meeting.needs if other != who)


def settled(meeting: Meeting, _now_ms: int) -> Events:
    """Who is gone waits no more, nor who is alone with a facilitator: however they came there, she has someone."""
    waiting = tuple(who for who in meeting.needs if _waits(meeting, who))
    return () if waiting == meeting.needs else (NeedsChanged(waiting),)


def _waits(meeting: Meeting, who: ParticipantId) -> bool:
    person = meeting.participants.get(who)
    return person is not None and not person.in_lobby and not person.in_quiet_room


def taken_over(meeting: Meeting, old: ParticipantId, new: ParticipantId) -> Events:
    """What makes `new` have everything that `old` had."""
    if old not in meeting.needs:
        return ()
    return (NeedsChanged(tuple(new if who == old else who for who in meeting.needs)),)
