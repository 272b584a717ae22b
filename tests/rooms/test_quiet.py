"""Quiet rooms and needs: who may go where with whom, that nobody stays alone, and what permissions hold there.

That the others cannot tell it from being away is in `test_quiet_looks_like_away.py`.
"""

from __future__ import annotations

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms import needs, quiet
from server.rooms.errors import Refusal
from server.rooms.ids import LOBBY, MAIN, MessageNumber, ParticipantId, RoomId, TurnNumber
from server.rooms.machine import fold
from server.rooms.permissions import FROM_A_GREETING, FROM_THE_LOBBY, NOT_FROM_A_QUIET_ROOM
from server.rooms.rounds import RoundKind
from server.rooms.routes import Kind, Track, routes
from server.rooms.rules import Rules
from server.rooms.state import Meeting, QuietKind, QuietRoom, Role
from server.rooms.view import view

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, outcome, refusal, secret_of
from .test_permissions import TABLE, give

WANDA = ParticipantId("wanda")
"""Waits in the lobby."""
Q1, Q2, B1 = RoomId("q1"), RoomId("q2"), RoomId("b1")
NOBODY = ParticipantId("nobody")
BRINGS = {
    QuietKind.NEED: (c.AskForSomeone(MIA), c.AcceptNeed(FIONA, MIA)),
    QuietKind.GREETING: (c.Greet(FIONA, WANDA),),
    QuietKind.ASIDE: (c.TakeAside(FIONA, MIA),),
}
"""How each kind of quiet room comes to be."""


def evening(rules: Rules | None = None) -> Meeting:
    """Two facilitators, two members, a guest; Wanda waits; nobody has said anything."""
    meeting = after(circle(MIA, MARA, rules=rules), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST))
    return after(meeting, c.Admit(FIONA, GUS), join(WANDA))


def apart(kind: QuietKind) -> Meeting:
    """Fiona is in q1 with Mia, or with Wanda."""
    return after(evening(), *BRINGS[kind])


def brought(kind: QuietKind) -> ParticipantId:
    return WANDA if kind is QuietKind.GREETING else MIA


def rooms(meeting: Meeting, *people: ParticipantId) -> list[tuple[RoomId, RoomId]]:
    return [(meeting.participants[who].room, meeting.participants[who].place) for who in people]


# ── asking ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "actor", "told"),
    [
        ((), MIA, None),
        ((), GUS, None),
        ((), FIONA, Refusal.NOT_ALLOWED),
        ((), WANDA, Refusal.NOT_HERE),
        ((c.AskForSomeone(MIA),), MIA, Refusal.ALREADY_SO),
        ((c.AskForSomeone(MIA),), MARA, None),
        ((c.AskForSomeone(MIA), c.AskForSomeone(MARA)), GUS, Refusal.FULL),
        ((c.SetAway(MIA, away=True),), MIA, None),
        ((c.Pause(FIONA),), MIA, None),
        (BRINGS[QuietKind.ASIDE], MIA, Refusal.NOT_NOW),
        (BRINGS[QuietKind.GREETING], WANDA, Refusal.NOT_HERE),
    ],
)
def test_someone_is_asked_for_once_by_who_is_in_and_holds_no_circle(
    asked: tuple[c.Command, ...], actor: ParticipantId, told: Refusal | None
):
    meeting = after(evening(Rules(max_needs=2)), *asked)
    assert refusal(meeting, c.AskForSomeone(actor)) is told


def test_someone_is_asked_for_in_a_paused_meeting_that_nobody_holds():
    meeting = after(circle(MIA), c.LoseConnection(FIONA, 1))
    meeting = after(meeting, c.Tick(), at_ms=10_000)
    assert after(meeting, c.AskForSomeone(MIA), at_ms=11_000).needs == (MIA,)


def test_needs_keep_the_order_in_which_they_came():
    meeting = after(evening(), *map(c.AskForSomeone, (MARA, GUS, MIA)), c.WithdrawNeed(GUS))
    assert meeting.needs == (MARA, MIA)
    assert refusal(meeting, c.WithdrawNeed(GUS)) is Refusal.ALREADY_SO


@pytest.mark.parametrize(
    "command",
    [c.Leave(MIA), c.Remove(FIONA, MIA), c.SendToLobby(FIONA, MIA), c.TakeAside(FAYE, MIA)],
    ids=lambda command: type(command).__name__,
)
def test_who_is_gone_or_has_someone_needs_nobody_any_more(command: c.Command):
    meeting = after(evening(), c.AskForSomeone(MARA), c.AskForSomeone(MIA), command)
    assert meeting.needs == (MARA,)


