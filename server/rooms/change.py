"""Small steps from one meeting value to the next; called by the `evolve_*` of the features."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import replace as changed  # the checker knows its fields and their types

    from .ids import ParticipantId
    from .state import Meeting, Participant

__all__ = ["changed", "drop", "put"]


@cache
def _slots(
    kind: type,
) -> tuple[
    Callable[[object], tuple[object, ...]],
    tuple[Callable[[object, object], None], ...],
    dict[str, Callable[[object, object], None]],
]:
    """How to read all slots of a class at once, and how to write each, past its `frozen`."""
    names = tuple(field.name for field in fields(kind))
    writer_of = {name: getattr(kind, name).__set__ for name in names}
    return attrgetter(*names), tuple(writer_of.values()), writer_of


def _changed(value: object, /, **fields_to_change: object) -> object:
    """A copy of a frozen value with these fields changed.

    What `dataclasses.replace` does, at a third of its price or less: `__init__` is not run.
    The large values (`Meeting`, `Participant`, `Round`, `Moment`) have no slots: a dict is copied in one go.
    """
    kind: type = type(value)
    copy: object = object.__new__(kind)
    kept = getattr(value, "__dict__", None)
    if kept is not None:
        own = copy.__dict__
        own.update(kept)
        own.update(fields_to_change)
        if len(own) != len(kept):
            raise KeyError(kind)
        return copy
    read_all, writers, writer_of = _slots(kind)
    for write, old in zip(writers, read_all(value), strict=True):
        write(copy, old)
    for name, new in fields_to_change.items():
        writer_of[name](copy, new)
    return copy


if not TYPE_CHECKING:
    changed = _changed


def put(meeting: Meeting, person: Participant) -> Meeting:
    """The meeting with this person as given; somebody new comes last."""
    return changed(meeting, participants={**meeting.participants, person.id: person})


def drop(meeting: Meeting, who: ParticipantId) -> Meeting:
    """The meeting without this person."""
    return changed(meeting, participants={k: p for k, p in meeting.participants.items() if k != who})
