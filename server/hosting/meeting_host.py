"""The single writer of one meeting: commands in, one at a time; entries out to the journal.

Made by `directory`; signaling submits commands through it. It never touches sockets or media.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.rooms.commands import LoseConnection, Tick
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Refusal, Rejected
from server.rooms.events import ConnectionRestored, Parted
from server.rooms.forgetting import forgets
from server.rooms.machine import decide, fold
from server.rooms.state import Status

from .ports import Checkpoint, Entry, JournalClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from server.rooms.commands import Command
    from server.rooms.events import Event
    from server.rooms.ids import ParticipantId
    from server.rooms.state import Meeting

    from .ports import Cause, Clock, Journal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostLimits:
    """Bounds of one meeting's writer."""

    pending_commands: int = 1024
    """Commands waiting for the writer; more are answered `Overloaded`."""
    remembered_answers: int = 128
    """Per person: answers kept so that a repeated command id is answered, not carried out, again."""
    checkpoint_every: int = 512
    """Entries between two checkpoints of the journal."""


class Overloaded(Exception):  # noqa: N818 - an answer, not a fault
    """The meeting's writer has too much to do; try again."""


class MeetingFault(Exception):  # noqa: N818 - says whose
    """A bug of ours met this command; the meeting is as it was."""


class MeetingOver(Exception):  # noqa: N818 - a state
    """The meeting ended and is forgotten."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A command was carried out; its events are in the journal at `position` (the newest one if there are none).

    Answered again, to a repeated cause, it names the position only.
    """

    position: int
    events: tuple[Event, ...]


_Answer = Outcome | Rejected


@dataclass(slots=True)
class _Request:
    command: Command
    cause: Cause | None
    answer: asyncio.Future[Outcome]


@dataclass(slots=True)
class _Memory:
    """Answers by person and command id, oldest first."""

    limit: int
    _of: dict[ParticipantId, OrderedDict[int, _Answer]] = field(default_factory=dict)

    def recall(self, cause: Cause | None) -> _Answer | None:
        if cause is None or cause.participant not in self._of:
            return None
        return self._of[cause.participant].get(cause.command_id)

    def keep(self, cause: Cause | None, answer: _Answer) -> None:
        if cause is None:
            return
        answers = self._of.setdefault(cause.participant, OrderedDict())
        answers[cause.command_id] = answer
        if len(answers) > self.limit:
            answers.popitem(last=False)

    def forget(self, who: ParticipantId) -> None:
        self._of.pop(who, None)

    def seed(self, answered: Iterable[tuple[Cause, int | Refusal]]) -> None:
        """Carried out, or refused, by an earlier writer of this meeting."""
        for cause, how in answered:
            self.keep(cause, Rejected(how) if isinstance(how, Refusal) else Outcome(how, ()))


