"""For everybody but facilitators a quiet room is being away: the same sights, the same words on the wire, the same view.

Every test plays one evening twice: once the two say that they are away, once they go to a quiet room; and compares all
that each of the others is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import showings
from server.rooms.errors import Rejected
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, ParticipantId, RoomId, TurnNumber
from server.rooms.machine import decide, evolve
from server.rooms.rounds import RoundKind
from server.rooms.routes import routes
from server.rooms.state import Floor, Meeting, Role
from server.rooms.view import refreshed, view
from server.signaling import server_messages as s
from server.signaling import translate
from server.signaling.codec import encode

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, secret_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MONA, WANDA = ParticipantId("mona"), ParticipantId("wanda")
"""Another member; somebody who waits in the lobby."""
OTHERS = (MARA, MONA, GUS, WANDA)
"""Who must not be able to tell."""
B1 = RoomId("b1")
FIRST = TurnNumber(1)

AWAY_AND_BACK = (
    (c.SetAway(FIONA, away=True), c.SetAway(MIA, away=True)),
    (c.SetAway(FIONA, away=False), c.SetAway(MIA, away=False)),
)
QUIET_AND_BACK = ((c.AskForSomeone(MIA), c.AcceptNeed(FIONA, MIA)), (c.EndQuiet(FIONA),))
ASIDE_AND_BACK = ((c.TakeAside(FIONA, MIA),), (c.EndQuiet(FIONA),))
IN_THE_QUIET_ROOM = (
    c.SetMedia(MIA, mic=True, camera=True),
    c.SetMedia(FIONA, mic=True, camera=False),
    c.SetMedia(MIA, mic=False, camera=False),
    c.SetMedia(MIA, mic=True, camera=False),
    c.Say(MIA, b"alone"),
    c.SayToFacilitators(MIA, b"on my line"),
)


def evening() -> Meeting:
    """Fiona and Mia are the two; Faye holds the circle meanwhile."""
    meeting = after(circle(MIA, MARA, MONA), join(FAYE, Role.FACILITATOR), join(GUS, Role.GUEST))
    return after(meeting, c.Admit(FIONA, GUS), join(WANDA))


@dataclass
class Wires:
    """What goes to each of the others, in order, over the wire as it is sent; steps one after the other."""

    meeting: Meeting
    now_ms: int = 0
    sent: dict[ParticipantId, list[bytes]] = field(default_factory=lambda: {who: [] for who in OTHERS})

    def give(self, *commands: c.Command) -> Wires:
        for command in commands:
            try:
                events = decide(self.meeting, command, self.now_ms)
            except Rejected:
                continue
            self._follow(events)
        return self

    def _follow(self, events: Iterable[e.Event]) -> None:
        before, shown = self.meeting, []
        for event in events:
            earlier, self.meeting = self.meeting, evolve(self.meeting, event)
            shown += showings(earlier, self.meeting, event)
        anew = refreshed(before, self.meeting)
        for who in OTHERS:
            if who in anew:
                self.sent[who].append(self.view(who))
            elif who in self.meeting.participants:
                self.sent[who] += [
                    encode(s.Happened(0, [translate.event(one.sight, self.now_ms)], None))
                    for one in shown
                    if who in one.viewers
                ]

    def view(self, who: ParticipantId) -> bytes:
        snapshot = translate.snapshot(view(self.meeting, self.meeting.participants[who]), self.now_ms)
        return encode(s.SnapshotMessage(0, snapshot))

    def views(self) -> dict[ParticipantId, bytes]:
        return {who: self.view(who) for who in OTHERS if who in self.meeting.participants}


START = c.StartRound(FAYE, RoundKind.CIRCLE, 60_000, (), invite_passed=False)
PLAN = c.PlanBreakouts(
    *(FAYE, BreakoutKind.BY_HAND, (c.PlannedRoom(b"sleep", None, (MARA, MONA)),)),
    *(None, 1, None),
    unattended=True,
)
BEFORE: dict[str, tuple[c.Command, ...]] = {
    "nothing": (),
    "she sends": (c.SetMedia(MIA, mic=True, camera=True), c.SetMedia(FIONA, mic=True, camera=True)),
    "she is offered": (START,),
    "she shares": (START, c.TakeTurn(MIA, FIRST)),
    "she shares with the floor held": (START, c.TakeTurn(MIA, FIRST), c.SetFloor(FAYE, Floor.HELD)),
    "she is to come": (START, c.PassTurn(MIA, FIRST), c.TakeTurn(MARA, TurnNumber(2))),
    "she is named": (
        c.StartRound(FAYE, RoundKind.FACILITATOR, None, (MARA, MIA), invite_passed=True),
        c.NameNext(FAYE, FIRST, MARA),
        c.NameNext(FAYE, TurnNumber(2), MIA),
    ),
    "volunteers are asked": (c.StartRound(FAYE, RoundKind.VOLUNTEERS, None, (), invite_passed=False),),
    "her hand is up": (c.RaiseHand(MIA), c.RaiseHand(MARA), c.OrderHands(FAYE, fair=True)),
    "she was called on": (c.RaiseHand(MIA), c.CallOn(FAYE, MIA)),
    "her microphone is closed": (c.Mute(FAYE, MIA), c.StopCamera(FAYE, MIA)),
    "admission waits for a share": (
        *(c.AdmitBetweenShares(FAYE, on=True), START, c.TakeTurn(MIA, FIRST)),
        c.Admit(FAYE, WANDA),
    ),
}
MEANWHILE: dict[str, tuple[c.Command, ...]] = {
    "nothing": (),
    "she is muted": (c.Mute(FAYE, MIA), c.AllowMic(FAYE, MIA)),
    "she is lost and comes back": (c.LoseConnection(MIA, 1), c.Resume(secret_of(MIA))),
    "her share ends": (c.EndShare(FAYE, FIRST),),
    "somebody speaks": (c.SetMedia(MARA, mic=True, camera=False), c.Say(MARA, b"x"), c.RaiseHand(GUS)),
    "the meeting is paused": (c.Pause(FAYE), c.GoOn(FAYE)),
    "her hand is lowered": (c.LowerHand(FAYE, MIA), c.CallOn(FAYE, MIA)),
    "the round is closed": (c.CloseRound(FAYE),),
    "breakouts are opened": (PLAN, c.AnswerBreakout(MARA, B1), c.OpenBreakouts(FAYE)),
}


@pytest.mark.parametrize("meanwhile", MEANWHILE)
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("quiet", [QUIET_AND_BACK, ASIDE_AND_BACK], ids=["need", "aside"])
def test_the_wire_says_the_same(
    quiet: tuple[tuple[c.Command, ...], ...], before: str, meanwhile: str
) -> None:
    meeting = after(evening(), *BEFORE[before])
    worlds = []
    for go, back in (AWAY_AND_BACK, quiet):
        wires = Wires(meeting, now_ms=10_000)
        wires.give(*go)
        wires.now_ms = 15_000
        if go is not AWAY_AND_BACK[0]:
            wires.give(*IN_THE_QUIET_ROOM)
        wires.now_ms = 16_000
        apart = wires.views()
        wires.give(*MEANWHILE[meanwhile], c.Tick())
        wires.now_ms = 20_000
        wires.give(*back)
        worlds.append((wires.sent, apart, wires.views()))
    assert worlds[0] == worlds[1]
    assert any(worlds[0][0].values())


@pytest.mark.parametrize("who", [MARA, MONA, GUS])
def test_who_was_away_before_goes_and_comes_unnoticed(who: ParticipantId) -> None:
    meeting = after(evening(), c.SetAway(MIA, away=True), c.SetAway(FIONA, away=True))
    wires = Wires(meeting)
    seen = wires.views()
    wires.give(*QUIET_AND_BACK[0], *IN_THE_QUIET_ROOM)
    assert set(wires.meeting.quiet) == {RoomId("q1")}
    assert wires.views() == seen
    wires.give(*QUIET_AND_BACK[1])
    assert wires.sent[who] == []
    assert wires.views() == seen


def test_each_of_the_two_changes_once_when_she_goes_and_once_when_she_comes_back() -> None:
    meeting = after(evening(), *BEFORE["she sends"])
    wires = Wires(meeting).give(*QUIET_AND_BACK[0])
    assert [len(wires.sent[who]) for who in OTHERS] == [2, 2, 2, 0]
    wires.give(*QUIET_AND_BACK[1])
    assert [len(wires.sent[who]) for who in OTHERS] == [4, 4, 4, 0]


def test_what_the_two_send_is_told_to_nobody_outside_but_facilitators() -> None:
    wires = Wires(after(evening(), *QUIET_AND_BACK[0]))
    wires.give(*IN_THE_QUIET_ROOM, c.Say(MIA, b"alone"), c.Say(FIONA, b"with you"))
    assert all(sent == [] for sent in wires.sent.values())
    assert wires.meeting.participants[MIA].mic_on


def test_asking_for_someone_is_told_to_none_of_the_others() -> None:
    wires = Wires(evening()).give(c.AskForSomeone(MIA), c.WithdrawNeed(MIA), c.AskForSomeone(GUS))
    assert [wires.sent[who] for who in (MARA, MONA, WANDA)] == [[], [], []]


def test_a_greeting_looks_to_the_group_as_if_the_facilitator_alone_were_away() -> None:
    away = Wires(evening()).give(c.SetAway(FIONA, away=True), c.SetAway(FIONA, away=False))
    quiet = Wires(evening()).give(c.Greet(FIONA, WANDA), c.SetMedia(WANDA, mic=True, camera=True))
    quiet.give(c.Say(WANDA, b"hello"), c.EndQuiet(FIONA))
    for who in (MARA, MONA, GUS):
        assert quiet.sent[who] == away.sent[who]
        assert quiet.views()[who] == away.views()[who]


def test_the_round_holds_who_is_in_a_quiet_room_exactly_as_who_is_away() -> None:
    """Not only as it looks: the time after which it goes on, and with whom, is the same."""
    meeting = after(evening(), *BEFORE["she shares"])
    rounds: list[list[object]] = []
    for go in (AWAY_AND_BACK[0], QUIET_AND_BACK[0]):
        wires = Wires(meeting, now_ms=10_000).give(*go)
        told: list[object] = [wires.meeting.rounds]
        for now_ms in (99_999, 100_000):
            wires.now_ms = now_ms
            told.append(wires.give(c.Tick()).meeting.rounds)
        rounds.append(told)
        assert wires.meeting.rounds[MAIN].moment.who == MARA
    assert rounds[0] == rounds[1]


@pytest.mark.parametrize("entering", [(), (c.EnterRoom(FIONA, B1),)], ids=["apart", "together"])
@pytest.mark.parametrize("unattended", [True, False])
def test_it_looks_the_same_from_breakouts(entering: tuple[c.Command, ...], unattended: bool) -> None:  # noqa: FBT001
    """Mia looks after a breakout where Mara is; Fiona is in the main room with the others, or came to them."""
    plan = c.PlanBreakouts(
        FAYE,
        BreakoutKind.BY_HAND,
        (c.PlannedRoom(b"sleep", MIA, (MIA, MARA)),),
        *(None, 1, 600_000),
        unattended=unattended,
    )
    meeting = after(evening(), plan, c.AnswerBreakout(MIA, B1), c.AnswerBreakout(MARA, B1))
    meeting = after(meeting, c.OpenBreakouts(FAYE), *entering)
    assert meeting.participants[MARA].room == B1
    worlds = []
    for go, back in (AWAY_AND_BACK, QUIET_AND_BACK):
        wires = Wires(meeting).give(*go)
        apart = wires.views()
        wires.now_ms = 10_000
        wires.give(c.RecallBreakouts(FAYE, at_once=True), *back)
        worlds.append((wires.sent, apart, wires.views()))
    assert worlds[0] == worlds[1]
    assert worlds[0][0][MARA]


ACTORS = st.sampled_from((MARA, MONA, GUS, FAYE))
TURNS = st.integers(min_value=1, max_value=4).map(TurnNumber)
ABOUT: tuple[Callable[[ParticipantId, ParticipantId], c.PersonCommand], ...] = (
    *(c.Mute, c.AllowMic, c.LowerHand, c.CallOn, c.Admit),
)
ANYTHING: st.SearchStrategy[c.Command] = st.one_of(
    st.builds(c.SetMedia, ACTORS, st.booleans(), st.booleans()),
    st.builds(c.SetAway, st.sampled_from((MARA, MONA)), st.booleans()),
    st.builds(c.RaiseHand, ACTORS),
    st.builds(c.TakeTurn, ACTORS, TURNS),
    st.builds(c.PassTurn, ACTORS, TURNS),
    st.builds(c.SkipTurn, st.just(FAYE), TURNS),
    st.builds(c.EndShare, ACTORS, TURNS),
    st.builds(c.SetFloor, st.just(FAYE), st.sampled_from(Floor)),
    st.builds(c.Say, ACTORS, st.just(b"x")),
    st.sampled_from((START, c.CloseRound(FAYE), c.Pause(FAYE), c.GoOn(FAYE), c.Tick())),
    st.builds(c.LoseConnection, st.sampled_from((MIA, MARA)), st.integers(min_value=1, max_value=4)),
    st.sampled_from((c.Resume(secret_of(MIA)), c.Resume(secret_of(MARA)))),
    *(st.builds(command, st.just(FAYE), st.sampled_from((MIA, MARA, WANDA))) for command in ABOUT),
)


@given(
    before=st.lists(ANYTHING, max_size=6),
    hers=st.lists(st.sampled_from((c.RaiseHand(MIA), c.SetMedia(MIA, mic=True, camera=True))), max_size=2),
    meanwhile=st.lists(ANYTHING, max_size=10),
    afterwards=st.lists(ANYTHING, max_size=4),
)
def test_on_any_evening_the_wire_says_the_same(
    before: list[c.Command],
    hers: list[c.Command],
    meanwhile: list[c.Command],
    afterwards: list[c.Command],
) -> None:
    start = Wires(evening()).give(*hers, *before).give(c.Resume(secret_of(MIA))).meeting
    worlds = []
    for go, back in (AWAY_AND_BACK, ASIDE_AND_BACK):
        wires = Wires(start, now_ms=1000).give(*go)
        if go is ASIDE_AND_BACK[0]:
            wires.give(*IN_THE_QUIET_ROOM)
        wires.now_ms += 1000
        for command in meanwhile:
            wires.now_ms += 5000
            wires.give(command)
        apart = wires.views()
        wires.give(c.Resume(secret_of(MIA))).give(*back).give(*afterwards)
        worlds.append((wires.sent, apart, wires.views()))
        assert {MIA, FIONA}.isdisjoint({track.publisher for track in routes(wires.meeting)})
    assert worlds[0] == worlds[1]
