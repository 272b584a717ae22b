"""Rounds, hands, floors and people who are away, on any evening: what may happen, and what must always hold.

The half of `test_every_evening.py` that is about turns; mixed into its state machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from server.rooms import commands as c
from server.rooms import consequences, floor, turns
from server.rooms import events as e
from server.rooms.audience import Looks
from server.rooms.deadlines import next_deadline
from server.rooms.ids import MAIN, TurnNumber
from server.rooms.machine import decide, fold
from server.rooms.rounds import Phase, RoundKind, Standing
from server.rooms.routes import Kind, routes
from server.rooms.state import Floor, Meeting, Role, Status
from server.rooms.turn_sights import RoundShown
from server.rooms.view import view

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rooms.ids import ParticipantId, RoomId
    from server.rooms.rounds import Round
    from server.rooms.state import Participant

ANYBODY = st.integers(min_value=0, max_value=11)
ABOUT_A_TURN: tuple[Callable[[ParticipantId, TurnNumber], c.PersonCommand], ...] = (
    c.TakeTurn,
    c.PassTurn,
    c.ComeBackLater,
    c.SkipTurn,
    c.EndShare,
    c.ExtendShare,
)
MANY_STEPS = 200
"""More than any round of this small group takes if everybody answers or time passes."""


class Turns:
    """What the state machine knows of turns; `Evening` has the meeting and carries commands out."""

    meeting: Meeting
    journal: list[e.Event]
    now_ms: int

    if TYPE_CHECKING:

        def gives(self, command: c.Command) -> bool: ...
        def anybody(self, back: int) -> ParticipantId: ...

    def host(self, who: int) -> ParticipantId:
        """Mostly who holds the group."""
        lead = self.meeting.lead
        return self.anybody(who) if lead is None or who % 4 == 0 else lead

    def a_round(self) -> Round:
        """One of those that go on, else the main one that stands still."""
        rounds = self.meeting.rounds
        return next((this for room, this in rounds.items() if room != MAIN), None) or rounds[MAIN]

    def phase(self) -> Phase | None:
        return self.a_round().moment.phase if self.meeting.rounds else None

    # ── what may happen ──

    @rule(
        kind=st.sampled_from(RoundKind),
        share_s=st.sampled_from((None, 5, 60)),
        order=st.lists(ANYBODY, max_size=2),
        invite=st.booleans(),
    )
    def the_lead_starts_a_round(
        self, kind: RoundKind, share_s: int | None, order: list[int], *, invite: bool
    ) -> None:
        lead = self.meeting.lead
        if lead is not None:
            share_ms = None if share_s is None else share_s * 1000
            wish = tuple(who for who in map(self.anybody, order) if who in self.meeting.participants)
            self.gives(c.StartRound(lead, kind, share_ms, wish, invite_passed=invite))

    @precondition(lambda self: self.meeting.rounds)
    @rule(act=st.sampled_from(ABOUT_A_TURN))
    def whose_turn_it_is_acts(self, act: Callable[[ParticipantId, TurnNumber], c.PersonCommand]) -> None:
        moment = self.a_round().moment
        self.gives(act(moment.who or self.anybody(0), moment.number))

    @precondition(lambda self: self.phase() is Phase.OFFERED)
    @rule(answer=st.sampled_from((c.TakeTurn, c.TakeTurn, c.PassTurn, c.ComeBackLater)))
    def who_is_offered_answers(self, answer: Callable[[ParticipantId, TurnNumber], c.PersonCommand]) -> None:
        moment = self.a_round().moment
        assert moment.who is not None
        self.gives(answer(moment.who, moment.number))

    @precondition(lambda self: self.phase() is Phase.OPEN)
    @rule(nth=ANYBODY, answer=st.sampled_from((c.TakeTurn, c.PassTurn)))
    def somebody_steps_forward(
        self, nth: int, answer: Callable[[ParticipantId, TurnNumber], c.PersonCommand]
    ) -> None:
        this = self.a_round()
        self.gives(answer(this.places[nth % len(this.places)].who, this.moment.number))

    @precondition(lambda self: self.phase() is Phase.NAMING)
    @rule(nth=ANYBODY)
    def the_next_is_named(self, nth: int) -> None:
        this = self.a_round()
        actor = this.moment.who or self.host(1)
        self.gives(c.NameNext(actor, this.moment.number, this.places[nth % len(this.places)].who))

    @precondition(lambda self: self.phase() is Phase.SHARING)
    @rule(how=st.sampled_from((c.EndShare, c.EndShare, c.ExtendShare, c.LoseConnection, c.SetAway, c.Resume)))
    def who_shares_goes_on(self, how: type) -> None:
        moment = self.a_round().moment
        speaker = self.meeting.participants[moment.who or self.anybody(0)]
        if how is c.LoseConnection:
            self.gives(c.LoseConnection(speaker.id, speaker.connection))
        elif how is c.SetAway:
            self.gives(c.SetAway(speaker.id, not speaker.away))
        elif how is c.Resume:
            self.gives(c.Resume(speaker.resume_hash))
        else:
            self.gives(how(speaker.id, moment.number))

    @precondition(lambda self: self.meeting.rounds)
    @rule()
    def the_round_takes_its_time(self) -> None:
        """The offer, the share or the wait comes to its end."""
        due = turns.deadline(self.meeting, self.a_round())
        if due is not None:
            self.now_ms = max(due, self.now_ms)
            self.gives(c.Tick())

    @precondition(lambda self: self.meeting.rounds)
    @rule(who=ANYBODY, act=st.sampled_from(ABOUT_A_TURN), stale=st.integers(min_value=0, max_value=1))
    def somebody_acts_in_the_round(
        self, who: int, act: Callable[[ParticipantId, TurnNumber], c.PersonCommand], stale: int
    ) -> None:
        number = TurnNumber(self.a_round().moment.number - stale)
        done = self.gives(act(self.anybody(who), number))
        assert not (done and stale), "a stale turn is never carried out"

    @precondition(lambda self: self.meeting.rounds)
    @rule(who=ANYBODY, next_one=ANYBODY, size=st.integers(min_value=0, max_value=7), write=st.booleans())
    def somebody_names_or_writes(self, who: int, next_one: int, size: int, *, write: bool) -> None:
        moment = self.a_round().moment
        actor = moment.who if who == 0 and moment.who else self.anybody(who)
        if write:
            self.gives(c.ShareInWriting(actor, moment.number, bytes(size)))
        else:
            self.gives(c.NameNext(actor, moment.number, self.anybody(next_one)))

    @rule(who=ANYBODY, order=st.lists(ANYBODY, max_size=3))
    def the_lead_reorders(self, who: int, order: list[int]) -> None:
        before, actor = self.meeting.rounds, self.host(who)
        if self.gives(c.ReorderRound(actor, tuple(map(self.anybody, order)))):
            for room, this in before.items():
                if this.moment.phase in {Phase.OFFERED, Phase.SHARING}:
                    assert self.meeting.rounds[room].moment == this.moment

    @rule(
        who=ANYBODY, switch=st.sampled_from((c.SetAway, c.OrderHands, c.InvitePassed, c.AdmitBetweenShares))
    )
    def somebody_turns_a_switch(
        self, who: int, switch: Callable[[ParticipantId, bool], c.PersonCommand]
    ) -> None:
        actor = self.host(who)
        if not self.gives(switch(actor, True)):  # noqa: FBT003 - one of four commands
            self.gives(switch(actor, False))  # noqa: FBT003

    @rule(who=ANYBODY, away=st.booleans())
    def somebody_goes_or_comes(self, who: int, *, away: bool) -> None:
        self.gives(c.SetAway(self.anybody(who), away))

    @rule(who=ANYBODY)
    def somebody_raises_a_hand(self, who: int) -> None:
        self.gives(c.RaiseHand(self.anybody(who)))

    @rule(who=ANYBODY, other=ANYBODY, order=st.sampled_from((c.CallOn, c.LowerHand)))
    def the_lead_minds_the_hands(
        self, who: int, other: int, order: Callable[[ParticipantId, ParticipantId], c.PersonCommand]
    ) -> None:
        self.gives(order(self.host(who), self.anybody(other)))

    @rule(who=ANYBODY, floor=st.sampled_from(Floor))
    def somebody_sets_the_floor(self, who: int, floor: Floor) -> None:
        self.gives(c.SetFloor(self.host(who), floor))

    @rule(who=ANYBODY, sure=st.integers(min_value=0, max_value=3))
    def somebody_closes_the_round(self, who: int, sure: int) -> None:
        if sure == 0:
            self.gives(c.CloseRound(self.anybody(who)))

    # ── what always holds ──

    @invariant()
    def rounds_and_hands_are_at_rest(self) -> None:
        assert consequences.of(self.meeting, self.now_ms, fold) == ()

    @invariant()
    def an_order_holds_exactly_those_who_may_share(self) -> None:
        meeting = self.meeting
        if meeting.status is Status.ENDED:
            return
        for room, this in meeting.rounds.items():
            here = {p.id: p for p in turns.belong(meeting, room)}
            order = [place.who for place in this.places]
            assert len(order) == len(set(order))
            assert here.keys() >= set(order)
            assert {p.id for p in here.values() if p.role is Role.MEMBER} <= set(order)
            assert not any(here[who].role is Role.GUEST for who in order)
            assert {this.named, this.namer} - {None} <= here.keys()
            assert this.moment.number < meeting.next_turn
        for room, hands in meeting.hands.items():
            raised = {*hands.raised, hands.called} - {None}
            assert raised <= {p.id for p in meeting.of_room(room)}
            assert len(set(hands.raised)) == len(hands.raised)
            assert hands.called not in hands.raised

    @invariant()
    def one_at_most_has_the_turn(self) -> None:
        for room, this in self.meeting.rounds.items():
            told = [this.told(place) for place in this.places]
            now = [one for one in told if one in {Standing.OFFERED, Standing.SHARING}]
            busy = this.moment.phase in {Phase.OFFERED, Phase.SHARING}
            assert len(now) == int(busy and this.moment.who is not None)
            assert not busy or this.moment.who is not None or turns.stands_still(self.meeting, room)
            hands = self.meeting.hands.get(room)
            assert hands is None or hands.called is None
            assert floor.holder(self.meeting, room) == this.speaker

    @invariant()
    def clocks_run_only_while_they_may(self) -> None:
        for room, this in self.meeting.rounds.items():
            moment = this.moment
            still = turns.stands_still(self.meeting, room)
            runs = self.meeting.status is Status.OPEN and not moment.held and not still
            assert self.meeting.status is Status.ENDED or (moment.clock.since_ms is not None) == runs
            assert not moment.held or moment.phase is Phase.SHARING

    @invariant()
    def who_is_away_sends_nothing_and_who_waits_for_a_share_waits_for_one(self) -> None:
        for person in self.meeting.participants.values():
            sends = person.mic_on or person.camera_on
            assert not (person.away and (person.in_lobby or (sends and not person.in_quiet_room)))
            if person.admitted and self.meeting.status is not Status.ENDED:
                assert person.in_lobby
                assert self.meeting.between_shares
                assert self.meeting.rounds[MAIN].speaker is not None

    @invariant()
    def on_a_held_floor_only_the_holder_the_facilitators_and_the_interpreter_are_heard(self) -> None:
        people = self.meeting.participants
        for track in routes(self.meeting):
            speaker = people[track.publisher]
            if track.kind is Kind.MIC and self.meeting.floors.get(speaker.room) is Floor.HELD:
                holds = speaker.id == floor.holder(self.meeting, speaker.room)
                assert holds or speaker.is_facilitator or speaker.interprets

    @invariant()
    def the_time_of_a_share_is_for_its_speaker_and_the_facilitators(self) -> None:
        for viewer in self.meeting.participants.values():
            shown = view(self.meeting, viewer)
            assert viewer.is_facilitator or not shown.between_shares
            assert not viewer.in_lobby or (shown.round is None and shown.hands.raised == ())
            check_time_is_hidden(viewer, shown.round)

    @invariant()
    def numbers_of_turns_rise_and_are_never_used_for_two(self) -> None:
        phases: dict[TurnNumber, set[Phase]] = {}
        rooms: dict[TurnNumber, RoomId] = {}
        newest: dict[RoomId, TurnNumber] = {}
        for event in self.journal:
            if isinstance(event, e.RoundChanged) and event.round is not None:
                moment = event.round.moment
                assert moment.number >= newest.get(event.room, 0)
                newest[event.room] = moment.number
                assert rooms.setdefault(moment.number, event.room) == event.room
                phases.setdefault(moment.number, set()).add(moment.phase)
        for seen in phases.values():
            assert len(seen) == 1 or seen in ({Phase.OFFERED, Phase.SHARING}, {Phase.OPEN, Phase.SHARING})

    @precondition(lambda self: self.meeting.rounds)
    @rule(answers=st.booleans())
    def nobody_waits_for_ever(self, *, answers: bool) -> None:
        """From here on people answer, or time passes: the round ends. The evening itself goes on as it was."""
        check_it_ends(self.meeting, self.now_ms, answers=answers)


def check_time_is_hidden(viewer: Participant, this: Round | None) -> None:
    if this is None or this.moment.phase is not Phase.SHARING:
        return
    if not viewer.is_facilitator and this.speaker != viewer.id:
        assert this.moment.clock.limit_ms is None
        assert this.moment.clock.used_at(0) == 0
        assert not this.moment.nudged


def check_turn_showing(sight: object, people: list[Participant], meeting: Meeting) -> None:
    """Nudges and times reach their few, who waits for the end of a share is known to facilitators and herself."""
    match sight:
        case e.ShareNudged():
            speaker = meeting.rounds[sight.room].speaker
            assert all(p.is_facilitator or p.id == speaker for p in people)
        case e.AdmissionChanged():
            assert all(p.is_facilitator for p in people)
        case Looks() if sight.person.admitted:
            assert all(p.is_facilitator or p.id == sight.person.id for p in people)
        case RoundShown():
            for viewer in people:
                check_time_is_hidden(viewer, sight.round)


def waits_for_people(meeting: Meeting) -> bool:
    """Nothing but a facilitator's word goes on: a pause by hand, or breakouts without an end."""
    plan = meeting.breakouts
    endless = plan is not None and plan.is_open and plan.clock.limit_ms is None
    attended = any(p.connected for p in meeting.facilitators())
    return attended and (meeting.held_by_hand or endless)


