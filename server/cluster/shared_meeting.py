"""One meeting on one node of several: decided here while this node owns it, else followed and asked for.

Made by `meetings`; to signaling it is the meeting's host. Roles change under people who are connected: what they ask for is
carried out once, by whoever owns the meeting in the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final, TypeVar

from server.hosting.meeting_host import MeetingFault, MeetingOver, Outcome, Overloaded
from server.hosting.ports import Cause, OfferFault, OfferRefused, Receptions
from server.rooms import commands as c
from server.rooms.errors import Refusal, Rejected
from server.rooms.events import ConnectionRestored, Parted

from . import letters as w
from . import records
from .answering import Answering
from .ending import end
from .following import Following
from .homes import Homes
from .ownership import JOINING, Ownership
from .questions import NOT_OWNER, AskAgain, Questions, refusal
from .store import StoreAway
from .watching import Watching

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from server.hosting.ports import Checkpoint, Screen
    from server.hosting.replica import Replica, Step
    from server.rooms.commands import Command
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.state import Meeting

    from .letters import AnyLetter
    from .records import Answered
    from .surroundings import Surroundings
    from .tenure import Standing

ANSWER_S: Final = 12.0
"""So long somebody waits for an owner and its answer; then she is told to try again."""
NO_OWNER_S: Final = 0.1
"""Between two looks at who the owner is, while somebody waits."""

_T = TypeVar("_T")

log = logging.getLogger(__name__)


class SharedMeeting:
    """Implements `hosting.directory.Host`."""

    def __init__(
        self, around: Surroundings, meeting: MeetingId, start: Checkpoint, answered: Answered
    ) -> None:
        self.id = meeting
        self._around = around
        self._following = Following(around, meeting, start, answered)
        self._following.replica.listen(self)
        self._homes = Homes(around.post, around.node)
        self._questions = Questions(around.post)
        self._changed = asyncio.Event()
        self._ownership = Ownership(
            around,
            meeting,
            self._following,
            self._homes,
            on_owner=self._owner_changed,
            on_change=self._changed.set,
            begin=self._begin,
        )
        self._answering = Answering(around, meeting, self._ownership, self._homes)
        self._watching = Watching(
            around,
            meeting,
            self._following,
            self._ownership,
            lambda: bool(self._homes or self._questions),
        )
        self._screens: dict[ParticipantId, Screen] = {}
        """What people who are connected here last said of their screens."""
        self._is_over = False
        self._work: set[asyncio.Task[None]] = set()

    # ── what signaling sees ──────────────────────────────────────────────────────────────────────

    @property
    def replica(self) -> Replica:
        """The meeting as this node knows it."""
        return self._following.replica

    @property
    def is_over(self) -> bool:
        return self._is_over

    @property
    def is_owned(self) -> bool:
        """Is it decided here?"""
        return self._ownership.desk is not None

    @property
    def owner(self) -> str | None:
        return self._around.node if self.is_owned else self._ownership.other

    @property
    def followers(self) -> frozenset[str]:
        """Nodes that have a replica of what is ours."""
        tenure = self._ownership.tenure
        return frozenset() if tenure is None else tenure.followers

    @property
    def standing(self) -> Standing | None:
        """None: it is not ours."""
        tenure = self._ownership.tenure
        return None if tenure is None else tenure.standing

    def answered(self) -> Answered:
        """Of which commands it is known here how they were answered."""
        return self._following.answered()

    def touch(self) -> None:
        """Somebody is about to come: keep following."""
        self._watching.touch()

    async def submit(self, command: Command, cause: Cause | None = None) -> Outcome:
        """As `MeetingHost.submit`, wherever the meeting is decided; `Overloaded` also while nobody can decide."""
        if cause is None and isinstance(command, c.Join):
            cause = Cause(command.participant, JOINING)
        self.touch()
        try:
            async with asyncio.timeout(ANSWER_S):
                outcome = await self._insist(lambda: self._carry(command, cause))
        except TimeoutError:
            raise Overloaded from None
        self._homes.carried_out(self._around.node, command, outcome)
        return outcome

    def lost(self, who: ParticipantId, connection: int) -> None:
        """As `MeetingHost.lost`: said again, however long nobody can decide, as long as the meeting is here."""
        if not self._is_over:
            self._begin(self._lose(c.LoseConnection(who, connection)))

    async def _lose(self, lost: c.LoseConnection) -> None:
        with contextlib.suppress(MeetingOver, MeetingFault, Rejected):
            outcome = await self._insist(lambda: self._try_to_lose(lost))
            self._homes.carried_out(self._around.node, lost, outcome)

    async def _try_to_lose(self, lost: c.LoseConnection) -> Outcome:
        self.touch()
        try:
            return await self._carry(lost, None)
        except Overloaded:
            raise AskAgain from None

    async def open_media(self, peer: ParticipantId, sdp: str) -> str:
        """The owner's answer. Raises: `OfferRefused`, `MeetingOver`."""
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await self._insist(lambda: self._offer(peer, sdp))
        except TimeoutError:
            raise OfferRefused(OfferFault.BUSY) from None
        if peer in self._screens:  # the owner may be another than the one that was told
            await self._tell_screen(peer, self._screens[peer])
        return answer

    async def show(self, peer: ParticipantId, screen: Screen) -> None:
        """What she sees now, and how much data she wants: said to each owner that sends to her."""
        self._screens[peer] = screen
        await self._tell_screen(peer, screen)

    async def _tell_screen(self, peer: ParticipantId, screen: Screen) -> None:
        if self.is_owned:
            await self._around.media.show(self.id, peer, screen)
            return
        heights = dict(screen.heights_px)
        self.tell_owner(lambda me: w.Show(self.id, me, peer, heights, screen.pinned, screen.low_data))

    async def receptions(self) -> Receptions:
        """What the owner's media server says; nothing while there is no owner."""
        if self.is_owned:
            return await self._around.media.receptions(self.id)
        with contextlib.suppress(AskAgain):
            answer = await self._questions.ask(
                self._ownership.other, lambda n: w.Receiving(self.id, self._around.node, n)
            )
            if answer.refused is None:
                return records.read_receptions(answer.receptions)
        return Receptions()

    def tell_owner(self, make: Callable[[str], AnyLetter]) -> None:
        """A letter that needs no answer; make: given our name."""
        owner = self._ownership.other
        if owner is not None:
            self._around.post.send(owner, make(self._around.node))

    async def _insist(self, attempt: Callable[[], Coroutine[None, None, _T]]) -> _T:
        while True:
            if self._is_over:
                raise MeetingOver
            self._changed.clear()
            with contextlib.suppress(AskAgain):
                return await attempt()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(NO_OWNER_S):
                    await self._changed.wait()

    async def _carry(self, command: Command, cause: Cause | None) -> Outcome:
        desk = self._ownership.desk
        if desk is not None:
            try:
                return await desk.host.submit(command, cause)
            except MeetingOver:
                if desk.is_ours and self._ownership.desk is desk:
                    raise
                raise AskAgain from None
        told = None if cause is None else (cause.participant, cause.command_id)
        written = records.write_command(command)
        node = self._around.node
        owner, token = self._ownership.other, self._ownership.token
        answer = await self._questions.ask(owner, lambda n: w.Ask(self.id, node, n, written, told, token))
        if answer.refused is not None:
            raise refusal(answer.refused)
        return Outcome(answer.position, records.read_events(answer.events))

    async def _offer(self, peer: ParticipantId, sdp: str) -> str:
        if self.is_owned:
            return await self._around.media.open(self.id, peer, sdp)
        answer = await self._questions.ask(
            self._ownership.other, lambda n: w.Offer(self.id, self._around.node, n, peer, sdp)
        )
        if answer.refused == NOT_OWNER:
            raise AskAgain
        if answer.refused is not None:
            raise OfferRefused(OfferFault(answer.refused))
        return answer.sdp

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Follow, and own when it is our turn, until the meeting is over or nobody of it is here."""
        following, watching = work = (
            asyncio.create_task(self.replica.run()),
            asyncio.create_task(self._watching.run()),
        )
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._is_over = True
            watching.cancel()
            await self._ownership.stop()
            await self._following.feed.close()
            self._changed.set()
            tasks = (following, watching, *self._work)
            await end(tasks[1:])
            await asyncio.wait({following})
            for task in tasks:
                if not task.cancelled() and task.exception() is not None:
                    log.error(
                        "fault in shared meeting %s",
                        self._around.pseudonym_of(self.id),
                        exc_info=task.exception(),
                    )

    # ── change of owner ──────────────────────────────────────────────────────────────────────────

    async def take_over(self) -> None:
        """Own the meeting, if nobody else does. Raises: `StoreAway`."""
        await self._ownership.take_over()

    async def adopt(self, token: int) -> None:
        """The owner handed it to us. Raises: `StoreAway`."""
        await self._ownership.adopt(token)

    async def hand_over(self, to: str) -> bool:
        """Another node owns it from now on. False: it could not be told; the lease runs out by itself."""
        return await self._ownership.hand_over(to)

    def owned_by(self, node: str, token: int) -> None:
        """Another node owns it."""
        self._ownership.owned_by(node, token)

    async def catch_up(self) -> None:
        """Everything that Redis has is on its way to the replica. Raises: `StoreAway`."""
        await self._following.catch_up()

    def _owner_changed(self) -> None:
        self._changed.set()
        self._questions.give_up()
        for who, _ in self._homes.at(self._around.node):
            self._around.listener.peer_lost(self.id, who)

    def stepped(self, step: Step, _meeting: Meeting) -> None:
        """Who is gone has no connection anywhere."""
        for event in step.cuts:
            if isinstance(event, Parted):
                self._homes.forget(event.participant)
                self._screens.pop(event.participant, None)

    def over(self) -> None:
        """The owner of `run` ends it."""

    def say(self, letter: w.Word) -> None:
        """The media server's word, told where people are."""
        self._homes.note(letter)
        self._ownership.tell_followers(letter)

    # ── letters ──────────────────────────────────────────────────────────────────────────────────

    def deliver(self, letter: AnyLetter) -> None:  # noqa: C901, PLR0912 - one case for each letter
        match letter:
            case w.Answer():
                self._answered(letter)
            case w.Wrote():
                if not self.is_owned:
                    self._wrote(letter)
            case w.Turned():
                if not self.is_owned and letter.token >= self._ownership.token:
                    self._following.remembered.refused(Cause(*letter.cause), Refusal(letter.code))
            case w.Ask():
                self._begin(self._answering.command(letter))
            case w.Offer():
                self._begin(self._answering.offer(letter))
            case w.Receiving():
                self._begin(self._answering.receiving(letter))
            case w.Here():
                self._ownership.roll.introduced(letter)
            case w.Close():
                if self.is_owned:
                    self._begin(self._around.media.close(self.id, letter.peer))
            case w.Show():
                if self.is_owned:
                    self._begin(self._around.media.show(self.id, letter.peer, letter.screen()))
            case w.Seats():
                self._around.listener.seats_changed(self.id, letter.peer, letter.all())
            case w.Speakers():
                self._around.listener.speakers_changed(self.id, letter.who)
            case w.Layers():
                self._around.listener.layers_unwanted(self.id, letter.peer, letter.rids)
            case w.Lost():
                self._around.listener.peer_lost(self.id, letter.peer)
            case w.Adopt():
                if letter.token is not None:
                    self._begin(self._adopt(letter.token))
            case w.Over():
                if not self.is_owned:
                    self._begin(self._following.feed.close())

    def _answered(self, letter: w.Answer) -> None:
        self._questions.answered(letter)
        events = records.read_events(letter.events) if letter.events else ()
        restored = [event for event in events if isinstance(event, ConnectionRestored)]
        # Whoever asked has her turn first. If she gave up before, or as the answer came, nobody here holds that connection.
        asyncio.get_running_loop().call_soon(self._lose_unclaimed, restored)

    def _lose_unclaimed(self, restored: list[ConnectionRestored]) -> None:
        claimed = self._homes.at(self._around.node)
        for event in restored:
            if (event.participant, event.connection) not in claimed:
                self.lost(event.participant, event.connection)

    def _wrote(self, letter: w.Wrote) -> None:
        if self._ownership.is_starting_anew:
            return  # it comes with all the others
        if self._following.is_forked(letter):
            self._ownership.forked()
        elif not self._following.told(letter):
            self._begin(self._fetch())

    async def _fetch(self) -> None:
        """Something was missed; what cannot be had now is looked for again by `watching`."""
        with contextlib.suppress(StoreAway):
            await self.catch_up()

    async def _adopt(self, token: int) -> None:
        with contextlib.suppress(StoreAway):
            await self.adopt(token)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._work.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error(
                "fault in shared meeting %s", self._around.pseudonym_of(self.id), exc_info=task.exception()
            )