def test_who_is_lost_for_good_needs_nobody_any_more():
    meeting = after(evening(), c.AskForSomeone(MIA), c.LoseConnection(MIA, 1))
    assert meeting.needs == (MIA,)
    assert after(meeting, c.Tick(), at_ms=90_000).needs == ()


def test_a_need_is_known_to_the_facilitators_and_to_herself():
    meeting = after(evening(), c.AskForSomeone(MIA), c.AskForSomeone(GUS))
    known = {who: view(meeting, p).needs.needs for who, p in meeting.participants.items()}
    assert known == {FIONA: (MIA, GUS), FAYE: (MIA, GUS), MIA: (MIA,), GUS: (GUS,), MARA: (), WANDA: ()}


# ── going there ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "command", "told"),
    [
        ((), c.AcceptNeed(FIONA, MIA), Refusal.NOT_NOW),
        ((), c.AcceptNeed(FIONA, FAYE), Refusal.NOT_NOW),
        ((), c.AcceptNeed(FIONA, NOBODY), Refusal.NO_SUCH_PERSON),
        ((c.AskForSomeone(MIA),), c.AcceptNeed(MARA, MIA), Refusal.NOT_ALLOWED),
        ((c.AskForSomeone(MIA),), c.AcceptNeed(FIONA, MIA), None),
        ((c.AskForSomeone(MIA), c.WithdrawNeed(MIA)), c.AcceptNeed(FIONA, MIA), Refusal.NOT_NOW),
        ((c.AskForSomeone(MIA), c.LoseConnection(MIA, 1)), c.AcceptNeed(FIONA, MIA), Refusal.NOT_NOW),
        (BRINGS[QuietKind.NEED], c.AcceptNeed(FAYE, MIA), Refusal.NOT_NOW),
        ((*BRINGS[QuietKind.NEED], c.AskForSomeone(MARA)), c.AcceptNeed(FIONA, MARA), Refusal.NOT_NOW),
        ((*BRINGS[QuietKind.NEED], c.AskForSomeone(MARA)), c.AcceptNeed(FAYE, MARA), None),
        ((), c.Greet(FIONA, MIA), Refusal.NOT_NOW),
        ((), c.Greet(FIONA, FAYE), Refusal.NOT_NOW),
        ((), c.Greet(MIA, WANDA), Refusal.NOT_ALLOWED),
        ((c.LoseConnection(WANDA, 1),), c.Greet(FIONA, WANDA), Refusal.NOT_NOW),
        (BRINGS[QuietKind.GREETING], c.Greet(FAYE, WANDA), Refusal.NOT_NOW),
        ((), c.TakeAside(FIONA, FAYE), Refusal.NOT_ALLOWED),
        ((), c.TakeAside(MIA, MARA), Refusal.NOT_ALLOWED),
        ((), c.TakeAside(FIONA, WANDA), Refusal.NOT_NOW),
        ((), c.TakeAside(FIONA, GUS), None),
        ((c.LoseConnection(MIA, 1),), c.TakeAside(FIONA, MIA), Refusal.NOT_NOW),
        (BRINGS[QuietKind.NEED], c.TakeAside(FAYE, MIA), Refusal.NOT_NOW),
        (BRINGS[QuietKind.GREETING], c.TakeAside(FAYE, WANDA), Refusal.NOT_NOW),
        (BRINGS[QuietKind.GREETING], c.TakeAside(FIONA, MIA), Refusal.NOT_NOW),
    ],
)
def test_two_can_go_who_are_free_and_for_whom_there_is_a_reason(
    before: tuple[c.Command, ...], command: c.Command, told: Refusal | None
):
    assert refusal(after(evening(), *before), command) is told


@pytest.mark.parametrize("kind", QuietKind)
def test_both_are_in_a_room_of_their_own_and_keep_their_places(kind: QuietKind):
    meeting, who = apart(kind), brought(kind)
    place = LOBBY if kind is QuietKind.GREETING else MAIN
    assert meeting.quiet == {Q1: QuietRoom(kind, who, FIONA)}
    assert rooms(meeting, FIONA, who) == [(Q1, MAIN), (Q1, place)]
    assert meeting.needs == ()
    assert meeting.present == evening().present


