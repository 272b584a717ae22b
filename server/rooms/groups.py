"""What breakouts are: a plan of rooms that people agree to, then the rooms themselves.

Values only, with the questions they answer themselves; `breakouts.py` moves them on. Imports no rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from .change import changed

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from .ids import ParticipantId, RoomId
    from .rounds import Clock

Pair: TypeAlias = "frozenset[ParticipantId]"
"""Two people; or one, who had no partner when the others had."""

Said = TypeVar("Said")


class BreakoutKind(StrEnum):
    """How people find their rooms."""

    BY_HAND = "by_hand"
    RANDOM = "random"
    TOPIC = "topic"
    """Everybody chooses a room herself."""
    PAIRS = "pairs"
    """Two and two; nobody meets the same partner twice until all have met."""


class Consent(StrEnum):
    """What somebody said to the preview of her room. Nobody is moved who did not say GO."""

    ASKED = "asked"
    GO = "go"
    STAY = "stay"
    """Stays in the main room; may still go later."""


@dataclass(frozen=True, slots=True)
class BreakoutRoom:
    """One room of the plan; what it is about is ciphertext."""

    id: RoomId
    topic: bytes
    host: ParticipantId | None = None
    """Who looks after it: anybody inside."""
    calling: bool = False
    """Its people called a facilitator; cleared when one enters."""
    alone_since_ms: int | None = None
    """Open, with people in it, and neither its host nor a facilitator is there and connected."""


@dataclass(frozen=True, slots=True)
class Breakouts:
    """One plan, shown to everybody it is for, and then open until it is over."""

    kind: BreakoutKind
    rooms: tuple[BreakoutRoom, ...]
    assigned: Mapping[ParticipantId, RoomId]
    """For whom which room is meant; TOPIC: what they chose themselves."""
    consent: Mapping[ParticipantId, Consent]
    clock: Clock
    """Runs while the rooms are open; no limit: until a facilitator recalls them."""
    unattended: bool = False
    """The facilitators allow rooms that nobody looks after."""
    is_open: bool = False
    noticed: bool = False
    """Everybody in the rooms was told that they close soon."""

    def room(self, room: RoomId) -> BreakoutRoom | None:
        return next((one for one in self.rooms if one.id == room), None)

    def people(self) -> Mapping[RoomId, tuple[ParticipantId, ...]]:
        """Who is meant for each room; rooms without anybody are not in it."""
        rooms: dict[RoomId, list[ParticipantId]] = {}
        for who, room in self.assigned.items():
            rooms.setdefault(room, []).append(who)
        return {room: tuple(there) for room, there in rooms.items()}

    def meant(self, who: ParticipantId, room: RoomId | None, consent: Consent | None) -> Breakouts:
        """The plan where this person is meant for this room and said that; None: she is not, or was not asked."""
        return changed(
            self, assigned=_with(self.assigned, who, room), consent=_with(self.consent, who, consent)
        )

    def answered(self, who: ParticipantId, consent: Consent) -> Breakouts:
        return changed(self, consent=_with(self.consent, who, consent))

    def back(self, who: ParticipantId) -> Breakouts:
        """She stays in the main room; where people choose, she has chosen none."""
        room = None if self.kind is BreakoutKind.TOPIC else self.assigned.get(who)
        return self.meant(who, room, Consent.STAY if who in self.consent else None)

    def with_room(self, room: BreakoutRoom) -> Breakouts:
        """The plan with this room as given."""
        return changed(self, rooms=tuple(room if one.id == room.id else one for one in self.rooms))

    def hosted(self, room: RoomId | None, who: ParticipantId) -> Breakouts:
        """The plan where this person looks after this room and no other."""
        rooms = (
            changed(one, host=who if one.id == room else None if one.host == who else one.host)
            for one in self.rooms
        )
        return changed(self, rooms=tuple(rooms))

    def keeping(self, people: Container[ParticipantId]) -> Breakouts:
        """The plan without anybody else."""
        return changed(
            self,
            rooms=tuple(
                one if one.host is None or one.host in people else changed(one, host=None)
                for one in self.rooms
            ),
            assigned={who: room for who, room in self.assigned.items() if who in people},
            consent={who: consent for who, consent in self.consent.items() if who in people},
        )

    def renamed(self, old: ParticipantId, new: ParticipantId) -> Breakouts:
        """The plan where `new` has everything that `old` had."""
        return changed(
            self,
            rooms=tuple(changed(one, host=new) if one.host == old else one for one in self.rooms),
            assigned={new if who == old else who: room for who, room in self.assigned.items()},
            consent={new if who == old else who: consent for who, consent in self.consent.items()},
        )


def _with(
    table: Mapping[ParticipantId, Said], who: ParticipantId, said: Said | None
) -> Mapping[ParticipantId, Said]:
    """In place: were the order to change with an answer, it would tell everybody who answered."""
    if said is not None:
        return {**table, who: said}
    return {one: kept for one, kept in table.items() if one != who}
