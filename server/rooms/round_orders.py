"""What facilitators order about a whole round: begin, reorder, invite those who passed, close; who enters when.

Called by `machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import hands, turns
from .change import changed, put
from .errors import Refusal, Rejected
from .events import AdmissionChanged, AdmissionHeld, Entered
from .ids import MAIN
from .rounds import Place, Round, Standing
from .state import Meeting, Role

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, RoomId, TurnNumber

    Events: TypeAlias = tuple[Event, ...]


def decide_start_round(meeting: Meeting, command: c.StartRound, now_ms: int) -> Events:
    """Those named come first, then every other member in order of arrival. Facilitators take part where they are named."""
    room = meeting.participants[command.actor].place
    if room in meeting.rounds:
        raise Rejected(Refusal.ALREADY_SO)
    if turns.stands_still(meeting, room):
        raise Rejected(Refusal.NOT_NOW)
    if command.share_ms is not None and not 0 < command.share_ms <= meeting.rules.max_share_ms:
        raise Rejected(Refusal.TOO_LARGE)
    order = _order(meeting, room, command.order)
    this = Round(command.kind, command.share_ms, command.invite_passed, tuple(_waiting(order)))
    started = turns.outcome(meeting, room, this, now_ms, moved=True)
    if not started:
        # Nobody is here who could share.
        raise Rejected(Refusal.NOT_NOW)
    return hands.call_over(meeting, room, now_ms) + started


def _waiting(order: tuple[ParticipantId, ...]) -> tuple[Place, ...]:
    return tuple(Place(who, Standing.WAITING) for who in order)


def _order(meeting: Meeting, room: RoomId, wish: tuple[ParticipantId, ...]) -> tuple[ParticipantId, ...]:
    """Each once. Raises: `Rejected` for somebody who is not in the room, or a guest: she is outside of rounds."""
    for who in wish:
        person = meeting.participants.get(who)
        if person is None or person.place != room:
            raise Rejected(Refusal.NO_SUCH_PERSON)
        if person.role is Role.GUEST:
            raise Rejected(Refusal.NOT_ALLOWED)
    return tuple(dict.fromkeys(wish))


def _running(meeting: Meeting, room: RoomId) -> Round:
    this = meeting.rounds.get(room)
    if this is None:
        raise Rejected(Refusal.NOT_NOW)
    return this


def _require_turn(this: Round, turn: TurnNumber | None) -> None:
    """Raises: `Rejected` where it is another turn than she looked at, of this round or of a later one."""
    if turn is not None and turn != this.moment.number:
        raise Rejected(Refusal.STALE_TURN)


def decide_reorder_round(meeting: Meeting, command: c.ReorderRound, now_ms: int) -> Events:
    """Those named come first, the others keep their order behind them; who is offered or sharing now stays so."""
    room = meeting.participants[command.actor].place
    this = _running(meeting, room)
    if command.was is not None and command.was != tuple(place.who for place in this.places):
        raise Rejected(Refusal.CHANGED_MEANWHILE)
    order = _order(meeting, room, command.order)
    kept = {place.who: place for place in this.places}
    first = tuple(kept.get(who, Place(who, Standing.WAITING)) for who in order)
    rest = tuple(place for place in this.places if place.who not in order)
    if first + rest == this.places:
        raise Rejected(Refusal.ALREADY_SO)
    return turns.outcome(meeting, room, changed(this, places=first + rest), now_ms)


def decide_invite_passed(meeting: Meeting, command: c.InvitePassed, now_ms: int) -> Events:
    """Shall those who passed be asked at the end whether they would like to add something?"""
    room = meeting.participants[command.actor].place
    this = _running(meeting, room)
    _require_turn(this, command.turn)
    if this.invite_passed is command.invite:
        raise Rejected(Refusal.ALREADY_SO)
    return turns.outcome(meeting, room, changed(this, invite_passed=command.invite), now_ms)


def decide_close_round(meeting: Meeting, command: c.CloseRound, now_ms: int) -> Events:
    room = meeting.participants[command.actor].place
    this = meeting.rounds.get(room)
    if this is None:
        raise Rejected(Refusal.ALREADY_SO)
    _require_turn(this, command.turn)
    return turns.outcome(meeting, room, None, now_ms)


# ── entering between shares ──────────────────────────────────────────────────────────────────────


def decide_admit_between_shares(meeting: Meeting, command: c.AdmitBetweenShares, now_ms: int) -> Events:
    """Switched off, everybody comes in who was waiting for the end of a share."""
    if meeting.between_shares is command.on:
        raise Rejected(Refusal.ALREADY_SO)
    entering = () if command.on else let_in(meeting, now_ms)
    return (AdmissionChanged(command.on), *entering)


def let_in(meeting: Meeting, now_ms: int) -> tuple[Entered, ...]:
    """Everybody who was admitted and only waits for the end of a share."""
    return tuple(Entered(p.id, MAIN, now_ms) for p in meeting.participants.values() if p.admitted)


def evolve_admission_changed(meeting: Meeting, event: AdmissionChanged) -> Meeting:
    return changed(meeting, between_shares=event.between_shares)


def evolve_admission_held(meeting: Meeting, event: AdmissionHeld) -> Meeting:
    return put(meeting, changed(meeting.participants[event.participant], admitted=True))