@pytest.mark.parametrize("kind", QuietKind)
def test_they_hear_each_other_and_nobody_else(kind: QuietKind):
    who = brought(kind)
    meeting = after(apart(kind), *(c.SetMedia(p, mic=True, camera=True) for p in (FIONA, who, MARA)))
    wanted = routes(meeting)
    assert wanted[Track(FIONA, Kind.MIC)] == wanted[Track(FIONA, Kind.CAMERA)] == {who}
    assert wanted[Track(who, Kind.MIC)] == wanted[Track(who, Kind.CAMERA)] == {FIONA}
    assert {FIONA, who}.isdisjoint(wanted[Track(MARA, Kind.MIC)])


def test_several_quiet_rooms_are_apart_and_no_number_comes_twice():
    meeting = after(apart(QuietKind.NEED), c.TakeAside(FAYE, GUS))
    assert set(meeting.quiet) == {Q1, Q2}
    meeting = after(meeting, c.EndQuiet(FIONA), c.EndQuiet(FAYE), c.TakeAside(FIONA, MIA))
    assert set(meeting.quiet) == {RoomId("q3")}


def test_two_who_belong_to_different_rooms_each_go_back_to_their_own():
    meeting = fold(after(evening(), c.AskForSomeone(MIA)), [e.Moved(MIA, B1, B1), e.Moved(MARA, B1, B1)])
    events = quiet.decide_accept_need(meeting, c.AcceptNeed(FIONA, MIA), 0)
    meeting = fold(meeting, events)
    assert rooms(meeting, FIONA, MIA) == [(Q1, MAIN), (Q1, B1)]
    meeting = fold(meeting, quiet.decide_end_quiet(meeting, c.EndQuiet(MIA), 0))
    assert rooms(meeting, FIONA, MIA) == [(MAIN, MAIN), (B1, B1)]


# ── coming back ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", QuietKind)
def test_who_was_brought_cannot_walk_back_herself_and_who_asked_can(kind: QuietKind):
    told = refusal(apart(kind), c.EndQuiet(brought(kind)))
    assert told is (None if kind is QuietKind.NEED else Refusal.NOT_ALLOWED)
    assert refusal(apart(kind), c.EndQuiet(FIONA)) is None
    assert refusal(apart(kind), c.EndQuiet(FAYE)) is Refusal.NOT_NOW
    assert refusal(apart(kind), c.EndQuiet(MARA)) is Refusal.NOT_NOW


@pytest.mark.parametrize("kind", QuietKind)
def test_coming_back_is_one_change_with_all_closed(kind: QuietKind):
    who = brought(kind)
    meeting = after(apart(kind), *(c.SetMedia(p, mic=True, camera=True) for p in (FIONA, who)))
    place = LOBBY if kind is QuietKind.GREETING else MAIN
    events, meeting = outcome(meeting, c.EndQuiet(FIONA))
    assert events == (
        *(e.Moved(FIONA, MAIN, MAIN), e.Moved(who, place, place)),
        e.QuietRoomChanged(Q1, None),
    )
    for one in (FIONA, who):
        person = meeting.participants[one]
        assert (person.mic_on, person.camera_on, person.in_quiet_room) == (False, False, False)


GOING = {
    "she leaves": lambda who: (c.Leave(who),),
    "she is removed": lambda who: (c.Remove(FAYE, who),),
    "the facilitator leaves": lambda _: (c.Leave(FIONA),),
    "she is let in, denied or sent back": lambda who: (
        (c.Deny(FAYE, who),) if who == WANDA else (c.SendToLobby(FAYE, who),)
    ),
    "she is let in": lambda who: (c.Admit(FAYE, who),) if who == WANDA else (c.Leave(who),),
}


@pytest.mark.parametrize("going", GOING)
@pytest.mark.parametrize("kind", QuietKind)
def test_nobody_stays_alone(kind: QuietKind, going: str):
    who = brought(kind)
    meeting = after(apart(kind), c.SetMedia(FIONA, mic=True, camera=True), *GOING[going](who))
    assert meeting.quiet == {}
    for person in meeting.participants.values():
        assert not person.in_quiet_room
        assert not person.mic_on
    assert quiet.settled(meeting, 0) == needs.settled(meeting, 0) == ()


