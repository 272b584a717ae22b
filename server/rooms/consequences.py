"""What follows from comings and goings for rounds, hands and those who wait to enter; nobody orders it.

Called by `machine` after every command that may have moved somebody or something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from . import attendance, hands, membership, round_orders, turns
from .events import AwayChanged, RoundChanged, StatusChanged
from .ids import MAIN
from .state import Meeting, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .events import Event

    Events: TypeAlias = tuple[Event, ...]

MOVING: Final = attendance.COMINGS_AND_GOINGS | {AwayChanged, StatusChanged}


def touched_by(meeting: Meeting, events: Iterable[Event]) -> bool:
    """Can these events have consequences? A round that changed is settled already; but somebody may wait for it."""
    kinds = frozenset(map(type, events))
    return not MOVING.isdisjoint(kinds) or (meeting.between_shares and RoundChanged in kinds)


def of(meeting: Meeting, now_ms: int) -> Events:
    """What must also become true now; () when the meeting is at rest."""
    if meeting.status is Status.ENDED:
        return ()
    rounds, meeting = _rounds(meeting, now_ms)
    if meeting.between_shares and not turns.somebody_shares(meeting, MAIN):
        entering = round_orders.let_in(meeting)
        for entered in entering:
            meeting = membership.evolve_entered(meeting, entered)
        joined, meeting = _rounds(meeting, now_ms) if entering else ((), meeting)
        rounds += entering + joined
    return rounds + tuple(event for room in meeting.hands for event in hands.settled(meeting, room))


def _rounds(meeting: Meeting, now_ms: int) -> tuple[Events, Meeting]:
    """Every round settled, and the meeting with them."""
    events: Events = ()
    for room, this in meeting.rounds.items():
        for event in turns.outcome(meeting, room, this, now_ms, moved=True):
            events += (event,)
            if isinstance(event, RoundChanged):
                meeting = turns.evolve_round_changed(meeting, event)
    return events, meeting
