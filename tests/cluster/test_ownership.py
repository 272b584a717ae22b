"""Whose a meeting is while its copy here is not the one that counts; the real code on virtual time around the model of Redis."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from server.cluster import records
from server.cluster.following import Following
from server.cluster.homes import Homes
from server.cluster.keys import ClusterKeys
from server.cluster.ownership import Ownership
from server.cluster.store import Held, Holder, StoreAway, Took
from server.cluster.surroundings import Surroundings
from server.cluster.tenure import Standing, TenureTimes
from server.confidentiality.pseudonyms import Pseudonyms
from server.hosting.meeting_host import HostLimits
from server.hosting.ports import Checkpoint
from server.rooms.rules import Rules
from server.rooms.state import Meeting
from tests.support.fake_media import FakeMedia

from .model_store import ModelStore
from .simulation import MEETING, Deaf, SlowClock
from .virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from server.cluster.keys import MeetingKeys
    from server.cluster.letters import AnyLetter

KEYS = ClusterKeys(bytes(32)).meeting(MEETING)
LONG_MS = 600_000
TIMES = TenureTimes(1_000)
START = Checkpoint(0, Meeting(id=MEETING, rules=Rules()))


class Nowhere:
    """Implements `Post`: nobody else is there."""

    def send(self, to: str, letter: AnyLetter) -> None: ...


class LateStore(ModelStore):
    """Answers one of its questions late, and whoever waits for it does not hear that she is cancelled, as in `wait_for` of Python 3.11."""

    def __init__(self) -> None:
        super().__init__(lambda: int(asyncio.get_running_loop().time() * 1000))
        self.is_late = False
        self.asked = asyncio.Event()
        self.answers = asyncio.Event()

    async def _late(self) -> None:
        if self.is_late:
            self.asked.set()
            with contextlib.suppress(asyncio.CancelledError):
                await self.answers.wait()

    async def claim(self, keys: MeetingKeys, node: str, lease_ms: int, least: int) -> Held | Holder:
        await self._late()
        return await super().claim(keys, node, lease_ms, least)

    async def checkpoint_of(self, keys: MeetingKeys) -> tuple[int, bytes] | None:
        await self._late()
        if self.is_late:
            raise StoreAway
        return await super().checkpoint_of(keys)


class Here:
    """One node's part of the meeting."""

    def __init__(self) -> None:
        self.store = LateStore()
        around = Surroundings(
            node="here",
            keys=ClusterKeys(bytes(32)),
            store=self.store,
            post=Nowhere(),
            clock=SlowClock(0),
            media=FakeMedia(),
            listener=Deaf(),
            times=TIMES,
            limits=HostLimits(),
            keep_steps=64,
            pseudonym_of=Pseudonyms().of,
        )
        self.following = Following(around, MEETING, START, ())
        self.ownership = Ownership(
            around,
            MEETING,
            self.following,
            Homes(around.post, around.node),
            on_owner=lambda: None,
            on_change=lambda: None,
            begin=self.begin,
        )
        self.work: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> None:
        self.work.add(asyncio.get_running_loop().create_task(work))


def told(story: Callable[[Here], Awaitable[None]]) -> None:
    async def whole() -> None:
        here = Here()
        here.begin(here.following.replica.run())
        await story(here)

    run(whole())


def test_a_meeting_that_is_gone_from_here_is_not_read_for_ever_though_a_cancellation_got_lost():
    async def story(here: Here) -> None:
        await here.ownership.take_over()
        desk = here.ownership.desk
        assert desk is not None
        for at_ms in (0, TIMES.patience_ms):
            desk.journal.tenure.failed(at_ms, writing=True)
        assert desk.journal.tenure.standing is Standing.ALONE
        here.store.is_late = True
        desk.journal.let_go()
        await here.store.asked.wait()
        assert here.ownership.is_starting_anew
        async with asyncio.timeout(60):
            await here.ownership.stop()
        assert not here.ownership.is_starting_anew

    told(story)


def test_a_lease_that_comes_when_the_meeting_is_gone_from_here_makes_no_owner():
    async def story(here: Here) -> None:
        here.store.is_late = True
        here.begin(here.ownership.take_over())
        await here.store.asked.wait()
        await here.ownership.stop()
        here.store.answers.set()
        await asyncio.sleep(1)
        assert here.store.sighted(KEYS).token, "it came"
        assert here.ownership.desk is None

    told(story)


def test_what_the_owner_has_not_written_back_yet_is_waited_for():
    """Redis has restarted empty just when a fork was to be replaced."""

    async def story(here: Here) -> None:
        here.ownership.forked()
        await asyncio.sleep(TIMES.settle_ms / 2000)
        assert here.ownership.is_starting_anew, "nothing was read"
        held = await here.store.claim(KEYS, "there", LONG_MS, 0)
        assert isinstance(held, Held)
        record = KEYS.seal.close(
            records.write_checkpoint(Checkpoint(7, START.meeting)), KEYS.checkpoint_place(7)
        )
        assert await here.store.restore(KEYS, held.token, "there", 7, record, LONG_MS) is Took.OK
        await asyncio.sleep(1)
        assert not here.ownership.is_starting_anew
        assert here.following.replica.position == 7

    told(story)


def test_where_nobody_writes_it_back_the_meeting_goes_on_as_it_is_known_here():
    async def story(here: Here) -> None:
        here.ownership.forked()
        await asyncio.sleep(TIMES.settle_ms / 1000 + 1)
        assert not here.ownership.is_starting_anew
        await here.ownership.take_over()
        assert here.ownership.desk is not None
        await here.ownership.stop()

    told(story)
