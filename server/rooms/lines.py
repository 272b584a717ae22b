"""Words that are not for one room: the private line to the facilitators, and what a facilitator says to all rooms.

Called by `machine`. There are no messages between members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import chat
from .errors import Refusal, Rejected
from .events import Said
from .ids import MAIN
from .permissions import target

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]


def decide_say_to_facilitators(meeting: Meeting, command: c.SayToFacilitators, now_ms: int) -> Events:
    """In every chat mode, never held, never slow. A facilitator has no line to herself."""
    chat.require_body(meeting, command.body)
    author = meeting.participants[command.actor]
    number = chat.next_number(meeting, now_ms)
    return (Said(number, author.id, author.room, command.body, now_ms, line=author.id),)


def decide_answer_on_line(meeting: Meeting, command: c.AnswerOnLine, now_ms: int) -> Events:
    """To one person who is in; all facilitators see it."""
    chat.require_body(meeting, command.body)
    person = target(meeting, command.who, command)
    if person.is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
    if person.in_lobby:
        raise Rejected(Refusal.NOT_NOW)
    author = meeting.participants[command.actor]
    number = chat.next_number(meeting, now_ms)
    return (Said(number, author.id, author.room, command.body, now_ms, line=person.id),)


def decide_broadcast(meeting: Meeting, command: c.Broadcast, now_ms: int) -> Events:
    """To everybody inside, whatever room they are in; it stays in the chat of the meeting."""
    chat.require_body(meeting, command.body)
    number = chat.next_number(meeting, now_ms)
    return (Said(number, command.actor, MAIN, command.body, now_ms, everywhere=True),)