@pytest.mark.parametrize("kind", QuietKind)
@pytest.mark.parametrize("side", ["facilitator", "brought"])
def test_a_lost_connection_keeps_the_room_until_the_grace_is_over(kind: QuietKind, side: str):
    lost = FIONA if side == "facilitator" else brought(kind)
    meeting = after(apart(kind), c.LoseConnection(lost, 1), at_ms=1000)
    before = after(meeting, c.Tick(), at_ms=90_999)
    assert before.quiet == meeting.quiet
    back = after(before, c.Resume(secret_of(lost)), at_ms=90_999)
    assert back.participants[lost].room == Q1
    gone = after(meeting, c.Tick(), at_ms=91_000)
    assert gone.quiet == {}
    other = brought(kind) if side == "facilitator" else FIONA
    assert gone.participants[other].room == gone.participants[other].place


def test_let_in_from_the_greeting_she_brings_no_open_microphone():
    meeting = after(
        apart(QuietKind.GREETING), c.SetMedia(WANDA, mic=True, camera=True), c.Admit(FIONA, WANDA)
    )
    person = meeting.participants[WANDA]
    assert (person.room, person.mic_on, person.camera_on) == (MAIN, False, False)
    assert routes(meeting) == {}


def test_let_in_between_shares_she_is_greeted_until_the_share_is_over():
    start = c.StartRound(FIONA, RoundKind.CIRCLE, None, (), invite_passed=False)
    meeting = after(evening(), c.AdmitBetweenShares(FIONA, on=True), start, c.TakeTurn(MIA, TurnNumber(1)))
    meeting = after(meeting, c.Greet(FAYE, WANDA), c.Admit(FIONA, WANDA))
    assert rooms(meeting, WANDA) == [(Q1, LOBBY)]
    meeting = after(meeting, c.EndShare(MIA, TurnNumber(1)))
    assert rooms(meeting, WANDA, FAYE) == [(MAIN, MAIN)] * 2
    assert meeting.quiet == {}


def test_a_greeting_may_be_held_twice():
    meeting = after(apart(QuietKind.GREETING), c.EndQuiet(FIONA), c.Greet(FAYE, WANDA))
    assert meeting.quiet == {Q2: QuietRoom(QuietKind.GREETING, WANDA, FAYE)}


# ── what is said there ───────────────────────────────────────────────────────────────────────────


def test_what_is_said_there_is_read_there_and_nowhere_when_it_is_closed():
    meeting = after(apart(QuietKind.NEED), c.Say(MIA, b"alone"), c.Say(MARA, b"in the circle"))
    read = {who: [m.body for m in view(meeting, p).messages] for who, p in meeting.participants.items()}
    assert read == {
        **{key: [b"alone"] for key in (FIONA, MIA)},
        **{key: [b"in the circle"] for key in (FAYE, MARA, GUS)},
        WANDA: [],
    }
    meeting = after(meeting, c.EndQuiet(FIONA))
    assert [m.body for m in meeting.messages] == [b"in the circle"]
    assert meeting.history_bytes == len(b"in the circle")
    assert [m.body for m in view(meeting, meeting.participants[MIA]).messages] == [b"in the circle"]


def test_nothing_of_the_group_is_read_in_a_greeting_nor_of_the_greeting_in_the_group():
    meeting = after(evening(), c.Say(MIA, b"before"), c.Greet(FIONA, WANDA), c.Say(WANDA, b"I am new"))
    meeting = after(meeting, c.Say(MIA, b"meanwhile"), c.Broadcast(FAYE, b"to all"))
    assert [m.body for m in view(meeting, meeting.participants[WANDA]).messages] == [b"I am new"]
    meeting = after(meeting, c.Admit(FIONA, WANDA), c.Say(MIA, b"welcome"))
    assert [m.body for m in view(meeting, meeting.participants[WANDA]).messages] == [b"welcome"]


def test_words_in_a_quiet_room_are_never_slow():
    meeting = after(apart(QuietKind.NEED), c.SetSlowMode(FAYE, 60_000), c.Say(MIA, b"one"), at_ms=1000)
    meeting = after(meeting, c.Say(MIA, b"two"), c.EndQuiet(MIA), at_ms=2000)
    assert refusal(meeting, c.Say(MIA, b"three"), 3000) is None


# ── what holds there ─────────────────────────────────────────────────────────────────────────────


def test_who_is_away_can_be_heard_there_and_is_away_afterwards():
    meeting = after(evening(), c.SetAway(MIA, away=True), *BRINGS[QuietKind.NEED])
    assert refusal(meeting, c.SetMedia(MIA, mic=True, camera=False)) is None
    meeting = after(meeting, c.SetMedia(MIA, mic=True, camera=False), c.EndQuiet(MIA))
    assert meeting.participants[MIA].away
    assert refusal(meeting, c.SetMedia(MIA, mic=True, camera=False)) is Refusal.AWAY


