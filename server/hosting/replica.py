"""A copy of one meeting that follows its journal, and what each step shows to whom.

Made by `directory`; signaling and the media link listen to it. It never writes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from server.rooms.audience import refreshed, showings
from server.rooms.events import MessageDeleted, Said
from server.rooms.machine import evolve

from .ports import JournalClosed

if TYPE_CHECKING:
    from server.rooms.audience import Showing
    from server.rooms.events import Event
    from server.rooms.ids import MessageNumber, ParticipantId
    from server.rooms.state import Meeting

    from .ports import Checkpoint, Entry, Journal


@dataclass(frozen=True, slots=True)
class Step:
    """One entry, as seen by people: what it shows to whom, and whose whole view it changed."""

    position: int
    events: tuple[Event, ...]
    showings: tuple[Showing, ...]
    refreshed: frozenset[ParticipantId]
    """These get a new snapshot instead of the showings."""


class StepListener(Protocol):
    """Called on the event loop after each step; must not block or raise."""

    def stepped(self, step: Step, meeting: Meeting) -> None:
        """`meeting` is the value after the step."""
        ...

    def over(self) -> None:
        """There will be no more steps."""
        ...


class Replica:
    """The meeting at the newest position known here, with the steps that a returning page may have missed."""

    def __init__(self, start: Checkpoint, journal: Journal, keep_steps: int) -> None:
        """keep_steps: how many steps back a resume is possible without a whole snapshot."""
        self.meeting = start.meeting
        self.position = start.position
        self._entries = journal.follow(start.position)
        self._steps: deque[Step] = deque(maxlen=keep_steps)
        self._listeners: list[StepListener] = []
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._finished = False

    def listen(self, listener: StepListener) -> None:
        self._listeners.append(listener)

    async def run(self) -> None:
        """Follow until the journal is closed."""
        try:
            async for entry in self._entries:
                self._apply(entry)
        finally:
            self._finish()

    async def reached(self, position: int) -> None:
        """Return when the copy is at `position` or beyond. Raises: `JournalClosed` if it cannot get there."""
        if self.position < position:
            if self._finished:
                raise JournalClosed
            arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.append((position, arrived))
            await arrived

    def missed(self, viewer: ParticipantId, after: int) -> list[Step] | None:
        """The steps above `after`; None where they are gone, or one of them changed this viewer's whole view."""
        if not 0 < after <= self.position:
            return None
        steps = [step for step in self._steps if step.position > after]
        if len(steps) != self.position - after or any(viewer in step.refreshed for step in steps):
            return None
        return steps

    def _apply(self, entry: Entry) -> None:
        before = self.meeting
        shown: list[Showing] = []
        for event in entry.events:
            earlier = self.meeting
            self.meeting = evolve(earlier, event)
            shown.extend(showings(earlier, self.meeting, event))
            if isinstance(event, MessageDeleted):
                self._forget(event.number)
        self.position = entry.position
        step = Step(entry.position, entry.events, tuple(shown), refreshed(before, self.meeting))
        self._steps.append(step)
        for listener in self._listeners:
            listener.stepped(step, self.meeting)
        self._wake()

    def _forget(self, number: MessageNumber) -> None:
        """A deleted message is nowhere: steps up to it are dropped, who missed them gets a snapshot."""
        last = next((s.position for s in self._steps if _said(s, number)), 0)
        while self._steps and self._steps[0].position <= last:
            self._steps.popleft()

    def _finish(self) -> None:
        """Nobody waits for a step that will not come."""
        self._finished = True
        for _, arrived in self._waiters:
            if not arrived.done():
                arrived.set_exception(JournalClosed())
        self._waiters = []
        for listener in self._listeners:
            listener.over()

    def _wake(self) -> None:
        still = []
        for position, arrived in self._waiters:
            if position > self.position:
                still.append((position, arrived))
            elif not arrived.done():
                arrived.set_result(None)
        self._waiters = still


def _said(step: Step, number: MessageNumber) -> bool:
    return any(isinstance(event, Said) and event.number == number for event in step.events)
