"""Who writes captions and who interprets: one person each, named by facilitators; and the lines of captions.

Called by `machine` and `taking_over`. A line is shown to those who hear its author, once, and kept by nobody: the meeting holds
only the numbers of the newest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import numbers
from .change import changed, put
from .errors import Refusal, Rejected
from .events import AideChanged, Captioned
from .permissions import target
from .state import Status

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .ids import ParticipantId
    from .state import Meeting, Participant

    Events: TypeAlias = tuple[Event, ...]


def decide_name_captioner(meeting: Meeting, command: c.NameCaptioner, _now_ms: int) -> Events:
    """She alone may write captions; the one before her no more. None: nobody."""
    return _named(meeting, command, "captions")


def decide_name_interpreter(meeting: Meeting, command: c.NameInterpreter, _now_ms: int) -> Events:
    """She is heard whatever the floor, and everybody sees her first. None: nobody."""
    return _named(meeting, command, "interprets")


def _named(meeting: Meeting, command: c.NameCaptioner | c.NameInterpreter, part: str) -> Events:
    former = [p for p in meeting.participants.values() if getattr(p, part)]
    new = None if command.who is None else target(meeting, command.who, command)
    if new is not None and new.in_lobby:
        raise Rejected(Refusal.NOT_NOW)
    if [p.id for p in former] == ([] if new is None else [new.id]):
        raise Rejected(Refusal.ALREADY_SO)
    people = former if new is None else [*former, new]
    return tuple(_changed(p, part, on=p is new) for p in people)


def _changed(person: Participant, part: str, *, on: bool) -> AideChanged:
    captions = on if part == "captions" else person.captions
    interprets = on if part == "interprets" else person.interprets
    return AideChanged(person.id, captions, interprets)


def evolve_aide_changed(meeting: Meeting, event: AideChanged) -> Meeting:
    person = meeting.participants[event.participant]
    return put(meeting, changed(person, captions=event.captions, interprets=event.interprets))


def taken_over(meeting: Meeting, former: ParticipantId, new: ParticipantId) -> Events:
    """Her page came again as somebody new: she goes on, and the former is gone."""
    person = meeting.participants[former]
    if not (person.captions or person.interprets):
        return ()
    return (AideChanged(new, person.captions, person.interprets),)


def decide_caption(meeting: Meeting, command: c.Caption, now_ms: int) -> Events:
    """One line, to those who hear her: her room, a quiet one too."""
    rules, author = meeting.rules, meeting.participants[command.actor]
    if not author.captions:
        raise Rejected(Refusal.NOT_ALLOWED)
    if meeting.status is not Status.OPEN:
        raise Rejected(Refusal.PAUSED)
    if not 0 < len(command.body) <= rules.max_caption_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    last_ms = meeting.captioned_at_ms
    if last_ms is not None and now_ms < last_ms + rules.caption_every_ms:
        raise Rejected(Refusal.TOO_SOON)
    number = numbers.at(meeting, meeting.captions + 1, now_ms)
    return (Captioned(number, author.id, command.body, now_ms),)


def evolve_captioned(meeting: Meeting, event: Captioned) -> Meeting:
    newest = (*meeting.newest_captions, event.number)[-meeting.rules.kept_captions :]
    return changed(meeting, captions=event.number, newest_captions=newest, captioned_at_ms=event.at_ms)
