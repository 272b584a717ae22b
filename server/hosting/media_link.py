"""Carries what the meeting wants to the media server: the bridge from `rooms.routes` to `MediaControl`.

One per meeting, made by `directory`; it follows the replica and applies only the newest wish.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.rooms.events import Parted
from server.rooms.routes import holders, routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.rooms.ids import ParticipantId
    from server.rooms.routes import Track
    from server.rooms.state import Meeting

    from .ports import MediaControl
    from .replica import Step


class MediaLink:
    """Routes wanted now, and peers to close; carried out in order by one task."""

    def __init__(self, media: MediaControl, meeting: Meeting) -> None:
        self._media = media
        self._meeting_id = meeting.id
        self._wanted: Mapping[Track, frozenset[ParticipantId]] = {}
        self._applied: Mapping[Track, frozenset[ParticipantId]] = {}
        """What was said last: the media server may still be about to do it."""
        self._holders: frozenset[ParticipantId] = frozenset()
        self._held: frozenset[ParticipantId] = frozenset()
        self._parted: list[ParticipantId] = []
        self._changed = asyncio.Event()

    def stepped(self, step: Step, meeting: Meeting) -> None:
        self._parted += [event.participant for event in step.cuts if isinstance(event, Parted)]
        self._wanted, self._holders = routes(meeting), holders(meeting)
        if self._parted or self._wanted != self._applied or self._holders != self._held:
            self._changed.set()

    def over(self) -> None:
        """Nothing to do: the owner of `run` ends it."""

    async def run(self) -> None:
        """Work until cancelled; then nothing of the meeting is left in the media server."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self._carry_out()
        finally:
            await self._media.end(self._meeting_id)

    async def _carry_out(self) -> None:
        """First silence, then peers: who parted is not heard even if closing takes a while."""
        if self._wanted != self._applied:
            # Before it is carried out: who takes it back meanwhile must find it changed.
            self._applied = self._wanted
            await self._media.route(self._meeting_id, self._applied)
        if self._holders != self._held:
            self._held = self._holders
            await self._media.hold(self._meeting_id, self._held)
        parted, self._parted = self._parted, []
        for peer in parted:
            await self._media.close(self._meeting_id, peer)
