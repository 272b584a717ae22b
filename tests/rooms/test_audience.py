"""Who is told what: nobody in the lobby of others, no member of what is for facilitators, nobody of what was before her.

That showings add up to exactly each viewer's view is checked for any evening in `test_every_evening.py`.
"""

from collections.abc import Iterable

import pytest

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.audience import BarShown, Came, Gone, Looks, Sight, showings
from server.rooms.events import Parting
from server.rooms.ids import LOBBY, MAIN, MessageNumber, ParticipantId, RoomId, TurnNumber
from server.rooms.machine import decide, evolve
from server.rooms.rounds import RoundKind
from server.rooms.rules import Rules
from server.rooms.state import Floor, Meeting, Role
from server.rooms.view import refreshed, view

from .cast import FAYE, FIONA, GUS, MARA, MIA, after, circle, join, outcome
from .eyes import look, watch

WANDA = ParticipantId("wanda")
"""Waits in the lobby."""
TURN = TurnNumber(1)


def evening() -> Meeting:
    """Fiona and Mia inside, Wanda in the lobby from where somebody was turned away."""
    meeting = after(circle(MIA), join(GUS, Role.GUEST, place="home"), c.Deny(FIONA, GUS))
    return after(meeting, join(WANDA, place="home"))


def told(meeting: Meeting, *commands: c.Command, at_ms: int = 0) -> dict[ParticipantId, list[Sight]]:
    """What each viewer is shown while these are carried out."""
    heard: dict[ParticipantId, list[Sight]] = {}
    for command in commands:
        for event in outcome(meeting, command, at_ms)[0]:
            before, meeting = meeting, evolve(meeting, event)
            for showing in showings(before, meeting, event):
                for viewer in showing.viewers:
                    heard.setdefault(viewer, []).append(showing.sight)
    return heard


def kinds(sights: Iterable[Sight]) -> list[str]:
    return [type(sight).__name__ for sight in sights]


MARA_IN = (join(MARA), c.Admit(FIONA, MARA))


@pytest.mark.parametrize(
    ("commands", "fiona", "mia", "wanda"),
    [
        ((join(MARA),), ["Came"], [], []),
        (MARA_IN, ["Came", "Looks"], ["Came"], []),
        ((*MARA_IN, c.SendToLobby(FIONA, MARA)), ["Came", "Looks", "Looks"], ["Came", "Gone"], []),
        ((c.Leave(MIA),), ["Gone"], [], []),
        ((c.Leave(WANDA),), ["Gone"], [], []),
        ((c.Deny(FIONA, WANDA),), ["BarShown", "Gone"], [], []),
        ((c.Remove(FIONA, MIA),), ["BarShown", "Gone"], ["BarShown"][:0], []),
        ((c.UndoBar(FIONA, GUS),), ["BarUndone"], [], []),
        ((c.LoseConnection(WANDA, 1),), ["ConnectionLost"], [], ["ConnectionLost"]),
        ((c.LoseConnection(MIA, 1),), ["ConnectionLost"], ["ConnectionLost"], []),
        ((c.Resume(b"secret of mia"),), ["ConnectionRestored"], ["ConnectionRestored"], []),
        ((c.SetMedia(MIA, mic=True, camera=False),), ["MediaSet"], ["MediaSet"], []),
        ((c.SetMedia(WANDA, mic=True, camera=False),), ["MediaSet"], [], ["MediaSet"]),
        ((c.Mute(FIONA, MIA),), ["MediaAllowed"], ["MediaAllowed"], []),
        ((c.Mute(FIONA, WANDA),), ["MediaAllowed"], [], ["MediaAllowed"]),
        ((c.Say(MIA, b"x"),), ["MessageShown"], ["MessageShown"], []),
        (
            (c.Say(MIA, b"x"), c.DeleteMessage(MIA, MessageNumber(1))),
            ["MessageShown", "MessageDeleted"],
            None,
            [],
        ),
        ((c.Lock(FIONA),), ["LockChanged"], ["LockChanged"], []),
        ((c.End(FIONA),), ["StatusChanged"], ["StatusChanged"], []),
    ],
)
def test_each_is_told_what_is_hers(
    commands: tuple[c.Command, ...], fiona: list[str], mia: list[str] | None, wanda: list[str]
):
    heard = told(evening(), *commands)
    assert kinds(heard.get(FIONA, [])) == fiona
    assert kinds(heard.get(MIA, [])) == (fiona if mia is None else mia)
    assert kinds(heard.get(WANDA, [])) == wanda


