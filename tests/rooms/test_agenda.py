"""The run-sheet: what a part switches, whose time runs, and that nothing ends by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms import agenda
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import showings
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Refusal
from server.rooms.ids import MAIN
from server.rooms.machine import decide, evolve, fold
from server.rooms.rounds import Clock
from server.rooms.rules import Rules
from server.rooms.state import ChatMode, Floor, Meeting, RunSheet, Segment, SegmentKind, Status
from server.rooms.view import view

from .cast import FIONA, GUS, MIA, after, circle, join, refusal

OPENING = Segment(SegmentKind.GATHERING, b"welcome", 300_000, Floor.OPEN, ChatMode.OPEN)
ROUND = Segment(SegmentKind.ROUND, b"", 1_200_000, Floor.HELD, ChatMode.APPROVED)
BREAK = Segment(SegmentKind.BREAK, b"", 300_000, Floor.OPEN, ChatMode.APPROVED)
SHEET = (OPENING, ROUND, BREAK)


def planned(*segments: Segment) -> Meeting:
    return after(circle(MIA), c.SetRunSheet(FIONA, segments or SHEET))


def with_length(length_ms: int) -> Segment:
    return Segment(SegmentKind.OPEN, b"", length_ms, Floor.OPEN, ChatMode.OPEN)


@pytest.mark.parametrize(
    ("segments", "refused"),
    [
        ((ROUND,) * 24, None),
        ((ROUND,) * 25, Refusal.TOO_LARGE),
        ((with_length(1),), None),
        ((with_length(0),), Refusal.TOO_LARGE),
        ((with_length(-1),), Refusal.TOO_LARGE),
        ((with_length(10_800_000),), None),
        ((with_length(10_800_001),), Refusal.TOO_LARGE),
        ((Segment(SegmentKind.OPEN, bytes(512), 1, Floor.OPEN, ChatMode.OPEN),), None),
        ((Segment(SegmentKind.OPEN, bytes(513), 1, Floor.OPEN, ChatMode.OPEN),), Refusal.TOO_LARGE),
        ((ROUND, with_length(0)), Refusal.TOO_LARGE),
        ((), Refusal.ALREADY_SO),
    ],
)
def test_run_sheet_has_bounds(segments: tuple[Segment, ...], refused: Refusal | None):
    assert refusal(circle(MIA), c.SetRunSheet(FIONA, segments)) is refused


def test_bounds_are_those_of_the_rules():
    rules = Rules(max_segments=1, segment_max_ms=1000, max_topic_bytes=7)
    meeting = circle(MIA, rules=rules)
    assert refusal(meeting, c.SetRunSheet(FIONA, (with_length(1000),))) is None
    assert refusal(meeting, c.SetRunSheet(FIONA, (with_length(1001),))) is Refusal.TOO_LARGE
    assert refusal(meeting, c.SetRunSheet(FIONA, (with_length(1),) * 2)) is Refusal.TOO_LARGE
    titled = Segment(SegmentKind.OPEN, b"12345678", 1, Floor.OPEN, ChatMode.OPEN)
    assert refusal(meeting, c.SetRunSheet(FIONA, (titled,))) is Refusal.TOO_LARGE


def test_everybody_inside_sees_the_sheet_in_advance_the_lobby_nothing():
    meeting = after(circle(MIA), join(GUS))
    (event,) = decide(meeting, c.SetRunSheet(FIONA, SHEET), 0)
    then = evolve(meeting, event)
    (showing,) = showings(meeting, then, event)
    assert showing.viewers == {FIONA, MIA}
    seen = {who: view(then, person).run_sheet for who, person in then.participants.items()}
    assert seen == {FIONA: RunSheet(SHEET), MIA: RunSheet(SHEET), GUS: None}


def test_planning_switches_nothing():
    meeting = planned()
    assert (meeting.floors, meeting.chat_mode) == ({}, ChatMode.OPEN)
    assert meeting.run_sheet == RunSheet(SHEET)


@pytest.mark.parametrize(
    ("first", "then", "switched"),
    [
        (None, 0, ()),
        (None, 1, (e.FloorChanged(MAIN, Floor.HELD), e.ChatChanged(ChatMode.APPROVED, 0))),
        (1, 2, (e.FloorChanged(MAIN, Floor.OPEN),)),
        (2, 0, (e.ChatChanged(ChatMode.OPEN, 0),)),
        (1, None, ()),
    ],
)
def test_part_switches_what_is_different(first: int | None, then: int | None, switched: tuple[e.Event, ...]):
    meeting = planned() if first is None else after(planned(), c.GoToSegment(FIONA, first))
    sheet, *others = decide(meeting, c.GoToSegment(FIONA, then), 7)
    clock = None if then is None else Clock(SHEET[then].length_ms, since_ms=7)
    assert sheet == e.RunSheetChanged(RunSheet(SHEET, then, clock))
    assert tuple(others) == switched


def test_slow_mode_stays_when_a_part_switches_the_chat():
    meeting = after(planned(), c.SetSlowMode(FIONA, 5000))
    assert e.ChatChanged(ChatMode.APPROVED, 5000) in decide(meeting, c.GoToSegment(FIONA, 1), 0)


@pytest.mark.parametrize(
    ("index", "refused"), [(-1, Refusal.NOT_NOW), (3, Refusal.NOT_NOW), (None, Refusal.ALREADY_SO), (2, None)]
)
def test_only_a_part_that_is_there_can_begin(index: int | None, refused: Refusal | None):
    assert refusal(planned(), c.GoToSegment(FIONA, index)) is refused


def test_without_a_sheet_no_part_can_begin():
    assert refusal(circle(MIA), c.GoToSegment(FIONA, 0)) is Refusal.NOT_NOW
    assert refusal(circle(MIA), c.GoToSegment(FIONA, None)) is Refusal.ALREADY_SO


def test_time_that_is_over_ends_nothing():
    meeting = after(planned(), c.GoToSegment(FIONA, 1))
    assert next_deadline(meeting) is None
    assert decide(meeting, c.Tick(), 9_000_000) == ()


@pytest.mark.parametrize(
    ("segments", "goes_on"),
    [
        ((OPENING, ROUND), True),
        ((BREAK, ROUND, BREAK, BREAK), True),
        ((OPENING, BREAK, ROUND), False),
        ((OPENING,), False),
        ((OPENING, with_length(1_200_000), BREAK), False),
    ],
)
def test_part_goes_on_where_it_stays_as_it_is(segments: tuple[Segment, ...], goes_on: bool):  # noqa: FBT001
    meeting = after(planned(), c.GoToSegment(FIONA, 1), at_ms=1000)
    (event,) = decide(meeting, c.SetRunSheet(FIONA, segments), 5000)
    kept = RunSheet(segments, 1, Clock(1_200_000, since_ms=1000))
    assert event == e.RunSheetChanged(kept if goes_on else RunSheet(segments))


def test_taken_away_it_is_gone_with_its_part():
    meeting = after(planned(), c.GoToSegment(FIONA, 1), c.SetRunSheet(FIONA, ()))
    assert meeting.run_sheet is None
    assert refusal(meeting, c.SetRunSheet(FIONA, ())) is Refusal.ALREADY_SO


def test_part_that_begins_in_a_pause_begins_standing():
    meeting = after(planned(), c.Pause(FIONA), c.GoToSegment(FIONA, 0), at_ms=1000)
    assert meeting.status is Status.PAUSED
    assert meeting.run_sheet == RunSheet(SHEET, 0, Clock(300_000))


@given(
    st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=200_000),
            st.sampled_from([c.Pause(FIONA), c.GoOn(FIONA), c.LoseConnection(FIONA, 1), c.Tick()]),
        )
    )
)
def test_time_runs_only_while_the_meeting_is_open(steps: list[tuple[int, c.Command]]):
    meeting, now_ms, open_ms = after(planned(), c.GoToSegment(FIONA, 1)), 0, 0
    for wait_ms, command in steps:
        open_ms += wait_ms if meeting.status is Status.OPEN else 0
        now_ms += wait_ms
        if refusal(meeting, command, now_ms) is not None:
            continue
        meeting = fold(meeting, decide(meeting, command, now_ms))
        if meeting.run_sheet is None:
            assert meeting.status is Status.ENDED
            return
        assert meeting.run_sheet.clock is not None
        if meeting.status is not Status.ENDED:
            assert meeting.run_sheet.clock.used_at(now_ms) == open_ms
            assert agenda.settled(meeting, now_ms) == ()
