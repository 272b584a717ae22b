"""The facilitators' debrief: the group parts, its evening is forgotten, contacts are not lost, and it ends by itself."""

from __future__ import annotations

from dataclasses import fields

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import showings
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Refusal
from server.rooms.events import Parting
from server.rooms.groups import BreakoutKind
from server.rooms.ids import LOBBY, MAIN, ParticipantId, RoomId, TurnNumber
from server.rooms.machine import evolve
from server.rooms.permissions import IN_A_DEBRIEF
from server.rooms.rounds import RoundKind
from server.rooms.routes import Kind, Track, routes
from server.rooms.rules import Rules
from server.rooms.state import ChatMode, Floor, Meeting, Role, Segment, SegmentKind, Status
from server.rooms.view import view

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, empty, join, outcome, refusal, secret_of
from .eyes import Eyes, look, watch
from .test_permissions import TABLE, give

MONA, WANDA, FERN = ParticipantId("mona"), ParticipantId("wanda"), ParticipantId("fern")
"""A member, somebody who waits in the lobby, and a facilitator."""
BEGIN = c.BeginDebrief(FIONA)
MINUTE = 60_000


def evening() -> Meeting:
    """As full as an evening can be: everything that can be going on is, and Faye is apart with Gus."""
    meeting = after(circle(MIA, MARA, MONA), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST))
    meeting = after(meeting, join(FERN, Role.FACILITATOR), c.Admit(FIONA, GUS), join(WANDA))
    sheet = c.SetRunSheet(FIONA, (Segment(SegmentKind.OPEN, b"t", MINUTE, Floor.HELD, ChatMode.APPROVED),))
    plan = c.PlanBreakouts(
        FIONA, BreakoutKind.BY_HAND, (c.PlannedRoom(b"x", None, (MARA,)),), None, 1, None, unattended=True
    )
    start = c.StartRound(FIONA, RoundKind.CIRCLE, MINUTE, (), invite_passed=True)
    return after(
        meeting,
        *(c.RaiseHand(MONA), c.OrderHands(FIONA, fair=True), c.Say(MIA, b"said")),
        *(start, c.TakeTurn(MIA, TurnNumber(1)), c.Say(MONA, b"held")),
        *(
            plan,
            c.AnswerBreakout(MARA, RoomId("b1")),
            c.OpenBreakouts(FIONA),
            c.EnterRoom(FERN, RoomId("b1")),
        ),
        *(c.TakeAside(FAYE, GUS), c.Say(GUS, b"alone"), c.AskForSomeone(MIA)),
        *(sheet, c.GoToSegment(FIONA, 0), c.OpenPulse(FIONA, b"how was it?", 3), c.AnswerPulse(MIA, 1)),
        *(
            c.HandOut(FIONA, b"leaflet"),
            c.SetTexts(FIONA, b"texts"),
            *(c.NameCaptioner(FIONA, FIONA), c.Caption(FIONA, b"line"), c.NameInterpreter(FIONA, FAYE)),
            c.SetSlowMode(FIONA, MINUTE),
            c.AdmitBetweenShares(FIONA, on=True),
        ),
        *(join("bad"), c.Deny(FIONA, ParticipantId("bad")), join("worse"), c.Lock(FIONA)),
        *(c.Remove(FIONA, ParticipantId("worse")), c.OpenContacts(FIONA)),
        *(c.SetMedia(who, mic=True, camera=True) for who in (FIONA, FAYE, FERN, MIA)),
    )


def debrief(at_ms: int = 0) -> Meeting:
    return after(evening(), BEGIN, at_ms=at_ms)


def test_the_evening_of_these_tests_is_full():
    """So that what is forgotten below was there before."""
    meeting, fresh = evening(), empty()
    never = {"held_by_hand", "debrief_since_ms", "expected", "met", "unattended_since_ms", "held_for_shares"}
    same = {f.name for f in fields(Meeting) if getattr(meeting, f.name) == getattr(fresh, f.name)}
    assert same == {*never, "id", "rules"}


def test_what_the_group_said_and_did_is_forgotten():
    meeting, fresh = debrief(at_ms=7000), empty()
    other = {f.name for f in fields(Meeting) if getattr(meeting, f.name) != getattr(fresh, f.name)}
    kept = {"status", "participants", "lead", "began_ms", "debrief_since_ms"}
    numbers = {
        "next_message",
        "next_turn",
        "next_room",
        "next_quiet",
        "next_pulse",
        "next_resource",
        "captions",
    }
    assert other == kept | numbers
    assert not any(p.captions or p.interprets for p in meeting.participants.values())
    assert meeting.debrief_since_ms == 7000
    for number in ("next_message", "next_turn", "next_room", "next_resource"):
        assert getattr(meeting, number) == getattr(evening(), number)


