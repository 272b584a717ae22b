"""Breakouts, quiet rooms, chat modes, pauses and the rest of the session, on any evening.

The third part of the state machine of `test_every_evening.py`; what it adds runs there as an evening of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from server.rooms import commands as c
from server.rooms.groups import BreakoutKind, Consent
from server.rooms.ids import LOBBY, MAIN, ResourceNumber, RoomId
from server.rooms.state import ChatMode, Floor, Held, Meeting, Role, Segment, SegmentKind, Status
from server.rooms.view import view

from .evening_of_turns import ANYBODY

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rooms.ids import MessageNumber, ParticipantId
    from server.rooms.state import Participant

FEW = st.integers(min_value=0, max_value=5)
ALONE: tuple[Callable[[ParticipantId], c.PersonCommand], ...] = (
    *(c.AskForSomeone, c.AskForSomeone, c.WithdrawNeed, c.EndQuiet, c.EndQuiet, c.CallFacilitator),
    *(c.Pause, c.GoOn, c.GoOn, c.OpenBreakouts, c.OpenBreakouts, c.DropPlan, c.ClosePulse),
    *(c.OpenContacts, c.CloseContacts),
)
ABOUT: tuple[Callable[[ParticipantId, ParticipantId], c.PersonCommand], ...] = (
    *(c.AcceptNeed, c.AcceptNeed, c.Greet, c.TakeAside, c.WithdrawContact),
)
SHEET = (
    Segment(SegmentKind.GATHERING, b"", 60_000, Floor.OPEN, ChatMode.OPEN),
    Segment(SegmentKind.ROUND, b"round", 300_000, Floor.HELD, ChatMode.APPROVED),
)


class Rooms:
    """What the state machine knows of rooms and the session; `Evening` has the meeting and carries commands out."""

    meeting: Meeting
    now_ms: int

    if TYPE_CHECKING:

        def gives(self, command: c.Command) -> bool: ...
        def anybody(self, back: int) -> ParticipantId: ...
        def message(self, back: int) -> MessageNumber: ...
        def host(self, who: int) -> ParticipantId: ...

    def a_room(self, nth: int) -> RoomId:
        plan = self.meeting.breakouts
        rooms = [MAIN, RoomId("b99"), LOBBY] if plan is None else [*(r.id for r in plan.rooms), MAIN]
        return rooms[nth % len(rooms)]

    # ── breakouts ──

    @rule(
        who=ANYBODY,
        kind=st.sampled_from(BreakoutKind),
        hosts=st.lists(ANYBODY, min_size=1, max_size=2),
        seed=FEW,
        length_s=st.sampled_from((None, 30, 300)),
        unattended=st.booleans(),
    )
    def the_lead_plans(  # noqa: PLR0913, PLR0917 - what a plan is
        self,
        who: int,
        kind: BreakoutKind,
        hosts: list[int],
        seed: int,
        length_s: int | None,
        unattended: bool,  # noqa: FBT001 - drawn
    ) -> None:
        names = [self.anybody(host) for host in hosts]
        goers = [
            tuple(p for p in (self.anybody(seed + nth),) if kind is BreakoutKind.BY_HAND) for nth in range(2)
        ]
        rooms = tuple(
            c.PlannedRoom(b"topic", host, people) for host, people in zip(names, goers, strict=False)
        )
        length_ms = None if length_s is None else length_s * 1000
        size = 2 if kind is BreakoutKind.RANDOM else None
        self.gives(c.PlanBreakouts(self.host(who), kind, rooms, size, seed, length_ms, unattended=unattended))

    @precondition(lambda self: self.meeting.breakouts)
    @rule(who=ANYBODY, nth=FEW, goes=st.booleans())
    def somebody_answers_the_plan(self, who: int, nth: int, goes: bool) -> None:  # noqa: FBT001 - drawn
        plan, name = self.meeting.breakouts, self.anybody(who)
        assert plan is not None
        meant = plan.assigned.get(name, self.a_room(nth))
        self.gives(c.AnswerBreakout(name, meant if goes else None))

    @precondition(lambda self: self.meeting.breakouts)
    @rule(who=ANYBODY, other=ANYBODY, nth=FEW, deed=FEW)
    def the_lead_minds_the_rooms(self, who: int, other: int, nth: int, deed: int) -> None:
        lead, name, room = self.host(who), self.anybody(other), self.a_room(nth)
        orders: tuple[c.PersonCommand, ...] = (
            c.AssignRoom(lead, name, None if room == MAIN else room),
            c.SetHost(lead, room, name),
            c.EnterRoom(lead, room),
            c.ExtendBreakouts(lead, 10_000),
            c.RecallBreakouts(lead, at_once=nth % 2 == 0),
            c.Broadcast(lead, b"soon"),
        )
        self.gives(orders[deed])

    # ── quiet rooms, pauses, debrief ──

    @rule(who=ANYBODY, order=st.sampled_from(ALONE))
    def somebody_does(self, who: int, order: Callable[[ParticipantId], c.PersonCommand]) -> None:
        self.gives(order(self.anybody(who)))

    @rule(who=ANYBODY, order=st.sampled_from(ALONE))
    def the_lead_does(self, who: int, order: Callable[[ParticipantId], c.PersonCommand]) -> None:
        self.gives(order(self.host(who)))

    @rule(who=ANYBODY, other=ANYBODY, order=st.sampled_from(ABOUT))
    def the_lead_takes_care(
        self, who: int, other: int, order: Callable[[ParticipantId, ParticipantId], c.PersonCommand]
    ) -> None:
        needs = self.meeting.needs
        name = needs[other % len(needs)] if needs and order is c.AcceptNeed else self.anybody(other)
        self.gives(order(self.host(who), name))

    @rule(who=ANYBODY, sure=st.integers(min_value=0, max_value=9))
    def the_group_is_over(self, who: int, sure: int) -> None:
        if sure == 0:
            self.gives(c.BeginDebrief(self.host(who)))

    # ── words ──

    @rule(who=ANYBODY, other=ANYBODY, back=FEW, mode=st.sampled_from(ChatMode), deed=FEW)
    def words_are_minded(self, who: int, other: int, back: int, mode: ChatMode, deed: int) -> None:
        name, lead = self.anybody(other), self.host(who)
        orders: tuple[c.PersonCommand, ...] = (
            c.SetChatMode(lead, mode),
            c.SetSlowMode(lead, back * 1000),
            c.ApproveMessage(lead, self.message(back)),
            c.SayToFacilitators(name, bytes(back)),
            c.AnswerOnLine(lead, name, b"x"),
            c.Say(name, b"x"),
        )
        self.gives(orders[deed])

    # ── the session ──

    @rule(who=ANYBODY, other=ANYBODY, third=ANYBODY, nth=FEW, deed=st.integers(min_value=0, max_value=12))
    def the_session_goes_on(self, who: int, other: int, third: int, nth: int, deed: int) -> None:
        name, lead = self.anybody(other), self.host(who)
        orders: tuple[c.PersonCommand, ...] = (
            c.SetRunSheet(lead, SHEET[: nth % 3]),
            c.SetTexts(lead, b"text" * (nth % 3)),
            c.GoToSegment(lead, None if nth == 0 else nth - 1),
            c.SetGuestTime(lead, name, 5000 * (nth + 1)),
            c.OpenPulse(lead, b"how", nth + 1),
            c.AnswerPulse(name, nth),
            c.HandOut(lead, b"link"),
            c.TakeBack(lead, ResourceNumber(nth + 1)),
            c.OfferContact(name, self.anybody(third), b"card"),
            c.ClosePulse(lead),
            c.NameCaptioner(lead, name if nth else None),
            c.NameInterpreter(lead, name if nth else None),
            c.Caption(name, b"line"),
        )
        self.gives(orders[deed])

    # ── what always holds ──

    @invariant()
    def everybody_is_in_exactly_one_room_that_is_there(self) -> None:
        meeting = self.meeting
        plan = meeting.breakouts
        rooms = {r.id for r in plan.rooms} if plan is not None and plan.is_open else set()
        for person in meeting.participants.values():
            assert person.place in {LOBBY, MAIN} | rooms
            assert person.room == person.place or person.room in meeting.quiet
            assert person.place != LOBBY or not person.is_facilitator
        if meeting.status is Status.ENDED:
            return
        for room, quiet in meeting.quiet.items():
            assert {p.id for p in meeting.in_room(room)} == {quiet.who, quiet.facilitator}
            assert meeting.participants[quiet.facilitator].is_facilitator

    @invariant()
    def one_person_at_most_writes_captions_and_one_interprets(self) -> None:
        people = self.meeting.participants.values()
        assert sum(p.captions for p in people) <= 1
        assert sum(p.interprets for p in people) <= 1
        assert not any(p.in_lobby for p in people if p.captions or p.interprets)

    @invariant()
    def nobody_is_in_a_breakout_who_did_not_agree(self) -> None:
        plan = self.meeting.breakouts
        for person in self.meeting.participants.values():
            if person.place not in {LOBBY, MAIN} and not person.is_facilitator:
                assert plan is not None
                assert plan.consent.get(person.id) is Consent.GO

    @invariant()
    def a_quiet_room_looks_like_being_away(self) -> None:
        people = self.meeting.participants.values()
        for viewer in people:
            if viewer.is_facilitator or viewer.in_lobby:
                continue
            for seen in view(self.meeting, viewer).people:
                if seen.id != viewer.id and seen.room != viewer.room:
                    assert seen.room == seen.place
                if seen.id != viewer.id and self.meeting.participants[seen.id].room != viewer.room:
                    assert seen.away == self.meeting.participants[seen.id].seems_away
                    assert not (seen.away and (seen.mic_on or seen.camera_on))

    @invariant()
    def what_is_for_few_is_seen_by_few(self) -> None:
        for viewer in self.meeting.participants.values():
            shown = view(self.meeting, viewer)
            if viewer.is_facilitator and not viewer.in_lobby:
                continue
            assert set(shown.needs.needs) <= {viewer.id}
            assert all(viewer.id == quiet.who for _, quiet in shown.quiet.rooms)
            assert shown.breakouts.plan is None or shown.breakouts.plan.consents == ()
            for message in shown.messages:
                assert message.held is None or message.author == viewer.id
                assert message.line in {None, viewer.id}
            assert not any(
                p.guest_time is not None or p.heard_at_ms is not None for p in others(shown.people, viewer)
            )

    @invariant()
    def what_is_held_for_a_share_waits_for_one(self) -> None:
        meeting = self.meeting
        held = [m for m in meeting.messages if m.held is Held.SHARE]
        assert meeting.held_for_shares == len(held)
        if meeting.status is not Status.ENDED:
            assert all(meeting.rounds[m.room].speaker is not None for m in held)

    @invariant()
    def sums_are_bounded(self) -> None:
        meeting, rules = self.meeting, self.meeting.rules
        assert len(meeting.resources) <= rules.max_resources
        assert len(meeting.needs) <= rules.max_needs
        assert len(set(meeting.needs)) == len(meeting.needs)
        if meeting.pulse is not None:
            assert sum(meeting.pulse.counts) == len(meeting.pulse.answered)
        for giver, to in meeting.contacts or {}:
            both = {meeting.participants[giver].role, meeting.participants[to].role}
            assert both == {Role.MEMBER}
            assert giver != to

    @invariant()
    def nobody_but_facilitators_is_in_a_debrief(self) -> None:
        meeting = self.meeting
        if meeting.status is Status.DEBRIEF:
            assert all(p.is_facilitator for p in meeting.participants.values())
            left = (meeting.quiet, meeting.breakouts, meeting.rounds, meeting.pulse, meeting.resources)
            assert not any(left)


def others(people: tuple[Participant, ...], viewer: Participant) -> list[Participant]:
    return [p for p in people if p.id != viewer.id]
