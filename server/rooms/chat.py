"""Sealed messages of a room: who may write, what is held, who reads what, and what is forgotten when there is too much.

Called by `machine`, `shares`, `lines`, `consequences` and `audience`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import numbers, turns
from .change import changed, put
from .errors import Refusal, Rejected
from .events import ChatChanged, MessageDeleted, MessagesReleased, Said
from .ids import MessageNumber
from .state import ChatMessage, ChatMode, Held, Meeting, Participant, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from . import commands as c
    from .events import Event
    from .ids import ParticipantId, RoomId
    from .rules import Rules

    Events: TypeAlias = tuple[Event, ...]

SPEAKING: frozenset[Status] = frozenset({Status.OPEN, Status.DEBRIEF})
"""When anything can be written."""


def next_number(meeting: Meeting, now_ms: int) -> MessageNumber:
    """Of a message that is accepted now; what was said where she was not leaves no hole that she could count."""
    return MessageNumber(numbers.at(meeting, meeting.next_message, now_ms))


def require_body(meeting: Meeting, body: bytes) -> None:
    """Raises: `Rejected` where nothing can be written now, or not so much."""
    if meeting.status not in SPEAKING:
        raise Rejected(Refusal.PAUSED)
    if not 0 < len(body) <= meeting.rules.max_message_bytes:
        raise Rejected(Refusal.TOO_LARGE)


def decide_say(meeting: Meeting, command: c.Say, now_ms: int) -> Events:
    """To one's room, as the chat mode lets it: at once, held, or not at all. A quiet room knows no modes."""
    require_body(meeting, command.body)
    author = meeting.participants[command.actor]
    held = None if author.in_quiet_room else _admitted(meeting, author, now_ms)
    number = next_number(meeting, now_ms)
    return (Said(number, author.id, author.room, command.body, now_ms, held=held),)


def in_turn(meeting: Meeting, command: c.ShareInWriting, now_ms: int) -> Said:
    """A written share is never held, slow, or shut out by a mode. Raises: `Rejected`."""
    require_body(meeting, command.body)
    author = meeting.participants[command.actor]
    return Said(next_number(meeting, now_ms), author.id, author.room, command.body, now_ms)


def _admitted(meeting: Meeting, author: Participant, now_ms: int) -> Held | None:
    """How far a message to the author's room comes now. Raises: `Rejected` if it does not."""
    mode = meeting.chat_mode
    closed = mode is ChatMode.CLOSED or (mode is ChatMode.FACILITATORS and not author.is_facilitator)
    if closed:
        raise Rejected(Refusal.CHAT_CLOSED)
    if author.is_facilitator:
        return None
    if author.said_at_ms is not None and now_ms < author.said_at_ms + meeting.slow_ms:
        raise Rejected(Refusal.TOO_SOON)
    if mode is ChatMode.APPROVED:
        return Held.APPROVAL
    return Held.SHARE if _somebody_else_shares(meeting, author.room, author.id) else None


def _somebody_else_shares(meeting: Meeting, room: RoomId, who: ParticipantId | None) -> bool:
    """What the speaker writes belongs to her share. A round that stands still for breakouts holds nobody's words."""
    this = meeting.rounds.get(room)
    if this is None or this.speaker is None or turns.stands_still(meeting, room):
        return False
    return this.speaker != who


def evolve_said(meeting: Meeting, event: Said) -> Meeting:
    message = ChatMessage(
        *(event.number, event.author, event.room, event.body, event.at_ms),
        *(event.line, event.everywhere, event.held),
    )
    messages, size = (*meeting.messages, message), meeting.history_bytes + len(event.body)
    gone = _too_old(messages, size, meeting.rules)
    after = changed(
        meeting,
        messages=messages[gone:],
        history_bytes=size - _bytes(messages[:gone]),
        held_for_shares=meeting.held_for_shares - _holds(messages[:gone]) + _holds((message,)),
        next_message=MessageNumber(event.number + 1),
    )
    author = meeting.participants[event.author]
    to_her_group = event.line is None and not event.everywhere and event.room == author.place
    said_at_ms = event.at_ms if to_her_group else author.said_at_ms
    return put(after, changed(author, heard_at_ms=event.at_ms, said_at_ms=said_at_ms))


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


def _holds(messages: tuple[ChatMessage, ...]) -> int:
    return sum(1 for m in messages if m.held is Held.SHARE)


def _with(meeting: Meeting, messages: tuple[ChatMessage, ...]) -> Meeting:
    return changed(
        meeting, messages=messages, history_bytes=_bytes(messages), held_for_shares=_holds(messages)
    )


