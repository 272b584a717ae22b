"""What a faithful client knows: keeps a view from showings alone, as a browser would; called by the audience's tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from server.rooms import events as e
from server.rooms.audience import BarShown, Came, Gone, Looks, MessageShown, showings
from server.rooms.care_sights import ContactShown, ContactsShown, PulseAsked
from server.rooms.ids import FIRST_MESSAGE
from server.rooms.machine import evolve
from server.rooms.room_sights import BreakoutsShown, NeedsShown, QuietShown
from server.rooms.rounds import NEXT
from server.rooms.state import Resource, Status
from server.rooms.turn_sights import HandsShown, RoundShown
from server.rooms.view import View, refreshed, view

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.rooms.audience import Showing, Sight
    from server.rooms.ids import MessageNumber, ParticipantId
    from server.rooms.rounds import Round
    from server.rooms.state import Bar, ChatMessage, ChatMode, Floor, Meeting, Participant, RunSheet


@dataclass
class Eyes:
    """What one viewer knows, in no order but that of the chat."""

    status: Status
    locked: bool
    lead: ParticipantId | None
    present: int
    people: dict[ParticipantId, Participant]
    messages: dict[MessageNumber, ChatMessage]
    barred: dict[ParticipantId, Bar]
    round: Round | None
    hands: HandsShown
    floor: Floor
    between_shares: bool
    chat: tuple[ChatMode, int]
    held_by_hand: bool
    breakouts: BreakoutsShown
    quiet: QuietShown
    needs: NeedsShown
    texts: bytes
    run_sheet: RunSheet | None
    pulse: PulseAsked
    resources: tuple[Resource, ...]
    contacts: ContactsShown

    @classmethod
    def of(cls, snapshot: View) -> Eyes:
        return cls(
            status=snapshot.status,
            locked=snapshot.locked,
            lead=snapshot.lead,
            present=snapshot.present,
            people={p.id: p for p in snapshot.people},
            messages={m.number: m for m in snapshot.messages},
            barred={bar.participant: bar for bar in snapshot.barred},
            round=snapshot.round,
            hands=snapshot.hands,
            floor=snapshot.floor,
            between_shares=snapshot.between_shares,
            chat=(snapshot.chat_mode, snapshot.slow_ms),
            held_by_hand=snapshot.held_by_hand,
            breakouts=snapshot.breakouts,
            quiet=snapshot.quiet,
            needs=snapshot.needs,
            texts=snapshot.texts,
            run_sheet=snapshot.run_sheet,
            pulse=snapshot.pulse,
            resources=tuple(Resource(r.number, r.body, FIRST_MESSAGE) for r in snapshot.resources),
            contacts=snapshot.contacts,
        )

    def see(self, sight: Sight) -> None:  # noqa: C901, PLR0912, PLR0915 - one line for each kind of sight
        match sight:
            case Came():
                assert sight.person.id not in self.people
                self.people[sight.person.id] = sight.person
            case Looks():
                assert sight.person.id in self.people
                self.people[sight.person.id] = sight.person
            case Gone():
                del self.people[sight.participant]
            case BarShown():
                self.barred[sight.bar.participant] = sight.bar
            case e.BarUndone():
                del self.barred[sight.participant]
            case e.ConnectionLost():
                self._change(sight.participant, lost_at_ms=sight.at_ms)
            case e.ConnectionRestored():
                self._change(sight.participant, lost_at_ms=None, connection=sight.connection)
            case e.MediaSet():
                self._change(sight.participant, mic_on=sight.mic, camera_on=sight.camera)
            case e.MediaAllowed():
                self._change(sight.participant, mic_allowed=sight.mic, camera_allowed=sight.camera)
            case MessageShown():
                self.messages[sight.message.number] = sight.message
            case e.MessageDeleted():
                del self.messages[sight.number]
            case e.ChatChanged():
                self.chat = (sight.mode, sight.slow_ms)
            case e.LockChanged():
                self.locked = sight.locked
            case e.LeadChanged():
                self.lead = sight.lead
            case e.StatusChanged():
                self.status = sight.status
            case e.PauseChanged():
                self.held_by_hand = sight.by_hand
            case BreakoutsShown():
                self.breakouts = sight
            case QuietShown():
                self.quiet = sight
            case NeedsShown():
                self.needs = sight
            case e.TextsSet():
                self.texts = sight.body
            case e.RunSheetChanged():
                self.run_sheet = sight.run_sheet
            case PulseAsked():
                self.pulse = sight
            case ContactsShown():
                self.contacts = sight
            case e.HandedOut():
                self.resources = (*self.resources, Resource(sight.number, sight.body, FIRST_MESSAGE))
            case e.TakenBack():
                self.resources = tuple(r for r in self.resources if r.number != sight.number)
            case e.PulseShown() | ContactShown() | e.Captioned():
                """Told once, kept by nobody but the reader."""
            case RoundShown():
                self.round = sight.round
            case HandsShown():
                self.hands = sight
            case e.FloorChanged():
                self.floor = sight.floor
            case e.ShareNudged():
                assert self.round is not None
                assert self.round.moment.number == sight.turn
            case e.AdmissionChanged():
                self.between_shares = sight.between_shares
            case _:
                assert_never(sight)
        if isinstance(sight, Came | Looks | Gone):
            self.present = sum(1 for p in self.people.values() if not p.in_lobby)

    def _change(self, who: ParticipantId, **fields: object) -> None:
        self.people[who] = replace(self.people[who], **fields)  # type: ignore[arg-type]

    def forget_before(self, oldest: MessageNumber) -> None:
        """A client bounds its history as the protocol says; here to the server's oldest message."""
        self.messages = {number: m for number, m in self.messages.items() if number >= oldest}

    def known(self) -> tuple[object, ...]:
        """Comparable: what goes over the wire, and nothing else."""
        people = {who: on_the_wire(person) for who, person in self.people.items()}
        return (
            *(self.status, self.locked, self.lead, self.present, people, self.barred),
            *(dict(sorted(self.messages.items())), self.chat, self.held_by_hand),
            *(heard(self.round), self.hands, self.floor, self.between_shares),
            *(self.breakouts, self.quiet, self.needs, self.run_sheet, self.pulse),
            *(self.texts, self.resources, self.contacts),
        )


