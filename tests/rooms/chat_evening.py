"""The evening of the chat's tests: who is there, who shares, who is apart, and who reads what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.rooms import commands as c
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MessageNumber, ParticipantId, RoomId, TurnNumber
from server.rooms.rounds import RoundKind
from server.rooms.state import Role
from server.rooms.view import view

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join

if TYPE_CHECKING:
    from server.rooms.rules import Rules
    from server.rooms.state import Meeting

MONA, WANDA = ParticipantId("mona"), ParticipantId("wanda")
"""Another member; somebody in the lobby."""
B1 = RoomId("b1")
EVERYBODY = (FIONA, FAYE, MIA, MARA, MONA, GUS, WANDA)
FIRST = TurnNumber(1)
N1, N2 = MessageNumber(1), MessageNumber(2)


def evening(rules: Rules | None = None) -> Meeting:
    meeting = after(circle(MIA, MARA, MONA, rules=rules), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST))
    return after(meeting, c.Admit(FIONA, GUS), join(WANDA))


def shared_by(meeting: Meeting, who: ParticipantId, facilitator: ParticipantId = FIONA) -> Meeting:
    """This person shares in the room of the facilitator."""
    start = c.StartRound(facilitator, RoundKind.CIRCLE, None, (who,), invite_passed=False)
    return after(meeting, start, c.TakeTurn(who, FIRST))


def with_breakout(*people: ParticipantId) -> Meeting:
    """These are in b1; the others stay in the main room."""
    plan = c.PlanBreakouts(
        FIONA, BreakoutKind.BY_HAND, (c.PlannedRoom(b"sleep", None, people),), None, 1, None, unattended=True
    )
    meeting = after(evening(), plan)
    meeting = after(meeting, *(c.AnswerBreakout(p, B1) for p in people if p not in {FIONA, FAYE}))
    meeting = after(meeting, c.OpenBreakouts(FIONA))
    for who in people:
        if who in {FIONA, FAYE} and meeting.participants[who].room != B1:
            meeting = after(meeting, c.EnterRoom(who, B1))
    assert all(meeting.participants[who].room == B1 for who in people)
    return meeting


def readers(meeting: Meeting, number: MessageNumber) -> set[ParticipantId]:
    people = meeting.participants.items()
    return {who for who, p in people if any(m.number == number for m in view(meeting, p).messages)}
