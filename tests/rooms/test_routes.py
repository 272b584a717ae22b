"""Who is heard and seen by whom, row by row."""

from dataclasses import replace

import pytest

from server.rooms import commands as c
from server.rooms.change import put
from server.rooms.ids import ParticipantId, TurnNumber
from server.rooms.rounds import RoundKind
from server.rooms.routes import Kind, Track, holders, routes
from server.rooms.state import Floor, Meeting, Role, Status

from .cast import FIONA, MARA, MIA, after, circle, empty, join

MIC = Track(MIA, Kind.MIC)
CAMERA = Track(MIA, Kind.CAMERA)
OTHERS = frozenset({FIONA, MARA})


def sending(*, mic: bool, camera: bool) -> Meeting:
    return after(circle(MIA, MARA), c.SetMedia(MIA, mic=mic, camera=camera)) if mic or camera else circle(MIA)


@pytest.mark.parametrize(
    ("mic", "camera", "tracks"),
    [(False, False, set()), (True, False, {MIC}), (False, True, {CAMERA}), (True, True, {MIC, CAMERA})],
)
def test_what_is_on_goes_to_everybody_else(mic: bool, camera: bool, tracks: set[Track]):  # noqa: FBT001 - a row
    assert routes(sending(mic=mic, camera=camera)) == dict.fromkeys(tracks, OTHERS)


@pytest.mark.parametrize(
    ("order", "left"), [(c.Mute, {CAMERA}), (c.StopCamera, {MIC}), (c.SendToLobby, set()), (c.Remove, set())]
)
def test_what_a_facilitator_closed_reaches_nobody(order: type[c.Mute], left: set[Track]):
    meeting = after(sending(mic=True, camera=True), order(FIONA, MIA))
    assert routes(meeting) == dict.fromkeys(left, OTHERS)


def test_whoever_has_the_turn_holds_it_in_every_room():
    meeting = after(circle(MIA, MARA), c.RaiseHand(MIA))
    assert holders(meeting) == frozenset()
    assert holders(after(meeting, c.CallOn(FIONA, MIA))) == {MIA}
    start = c.StartRound(FIONA, RoundKind.CIRCLE, None, (MARA,), invite_passed=False)
    offered = after(meeting, start)
    assert holders(offered) == frozenset()
    assert holders(after(offered, c.TakeTurn(MARA, TurnNumber(1)))) == {MARA}


def test_the_lobby_neither_sends_nor_receives():
    meeting = after(sending(mic=True, camera=False), join("wanda"))
    meeting = after(meeting, c.SetMedia(ParticipantId("wanda"), mic=True, camera=True))
    assert routes(meeting) == {MIC: OTHERS}


def test_nobody_is_heard_before_a_facilitator_came():
    meeting = after(empty(), join(MIA), c.SetMedia(MIA, mic=True, camera=True))
    assert meeting.status is Status.WAITING
    assert routes(meeting) == {}


def test_a_pause_stops_everything_and_its_end_brings_it_back():
    meeting = sending(mic=True, camera=True)
    lost = after(meeting, c.LoseConnection(FIONA, 1), at_ms=0)
    assert routes(lost) == routes(meeting)
    paused = after(lost, c.Tick(), at_ms=meeting.rules.pause_after_ms)
    assert routes(paused) == {}
    back = after(paused, join("fiona again", Role.FACILITATOR, page=FIONA), at_ms=20_000)
    assert routes(back)[MIC] == {"fiona again", MARA}


def test_who_lost_her_socket_is_still_heard():
    meeting = after(sending(mic=True, camera=False), c.LoseConnection(MIA, 1))
    assert routes(meeting) == {MIC: OTHERS}


def test_alone_is_heard_by_nobody():
    meeting = after(circle(), c.SetMedia(FIONA, mic=True, camera=False))
    assert routes(meeting) == {Track(FIONA, Kind.MIC): frozenset()}


@pytest.mark.parametrize(("held", "left"), [("mic_allowed", CAMERA), ("camera_allowed", MIC)])
def test_what_is_held_is_not_forwarded_even_if_it_were_on(held: str, left: Track):
    meeting = sending(mic=True, camera=True)
    person = replace(meeting.participants[MIA], **{held: False})
    assert routes(put(meeting, person)) == {left: OTHERS}


def test_nobody_sends_a_screen_yet():
    assert {track.kind for track in routes(sending(mic=True, camera=True))} == {Kind.MIC, Kind.CAMERA}


TURN = TurnNumber(1)
FULL: tuple[c.Command, ...] = tuple(c.SetMedia(who, mic=True, camera=True) for who in (FIONA, MIA, MARA))
ROUND = c.StartRound(FIONA, RoundKind.CIRCLE, None, (MIA,), invite_passed=False)


@pytest.mark.parametrize(
    ("commands", "heard"),
    [
        ((), {FIONA}),
        ((c.RaiseHand(MIA),), {FIONA}),
        ((c.RaiseHand(MIA), c.CallOn(FIONA, MIA)), {FIONA, MIA}),
        ((c.RaiseHand(MIA), c.CallOn(FIONA, MIA), c.LowerHand(MIA, MIA)), {FIONA}),
        ((ROUND,), {FIONA}),
        ((ROUND, c.TakeTurn(MIA, TURN)), {FIONA, MIA}),
        ((ROUND, c.TakeTurn(MIA, TURN), c.Mute(FIONA, MIA)), {FIONA}),
        ((ROUND, c.TakeTurn(MIA, TURN), c.EndShare(MIA, TURN)), {FIONA}),
        ((ROUND, c.TakeTurn(MIA, TURN), c.CloseRound(FIONA)), {FIONA}),
        ((c.SetFloor(FIONA, Floor.GENTLE),), {FIONA, MIA, MARA}),
        ((c.SetFloor(FIONA, Floor.OPEN),), {FIONA, MIA, MARA}),
    ],
)
def test_on_a_held_floor_the_holder_and_facilitators_are_heard_and_everybody_is_seen(
    commands: tuple[c.Command, ...], heard: set[ParticipantId]
):
    meeting = after(circle(MIA, MARA), *FULL, c.SetFloor(FIONA, Floor.HELD), *commands, at_ms=0)
    wanted = routes(meeting)
    assert {track.publisher for track in wanted if track.kind is Kind.MIC} == heard
    assert {track.publisher for track in wanted if track.kind is Kind.CAMERA} == {FIONA, MIA, MARA}


def test_taking_a_turn_opens_no_microphone():
    meeting = after(circle(MIA), c.SetFloor(FIONA, Floor.HELD), ROUND, c.TakeTurn(MIA, TURN))
    assert routes(meeting) == {}
    assert not meeting.participants[MIA].mic_on
