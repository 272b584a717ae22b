"""Plans of breakouts: by hand, drawn by lot, chosen by topic, or rotating pairs; shown before anybody is moved.

Called by `machine`. No luck in here: the seed comes with the command.
"""

from __future__ import annotations

from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

from . import breakouts, pairs
from .commands import PlannedRoom
from .errors import Refusal, Rejected
from .events import BreakoutsChanged, PairsMet
from .groups import BreakoutKind, BreakoutRoom, Breakouts
from .ids import MAIN, RoomId
from .rounds import Clock
from .state import Meeting, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from . import commands as c
    from .events import Event
    from .ids import ParticipantId

    Events: TypeAlias = tuple[Event, ...]
    Rooms: TypeAlias = tuple[PlannedRoom, ...]

SMALLEST: Final = 2
"""People in a room, where it can be avoided that one is alone."""
NOT_SAID: Final = PlannedRoom(b"", None, ())


def decide_plan_breakouts(meeting: Meeting, command: c.PlanBreakouts, _now_ms: int) -> Events:
    """Replaces a plan that is not open yet. Everybody it is for is asked."""
    if meeting.breakouts_open:
        raise Rejected(Refusal.ALREADY_SO)
    breakouts.require_seen(meeting, command.was)
    _require_sizes(meeting, command)
    _require_people(meeting, command)
    rooms = _ROOMS[command.kind](meeting, command)
    if len(rooms) > meeting.rules.max_breakouts:
        raise Rejected(Refusal.TOO_LARGE)
    plan = _plan(meeting, command, rooms)
    if not plan.rooms or (not plan.assigned and command.kind is not BreakoutKind.TOPIC):
        raise Rejected(Refusal.NOT_NOW)
    shown = BreakoutsChanged(breakouts.asked(meeting, plan))
    if command.kind is not BreakoutKind.PAIRS:
        return (shown,)
    met = pairs.remembered(breakouts.members_here(meeting), meeting.met)
    return (shown,) if met == meeting.met else (PairsMet(met), shown)


def decide_drop_plan(meeting: Meeting, command: c.DropPlan, _now_ms: int) -> Events:
    """Rooms that are open are recalled, not dropped."""
    if meeting.breakouts is None or meeting.breakouts_open:
        raise Rejected(Refusal.NOT_NOW)
    breakouts.require_seen(meeting, command.was)
    return (BreakoutsChanged(None),)


# ── what may be planned ──────────────────────────────────────────────────────────────────────────


def _require_sizes(meeting: Meeting, command: c.PlanBreakouts) -> None:
    rules = meeting.rules
    topics = (len(room.topic) for room in command.rooms)
    length_ms = command.length_ms
    if len(command.rooms) > rules.max_breakouts or max(topics, default=0) > rules.max_topic_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    if length_ms is not None and not 0 < length_ms <= rules.breakout_max_ms:
        raise Rejected(Refusal.TOO_LARGE)


def _require_people(meeting: Meeting, command: c.PlanBreakouts) -> None:
    """Each is inside, and in one room; who goes where is said by hand only."""
    seen: set[ParticipantId] = set()
    for room in command.rooms:
        if room.people and command.kind is not BreakoutKind.BY_HAND:
            raise Rejected(Refusal.NOT_ALLOWED)
        everybody = _everybody(room)
        if len(set(room.people)) < len(room.people) or not seen.isdisjoint(everybody):
            raise Rejected(Refusal.NOT_ALLOWED)
        seen.update(everybody)
    people = meeting.participants
    if any(who not in people or people[who].place != MAIN for who in seen):
        raise Rejected(Refusal.NO_SUCH_PERSON)


def _everybody(room: PlannedRoom) -> tuple[ParticipantId, ...]:
    """A host goes to her room, whether she is listed there or not."""
    if room.host is None or room.host in room.people:
        return room.people
    return (room.host, *room.people)


def _plan(meeting: Meeting, command: c.PlanBreakouts, rooms: Rooms) -> Breakouts:
    """Under room numbers that were never used. Facilitators agree among themselves: they are not asked."""
    ids = [RoomId(f"b{meeting.next_room + nth}") for nth in range(len(rooms))]
    assigned = {who: id_ for id_, room in zip(ids, rooms, strict=True) for who in _everybody(room)}
    return Breakouts(
        kind=command.kind,
        rooms=tuple(BreakoutRoom(id_, room.topic, room.host) for id_, room in zip(ids, rooms, strict=True)),
        assigned=assigned,
        consent={who: breakouts.first_word(meeting.participants[who]) for who in assigned},
        clock=Clock(command.length_ms),
        unattended=command.unattended,
    )


# ── who goes where ───────────────────────────────────────────────────────────────────────────────


def _as_said(_meeting: Meeting, command: c.PlanBreakouts) -> Rooms:
    return command.rooms


def _by_lot(meeting: Meeting, command: c.PlanBreakouts) -> Rooms:
    """Rooms of `size` at most, as even as possible, none below two where it can be avoided; hosts to their rooms."""
    people, size = breakouts.members_here(meeting), command.size
    if size is None or size < SMALLEST or not people:
        raise Rejected(Refusal.NOT_NOW)
    count = max(1, min(-(-len(people) // size), len(people) // SMALLEST))
    wishes = _wishes(command, count)
    hosts = {wish.host for wish in wishes}
    lots = iter(_drawn([who for who in people if who not in hosts], command.seed))
    least, more = divmod(len(people), count)
    rooms = []
    for nth, wish in enumerate(wishes):
        seats = least + (nth < more) - (wish.host in people)
        rooms.append(PlannedRoom(wish.topic, wish.host, tuple(islice(lots, seats))))
    return tuple(rooms)


def _in_pairs(meeting: Meeting, command: c.PlanBreakouts) -> Rooms:
    """The odd one out stays with the facilitators. A member has a partner, so she is no host."""
    people = breakouts.members_here(meeting)
    hosts = (meeting.participants[room.host] for room in command.rooms if room.host is not None)
    if any(host.role is Role.MEMBER for host in hosts):
        raise Rejected(Refusal.NOT_ALLOWED)
    count = len(people) // 2
    if not count:
        raise Rejected(Refusal.NOT_NOW)
    if count > meeting.rules.max_breakouts:
        raise Rejected(Refusal.TOO_LARGE)
    following = pairs.pairing(people, pairs.remembered(people, meeting.met))
    wishes = _wishes(command, count)
    return tuple(
        PlannedRoom(wish.topic, wish.host, two) for wish, two in zip(wishes, following.pairs, strict=True)
    )


_ROOMS: Final[Mapping[BreakoutKind, Callable[[Meeting, c.PlanBreakouts], Rooms]]] = {
    BreakoutKind.BY_HAND: _as_said,
    BreakoutKind.RANDOM: _by_lot,
    BreakoutKind.TOPIC: _as_said,
    BreakoutKind.PAIRS: _in_pairs,
}


def _wishes(command: c.PlanBreakouts, count: int) -> Rooms:
    """Topics and hosts for so many rooms, in order."""
    return (*command.rooms[:count], *(NOT_SAID,) * (count - len(command.rooms)))


def _drawn(people: Sequence[ParticipantId], seed: int) -> list[ParticipantId]:
    """The same seed draws the same order, in whatever order people came."""
    return sorted(people, key=lambda who: (blake2b(f"{seed} {who}".encode(), digest_size=16).digest(), who))
