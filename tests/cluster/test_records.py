"""What is written of a meeting can be read again, to the byte, by this version and the next."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, NewType, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.cluster import records
from server.hosting.ports import Cause, Checkpoint, Entry
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.events import ConnectionLost, LockChanged, Said
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, MessageNumber, ParticipantId, TurnNumber
from server.rooms.machine import decide, evolve
from server.rooms.rounds import RoundKind
from server.rooms.rules import Rules
from tests.rooms import cast
from tests.rooms.test_every_evening import Roomy

if TYPE_CHECKING:
    from server.rooms.state import Meeting


def sent(events: tuple[e.Event, ...]) -> tuple[e.Event, ...]:
    """Through the journal and back."""
    entry = Entry(7, 1234, events, Cause(ParticipantId("mia"), 3))
    record = records.write_entry(entry)
    read = records.read_entry(record)
    assert read == entry
    assert records.write_entry(read) == record
    return read.events


def kept(meeting: Meeting) -> bytes:
    return records.write_checkpoint(Checkpoint(7, meeting))


class RecordedEvening(Roomy):
    """Any evening with rooms, care and a session, followed by a copy that knows only what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.copy = records.read_checkpoint(kept(self.start))[0].meeting
        self.steps = 0

    def gives(self, command: c.Command) -> bool:
        assert records.read_command(records.write_command(command)) == command
        told = len(self.journal)
        done = super().gives(command)
        for event in sent(tuple(self.journal[told:])):
            self.copy = evolve(self.copy, event)
        assert kept(self.copy) == kept(self.meeting), "byte for byte"
        self.steps += 1
        if self.steps % 7 == 0:  # now and then the copy begins anew from a checkpoint
            self.copy = records.read_checkpoint(kept(self.copy))[0].meeting
            assert self.copy == self.meeting
        return done


TestRecordedEvening = RecordedEvening.TestCase
TestRecordedEvening.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


