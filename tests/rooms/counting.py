"""In stories messages, lines of captions and quiet rooms are 1, 2, 3 as they came: their own numbers follow the time."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.ids import MessageNumber

if TYPE_CHECKING:
    from server.rooms.view import View


class Counted:
    """What there was so far in one story."""

    def __init__(self) -> None:
        self._messages: list[int] = []
        self._captions: list[int] = []
        self._quiet: list[int] = []

    def meant(self, command: c.Command) -> c.Command:
        """The order with the number of the message that the story counts so; a made-up one stays."""
        if isinstance(command, c.DeleteMessage | c.ApproveMessage) and command.message <= len(self._messages):
            return replace(command, message=MessageNumber(self._messages[command.message - 1]))
        return command

    def event(self, event: e.Event) -> e.Event:
        match event:
            case e.Said() | e.MessageDeleted():
                return replace(event, number=self._message(event.number))
            case e.MessagesReleased():
                return replace(event, numbers=tuple(map(self._message, event.numbers)))
            case e.Captioned():
                return replace(event, number=_nth(self._captions, event.number))
            case _:
                return event

    def view(self, seen: View) -> View:
        return replace(
            seen, messages=tuple(replace(m, number=self._message(m.number)) for m in seen.messages)
        )

    def told(self, line: str) -> str:
        """The line with its quiet rooms counted."""
        return re.sub(r"\bq(\d+)\b", lambda found: f"q{_nth(self._quiet, int(found[1]))}", line)

    def _message(self, number: int) -> MessageNumber:
        return MessageNumber(_nth(self._messages, number))


def _nth(seen: list[int], number: int) -> int:
    if number not in seen:
        seen.append(number)
    return seen.index(number) + 1
