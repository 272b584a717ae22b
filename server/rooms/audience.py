"""Who may see what: each event to exactly those it is for, and the whole view of one person.

Called by `hosting.replica` for every event. A viewer's own change of place is not told as events: her view is `refreshed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from . import chat, floor
from . import events as e
from .change import changed
from .turn_sights import HandsShown, RoundShown, of_round, of_speaking, shown_hands, shown_round, timekeepers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .ids import ParticipantId, RoomId
    from .rounds import Round
    from .state import Bar, ChatMessage, Floor, Meeting, Participant, Status

    Viewers: TypeAlias = frozenset[ParticipantId]


@dataclass(frozen=True, slots=True)
class Came:
    """A person is new in the viewers' sight."""

    person: Participant


@dataclass(frozen=True, slots=True)
class Moved:
    """A person in the viewers' sight is in another room now."""

    participant: ParticipantId
    room: RoomId


@dataclass(frozen=True, slots=True)
class Gone:
    """A person is out of the viewers' sight."""

    participant: ParticipantId
    how: e.Parting | None
    """None: she is in the lobby again."""


@dataclass(frozen=True, slots=True)
class BarShown:
    bar: Bar


Plain = (
    e.ConnectionLost
    | e.ConnectionRestored
    | e.MediaSet
    | e.MediaAllowed
    | e.Said
    | e.MessageDeleted
    | e.LockChanged
    | e.LeadChanged
    | e.StatusChanged
    | e.BarUndone
    | e.AwayChanged
    | e.FloorChanged
    | e.ShareNudged
    | e.AdmissionChanged
    | e.AdmissionHeld
)
Sight = Came | Moved | Gone | BarShown | RoundShown | HandsShown | Plain


@dataclass(frozen=True, slots=True)
class Showing:
    """One thing to show, and to whom."""

    viewers: Viewers
    sight: Sight


@dataclass(frozen=True, slots=True)
class View:
    """Everything one person may know now."""

    you: Participant
    status: Status
    locked: bool
    lead: ParticipantId | None
    present: int
    people: tuple[Participant, ...]
    messages: tuple[ChatMessage, ...]
    barred: tuple[Bar, ...]
    grace_ms: int
    round: Round | None
    hands: HandsShown
    floor: Floor
    between_shares: bool


# ── who sees whom ────────────────────────────────────────────────────────────────────────────────


def sees(viewer: Participant, person: Participant) -> bool:
    """A facilitator sees everybody; the lobby sees who hosts; others see their own room."""
    if viewer.id == person.id or (viewer.is_facilitator and not viewer.in_lobby):
        return True
    if viewer.in_lobby:
        return person.is_facilitator and not person.in_lobby
    return viewer.room == person.room


def view(meeting: Meeting, viewer: Participant) -> View:
    """The snapshot this person gets: nothing that her events would not have told her."""
    people = (p for p in meeting.participants.values() if sees(viewer, p))
    inside = not viewer.in_lobby
    return View(
        you=shown_to(viewer, viewer),
        status=meeting.status,
        locked=meeting.locked,
        lead=meeting.lead,
        present=meeting.present,
        people=tuple(shown_to(viewer, p) for p in people),
        messages=tuple(chat.readable(meeting, viewer)) if inside else (),
        barred=tuple(meeting.barred.values()) if inside and viewer.is_facilitator else (),
        grace_ms=meeting.rules.grace_ms,
        round=shown_round(meeting, viewer),
        hands=shown_hands(meeting, viewer.room),
        floor=floor.of(meeting, viewer.room),
        between_shares=meeting.between_shares and inside and viewer.is_facilitator,
    )


def shown_to(viewer: Participant, person: Participant) -> Participant:
    """The person without what this viewer must not know.

    The hint about a return is for facilitators; the lobby learns who hosts, not what they are doing.
    """
    if viewer.is_facilitator:
        return person
    if viewer.in_lobby and viewer.id != person.id:
        return changed(person, lost_at_ms=None, mic_on=False, camera_on=False, returning=False, away=False)
    return changed(person, returning=False) if person.returning else person


# ── who sees which event ─────────────────────────────────────────────────────────────────────────


