"""Whose a meeting is, as this node knows it: taking it, having it, handing it on, and following whoever has it.

Made by `shared_meeting`. What an owner may do while Redis does not answer is `tenure`'s; how it writes is `owned`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

from server.hosting.ports import Checkpoint

from . import letters as w
from .desk import Desk
from .keys import Unsealed
from .owned import OwnedJournal
from .records import RecordError
from .roll import Roll
from .store import Held, StoreAway
from .surroundings import loop_ms
from .tenure import Standing, Tenure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from server.hosting.ports import Cause, Entry
    from server.rooms.errors import Refusal
    from server.rooms.ids import MeetingId

    from .following import Following
    from .homes import Homes
    from .letters import AnyLetter
    from .surroundings import Surroundings

MEDIA_LINGER_S: Final = 3.0
"""After a meeting was handed over, its media goes on here so long."""
READ_AGAIN_S: Final = 0.1
"""Between two tries to read what became of a meeting."""
JOINING: Final = 0
"""In place of a command's id: people's own begin with 1."""

log = logging.getLogger(__name__)


class Ownership:
    """At most one change of owner at a time."""

    def __init__(  # noqa: PLR0913 - what it changes, and who is told
        self,
        around: Surroundings,
        meeting: MeetingId,
        following: Following,
        homes: Homes,
        *,
        on_owner: Callable[[], None],
        on_change: Callable[[], None],
        begin: Callable[[Coroutine[None, None, None]], None],
    ) -> None:
        """on_owner: another owner than before, or ourselves; on_change: whoever waits for an owner looks again."""
        self._around = around
        self._id = meeting
        self._pseudonym = around.pseudonym_of(meeting)
        self._keys = around.keys.meeting(meeting)
        self._following = following
        self._homes = homes
        self._on_owner = on_owner
        self._on_change = on_change
        self._begin = begin
        self.roll = Roll(around.times, homes, following.replica, lambda: self.desk)
        self.desk: Desk | None = None
        """None: it is not ours."""
        self.other: str | None = None
        """Who has it, if that is another node."""
        self.token = 0
        """The newest one known."""
        self._serving: asyncio.Task[None] | None = None
        self._taking = asyncio.Lock()
        self._is_anew = False
        self._is_stopped = False
        self._media_linger_s = 0.0

    @property
    def is_changing(self) -> bool:
        return self._taking.locked() or self._is_anew

    @property
    def is_starting_anew(self) -> bool:
        """What we have of it is not what was kept; what was is being read."""
        return self._is_anew

    @property
    def tenure(self) -> Tenure | None:
        return None if self.desk is None else self.desk.journal.tenure

    # ── from one owner to the next ───────────────────────────────────────────────────────────────

    async def take_over(self) -> None:
        """Own the meeting, if nobody else does. Raises: `StoreAway`."""
        around = self._around
        async with self._taking:
            if self.desk is not None:
                return
            held = await around.store.claim(self._keys, around.node, around.times.lease_ms, self.token)
            if isinstance(held, Held):
                await self._own(held.token, known=held.base is not None)
                return
        if held.node != around.node:
            self.owned_by(*held)

    async def adopt(self, token: int) -> None:
        """The owner handed it to us. Raises: `StoreAway`."""
        async with self._taking:
            if self.desk is None and token > self.token:
                await self._own(token, known=True)

    async def hand_over(self, to: str) -> bool:
        """Another node owns it from now on. False: it could not be told; the lease runs out by itself."""
        desk, around = self.desk, self._around
        if desk is None:
            return False
        self._media_linger_s = MEDIA_LINGER_S
        async with self._taking:
            await desk.stop()
            token = None
            with contextlib.suppress(StoreAway):
                token = await around.store.hand_over(self._keys, desk.journal.me, to, around.times.lease_ms)
            desk.journal.let_go()
            if self._serving is not None:
                await asyncio.wait({self._serving})
        if token is None:
            return False
        around.post.send(to, w.Adopt(self._id, around.node, token))
        self.owned_by(to, token)
        return True

    def owned_by(self, node: str, token: int) -> None:
        """Another node owns it: it hears who of its people is here, and they offer their media to it."""
        if self.desk is not None or token < self.token or (node, token) == (self.other, self.token):
            return
        self.token, self.other = token, node
        self.roll.ended()
        self.introduce()
        self._on_owner()

    def introduce(self) -> None:
        """The owner, if that is another node, hears who is connected here; again and again, because letters get lost."""
        if self.desk is None and self.other is not None:
            self._around.post.send(self.other, w.Here(self._id, self._around.node, self._homes.all()))

    # ── while it is ours ─────────────────────────────────────────────────────────────────────────

    async def _own(self, token: int, *, known: bool) -> None:
        around, following = self._around, self._following
        replica = following.replica
        if known:
            await following.catch_up()
        await replica.reached(following.feed.position)
        start = Checkpoint(replica.position, replica.meeting)
        self.token, self.other = token, None
        journal = OwnedJournal(
            keys=self._keys,
            store=around.store,
            node=around.node,
            tenure=Tenure(token, around.times),
            times=around.times,
            feed=following.feed,
            on_entry=self._wrote,
            on_lost=self._on_change,
            on_renewed=self.roll.renewed,
        )
        desk = Desk(
            start=start,
            journal=journal,
            replica=replica,
            media=around.media,
            clock=around.clock,
            limits=around.limits,
            answered=following.answered,
            not_before_ms=following.last_ms,
            on_refused=self._refused,
            pseudonym=self._pseudonym,
        )
        if not known:
            await journal.write_down()
        if self._is_stopped:  # meanwhile: nobody would ever end it
            return
        self.desk = desk
        self._media_linger_s = 0.0
        self.roll.begun()
        self._serving = asyncio.create_task(self._serve(desk))
        self._on_owner()
        if start.position:
            log.info("meeting taken over: %s", self._pseudonym)
            self._begin(self.roll.call())

    async def _serve(self, desk: Desk) -> None:
        """Until the meeting is over, or another's."""
        is_over = await desk.run(lambda: self._media_linger_s)
        followers = desk.journal.tenure.followers
        if is_over:
            await desk.journal.close()
            for node in followers:
                self._around.post.send(node, w.Over(self._id, self._around.node))
            log.info("meeting over: %s", self._pseudonym)
            await self._following.feed.close()
        self.desk = None
        self._homes.only_here()
        self._on_change()
        if not is_over:
            log.info("meeting owned by another node: %s", self._pseudonym)
            if desk.journal.tenure.forked:
                log.warning(
                    "what was decided here alone is lost: another node had meeting %s meanwhile",
                    self._pseudonym,
                )
                await self._start_anew()

    def forked(self) -> None:
        """The owner does not know what we have: Redis had lost it before it became the owner."""
        log.warning(
            "what Redis has lost of meeting %s in a failover is lost here, too: the owner does not know it",
            self._pseudonym,
        )
        self._is_anew = True  # from now on: the next letter is here already
        self._begin(self._start_anew())

    async def _start_anew(self) -> None:
        """What was decided here alone, or lost by Redis, is not what the meeting became.

        While Redis is new it knows nothing: owners write their meetings back. If nobody has, what we have is the best there is.
        """
        self._is_anew = True
        unknown_since_ms: int | None = None
        try:
            while self.desk is None and not self._is_stopped:
                try:
                    if await self._following.catch_up(anew=True):
                        return
                except (StoreAway, Unsealed, RecordError):
                    unknown_since_ms = None
                else:
                    if unknown_since_ms is None:
                        unknown_since_ms = loop_ms()
                    if loop_ms() - unknown_since_ms >= self._around.times.settle_ms:
                        return
                await asyncio.sleep(READ_AGAIN_S)
        finally:
            self._is_anew = False

    async def stop(self) -> None:
        """The meeting is not here any more. Said, too, and not only by a cancellation: that may get lost (`ending`)."""
        self._is_stopped = True
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving})

    # ── what followers are told ──────────────────────────────────────────────────────────────────

    def tell_followers(self, letter: AnyLetter) -> None:
        tenure = self.tenure
        for node in tenure.followers if tenure is not None else ():
            self._around.post.send(node, letter)

    def _wrote(self, entry: Entry, clear: bytes) -> None:
        """The entry is kept; whoever follows is told. What was decided alone is told when it is written back."""
        self._following.note(entry, self.token)
        tenure = self.tenure
        if tenure is not None and tenure.standing is not Standing.ALONE:
            self.tell_followers(w.Wrote(self._id, self._around.node, tenure.token, entry.position, clear))

    def _refused(self, cause: Cause, code: Refusal) -> None:
        """Whoever follows knows it before whoever asked: the next owner answers the same. Joining begins anew each time."""
        if cause.command_id == JOINING:
            return
        self._following.remembered.refused(cause, code)
        told = (cause.participant, cause.command_id)
        self.tell_followers(w.Turned(self._id, self._around.node, self.token, told, code.value))
