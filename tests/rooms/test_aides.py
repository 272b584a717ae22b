"""Captions reach those who hear their author and are kept by nobody; who writes them, and who interprets, is seen by all around."""

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import Looks, showings
from server.rooms.errors import Refusal
from server.rooms.forgetting import StillKnown, forgets
from server.rooms.ids import ParticipantId
from server.rooms.machine import decide, evolve
from server.rooms.routes import Kind, Track, routes
from server.rooms.rules import Rules
from server.rooms.state import Floor, Meeting, Role
from server.rooms.view import view

from .breakout_cast import NORA, ZOE, opened
from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, refusal


def hearers(meeting: Meeting, author: ParticipantId) -> frozenset[ParticipantId]:
    (event,) = decide(meeting, c.Caption(author, b"x"), 1000)
    (showing,) = showings(meeting, evolve(meeting, event), event)
    assert showing.sight == event
    return showing.viewers


@pytest.mark.parametrize(
    ("size", "refused"), [(1, None), (1024, None), (0, Refusal.TOO_LARGE), (1025, Refusal.TOO_LARGE)]
)
def test_line_has_bounds(size: int, refused: Refusal | None):
    meeting = after(circle(MIA), c.NameCaptioner(FIONA, MIA))
    assert refusal(meeting, c.Caption(MIA, bytes(size))) is refused


@pytest.mark.parametrize(("at_ms", "refused"), [(399, Refusal.TOO_SOON), (400, None)])
def test_lines_come_no_faster_than_anybody_reads(at_ms: int, refused: Refusal | None):
    meeting = after(circle(MIA), c.NameCaptioner(FIONA, MIA), c.Caption(MIA, b"x"))
    assert refusal(meeting, c.Caption(MIA, b"y"), at_ms) is refused


@pytest.mark.parametrize("who", [MIA, GUS, FIONA, FAYE])
def test_anybody_inside_may_be_named_for_both(who: ParticipantId):
    meeting = after(circle(MIA), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST), c.Admit(FIONA, GUS))
    meeting = after(meeting, c.NameCaptioner(FIONA, who), c.NameInterpreter(FAYE, who))
    person = meeting.participants[who]
    assert (person.captions, person.interprets) == (True, True)


def test_everybody_around_sees_who_does_what():
    before = circle(MIA, MARA)
    (event,) = decide(before, c.NameInterpreter(FIONA, MIA), 0)
    meeting = evolve(before, event)
    told = showings(before, meeting, event)
    assert frozenset[ParticipantId]().union(*(showing.viewers for showing in told)) == {FIONA, MIA, MARA}
    assert all(isinstance(s.sight, Looks) and s.sight.person.interprets for s in told)
    assert all(p.interprets is (p.id == MIA) for p in view(meeting, meeting.participants[MARA]).people)


def test_lobby_does_not_learn_what_a_facilitator_does():
    meeting = after(circle(), c.NameCaptioner(FIONA, FIONA), c.NameInterpreter(FIONA, FIONA), join(MIA))
    (host,) = (p for p in view(meeting, meeting.participants[MIA]).people if p.id == FIONA)
    assert (host.captions, host.interprets) == (False, False)


def test_line_reaches_those_who_hear_its_author():
    meeting = after(opened(), c.NameCaptioner(FIONA, MIA))
    assert hearers(meeting, MIA) == {MIA, MARA}
    meeting = after(meeting, c.NameCaptioner(FIONA, NORA))
    assert hearers(meeting, NORA) == {FIONA, NORA, ZOE}
    aside = after(meeting, c.TakeAside(FIONA, NORA))
    assert hearers(aside, NORA) == {FIONA, NORA}


def test_whose_page_came_again_as_somebody_new_goes_on():
    meeting = after(circle(MIA, MARA), c.NameCaptioner(FIONA, MIA), c.NameInterpreter(FIONA, MIA))
    again = ParticipantId("mia2")
    meeting = after(meeting, join(again, page=MIA))
    assert MIA not in meeting.participants
    person = meeting.participants[again]
    assert (person.captions, person.interprets) == (True, True)


@pytest.mark.parametrize("parting", [c.Leave(MIA), c.SendToLobby(FIONA, MIA), c.Remove(FIONA, MIA)])
def test_who_is_gone_does_neither_and_somebody_else_can_be_named(parting: c.PersonCommand):
    meeting = after(circle(MIA, MARA), c.NameCaptioner(FIONA, MIA), c.NameInterpreter(FIONA, MIA), parting)
    assert not any(p.captions or p.interprets for p in meeting.participants.values())
    assert refusal(meeting, c.NameCaptioner(FIONA, MARA)) is None


def test_interpreter_is_heard_whoever_has_the_turn_and_nobody_else_is():
    meeting = after(circle(MIA, MARA), *(c.SetMedia(who, mic=True, camera=False) for who in (MIA, MARA)))
    meeting = after(meeting, c.SetFloor(FIONA, Floor.HELD))
    assert routes(meeting) == {}
    meeting = after(meeting, c.NameInterpreter(FIONA, MARA))
    assert routes(meeting) == {Track(MARA, Kind.MIC): {FIONA, MIA}}


def test_no_line_is_kept_beyond_the_newest_few():
    """Who returns is told these; the journal holds none of the others."""
    meeting = after(
        circle(MIA, rules=Rules(kept_captions=2, caption_every_ms=0)), c.NameCaptioner(FIONA, MIA)
    )
    told = []
    for line in (b"1", b"2", b"3"):
        (event,) = decide(meeting, c.Caption(MIA, line), 0)
        assert forgets(meeting, event)
        told.append(showings(meeting, evolve(meeting, event), event))
        meeting = evolve(meeting, event)
    known = StillKnown(meeting)
    assert [bool(known.of(one)) for one in told] == [False, True, True]


def test_numbers_of_lines_go_on_in_a_debrief():
    meeting = after(circle(MIA), c.NameCaptioner(FIONA, FIONA), c.Caption(FIONA, b"x"), c.BeginDebrief(FIONA))
    assert meeting.captions == 1
    assert not meeting.participants[FIONA].captions
    assert refusal(meeting, c.Caption(FIONA, b"y")) is Refusal.NOT_NOW


def test_the_number_of_a_line_tells_nothing_of_lines_elsewhere():
    meeting = after(circle(MIA, MARA), c.NameCaptioner(FIONA, MIA), c.Caption(MIA, b"x"))
    apart = after(meeting, c.TakeAside(FIONA, MIA), c.Caption(MIA, b"y"), c.EndQuiet(FIONA), at_ms=2000)
    line = c.Caption(MIA, b"z")
    assert decide(apart, line, 4000) == decide(meeting, line, 4000)


def test_a_line_is_an_event_of_its_own_and_no_message():
    meeting = after(circle(MIA), c.NameCaptioner(FIONA, MIA))
    assert decide(meeting, c.Caption(MIA, b"x"), 0) == (e.Captioned(1, MIA, b"x", 0),)
    assert after(meeting, c.Caption(MIA, b"x")).messages == ()
