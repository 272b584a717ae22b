"""Who may see what: each event to exactly those it is for.

Called by `hosting.replica` for every event. A viewer's own change of place is not told as events: her `view` is refreshed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from . import chat
from . import events as e
from .care_sights import (
    CareSight,
    holders,
    of_contacts,
    of_exchange,
    of_pulse,
)
from .room_sights import (
    RoomSight,
    of_breakouts,
    of_needs,
    of_quiet,
)
from .turn_sights import HandsShown, RoundShown, of_hands, of_round, of_speaking, timekeepers
from .view import hears_about, shown_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .ids import MessageNumber, ParticipantId, RoomId
    from .state import Bar, ChatMessage, Meeting, Participant

    Viewers: TypeAlias = frozenset[ParticipantId]


@dataclass(frozen=True, slots=True)
class Came:
    """A person is new in the viewers' sight."""

    person: Participant


@dataclass(frozen=True, slots=True)
class Looks:
    """A person in the viewers' sight looks like this now."""

    person: Participant


@dataclass(frozen=True, slots=True)
class Gone:
    """A person is out of the viewers' sight."""

    participant: ParticipantId
    how: e.Parting | None
    """None: she is in the lobby, or in another room."""
    to_lobby: bool = False


@dataclass(frozen=True, slots=True)
class BarShown:
    bar: Bar


@dataclass(frozen=True, slots=True)
class MessageShown:
    """A message the viewers may read now."""

    message: ChatMessage


Plain = (
    e.ConnectionLost
    | e.ConnectionRestored
    | e.MediaSet
    | e.MediaAllowed
    | e.MessageDeleted
    | e.ChatChanged
    | e.LockChanged
    | e.LeadChanged
    | e.StatusChanged
    | e.PauseChanged
    | e.BarUndone
    | e.FloorChanged
    | e.ShareNudged
    | e.AdmissionChanged
    | e.TextsSet
    | e.RunSheetChanged
    | e.PulseShown
    | e.HandedOut
    | e.TakenBack
    | e.Captioned
)
Sight = (
    Came | Looks | Gone | BarShown | MessageShown | RoundShown | HandsShown | RoomSight | CareSight | Plain
)


@dataclass(frozen=True, slots=True)
class Showing:
    """One thing to show, and to whom."""

    viewers: Viewers
    sight: Sight


# ── who sees which event ─────────────────────────────────────────────────────────────────────────


def showings(  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    before: Meeting, after: Meeting, event: e.Event
) -> tuple[Showing, ...]:
    """What to show whom when `event` led from `before` to `after`; nobody in the lobby gets events of others."""
    match event:
        case e.Arrived() | e.Entered() | e.SentToLobby() | e.Moved():
            return tuple(_movements(before, after, event))
        case e.Parted():
            return (*_movements(before, after, event), *_pairs(of_contacts(before, after)))
        case e.AwayChanged() | e.AdmissionHeld() | e.GuestTimeSet() | e.AideChanged():
            return tuple(_looks(before, after, event.participant))
        case e.ConnectionLost() | e.ConnectionRestored() | e.MediaAllowed():
            return _to(_around(after, event.participant), event)
        case e.MediaSet():
            return _to(_witnesses(after, event.participant), event)
        case e.Barred():
            return _to(_facilitators(after), BarShown(after.barred[event.participant]))
        case e.BarUndone() | e.AdmissionChanged():
            return _to(_facilitators(after), event)
        case e.Said():
            return _messages(after, frozenset({event.number}))
        case e.MessagesReleased():
            return _messages(after, frozenset(event.numbers)) + tuple(_out_of_sight(before, after))
        case e.MessageDeleted():
            return _to(_readers(before, event), event)
        case (
            e.LockChanged()
            | e.LeadChanged()
            | e.StatusChanged()
            | e.PauseChanged()
            | e.ChatChanged()
            | e.RunSheetChanged()
            | e.PulseShown()
            | e.HandedOut()
        ):
            return _to(_inside(after), event)
        case e.TextsSet():
            return _to(frozenset(after.participants), event)
        case e.TakenBack():
            return _to(holders(before, event.number), event)
        case e.RoundChanged():
            return _pairs(of_round(before, after, event.room))
        case e.ShareNudged():
            return _to(timekeepers(after, event.room), event)
        case e.HandsChanged():
            return _pairs(of_hands(before, after, event.room))
        case e.Captioned():
            return _to(_hearers(after, event.participant), event)
        case e.Spoke():
            return _pairs(of_speaking(before, after, after.participants[event.participant].place))
        case e.FloorChanged():
            return _to(_of_room(after, event.room), event)
        case e.BreakoutsChanged():
            return (*_pairs(of_breakouts(before, after)), *_out_of_sight(before, after))
        case e.QuietRoomChanged():
            return _pairs(of_quiet(before, after))
        case e.NeedsChanged():
            return _pairs(of_needs(before, after))
        case e.PulseChanged():
            return _pairs(of_pulse(before, after))
        case e.ContactsOpened() | e.ContactsClosed() | e.ContactOffered():
            return _pairs(of_contacts(before, after))
        case e.ContactsExchanged():
            return _pairs(of_exchange(event))
        case e.AttendanceChanged() | e.PairsMet() | e.DebriefBegan():
            return ()


