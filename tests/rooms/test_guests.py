"""Guests: time-boxed, outside of the round, and nothing from before is for them."""

from __future__ import annotations

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import showings
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Refusal
from server.rooms.ids import LOBBY, MAIN, ParticipantId, TurnNumber
from server.rooms.machine import evolve
from server.rooms.rounds import Clock, RoundKind
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Role, Status
from server.rooms.view import view
from server.signaling import translate

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, outcome, refusal, secret_of

GINA = ParticipantId("gina")
"""Another guest, who waits in the lobby."""
RULES = Rules(guest_ms=600_000, guest_max_ms=1_200_000)


def evening(at_ms: int = 0) -> Meeting:
    """Gus was let in at this time."""
    meeting = after(circle(MIA, MARA, rules=RULES), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST))
    return after(meeting, join(GINA, Role.GUEST), c.Admit(FIONA, GUS), at_ms=at_ms)


def until(meeting: Meeting, who: ParticipantId) -> int | None:
    """When her time is over; None: she has none, or it stands."""
    time = meeting.participants[who].guest_time
    return None if time is None else time.ends_at_ms


def test_her_time_begins_when_she_comes_in():
    meeting = evening(at_ms=5000)
    assert until(meeting, GUS) == 605_000
    assert until(meeting, GINA) is None
    assert until(meeting, MIA) is None
    assert next_deadline(meeting) == 605_000


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (c.SetGuestTime(FIONA, GUS, 1), None),
        (c.SetGuestTime(FIONA, GUS, 1_200_000), None),
        (c.SetGuestTime(FIONA, GUS, 1_200_001), Refusal.TOO_LARGE),
        (c.SetGuestTime(FIONA, GUS, 0), Refusal.TOO_LARGE),
        (c.SetGuestTime(FIONA, GUS, -1), Refusal.TOO_LARGE),
        (c.SetGuestTime(FIONA, MIA, 1000), Refusal.NOT_ALLOWED),
        (c.SetGuestTime(FIONA, FAYE, 1000), Refusal.NOT_ALLOWED),
        (c.SetGuestTime(FIONA, GINA, 1000), Refusal.NOT_NOW),
        (c.SetGuestTime(FIONA, ParticipantId("nobody"), 1000), Refusal.NO_SUCH_PERSON),
        (c.SetGuestTime(GUS, GUS, 1000), Refusal.NOT_ALLOWED),
        (c.SetGuestTime(MIA, GUS, 1000), Refusal.NOT_ALLOWED),
    ],
)
def test_facilitators_set_the_time_of_guests_who_are_in(command: c.Command, told: Refusal | None):
    assert refusal(evening(), command) is told


@pytest.mark.parametrize("ms", [1000, 900_000])
def test_it_counts_from_now_on_longer_or_shorter(ms: int):
    events, meeting = outcome(evening(), c.SetGuestTime(FAYE, GUS, ms), 100_000)
    assert events == (e.GuestTimeSet(GUS, Clock.from_now(ms, 100_000)),)
    assert next_deadline(meeting) == 100_000 + ms


def test_when_it_is_over_she_waits_in_the_lobby_with_all_closed():
    meeting = after(evening(), c.SetMedia(GUS, mic=True, camera=True), c.Say(GUS, b"x"))
    assert outcome(meeting, c.Tick(), 599_999)[0] == ()
    events, meeting = outcome(meeting, c.Tick(), 600_000)
    assert events == (e.SentToLobby(GUS),)
    person = meeting.participants[GUS]
    assert (person.place, person.mic_on, person.camera_on) == (LOBBY, False, False)
    assert view(meeting, person).messages == ()
    assert next_deadline(meeting) is None


def test_let_in_again_she_has_her_whole_time_and_nothing_from_before():
    meeting = after(evening(), c.Say(GUS, b"before"), c.Tick(), at_ms=600_000)
    meeting = after(meeting, c.Admit(FIONA, GUS), c.Say(MIA, b"since"), at_ms=700_000)
    assert until(meeting, GUS) == 1_300_000
    assert [m.body for m in view(meeting, meeting.participants[GUS]).messages] == [b"since"]


def test_her_time_stands_in_a_pause_and_goes_on_with_what_was_left():
    meeting = after(evening(), c.Pause(FIONA), at_ms=400_000)
    assert next_deadline(meeting) is None
    assert outcome(meeting, c.Tick(), 700_000) == ((), meeting)
    assert translate.person(meeting.participants[GUS], 700_000).guest_left_ms == 200_000
    meeting = after(meeting, c.GoOn(FAYE), at_ms=700_000)
    assert until(meeting, GUS) == next_deadline(meeting) == 900_000


def test_her_time_stands_also_where_nobody_holds_the_group():
    meeting = after(evening(), c.Leave(FAYE), c.LoseConnection(FIONA, 1), at_ms=400_000)
    meeting = after(meeting, c.Tick(), at_ms=410_000)
    assert (meeting.status, until(meeting, GUS)) == (Status.PAUSED, None)
    meeting = after(meeting, c.Resume(secret_of(FIONA)), at_ms=460_000)
    assert until(meeting, GUS) == 650_000