class MeetingHost:
    """Decides for one meeting, in one task, until the meeting has ended."""

    def __init__(  # noqa: PLR0913 - what an earlier writer did is one thing more
        self,
        start: Checkpoint,
        journal: Journal,
        clock: Clock,
        limits: HostLimits,
        *,
        answered: Iterable[tuple[Cause, int | Refusal]] = (),
        not_before_ms: int = 0,
        on_refused: Callable[[Cause, Refusal], None] = lambda _cause, _code: None,
        pseudonym: object,
    ) -> None:
        """answered: what an earlier writer carried out, and after which position, or why it refused it; not_before_ms: its last
        decision's time; on_refused: called before whoever asked is told, if she is in the meeting; pseudonym: what the log calls
        this meeting.
        """
        self._meeting = start.meeting
        self._position = start.position
        self._checkpoint = start.position
        self._journal = journal
        self._clock = clock
        self._limits = limits
        self._answers = _Memory(limits.remembered_answers)
        self._answers.seed(answered)
        self._now_ms = not_before_ms
        self._on_refused = on_refused
        self._pseudonym = pseudonym
        self._inbox: asyncio.Queue[_Request] = asyncio.Queue()
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_ms: int | None = None
        self._over = False

    @property
    def state(self) -> Checkpoint:
        """The meeting after everything that was carried out."""
        return Checkpoint(self._position, self._meeting)

    @property
    def is_over(self) -> bool:
        """Nothing is carried out any more."""
        return self._over

    async def submit(self, command: Command, cause: Cause | None = None) -> Outcome:
        """Carried out, and in the journal, when this returns.

        cause: set for commands of people; the same cause is answered as it was the first time.
        Raises: `Rejected`, `Overloaded`, `MeetingFault`, `MeetingOver`.
        """
        if self._over:
            raise MeetingOver
        if self._inbox.qsize() >= self._limits.pending_commands:
            raise Overloaded
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait(_Request(command, cause, answer))
        try:
            return await answer
        except asyncio.CancelledError:
            if not answer.cancelled() and answer.exception() is None:  # she gave up as the answer came
                self._lose_unclaimed(answer.result())
            raise

    def lost(self, who: ParticipantId, connection: int) -> None:
        """This connection is gone. Carried out in its turn, however many commands wait: nobody would say it again."""
        if not self._over:
            self._put(LoseConnection(who, connection))

    def _lose_unclaimed(self, outcome: Outcome) -> None:
        """Whoever came back gave up before she knew: nobody holds her new connection."""
        for event in outcome.events:
            if isinstance(event, ConnectionRestored):
                self.lost(event.participant, event.connection)

    def _put(self, command: Command) -> None:
        """Nobody waits for the answer."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(_look_at)
        self._inbox.put_nowait(_Request(command, None, answer))

    async def run(self) -> None:
        """Work until the meeting has ended, or did not even begin; whoever still waits then is told so."""
        try:
            self._set_alarm()
            while self._meeting.status is not Status.ENDED:
                await self._carry_out(await self._inbox.get())
                if not self._meeting.participants:
                    break
                self._set_alarm()
        except JournalClosed:
            log.info("host of meeting %s stopped: journal closed", self._pseudonym)
        finally:
            self._stop()

    async def _carry_out(self, request: _Request) -> None:
        if request.answer.cancelled():  # nobody waits for it: who gave up was not let in
            return
        try:
            outcome = self._answers.recall(request.cause) or await self._decide(request)
        except (JournalClosed, asyncio.CancelledError):
            _fail(request, MeetingOver())
            raise
        except Exception:  # one command's bug must not stop the meeting
            log.exception("fault in a command of meeting %s: %s", self._pseudonym, type(request.command))
            _fail(request, MeetingFault())
            return
        if isinstance(outcome, Rejected):
            # Raised anew: a kept exception would hold the frames of everybody it was ever raised through.
            _fail(request, Rejected(outcome.code))
        elif request.answer.cancelled():  # she gave up while the journal took it
            self._lose_unclaimed(outcome)
        else:
            request.answer.set_result(outcome)

    async def _decide(self, request: _Request) -> _Answer:
        """Decide, fold, then append: an event that cannot be folded never enters the journal."""
        # The clocks of two machines differ: no decision is earlier than one of the writer before us.
        now_ms = self._now_ms = max(self._now_ms, self._clock.now_ms())
        try:
            events = decide(self._meeting, request.command, now_ms)
        except Rejected as rejected:
            refused, cause = Rejected(rejected.code), request.cause
            # Of whoever is in the meeting only: those who are refused at the door are somebody new each time, without end.
            if cause is not None and cause.participant in self._meeting.participants:
                self._answers.keep(cause, refused)
                self._on_refused(cause, refused.code)
            return refused
        if events:
            before, after = self._meeting, fold(self._meeting, events)
            await self._journal.append(Entry(self._position + 1, now_ms, events, request.cause))
            self._position += 1
            self._meeting = after
            await self._checkpoint_if_due(before, events)
        # Without the events: what is deleted from the meeting must not live on in an answer.
        self._answers.keep(request.cause, Outcome(self._position, ()))
        for event in events:
            if isinstance(event, Parted):
                self._answers.forget(event.participant)
        return Outcome(self._position, events)

    async def _checkpoint_if_due(self, before: Meeting, events: tuple[Event, ...]) -> None:
        """Now and then, and when the meeting has forgotten something: then the journal forgets it too."""
        is_due = self._position - self._checkpoint >= self._limits.checkpoint_every
        if is_due or any(forgets(before, event) for event in events):
            self._checkpoint = self._position
            await self._journal.checkpoint(Checkpoint(self._position, self._meeting))

    # ── time ─────────────────────────────────────────────────────────────────────────────────────

    def _set_alarm(self) -> None:
        deadline_ms = next_deadline(self._meeting)
        if deadline_ms == self._alarm_ms and (self._alarm is None or not self._alarm.done()):
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_ms = deadline_ms
        self._alarm = None if deadline_ms is None else asyncio.create_task(self._ring_at(deadline_ms))

    async def _ring_at(self, deadline_ms: int) -> None:
        await self._clock.sleep_until(deadline_ms)
        self._alarm_ms = None
        self._put(Tick())

    def _stop(self) -> None:
        self._over = True
        if self._alarm is not None:
            self._alarm.cancel()
        while not self._inbox.empty():
            _fail(self._inbox.get_nowait(), MeetingOver())


def _fail(request: _Request, reason: Exception) -> None:
    if not request.answer.done():
        request.answer.set_exception(reason)


def _look_at(answer: asyncio.Future[Outcome]) -> None:
    """Nobody awaits this answer: take its exception, if any, so that asyncio does not print it."""
    if not answer.cancelled():
        answer.exception()