def _to(viewers: Viewers, sight: Sight) -> tuple[Showing, ...]:
    return (Showing(viewers, sight),) if viewers else ()


def _pairs(pairs: Iterable[tuple[Viewers, Sight]]) -> tuple[Showing, ...]:
    return tuple(Showing(viewers, sight) for viewers, sight in pairs if viewers)


def _inside(meeting: Meeting) -> Viewers:
    return frozenset(p.id for p in meeting.participants.values() if not p.in_lobby)


def _of_room(meeting: Meeting, room: RoomId) -> Viewers:
    return frozenset(p.id for p in meeting.of_room(room))


def _hearers(meeting: Meeting, who: ParticipantId) -> Viewers:
    """Herself and those who hear her."""
    return frozenset(p.id for p in meeting.in_room(meeting.participants[who].room))


def _facilitators(meeting: Meeting) -> Viewers:
    return frozenset(p.id for p in meeting.facilitators())


def _around(meeting: Meeting, who: ParticipantId) -> Viewers:
    """Herself and everybody who is told what happens to her."""
    person = meeting.participants[who]
    return frozenset(p.id for p in meeting.participants.values() if hears_about(p, person))


def _witnesses(meeting: Meeting, who: ParticipantId) -> Viewers:
    """Those around her who can tell what she sends: for whom she seems away, she sends nothing."""
    person = meeting.participants[who]
    around = _around(meeting, who)
    if not person.in_quiet_room:
        return around
    people = (meeting.participants[one] for one in around)
    return frozenset(p.id for p in people if p.room == person.room or (p.is_facilitator and not p.in_lobby))


def _messages(meeting: Meeting, numbers: frozenset[MessageNumber]) -> tuple[Showing, ...]:
    """Each message to everybody who may read it now; mostly it is the newest."""
    newest = meeting.messages[-1:]
    is_new = len(numbers) == 1 and bool(newest) and newest[0].number in numbers
    return tuple(
        showing
        for message in (newest if is_new else meeting.messages)
        if message.number in numbers
        for showing in _to(
            frozenset(p.id for p in meeting.participants.values() if chat.reads(p, message)),
            MessageShown(message),
        )
    )


def _out_of_sight(before: Meeting, after: Meeting) -> Iterator[Showing]:
    """What was held is read from every room by facilitators: for those elsewhere it is gone with its release, or its room."""
    now = {message.number: message for message in after.messages}
    for message in before.messages:
        then = now.get(message.number)
        if message.held is None or then is message:
            continue
        lost = frozenset(
            p.id
            for p in after.participants.values()
            if (was := before.participants.get(p.id)) is not None
            and chat.reads(was, message)
            and (then is None or not chat.reads(p, then))
        )
        yield from _to(lost, e.MessageDeleted(message.number))


def _readers(meeting: Meeting, event: e.MessageDeleted) -> Viewers:
    message = next(m for m in meeting.messages if m.number == event.number)
    return frozenset(p.id for p in meeting.participants.values() if chat.reads(p, message))


Movement = e.Arrived | e.Entered | e.SentToLobby | e.Parted | e.Moved


def _movements(before: Meeting, after: Meeting, event: Movement) -> Iterator[Showing]:
    """Compare what each person saw with what she sees: came, looks different, or gone."""
    who = event.participant
    was, now = before.participants.get(who), after.participants.get(who)
    how = event.how if isinstance(event, e.Parted) else None
    groups: dict[Sight, set[ParticipantId]] = {}
    for viewer in after.participants.values():
        if viewer.id == who:
            continue
        sight = _movement(viewer, was, now, how)
        if sight is not None:
            groups.setdefault(sight, set()).add(viewer.id)
    for sight, viewers in groups.items():
        yield Showing(frozenset(viewers), sight)


def _movement(
    viewer: Participant, was: Participant | None, now: Participant | None, how: e.Parting | None
) -> Sight | None:
    saw = was is not None and hears_about(viewer, was)
    if now is not None and hears_about(viewer, now):
        shown = shown_to(viewer, now)
        if not saw or was is None:
            return Came(shown)
        return None if shown == shown_to(viewer, was) else Looks(shown)
    if saw and was is not None:
        return Gone(was.id, how, to_lobby=now is not None and now.in_lobby)
    return None


def _looks(before: Meeting, after: Meeting, who: ParticipantId) -> Iterator[Showing]:
    """Everybody for whom she looks different now; being away looks the same for whatever reason."""
    was, now = before.participants[who], after.participants[who]
    groups: dict[Sight, set[ParticipantId]] = {}
    for viewer in after.participants.values():
        if hears_about(viewer, now) and (shown := shown_to(viewer, now)) != shown_to(viewer, was):
            groups.setdefault(Looks(shown), set()).add(viewer.id)
    for sight, viewers in groups.items():
        yield Showing(frozenset(viewers), sight)
