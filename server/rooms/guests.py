"""A guest stays for a while and then waits in the lobby again; a facilitator may set the time. It stands in a pause.

Called by `machine`, `membership`, `consequences`, `deadlines` and `taking_over`. That she is outside of rounds is said in `round_orders` and `turns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .change import changed, put
from .errors import Refusal, Rejected
from .events import GuestTimeSet, SentToLobby
from .permissions import target
from .rounds import Clock
from .state import Meeting, Participant, Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import commands as c
    from .events import Event
    from .ids import ParticipantId

    Events: TypeAlias = tuple[Event, ...]


def decide_set_guest_time(meeting: Meeting, command: c.SetGuestTime, now_ms: int) -> Events:
    """From now on, longer or shorter than before."""
    person = target(meeting, command.who, command)
    if person.role is not Role.GUEST:
        raise Rejected(Refusal.NOT_ALLOWED)
    if person.in_lobby:
        raise Rejected(Refusal.NOT_NOW)
    if not 0 < command.ms <= meeting.rules.guest_max_ms:
        raise Rejected(Refusal.TOO_LARGE)
    return (GuestTimeSet(person.id, on_time(meeting, Clock(command.ms), now_ms)),)


def evolve_guest_time_set(meeting: Meeting, event: GuestTimeSet) -> Meeting:
    person = meeting.participants[event.participant]
    return put(meeting, changed(person, guest_time=event.time))


def on_time(meeting: Meeting, time: Clock, now_ms: int) -> Clock:
    """Nobody is sent away while all stand still and wait."""
    return time.started(now_ms) if meeting.status is Status.OPEN else time.stopped(now_ms)


def settled(meeting: Meeting, now_ms: int) -> Events:
    """With a pause her time stands, and then goes on with what was left."""
    return tuple(
        GuestTimeSet(p.id, time)
        for p in meeting.participants.values()
        if p.guest_time is not None and (time := on_time(meeting, p.guest_time, now_ms)) is not p.guest_time
    )


def deadlines(meeting: Meeting) -> Iterator[int]:
    ends = (p.guest_time.ends_at_ms for p in meeting.participants.values() if p.guest_time is not None)
    return (due for due in ends if due is not None)


def overdue(meeting: Meeting, now_ms: int) -> Events:
    """Whose time is over waits in the lobby; a facilitator may let her in once more."""
    return tuple(
        SentToLobby(p.id)
        for p in meeting.participants.values()
        if _is_over(p, now_ms) and not _is_lost(meeting, p, now_ms)
    )


def _is_over(person: Participant, now_ms: int) -> bool:
    ends_at_ms = None if person.guest_time is None else person.guest_time.ends_at_ms
    return ends_at_ms is not None and ends_at_ms <= now_ms


def _is_lost(meeting: Meeting, person: Participant, now_ms: int) -> bool:
    """Her grace time is over as well: she parts at this very instant, and cannot be sent anywhere."""
    return person.lost_at_ms is not None and now_ms >= person.lost_at_ms + meeting.rules.grace_ms


def taken_over(meeting: Meeting, old: ParticipantId, new: ParticipantId) -> Events:
    """A page that came again gains no time by it."""
    time = meeting.participants[old].guest_time
    return () if time is None else (GuestTimeSet(new, time),)
