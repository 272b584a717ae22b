"""Which viewers see something different now, grouped by what they see; called by the sights.

Imports values only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .ids import ParticipantId
    from .state import Meeting, Participant

Shown = TypeVar("Shown")


def differences(
    before: Meeting, after: Meeting, shown: Callable[[Meeting, Participant], Shown]
) -> Iterator[tuple[frozenset[ParticipantId], Shown]]:
    """Each new sight with those for whom it is new; who was not there before counts as having seen nothing."""
    groups: dict[Shown, set[ParticipantId]] = {}
    for viewer in after.participants.values():
        was, now = before.participants.get(viewer.id), shown(after, viewer)
        if was is None or shown(before, was) != now:
            groups.setdefault(now, set()).add(viewer.id)
    for sight, viewers in groups.items():
        yield frozenset(viewers), sight
