"""Every field of a client's messages that can hold a word, read from the messages' own types; and messages that fill them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import msgspec
from msgspec import inspect as i

from server.signaling import messages as m

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .canaries import Canary

KINDS: tuple[type[m.Wire], ...] = get_args(m.ClientMessage)
COMMANDS: tuple[type[m.Order], ...] = get_args(m.CommandMessage)


def tag_of(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


def wordy_fields(*kinds: type[msgspec.Struct]) -> set[tuple[str, str]]:
    """Class and field of everything that holds text or bytes, in whatever it is wrapped."""
    return {found for kind in kinds for found in _wordy(i.type_info(kind))}


def _wordy(kind: i.Type) -> Iterator[tuple[str, str]]:
    if isinstance(kind, i.StructType):
        for field in kind.fields:
            if any(isinstance(part, i.StrType | i.BytesType) for part in _parts(field.type)):
                yield kind.cls.__name__, field.name
            for part in _parts(field.type):
                yield from _wordy(part)


def _parts(kind: i.Type) -> Iterator[i.Type]:
    """What it can consist of; structs are not opened."""
    match kind:
        case i.UnionType():
            for one in kind.types:
                yield from _parts(one)
        case i.VarTupleType():
            yield from _parts(kind.item_type)
        case i.DictType():
            yield from _parts(kind.key_type)
            yield from _parts(kind.value_type)
        case _:
            yield kind


def fields_with_it(message: object, canary: Canary) -> set[tuple[str, str]]:
    """Class and field of everything in a message that holds the word now."""
    if isinstance(message, list | tuple):
        return {found for item in message for found in fields_with_it(item, canary)}
    if not isinstance(message, msgspec.Struct):
        return set()
    found = set()
    for name in message.__struct_fields__:
        value = getattr(message, name)
        if _holds(value, canary):
            found.add((type(message).__name__, name))
        found |= fields_with_it(value, canary)
    return found


def _holds(value: object, canary: Canary) -> bool:
    if isinstance(value, dict | tuple | list):
        return any(_holds(item, canary) for item in value)
    if isinstance(value, str):
        value = value.encode()
    return isinstance(value, bytes) and canary.is_in(value)


def filled(kind: type[msgspec.Struct], canary: Canary) -> dict[str, Any]:
    """A well-formed message of this kind with the word in each of its fields; `id` is left out."""
    info = i.type_info(kind)
    assert isinstance(info, i.StructType)
    return {field.name: _filled(field.type, canary) for field in info.fields if field.name != "id"}


def _filled(kind: i.Type, canary: Canary) -> Any:  # noqa: PLR0911 - one line for each kind of value
    match kind:
        case i.UnionType():
            return _filled(next(one for one in kind.types if not isinstance(one, i.NoneType)), canary)
        case i.StructType():
            return filled(kind.cls, canary)
        case i.VarTupleType():
            return [_filled(kind.item_type, canary)]
        case i.StrType():
            return canary.word[: kind.max_length]
        case i.BytesType():
            return canary.box()
        case i.EnumType():
            return next(iter(kind.cls)).value
        case i.BoolType():
            return False
        case i.IntType():
            return 2
    raise AssertionError(f"a kind of value that no message had yet: {kind}")