def example(hint: Any) -> Any:  # noqa: PLR0911 - one line for each form of annotation
    """Some value of this type; of a field that has a default another one, where there is any."""
    if isinstance(hint, NewType):
        return example(hint.__supertype__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return example(next(one for one in arguments if one is not NoneType))
    if origin in {tuple, frozenset}:
        return origin(example(one) for one in arguments if one is not Ellipsis)
    if origin is Mapping:
        return {example(arguments[0]): example(arguments[1])}
    if issubclass(hint, Enum):
        return list(hint)[-1]
    if is_dataclass(hint):
        hints = get_type_hints(hint, records._NAMES)
        return hint(**{field.name: example(hints[field.name]) for field in fields(hint)})
    if issubclass(hint, tuple):
        return hint(*map(example, get_type_hints(hint, records._NAMES).values()))
    return {int: 41, str: "text", bytes: b"bytes", bool: True, float: 0.5}[hint]


def kinds(union: Any) -> list[Any]:
    return [kind for one in get_args(union) for kind in (kinds(one) if get_args(one) else [one])]


@pytest.mark.parametrize("kind", kinds(e.Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_can_be_written_and_read(kind: Any):
    event = example(kind)
    assert sent((event,)) == (event,)


@pytest.mark.parametrize("kind", kinds(c.Command), ids=lambda kind: kind.__name__)
def test_every_kind_of_command_can_be_written_and_read(kind: Any):
    command = example(kind)
    assert records.read_command(records.write_command(command)) == command


STORED = Path(__file__).parents[1] / "vectors" / f"records_v{records.VERSION}.json"


def stored_evening() -> dict[str, Any]:
    """What a node of today leaves in Redis: a checkpoint, entries after it, and the checkpoint after those."""
    meeting = cast.circle("mia", "mara", "zoe")
    start = records.write_checkpoint(Checkpoint(10, meeting), ((Cause(cast.MIA, 1), 9),))
    room = c.PlannedRoom(b"topic", None, (cast.MARA,))
    commands: tuple[c.Command, ...] = (
        c.StartRound(cast.FIONA, RoundKind.CIRCLE, 60_000, (cast.MIA,), invite_passed=True),
        c.TakeTurn(cast.MIA, TurnNumber(1)),
        c.Say(cast.FIONA, b"sealed"),
        c.PlanBreakouts(cast.FIONA, BreakoutKind.BY_HAND, (room,), None, 7, 600_000, unattended=True),
        c.LoseConnection(ParticipantId("zoe"), 1),
        c.AskForSomeone(cast.MARA),
    )
    entries = []
    for number, command in enumerate(commands):
        events = decide(meeting, command, 1_000 * number)
        entry = Entry(11 + number, 1_000 * number, events, Cause(cast.FIONA, number + 1))
        entries.append(records.write_entry(entry).hex())
        for event in events:
            meeting = evolve(meeting, event)
    end = records.write_checkpoint(Checkpoint(10 + len(commands), meeting))
    return {"start": start.hex(), "entries": entries, "end": end.hex()}


def test_what_was_stored_by_an_older_node_is_read():
    """The file is of the day when its version was made, and stays; KITH_REWRITE_VECTORS=1 makes that of a new version."""
    if os.environ.get("KITH_REWRITE_VECTORS") and not STORED.exists():
        STORED.write_text(json.dumps(stored_evening(), indent=1) + "\n")
    stored = json.loads(STORED.read_text())
    start, answered = records.read_checkpoint(bytes.fromhex(stored["start"]))
    assert answered == ((Cause(cast.MIA, 1), 9),)
    meeting, position = start.meeting, start.position
    for record in stored["entries"]:
        entry = records.read_entry(bytes.fromhex(record))
        assert entry.position == position + 1
        position = entry.position
        for event in entry.events:
            meeting = evolve(meeting, event)
    assert records.read_checkpoint(bytes.fromhex(stored["end"])) == (Checkpoint(position, meeting), ())
    assert meeting.participants[ParticipantId("zoe")].lost_at_ms == 4_000
    assert [message.body for message in meeting.messages] == [b"sealed"]
    assert meeting.rounds
    assert meeting.breakouts is not None


def test_a_checkpoint_keeps_which_commands_were_carried_out():
    answered = ((Cause(ParticipantId("mia"), 3), 7), (Cause(ParticipantId("mia"), 4), 9))
    record = records.write_checkpoint(Checkpoint(9, cast.circle("mia")), answered)
    assert records.read_checkpoint(record) == (Checkpoint(9, cast.circle("mia")), answered)


def test_an_older_record_without_a_newer_field_reads_as_its_default():
    record = records.write_events((Said(MessageNumber(1), ParticipantId("mia"), MAIN, b"x", 5),))
    version, [[name, fields]] = msgspec.msgpack.decode(record)
    assert "held" not in fields, "a default is not written: an older node wrote just this"
    (said,) = records.read_events(msgspec.msgpack.encode([version, [[name, fields]]]))
    assert (said.held, said.everywhere) == (None, False)  # type: ignore[union-attr]


def test_the_rules_of_a_meeting_are_kept_whole_whatever_the_next_defaults_are():
    record = kept(cast.empty(Rules()))
    _, (_, meeting, _) = msgspec.msgpack.decode(record)
    assert meeting["rules"]["grace_ms"] == 90_000


@pytest.mark.parametrize(
    "body",
    [
        [99, []],
        [1, [["Nothing", {}]]],
        [1, [["LockChanged", {"locked": 1}]]],
        [1, [["LockChanged", {"locked": True, "from_the_future": 1}]]],
        [1, [["LockChanged", {}]]],
        [1, 5],
        [1, [["ConnectionLost"]]],
        "x",
    ],
)
def test_what_is_no_record_of_this_version_is_refused(body: object):
    with pytest.raises(records.RecordError):
        records.read_events(msgspec.msgpack.encode(body))


def test_a_record_beyond_the_bound_is_refused_unread():
    with pytest.raises(records.RecordError):
        records.read_entry(bytes(records.MAX_BYTES + 1))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes):
    for read in (records.read_entry, records.read_checkpoint, records.read_command, records.read_events):
        try:
            read(data)
        except records.RecordError:
            continue


def test_a_round_is_the_same_after_its_way_through_the_journal():
    meeting = cast.circle("mia", "mara")
    command = c.StartRound(cast.FIONA, RoundKind.CIRCLE, 60_000, (cast.MIA, cast.MARA), invite_passed=True)
    events = decide(meeting, command, 10)
    assert sent(events) == events
    assert sent((LockChanged(locked=True), ConnectionLost(cast.MIA, 9))) == (
        LockChanged(locked=True),
        ConnectionLost(cast.MIA, 9),
    )
