"""How the pulse, resources and keep in touch look to each person; called by `audience` and `view` only.

No count is told before the pulse is closed; no offer to keep in touch is told unless both offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .differences import differences
from .state import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .events import ContactsExchanged
    from .ids import ParticipantId, ResourceNumber
    from .state import Meeting, Participant, Resource

    Viewers: TypeAlias = frozenset[ParticipantId]


@dataclass(frozen=True, slots=True)
class PulseAsked:
    """The open question; `body` None: there is none."""

    body: bytes | None
    options: int
    answered: bool
    number: int = 0


@dataclass(frozen=True, slots=True)
class ContactsShown:
    """To whom the viewer offered; None: keep in touch is closed."""

    offered: tuple[ParticipantId, ...] | None


@dataclass(frozen=True, slots=True)
class ContactShown:
    """What one person wrote for the viewer: they chose each other."""

    who: ParticipantId
    body: bytes


CareSight = PulseAsked | ContactsShown | ContactShown


def shown_pulse(meeting: Meeting, viewer: Participant) -> PulseAsked:
    pulse = meeting.pulse
    if pulse is None or viewer.in_lobby:
        return PulseAsked(None, 0, answered=False)
    return PulseAsked(pulse.body, len(pulse.counts), viewer.id in pulse.answered, pulse.number)


def of_pulse(before: Meeting, after: Meeting) -> Iterator[tuple[Viewers, PulseAsked]]:
    return differences(before, after, shown_pulse)


def shown_resources(meeting: Meeting, viewer: Participant) -> Iterator[Resource]:
    """A guest sees nothing from before she came; others see all that was handed out."""
    if viewer.in_lobby:
        return iter(())
    return (r for r in meeting.resources if viewer.role is not Role.GUEST or r.after >= (viewer.came_at or 0))


def holders(meeting: Meeting, number: ResourceNumber) -> Viewers:
    """Who sees this resource."""
    return frozenset(
        p.id
        for p in meeting.participants.values()
        if any(resource.number == number for resource in shown_resources(meeting, p))
    )


def shown_contacts(meeting: Meeting, viewer: Participant) -> ContactsShown:
    if meeting.contacts is None or viewer.in_lobby:
        return ContactsShown(None)
    return ContactsShown(tuple(to for giver, to in meeting.contacts if giver == viewer.id))


def of_contacts(before: Meeting, after: Meeting) -> Iterator[tuple[Viewers, ContactsShown]]:
    """Opening and closing to all; an offer to its giver alone, and so that it is gone when the other is."""
    was, now = before.contacts, after.contacts
    if was is None and now is None:
        return
    if was is None or now is None:
        inside = frozenset(p.id for p in after.participants.values() if not p.in_lobby)
        yield inside, ContactsShown(None if now is None else ())
        return
    for who in sorted({giver for giver, _ in was.keys() ^ now.keys()}):
        giver = after.participants.get(who)
        if giver is not None and not giver.in_lobby:
            yield frozenset({who}), shown_contacts(after, giver)


def of_exchange(event: ContactsExchanged) -> Iterator[tuple[Viewers, ContactShown]]:
    yield frozenset({event.first}), ContactShown(event.second, event.from_second)
    yield frozenset({event.second}), ContactShown(event.first, event.from_first)
