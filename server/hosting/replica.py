"""A copy of one meeting that follows its journal, and what each step shows to whom.

Made by `directory`; signaling and the media link listen to it. It never writes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from server.rooms.audience import showings
from server.rooms.events import ConnectionLost, ConnectionRestored, DebriefBegan, Parted, Parting
from server.rooms.forgetting import StillKnown, takes_back
from server.rooms.machine import evolve
from server.rooms.view import refreshed

from .ports import Checkpoint, JournalClosed

if TYPE_CHECKING:
    from server.rooms.audience import Showing
    from server.rooms.events import Event
    from server.rooms.ids import ParticipantId
    from server.rooms.state import Meeting

    from .ports import Entry, Journal


@dataclass(frozen=True, slots=True)
class Step:
    """One entry, as seen by people: what it shows to whom, and whose whole view it changed.

    The events themselves are not in it: they hold more than anybody is shown.
    """

    position: int
    cuts: tuple[Parted | ConnectionLost | ConnectionRestored, ...]
    """Whose connections end by it: who parted, the older ones of who came again, and those that the meeting holds to be gone."""
    showings: tuple[Showing, ...]
    refreshed: frozenset[ParticipantId]
    """These get a new snapshot instead of the showings."""
    by: ParticipantId | None = None
    """The facilitator who ordered it; for facilitators alone. None: somebody else did, or time."""


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

    def leave(self, listener: StepListener) -> None:
        """It hears nothing more."""
        self._listeners.remove(listener)

    async def run(self) -> None:
        """Follow until the journal is closed."""
        try:
            async for entry in self._entries:
                if isinstance(entry, Checkpoint):
                    self._jump(entry)
                else:
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
        self.position = entry.position
        cuts = tuple(
            event for event in entry.events if isinstance(event, Parted | ConnectionLost | ConnectionRestored)
        )
        by = _ordered_by(before, entry)
        step = Step(entry.position, cuts, tuple(shown), refreshed(before, self.meeting), by)
        self._steps.append(step)
        self._let_go(entry.events)
        for listener in self._listeners:
            listener.stepped(step, self.meeting)
        self._wake()

    def _jump(self, checkpoint: Checkpoint) -> None:
        """What lies between cannot be read any more: everybody gets the meeting as it is now."""
        gone = [who for who in self.meeting.participants if who not in checkpoint.meeting.participants]
        self.meeting, self.position = checkpoint.meeting, checkpoint.position
        self._steps.clear()
        people = checkpoint.meeting.participants.values()
        lost = [(person.id, person.lost_at_ms) for person in people if person.lost_at_ms is not None]
        cuts: list[Parted | ConnectionLost] = [Parted(who, Parting.LOST) for who in gone]
        cuts += (ConnectionLost(who, at_ms) for who, at_ms in lost)
        step = Step(self.position, tuple(cuts), (), frozenset(self.meeting.participants))
        for listener in self._listeners:
            listener.stepped(step, self.meeting)
        self._wake()

    def _let_go(self, events: tuple[Event, ...]) -> None:
        """What was taken back is in no kept step; after the group nothing is, whoever missed it gets a snapshot."""
        if any(isinstance(event, DebriefBegan) for event in events):
            self._steps.clear()
        elif any(takes_back(event) for event in events):
            known = StillKnown(self.meeting)
            for index, step in enumerate(self._steps):
                self._steps[index] = replace(step, showings=known.of(step.showings))

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


def _ordered_by(before: Meeting, entry: Entry) -> ParticipantId | None:
    person = None if entry.cause is None else before.participants.get(entry.cause.participant)
    return person.id if person is not None and person.is_facilitator else None
