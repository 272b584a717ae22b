"""The wire vectors hold every message, as the server packs and reads it; the web client reads the same file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgpack
import msgspec
import pytest

from server.signaling import messages as m
from server.signaling import server_messages as s
from server.signaling.codec import FIRST_FRAME_BYTES, decode, encode
from tests.signaling.client_examples import FROM_CLIENT
from tests.signaling.server_examples import EVENTS, FROM_SERVER

if TYPE_CHECKING:
    from collections.abc import Iterator

VECTORS = Path(__file__).parent.parent / "vectors" / "wire.json"
REWRITE = "KITH_REWRITE_VECTORS"


def _readable(value: Any) -> Any:
    """JSON has no bytes: they become {"bin": hex}."""
    if isinstance(value, bytes):
        return {"bin": value.hex()}
    if isinstance(value, dict):
        return {key: _readable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return value


def _vectors() -> Iterator[dict[str, Any]]:
    for direction, examples in (("client", FROM_CLIENT), ("server", FROM_SERVER)):
        for name, message in examples.items():
            frame = msgspec.msgpack.encode(message)
            yield {
                "name": name,
                "direction": direction,
                "hex": frame.hex(),
                "message": _readable(msgpack.unpackb(frame)),
            }


def test_the_file_is_what_the_messages_give() -> None:
    """After a change of the wire: run once with KITH_REWRITE_VECTORS=1, and look at the difference."""
    text = json.dumps(list(_vectors()), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get(REWRITE):
        VECTORS.write_text(text)
    assert VECTORS.read_text() == text


def test_every_message_class_has_an_example() -> None:
    assert {type(x) for x in FROM_CLIENT.values()} == set(get_args(m.ClientMessage))
    assert {type(x) for x in FROM_SERVER.values()} == set(get_args(s.ServerMessage))
    assert {type(x) for x in EVENTS.values()} == set(get_args(s.EventMessage))


def structs(value: object) -> Iterator[msgspec.Struct]:
    """Every struct in a message, the message itself included."""
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from structs(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            yield from structs(item)


def test_every_field_that_may_be_nil_is_shown_in_both_states() -> None:
    states: dict[tuple[type, str], set[bool]] = {}
    for example in (*FROM_CLIENT.values(), *FROM_SERVER.values()):
        for struct in structs(example):
            for field in msgspec.structs.fields(struct):
                if type(None) in get_args(field.type):
                    seen = states.setdefault((type(struct), field.name), set())
                    seen.add(getattr(struct, field.name) is None)
    assert states
    assert [name for name, seen in states.items() if len(seen) < 2] == []


@pytest.mark.parametrize("name", FROM_CLIENT)
def test_the_server_reads_what_a_client_packs(name: str) -> None:
    vector = next(v for v in json.loads(VECTORS.read_text()) if v["name"] == name)
    assert decode(bytes.fromhex(vector["hex"]), FIRST_FRAME_BYTES) == FROM_CLIENT[name]


@pytest.mark.parametrize("name", FROM_SERVER)
def test_the_server_packs_what_the_file_says(name: str) -> None:
    vector = next(v for v in json.loads(VECTORS.read_text()) if v["name"] == name)
    assert encode(FROM_SERVER[name]).hex() == vector["hex"]