def test_attendance_is_told_by_the_status_only():
    heard = told(circle(MIA), c.LoseConnection(FIONA, 1))
    assert kinds(heard[MIA]) == ["ConnectionLost"]


def test_a_deleted_message_is_news_only_to_those_who_could_read_it():
    meeting = after(circle(MIA), c.Say(MIA, b"early"))
    meeting = after(meeting, join(MARA), c.Admit(FIONA, MARA))
    assert set(told(meeting, c.DeleteMessage(MIA, MessageNumber(1)))) == {FIONA, MIA}


@pytest.mark.parametrize(
    ("commands", "sight"),
    [
        ((c.Remove(FIONA, MIA),), Gone(MIA, Parting.REMOVED)),
        ((c.Leave(MIA),), Gone(MIA, Parting.LEFT)),
        ((c.Deny(FIONA, WANDA),), Gone(WANDA, Parting.DENIED)),
        ((c.UndoBar(FIONA, GUS),), e.BarUndone(GUS)),
    ],
)
def test_facilitators_are_told_how(commands: tuple[c.Command, ...], sight: Sight):
    assert sight in told(evening(), *commands)[FIONA]


@pytest.mark.parametrize(
    ("command", "who", "room"),
    [(c.SendToLobby(FIONA, MIA), MIA, LOBBY), (c.Admit(FIONA, WANDA), WANDA, MAIN)],
)
def test_facilitators_are_told_where(command: c.Command, who: ParticipantId, room: RoomId):
    (seen,) = (sight for sight in told(evening(), command)[FIONA] if isinstance(sight, Looks))
    assert (seen.person.id, seen.person.room, seen.person.place) == (who, room, room)


def test_members_are_told_that_she_is_in_the_lobby_and_not_where_else():
    meeting = after(evening(), join(MARA), c.Admit(FIONA, MARA))
    assert told(meeting, c.SendToLobby(FIONA, MARA))[MIA] == [Gone(MARA, None, to_lobby=True)]


def test_the_hint_about_a_return_is_for_facilitators():
    meeting = evening()
    assert [p.returning for p in view(meeting, meeting.participants[FIONA]).people] == [False, False, True]
    own = view(meeting, meeting.participants[WANDA])
    assert not own.you.returning
    assert not any(p.returning for p in own.people)
    came = told(meeting, c.Admit(FIONA, WANDA))[MIA]
    assert [sight.person.returning for sight in came if isinstance(sight, Came)] == [False]


def test_who_is_barred_is_for_facilitators():
    meeting = evening()
    assert [bar.participant for bar in view(meeting, meeting.participants[FIONA]).barred] == [GUS]
    assert view(meeting, meeting.participants[MIA]).barred == ()
    bars = told(meeting, c.Remove(FIONA, WANDA))
    assert isinstance(bars[FIONA][0], BarShown)
    assert MIA not in bars


def test_the_lobby_learns_who_hosts_and_how_many_are_in_and_no_more():
    meeting = after(evening(), c.SetMedia(FIONA, mic=True, camera=True), c.Say(FIONA, b"x"))
    meeting = after(meeting, join(FAYE, Role.FACILITATOR), c.LoseConnection(FIONA, 1))
    seen = view(meeting, meeting.participants[WANDA])
    hosts = [p for p in seen.people if p.id != WANDA]
    assert [p.id for p in hosts] == [FIONA, FAYE]
    assert not any(p.mic_on or p.camera_on or not p.connected for p in hosts)
    assert (seen.present, seen.messages, seen.barred) == (3, (), ())


@pytest.mark.parametrize(
    ("command", "whose"),
    [
        (c.Admit(FIONA, WANDA), {WANDA}),
        (c.SendToLobby(FIONA, MIA), {MIA, WANDA}),
        (join(MARA), {MARA}),
        (join("mia again", page=MIA), {ParticipantId("mia again")}),
        (c.Leave(MIA), {WANDA}),
        (c.Lock(FIONA), {WANDA}),
        (join(FAYE, Role.FACILITATOR), {FAYE, WANDA}),
        (c.Say(MIA, b"x"), set()),
        (c.SetMedia(FIONA, mic=True, camera=True), set()),
    ],
)
def test_views_are_refreshed_where_a_place_or_the_lobbys_sight_changed(
    command: c.Command, whose: set[ParticipantId]
):
    before = evening()
    assert refreshed(before, after(before, command)) == whose


