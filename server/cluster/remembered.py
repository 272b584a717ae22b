"""Which commands of whom were answered, and how, by whoever owned the meeting then: what the next owner begins with.

Carried out: known from the entries. Refused: told by the owner in letters, before it told whoever asked. Kept by `following`.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from server.hosting.ports import Cause
from server.rooms.events import Parted

if TYPE_CHECKING:
    from server.hosting.ports import Entry
    from server.rooms.errors import Refusal
    from server.rooms.ids import ParticipantId

    from .records import Answered

REMEMBERED: Final = 32
"""Per person: commands of which the next owner knows how they were answered."""


class Remembered:
    """Of those who are in the meeting."""

    def __init__(self, answered: Answered) -> None:
        self._of: dict[ParticipantId, OrderedDict[int, int | Refusal]] = {}
        for cause, how in answered:
            self._keep(cause, how)

    def took(self, entry: Entry) -> None:
        """It was carried out, whatever became of an earlier try."""
        if entry.cause is not None:
            self._keep(entry.cause, entry.position)
        for event in entry.events:
            if isinstance(event, Parted):
                self._of.pop(event.participant, None)

    def refused(self, cause: Cause, code: Refusal) -> None:
        """Asked again it is refused again, though it might be allowed by then. Never overrules what was carried out."""
        if cause.command_id not in self._of.get(cause.participant, ()):
            self._keep(cause, code)

    def all(self) -> Answered:
        return tuple(
            (Cause(who, number), how) for who, answers in self._of.items() for number, how in answers.items()
        )

    def _keep(self, cause: Cause, how: int | Refusal) -> None:
        answers = self._of.setdefault(cause.participant, OrderedDict())
        answers[cause.command_id] = how
        if len(answers) > REMEMBERED:
            answers.popitem(last=False)
