from __future__ import annotations

import msgpack
import pytest

from server.rooms import commands as c
from server.rooms.ids import ParticipantId, TurnNumber
from server.rooms.rounds import RoundKind
from server.rooms.state import Floor
from server.signaling import messages as m
from server.signaling.codec import FRAME_BYTES
from server.signaling.errors import CloseCode, ProtocolError
from server.signaling.session import Carry, Enter, Look, Negotiate, Reply, Session, SessionLimits

ADA = ParticipantId("AAAAAAAAAAA")
MIA = ParticipantId("MMMMMMMMMMM")
TURN = TurnNumber(3)
LIMITS = SessionLimits(burst_frames=5, frames_per_second=2, first_frame_ms=30_000, join_ms=60_000)
JOIN = {
    "t": "join", "v": 1, "token": "t", "device": bytes(16), "profile": b"p", "offer": None, "resume": None,
}  # fmt: skip


def frame(**fields: object) -> bytes:
    packed: bytes = msgpack.packb(fields)
    return packed


def joined(now_ms: int = 0) -> Session:
    session = Session(LIMITS, now_ms)
    session.entered(ADA)
    return session


def test_look_join_and_ping_are_understood_before_joining() -> None:
    session = Session(LIMITS, 0)
    assert session.frame(frame(t="look", v=1, token="t"), 0) == Look(m.Look(v=1, token="t"))
    assert session.frame(frame(t="ping", n=3), 0) == Reply(m.Pong(3))
    assert isinstance(session.frame(msgpack.packb(JOIN), 0), Enter)


@pytest.mark.parametrize(
    "early",
    [{"t": "lock", "id": 1}, {"t": "say", "id": 1, "body": b"x"}, {"t": "offer", "id": 1, "sdp": "x"}],
)
def test_a_command_before_joining_ends_the_conversation(early: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        Session(LIMITS, 0).frame(msgpack.packb(early), 0)


def test_a_second_join_ends_the_conversation() -> None:
    with pytest.raises(ProtocolError):
        joined().frame(msgpack.packb(JOIN), 0)


def test_a_text_frame_ends_the_conversation() -> None:
    with pytest.raises(ProtocolError) as caught:
        Session(LIMITS, 0).frame('{"t":"ping"}', 0)
    assert caught.value.code is CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ({"t": "leave"}, c.Leave(ADA)),
        ({"t": "set_media", "mic": True, "camera": False}, c.SetMedia(ADA, mic=True, camera=False)),
        ({"t": "say", "body": b"x"}, c.Say(ADA, b"x")),
        ({"t": "delete_message", "message": 4}, c.DeleteMessage(ADA, 4)),
        ({"t": "admit", "who": MIA}, c.Admit(ADA, MIA)),
        ({"t": "deny", "who": MIA}, c.Deny(ADA, MIA)),
        ({"t": "send_to_lobby", "who": MIA}, c.SendToLobby(ADA, MIA)),
        ({"t": "mute", "who": MIA}, c.Mute(ADA, MIA)),
        ({"t": "allow_mic", "who": MIA}, c.AllowMic(ADA, MIA)),
        ({"t": "stop_camera", "who": MIA}, c.StopCamera(ADA, MIA)),
        ({"t": "allow_camera", "who": MIA}, c.AllowCamera(ADA, MIA)),
        ({"t": "lock"}, c.Lock(ADA)),
        ({"t": "unlock"}, c.Unlock(ADA)),
        ({"t": "remove", "who": MIA}, c.Remove(ADA, MIA)),
        ({"t": "undo_bar", "who": MIA}, c.UndoBar(ADA, MIA)),
        ({"t": "set_away", "away": True}, c.SetAway(ADA, away=True)),
        ({"t": "set_floor", "floor": "gentle"}, c.SetFloor(ADA, Floor.GENTLE)),
        ({"t": "raise_hand"}, c.RaiseHand(ADA)),
        ({"t": "lower_hand", "who": MIA}, c.LowerHand(ADA, MIA)),
        ({"t": "call_on", "who": MIA}, c.CallOn(ADA, MIA)),
        ({"t": "order_hands", "fair": True}, c.OrderHands(ADA, fair=True)),
        (
            {"t": "start_round", "kind": "circle", "share_ms": 5, "order": [MIA], "invite_passed": True},
            c.StartRound(ADA, RoundKind.CIRCLE, 5, (MIA,), invite_passed=True),
        ),
        ({"t": "reorder_round", "order": [MIA, ADA]}, c.ReorderRound(ADA, (MIA, ADA))),
        ({"t": "invite_passed", "invite": True}, c.InvitePassed(ADA, invite=True)),
        ({"t": "close_round"}, c.CloseRound(ADA)),
        ({"t": "admit_between_shares", "on": True}, c.AdmitBetweenShares(ADA, on=True)),
        ({"t": "take_turn", "turn": 3}, c.TakeTurn(ADA, TURN)),
        ({"t": "pass_turn", "turn": 3}, c.PassTurn(ADA, TURN)),
        ({"t": "come_back_later", "turn": 3}, c.ComeBackLater(ADA, TURN)),
        ({"t": "skip_turn", "turn": 3}, c.SkipTurn(ADA, TURN)),
        ({"t": "name_next", "turn": 3, "who": MIA}, c.NameNext(ADA, TURN, MIA)),
        ({"t": "end_share", "turn": 3}, c.EndShare(ADA, TURN)),
        ({"t": "extend_share", "turn": 3}, c.ExtendShare(ADA, TURN)),
        ({"t": "share_in_writing", "turn": 3, "body": b"x"}, c.ShareInWriting(ADA, TURN, b"x")),
        ({"t": "end"}, c.End(ADA)),
    ],
)
def test_every_command_is_bound_to_the_connections_own_participant(
    message: dict[str, object], command: c.PersonCommand
) -> None:
    assert joined().frame(msgpack.packb({**message, "id": 9}), 0) == Carry(9, command)


def test_a_new_offer_is_negotiated_for_the_connections_own_participant() -> None:
    assert joined().frame(frame(t="offer", id=3, sdp="v=0"), 0) == Negotiate(3, "v=0")


def test_large_frames_are_for_those_who_have_not_joined() -> None:
    large = msgpack.packb({**JOIN, "offer": "x" * FRAME_BYTES})
    assert isinstance(Session(LIMITS, 0).frame(large, 0), Enter)
    with pytest.raises(ProtocolError):
        joined().frame(frame(t="offer", id=1, sdp="x" * FRAME_BYTES), 0)


def test_more_frames_than_the_burst_end_the_conversation() -> None:
    session = joined()
    for _ in range(LIMITS.burst_frames):
        session.frame(frame(t="ping", n=1), 0)
    with pytest.raises(ProtocolError) as caught:
        session.frame(frame(t="ping", n=1), 0)
    assert caught.value.code is CloseCode.TOO_MANY


def test_a_steady_rate_is_fine_for_ever() -> None:
    session = joined()
    for tick in range(1000):
        session.frame(frame(t="ping", n=1), tick * 1000 // LIMITS.frames_per_second)


def test_only_a_granted_look_gives_time_and_only_a_place_ends_the_wait() -> None:
    session = Session(LIMITS, 1000)
    session.frame(frame(t="look", v=1, token="t"), 2000)
    session.frame(frame(t="ping", n=1), 2000)
    assert session.deadline_ms == 31_000
    session.looked()
    assert session.deadline_ms == 61_000
    session.entered(ADA)
    assert session.deadline_ms is None
