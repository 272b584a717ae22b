"""This process as one node of several: heartbeats, the shared clock, the post, and leaving without anybody noticing.

Made by `app` when there is a Redis; everything else in `cluster` is made here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from server.hosting.ports import ForwardingLoad

from . import connection, nodes
from .connection import ANSWER_S, TROUBLES, connect
from .ending import end
from .guarding import Guarding
from .keys import NODES_KEY, ClusterKeys
from .lasting import last
from .leaving import give_away
from .media import RelayedMedia, Words
from .meetings import SharedMeetings
from .nodes import Heartbeat
from .post import BLOCK_MS, RedisPost
from .store import RedisStore, StoreAway
from .surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from redis.asyncio import Redis

    from server.hosting.directory import HostingLimits
    from server.hosting.ports import MediaControl, MediaListener
    from server.rooms.ids import MeetingId
    from server.rooms.rules import Rules

    from .clock import SharedClock
    from .shared_meeting import SharedMeeting
    from .tenure import TenureTimes

STOP_S: Final = 5.0
"""For the meetings' tasks to end, when the process goes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """What a node is told."""

    redis_url: str
    secret: bytes
    times: TenureTimes
    limits: HostingLimits


class Node:
    """One node; started and stopped with the application."""

    def __init__(  # noqa: PLR0913 - what the node is plugged into
        self,
        settings: NodeSettings,
        *,
        clock: SharedClock,
        media: MediaControl,
        listener: MediaListener,
        rules: Rules,
        pseudonym_of: Callable[[MeetingId], object],
        on_over: Callable[[], object] = lambda: None,
        guard: Callable[[Redis], Awaitable[object]] | None = None,
        forwarding: Callable[[], ForwardingLoad] = ForwardingLoad,
    ) -> None:
        """forwarding: what its media takes, asked once for each heartbeat; pseudonym_of: what the log calls a meeting; on_over: called whenever a meeting is gone from here; guard: asked of every server, before Redis is given anything; what it raises ends the start."""
        self.name = secrets.token_urlsafe(9)
        self._settings = settings
        self._clock = clock
        self.keys = ClusterKeys(settings.secret)
        self._redis = connect(settings.redis_url)
        self._reading = connect(settings.redis_url, wait_s=BLOCK_MS / 1000)
        self._store = RedisStore(self._redis)
        self._post = RedisPost(self._store, self._reading, self.keys, self.name)
        self.meetings = SharedMeetings(
            Surroundings(
                node=self.name,
                keys=self.keys,
                store=self._store,
                post=self._post,
                clock=clock,
                media=media,
                listener=listener,
                times=settings.times,
                limits=settings.limits.host,
                keep_steps=settings.limits.keep_steps,
                pseudonym_of=pseudonym_of,
            ),
            rules=rules,
            on_over=on_over,
            may_begin=self._is_settled,
            place=self._place,
            has_room=self._has_room,
        )
        self.media = RelayedMedia(media, self.meetings)
        self.words = Words(listener, self.meetings)
        self._forwarding = forwarding
        self._media_load = ForwardingLoad()
        self._everybody: dict[str, Heartbeat] = {}
        self._reached = False
        self._trouble: connection.Trouble | None = None
        """The last one that was logged, until Redis is reached."""
        self._guarding: Guarding | None = None
        if guard is not None:
            self._guarding = Guarding(
                partial(connection.places, self._redis),
                partial(connection.ask_at, settings.redis_url, ask=guard),
            )
        self._leaving = False
        self._work: list[asyncio.Task[None]] = []

    # ── life ─────────────────────────────────────────────────────────────────────────────────────

    async def start(self) -> None:
        """Begin to beat; Redis may come later. Raises: what the guard raises of a Redis that may not be used."""
        await self._beat()
        parts: tuple[Callable[[], Coroutine[None, None, None]], ...] = (
            self._post.write,
            partial(self._post.read, self.meetings.deliver),
            self._keep_beating,
        )
        self._work = [asyncio.create_task(last(part)) for part in parts]

    async def stop(self) -> None:
        """Meetings that are still owned here stay in Redis; their leases run out."""
        with contextlib.suppress(StoreAway):
            await self._store.withdraw(NODES_KEY, [self.name])
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self.meetings.close()
        await self._post.flush(ANSWER_S)
        await end(self._work)
        for client in (self._redis, self._reading):
            await connection.close(client)

    @property
    def is_leaving(self) -> bool:
        return self._leaving

    @property
    def reaches_redis(self) -> bool:
        return self._reached

    @property
    def health(self) -> str:
        """One word for a load balancer's operator."""
        if self._leaving:
            return "leaving"
        return "ready" if self._reached else "ready, without redis"

    # ── heartbeats ───────────────────────────────────────────────────────────────────────────────

    async def _keep_beating(self) -> None:
        while True:
            await asyncio.sleep(nodes.HEARTBEAT_MS / 1000)
            await self._beat_on()

    async def _beat_on(self) -> None:
        """A beat after the first one: what the guard raises of a server that came late is logged, each time."""
        try:
            await self._beat()
        except Exception:
            log.exception("Redis is not used")

    async def _beat(self) -> None:
        try:
            if self._guarding:
                await self._guarding.look()
            asked_ms = self._clock.now_ms()
            shared_ms = await self._store.time_ms()
            self._clock.compare(shared_ms, asked_ms)
            self._media_load = self._forwarding()
            record = nodes.seal(self.keys, self.name, self._heartbeat(shared_ms))
            sealed = await self._store.announce(NODES_KEY, self.name, record, nodes.FORGET_MS)
            self._everybody = nodes.opened(self.keys, sealed, shared_ms)
            await self._store.mark()
        except (StoreAway, *TROUBLES) as trouble:
            why = trouble.why if isinstance(trouble, StoreAway) else connection.in_words(trouble)
            if why is not self._trouble:
                log.warning("%s: meetings go on here as they are", why)
            self._reached, self._trouble = False, why
            if self._guarding:
                self._guarding.ask_again()
            return
        if not self._reached:
            log.info("Redis answers")
        self._reached, self._trouble = True, None

    def _heartbeat(self, at_ms: int) -> Heartbeat:
        most = self._settings.limits.max_meetings
        media = self._media_load
        return Heartbeat(
            at_ms,
            len(self.meetings.owned),
            most,
            nodes.own_load(),
            self._leaving,
            media.cpu_permille,
            media.packets_per_s,
            media.most_packets_per_s,
        )

    async def _is_settled(self, meeting: MeetingId) -> bool:
        """Owners have had the time to write their meetings back into a Redis that is new. Raises: `StoreAway`."""
        if self._guarding and not self._guarding.is_fine:
            return False
        age_ms = await self._store.age_ms(self.keys.meeting(meeting))
        return age_ms >= self._settings.times.settle_ms

    def _place(self) -> str | None:
        # Our own heartbeat is a second old: meetings that began since count, too.
        now = {**self._everybody, self.name: self._heartbeat(self._clock.now_ms())}
        return nodes.place(self.name, now)

    def _has_room(self) -> bool:
        return self._heartbeat(self._clock.now_ms()).may_begin()

    # ── leaving ──────────────────────────────────────────────────────────────────────────────────

    async def drain(self) -> None:
        """Own nothing any more, as `leaving` says."""
        self._leaving = True
        await self._beat_on()
        await give_away(self.meetings, self._heir, self._beat_on)

    def _heir(self, shared: SharedMeeting) -> str | None:
        return nodes.heir(self.name, self._everybody, shared.followers)
