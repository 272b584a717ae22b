"""Breakouts of the tests: who is meant for which room, and what became of it; called by `test_breakout*.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.rooms import commands as c
from server.rooms.groups import BreakoutKind, BreakoutRoom, Breakouts
from server.rooms.ids import ParticipantId, RoomId
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Role
from server.rooms.view import view

from .cast import FAYE, FIONA, MARA, MIA, after, circle, join

if TYPE_CHECKING:
    from server.rooms.room_sights import BreakoutsShown

ZOE, NORA = ParticipantId("zoe"), ParticipantId("nora")
B1, B2, B9 = RoomId("b1"), RoomId("b2"), RoomId("b9")


def room(*people: ParticipantId, host: ParticipantId | None = None, topic: bytes = b"") -> c.PlannedRoom:
    return c.PlannedRoom(topic, host, people)


def plan(
    *rooms: c.PlannedRoom,
    kind: BreakoutKind = BreakoutKind.BY_HAND,
    size: int | None = None,
    seed: int = 1,
    length_ms: int | None = None,
    unattended: bool = False,
) -> c.PlanBreakouts:
    return c.PlanBreakouts(FIONA, kind, rooms, size, seed, length_ms, unattended=unattended)


def go(*people: ParticipantId, to: RoomId = B1) -> tuple[c.AnswerBreakout, ...]:
    return tuple(c.AnswerBreakout(who, to) for who in people)


def planned(**limits: int) -> Meeting:
    """Mia looks after the first room, with mara; zoe is meant for the second; nora for none."""
    return after(
        circle(MIA, MARA, ZOE, NORA, rules=Rules(**limits)),
        join(FAYE, Role.FACILITATOR),
        plan(room(MIA, MARA, host=MIA, topic=b"sleep"), room(ZOE, host=FAYE), length_ms=600_000),
    )


def opened(**limits: int) -> Meeting:
    """Mia, mara and, in the second room, faye went; zoe was asked, and is in the main room with fiona and nora."""
    return after(planned(**limits), *go(MIA, MARA), c.OpenBreakouts(FIONA))


def the(meeting: Meeting) -> Breakouts:
    assert meeting.breakouts is not None
    return meeting.breakouts


def first(meeting: Meeting) -> BreakoutRoom:
    return the(meeting).rooms[0]


def places(meeting: Meeting) -> dict[ParticipantId, RoomId]:
    return {p.id: p.place for p in meeting.participants.values()}


def one_turn(meeting: Meeting, *staying: ParticipantId) -> tuple[Meeting, set[frozenset[ParticipantId]]]:
    """Planned, agreed to, opened and over; with who was in a room with whom."""
    meeting = after(meeting, plan(kind=BreakoutKind.PAIRS, unattended=True))
    for who, there in the(meeting).assigned.items():
        if who not in staying:
            meeting = after(meeting, c.AnswerBreakout(who, there))
    meeting = after(meeting, c.OpenBreakouts(FIONA))
    rooms = [[p.id for p in meeting.of_room(one.id)] for one in the(meeting).rooms]
    pairs = {frozenset(there) for there in rooms if len(there) == 2}
    return after(meeting, c.RecallBreakouts(FIONA, at_once=True)), pairs


def shown(meeting: Meeting, who: ParticipantId) -> BreakoutsShown:
    return view(meeting, meeting.participants[who]).breakouts