# ── modes ────────────────────────────────────────────────────────────────────────────────────────


def decide_set_chat_mode(meeting: Meeting, command: c.SetChatMode, _now_ms: int) -> Events:
    """What waits for approval goes on waiting for it, whatever the mode becomes."""
    if meeting.chat_mode is command.mode:
        raise Rejected(Refusal.ALREADY_SO)
    if command.was is not None and command.was is not meeting.chat_mode:
        raise Rejected(Refusal.CHANGED_MEANWHILE)
    return (ChatChanged(command.mode, meeting.slow_ms),)


def decide_set_slow_mode(meeting: Meeting, command: c.SetSlowMode, _now_ms: int) -> Events:
    """For members and guests, in rooms; the line to the facilitators is never slow."""
    if not 0 <= command.ms <= meeting.rules.slow_max_ms:
        raise Rejected(Refusal.TOO_LARGE)
    if meeting.slow_ms == command.ms:
        raise Rejected(Refusal.ALREADY_SO)
    if command.was is not None and command.was != meeting.slow_ms:
        raise Rejected(Refusal.CHANGED_MEANWHILE)
    return (ChatChanged(meeting.chat_mode, command.ms),)


def evolve_chat_changed(meeting: Meeting, event: ChatChanged) -> Meeting:
    return changed(meeting, chat_mode=event.mode, slow_ms=event.slow_ms)


# ── held messages ────────────────────────────────────────────────────────────────────────────────


def decide_approve(meeting: Meeting, command: c.ApproveMessage, _now_ms: int) -> Events:
    """Also of a message that is held for a share: a facilitator may let it through."""
    message = _readable(meeting, meeting.participants[command.actor], command.message)
    if message.held is None:
        raise Rejected(Refusal.ALREADY_SO)
    return (MessagesReleased((message.number,)),)


def after_shares(meeting: Meeting, _now_ms: int) -> Events:
    """What was held for a share is released where nobody shares any more; called when rounds have changed."""
    if not meeting.held_for_shares:
        return ()
    free = tuple(
        m.number
        for m in meeting.messages
        if m.held is Held.SHARE and not _somebody_else_shares(meeting, m.room, None)
    )
    return (MessagesReleased(free),) if free else ()


def evolve_released(meeting: Meeting, event: MessagesReleased) -> Meeting:
    return _with(
        meeting, tuple(changed(m, held=None) if m.number in event.numbers else m for m in meeting.messages)
    )


# ── deleting and reading ─────────────────────────────────────────────────────────────────────────


def decide_delete(meeting: Meeting, command: c.DeleteMessage, _now_ms: int) -> Events:
    """Only what the actor may read can be deleted, by its author or a facilitator; a held one is so declined."""
    actor = meeting.participants[command.actor]
    message = _readable(meeting, actor, command.message)
    if message.author != actor.id and not actor.is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
    return (MessageDeleted(message.number),)


def evolve_deleted(meeting: Meeting, event: MessageDeleted) -> Meeting:
    return _with(meeting, tuple(m for m in meeting.messages if m.number != event.number))


def forget_rooms(meeting: Meeting, rooms: frozenset[RoomId]) -> Meeting:
    """What was said in rooms that are no more is nowhere; lines to the facilitators stay."""
    return _with(meeting, tuple(m for m in meeting.messages if m.room not in rooms or m.line is not None))


def _readable(meeting: Meeting, actor: Participant, number: MessageNumber) -> ChatMessage:
    message = next((m for m in readable(meeting, actor) if m.number == number), None)
    if message is None:
        raise Rejected(Refusal.NO_SUCH_MESSAGE)
    return message


def readable(meeting: Meeting, viewer: Participant) -> Iterator[ChatMessage]:
    """What this person may read."""
    return (m for m in meeting.messages if reads(viewer, m))


def reads(viewer: Participant, message: ChatMessage) -> bool:
    """Her room's chat since she came there, what is for all rooms, her line; facilitators every line and what is held.

    Nothing from before she came in.
    """
    came_at = viewer.came_at
    if came_at is None or message.number < came_at:
        return False
    if message.line is not None:
        return viewer.is_facilitator or message.line == viewer.id
    if message.held is not None and viewer.is_facilitator:
        return True
    if message.held is not None and message.author != viewer.id:
        return False
    if message.everywhere:
        return not viewer.in_lobby
    since = viewer.reads_from(message.room)
    return message.room == viewer.room and since is not None and message.number >= since