def test_a_bar_that_made_way_refreshes_the_facilitators():
    before = after(circle(MIA, MARA, rules=Rules(max_barred=1)), c.Remove(FIONA, MIA))
    events, now = outcome(before, c.Remove(FIONA, MARA))
    assert refreshed(before, now) == {FIONA}
    eyes, _ = watch(look(before), before, events)
    assert list(eyes[FIONA].barred) == [MARA]


def test_a_group_without_bars_forgets_none():
    before = evening()
    assert refreshed(before, after(before, c.UndoBar(FIONA, GUS))) == frozenset()


def turns_evening() -> Meeting:
    """Mia shares as turn 1 of a round with a limit, Mara waits; hands are up, the quieter first; Wanda is in the lobby."""
    meeting = after(evening(), join(MARA), c.Admit(FIONA, MARA))
    meeting = after(meeting, c.RaiseHand(MIA), c.RaiseHand(MARA), c.OrderHands(FIONA, fair=True))
    start = c.StartRound(FIONA, RoundKind.CIRCLE, 60_000, (), invite_passed=False)
    return after(meeting, start, c.TakeTurn(MIA, TURN))


@pytest.mark.parametrize(
    ("commands", "fiona", "mia", "mara"),
    [
        ((c.ExtendShare(MIA, TURN),), ["RoundShown"], ["RoundShown"], []),
        ((c.LoseConnection(MIA, 1),), *[["ConnectionLost", "RoundShown"]] * 3),
        ((c.SetAway(MARA, away=True),), *[["Looks"]] * 3),
        ((c.EndShare(MIA, TURN),), *[["HandsShown", "RoundShown"]] * 3),
        ((c.LowerHand(MIA, MIA),), *[["HandsShown"]] * 3),
        ((c.SetFloor(FIONA, Floor.HELD),), *[["FloorChanged"]] * 3),
        ((c.CloseRound(FIONA),), *[["HandsShown", "RoundShown"]] * 3),
        ((c.AdmitBetweenShares(FIONA, on=True),), ["AdmissionChanged"], [], []),
    ],
)
def test_turns_are_told_to_the_room_and_the_time_of_a_share_to_few(
    commands: tuple[c.Command, ...], fiona: list[str], mia: list[str], mara: list[str]
):
    heard = told(turns_evening(), *commands, at_ms=10_000)
    assert [kinds(heard.get(who, [])) for who in (FIONA, MIA, MARA, WANDA)] == [fiona, mia, mara, []]


def test_the_nudge_is_for_the_speaker_and_the_facilitators():
    heard = told(turns_evening(), c.Tick(), at_ms=60_000)
    assert heard == {FIONA: [e.ShareNudged(MAIN, TURN)], MIA: [e.ShareNudged(MAIN, TURN)]}


def test_others_see_whose_share_it_is_and_not_for_how_long():
    meeting = turns_evening()
    shown = {who: view(meeting, meeting.participants[who]).round for who in (FIONA, MIA, MARA, WANDA)}
    left = {who: this and this.moment.clock.left_at(20_000) for who, this in shown.items()}
    assert left == {FIONA: 40_000, MIA: 40_000, MARA: None, WANDA: None}
    assert shown[MARA] is not None
    assert shown[MARA].speaker == MIA


def test_who_waits_for_the_end_of_a_share_knows_it_and_facilitators_do():
    meeting = after(turns_evening(), c.AdmitBetweenShares(FIONA, on=True))
    heard = told(meeting, c.Admit(FIONA, WANDA))
    assert {who: kinds(sights) for who, sights in heard.items()} == {FIONA: ["Looks"], WANDA: ["Looks"]}


def test_somebody_gone_whose_hand_was_up_disturbs_no_order():
    """In one step: Mia's share is over for being away, which changes the order of hands, and lost Mara is gone."""
    meeting = after(turns_evening(), c.SetAway(MIA, away=True), c.LoseConnection(MARA, 1), at_ms=10_000)
    events = decide(meeting, c.Tick(), 100_000)
    assert {e.Parted, e.Spoke, e.HandsChanged} <= set(map(type, events))
    eyes, _ = watch(look(meeting), meeting, events)
    assert eyes[FIONA].hands.raised == (MIA,)
