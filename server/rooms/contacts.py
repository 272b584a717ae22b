"""Keep in touch: two members who both choose each other get what the other wrote; nobody ever learns of a no.

Called by `machine`, by whatever ends the session (`closing`), and by `membership` when somebody is gone (`forgotten`).
What is written is sealed to the two. Until the closing nothing is told to anybody but the giver, so that no time tells.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from .change import changed
from .errors import Refusal, Rejected
from .events import ContactOffered, ContactsClosed, ContactsExchanged, ContactsOpened
from .state import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from . import commands as c
    from .events import Event
    from .ids import ParticipantId
    from .state import Meeting

    Events: TypeAlias = tuple[Event, ...]
    Offers: TypeAlias = Mapping[tuple[ParticipantId, ParticipantId], bytes]

NO_OFFERS: Final[Offers] = MappingProxyType({})


def decide_open_contacts(meeting: Meeting, _command: c.OpenContacts, _now_ms: int) -> Events:
    if meeting.contacts is not None:
        raise Rejected(Refusal.ALREADY_SO)
    return (ContactsOpened(),)


def evolve_contacts_opened(meeting: Meeting, _event: ContactsOpened) -> Meeting:
    return changed(meeting, contacts=NO_OFFERS)


def decide_offer_contact(meeting: Meeting, command: c.OfferContact, _now_ms: int) -> Events:
    """To another member who is in; again: what is written now counts."""
    offers = _open(meeting)
    giver, to = command.actor, _member(meeting, command.actor, command.who)
    rules = meeting.rules
    if not 0 < len(command.body) <= rules.max_contact_bytes:
        raise Rejected(Refusal.TOO_LARGE)
    if (giver, to) not in offers and sum(one == giver for one, _ in offers) >= rules.max_contacts:
        raise Rejected(Refusal.FULL)
    return (ContactOffered(giver, to, command.body),)


def decide_withdraw_contact(meeting: Meeting, command: c.WithdrawContact, _now_ms: int) -> Events:
    """Always possible, also while the other is in the lobby."""
    pair = (command.actor, command.who)
    if pair not in _open(meeting):
        _member(meeting, *pair)
        raise Rejected(Refusal.ALREADY_SO)
    return (ContactOffered(*pair, None),)


def _open(meeting: Meeting) -> Offers:
    if meeting.contacts is None:
        raise Rejected(Refusal.NOT_NOW)
    return meeting.contacts


def _member(meeting: Meeting, giver: ParticipantId, who: ParticipantId) -> ParticipantId:
    person = meeting.participants.get(who)
    if person is None or person.in_lobby or person.id == giver:
        raise Rejected(Refusal.NO_SUCH_PERSON)
    if person.role is not Role.MEMBER:
        raise Rejected(Refusal.NOT_ALLOWED)
    return person.id


def evolve_contact_offered(meeting: Meeting, event: ContactOffered) -> Meeting:
    """What she wrote before leaves no trace; her list stays in the order in which she chose."""
    offers, pair = meeting.contacts or NO_OFFERS, (event.giver, event.to)
    if event.body is not None:
        return changed(meeting, contacts={**offers, pair: event.body})
    return changed(meeting, contacts={one: body for one, body in offers.items() if one != pair})


# ── the end ──────────────────────────────────────────────────────────────────────────────────────


def decide_close_contacts(meeting: Meeting, _command: c.CloseContacts, _now_ms: int) -> Events:
    if meeting.contacts is None:
        raise Rejected(Refusal.ALREADY_SO)
    return closing(meeting)


def closing(meeting: Meeting) -> Events:
    """Those who chose each other get what the other wrote, and all is erased; () when it is not open.

    Comes before the events that send people away: who has parted gets nothing.
    """
    if meeting.contacts is None:
        return ()
    return (*_exchanges(meeting, meeting.contacts), ContactsClosed())


def _exchanges(meeting: Meeting, offers: Offers) -> Iterator[ContactsExchanged]:
    """Between two who are in, each pair once; in an order that does not tell who offered when."""
    inside = frozenset(p.id for p in meeting.participants.values() if not p.in_lobby)
    for first, second in sorted(offers):
        if first < second and (second, first) in offers and {first, second} <= inside:
            yield ContactsExchanged(first, second, offers[first, second], offers[second, first])


def evolve_contacts_exchanged(meeting: Meeting, _event: ContactsExchanged) -> Meeting:
    """Told, not kept; what was offered is erased when all is closed."""
    return meeting


def evolve_contacts_closed(meeting: Meeting, _event: ContactsClosed) -> Meeting:
    return changed(meeting, contacts=None)


def forgotten(meeting: Meeting, who: ParticipantId) -> Meeting:
    """What somebody who is gone wrote, and what was written for her, is nowhere."""
    offers = meeting.contacts
    if not offers or not any(who in pair for pair in offers):
        return meeting
    return changed(meeting, contacts={pair: body for pair, body in offers.items() if who not in pair})
