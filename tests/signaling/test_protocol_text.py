"""`docs/protocol.md` names every message, field, code and value of the wire: a client can be written from it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from server.hosting.ports import Why
from server.rooms.errors import Refusal
from server.rooms.events import Parting
from server.rooms.groups import BreakoutKind, Consent
from server.rooms.rounds import RoundKind, Stage, Standing
from server.rooms.rules import Rules
from server.rooms.state import BarReason, ChatMode, Floor, Held, QuietKind, Role, SegmentKind, Status
from server.signaling import messages as m
from server.signaling import server_messages as s
from server.signaling.errors import CloseCode, JoinCode
from server.signaling.links import LinkCode
from server.signaling.refusal_texts import TEXTS
from tests.signaling.client_examples import FROM_CLIENT
from tests.signaling.server_examples import FROM_SERVER
from tests.signaling.test_vectors import structs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import Enum

    import msgspec

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
NAMED = frozenset(re.findall(r"[a-z_][a-z_0-9]*", " ".join(re.findall("`([^`]+)`", TEXT))))
"""Every word that the text shows as code."""
MESSAGES = (*get_args(m.ClientMessage), *get_args(s.ServerMessage), *get_args(s.EventMessage))
VALUES: tuple[type[Enum], ...] = (
    *(Role, Status, BarReason, Floor, ChatMode, Held, QuietKind, SegmentKind, Parting),
    *(RoundKind, Stage, Standing, BreakoutKind, Consent, JoinCode, LinkCode, Why),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: str(message.__name__))
def test_every_message_is_explained(message: type[msgspec.Struct]) -> None:
    assert str(message.__struct_config__.tag) in NAMED


def test_how_many_bars_a_meeting_remembers_is_said() -> None:
    removed = next(line for line in TEXT.splitlines() if line.startswith(f"| {CloseCode.REMOVED.value} |"))
    assert f"the newest {Rules().max_barred} " in removed


def _examples() -> Iterator[msgspec.Struct]:
    for example in (*FROM_CLIENT.values(), *FROM_SERVER.values()):
        yield from structs(example)


def test_every_field_is_named() -> None:
    fields = {name for struct in _examples() for name in struct.__struct_fields__}
    # Those of the browser's own RTCIceServer are not ours to explain.
    assert fields - NAMED <= set(s.IceServer.__struct_fields__)


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: str(kind.__name__))
def test_every_value_is_named(kind: type[Enum]) -> None:
    assert {str(value.value) for value in kind} <= NAMED


def test_every_code_is_named() -> None:
    assert set(TEXTS) | {code.value for code in Refusal} <= NAMED
    assert all(f"| {code.value} |" in TEXT for code in CloseCode)
