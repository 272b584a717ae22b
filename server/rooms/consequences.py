"""What follows from comings and goings for rooms, rounds, hands and those who wait; nobody orders it.

Called by `machine` after every command that may have moved somebody or something.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from . import agenda, attendance, breakouts, chat, guests, hands, needs, quiet, round_orders, turns
from .events import AwayChanged, BreakoutsChanged, ConnectionRestored, Moved, RoundChanged, StatusChanged
from .ids import MAIN
from .state import Meeting, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .events import Event

    Events: TypeAlias = tuple[Event, ...]
    Step: TypeAlias = Callable[[Meeting, int], Events]
    Fold: TypeAlias = Callable[[Meeting, Iterable[Event]], Meeting]

MOVING: Final = attendance.COMINGS_AND_GOINGS | {
    AwayChanged,
    BreakoutsChanged,
    ConnectionRestored,
    Moved,
    StatusChanged,
}


def touched_by(meeting: Meeting, events: Iterable[Event]) -> bool:
    """Can these events have consequences? A round that changed is settled already; but somebody may wait for it."""
    kinds = frozenset(map(type, events))
    if not MOVING.isdisjoint(kinds):
        return True
    return RoundChanged in kinds and (meeting.between_shares or meeting.held_for_shares > 0)


def of(meeting: Meeting, now_ms: int, fold: Fold) -> Events:
    """What must also become true now; () when the meeting is at rest."""
    if meeting.status is Status.ENDED:
        return ()
    events: Events = ()
    for step in STEPS:
        following = step(meeting, now_ms)
        if following:
            events, meeting = events + following, fold(meeting, following)
    return events


def _rounds(meeting: Meeting, now_ms: int) -> Events:
    """Every round settled, one after the other: turn numbers go through all rooms."""
    events: Events = ()
    for room, this in meeting.rounds.items():
        for event in turns.outcome(meeting, room, this, now_ms, moved=True):
            events += (event,)
            if isinstance(event, RoundChanged):
                meeting = turns.evolve_round_changed(meeting, event)
    return events


def _let_in(meeting: Meeting, now_ms: int) -> Events:
    """Those who were admitted and wait for the end of a share."""
    if not meeting.between_shares or turns.somebody_shares(meeting, MAIN):
        return ()
    return round_orders.let_in(meeting, now_ms)


def _hands(meeting: Meeting, now_ms: int) -> Events:
    return tuple(event for room in meeting.hands for event in hands.settled(meeting, room, now_ms))


STEPS: Final[tuple[Step, ...]] = (
    *(quiet.settled, needs.settled, breakouts.settled),
    # Who was greeted and is let in leaves a facilitator behind.
    *(_rounds, _let_in, quiet.settled, _rounds, _hands, chat.after_shares, agenda.settled, guests.settled),
)