def test_facilitators_are_as_if_they_had_just_come():
    meeting = debrief()
    for person in meeting.participants.values():
        assert person.since == ((MAIN, meeting.next_message),)
        assert (person.spoken_ms, person.said_at_ms) == (0, None)


def test_everybody_parts_but_the_facilitators_who_come_together():
    events, meeting = outcome(evening(), BEGIN)
    parted = [event.participant for event in events if isinstance(event, e.Parted)]
    assert parted == [MIA, MARA, MONA, GUS, WANDA]
    assert all(event.how is Parting.OVER for event in events if isinstance(event, e.Parted))
    assert {who: (p.room, p.place) for who, p in meeting.participants.items()} == dict.fromkeys(
        (FIONA, FAYE, FERN), (MAIN, MAIN)
    )
    assert events[-2:] == (e.DebriefBegan(0), e.StatusChanged(Status.DEBRIEF))


def test_nothing_from_before_is_read_and_what_is_said_now_is():
    meeting = debrief()
    for person in meeting.participants.values():
        shown = view(meeting, person)
        assert (shown.messages, shown.barred, shown.round, shown.resources) == ((), (), None, ())
    meeting = after(meeting, c.Say(FAYE, b"how was it for you?"))
    assert [[m.body for m in view(meeting, p).messages] for p in meeting.participants.values()] == [
        [b"how was it for you?"]
    ] * 3


def test_every_eye_sees_the_evening_forgotten():
    meeting = evening()
    eyes, meeting = watch(look(meeting), meeting, outcome(meeting, BEGIN)[0])
    for who, person in meeting.participants.items():
        assert eyes[who].known() == Eyes.of(view(meeting, person)).known()


def test_facilitators_hear_each_other_and_who_comes_from_elsewhere_opens_her_microphone_herself():
    meeting = debrief()
    assert routes(meeting) == {
        Track(FIONA, Kind.MIC): {FAYE, FERN},
        Track(FIONA, Kind.CAMERA): {FAYE, FERN},
    }
    meeting = after(meeting, c.SetMedia(FAYE, mic=True, camera=False))
    assert routes(meeting)[Track(FAYE, Kind.MIC)] == {FIONA, FERN}


# ── who chose each other ─────────────────────────────────────────────────────────────────────────

OFFERS = (c.OfferContact(MIA, MONA, b"a"), c.OfferContact(MONA, MIA, b"b"), c.OfferContact(MARA, MIA, b"no"))


@pytest.mark.parametrize("ending", [BEGIN, c.End(FIONA)], ids=["debrief", "end"])
def test_nobody_loses_a_contact_by_the_end(ending: c.Command):
    meeting = after(evening(), *OFFERS)
    events = outcome(meeting, ending)[0]
    assert events[:2] == (e.ContactsExchanged(MIA, MONA, b"a", b"b"), e.ContactsClosed())
    told: dict[ParticipantId, list[str]] = {}
    for event in events:
        before, meeting = meeting, evolve(meeting, event)
        for showing in showings(before, meeting, event):
            for who in showing.viewers:
                told.setdefault(who, []).append(type(showing.sight).__name__)
    assert told[MIA][0] == told[MONA][0] == "ContactShown"
    assert "ContactShown" not in told[MARA]


def test_nobody_loses_a_contact_by_an_end_that_nobody_ordered():
    meeting = after(evening(), *OFFERS)
    meeting = after(meeting, *(c.LoseConnection(who, 1) for who in (FIONA, FAYE, FERN)))
    events = outcome(after(meeting, c.Tick(), at_ms=100_000), c.Tick(), 900_000)[0]
    assert e.ContactsExchanged(MIA, MONA, b"a", b"b") in events
    assert events[-1] == e.StatusChanged(Status.ENDED)


@pytest.mark.parametrize("ending", [BEGIN, c.End(FIONA)], ids=["debrief", "end"])
def test_where_keep_in_touch_is_closed_the_end_exchanges_nothing(ending: c.Command):
    events = outcome(after(evening(), *OFFERS, c.CloseContacts(FIONA)), ending)[0]
    assert {e.ContactsExchanged, e.ContactsClosed}.isdisjoint(map(type, events))


