"""One connection without its socket: what each frame means in the state the conversation is in.

Called by `endpoint` for every frame; returns what to do, does nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from server.hosting.ports import Screen

from . import codec, orders
from . import messages as m
from . import server_messages as s
from .errors import CloseCode, ProtocolError

if TYPE_CHECKING:
    from server.rooms.commands import PersonCommand
    from server.rooms.ids import ParticipantId


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """What one connection may do."""

    burst_frames: int = 100
    frames_per_second: int = 20
    first_frame_ms: int = 30_000
    """From connecting to a granted `look` or `join`."""
    join_ms: int = 3_600_000
    """From connecting to a granted `join`."""


@dataclass(frozen=True, slots=True)
class Look:
    """Answer with what the lobby may know."""

    message: m.Look


@dataclass(frozen=True, slots=True)
class Enter:
    """Ask the meeting for a place; on success call `Session.entered`."""

    message: m.Join


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this at once."""

    message: s.Pong


@dataclass(frozen=True, slots=True)
class Carry:
    """Carry out a command of this participant."""

    command_id: int
    command: PersonCommand


@dataclass(frozen=True, slots=True)
class Negotiate:
    """Answer a new offer of this participant."""

    command_id: int
    sdp: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Send this participant what suits what she sees."""

    screen: Screen


@dataclass(frozen=True, slots=True)
class TellGrants:
    """Answer what everybody gets of the pictures, if she may know."""

    command_id: int


Action: TypeAlias = Look | Enter | Reply | Carry | Negotiate | Watch | TellGrants


class Session:
    """The conversation of one connection."""

    def __init__(self, limits: SessionLimits, now_ms: int) -> None:
        self._limits = limits
        self._participant: ParticipantId | None = None
        self._looked = False
        self._began_ms = now_ms
        self._bucket_ms = now_ms
        self._tokens = float(limits.burst_frames)

    @property
    def deadline_ms(self) -> int | None:
        """When the connection is to be closed with `IDLE` if nothing changes; None once joined."""
        if self._participant is not None:
            return None
        wait = self._limits.join_ms if self._looked else self._limits.first_frame_ms
        return self._began_ms + wait

    def frame(  # noqa: PLR0911 - one case for each message
        self, data: bytes | str, now_ms: int
    ) -> Action:
        """What to do about one frame. Raises: `ProtocolError` with the close code."""
        self._pay(now_ms)
        if isinstance(data, str):
            raise ProtocolError
        joined = self._participant is not None
        message = codec.decode(data, codec.FRAME_BYTES if joined else codec.FIRST_FRAME_BYTES)
        match message:
            case m.Ping():
                return Reply(s.Pong(message.n))
            case m.Look():
                return Look(message)
            case m.Join():
                return self._enter(message)
            case m.Watching():
                self._actor()
                return Watch(Screen(message.heights, message.pinned, message.low_data))
            case m.Offer():
                self._actor()
                return Negotiate(message.id, message.sdp)
            case m.AskGrants():
                self._actor()
                return TellGrants(message.id)
            case _:
                return Carry(message.id, orders.command(message, self._actor()))

    def looked(self) -> None:
        """A `look` was granted: somebody with a good link may take her time before she joins."""
        self._looked = True

    def entered(self, participant: ParticipantId) -> None:
        """The meeting granted the place; from now on commands are this participant's."""
        self._participant = participant

    def _enter(self, message: m.Join) -> Enter:
        if self._participant is not None:
            raise ProtocolError
        return Enter(message)

    def _actor(self) -> ParticipantId:
        if self._participant is None:
            raise ProtocolError
        return self._participant

    def _pay(self, now_ms: int) -> None:
        """Every frame costs one token, good or bad; tokens come back with time."""
        earned = (now_ms - self._bucket_ms) * self._limits.frames_per_second / 1000
        self._tokens = min(self._tokens + earned, float(self._limits.burst_frames))
        self._bucket_ms = now_ms
        if self._tokens < 1:
            raise ProtocolError(CloseCode.TOO_MANY)
        self._tokens -= 1
