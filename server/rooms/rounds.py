"""What a round is: the order of those who may share, and the one thing that is going on now.

Values only, with the questions they answer themselves; `turns.py` moves them on. Imports ids and nothing else of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from .change import changed
from .ids import TurnNumber

if TYPE_CHECKING:
    from .ids import ParticipantId


class RoundKind(StrEnum):
    """Who comes next."""

    CIRCLE = "circle"
    """The next in the order."""
    VOLUNTEERS = "volunteers"
    """Whoever steps forward first; an open offer to all."""
    NOMINATION = "nomination"
    """Whom the last speaker names."""
    FACILITATOR = "facilitator"
    """Whom a facilitator names."""


class Standing(StrEnum):
    """Where one person is in a round. WAITING → LATER → PASSED by not answering; only sharing leads to SHARED."""

    WAITING = "waiting"
    LATER = "later"
    """Asked once; is offered once more at the end."""
    PASSED = "passed"
    SHARED = "shared"
    OFFERED = "offered"
    """Told, not kept: the moment says who is offered or sharing, her place keeps what it was."""
    SHARING = "sharing"


class Phase(StrEnum):
    """What is going on now. Every phase but a share ends by itself."""

    OFFERED = "offered"
    """One person may take, pass, or come later."""
    SHARING = "sharing"
    NAMING = "naming"
    """The last speaker or a facilitator names the next; else it is the next in the order."""
    OPEN = "open"
    """Whoever wants may step forward: volunteers, or those who passed when they are invited."""
    RESTING = "resting"
    """Only people who are away or lost are left; the round waits a while for them."""
    NEXT = "next"
    """Only inside one decision, until `turns.settled` has found what comes next."""


class Stage(StrEnum):
    """How far a round has come."""

    FIRST = "first"
    AGAIN = "again"
    """Volunteers only: nobody steps forward any more."""
    INVITED = "invited"
    """Those who passed are asked whether they would like to add something."""


class Place(NamedTuple):
    """One person's place in the order."""

    who: ParticipantId
    standing: Standing


@dataclass(frozen=True, slots=True)
class Clock:
    """Time that is used up while the clock runs; it can be stopped and goes on with what was left."""

    limit_ms: int | None
    """None: no limit."""
    used_ms: int = 0
    """Before it was started last."""
    since_ms: int | None = None
    """When it was started last; None while it stands."""

    @classmethod
    def from_now(cls, limit_ms: int | None, now_ms: int) -> Clock:
        """A clock that runs since now."""
        return cls(limit_ms, 0, now_ms)

    def used_at(self, now_ms: int) -> int:
        return self.used_ms if self.since_ms is None else self.used_ms + now_ms - self.since_ms

    def left_at(self, now_ms: int) -> int | None:
        return None if self.limit_ms is None else max(0, self.limit_ms - self.used_at(now_ms))

    @property
    def ends_at_ms(self) -> int | None:
        """None while it stands, or without a limit."""
        if self.limit_ms is None or self.since_ms is None:
            return None
        return self.since_ms + self.limit_ms - self.used_ms

    def started(self, now_ms: int) -> Clock:
        return self if self.since_ms is not None else changed(self, since_ms=now_ms)

    def stopped(self, now_ms: int) -> Clock:
        return self if self.since_ms is None else Clock(self.limit_ms, self.used_at(now_ms))

    def extended(self, now_ms: int, by_ms: int) -> Clock:
        """So much more from now, or from the old end if that is later."""
        return changed(self, limit_ms=max(self.limit_ms or 0, self.used_at(now_ms)) + by_ms)


@dataclass(frozen=True)  # without slots: copied often, see `change`
class Moment:
    """The one thing that is going on in a round."""

    number: TurnNumber
    """The turn that commands name; a share keeps the number of its offer."""
    phase: Phase
    who: ParticipantId | None
    """Who is offered or sharing; in NAMING who may name beside the facilitators; else None."""
    clock: Clock
    held: bool = False
    """The speaker is lost or away: her share stands and waits for her."""
    away_since_ms: int | None = None
    """Since when the speaker's share waits because she went away."""
    nudged: bool = False
    """She and the facilitators were told that her time is over."""


NEXT: Final = Moment(TurnNumber(0), Phase.NEXT, None, Clock(None))


@dataclass(frozen=True)  # without slots: copied often, see `change`
class Round:
    """One round in one room."""

    kind: RoundKind
    share_ms: int | None
    """Soft limit of one share; nobody is ever cut off."""
    invite_passed: bool
    places: tuple[Place, ...]
    moment: Moment = NEXT
    stage: Stage = Stage.FIRST
    named: ParticipantId | None = None
    """Named to be the next, while somebody else has the turn."""
    namer: ParticipantId | None = None
    """Who shared last."""
    waited: bool = False
    """Those who were away have been waited for once."""

    @property
    def names(self) -> bool:
        """Is the next one named in this kind of round?"""
        return self.kind in {RoundKind.NOMINATION, RoundKind.FACILITATOR}

    @property
    def speaker(self) -> ParticipantId | None:
        return self.moment.who if self.moment.phase is Phase.SHARING else None

    def kept(self, who: ParticipantId | None) -> Standing | None:
        """What this person's place keeps; None for somebody who has none."""
        return next((place.standing for place in self.places if place.who == who), None)

    def told(self, place: Place) -> Standing:
        """The standing as everybody sees it: who is offered or sharing now included."""
        if self.moment.who != place.who:
            return place.standing
        return _TOLD.get(self.moment.phase, place.standing)

    def standing(self, who: ParticipantId | None, standing: Standing) -> Round:
        """The round with this person's place as given."""
        places = tuple(Place(place.who, standing) if place.who == who else place for place in self.places)
        return changed(self, places=places)

    def renamed(self, old: ParticipantId, new: ParticipantId) -> Round:
        """The round where `new` has everything that `old` had."""
        moment = self.moment
        if moment.who == old:
            moment = changed(moment, who=new)
        return changed(
            self,
            places=tuple(Place(new, p.standing) if p.who == old else p for p in self.places),
            moment=moment,
            named=new if self.named == old else self.named,
            namer=new if self.namer == old else self.namer,
        )


_TOLD: Final = {Phase.OFFERED: Standing.OFFERED, Phase.SHARING: Standing.SHARING}
