"""What people answer to an offer, and who names the next. Every command names the turn it speaks of.

Called by `machine`. The microphone is never opened here: who takes her turn opens it herself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import turns
from .change import changed
from .errors import Refusal, Rejected
from .permissions import target
from .rounds import NEXT, Clock, Moment, Phase, Round, RoundKind, Stage, Standing
from .state import Meeting, Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, TurnNumber

    Events: TypeAlias = tuple[Event, ...]


def current(meeting: Meeting, actor: ParticipantId, turn: TurnNumber) -> tuple[Round, Moment]:
    """The round of the actor's room, if this turn is what is going on there. Raises: `Rejected`."""
    if meeting.status is not Status.OPEN:
        raise Rejected(Refusal.PAUSED)
    room = meeting.participants[actor].place
    if turns.stands_still(meeting, room):
        raise Rejected(Refusal.NOT_NOW)
    this = meeting.rounds.get(room)
    if this is None or this.moment.number != turn:
        raise Rejected(Refusal.STALE_TURN)
    return this, this.moment


def require_offer(meeting: Meeting, actor: ParticipantId, turn: TurnNumber) -> Round:
    """The round in which the actor may answer this turn: it is hers, or open to her. Raises: `Rejected`."""
    this, moment = current(meeting, actor, turn)
    match moment.phase:
        case Phase.OFFERED if moment.who == actor:
            return this
        case Phase.OFFERED:
            raise Rejected(Refusal.NOT_ALLOWED)
        case Phase.SHARING:
            # The open offer was taken by somebody else first, or this is the second tap on "take".
            raise Rejected(Refusal.ALREADY_SO if moment.who == actor else Refusal.STALE_TURN)
        case Phase.OPEN if this.kept(actor) in _may_step_forward(this):
            if meeting.participants[actor].seems_away:
                raise Rejected(Refusal.AWAY)
            return this
        case _:
            raise Rejected(Refusal.NOT_NOW)


def _may_step_forward(this: Round) -> tuple[Standing, ...]:
    if this.stage is Stage.INVITED:
        return (Standing.PASSED,)
    return (Standing.WAITING, Standing.LATER, Standing.PASSED)


def decide_take_turn(meeting: Meeting, command: c.TakeTurn, now_ms: int) -> Events:
    this = require_offer(meeting, command.actor, command.turn)
    share = Moment(command.turn, Phase.SHARING, command.actor, Clock.from_now(this.share_ms, now_ms))
    room = meeting.participants[command.actor].place
    return turns.outcome(meeting, room, changed(this, moment=share), now_ms)


def decide_pass_turn(meeting: Meeting, command: c.PassTurn, now_ms: int) -> Events:
    """Passing is fine, always; in an open offer it says: do not wait for me."""
    this = require_offer(meeting, command.actor, command.turn)
    if this.kept(command.actor) is Standing.PASSED and _is_open(this):
        raise Rejected(Refusal.ALREADY_SO)
    return _answered(meeting, command.actor, this, Standing.PASSED, now_ms)


def decide_come_back(meeting: Meeting, command: c.ComeBackLater, now_ms: int) -> Events:
    """Once: the second offer is the last."""
    this = require_offer(meeting, command.actor, command.turn)
    if this.kept(command.actor) is not Standing.WAITING or _is_open(this):
        raise Rejected(Refusal.NOT_NOW)
    return _answered(meeting, command.actor, this, Standing.LATER, now_ms)


def _is_open(this: Round) -> bool:
    return this.moment.phase is Phase.OPEN


def _answered(meeting: Meeting, who: ParticipantId, this: Round, standing: Standing, now_ms: int) -> Events:
    """An open offer stays open for the others."""
    moment = this.moment if _is_open(this) else NEXT
    after = changed(this.standing(who, standing), moment=moment)
    return turns.outcome(meeting, meeting.participants[who].place, after, now_ms)


# ── by facilitators ──────────────────────────────────────────────────────────────────────────────


def decide_skip_turn(meeting: Meeting, command: c.SkipTurn, now_ms: int) -> Events:
    """As if its time were over now; a share is ended, not skipped."""
    this, moment = current(meeting, command.actor, command.turn)
    if moment.phase is Phase.SHARING:
        raise Rejected(Refusal.NOT_NOW)
    room = meeting.participants[command.actor].place
    return turns.outcome(meeting, room, turns.after_time(meeting, room, this, now_ms), now_ms)


def decide_name_next(meeting: Meeting, command: c.NameNext, now_ms: int) -> Events:
    """The next one is offered at once where the round waits for it, else when the share is over."""
    person = target(meeting, command.who, command)
    this, moment = current(meeting, command.actor, command.turn)
    _require_naming(meeting, this, moment, command.actor)
    if this.kept(person.id) is None:
        raise Rejected(Refusal.NO_SUCH_PERSON)
    busy = moment.phase is not Phase.NAMING and moment.who == person.id
    if (
        busy
        or this.kept(person.id) not in turns.TO_COME
        or not turns.available(meeting, person.id, person.place)
    ):
        raise Rejected(Refusal.NOT_NOW)
    if this.named == person.id:
        raise Rejected(Refusal.ALREADY_SO)
    if moment.phase is Phase.NAMING:
        after = turns.offered(meeting, this, person.id, now_ms)
    else:
        after = changed(this, named=person.id)
    return turns.outcome(meeting, person.place, after, now_ms)


def _require_naming(meeting: Meeting, this: Round, moment: Moment, actor: ParticipantId) -> None:
    """Facilitators may name; where the speaker names, she does while she has the turn and right after it."""
    if not this.names or moment.phase not in {Phase.NAMING, Phase.SHARING, Phase.OFFERED}:
        raise Rejected(Refusal.NOT_NOW)
    hers = this.kind is RoundKind.NOMINATION and moment.phase is not Phase.OFFERED and moment.who == actor
    if not hers and not meeting.participants[actor].is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
