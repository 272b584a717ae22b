"""Bytes that a meeting can be made from again: entries, checkpoints, and commands on their way to another node.

A record is msgpack: `[version, body]`. A value of the meeting is a map of those fields that differ from their default, so that a
newer node, which knows more fields, reads what an older one wrote; events and commands are `[name, fields]`. How each type is
written is worked out once from its annotations: a field that is added to the meeting needs no line here.
Called by `cluster` only, on bytes that one of our own nodes sealed. Knows no key and no Redis.
"""

# ruff: noqa: ANN401 - the one place of the cluster where bytes become values
from __future__ import annotations

import dataclasses
import enum
import types
from collections.abc import Mapping
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from server.hosting import ports
from server.hosting.ports import Cause, Checkpoint, Entry, Receptions
from server.rooms import commands, events, groups, ids, rounds, rules, state
from server.rooms.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rooms.commands import Command
    from server.rooms.events import Event

    Write = Callable[[Any], Any]
    Read = Callable[[Any], Any]

T = TypeVar("T")

VERSION: Final = 1
"""Goes up when an old record means something else; a new field with a default needs no new version."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""Of one record: a meeting of 320 people with all that the rules let it hold stays below a quarter of it."""


class RecordError(Exception):
    """These bytes are no record that this version can read."""


_NAMES: Final[dict[str, Any]] = {"Mapping": Mapping}
for _module in (ids, rules, rounds, groups, state, events, commands):
    _NAMES.update({name: value for name, value in vars(_module).items() if not name.startswith("_")})
_NAMES.update({kind.__name__: kind for kind in (ports.Why, ports.Picture, ports.Reception)})
# Both modules have a word for the time of a round and the process's time; here only the round's is meant.
_NAMES["Clock"] = rounds.Clock


def _same(value: Any) -> Any:
    return value


