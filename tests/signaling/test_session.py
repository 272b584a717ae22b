from __future__ import annotations

from typing import get_args

import msgpack
import msgspec
import pytest

from server.rooms.ids import ParticipantId
from server.signaling import messages as m
from server.signaling import server_messages as s
from server.signaling.codec import FRAME_BYTES
from server.signaling.errors import CloseCode, ProtocolError
from server.signaling.session import Carry, Enter, Look, Negotiate, Reply, Session, SessionLimits, TellGrants
from tests.signaling.client_examples import FROM_CLIENT

ADA = ParticipantId("AAAAAAAAAAA")
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
    assert session.frame(frame(t="ping", n=3), 0) == Reply(s.Pong(3))
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


ORDERS = {name: message for name, message in FROM_CLIENT.items() if isinstance(message, m.CommandMessage)}


@pytest.mark.parametrize("name", ORDERS)
def test_every_command_is_bound_to_the_connections_own_participant(name: str) -> None:
    """And has the name and the fields of its message."""
    message = ORDERS[name]
    action = joined().frame(msgspec.msgpack.encode(message), 0)
    assert isinstance(action, Carry)
    assert action.command_id == message.id
    assert type(action.command).__name__ == type(message).__name__
    fields = {key: value for key, value in msgspec.to_builtins(message).items() if key not in {"t", "id"}}
    assert msgspec.to_builtins(action.command) == {"actor": ADA, **fields}


def test_no_message_names_who_acts() -> None:
    for message in get_args(m.ClientMessage):
        assert "actor" not in message.__struct_fields__


def test_a_new_offer_is_negotiated_for_the_connections_own_participant() -> None:
    assert joined().frame(frame(t="offer", id=3, sdp="v=0"), 0) == Negotiate(3, "v=0")


def test_who_gets_what_is_asked_by_somebody_who_has_joined() -> None:
    assert joined().frame(frame(t="ask_grants", id=4), 0) == TellGrants(4)
    with pytest.raises(ProtocolError):
        Session(LIMITS, 0).frame(frame(t="ask_grants", id=4), 0)


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
