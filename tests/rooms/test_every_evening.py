# Longer than 400 lines: one machine of commands, and all that must hold after each of them.
"""Any evening at all: random commands, losses and time, and what must hold after every step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from server.cluster import records
from server.hosting.ports import Checkpoint
from server.rooms import attendance, floor
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import BarShown, Came, Looks, MessageShown, showings
from server.rooms.care_sights import ContactShown, ContactsShown, PulseAsked
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Rejected
from server.rooms.groups import BreakoutKind
from server.rooms.ids import LOBBY, MAIN, MessageNumber, ParticipantId
from server.rooms.machine import decide, evolve, fold
from server.rooms.room_sights import BreakoutsShown, NeedsShown, QuietShown
from server.rooms.rounds import RoundKind
from server.rooms.routes import FORWARDING, Kind, Track, routes
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Participant, Role, Status
from server.rooms.view import view

from . import cast
from .evening_of_rooms import Rooms
from .evening_of_turns import ANYBODY, Turns, check_it_ends, check_turn_showing
from .eyes import Eyes, look, watch

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds on a machine of its own. The alarm of pytest-timeout must never ring inside an example: it would end a draw in the middle,
# and Hypothesis, which draws the same once more, would blame the evening for being another one ("inconsistent data generation").
pytestmark = pytest.mark.timeout(600)

RULES = Rules(
    max_people=4,
    max_lobby=3,
    max_facilitators=2,
    max_profile_bytes=8,
    max_message_bytes=6,
    max_messages=4,
    max_history_bytes=12,
    max_barred=2,
)
PAGES = ("a", "b", "c", "d")
LINKS = ("", "personal-1")
PLACES = ("here", "there")
ABOUT: tuple[Callable[[ParticipantId, ParticipantId], c.Command], ...] = (
    c.Admit,
    c.Deny,
    c.SendToLobby,
    c.Mute,
    c.AllowMic,
    c.StopCamera,
    c.AllowCamera,
    c.Remove,
    c.UndoBar,
)


class Evening(Turns, RuleBasedStateMachine):
    """One meeting, and everybody's eyes on it."""

    def __init__(self) -> None:
        super().__init__()
        self.start = cast.empty(RULES)
        self.meeting: Meeting = self.start
        self.journal: list[e.Event] = []
        self.now_ms = 0
        self.names: list[ParticipantId] = []
        self.eyes: dict[ParticipantId, Eyes] = {}
        self.other_eyes: dict[ParticipantId, Eyes] = {}
        """The same people, told event by event and not step by step."""

    # ── what may happen ──

    @initialize(role=st.sampled_from(tuple(Role)))
    def somebody_is_first(self, role: Role) -> None:
        self.somebody_joins(role, page="a", link="", place="here", size=8)

    @rule(
        role=st.sampled_from((Role.MEMBER, Role.MEMBER, Role.GUEST, Role.FACILITATOR)),
        page=st.sampled_from(PAGES),
        link=st.sampled_from(LINKS),
        place=st.sampled_from(PLACES),
        size=st.sampled_from((8, 8, 8, 9)),
    )
    def somebody_joins(self, role: Role, page: str, link: str, place: str, size: int) -> None:
        name = f"p{len(self.names)}"
        command = cast.join(name, role, page=page, link=link, place=place, size=size)
        before = self.meeting
        if not self.gives(command):
            return
        self.names.append(command.participant)
        came = self.meeting.participants[command.participant]
        assert role is Role.FACILITATOR or not shut_out(before, came)
        assert role is not Role.FACILITATOR or not came.in_lobby
        assert (came.mic_on, came.camera_on) == (False, False)

    @rule(who=ANYBODY)
    def somebody_resumes(self, who: int) -> None:
        self.gives(c.Resume(cast.secret_of(self.anybody(who))))

    @rule(who=ANYBODY, stale=st.integers(min_value=0, max_value=1))
    def a_socket_closes(self, who: int, stale: int) -> None:
        name = self.anybody(who)
        person = self.meeting.participants.get(name)
        self.gives(c.LoseConnection(name, (person.connection if person else 1) - stale))

    @rule(seconds=st.sampled_from((1, 10, 50, 900)))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += seconds * 1000
        self.tick()

    @rule()
    def the_next_deadline_comes(self) -> None:
        due = next_deadline(self.meeting)
        if due is None:
            return
        # What is due at once may have been due before: the notice of a short breakout.
        self.now_ms = max(self.now_ms, due)
        before = self.meeting
        self.tick()
        assert self.meeting != before

    @rule(who=ANYBODY, order=st.sampled_from((c.Lock, c.Unlock)))
    def somebody_turns_the_key(self, who: int, order: Callable[[ParticipantId], c.Command]) -> None:
        self.gives(order(self.anybody(who)))

    @rule(who=ANYBODY, sure=st.integers(min_value=0, max_value=19))
    def somebody_ends_it_or_leaves(self, who: int, sure: int) -> None:
        if sure < 4:
            self.gives(c.End(self.anybody(who)) if sure == 0 else c.Leave(self.anybody(who)))

    @rule(who=ANYBODY, mic=st.booleans(), camera=st.booleans())
    def somebody_sets_media(self, who: int, mic: bool, camera: bool) -> None:  # noqa: FBT001 - drawn
        self.gives(c.SetMedia(self.anybody(who), mic=mic, camera=camera))

    @rule(who=ANYBODY, size=st.integers(min_value=0, max_value=7))
    def somebody_speaks(self, who: int, size: int) -> None:
        self.gives(c.Say(self.anybody(who), bytes(size)))

    @rule(who=ANYBODY, back=st.integers(min_value=0, max_value=5))
    def somebody_deletes(self, who: int, back: int) -> None:
        self.gives(c.DeleteMessage(self.anybody(who), self.message(back)))

    @rule(actor=ANYBODY, who=ANYBODY, order=st.sampled_from(ABOUT))
    def somebody_orders(
        self, actor: int, who: int, order: Callable[[ParticipantId, ParticipantId], c.Command]
    ) -> None:
        self.gives(order(self.anybody(actor), self.anybody(who)))

    @rule(who=ANYBODY, order=st.sampled_from(ABOUT))
    def the_lead_orders(self, who: int, order: Callable[[ParticipantId, ParticipantId], c.Command]) -> None:
        lead = self.meeting.lead
        if lead is not None:
            self.gives(order(lead, self.anybody(who)))

    # ── carrying it out ──

    def anybody(self, back: int) -> ParticipantId:
        """Mostly somebody who is here; now and then somebody who is gone, or a stranger."""
        gone = [name for name in self.names if name not in self.meeting.participants]
        pool = [*self.meeting.participants, *gone[-1:], ParticipantId("stranger")]
        return pool[back % len(pool)]

    def message(self, back: int) -> MessageNumber:
        """One of those that are there, or the next one."""
        return [self.meeting.next_message, *(m.number for m in reversed(self.meeting.messages))][
            back % (len(self.meeting.messages) + 1)
        ]

    def tick(self) -> None:
        if self.gives(c.Tick()):
            due = next_deadline(self.meeting)
            assert due is None or due > self.now_ms

    def gives(self, command: c.Command) -> bool:
        """Carry it out if the rules permit; check the step itself. True if it was not refused."""
        before, kept = self.meeting, frozen(self.meeting)
        try:
            events = decide(before, command, self.now_ms)
        except Rejected:
            assert frozen(before) == kept
            return False
        assert decide(before, command, self.now_ms) == events
        self.journal += events
        check_who_is_shown_what(before, events)
        self.eyes, self.meeting = watch(self.eyes, before, events)
        then = before
        for event in events:
            self.other_eyes, then = watch(self.other_eyes, then, (event,))
        assert frozen(before) == kept
        check_nothing_was_opened(before, self.meeting, command)
        check_no_facilitator_was_turned_away(before, events)
        check_the_end(before, self.meeting, command, self.now_ms)
        return True

    # ── what always holds ──

    @invariant()
    def everybody_knows_exactly_her_view(self) -> None:
        expected = look(self.meeting)
        for eyes in (self.eyes, self.other_eyes):
            assert eyes.keys() == expected.keys()
            for who, known in eyes.items():
                assert known.known() == expected[who].known()

    @invariant()
    def nobody_is_nowhere(self) -> None:
        for person in self.meeting.participants.values():
            assert person.room in {LOBBY, MAIN} or self.meeting.breakouts or self.meeting.quiet
            assert not (person.is_facilitator and person.in_lobby)

    @invariant()
    def the_group_is_held_or_at_rest(self) -> None:
        meeting = self.meeting
        assert attendance.consequences(meeting, self.now_ms) == ()
        if meeting.status is Status.ENDED:
            return
        inside = {p.id: p for p in meeting.facilitators()}
        assert meeting.lead is None or meeting.lead in inside
        attended = any(p.connected for p in inside.values())
        if attended:
            held = Status.PAUSED if meeting.held_by_hand else Status.OPEN
            assert meeting.status in {held, Status.DEBRIEF}
            assert meeting.lead is not None
            assert inside[meeting.lead].connected
            assert meeting.unattended_since_ms is None
        elif meeting.status in {Status.OPEN, Status.PAUSED}:
            assert meeting.unattended_since_ms is not None
        if meeting.status is Status.WAITING:
            assert all(p.in_lobby for p in meeting.participants.values())

    @invariant()
    def what_is_held_is_off(self) -> None:
        for person in self.meeting.participants.values():
            assert person.mic_allowed or not person.mic_on
            assert person.camera_allowed or not person.camera_on

    @invariant()
    def bounds_are_kept(self) -> None:
        meeting, rules = self.meeting, self.meeting.rules
        facilitators = sum(1 for p in meeting.participants.values() if p.is_facilitator)
        assert facilitators <= rules.max_facilitators
        assert len(meeting.participants) - facilitators <= rules.max_people
        assert len(meeting.messages) <= rules.max_messages
        assert meeting.history_bytes == sum(len(m.body) for m in meeting.messages) <= rules.max_history_bytes
        assert max(len(meeting.barred), len(meeting.expected)) <= rules.max_barred
        numbers = [m.number for m in meeting.messages]
        assert numbers == sorted(set(numbers))
        assert all(number < meeting.next_message for number in numbers)

    @invariant()
    def only_permitted_tracks_go_to_people_of_the_same_room(self) -> None:
        wanted = routes(self.meeting)
        people = self.meeting.participants
        for person in people.values():
            others = {p.id for p in people.values() if p.room == person.room != LOBBY and p is not person}
            open_room = self.meeting.status in FORWARDING and person.room != LOBBY
            heard = person.mic_on and person.id not in floor.silent(self.meeting)
            for kind, sent in ((Kind.MIC, heard), (Kind.CAMERA, person.camera_on)):
                assert wanted.get(Track(person.id, kind)) == (others if sent and open_room else None)
        assert {track.publisher for track in wanted} <= people.keys()

    @invariant()
    def nobody_is_told_what_is_not_hers(self) -> None:
        for viewer in self.meeting.participants.values():
            shown = view(self.meeting, viewer)
            if viewer.is_facilitator:
                continue
            assert shown.barred == ()
            assert not shown.you.returning
            assert not any(p.returning for p in shown.people)
            assert not any(p.in_lobby for p in shown.people if p.id != viewer.id)
            assert not (viewer.room == LOBBY and shown.messages)
            assert all(m.number >= (viewer.came_at or 0) for m in shown.messages)

    def teardown(self) -> None:
        """What is read back from the journal is this meeting, byte for byte: the order of its tables too."""
        read = records.read_events(records.write_events(tuple(self.journal)))
        assert written(fold(self.start, read)) == written(self.meeting)
        check_it_ends(self.meeting, self.now_ms, answers=False)


