from __future__ import annotations

import contextlib

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.signaling import messages as m
from server.signaling.codec import FIRST_FRAME_BYTES, FRAME_BYTES, decode
from server.signaling.errors import CloseCode, ProtocolError

MIA = "MMMMMMMMMMM"


def _nested(depth: int) -> bytes:
    return msgpack.packb({"t": "ping", "n": 1, "x": []})[:-1] + b"\x91" * depth + b"\x90"


PLANNED = {"topic": b"", "host": None, "people": []}
SEGMENT = {"kind": "open", "title": b"", "length_ms": 1, "floor": "open", "chat": "open"}


def _plan(**changes: object) -> bytes:
    plan = {"kind": "topic", "rooms": [PLANNED], "size": None, "seed": 0, "length_ms": None}
    packed: bytes = msgpack.packb({"t": "plan_breakouts", "id": 1, "unattended": False, **plan, **changes})
    return packed


BAD = {
    "empty": b"",
    "not msgpack": b"\xc1",
    "two values": msgpack.packb({"t": "ping", "n": 1}) * 2,
    "cut short": msgpack.packb({"t": "ping", "n": 1})[:-1],
    "not a map": msgpack.packb([1, 2]),
    "no tag": msgpack.packb({"n": 1}),
    "unknown tag": msgpack.packb({"t": "shout", "n": 1}),
    "a server's tag": msgpack.packb({"t": "pong", "n": 1}),
    "extra field": msgpack.packb({"t": "ping", "n": 1, "x": 2}),
    "missing field": msgpack.packb({"t": "ping"}),
    "wrong type": msgpack.packb({"t": "ping", "n": "1"}),
    "negative number": msgpack.packb({"t": "ping", "n": -1}),
    "command id 0": msgpack.packb({"t": "lock", "id": 0}),
    "command id too large": msgpack.packb({"t": "lock", "id": 2**31}),
    "text for bytes": msgpack.packb({"t": "say", "id": 1, "body": "plain"}),
    "bytes for text": msgpack.packb({"t": "mute", "id": 1, "who": b"MMMMMMMMMMM"}),
    "id of another length": msgpack.packb({"t": "mute", "id": 1, "who": "short"}),
    "not UTF-8": b"\x82\xa1t\xa4ping\xa1n\xa2\xff\xfe",
    "number as key": msgpack.packb({"t": "ping", "n": 1, 5: 6}),
    "list as key": b"\x81\x91\x01\x02",
    "extension type": msgpack.packb({"t": "ping", "n": msgpack.ExtType(5, b"x")}),
    "timestamp": msgpack.packb({"t": "ping", "n": msgpack.Timestamp(1, 2)}),
    "nil tag": msgpack.packb({"t": None}),
    "too deep": _nested(9),
    "far too deep": _nested(60_000),
    "kind of a round that is none": msgpack.packb(
        {"t": "start_round", "id": 1, "kind": "square", "share_ms": None, "order": [], "invite_passed": False}
    ),
    "share of no time": msgpack.packb(
        {"t": "start_round", "id": 1, "kind": "circle", "share_ms": 0, "order": [], "invite_passed": False}
    ),
    "order of what is no id": msgpack.packb({"t": "reorder_round", "id": 1, "order": ["short"]}),
    "order of too many": msgpack.packb({"t": "reorder_round", "id": 1, "order": [MIA] * 257}),
    "turn 0": msgpack.packb({"t": "take_turn", "id": 1, "turn": 0}),
    "floor that is none": msgpack.packb({"t": "set_floor", "id": 1, "floor": "closed"}),
    "room without a name": msgpack.packb({"t": "enter_room", "id": 1, "room": ""}),
    "room with a long name": msgpack.packb({"t": "enter_room", "id": 1, "room": "b" * 17}),
    "room that is nil where one is needed": msgpack.packb({"t": "enter_room", "id": 1, "room": None}),
    "chat mode that is none": msgpack.packb({"t": "set_chat_mode", "id": 1, "mode": "private"}),
    "slow mode below nothing": msgpack.packb({"t": "set_slow_mode", "id": 1, "ms": -1}),
    "plan of too many rooms": _plan(rooms=[PLANNED] * 65),
    "plan of too many people": _plan(rooms=[PLANNED | {"people": [MIA] * 257}]),
    "plan with an extra field in a room": _plan(rooms=[PLANNED | {"id": "b1"}]),
    "plan of rooms for one": _plan(size=1),
    "plan of rooms for too many": _plan(size=256),
    "plan of a kind that is none": _plan(kind="tables"),
    "plan with a seed that is not exact": _plan(seed=2**53),
    "run-sheet of too many parts": msgpack.packb({"t": "set_run_sheet", "id": 1, "segments": [SEGMENT] * 65}),
    "part of a kind that is none": msgpack.packb(
        {"t": "set_run_sheet", "id": 1, "segments": [SEGMENT | {"kind": "lunch"}]}
    ),
    "part below the first": msgpack.packb({"t": "go_to_segment", "id": 1, "index": -1}),
    "option past all": msgpack.packb({"t": "answer_pulse", "id": 1, "option": 256}),
    "resource 0": msgpack.packb({"t": "take_back", "id": 1, "resource": 0}),
    "guest's time that is none": msgpack.packb({"t": "set_guest_time", "id": 1, "who": MIA, "ms": 0}),
    "contact for nobody": msgpack.packb({"t": "offer_contact", "id": 1, "who": None, "body": b"x"}),
    "too many map items": msgpack.packb({"t": "ping", **{str(i): i for i in range(40)}}),
    "array that lies about its length": b"\x82\xa1t\xa4ping\xa1n\xdd\xff\xff\xff\xff",
    "too large": msgpack.packb({"t": "say", "id": 1, "body": bytes(FRAME_BYTES)}),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_frame_is_one_typed_error(name: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(BAD[name], FRAME_BYTES)
    assert caught.value.code is CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize(
    "good",
    [
        _plan(),
        _plan(rooms=[PLANNED] * 64, size=255, seed=2**53 - 1, length_ms=2**31 - 1),
        _plan(rooms=[PLANNED | {"people": [MIA] * 256}], size=2),
        msgpack.packb({"t": "set_run_sheet", "id": 1, "segments": [SEGMENT] * 64}),
        msgpack.packb({"t": "enter_room", "id": 1, "room": "b" * 16}),
        msgpack.packb({"t": "reorder_round", "id": 1, "order": [MIA] * 256}),
    ],
)
def test_what_is_just_within_the_bounds_is_read(good: bytes) -> None:
    assert isinstance(decode(good, FRAME_BYTES), m.CommandMessage)


def test_a_frame_may_be_as_large_as_its_limit_and_no_larger() -> None:
    frame = msgpack.packb({"t": "say", "id": 1, "body": bytes(FRAME_BYTES - 100)})
    assert isinstance(decode(frame, len(frame)), m.Say)
    with pytest.raises(ProtocolError):
        decode(frame, len(frame) - 1)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_message_or_the_documented_error(frame: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        decode(frame, FIRST_FRAME_BYTES)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
_TAGS = st.sampled_from(
    [
        "look",
        "join",
        "ping",
        "offer",
        "say",
        "mute",
        "set_media",
        "end",
        "take_turn",
        "reorder_round",
        "set_floor",
        "plan_breakouts",
        "set_run_sheet",
        "answer_breakout",
        "open_pulse",
    ]
)
_FIELDS = st.sampled_from(
    [
        *("id", "who", "body", "v", "token", "n", "sdp", "resume", "mic", "camera", "turn", "order", "floor"),
        *("rooms", "room", "size", "seed", "kind", "segments", "options", "length_ms", "unattended"),
    ]
)


@given(_TAGS, st.dictionaries(_FIELDS, _VALUES, max_size=6))
def test_any_fields_under_a_known_tag_give_a_message_or_the_documented_error(
    tag: str, fields: dict[str, object]
) -> None:
    with contextlib.suppress(ProtocolError):
        decode(msgpack.packb({"t": tag, **fields}), FIRST_FRAME_BYTES)
