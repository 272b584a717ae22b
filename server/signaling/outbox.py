"""What waits to be sent on one connection: bounded, in order, with the latest of what is only state.

`fanout` and `endpoint` post; the endpoint's writer takes. No socket in here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from .errors import CloseCode

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class OutboxLimits:
    """Bounds of one connection; what exceeds them closes it, and the client resumes."""

    max_frames: int = 512
    max_bytes: int = 1_048_576
    """Of what waits behind the next frame, whose own size does not count: the snapshot of a very large meeting is larger."""


class Latest(Enum):
    """Kinds of which only the newest frame matters."""

    SEATS = "seats"
    SPEAKING = "speaking"
    LAYERS = "layers"


class Outbox:
    """Frames in order, then the latest states, then the close code if there is one."""

    def __init__(self, limits: OutboxLimits) -> None:
        self._limits = limits
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._latest: dict[Latest, bytes] = {}
        self._closing: CloseCode | None = None
        self._something = asyncio.Event()
        self.closed = asyncio.Event()
        """Set once it is decided that the connection ends."""

    @property
    def closing(self) -> CloseCode | None:
        return self._closing

    def post(self, frame: bytes) -> None:
        """Sent after everything posted before it; ignored once closing."""
        if self._closing is not None:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        if self._exceeds(len(self._frames), self._bytes - len(self._frames[0])):
            self._frames.clear()
            self._latest.clear()
            self.close(CloseCode.TOO_SLOW)
        self._something.set()

    def has_room_for(self, frames: Sequence[bytes]) -> bool:
        """True if all of this at once would leave as much room again for what the meeting says meanwhile."""
        return not self._exceeds(2 * len(frames), 2 * sum(map(len, frames)))

    def _exceeds(self, frames: int, octets: int) -> bool:
        return frames > self._limits.max_frames or octets > self._limits.max_bytes

    def latest(self, kind: Latest, frame: bytes) -> None:
        """Replaces what of this kind was not sent yet."""
        if self._closing is None:
            self._latest[kind] = frame
            self._something.set()

    def close(self, code: CloseCode) -> None:
        """What was posted is sent, then the connection is closed; the first code counts."""
        if self._closing is None:
            self._closing = code
            self.closed.set()
            self._something.set()

    async def take(self) -> bytes | CloseCode:
        """The next thing to send; the close code when nothing else is left. Cancelling loses nothing."""
        while True:
            if self._frames:
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                return frame
            if self._latest:
                return self._latest.pop(next(iter(self._latest)))
            if self._closing is not None:
                return self._closing
            self._something.clear()
            await self._something.wait()
