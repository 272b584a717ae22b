"""What each person is told while a story happens, as bytes of the wire; called by the tests of what must not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.rooms.audience import showings
from server.rooms.errors import Rejected
from server.rooms.machine import decide, evolve
from server.rooms.view import refreshed, view
from server.signaling import server_messages as s
from server.signaling import translate
from server.signaling.codec import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.rooms import commands as c
    from server.rooms.audience import Showing
    from server.rooms.ids import ParticipantId
    from server.rooms.state import Meeting

AT_MS = 1000
POSITION = 0
"""The same in every frame: how many steps there were is not what is compared here."""


class Streams:
    """One meeting, and everything that anybody was sent."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting = meeting
        self.told: dict[ParticipantId, list[bytes]] = {}
        self.refused: dict[ParticipantId, list[str]] = {}

    def play(self, commands: Iterable[c.PersonCommand]) -> Streams:
        """Give these orders; what is refused is told to whoever asked."""
        for command in commands:
            try:
                self._happen(command)
            except Rejected as rejected:
                self.refused.setdefault(command.actor, []).append(rejected.code)
        return self

    def _happen(self, command: c.PersonCommand) -> None:
        before = self.meeting
        shown: list[Showing] = []
        for event in decide(before, command, AT_MS):
            earlier = self.meeting
            self.meeting = evolve(earlier, event)
            shown += showings(earlier, self.meeting, event)
        anew = refreshed(before, self.meeting)
        for who in before.participants.keys() | self.meeting.participants.keys():
            if who in anew:
                self._send(who, s.SnapshotMessage(POSITION, self._view(who)))
            elif events := [translate.event(one.sight, AT_MS) for one in shown if who in one.viewers]:
                self._send(who, s.Happened(POSITION, events, None))

    def _send(self, who: ParticipantId, frame: s.SnapshotMessage | s.Happened) -> None:
        self.told.setdefault(who, []).append(encode(frame))

    def _view(self, who: ParticipantId) -> s.Snapshot:
        return translate.snapshot(view(self.meeting, self.meeting.participants[who]), AT_MS)

    def seen_by(self, who: ParticipantId) -> tuple[list[bytes], list[str], bytes]:
        """All she was sent, all she was refused, and what a snapshot would say now."""
        now = encode(s.SnapshotMessage(POSITION, self._view(who)))
        return self.told.get(who, []), self.refused.get(who, []), now
