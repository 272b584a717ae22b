"""The scripts of `server/cluster/scripts` once more, in Python, on virtual time; `test_store` holds the two against each other."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.cluster.store import KEEP_MS, Held, Holder, Sighting, StoreAway, Took, holder

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.cluster.keys import MeetingKeys


@dataclass
class Kept:
    """All that Redis has of one meeting."""

    lease: str | None = None
    lease_until_ms: int = 0
    token: int = 0
    position: int | None = None
    base: int | None = None
    checkpoint: bytes = b""
    journal: dict[int, bytes] = field(default_factory=dict)
    top: tuple[int, int] = (0, 0)
    """The last id of the stream: Redis remembers it when the entry is gone."""
    followers: dict[str, int] = field(default_factory=dict)
    keep_until_ms: int = 0


class ModelStore:
    """Implements `Store`; `is_full` takes nothing that needs memory."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._kept: dict[str, Kept] = {}
        self.is_full = False
        self.writers: list[int] = []
        """The token of every entry that was taken since Redis was empty, in the order they were taken."""

    def empty(self) -> None:
        """As after a restart."""
        self._kept.clear()
        self.writers.clear()

    def fall_back(self, to: dict[str, Kept]) -> None:
        """A replica is the master now that has only this."""
        self._kept = to
        self.writers.clear()

    def replicated(self) -> dict[str, Kept]:
        """What a replica has that gets nothing more."""
        return copy.deepcopy(self._kept)

    def sighted(self, keys: MeetingKeys) -> Sighting:
        """As `look`, by nobody."""
        kept = self._of(keys)
        owner = None if kept.lease is None else kept.lease.partition(":")[2]
        return Sighting(owner, kept.token, kept.position, kept.base)

    def garble(self, keys: MeetingKeys, position: int) -> None:
        """This entry is one that nobody here can read."""
        self._of(keys).journal[position] = bytes(64)

    def lapse(self, keys: MeetingKeys) -> None:
        """The lease has run out."""
        self._of(keys).lease = None

    def _of(self, keys: MeetingKeys) -> Kept:
        kept = self._kept.setdefault(keys.state, Kept())
        if kept.lease is not None and kept.lease_until_ms <= self._now_ms():
            kept.lease = None
        if kept.keep_until_ms < self._now_ms() and kept.lease is None:
            kept = self._kept[keys.state] = Kept()
        return kept

    def _room(self) -> None:
        if self.is_full:
            raise StoreAway

    def _hold(self, kept: Kept, me: str, lease_ms: int) -> None:
        kept.lease, kept.lease_until_ms = me, self._now_ms() + lease_ms
        kept.keep_until_ms = self._now_ms() + KEEP_MS

    async def claim(self, keys: MeetingKeys, node: str, lease_ms: int, least: int) -> Held | Holder:
        kept = self._of(keys)
        if kept.lease is not None:
            token, _, owner = kept.lease.partition(":")
            return Holder(owner, int(token))
        self._room()
        kept.token = max(kept.token, least) + 1
        self._hold(kept, holder(kept.token, node), lease_ms)
        kept.followers.pop(node, None)
        return Held(kept.token, kept.base, kept.checkpoint, kept.position or 0)

    async def append(self, keys: MeetingKeys, me: str, position: int, record: bytes) -> Took:
        kept = self._of(keys)
        if kept.lease is None:
            return Took.LAPSED
        if kept.lease != me:
            return Took.FENCED
        if (-1 if kept.position is None else kept.position) < position - 1:
            return Took.LAPSED
        if position in kept.journal:
            return Took.OK if kept.journal[position] == record else Took.TAKEN
        self._room()
        if (position, kept.token) <= kept.top:
            return Took.TAKEN
        kept.top = (position, kept.token)
        kept.journal[position] = record
        kept.position = position
        self.writers.append(kept.token)
        return Took.OK

    async def checkpoint(self, keys: MeetingKeys, me: str, position: int, record: bytes) -> Took:
        kept = self._of(keys)
        if kept.lease is None:
            return Took.LAPSED
        if kept.lease != me:
            return Took.FENCED
        if kept.base is not None and kept.base > position:
            return Took.OK
        self._room()
        kept.base, kept.checkpoint = position, record
        if kept.position is None or kept.position < position:
            kept.position = position
        return Took.OK

    async def renew(
        self, keys: MeetingKeys, me: str, lease_ms: int, trim: int, position: int
    ) -> tuple[Took, frozenset[str]]:
        kept, now_ms = self._of(keys), self._now_ms()
        if kept.lease is None:
            return Took.LAPSED, frozenset()
        if kept.lease != me:
            return Took.FENCED, frozenset()
        if (-1 if kept.position is None else kept.position) < position:
            return Took.LAPSED, frozenset()
        self._hold(kept, me, lease_ms)
        kept.journal = {at: record for at, record in kept.journal.items() if at > trim}
        kept.followers = {node: until for node, until in kept.followers.items() if until > now_ms}
        return Took.OK, frozenset(kept.followers)

    async def restore(  # noqa: PLR0913, PLR0917 - the script's
        self, keys: MeetingKeys, token: int, node: str, position: int, record: bytes, lease_ms: int
    ) -> Took:
        kept, me = self._of(keys), holder(token, node)
        if kept.lease not in {None, me} or kept.token > token:
            return Took.FENCED
        self._room()
        if kept.position != position:
            kept.journal.clear()
            kept.top = (0, 0)
        kept.token, kept.base, kept.checkpoint, kept.position = token, position, record, position
        self._hold(kept, me, lease_ms)
        return Took.OK

    async def hand_over(self, keys: MeetingKeys, me: str, to: str, lease_ms: int) -> int | None:
        kept = self._of(keys)
        if kept.lease != me:
            return None
        self._room()
        kept.token += 1
        self._hold(kept, holder(kept.token, to), lease_ms)
        return kept.token

    async def finish(self, keys: MeetingKeys, me: str) -> None:
        if self._of(keys).lease in {None, me}:
            self._kept.pop(keys.state)

    async def look(self, keys: MeetingKeys, follower: str = "", follow_ms: int = 0) -> Sighting:
        kept = self._of(keys)
        if follower and kept.token and not self.is_full:
            kept.followers[follower] = self._now_ms() + follow_ms
        return self.sighted(keys)

    async def read(self, keys: MeetingKeys, after: int) -> list[tuple[int, bytes]]:
        return sorted((at, record) for at, record in self._of(keys).journal.items() if at > after)

    async def checkpoint_of(self, keys: MeetingKeys) -> tuple[int, bytes] | None:
        kept = self._of(keys)
        return None if kept.base is None else (kept.base, kept.checkpoint)

    async def unfollow(self, keys: MeetingKeys, node: str) -> None:
        self._of(keys).followers.pop(node, None)