# ── while it lasts ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "actor", "told"),
    [
        ((), FIONA, None),
        ((), FAYE, None),
        ((), MIA, Refusal.NOT_ALLOWED),
        ((), WANDA, Refusal.NOT_HERE),
        ((c.Pause(FIONA),), FIONA, None),
        ((BEGIN,), FIONA, Refusal.NOT_NOW),
        ((BEGIN,), MIA, Refusal.NOT_HERE),
    ],
)
def test_a_facilitator_begins_it_from_wherever_she_is(
    before: tuple[c.Command, ...], actor: ParticipantId, told: Refusal | None
):
    assert refusal(after(evening(), *before), c.BeginDebrief(actor)) is told


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_little_is_left_to_do(kind: type):
    meeting = after(debrief(), c.Say(FAYE, b"x"))
    told = refusal(meeting, give(kind, FIONA))
    if kind in {c.Leave, c.SetMedia, c.Say, c.SetAway, c.End}:
        assert told is None
    else:
        assert told is (Refusal.NO_SUCH_MESSAGE if kind is c.DeleteMessage else Refusal.NOT_NOW)
    assert (kind in IN_A_DEBRIEF) is (told is not Refusal.NOT_NOW)


@pytest.mark.parametrize(
    ("name", "role", "told"),
    [
        ("mia", Role.MEMBER, Refusal.ENDED),
        ("new", Role.MEMBER, Refusal.ENDED),
        ("gus", Role.GUEST, Refusal.ENDED),
        ("bad", Role.MEMBER, Refusal.ENDED),
        ("fern", Role.FACILITATOR, None),
        ("faith", Role.FACILITATOR, None),
    ],
)
def test_only_facilitators_come_now(name: str, role: Role, told: Refusal | None):
    assert refusal(debrief(), join(name, role)) is told


@pytest.mark.parametrize("who", [MIA, GUS, WANDA])
def test_nobody_who_parted_comes_back_by_resume(who: ParticipantId):
    assert refusal(debrief(), c.Resume(secret_of(who))) is Refusal.WRONG_SECRET


def test_nobody_is_connected_for_a_while_and_it_is_a_debrief_still():
    meeting = after(debrief(), *(c.LoseConnection(who, 1) for who in (FIONA, FAYE, FERN)))
    meeting = after(meeting, c.Tick(), at_ms=89_999)
    assert (meeting.status, meeting.unattended_since_ms) == (Status.DEBRIEF, None)
    back = after(meeting, c.Resume(secret_of(FAYE)), at_ms=89_999)
    assert (back.status, back.lead) == (Status.DEBRIEF, FAYE)
    assert after(meeting, c.Tick(), at_ms=90_000).status is Status.ENDED


def test_from_a_pause_by_hand_a_debrief_is_heard():
    meeting = after(evening(), c.Pause(FIONA), BEGIN)
    assert (meeting.status, meeting.held_by_hand) == (Status.DEBRIEF, False)
    assert routes(meeting)


# ── its end ──────────────────────────────────────────────────────────────────────────────────────


def test_it_ends_by_itself():
    meeting = after(circle(MIA, rules=Rules(debrief_ms=5 * MINUTE)), BEGIN, at_ms=MINUTE)
    assert next_deadline(meeting) == 6 * MINUTE
    assert outcome(meeting, c.Tick(), 6 * MINUTE - 1)[0] == ()
    assert outcome(meeting, c.Tick(), 6 * MINUTE)[0] == (e.StatusChanged(Status.ENDED),)


def test_it_ends_with_the_last_facilitator():
    meeting = after(debrief(), c.Leave(FIONA), c.Leave(FERN))
    assert meeting.status is Status.DEBRIEF
    assert after(meeting, c.Leave(FAYE)).status is Status.ENDED


def test_it_ends_when_one_says_so():
    assert outcome(debrief(), c.End(FAYE))[0] == (e.StatusChanged(Status.ENDED),)


def test_a_facilitator_who_is_lost_when_it_begins_is_expected_in_it():
    meeting = after(evening(), c.LoseConnection(FAYE, 1), BEGIN, at_ms=1000)
    assert not meeting.participants[FAYE].connected
    back = after(meeting, c.Resume(secret_of(FAYE)), at_ms=2000)
    assert (back.participants[FAYE].room, back.participants[FAYE].place) == (MAIN, MAIN)
    assert LOBBY not in {p.room for p in back.participants.values()}
