"""Sealed messages of a room: said, deleted, and forgotten when there are too many."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .errors import Refusal, Rejected
from .events import MessageDeleted, Said
from .ids import MessageNumber
from .state import ChatMessage, Meeting, Participant, Rules, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import commands as c
    from .events import Event


def decide_say(meeting: Meeting, command: c.Say, now_ms: int) -> tuple[Event, ...]:
    if meeting.status is not Status.OPEN:
        raise Rejected(Refusal.PAUSED)
    if not 0 < len(command.body) <= meeting.rules.max_message_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    author = meeting.participants[command.actor]
    return (Said(meeting.next_message, author.id, author.room, command.body, now_ms),)


def evolve_said(meeting: Meeting, event: Said) -> Meeting:
    message = ChatMessage(event.number, event.author, event.room, event.body, event.at_ms)
    kept = _within_bounds((*meeting.messages, message), meeting.rules)
    return replace(meeting, messages=kept, next_message=MessageNumber(event.number + 1))


def _within_bounds(messages: tuple[ChatMessage, ...], rules: Rules) -> tuple[ChatMessage, ...]:
    """The oldest leave first, by count and by bytes."""
    messages = messages[-rules.max_messages :]
    excess = sum(len(m.body) for m in messages) - rules.max_history_bytes
    first = 0
    while excess > 0:
        excess -= len(messages[first].body)
        first += 1
    return messages[first:]


def decide_delete(meeting: Meeting, command: c.DeleteMessage, _now_ms: int) -> tuple[Event, ...]:
    """Only what the actor may read can be deleted, by its author or a facilitator."""
    actor = meeting.participants[command.actor]
    message = next((m for m in readable(meeting, actor) if m.number == command.message), None)
    if message is None:
        raise Rejected(Refusal.NO_SUCH_MESSAGE)
    if message.author != actor.id and not actor.is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
    return (MessageDeleted(message.number),)


def evolve_deleted(meeting: Meeting, event: MessageDeleted) -> Meeting:
    return replace(meeting, messages=tuple(m for m in meeting.messages if m.number != event.number))


def readable(meeting: Meeting, viewer: Participant) -> Iterator[ChatMessage]:
    """What this person may read: her room's chat since she came in."""
    return (m for m in meeting.messages if m.room == viewer.room and m.number >= viewer.sees_from)