def written(meeting: Meeting) -> bytes:
    return records.write_checkpoint(Checkpoint(1, meeting))


def frozen(meeting: Meeting) -> Meeting:
    """A copy that later changes of its tables would not reach."""
    tables = ("participants", "barred", "rounds", "hands", "floors", "quiet")
    contacts = None if meeting.contacts is None else dict(meeting.contacts)
    return replace(meeting, contacts=contacts, **{table: dict(getattr(meeting, table)) for table in tables})


def shut_out(meeting: Meeting, person: Participant) -> bool:
    links = {bar.token_id for bar in meeting.barred.values()} - {None}
    return person.token_id in links or person.device in {bar.device for bar in meeting.barred.values()}


def check_nothing_was_opened(before: Meeting, after: Meeting, command: c.Command) -> None:
    """Only she herself turns something on; only a facilitator permits again, and no reload does."""
    ghosts = {(p.device, p.role): p for p in before.participants.values()}
    for person in after.participants.values():
        was = before.participants.get(person.id) or ghosts.get((person.device, person.role))
        mine = isinstance(command, c.SetMedia) and command.actor == person.id
        if not mine:
            assert not person.mic_on or (was is not None and was.mic_on)
            assert not person.camera_on or (was is not None and was.camera_on)
        if was is None:
            continue
        assert was.mic_allowed or not person.mic_allowed or isinstance(command, c.AllowMic)
        assert was.camera_allowed or not person.camera_allowed or isinstance(command, c.AllowCamera)


