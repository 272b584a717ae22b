"""What ends or refuses a conversation on the wire; `docs/protocol.md` §2 has the same table for clients."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class CloseCode(IntEnum):
    """WebSocket close codes (RFC 6455 §7.4.2: 4000–4999 are private)."""

    PROTOCOL_ERROR = 4400
    REMOVED = 4403
    DENIED = 4404
    IDLE = 4408
    TOO_SLOW = 4409
    REPLACED = 4410
    LEFT = 4411
    ENDED = 4412
    TOO_MANY = 4429
    SERVER_FAULT = 1011
    SERVER_RESTART = 1012
    TRY_LATER = 1013


class JoinCode(StrEnum):
    """`refused.code` values of the door that are not the meeting's rules."""

    VERSION = "version"
    BUSY = "busy"
    FAULT = "fault"


class ProtocolError(Exception):
    """The peer does not speak the protocol; the connection is closed with `code`."""

    def __init__(self, code: CloseCode = CloseCode.PROTOCOL_ERROR) -> None:
        super().__init__(code.name)
        self.code = code


class RefusedAtDoor(Exception):  # noqa: N818 - an answer, not a fault
    """A `look` or `join` cannot be granted; another may be tried on the same connection."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
