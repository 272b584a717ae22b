"""One person's share: ended by her or a facilitator, extended, or given in writing. Never cut off by time.

Called by `machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import chat, offers, turns
from .change import changed
from .errors import Refusal, Rejected
from .rounds import NEXT, Moment, Phase, Round, Standing

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, TurnNumber
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]


def _share(meeting: Meeting, actor: ParticipantId, turn: TurnNumber) -> tuple[Round, Moment]:
    """The share of this turn, if it is the actor's or she is a facilitator. Raises: `Rejected`."""
    this, moment = offers.current(meeting, actor, turn)
    if moment.phase is not Phase.SHARING:
        raise Rejected(Refusal.NOT_NOW)
    if moment.who != actor and not meeting.participants[actor].is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
    return this, moment


def _over(this: Round, who: ParticipantId | None) -> Round:
    """Shared; in a nomination she names the next, so she is remembered."""
    return changed(this.standing(who, Standing.SHARED), moment=NEXT, namer=who)


def decide_end_share(meeting: Meeting, command: c.EndShare, now_ms: int) -> Events:
    this, moment = _share(meeting, command.actor, command.turn)
    room = meeting.participants[command.actor].place
    return turns.outcome(meeting, room, _over(this, moment.who), now_ms)


def decide_extend_share(meeting: Meeting, command: c.ExtendShare, now_ms: int) -> Events:
    """A minute more; there is a new nudge at its end."""
    this, moment = _share(meeting, command.actor, command.turn)
    if moment.clock.limit_ms is None:
        raise Rejected(Refusal.NOT_NOW)
    clock = moment.clock.extended(now_ms, meeting.rules.extension_ms)
    longer = changed(this, moment=changed(moment, clock=clock, nudged=False))
    return turns.outcome(meeting, meeting.participants[command.actor].place, longer, now_ms)


def decide_share_in_writing(meeting: Meeting, command: c.ShareInWriting, now_ms: int) -> Events:
    """A chat message of hers that counts as her share; what she began to say by voice counts with it."""
    this, moment = offers.current(meeting, command.actor, command.turn)
    if moment.phase is not Phase.SHARING or moment.who != command.actor:
        offers.require_offer(meeting, command.actor, command.turn)
    said = chat.in_turn(meeting, command, now_ms)
    room = meeting.participants[command.actor].place
    return said, *turns.outcome(meeting, room, _over(this, command.actor), now_ms)
