"""HEART of the rounds: what comes next, who is still there, which clocks run, what is due.

Called by the round's commands (`round_orders`, `offers`, `shares`), by `consequences` and by `deadlines`.
A round is first changed and then `settled`; settling again changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .change import changed
from .events import RoundChanged, ShareNudged, Spoke
from .ids import MAIN, TurnNumber
from .rounds import NEXT, Clock, Moment, Phase, Place, Round, RoundKind, Stage, Standing
from .state import Meeting, Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .events import Event
    from .ids import ParticipantId, RoomId
    from .state import Participant

    Events: TypeAlias = tuple[Event, ...]

TO_COME = (Standing.WAITING, Standing.LATER)


def outcome(meeting: Meeting, room: RoomId, now: Round | None, now_ms: int, *, moved: bool = False) -> Events:
    """What becomes true when the room's round goes on like this (None: closed), everything that follows included.

    moved: somebody may have come or gone since the round was settled last.
    """
    if moved and now is not None:
        now = _with_those_here(meeting, room, now)
    was = meeting.rounds.get(room)
    then = None if now is None else settled(meeting, room, now, now_ms)
    if then == was:
        return ()
    return (*_spoke(meeting, was, then, now_ms), RoundChanged(room, then))


def _spoke(meeting: Meeting, was: Round | None, then: Round | None, now_ms: int) -> Iterator[Spoke]:
    """A share that is over counts for its speaker, however it ended."""
    if was is None or was.speaker is None or was.speaker not in meeting.participants:
        return
    same = then is not None and then.moment.number == was.moment.number
    used_ms = was.moment.clock.used_at(now_ms)
    if used_ms > 0 and not same:
        yield Spoke(was.speaker, used_ms, now_ms)


def evolve_round_changed(meeting: Meeting, event: RoundChanged) -> Meeting:
    others = {room: other for room, other in meeting.rounds.items() if room != event.room}
    this = event.round
    if this is None:
        return changed(meeting, rounds=others)
    following = TurnNumber(max(meeting.next_turn, this.moment.number + 1))
    return changed(meeting, rounds={**others, event.room: this}, next_turn=following)


def evolve_spoke(meeting: Meeting, event: Spoke) -> Meeting:
    person = meeting.participants[event.participant]
    spoken = changed(person, spoken_ms=person.spoken_ms + event.ms, heard_at_ms=event.at_ms)
    return changed(meeting, participants={**meeting.participants, person.id: spoken})


def somebody_shares(meeting: Meeting, room: RoomId) -> bool:
    """A share that stands still, because its speaker may be in a breakout, disturbs nobody."""
    this = meeting.rounds.get(room)
    return this is not None and this.speaker is not None and not stands_still(meeting, room)


# ── settling ─────────────────────────────────────────────────────────────────────────────────────


def settled(meeting: Meeting, room: RoomId, this: Round, now_ms: int) -> Round | None:
    """The round at its next moment, its clock right; None when nothing is left."""
    following: Round | None = this
    if stands_still(meeting, room):
        following = _without_her(meeting, this, now_ms)
    elif not _stands(meeting, room, this):
        following = _next(meeting, room, this, now_ms)
    return None if following is None else _on_time(meeting, room, following, now_ms)


def stands_still(meeting: Meeting, room: RoomId) -> bool:
    """The main round waits, just as it is, while breakouts are open."""
    return room == MAIN and meeting.breakouts_open


def _without_her(meeting: Meeting, this: Round, now_ms: int) -> Round:
    """Just as it is; but whose turn it was may be gone: then nobody is asked before people are back."""
    moment = this.moment
    if moment.who is not None or moment.phase not in {Phase.SHARING, Phase.OFFERED}:
        return this
    return _at(meeting, this, Phase.RESTING, None, meeting.rules.absence_ms, now_ms)


def _with_those_here(meeting: Meeting, room: RoomId, this: Round) -> Round:
    """Who is gone is in no queue; members who came are appended: the order never begins anew."""
    here = {p.id: p for p in belong(meeting, room)}
    known = {place.who for place in this.places}
    late = tuple(
        Place(p.id, Standing.WAITING) for p in here.values() if p.role is Role.MEMBER and p.id not in known
    )
    gone = known - here.keys()
    if not late and not gone and this.namer in {None, *here}:
        return this
    moment = this.moment
    return changed(
        this,
        places=tuple(place for place in this.places if place.who in here) + late,
        moment=changed(moment, who=None) if moment.who not in here else moment,
        named=this.named if this.named in here else None,
        namer=this.namer if this.namer in here else None,
    )


def belong(meeting: Meeting, room: RoomId) -> Iterator[Participant]:
    """Whose places a round keeps: the main round also those of people in breakouts."""
    if room == MAIN:
        return (p for p in meeting.participants.values() if not p.in_lobby)
    return meeting.of_room(room)


def _stands(meeting: Meeting, room: RoomId, this: Round) -> bool:  # noqa: PLR0911 - one line for each phase
    """Can what is going on go on?"""
    moment = this.moment
    match moment.phase:
        case Phase.NEXT:
            return False
        case Phase.SHARING:
            return this.kept(moment.who) is not None
        case Phase.OFFERED:
            return this.kept(moment.who) is not None and not _is_away(meeting, moment.who)
        case Phase.NAMING:
            return _first(meeting, room, this, Standing.WAITING) is not None
        case Phase.OPEN if this.stage is Stage.INVITED:
            return candidate(meeting, room, this) is None and _may_invite(meeting, room, this)
        case Phase.OPEN:
            return _anybody(this, Standing.WAITING)
        case Phase.RESTING:
            return candidate(meeting, room, this) is None and _absent(this)


def _next(meeting: Meeting, room: RoomId, this: Round, now_ms: int) -> Round | None:  # noqa: PLR0911 - one line for each kind of moment
    """What comes now: the first of these that fits; None: nothing is left."""
    rules = meeting.rules
    named = this.named
    if named is not None and this.kept(named) in TO_COME and available(meeting, named, room):
        return offered(meeting, this, named, now_ms)
    if named is not None:
        this = changed(this, named=None)
    if this.kind is RoundKind.VOLUNTEERS and this.stage is Stage.FIRST:
        if _anybody(this, Standing.WAITING):
            return _at(meeting, this, Phase.OPEN, None, rules.volunteering_ms, now_ms)
        this = changed(this, stage=Stage.AGAIN)
    if this.names and _first(meeting, room, this, Standing.WAITING) is not None:
        return _at(meeting, this, Phase.NAMING, this.namer, rules.naming_ms, now_ms)
    following = candidate(meeting, room, this)
    if following is not None:
        return offered(meeting, this, following, now_ms)
    if not this.waited and _absent(this):
        return _at(meeting, this, Phase.RESTING, None, rules.absence_ms, now_ms)
    if _may_invite(meeting, room, this):
        return _at(meeting, changed(this, stage=Stage.INVITED), Phase.OPEN, None, rules.invitation_ms, now_ms)
    return None


def offered(meeting: Meeting, this: Round, who: ParticipantId, now_ms: int) -> Round:
    """The round with an offer to this person, under a new number."""
    moment = Moment(meeting.next_turn, Phase.OFFERED, who, Clock.from_now(meeting.rules.offer_ms, now_ms))
    return changed(this, moment=moment, named=None)


def _at(  # noqa: PLR0913, PLR0917 - every part of a moment
    meeting: Meeting, this: Round, phase: Phase, who: ParticipantId | None, limit_ms: int, now_ms: int
) -> Round:
    return changed(this, moment=Moment(meeting.next_turn, phase, who, Clock.from_now(limit_ms, now_ms)))


def candidate(meeting: Meeting, room: RoomId, this: Round) -> ParticipantId | None:
    """Who is the next to be asked in the order: who was not asked yet, then who said later."""
    if this.kind is RoundKind.VOLUNTEERS:
        return None if this.stage is Stage.FIRST else _first(meeting, room, this, Standing.LATER)
    return _first(meeting, room, this, Standing.WAITING) or _first(meeting, room, this, Standing.LATER)


def available(meeting: Meeting, who: ParticipantId, room: RoomId) -> bool:
    """Can she be asked now? Who is not is passed over and keeps her place."""
    person = meeting.participants[who]
    return person.connected and not person.seems_away and person.place == room


def _is_away(meeting: Meeting, who: ParticipantId | None) -> bool:
    return who is not None and meeting.participants[who].seems_away


def _first(meeting: Meeting, room: RoomId, this: Round, standing: Standing) -> ParticipantId | None:
    here = (p.who for p in this.places if p.standing is standing and available(meeting, p.who, room))
    return next(here, None)


def _anybody(this: Round, standing: Standing) -> bool:
    return any(place.standing is standing for place in this.places)


def _absent(this: Round) -> bool:
    """Asked where no candidate is here: is anybody else still to come?"""
    asks = {Standing.LATER} if this.kind is RoundKind.VOLUNTEERS else set(TO_COME)
    return any(place.standing in asks for place in this.places)


def _may_invite(meeting: Meeting, room: RoomId, this: Round) -> bool:
    return this.invite_passed and _first(meeting, room, this, Standing.PASSED) is not None


def _on_time(meeting: Meeting, room: RoomId, this: Round, now_ms: int) -> Round:
    """Clocks run while the meeting is open and the speaker is there; a held share waits with the time left."""
    moment = this.moment
    is_open = meeting.status is Status.OPEN and not stands_still(meeting, room)
    held, away_since_ms = False, None
    if moment.phase is Phase.SHARING and moment.who is not None:
        speaker = meeting.participants[moment.who]
        held = not available(meeting, speaker.id, room)
        if is_open and speaker.connected and speaker.seems_away:
            away_since_ms = now_ms if moment.away_since_ms is None else moment.away_since_ms
    runs = is_open and not held
    clock = moment.clock.started(now_ms) if runs else moment.clock.stopped(now_ms)
    if clock is moment.clock and held is moment.held and away_since_ms == moment.away_since_ms:
        return this
    return changed(this, moment=changed(moment, clock=clock, held=held, away_since_ms=away_since_ms))


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def deadline(meeting: Meeting, this: Round) -> int | None:
    """When the round goes on, or nudges, by itself; None while only people can go on."""
    moment = this.moment
    if moment.away_since_ms is not None:
        return moment.away_since_ms + meeting.rules.grace_ms
    return None if moment.nudged else moment.clock.ends_at_ms


def overdue(meeting: Meeting, now_ms: int) -> Events:
    """Every round goes on whose time has come, one after the other, as turn numbers do; a share only gets its nudge."""
    events: Events = ()
    for room, this in meeting.rounds.items():
        due = deadline(meeting, this)
        if due is None or due > now_ms:
            continue
        for event in _due(meeting, room, this, now_ms):
            events += (event,)
            if isinstance(event, RoundChanged):
                meeting = evolve_round_changed(meeting, event)
    return events


def _due(meeting: Meeting, room: RoomId, this: Round, now_ms: int) -> Events:
    moment = this.moment
    if moment.phase is Phase.SHARING and not moment.held:
        return (ShareNudged(room, moment.number),)
    return outcome(meeting, room, after_time(meeting, room, this, now_ms), now_ms)


def evolve_share_nudged(meeting: Meeting, event: ShareNudged) -> Meeting:
    this = meeting.rounds[event.room]
    nudged = changed(this, moment=changed(this.moment, nudged=True))
    return changed(meeting, rounds={**meeting.rounds, event.room: nudged})


def after_time(meeting: Meeting, room: RoomId, this: Round, now_ms: int) -> Round | None:
    """The round when the time of its moment is over and nobody did anything; None: it closes."""
    moment = this.moment
    over = changed(this, moment=NEXT)
    match moment.phase:
        case Phase.OFFERED | Phase.SHARING:
            return _unanswered(meeting, over, moment.who, shared=moment.phase is Phase.SHARING)
        case Phase.NAMING:
            following = _first(meeting, room, this, Standing.WAITING)
            return over if following is None else offered(meeting, this, following, now_ms)
        case Phase.OPEN:
            return None if this.stage is Stage.INVITED else changed(over, stage=Stage.AGAIN)
        case Phase.RESTING | Phase.NEXT:
            return changed(over, waited=True)


def _unanswered(meeting: Meeting, this: Round, who: ParticipantId | None, *, shared: bool) -> Round:
    """Who could not answer keeps her place; who did not is asked once more, and then no more."""
    if not shared and who is not None and not meeting.participants[who].connected:
        return this
    if this.kept(who) is Standing.WAITING:
        return this.standing(who, Standing.LATER)
    return this.standing(who, Standing.SHARED if shared else Standing.PASSED)
