"""The group's own texts, sealed: its title, what it agrees on, what it plans; called by `machine`.

Who comes reads them before anything of hers is shown: whoever holds a link may see them, also in the lobby.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .change import changed
from .errors import Refusal, Rejected
from .events import TextsSet

if TYPE_CHECKING:
    from . import commands as c
    from .events import Event
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]


def decide_set_texts(meeting: Meeting, command: c.SetTexts, _now_ms: int) -> Events:
    """b"" takes them away."""
    if command.body == meeting.texts:
        raise Rejected(Refusal.ALREADY_SO)
    if len(command.body) > meeting.rules.max_texts_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    return (TextsSet(command.body),)


def evolve_texts_set(meeting: Meeting, event: TextsSet) -> Meeting:
    return changed(meeting, texts=event.body)
