"""Who is in the meeting: arriving, the lobby, leaving, lost connections, removal.

Called by `machine`. Each rule stands above its effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import contacts, guests, taking_over, turns
from .change import changed, drop, put
from .errors import Refusal, Rejected
from .events import (
    AdmissionHeld,
    Arrived,
    Barred,
    BarUndone,
    ConnectionLost,
    ConnectionRestored,
    Entered,
    LockChanged,
    MediaAllowed,
    Moved,
    Parted,
    Parting,
    SentToLobby,
)
from .ids import LOBBY, MAIN
from .permissions import target
from .rounds import Clock
from .state import Bar, BarReason, Meeting, Participant, Role, Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, RoomId

    Events: TypeAlias = tuple[Event, ...]

# ── arriving ─────────────────────────────────────────────────────────────────────────────────────


def decide_join(meeting: Meeting, command: c.Join, now_ms: int) -> Events:
    """A page that had a place takes it again, whatever it lost; others pass the door."""
    if len(command.profile) > meeting.rules.max_profile_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    if meeting.status is Status.DEBRIEF and command.role is not Role.FACILITATOR:
        raise Rejected(Refusal.ENDED)
    if _barred(meeting, command):
        raise Rejected(Refusal.BARRED)
    former = _same_page(meeting, command)
    if former is not None:
        return _take_over(meeting, command, former, now_ms)
    if command.role is Role.FACILITATOR:
        return (_arrive_to_facilitate(meeting, command, now_ms),)
    called_back = command.device in meeting.expected
    if meeting.locked and not called_back:
        raise Rejected(Refusal.LOCKED)
    _require_a_free_place(meeting, lobby=not called_back)
    return (_arrival(meeting, command, MAIN if called_back else LOBBY, now_ms),)


def _take_over(meeting: Meeting, command: c.Join, former: Participant, now_ms: int) -> Events:
    """The same room and place in every queue, and what a facilitator closed stays closed: a reload undoes no mute.

    Nor slow mode; and how long she was silent goes on counting.
    """
    arrived = changed(
        _arrival(meeting, command, former.place, now_ms),
        room=former.room,
        heard_at_ms=former.heard_at_ms,
        said_at_ms=former.said_at_ms,
    )
    parted = Parted(former.id, Parting.REPLACED)
    places = taking_over.places(meeting, former, arrived)
    if former.mic_allowed and former.camera_allowed:
        return parted, arrived, *places
    allowed = MediaAllowed(command.participant, former.mic_allowed, former.camera_allowed)
    return parted, arrived, allowed, *places


def _arrive_to_facilitate(meeting: Meeting, command: c.Join, now_ms: int) -> Arrived:
    count = sum(1 for p in meeting.participants.values() if p.is_facilitator)
    if count >= meeting.rules.max_facilitators:
        raise Rejected(Refusal.FULL)
    return _arrival(meeting, command, MAIN, now_ms)


def _require_a_free_place(meeting: Meeting, *, lobby: bool) -> None:
    people = [p for p in meeting.participants.values() if not p.is_facilitator]
    waiting = sum(1 for p in people if p.in_lobby)
    if len(people) >= meeting.rules.max_people or (lobby and waiting >= meeting.rules.max_lobby):
        raise Rejected(Refusal.FULL)


def _barred(meeting: Meeting, command: c.Join) -> bool:
    """A facilitator is never barred: none can be removed."""
    if command.role is Role.FACILITATOR:
        return False
    return any(_shuts_out(bar, command) for bar in meeting.barred.values())


def _shuts_out(bar: Bar, somebody: c.Join | Participant) -> bool:
    """The same page, or the same link where it was made for one person."""
    return bar.device == somebody.device or (bar.token_id is not None and bar.token_id == somebody.token_id)


def _same_page(meeting: Meeting, command: c.Join) -> Participant | None:
    for person in meeting.participants.values():
        if person.device == command.device and person.role is command.role:
            return person
    return None


def _arrival(meeting: Meeting, command: c.Join, room: RoomId, now_ms: int) -> Arrived:
    return Arrived(
        participant=command.participant,
        role=command.role,
        profile=command.profile,
        token_id=command.token_id,
        token_is_personal=command.token_is_personal,
        device=command.device,
        origin=command.origin,
        resume_hash=command.resume_hash,
        returning=any(bar.origin == command.origin for bar in meeting.barred.values()),
        room=room,
        place=room,
        at_ms=now_ms,
    )


def evolve_arrived(meeting: Meeting, event: Arrived) -> Meeting:
    """Nothing from before is ever shown to somebody new."""
    person = Participant(
        id=event.participant,
        role=event.role,
        profile=event.profile,
        token_id=event.token_id,
        token_is_personal=event.token_is_personal,
        device=event.device,
        origin=event.origin,
        resume_hash=event.resume_hash,
        room=event.room,
        place=event.place,
        returning=event.returning,
        since=tuple(
            (r, meeting.next_message) for r in dict.fromkeys((event.place, event.room)) if r != LOBBY
        ),
        heard_at_ms=event.at_ms if event.heard_at_ms is None else event.heard_at_ms,
        said_at_ms=event.said_at_ms,
        guest_time=_guest_time(meeting, event.role, event.place, event.at_ms),
    )
    began_ms = event.at_ms if meeting.began_ms is None else meeting.began_ms
    return put(changed(meeting, began_ms=began_ms, expected=meeting.expected - {event.device}), person)


# ── the lobby ────────────────────────────────────────────────────────────────────────────────────


def decide_admit(meeting: Meeting, command: c.Admit, now_ms: int) -> Events:
    """At once, or when the share that is going on has ended, as the facilitators chose; also out of a greeting."""
    person = target(meeting, command.who, command)
    if not person.in_lobby or person.admitted:
        raise Rejected(Refusal.ALREADY_SO)
    if meeting.between_shares and turns.somebody_shares(meeting, MAIN):
        return (AdmissionHeld(person.id),)
    return (Entered(person.id, MAIN, now_ms),)


def evolve_entered(meeting: Meeting, event: Entered) -> Meeting:
    person = meeting.participants[event.participant]
    inside = changed(
        _out_of_quiet(person),
        room=event.room,
        place=event.room,
        since=((event.room, meeting.next_message),),
        admitted=False,
        heard_at_ms=event.at_ms,
        guest_time=_guest_time(meeting, person.role, event.room, event.at_ms),
    )
    return put(meeting, inside)


def _guest_time(meeting: Meeting, role: Role, place: RoomId, at_ms: int) -> Clock | None:
    """A guest's time begins when she comes in."""
    if role is not Role.GUEST or place == LOBBY:
        return None
    return guests.on_time(meeting, Clock(meeting.rules.guest_ms), at_ms)