def check_no_facilitator_was_turned_away(before: Meeting, events: tuple[e.Event, ...]) -> None:
    for event in events:
        if isinstance(event, e.Parted) and event.how in {e.Parting.REMOVED, e.Parting.DENIED}:
            assert not before.participants[event.participant].is_facilitator


def check_the_end(before: Meeting, after: Meeting, command: c.Command, now_ms: int) -> None:
    """Ended: by a facilitator, because nobody is left, or because nobody held the group for too long."""
    since = before.unattended_since_ms
    abandoned = (
        isinstance(command, c.Tick) and since is not None and now_ms >= since + RULES.abandoned_after_ms
    )
    debrief = before.debrief_since_ms
    talked = isinstance(command, c.Tick) and debrief is not None and now_ms >= debrief + RULES.debrief_ms
    must_end = not after.participants or isinstance(command, c.End) or abandoned or talked
    assert (after.status is Status.ENDED) == (must_end and after != before)


def check_who_is_shown_what(meeting: Meeting, events: tuple[e.Event, ...]) -> None:
    """Secrets of the facilitators go to facilitators; the lobby is told of nobody but oneself."""
    for event in events:
        before, meeting = meeting, evolve(meeting, event)
        for showing in showings(before, meeting, event):
            assert showing.viewers
            people = [meeting.participants[viewer] for viewer in showing.viewers]
            check_turn_showing(showing.sight, people, meeting)
            assert all(may_see(viewer, showing.sight) for viewer in people)


