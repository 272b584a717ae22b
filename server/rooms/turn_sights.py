"""How rounds and hands look to those in the room; called by `audience` and `view` only.

The order and whose turn it is are the same for everybody; how long a share has taken is for its speaker and the facilitators.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from . import hands
from .change import changed
from .rounds import Clock, Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .ids import ParticipantId, RoomId
    from .rounds import Round
    from .state import Meeting, Participant

    Viewers: TypeAlias = frozenset[ParticipantId]


@dataclass(frozen=True, slots=True)
class RoundShown:
    """The round of the viewers' room as they may see it; None: there is none any more."""

    round: Round | None


@dataclass(frozen=True, slots=True)
class HandsShown:
    """All hands of the viewers' room."""

    raised: tuple[ParticipantId, ...]
    """In the order in which they are to be called."""
    fair: bool
    called: ParticipantId | None


def shown_round(meeting: Meeting, viewer: Participant) -> Round | None:
    """The round of the viewer's room as she may see it."""
    this = meeting.rounds.get(viewer.place)
    if this is None or viewer.is_facilitator or this.speaker == viewer.id:
        return this
    return _untimed(this)


def _untimed(this: Round) -> Round:
    moment = this.moment
    if moment.phase is not Phase.SHARING:
        return this
    return changed(this, moment=changed(moment, clock=Clock(None), away_since_ms=None, nudged=False))


def shown_hands(meeting: Meeting, room: RoomId) -> HandsShown:
    kept = hands.of(meeting, room)
    return HandsShown(hands.order(meeting, room), kept.fair, kept.called)


def timekeepers(meeting: Meeting, room: RoomId) -> Viewers:
    """Who may see the time of a share: its speaker and the facilitators of the room."""
    this = meeting.rounds.get(room)
    speaker = None if this is None else this.speaker
    return frozenset(p.id for p in meeting.of_room(room) if p.is_facilitator or p.id == speaker)


def of_round(before: Meeting, after: Meeting, room: RoomId) -> Iterator[tuple[Viewers, RoundShown]]:
    """Two views, with and without the time of a share; who would see no difference is told nothing."""
    now = after.rounds.get(room)
    timed = timekeepers(after, room)
    plain = None if now is None else _untimed(now)
    others = frozenset(
        p.id
        for p in after.of_room(room)
        if p.id not in timed and (p.id not in before.participants or shown_round(before, p) != plain)
    )
    yield timed, RoundShown(now)
    yield others, RoundShown(plain)


def of_hands(before: Meeting, after: Meeting, room: RoomId) -> Iterator[tuple[Viewers, HandsShown]]:
    """Everything but the clock of whoever was called on: it is for nobody."""
    was, now = hands.of(before, room), hands.of(after, room)
    if changed(was, clock=now.clock) != now:
        yield frozenset(p.id for p in after.of_room(room)), shown_hands(after, room)


def of_speaking(before: Meeting, after: Meeting, room: RoomId) -> Iterator[tuple[Viewers, HandsShown]]:
    """Speaking time shows nowhere but in the order of the hands."""
    now = shown_hands(after, room)
    if now != shown_hands(before, room):
        yield frozenset(p.id for p in after.of_room(room)), now