def showings(  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    before: Meeting, after: Meeting, event: e.Event
) -> tuple[Showing, ...]:
    """What to show whom when `event` led from `before` to `after`; nobody in the lobby gets events of others."""
    match event:
        case e.Arrived() | e.Entered() | e.SentToLobby() | e.Parted():
            return tuple(_movements(before, after, event))
        case e.Barred():
            return _to(_facilitators(after), BarShown(after.barred[event.participant]))
        case e.BarUndone():
            return _to(_facilitators(after), event)
        case e.ConnectionLost() | e.ConnectionRestored() | e.MediaSet() | e.MediaAllowed() | e.AwayChanged():
            return _to(_around(after, event.participant), event)
        case e.Said():
            return _to(_room(after, event.room), event)
        case e.MessageDeleted():
            return _to(_readers(before, event), event)
        case e.LockChanged() | e.LeadChanged() | e.StatusChanged():
            return _to(frozenset(p.id for p in after.participants.values() if not p.in_lobby), event)
        case e.RoundChanged():
            return _pairs(of_round(before, after, event.room))
        case e.ShareNudged():
            return _to(timekeepers(after, event.room), event)
        case e.HandsChanged():
            return _to(_room(after, event.room), shown_hands(after, event.room))
        case e.Spoke():
            return _pairs(of_speaking(before, after, after.participants[event.participant].room))
        case e.FloorChanged():
            return _to(_room(after, event.room), event)
        case e.AdmissionChanged():
            return _to(_facilitators(after), event)
        case e.AdmissionHeld():
            return _to(_facilitators(after) | {event.participant}, event)
        case e.AttendanceChanged():
            return ()


def _to(viewers: Viewers, sight: Sight) -> tuple[Showing, ...]:
    return (Showing(viewers, sight),) if viewers else ()


def _pairs(pairs: Iterable[tuple[Viewers, RoundShown | HandsShown]]) -> tuple[Showing, ...]:
    return tuple(Showing(viewers, sight) for viewers, sight in pairs if viewers)


def _room(meeting: Meeting, room: RoomId) -> Viewers:
    return frozenset(p.id for p in meeting.in_room(room))


def _facilitators(meeting: Meeting) -> Viewers:
    return frozenset(p.id for p in meeting.facilitators())


def _around(meeting: Meeting, who: ParticipantId) -> Viewers:
    """Herself and everybody inside who sees her."""
    person = meeting.participants[who]
    return frozenset(
        p.id for p in meeting.participants.values() if p.id == who or (not p.in_lobby and sees(p, person))
    )


def _readers(meeting: Meeting, event: e.MessageDeleted) -> Viewers:
    room = next(m.room for m in meeting.messages if m.number == event.number)
    return frozenset(p.id for p in meeting.in_room(room) if p.sees_from <= event.number)


Movement = e.Arrived | e.Entered | e.SentToLobby | e.Parted


def _movements(before: Meeting, after: Meeting, event: Movement) -> Iterator[Showing]:
    """Compare what each person inside saw with what she sees: came, moved or gone."""
    who = event.participant
    was, now = before.participants.get(who), after.participants.get(who)
    groups: dict[Sight, set[ParticipantId]] = {}
    for viewer in after.participants.values():
        if viewer.id == who or viewer.in_lobby:
            continue
        sight = _movement(viewer, was, now, event)
        if sight is not None:
            groups.setdefault(sight, set()).add(viewer.id)
    for sight, viewers in groups.items():
        yield Showing(frozenset(viewers), sight)


def _movement(
    viewer: Participant, was: Participant | None, now: Participant | None, event: Movement
) -> Sight | None:
    saw = was is not None and sees(viewer, was)
    if now is not None and sees(viewer, now):
        return Moved(now.id, now.room) if saw else Came(shown_to(viewer, now))
    if saw:
        return Gone(event.participant, event.how if isinstance(event, e.Parted) else None)
    return None


# ── whose whole view changed ─────────────────────────────────────────────────────────────────────


def refreshed(before: Meeting, after: Meeting) -> Viewers:
    """Those who get a new snapshot instead of events: their place changed, the lobby's view did, or a bar was forgotten."""
    moved = {
        p.id
        for p in after.participants.values()
        if (was := before.participants.get(p.id)) is None or was.room != p.room
    }
    if _lobby_view(before) != _lobby_view(after):
        moved.update(p.id for p in after.participants.values() if p.in_lobby)
    if _a_bar_made_way(before, after):
        moved.update(_facilitators(after))
    return frozenset(moved)


def _lobby_view(meeting: Meeting) -> tuple[object, ...]:
    hosts: Mapping[ParticipantId, bytes] = {p.id: p.profile for p in meeting.facilitators()}
    return (hosts, meeting.present, meeting.status, meeting.locked, meeting.lead)


def _a_bar_made_way(before: Meeting, after: Meeting) -> bool:
    """A new bar pushed the oldest out: no event tells of that one."""
    was, now = before.barred.keys(), after.barred.keys()
    return bool(now - was) and bool(was - now)
