"""Sealed messages of a room: said, deleted, and forgotten when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .change import changed
from .errors import Refusal, Rejected
from .events import MessageDeleted, Said
from .ids import MessageNumber
from .state import ChatMessage, Meeting, Participant, Rules, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import commands as c
    from .events import Event


def decide_say(meeting: Meeting, command: c.Say | c.ShareInWriting, now_ms: int) -> tuple[Event, ...]:
    if meeting.status is not Status.OPEN:
        raise Rejected(Refusal.PAUSED)
    if not 0 < len(command.body) <= meeting.rules.max_message_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    author = meeting.participants[command.actor]
    return (Said(meeting.next_message, author.id, author.room, command.body, now_ms),)


def evolve_said(meeting: Meeting, event: Said) -> Meeting:
    message = ChatMessage(event.number, event.author, event.room, event.body, event.at_ms)
    messages, size = (*meeting.messages, message), meeting.history_bytes + len(event.body)
    gone = _too_old(messages, size, meeting.rules)
    return changed(
        meeting,
        messages=messages[gone:],
        history_bytes=size - _bytes(messages[:gone]),
        next_message=MessageNumber(event.number + 1),
    )


def _too_old(messages: tuple[ChatMessage, ...], size: int, rules: Rules) -> int:
    """How many of the oldest have to leave, by count and by bytes."""
    gone = max(0, len(messages) - rules.max_messages)
    excess = size - _bytes(messages[:gone]) - rules.max_history_bytes
    while excess > 0:
        excess -= len(messages[gone].body)
        gone += 1
    return gone


def _bytes(messages: tuple[ChatMessage, ...]) -> int:
    return sum(len(m.body) for m in messages)


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
    kept = tuple(m for m in meeting.messages if m.number != event.number)
    return changed(meeting, messages=kept, history_bytes=_bytes(kept))


def readable(meeting: Meeting, viewer: Participant) -> Iterator[ChatMessage]:
    """What this person may read: her room's chat since she came in."""
    return (m for m in meeting.messages if m.room == viewer.room and m.number >= viewer.sees_from)