def test_a_microphone_that_a_facilitator_closed_stays_closed_there():
    meeting = after(evening(), c.Mute(FIONA, MIA), *BRINGS[QuietKind.ASIDE])
    assert refusal(meeting, c.SetMedia(MIA, mic=True, camera=False)) is Refusal.MIC_HELD


ABOUT_THE_ROOM = {
    *(c.SetAway, c.SetFloor, c.RaiseHand, c.CallOn, c.OrderHands),
    *(c.StartRound, c.ReorderRound, c.InvitePassed, c.CloseRound, c.TakeTurn, c.PassTurn),
    *(c.ComeBackLater, c.SkipTurn, c.NameNext, c.EndShare, c.ExtendShare, c.ShareInWriting),
    *(c.AskForSomeone, c.AcceptNeed, c.Greet, c.TakeAside),
    *(c.AnswerBreakout, c.EnterRoom, c.CallFacilitator),
}
"""Waits until one is back."""


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_what_is_about_the_room_one_is_away_from_waits_and_all_else_is_as_ever(kind: type):
    actor = FIONA if Role.FACILITATOR in TABLE[kind][0] else MIA
    before = (c.Say(FIONA, b"x"), c.Say(MIA, b"x"), c.OpenContacts(FAYE))
    meeting, together = after(apart(QuietKind.NEED), *before), after(evening(), *before)
    assert (kind in NOT_FROM_A_QUIET_ROOM) is (kind in ABOUT_THE_ROOM)
    if kind in ABOUT_THE_ROOM:
        assert refusal(meeting, give(kind, actor)) is Refusal.NOT_NOW
    elif kind is not c.EndQuiet:
        assert refusal(meeting, give(kind, actor)) is refusal(together, give(kind, actor))


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_who_is_greeted_may_speak_and_leave_and_no_more(kind: type):
    meeting = after(apart(QuietKind.GREETING), c.Say(WANDA, b"x"))
    told = refusal(meeting, give(kind, WANDA))
    expected = {c.Leave: None, c.SetMedia: None, c.Say: None, c.DeleteMessage: None}
    if kind is c.EndQuiet:
        assert told is Refusal.NOT_ALLOWED
    else:
        assert told is expected.get(kind, Refusal.NOT_HERE)
    assert (kind in FROM_A_GREETING) is (kind in {*expected, c.EndQuiet})
    assert (kind in FROM_THE_LOBBY) is (kind in {c.Leave, c.SetMedia})


@pytest.mark.parametrize("kind", QuietKind)
def test_who_knows_of_a_quiet_room_is_in_it_or_a_facilitator(kind: QuietKind):
    meeting = apart(kind)
    knows = {who for who, p in meeting.participants.items() if view(meeting, p).quiet.rooms}
    assert knows == {FIONA, FAYE, brought(kind)}


@pytest.mark.parametrize("kind", QuietKind)
@pytest.mark.parametrize("side", ["facilitator", "brought"])
def test_a_page_that_comes_again_is_in_the_same_quiet_room(kind: QuietKind, side: str):
    old = FIONA if side == "facilitator" else brought(kind)
    role = apart(kind).participants[old].role
    new = ParticipantId("new")
    meeting = after(apart(kind), join(new, role, page=old))
    room = meeting.quiet[Q1]
    assert (room.facilitator if side == "facilitator" else room.who) == new
    assert meeting.participants[new].room == Q1
    assert after(meeting, c.EndQuiet(room.facilitator)).quiet == {}


def test_a_need_is_taken_over_by_the_page_that_comes_again():
    meeting = after(evening(), c.AskForSomeone(MIA), c.AskForSomeone(MARA), join("mia2", page=MIA))
    assert meeting.needs == (ParticipantId("mia2"), MARA)


def test_deleting_what_was_said_there_is_told_there_only():
    meeting = after(apart(QuietKind.NEED), c.Say(MIA, b"alone"))
    assert refusal(meeting, c.DeleteMessage(FAYE, MessageNumber(1))) is Refusal.NO_SUCH_MESSAGE
    assert after(meeting, c.DeleteMessage(MIA, MessageNumber(1))).messages == ()


def test_the_lobby_learns_who_hosts_and_not_where_they_are():
    meeting = evening()
    seen = view(meeting, meeting.participants[WANDA]).people
    meeting = fold(after(meeting, c.TakeAside(FAYE, MIA)), [e.Moved(FIONA, B1, B1)])
    assert view(meeting, meeting.participants[WANDA]).people == seen