def evolve_moved(meeting: Meeting, event: Moved) -> Meeting:
    """What was said in a room before she came there is not for her; what she may read stays so."""
    person = meeting.participants[event.participant]
    since = person.since
    if person.reads_from(event.room) is None and event.room != LOBBY:
        since = (*since, (event.room, meeting.next_message))
    if event.room == event.place:
        person = _out_of_quiet(person)
    return put(meeting, changed(person, room=event.room, place=event.place, since=since))


def _out_of_quiet(person: Participant) -> Participant:
    """As when she was away: what she opened for one other person is not open to the group."""
    return changed(person, mic_on=False, camera_on=False) if person.in_quiet_room else person


def decide_send_to_lobby(meeting: Meeting, command: c.SendToLobby, _now_ms: int) -> Events:
    person = target(meeting, command.who, command)
    if person.in_lobby:
        raise Rejected(Refusal.ALREADY_SO)
    return (SentToLobby(person.id),)


def evolve_sent_to_lobby(meeting: Meeting, event: SentToLobby) -> Meeting:
    """Microphone and camera are off when she comes back: only she opens them."""
    person = meeting.participants[event.participant]
    waiting = changed(
        person,
        room=LOBBY,
        place=LOBBY,
        mic_on=False,
        camera_on=False,
        away=False,
        since=(),
        captions=False,
        interprets=False,
        guest_time=None,
    )
    return put(meeting, waiting)


def decide_lock(meeting: Meeting, _command: c.Lock, _now_ms: int) -> Events:
    return _change_lock(meeting, locked=True)


def decide_unlock(meeting: Meeting, _command: c.Unlock, _now_ms: int) -> Events:
    return _change_lock(meeting, locked=False)


def _change_lock(meeting: Meeting, *, locked: bool) -> Events:
    if meeting.locked is locked:
        raise Rejected(Refusal.ALREADY_SO)
    return (LockChanged(locked),)


def evolve_lock_changed(meeting: Meeting, event: LockChanged) -> Meeting:
    return changed(meeting, locked=event.locked)