def may_see(viewer: Participant, sight: object) -> bool:  # noqa: PLR0911 - one line for each kind of sight
    """Is this for her? What is about herself mostly is."""
    if viewer.is_facilitator and not viewer.in_lobby:
        return not isinstance(sight, ContactShown)
    match sight:
        case BarShown() | e.BarUndone() | e.AdmissionChanged():
            return False
        case Came() | Looks():
            person = sight.person
            met = viewer.room == person.room != LOBBY
            inside = not viewer.in_lobby and not person.in_lobby
            return viewer.id == person.id or ((met or inside) and not person.returning)
        case MessageShown():
            message = sight.message
            hers = viewer.id in {message.author, message.line}
            return hers or (message.line is None and message.held is None)
        case NeedsShown():
            return set(sight.needs) <= {viewer.id}
        case QuietShown():
            return all(viewer.id in {quiet.who, quiet.facilitator} for _, quiet in sight.rooms)
        case BreakoutsShown():
            return sight.plan is None or (not viewer.in_lobby and sight.plan.consents == ())
        case PulseAsked() | ContactsShown() | e.TextsSet():
            return True
        case _:
            about = getattr(sight, "participant", None)
            return not viewer.in_lobby or viewer.in_quiet_room or about == viewer.id


class Gathered(Evening):
    """The same, with a facilitator and three others inside and a round begun: it gets further."""

    @initialize(
        role=st.sampled_from((Role.FACILITATOR, Role.MEMBER, Role.MEMBER)),
        kind=st.sampled_from(RoundKind),
        share_ms=st.sampled_from((None, 5000)),
        invite=st.booleans(),
    )
    def somebody_is_first(self, role: Role, kind: RoundKind, share_ms: int | None, *, invite: bool) -> None:
        for page, came in zip(PAGES, (Role.FACILITATOR, Role.MEMBER, Role.MEMBER, role), strict=True):
            self.somebody_joins(came, page=page, link="", place="here", size=8)
            self.gives(c.Admit(self.names[0], self.names[-1]))
        self.gives(c.StartRound(self.names[0], kind, share_ms, (), invite_passed=invite))


class Roomy(Rooms, Gathered):
    """The same again, with rooms, care and the parts of a session."""


TestEveryEvening = Evening.TestCase
TestEveryEvening.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestEveryGatheredEvening = Gathered.TestCase
TestEveryGatheredEvening.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestEveryRoomyEvening = Roomy.TestCase
TestEveryRoomyEvening.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)


def test_a_short_breakout_of_an_evening_is_announced_at_once():
    evening = Roomy()
    evening.somebody_is_first(Role.FACILITATOR, RoundKind.CIRCLE, None, invite=False)
    evening.the_lead_plans(0, BreakoutKind.BY_HAND, [0], 0, 30, False)  # noqa: FBT003 - as it is drawn
    evening.gives(c.OpenBreakouts(evening.names[0]))
    evening.the_next_deadline_comes()
    assert evening.now_ms == 0
    assert evening.meeting.breakouts is not None
    assert evening.meeting.breakouts.noticed
