"""The run-sheet: the parts of the session, which one is going on, and what it switches when it begins.

Called by `machine` and `consequences`. Time that is over ends nothing: people hold the group, not the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import floor
from .change import changed
from .errors import Refusal, Rejected
from .events import ChatChanged, FloorChanged, RunSheetChanged
from .ids import MAIN
from .rounds import Clock
from .state import RunSheet, Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .rules import Rules
    from .state import Meeting, Segment

    Events: TypeAlias = tuple[Event, ...]


def decide_set_run_sheet(meeting: Meeting, command: c.SetRunSheet, _now_ms: int) -> Events:
    """() takes it away. What is going on goes on where its part stays as it is, else no part is."""
    was = meeting.run_sheet
    parts = () if was is None else was.segments
    if command.segments == parts:
        raise Rejected(Refusal.ALREADY_SO)
    if command.was is not None and command.was != parts:
        raise Rejected(Refusal.CHANGED_MEANWHILE)
    if not command.segments:
        return (RunSheetChanged(None),)
    _require_fitting(command.segments, meeting.rules)
    if was is not None and _goes_on(was, command.segments):
        return (RunSheetChanged(RunSheet(command.segments, was.current, was.clock)),)
    return (RunSheetChanged(RunSheet(command.segments)),)


def _require_fitting(segments: tuple[Segment, ...], rules: Rules) -> None:
    if len(segments) > rules.max_segments:
        raise Rejected(Refusal.TOO_LARGE)
    for one in segments:
        if len(one.title) > rules.max_topic_bytes or not 0 < one.length_ms <= rules.segment_max_ms:
            raise Rejected(Refusal.TOO_LARGE)


def _goes_on(was: RunSheet, segments: tuple[Segment, ...]) -> bool:
    index = was.current
    return index is not None and index < len(segments) and segments[index] == was.segments[index]


def decide_go_to_segment(meeting: Meeting, command: c.GoToSegment, now_ms: int) -> Events:
    """The part begins with its whole time, and the floor and the chat are as it says; None: they stay as they are."""
    sheet, index = meeting.run_sheet, command.index
    parts = () if sheet is None else sheet.segments
    if command.was is not None and command.was != parts:
        raise Rejected(Refusal.CHANGED_MEANWHILE)
    if index == (None if sheet is None else sheet.current):
        raise Rejected(Refusal.ALREADY_SO)
    if sheet is None:
        raise Rejected(Refusal.NOT_NOW)
    if index is None:
        return (RunSheetChanged(RunSheet(sheet.segments)),)
    if not 0 <= index < len(sheet.segments):
        raise Rejected(Refusal.NOT_NOW)
    part = sheet.segments[index]
    since_ms = now_ms if meeting.status is Status.OPEN else None
    begun = RunSheet(sheet.segments, index, Clock(part.length_ms, since_ms=since_ms))
    return (RunSheetChanged(begun), *_switched(meeting, part))


def _switched(meeting: Meeting, part: Segment) -> Events:
    """Only what is different: nobody is told of a change that is none."""
    events: list[Event] = []
    if floor.of(meeting, MAIN) is not part.floor:
        events.append(FloorChanged(MAIN, part.floor))
    if meeting.chat_mode is not part.chat:
        events.append(ChatChanged(part.chat, meeting.slow_ms))
    return tuple(events)


def settled(meeting: Meeting, now_ms: int) -> Events:
    """The time of the part runs while the meeting is open, and stands while it is not."""
    sheet = meeting.run_sheet
    if sheet is None or sheet.clock is None:
        return ()
    is_open = meeting.status is Status.OPEN
    clock = sheet.clock.started(now_ms) if is_open else sheet.clock.stopped(now_ms)
    return () if clock is sheet.clock else (RunSheetChanged(changed(sheet, clock=clock)),)


def evolve_run_sheet_changed(meeting: Meeting, event: RunSheetChanged) -> Meeting:
    return changed(meeting, run_sheet=event.run_sheet)