def on_the_wire(person: Participant) -> tuple[object, ...]:
    """The fields of the protocol's `Person`."""
    sends = (person.mic_on, person.camera_on, person.mic_allowed, person.camera_allowed)
    state = (person.connected, person.returning, person.away, person.admitted)
    where = (person.room, person.place, person.guest_time)
    return (person.id, person.role, person.profile, where, sends, state)


def heard(this: Round | None) -> tuple[object, ...] | None:
    """The fields of the protocol's `Round`; whether she was nudged is told as an event of its own."""
    if this is None:
        return None
    assert this.moment is not NEXT
    moment = replace(this.moment, nudged=False, away_since_ms=None)
    order = tuple((place.who, this.told(place)) for place in this.places)
    return (this.kind, moment, this.stage, this.named, this.share_ms, this.invite_passed, order)


def look(meeting: Meeting) -> dict[ParticipantId, Eyes]:
    """Everybody opens her eyes: one snapshot each."""
    return {p.id: Eyes.of(view(meeting, p)) for p in meeting.participants.values()}


def watch(
    eyes: Mapping[ParticipantId, Eyes], meeting: Meeting, events: Iterable[e.Event]
) -> tuple[dict[ParticipantId, Eyes], Meeting]:
    """What everybody knows after one step of the meeting: refreshed people their new view, others what they were shown."""
    shown: list[Showing] = []
    then = meeting
    for event in events:
        before, then = then, evolve(then, event)
        shown += showings(before, then, event)
    new = refreshed(meeting, then)
    after = {p.id: Eyes.of(view(then, p)) if p.id in new else eyes[p.id] for p in then.participants.values()}
    for showing in shown:
        for viewer in showing.viewers - new:
            if viewer in after:
                after[viewer].see(showing.sight)
    oldest = then.messages[0].number if then.messages else then.next_message
    for known in after.values():
        known.forget_before(oldest)
    return after, then
