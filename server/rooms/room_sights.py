"""How breakouts, quiet rooms and open calls look to each person; called by `audience` and `view` only.

Who is in a quiet room is known to the two and to facilitators; who needs someone, to facilitators and herself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .differences import differences
from .groups import BreakoutKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .groups import BreakoutRoom, Breakouts, Consent
    from .ids import ParticipantId, RoomId
    from .rounds import Clock
    from .state import Meeting, Participant, QuietRoom

    Viewers: TypeAlias = frozenset[ParticipantId]


@dataclass(frozen=True, slots=True)
class RoomShown:
    """One breakout room as the viewer may know it."""

    id: RoomId
    topic: bytes
    host: ParticipantId | None
    people: tuple[ParticipantId, ...]
    calling: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class PlanShown:
    """The breakouts as the viewer may know them."""

    kind: BreakoutKind
    is_open: bool
    rooms: tuple[RoomShown, ...]
    clock: Clock
    noticed: bool
    unattended: bool
    yours: RoomId | None
    answer: Consent | None
    consents: tuple[tuple[ParticipantId, Consent], ...]


@dataclass(frozen=True, slots=True)
class BreakoutsShown:
    """None: there are none, or none for this viewer."""

    plan: PlanShown | None


@dataclass(frozen=True, slots=True)
class QuietShown:
    """The quiet rooms the viewer may know of."""

    rooms: tuple[tuple[RoomId, QuietRoom], ...]


@dataclass(frozen=True, slots=True)
class NeedsShown:
    """Who asked for someone, as far as the viewer may know."""

    needs: tuple[ParticipantId, ...]


RoomSight = BreakoutsShown | QuietShown | NeedsShown


class _Eyes(NamedTuple):
    """All that makes one viewer's sight of a plan different from another's."""

    facilitates: bool
    place: RoomId
    yours: RoomId | None
    answer: Consent | None


def shown_breakouts(meeting: Meeting, viewer: Participant) -> BreakoutsShown:
    """Facilitators see all. Others every room and its topic, but people, calls and care of their own room only.

    Depends on nobody's place but the viewer's: who really is where, everybody sees by looking around.
    """
    plan = meeting.breakouts
    return BreakoutsShown(None) if plan is None else _shown_plan(plan, _eyes(plan, viewer), plan.people())


def _eyes(plan: Breakouts, viewer: Participant) -> _Eyes | None:
    """None: she is not in."""
    if viewer.in_lobby:
        return None
    return _Eyes(
        viewer.is_facilitator, viewer.place, plan.assigned.get(viewer.id), plan.consent.get(viewer.id)
    )


def _shown_plan(
    plan: Breakouts, eyes: _Eyes | None, people: Mapping[RoomId, tuple[ParticipantId, ...]]
) -> BreakoutsShown:
    if eyes is None:
        return BreakoutsShown(None)
    return BreakoutsShown(
        PlanShown(
            kind=plan.kind,
            is_open=plan.is_open,
            rooms=tuple(_shown_room(plan, room, eyes, people.get(room.id, ())) for room in plan.rooms),
            clock=plan.clock,
            noticed=plan.noticed,
            unattended=plan.unattended,
            yours=eyes.yours,
            answer=eyes.answer,
            consents=tuple(plan.consent.items()) if eyes.facilitates else (),
        )
    )


def _shown_room(
    plan: Breakouts, room: BreakoutRoom, eyes: _Eyes, people: tuple[ParticipantId, ...]
) -> RoomShown:
    """That a room is alone is told to its people where they will be brought back for it."""
    there = eyes.facilitates or eyes.place == room.id
    hers = there or plan.kind is BreakoutKind.TOPIC or eyes.yours == room.id
    warned = eyes.facilitates or (there and not plan.unattended)
    return RoomShown(
        id=room.id,
        topic=room.topic,
        host=room.host,
        people=people if hers else (),
        calling=room.calling and there,
        alone=room.alone_since_ms is not None and warned,
    )


def of_breakouts(before: Meeting, after: Meeting) -> Iterator[tuple[Viewers, BreakoutsShown]]:
    """As `differences` would, but every sight is built once for all who see it: one answer of 300 stays cheap."""
    was, now = _Sights(before), _Sights(after)
    groups: dict[tuple[_Eyes | None, _Eyes | None], set[ParticipantId]] = {}
    for viewer in after.participants.values():
        groups.setdefault((was.eyes(viewer), now.eyes(viewer)), set()).add(viewer.id)
    for (then, eyes), viewers in groups.items():
        sight = now.shown(eyes)
        if was.shown(then) != sight:
            yield frozenset(viewers), sight


class _Sights:
    """The plan of one meeting as everybody sees it."""

    def __init__(self, meeting: Meeting) -> None:
        self._plan = meeting.breakouts
        self._people = {} if self._plan is None else self._plan.people()
        self._shown: dict[_Eyes | None, BreakoutsShown] = {}

    def eyes(self, viewer: Participant) -> _Eyes | None:
        return None if self._plan is None else _eyes(self._plan, viewer)

    def shown(self, eyes: _Eyes | None) -> BreakoutsShown:
        if self._plan is None:
            return BreakoutsShown(None)
        if eyes not in self._shown:
            self._shown[eyes] = _shown_plan(self._plan, eyes, self._people)
        return self._shown[eyes]


def shown_quiet(meeting: Meeting, viewer: Participant) -> QuietShown:
    """Facilitators know of all, others of the one they are in."""
    known = viewer.is_facilitator and not viewer.in_lobby
    return QuietShown(
        tuple((room, quiet) for room, quiet in meeting.quiet.items() if known or viewer.room == room)
    )


def of_quiet(before: Meeting, after: Meeting) -> Iterator[tuple[Viewers, QuietShown]]:
    return differences(before, after, shown_quiet)


def shown_needs(meeting: Meeting, viewer: Participant) -> NeedsShown:
    if viewer.is_facilitator and not viewer.in_lobby:
        return NeedsShown(meeting.needs)
    return NeedsShown(tuple(who for who in meeting.needs if who == viewer.id))


def of_needs(before: Meeting, after: Meeting) -> Iterator[tuple[Viewers, NeedsShown]]:
    return differences(before, after, shown_needs)