# ── leaving, and being cut off ───────────────────────────────────────────────────────────────────


def decide_leave(_meeting: Meeting, command: c.Leave, _now_ms: int) -> Events:
    return (Parted(command.actor, Parting.LEFT),)


def evolve_parted(meeting: Meeting, event: Parted) -> Meeting:
    return contacts.forgotten(drop(meeting, event.participant), event.participant)


def decide_lose_connection(meeting: Meeting, command: c.LoseConnection, now_ms: int) -> Events:
    """News about an older connection, or about somebody gone, changes nothing."""
    person = meeting.participants.get(command.participant)
    if person is None or person.connection != command.connection or not person.connected:
        return ()
    return (ConnectionLost(person.id, now_ms),)


def evolve_connection_lost(meeting: Meeting, event: ConnectionLost) -> Meeting:
    person = meeting.participants[event.participant]
    return put(meeting, changed(person, lost_at_ms=event.at_ms))


def decide_resume(meeting: Meeting, command: c.Resume, _now_ms: int) -> Events:
    """Valid also while the old connection still seems alive: the newest one counts."""
    for person in meeting.participants.values():
        if person.resume_hash == command.resume_hash:
            return (ConnectionRestored(person.id, person.connection + 1),)
    raise Rejected(Refusal.WRONG_SECRET)


def evolve_connection_restored(meeting: Meeting, event: ConnectionRestored) -> Meeting:
    person = meeting.participants[event.participant]
    return put(meeting, changed(person, connection=event.connection, lost_at_ms=None))


def overdue(meeting: Meeting, now_ms: int) -> Events:
    """Everybody whose grace time is over parts."""
    return tuple(
        Parted(p.id, Parting.LOST)
        for p in meeting.participants.values()
        if p.lost_at_ms is not None and now_ms >= p.lost_at_ms + meeting.rules.grace_ms
    )


# ── turning away ─────────────────────────────────────────────────────────────────────────────────


def decide_deny(meeting: Meeting, command: c.Deny, _now_ms: int) -> Events:
    person = target(meeting, command.who, command)
    if not person.in_lobby:
        raise Rejected(Refusal.ALREADY_SO)
    return Barred(person.id, BarReason.DENIED), Parted(person.id, Parting.DENIED)


def decide_remove(meeting: Meeting, command: c.Remove, _now_ms: int) -> Events:
    """Whoever came with the same page, or with the same personal link, goes too: those are her other screens.

    The reason is what undoing gives back: who was still waiting has to wait again.
    """
    person = target(meeting, command.who, command)
    bar = _bar(person, BarReason.DENIED if person.in_lobby else BarReason.REMOVED)
    also = (p for p in meeting.participants.values() if not p.is_facilitator and _shuts_out(bar, p))
    return Barred(person.id, bar.reason), *(Parted(p.id, Parting.REMOVED) for p in also)


def evolve_barred(meeting: Meeting, event: Barred) -> Meeting:
    """The bar remembers what the person came with; the oldest bar leaves when there are too many."""
    person = meeting.participants[event.participant]
    bar = _bar(person, event.reason)
    newest = list({**meeting.barred, person.id: bar}.items())[-meeting.rules.max_barred :]
    return changed(meeting, barred=dict(newest))


def _bar(person: Participant, reason: BarReason) -> Bar:
    return Bar(
        participant=person.id,
        profile=person.profile,
        reason=reason,
        device=person.device,
        token_id=person.token_id if person.token_is_personal else None,
        origin=person.origin,
    )


def decide_undo_bar(meeting: Meeting, command: c.UndoBar, _now_ms: int) -> Events:
    if command.who not in meeting.barred:
        raise Rejected(Refusal.NO_SUCH_PERSON)
    return (BarUndone(command.who),)


def evolve_bar_undone(meeting: Meeting, event: BarUndone) -> Meeting:
    """Somebody removed is called back and passes the lobby once; somebody denied may knock again.

    So many are expected at most as may be barred; beyond that one knocks like everybody.
    """
    bar = meeting.barred[event.participant]
    others: dict[ParticipantId, Bar] = {k: b for k, b in meeting.barred.items() if k != event.participant}
    passes = bar.reason is BarReason.REMOVED and len(meeting.expected) < meeting.rules.max_barred
    return changed(meeting, barred=others, expected=meeting.expected | ({bar.device} if passes else set()))
