"""The dispatch tables are whole, every refusal can happen, and deciding changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest

from server.rooms import attendance
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.change import changed
from server.rooms.errors import Refusal, Rejected
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, MessageNumber, ParticipantId, ResourceNumber, RoomId, TurnNumber
from server.rooms.machine import EFFECTS, RULES, SERVER_COMMANDS, decide, evolve, fold
from server.rooms.rules import Rules
from server.rooms.state import ChatMode, Floor, Meeting, Role, Segment, SegmentKind, Status

from .cast import FIONA, MARA, MIA, after, circle, empty, join, outcome, refusal

NOBODY = ParticipantId("nobody")


def test_every_command_has_one_rule():
    assert set(RULES) == set(get_args(c.Command))


def test_every_event_has_one_effect():
    assert set(EFFECTS) == set(get_args(e.Event))


def test_only_commands_of_the_server_need_no_permission():
    assert set(get_args(c.ServerCommand)) == SERVER_COMMANDS
    assert SERVER_COMMANDS.isdisjoint(get_args(c.PersonCommand))


def test_every_event_that_moves_somebody_may_have_consequences():
    moving = {e.Arrived, e.Entered, e.SentToLobby, e.ConnectionLost, e.ConnectionRestored, e.Parted}
    assert moving == attendance.COMINGS_AND_GOINGS


def paused() -> Meeting:
    meeting = after(circle(MIA), c.LoseConnection(FIONA, 1))
    return after(meeting, c.Tick(), at_ms=meeting.rules.pause_after_ms)


def full(**limits: int) -> Meeting:
    return circle(rules=Rules(**limits))


def topics(*, unattended: bool) -> c.PlanBreakouts:
    return c.PlanBreakouts(
        *(FIONA, BreakoutKind.TOPIC, (c.PlannedRoom(b"sleep", None, ()),)),
        *(None, 1, None),
        unattended=unattended,
    )


PART = Segment(SegmentKind.OPEN, b"", 1000, Floor.OPEN, ChatMode.OPEN)
REFUSALS: dict[Refusal, tuple[Callable[[], Meeting], c.Command]] = {
    Refusal.NOT_ALLOWED: (lambda: circle(MIA), c.Lock(MIA)),
    Refusal.NOT_HERE: (circle, c.Lock(NOBODY)),
    Refusal.NO_SUCH_PERSON: (circle, c.Mute(FIONA, NOBODY)),
    Refusal.NO_SUCH_MESSAGE: (circle, c.DeleteMessage(FIONA, MessageNumber(1))),
    Refusal.ALREADY_SO: (circle, c.Unlock(FIONA)),
    Refusal.LOCKED: (lambda: after(circle(), c.Lock(FIONA)), join(MIA)),
    Refusal.FULL: (lambda: full(max_lobby=0), join(MIA)),
    Refusal.BARRED: (lambda: after(circle(MIA), c.Remove(FIONA, MIA)), join("mia again", page=MIA)),
    Refusal.PAUSED: (paused, c.Say(MIA, b"hello")),
    Refusal.ENDED: (lambda: after(circle(), c.End(FIONA)), join(MIA)),
    Refusal.TOO_LARGE: (circle, join(MIA, size=Rules().max_profile_bytes + 1)),
    Refusal.MIC_HELD: (
        lambda: after(circle(MIA), c.Mute(FIONA, MIA)),
        c.SetMedia(MIA, mic=True, camera=False),
    ),
    Refusal.CAMERA_HELD: (
        lambda: after(circle(MIA), c.StopCamera(FIONA, MIA)),
        c.SetMedia(MIA, mic=False, camera=True),
    ),
    Refusal.STALE_TURN: (lambda: circle(MIA), c.TakeTurn(MIA, TurnNumber(1))),
    Refusal.NOT_NOW: (lambda: circle(MIA), c.InvitePassed(FIONA, invite=True)),
    Refusal.AWAY: (
        lambda: after(circle(MIA), c.SetAway(MIA, away=True)),
        c.SetMedia(MIA, mic=True, camera=False),
    ),
    Refusal.CHAT_CLOSED: (
        lambda: after(circle(MIA), c.SetChatMode(FIONA, ChatMode.FACILITATORS)),
        c.Say(MIA, b"hello"),
    ),
    Refusal.TOO_SOON: (
        lambda: after(circle(MIA), c.SetSlowMode(FIONA, 60_000), c.Say(MIA, b"one")),
        c.Say(MIA, b"two"),
    ),
    Refusal.NO_SUCH_ROOM: (
        lambda: after(circle(MIA), topics(unattended=True)),
        c.AnswerBreakout(MIA, RoomId("b9")),
    ),
    Refusal.UNATTENDED: (
        lambda: after(circle(MIA), topics(unattended=False), c.AnswerBreakout(MIA, RoomId("b1"))),
        c.OpenBreakouts(FIONA),
    ),
    Refusal.NO_SUCH_RESOURCE: (circle, c.TakeBack(FIONA, ResourceNumber(1))),
    Refusal.CHANGED_MEANWHILE: (
        lambda: after(circle(), c.SetRunSheet(FIONA, (PART,))),
        c.SetRunSheet(FIONA, (PART, PART), was=()),
    ),
    Refusal.WRONG_SECRET: (circle, c.Resume(b"made up")),
}


@pytest.mark.parametrize("code", Refusal)
def test_every_refusal_happens_and_changes_nothing(code: Refusal):
    arrange, command = REFUSALS[code]
    meeting = arrange()
    assert refusal(meeting, command) is code
    assert meeting == arrange()


def test_refusal_says_its_code_and_nothing_else():
    with pytest.raises(Rejected, match=r"^not_here$"):
        decide(circle(), c.Say(NOBODY, b"a secret"), 0)


def test_deciding_leaves_the_meeting_as_it_was():
    meeting = circle(MIA)
    events = decide(meeting, c.Remove(FIONA, MIA), 0)
    assert meeting == circle(MIA)
    assert MIA not in fold(meeting, events).participants


def test_the_same_command_decides_the_same_for_ever():
    assert outcome(circle(MIA), c.Mute(FIONA, MIA)) == outcome(circle(MIA), c.Mute(FIONA, MIA))


def test_events_alone_rebuild_the_meeting():
    meeting, journal = empty(), list[e.Event]()
    for command in (
        join(FIONA, Role.FACILITATOR),
        join(MIA),
        c.Admit(FIONA, MIA),
        c.Say(MIA, b"hello"),
        c.Mute(FIONA, MIA),
        c.Remove(FIONA, MIA),
        c.UndoBar(FIONA, MIA),
        join(MARA, page=MIA),
    ):
        events, meeting = outcome(meeting, command)
        journal += events
    assert fold(empty(), journal) == meeting
    assert meeting.participants[MARA].room == MAIN


def test_changed_is_replace():
    meeting = circle(MIA)
    person = meeting.participants[MIA]
    assert changed(person, mic_on=True, lost_at_ms=5) == replace(person, mic_on=True, lost_at_ms=5)
    assert changed(meeting, status=Status.PAUSED) == replace(meeting, status=Status.PAUSED)
    assert person == circle(MIA).participants[MIA]


def test_changed_refuses_a_field_that_is_not_there():
    with pytest.raises(KeyError):
        changed(circle(), mood="calm")  # type: ignore[call-arg]


def test_evolve_gives_a_new_meeting_each_time():
    before = circle()
    assert evolve(before, e.LockChanged(locked=True)).locked
    assert not before.locked