def test_time_that_is_given_in_a_pause_begins_after_it():
    meeting = after(evening(), c.Pause(FIONA), c.SetGuestTime(FIONA, GUS, 60_000), c.Admit(FIONA, GINA))
    assert (until(meeting, GUS), until(meeting, GINA)) == (None, None)
    meeting = after(meeting, c.GoOn(FIONA), at_ms=100_000)
    assert (until(meeting, GUS), until(meeting, GINA)) == (160_000, 700_000)


def test_her_time_ends_a_quiet_room_and_nobody_stays_in_it():
    meeting = after(evening(), c.AskForSomeone(GUS), c.AcceptNeed(FIONA, GUS))
    meeting = after(meeting, c.Tick(), at_ms=600_000)
    assert (meeting.quiet, meeting.participants[FIONA].room) == ({}, MAIN)
    assert meeting.participants[GUS].room == LOBBY


def test_who_is_lost_and_whose_time_is_over_at_one_instant_parts_once():
    meeting = after(evening(), c.LoseConnection(GUS, 1), at_ms=510_000)
    events, meeting = outcome(meeting, c.Tick(), 600_000)
    assert events == (e.Parted(GUS, e.Parting.LOST),)
    assert GUS not in meeting.participants


def test_who_is_lost_for_a_while_finds_herself_in_the_lobby():
    meeting = after(evening(), c.LoseConnection(GUS, 1), at_ms=590_000)
    meeting = after(meeting, c.Tick(), at_ms=600_000)
    assert after(meeting, c.Resume(secret_of(GUS)), at_ms=600_001).participants[GUS].in_lobby


def test_a_page_that_comes_again_gains_no_time():
    meeting = after(evening(), join("gus2", Role.GUEST, page=GUS), at_ms=300_000)
    assert until(meeting, ParticipantId("gus2")) == 600_000
    waiting = after(evening(), join("gina2", Role.GUEST, page=GINA), at_ms=300_000)
    assert until(waiting, ParticipantId("gina2")) is None


def test_how_long_she_may_stay_is_for_herself_and_the_facilitators():
    meeting = evening()
    told = {
        who: next((p.guest_time for p in view(meeting, viewer).people if p.id == GUS), None)
        for who, viewer in meeting.participants.items()
    }
    time = Clock.from_now(600_000, 0)
    assert told == {FIONA: time, FAYE: time, GUS: time, MIA: None, MARA: None, GINA: None}
    (event,) = outcome(meeting, c.SetGuestTime(FIONA, GUS, 1000))[0]
    shown = showings(meeting, evolve(meeting, event), event)
    assert frozenset[ParticipantId]().union(*(one.viewers for one in shown)) == {FIONA, FAYE, GUS}


# ── outside the round, nothing from before ───────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", RoundKind)
def test_she_is_outside_of_rounds(kind: RoundKind):
    start = c.StartRound(FIONA, kind, None, (), invite_passed=True)
    meeting = after(evening(), start, c.Admit(FIONA, GINA))
    assert [place.who for place in meeting.rounds[MAIN].places] == [MIA, MARA]
    assert refusal(meeting, c.ReorderRound(FIONA, (GUS,))) is Refusal.NOT_ALLOWED
    number = meeting.rounds[MAIN].moment.number
    assert refusal(meeting, c.TakeTurn(GUS, number)) in {Refusal.NOT_ALLOWED, Refusal.NOT_NOW}
    assert refusal(meeting, c.NameNext(FIONA, number, GUS)) is not None


def test_she_is_not_in_a_round_that_goes_on_when_she_comes():
    start = c.StartRound(FIONA, RoundKind.CIRCLE, None, (), invite_passed=False)
    meeting = after(evening(), start, c.TakeTurn(MIA, TurnNumber(1)), c.Admit(FIONA, GINA))
    meeting = after(meeting, c.EndShare(MIA, TurnNumber(1)), c.PassTurn(MARA, TurnNumber(2)))
    assert meeting.rounds == {}


def test_nothing_from_before_is_for_her():
    meeting = after(evening(), c.Say(MIA, b"before"), c.HandOut(FIONA, b"a"), c.Admit(FIONA, GINA))
    meeting = after(meeting, c.Say(MIA, b"since"), c.HandOut(FIONA, b"b"))
    shown = view(meeting, meeting.participants[GINA])
    assert [m.body for m in shown.messages] == [b"since"]
    assert [r.body for r in shown.resources] == [b"b"]
    assert [r.body for r in view(meeting, meeting.participants[MARA]).resources] == [b"a", b"b"]


def test_she_may_not_keep_in_touch():
    meeting = after(evening(), c.OpenContacts(FIONA))
    assert refusal(meeting, c.OfferContact(GUS, MIA, b"x")) is Refusal.NOT_ALLOWED
    assert refusal(meeting, c.OfferContact(MIA, GUS, b"x")) is Refusal.NOT_ALLOWED
