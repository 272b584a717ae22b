"""What one person may see of the whole: her snapshot, whom she sees, and when she needs a new one.

Called by `audience` for each event, by `signaling.fanout` for who arrives or comes back, and by `hosting.replica`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from . import chat, floor
from .care_sights import ContactsShown, PulseAsked, shown_contacts, shown_pulse, shown_resources
from .change import changed
from .ids import LOBBY, MAIN
from .room_sights import (
    BreakoutsShown,
    NeedsShown,
    QuietShown,
    shown_breakouts,
    shown_needs,
    shown_quiet,
)
from .state import ChatMode
from .turn_sights import HandsShown, shown_hands, shown_round

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ids import ParticipantId
    from .rounds import Round
    from .state import Bar, ChatMessage, Floor, Meeting, Participant, Resource, RunSheet, Status


@dataclass(frozen=True, slots=True)
class View:
    """Everything one person may know now."""

    you: Participant
    status: Status
    held_by_hand: bool
    locked: bool
    lead: ParticipantId | None
    present: int
    """For the lobby everybody who is in; for others whom of them they see."""
    people: tuple[Participant, ...]
    chat_mode: ChatMode
    slow_ms: int
    messages: tuple[ChatMessage, ...]
    barred: tuple[Bar, ...]
    grace_ms: int
    round: Round | None
    hands: HandsShown
    floor: Floor
    between_shares: bool
    breakouts: BreakoutsShown
    quiet: QuietShown
    needs: NeedsShown
    texts: bytes
    run_sheet: RunSheet | None
    pulse: PulseAsked
    resources: tuple[Resource, ...]
    contacts: ContactsShown


# ── who sees whom ────────────────────────────────────────────────────────────────────────────────


def sees(viewer: Participant, person: Participant) -> bool:
    """A facilitator sees everybody; the lobby sees who hosts; others see who belongs to their room, or is in it."""
    if viewer.id == person.id or (viewer.is_facilitator and not viewer.in_lobby):
        return True
    if viewer.in_lobby:
        return person.is_facilitator and not person.in_lobby
    return viewer.place == person.place or viewer.room == person.room


def hears_about(viewer: Participant, person: Participant) -> bool:
    """Is what happens to this person told to the viewer as events? The lobby gets none; in a greeting only the other."""
    if viewer.id == person.id:
        return True
    if viewer.in_lobby:
        return viewer.in_quiet_room and viewer.room == person.room
    return sees(viewer, person)


def view(meeting: Meeting, viewer: Participant) -> View:
    """The snapshot this person gets: nothing that her events would not have told her."""
    people = tuple(p for p in meeting.participants.values() if sees(viewer, p))
    inside = not viewer.in_lobby
    facilitates = inside and viewer.is_facilitator
    return View(
        you=shown_to(viewer, viewer),
        status=meeting.status,
        held_by_hand=meeting.held_by_hand,
        locked=meeting.locked,
        lead=meeting.lead,
        present=sum(1 for p in people if not p.in_lobby) if inside else meeting.present,
        people=tuple(shown_to(viewer, p) for p in people),
        chat_mode=meeting.chat_mode if inside else ChatMode.OPEN,
        slow_ms=meeting.slow_ms if inside else 0,
        messages=tuple(chat.readable(meeting, viewer)),
        barred=tuple(meeting.barred.values()) if facilitates else (),
        grace_ms=meeting.rules.grace_ms,
        round=shown_round(meeting, viewer),
        hands=shown_hands(meeting, viewer.place),
        floor=floor.of(meeting, viewer.place),
        between_shares=meeting.between_shares and facilitates,
        breakouts=shown_breakouts(meeting, viewer),
        quiet=shown_quiet(meeting, viewer),
        needs=shown_needs(meeting, viewer),
        texts=meeting.texts,
        run_sheet=meeting.run_sheet if inside else None,
        pulse=shown_pulse(meeting, viewer),
        resources=tuple(shown_resources(meeting, viewer)),
        contacts=shown_contacts(meeting, viewer),
    )


def shown_to(viewer: Participant, person: Participant) -> Participant:
    """The person without what this viewer must not know.

    Whether somebody returned, how long she was silent and who is with whom in a quiet room is for facilitators;
    for the others she is simply away. The lobby learns who hosts, not what they are doing.
    """
    if viewer.is_facilitator and not viewer.in_lobby:
        return person
    if viewer.id == person.id:
        return changed(person, returning=False, heard_at_ms=None)
    plain = changed(person, **_NOT_FOR_ALL)
    if viewer.room == person.room != LOBBY:
        return plain
    if viewer.in_lobby:
        return changed(plain, **_NOT_FOR_THE_LOBBY)
    if not person.seems_away:
        return plain
    return changed(plain, room=plain.place, mic_on=False, camera_on=False, away=True)


_NOT_FOR_ALL: Final[Mapping[str, Any]] = {
    "returning": False,
    "guest_time": None,
    "heard_at_ms": None,
    "said_at_ms": None,
    "spoken_ms": 0,
    "since": (),
}
"""Also what no message tells: else a change of it would be told as a change of nothing, and tell something."""
_NOT_FOR_THE_LOBBY: Final[Mapping[str, Any]] = {
    "lost_at_ms": None,
    "room": MAIN,
    "place": MAIN,
    "mic_on": False,
    "camera_on": False,
    "away": False,
    "captions": False,
    "interprets": False,
}
"""Nor in which room a facilitator is; nothing of this is told to the lobby when it changes."""


# ── whose whole view changed ─────────────────────────────────────────────────────────────────────


def refreshed(before: Meeting, after: Meeting) -> frozenset[ParticipantId]:
    """Those who get a new snapshot instead of events: their place changed, the lobby's view did, or a bar was forgotten.

    Also everybody when the group's evening was: no events take back what was said.
    """
    if before.debrief_since_ms != after.debrief_since_ms:
        return frozenset(after.participants)
    earlier = before.participants
    moved = {
        p.id
        for p in after.participants.values()
        if (was := earlier.get(p.id)) is not p and (was is None or (was.room, was.place) != (p.room, p.place))
    }
    lobby = [p.id for p in after.participants.values() if p.in_lobby]
    if lobby and _lobby_view(before) != _lobby_view(after):
        moved.update(lobby)
    if before.barred is not after.barred and _a_bar_made_way(before, after):
        moved.update(p.id for p in after.facilitators())
    return frozenset(moved)


def _lobby_view(meeting: Meeting) -> tuple[object, ...]:
    hosts: Mapping[ParticipantId, bytes] = {p.id: p.profile for p in meeting.facilitators()}
    return (hosts, meeting.present, meeting.status, meeting.held_by_hand, meeting.locked, meeting.lead)


def _a_bar_made_way(before: Meeting, after: Meeting) -> bool:
    """A new bar pushed the oldest out: no event tells of that one."""
    was, now = before.barred.keys(), after.barred.keys()
    return bool(now - was) and bool(was - now)
