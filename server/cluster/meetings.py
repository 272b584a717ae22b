"""The meetings that this node owns or follows; implements `hosting.directory.Meetings` over Redis.

Made by `node`. Opening one is: it is here; it is followed; nobody has it and we take it; it is new and goes where there is room.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from server.hosting.directory import DirectoryFull, LiveMeeting
from server.hosting.ports import Checkpoint
from server.rooms.state import Meeting

from . import letters as w
from . import records
from .keys import Unsealed
from .records import RecordError
from .shared_meeting import SharedMeeting
from .store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import TypeAlias

    from server.rooms.ids import MeetingId
    from server.rooms.rules import Rules

    from .letters import AnyLetter
    from .store import Sighting
    from .surroundings import Surroundings

    Begin: TypeAlias = Callable[[MeetingId], Awaitable[str]]

OPEN_S: Final = 3.0
"""So long a meeting may take to be owned by somebody; then whoever came is told to try again."""
LOOK_S: Final = 0.03

log = logging.getLogger(__name__)


class SharedMeetings:
    """Meeting id → what this node has of it."""

    def __init__(  # noqa: PLR0913 - what it works in, and who decides where a meeting begins
        self,
        around: Surroundings,
        *,
        rules: Rules,
        may_begin: Callable[[MeetingId], Awaitable[bool]],
        place: Callable[[], str | None],
        has_room: Callable[[], bool],
        on_over: Callable[[], object] = lambda: None,
    ) -> None:
        """may_begin: is a meeting that Redis does not know surely new; place: the node for a new one, None: nobody has room; has_room: may one begin here."""
        self._around = around
        self._rules = rules
        self._may_begin = may_begin
        self._place = place
        self._has_room = has_room
        self._on_over = on_over
        self._live: dict[MeetingId, LiveMeeting] = {}
        self._shared: dict[MeetingId, SharedMeeting] = {}
        self._opening: WeakValueDictionary[MeetingId, asyncio.Lock] = WeakValueDictionary()
        """Each as long as somebody has it or waits for it: who comes next must not find another one."""
        self._work: set[asyncio.Task[None]] = set()

    @property
    def node(self) -> str:
        return self._around.node

    @property
    def owned(self) -> list[SharedMeeting]:
        return [shared for shared in self._shared.values() if shared.is_owned]

    def __len__(self) -> int:
        return len(self._shared)

    def find(self, meeting_id: MeetingId) -> SharedMeeting | None:
        return self._shared.get(meeting_id)

    # ── the port ─────────────────────────────────────────────────────────────────────────────────

    async def seek(self, meeting_id: MeetingId) -> LiveMeeting | None:
        return await self._enter(meeting_id, None)

    async def open(self, meeting_id: MeetingId) -> LiveMeeting:
        live = await self._enter(meeting_id, self._begin_where_there_is_room)
        if live is None:
            raise DirectoryFull
        return live

    async def _enter(self, meeting_id: MeetingId, begin: Begin | None) -> LiveMeeting | None:
        """begin: what makes a new one; None: it is there, or it is not."""
        live = self._here(meeting_id)
        if live is not None:
            return live
        opening = self._opening.setdefault(meeting_id, asyncio.Lock())
        try:
            # The turn is part of the time: who came third would else wait for the first two.
            async with asyncio.timeout(OPEN_S), opening:
                return await self._find_or_begin(meeting_id, begin)
        except (StoreAway, TimeoutError, Unsealed, RecordError):
            raise DirectoryFull from None

    def _here(self, meeting_id: MeetingId) -> LiveMeeting | None:
        shared = self._shared.get(meeting_id)
        if shared is None or shared.is_over:
            return None
        shared.touch()
        return self._live[meeting_id]

    async def _find_or_begin(self, meeting_id: MeetingId, begin: Begin | None) -> LiveMeeting | None:
        asked: str | None = None
        while True:
            live = self._here(meeting_id)
            if live is not None:
                return live
            ended = self._live.get(meeting_id)
            if ended is not None and ended.work is not None:
                await asyncio.wait({ended.work})  # what clears away the last one must not meet the next one
                continue
            seen = await self._around.store.look(self._around.keys.meeting(meeting_id))
            if seen.token or seen.owner:
                if seen.base is not None and await self._join(meeting_id, seen):
                    continue
            elif begin is None:
                return None
            elif asked is None:
                asked = await begin(meeting_id)
                continue
            await asyncio.sleep(LOOK_S)

    async def _begin_where_there_is_room(self, meeting_id: MeetingId) -> str:
        """Where the new meeting will be."""
        node = self._place()
        if node == self.node:
            return await self._begin_here(meeting_id)
        if node is None or not await self._may_begin(meeting_id):
            raise DirectoryFull
        self._around.post.send(node, w.Adopt(meeting_id, self.node, None))
        return node

    async def _begin_here(self, meeting_id: MeetingId) -> str:
        """Also what another node asks for: it knew how busy we were a moment ago, as we know it of that one.

        While all get busier each finds the other less busy. A node that chose anew would send the meeting back, and nobody would begin it.
        """
        if not (self._has_room() and await self._may_begin(meeting_id)):
            raise DirectoryFull
        shared = self._start(meeting_id, Checkpoint(0, Meeting(id=meeting_id, rules=self._rules)), ())
        await shared.take_over()
        return self.node

    async def _join(self, meeting_id: MeetingId, seen: Sighting) -> bool:
        """A meeting that is there already: followed, or ours from now on if nobody has it."""
        keys = self._around.keys.meeting(meeting_id)
        found = await self._around.store.checkpoint_of(keys)
        if found is None:
            return False
        base, sealed = found
        start, answered = records.read_checkpoint(keys.seal.open(sealed, keys.checkpoint_place(base)))
        shared = self._start(meeting_id, start, answered)
        if seen.owner is None:
            await shared.take_over()
        elif seen.owner != self.node:
            shared.owned_by(seen.owner, seen.token)
        await shared.catch_up()
        return True

    def _start(self, meeting_id: MeetingId, start: Checkpoint, answered: records.Answered) -> SharedMeeting:
        shared = SharedMeeting(self._around, meeting_id, start, answered)
        live = self._live[meeting_id] = LiveMeeting(meeting_id, shared, shared.replica)
        self._shared[meeting_id] = shared
        live.work = asyncio.create_task(self._keep(shared))
        return shared

    async def _keep(self, shared: SharedMeeting) -> None:
        try:
            await shared.run()
        finally:
            if self._shared.get(shared.id) is shared:  # else another one has taken its place
                del self._shared[shared.id], self._live[shared.id]
            self._on_over()

    # ── letters ──────────────────────────────────────────────────────────────────────────────────

    def deliver(self, letter: AnyLetter) -> None:
        """One letter of this node's inbox."""
        shared = self._shared.get(letter.meeting)
        if isinstance(letter, w.Adopt):
            self._do(self._adopt(letter))
        elif shared is not None:
            shared.deliver(letter)
        elif isinstance(letter, w.Ask | w.Offer | w.Receiving):
            answer = w.Answer(letter.meeting, self.node, letter.number, refused="not_owner")
            self._around.post.send(letter.sender, answer)

    async def _adopt(self, letter: w.Adopt) -> None:
        """Another node would like us to have it."""
        with contextlib.suppress(DirectoryFull, StoreAway):
            await self._enter(letter.meeting, self._begin_here if letter.token is None else None)
            shared = self._shared.get(letter.meeting)
            if shared is not None and letter.token is not None:
                await shared.adopt(letter.token)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def close(self) -> None:
        """The process goes away; meetings stay in Redis for whoever has them next."""
        work = [live.work for live in self._live.values() if live.work is not None]
        for task in (*work, *self._work):
            task.cancel()
        await asyncio.gather(*work, *self._work, return_exceptions=True)