def people_go_on(meeting: Meeting, now_ms: int) -> Meeting:
    lead = next(p.id for p in meeting.facilitators() if p.connected)
    order = c.GoOn(lead) if meeting.held_by_hand else c.RecallBreakouts(lead, at_once=True)
    return fold(meeting, decide(meeting, order, now_ms))


def check_it_ends(meeting: Meeting, now_ms: int, *, answers: bool) -> None:
    for _ in range(MANY_STEPS):
        if not meeting.rounds or meeting.status is Status.ENDED:
            return
        if waits_for_people(meeting):
            meeting = people_go_on(meeting, now_ms)
            continue
        going = (this for room, this in meeting.rounds.items() if not turns.stands_still(meeting, room))
        command = answer(meeting, next(going, None), answers=answers)
        if isinstance(command, c.Tick):
            due = next_deadline(meeting)
            assert due is not None, "somebody waits and nothing will happen"
            now_ms = max(due, now_ms)
        meeting = fold(meeting, decide(meeting, command, now_ms))
    raise AssertionError("the round does not end")


def answer(meeting: Meeting, this: Round | None, *, answers: bool) -> c.Command:
    """Whoever shares comes to an end; who is offered takes her turn or lets the time go by."""
    if this is None or meeting.status is not Status.OPEN:
        return c.Tick()
    if this.speaker is not None and not this.moment.held:
        return c.EndShare(this.speaker, this.moment.number)
    if answers and this.moment.phase is Phase.OFFERED and this.moment.who is not None:
        return c.TakeTurn(this.moment.who, this.moment.number)
    return c.Tick()
