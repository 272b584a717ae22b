"""Bytes to typed messages and back. Any bytes give a message or `ProtocolError`, nothing else.

Called by `session` (in) and `fanout`, `endpoint` (out).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

import msgpack
import msgspec

from .errors import ProtocolError
from .messages import ClientMessage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .server_messages import ServerMessage

FIRST_FRAME_BYTES: Final = 262_144
"""Until a client has joined: an offer with many seats is large."""
FRAME_BYTES: Final = 65_536
MAX_DEPTH: Final = 8
MAX_MAP_ITEMS: Final = 32
MAX_ARRAY_ITEMS: Final = 256

_KINDS: Final[Mapping[str, type[ClientMessage]]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(ClientMessage)
}
_encoder: Final = msgspec.msgpack.Encoder()


def decode(frame: bytes, limit_bytes: int) -> ClientMessage:
    """One client message. Raises: `ProtocolError`."""
    if not 0 < len(frame) <= limit_bytes:
        raise ProtocolError
    value = _unpack(frame)
    if not isinstance(value, dict) or not _within_depth(value):
        raise ProtocolError
    try:
        return msgspec.convert(value, _kind(value.get("t")))
    except msgspec.ValidationError:
        raise ProtocolError from None


def _kind(tag: object) -> type[ClientMessage]:
    """The message class behind a tag. Asking msgspec for the whole union each time would cost 200 times as much."""
    kind = _KINDS.get(tag) if isinstance(tag, str) else None
    if kind is None:
        raise ProtocolError
    return kind


def encode(message: ServerMessage) -> bytes:
    """One frame."""
    return _encoder.encode(message)


def _unpack(frame: bytes) -> Any:  # noqa: ANN401 - untyped by nature, converted by the caller
    """Counts are bounded before memory is taken for them (msgpack's own checks)."""
    try:
        return msgpack.unpackb(
            frame,
            raw=False,
            strict_map_key=True,
            max_map_len=MAX_MAP_ITEMS,
            max_array_len=MAX_ARRAY_ITEMS,
            max_ext_len=0,
        )
    # The library's documented errors are ValueError and UnpackException; a bad key type is a TypeError.
    except (ValueError, TypeError, msgpack.UnpackException):
        raise ProtocolError from None


def _within_depth(value: Any) -> bool:  # noqa: ANN401
    """Level by level, so that no depth can exhaust the stack."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return True
    return False


def _children(value: Any) -> list[Any]:  # noqa: ANN401
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