@cache
def _coder(hint: Any) -> tuple[Write, Read]:  # noqa: PLR0911 - one line for each form of annotation
    """How a value of this type is written and read."""
    if isinstance(hint, NewType):
        return _coder(hint.__supertype__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return _optional(*(one for one in arguments if one is not types.NoneType))
    if origin is tuple:
        return _row(arguments)
    if origin is frozenset:
        write, read = _coder(arguments[0])
        # Sorted: the same set is the same bytes, whatever order it happens to be in.
        return (lambda v: sorted(map(write, v))), (lambda v: frozenset(map(read, v)))
    if origin is Mapping:
        return _table(*map(_coder, arguments))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return (lambda v: v.value), hint
    if dataclasses.is_dataclass(hint):
        return _fields(hint)
    if isinstance(hint, type) and issubclass(hint, tuple):
        return _row(tuple(get_type_hints(hint, _NAMES).values()), hint)
    return _same, _plain(hint)


def _plain(kind: type) -> Read:
    """As it is, if it is that: a wrong type is found here and not an hour later in a rule."""

    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError
        return value

    return read


def _optional(*hints: Any) -> tuple[Write, Read]:
    (hint,) = hints
    write, read = _coder(hint)
    return (
        (lambda v: None if v is None else write(v)),
        (lambda v: None if v is None else read(v)),
    )


def _row(hints: tuple[Any, ...], kind: Any = None) -> tuple[Write, Read]:
    if len(hints) == 2 and hints[1] is Ellipsis:  # noqa: PLR2004 - `tuple[X, ...]`
        write, read = _coder(hints[0])
        return (lambda v: list(map(write, v))), (lambda v: tuple(map(read, v)))
    coders = tuple(map(_coder, hints))
    make = tuple if kind is None else kind._make

    def write_row(value: Any) -> Any:
        return [write(one) for (write, _), one in zip(coders, value, strict=True)]

    def read_row(value: Any) -> Any:
        return make(read(one) for (_, read), one in zip(coders, value, strict=True))

    return write_row, read_row


def _table(key: tuple[Write, Read], value: tuple[Write, Read]) -> tuple[Write, Read]:
    """Pairs in order: the order of arrival means something."""
    return (
        (lambda table: [[key[0](k), value[0](v)] for k, v in table.items()]),
        (lambda pairs: {key[1](k): value[1](v) for k, v in pairs}),
    )


def _fields(kind: Any) -> tuple[Write, Read]:
    """A map of what differs from the defaults. What a newer node added and this one does not know is refused."""
    hints = get_type_hints(kind, _NAMES)
    coders = {field.name: _coder(hints[field.name]) for field in dataclasses.fields(kind)}
    plain = {} if kind is rules.Rules else _defaults(kind)

    def write(value: Any) -> Any:
        return {
            name: coder[0](one)
            for name, coder in coders.items()
            if (one := getattr(value, name)) is not plain.get(name, dataclasses.MISSING)
            and not (type(one) in _SMALL and name in plain and one == plain[name])
        }

    def read(value: Any) -> Any:
        return kind(**{name: coders[name][1](one) for name, one in value.items()})

    return write, read


def _defaults(kind: Any) -> dict[str, Any]:
    """The rules of a meeting are written whole: they were fixed when it began, whatever the next version's defaults are."""
    fields = dataclasses.fields(kind)
    return {
        f.name: f.default
        for f in fields
        if f.default is not dataclasses.MISSING and not isinstance(f.default, rules.Rules)
    }


_SMALL: Final = frozenset({int, str, bytes, bool})
"""Of these, what equals the default is the default."""


def _tagged(union: Any) -> tuple[Write, Read]:
    kinds = {kind.__name__: kind for kind in get_args(union)}

    def write(value: Any) -> Any:
        kind: Any = type(value)
        return [kind.__name__, _coder(kind)[0](value)]

    def read(value: Any) -> Any:
        name, fields = value
        return _coder(kinds[name])[1](fields)

    return write, read


def _members(union: Any) -> Any:
    """One flat union, whatever it was put together from."""
    flat: list[Any] = []
    for one in get_args(union):
        flat += get_args(_members(one)) if get_args(one) else [one]
    return reduce(or_, flat)


_write_event, _read_event = _tagged(_members(events.Event))
_write_command, _read_command = _tagged(_members(commands.Command))
_write_receptions, _read_receptions = _coder(Receptions)
_write_meeting, _read_meeting = _coder(state.Meeting)

Answered = tuple[tuple[Cause, int | Refusal], ...]
"""Commands that were carried out, with the position after each, or refused: what is answered the same on another node."""


def write_entry(entry: Entry) -> bytes:
    """The same entry is always the same bytes."""
    cause = entry.cause and [entry.cause.participant, entry.cause.command_id]
    return _pack([entry.position, entry.at_ms, [_write_event(event) for event in entry.events], cause])


def read_entry(record: bytes) -> Entry:
    """Raises: `RecordError`, and nothing else for any bytes."""

    def entry(body: Any) -> Entry:
        position, at_ms, happened, cause = body
        found: tuple[Event, ...] = tuple(map(_read_event, happened))
        return Entry(position, at_ms, found, None if cause is None else Cause(*cause))

    return _unpack(record, entry)


def write_checkpoint(checkpoint: Checkpoint, answered: Answered = ()) -> bytes:
    answers = [[cause.participant, cause.command_id, how] for cause, how in answered]
    return _pack([checkpoint.position, _write_meeting(checkpoint.meeting), answers])


def read_checkpoint(record: bytes) -> tuple[Checkpoint, Answered]:
    """Raises: `RecordError`, and nothing else for any bytes."""

    def checkpoint(body: Any) -> tuple[Checkpoint, Answered]:
        position, meeting, answers = body
        answered = tuple(
            (Cause(who, number), how if isinstance(how, int) else Refusal(how))
            for who, number, how in answers
        )
        return Checkpoint(position, _read_meeting(meeting)), answered

    return _unpack(record, checkpoint)


def write_command(command: Command) -> bytes:
    return _pack(_write_command(command))


def read_command(record: bytes) -> Command:
    """Raises: `RecordError`, and nothing else for any bytes."""

    def command(body: Any) -> Command:
        read: Command = _read_command(body)
        return read

    return _unpack(record, command)


def write_events(happened: tuple[Event, ...]) -> bytes:
    return _pack([_write_event(event) for event in happened])


def read_events(record: bytes) -> tuple[Event, ...]:
    """Raises: `RecordError`, and nothing else for any bytes."""

    def events_of(body: Any) -> tuple[Event, ...]:
        return tuple(map(_read_event, body))

    return _unpack(record, events_of)


def write_receptions(receptions: Receptions) -> bytes:
    return _pack(_write_receptions(receptions))


def read_receptions(record: bytes) -> Receptions:
    """Raises: `RecordError`, and nothing else for any bytes."""
    read: Receptions = _unpack(record, _read_receptions)
    return read


def _pack(body: Any) -> bytes:
    return msgspec.msgpack.encode([VERSION, body])


def _unpack(record: bytes, read: Callable[[Any], T]) -> T:
    if len(record) > MAX_BYTES:
        raise RecordError
    try:
        version, body = msgspec.msgpack.decode(record)
        if version != VERSION:
            raise RecordError
        return read(body)
    except (msgspec.MsgspecError, TypeError, ValueError, KeyError, AttributeError, RecursionError):
        raise RecordError from None
