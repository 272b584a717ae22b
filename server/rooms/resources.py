"""Sealed links and texts that facilitators hand out, and take back.

Called by `machine`; who sees which is in `care_sights`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .change import changed
from .errors import Refusal, Rejected
from .events import HandedOut, TakenBack
from .ids import MessageNumber, ResourceNumber
from .state import Resource

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]


def decide_hand_out(meeting: Meeting, command: c.HandOut, _now_ms: int) -> Events:
    rules = meeting.rules
    if not 0 < len(command.body) <= rules.max_resource_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    if len(meeting.resources) >= rules.max_resources:
        raise Rejected(Refusal.FULL)
    return (HandedOut(meeting.next_resource, command.body),)


def evolve_handed_out(meeting: Meeting, event: HandedOut) -> Meeting:
    """It takes a message number too: who comes in next is after it, even if nobody said anything in between."""
    resource = Resource(event.number, event.body, meeting.next_message)
    return changed(
        meeting,
        resources=(*meeting.resources, resource),
        next_resource=ResourceNumber(event.number + 1),
        next_message=MessageNumber(meeting.next_message + 1),
    )


def decide_take_back(meeting: Meeting, command: c.TakeBack, _now_ms: int) -> Events:
    if all(resource.number != command.resource for resource in meeting.resources):
        raise Rejected(Refusal.NO_SUCH_RESOURCE)
    return (TakenBack(command.resource),)


def evolve_taken_back(meeting: Meeting, event: TakenBack) -> Meeting:
    return changed(meeting, resources=tuple(r for r in meeting.resources if r.number != event.number))
