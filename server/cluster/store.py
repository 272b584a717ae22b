"""Redis as the meetings see it: each step one script, whole or not at all (`scripts/*.lua`).

Called by `owned`, `meetings` and the simulation's contract test. Bytes in, bytes out: nothing here reads a record.
"""

# ruff: noqa: ANN401 - what a script answers has no type
from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from redis.exceptions import NoScriptError

from . import connection
from .connection import ANSWER_S, TROUBLES
from .keys import NODES_KEY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from .connection import AnyRedis
    from .keys import MeetingKeys

KEEP_MS: Final = 150_000
"""So long Redis keeps a meeting that no node renews: the grace time of its people, and a restart of everything."""
SCRIPTS: Final = Path(__file__).parent / "scripts"


class StoreAway(Exception):  # noqa: N818 - a state
    """Redis does not answer, or has no room. What was asked may or may not have been done."""

    def __init__(self, why: connection.Trouble = connection.Trouble.NO_ANSWER) -> None:
        super().__init__(why)
        self.why = why


class Took(StrEnum):
    """What became of a write."""

    OK = "ok"
    FENCED = "fenced"
    """Another node holds the lease."""
    LAPSED = "lapsed"
    """Nobody does: ours ran out, or Redis is new and empty, or has lost in a failover what it had taken."""
    TAKEN = "taken"
    """Another entry has this position."""


@dataclass(frozen=True, slots=True)
class Held:
    """The lease of a meeting is this node's."""

    token: int
    base: int | None
    """Position of the checkpoint; None: Redis knows nothing of the meeting."""
    checkpoint: bytes
    position: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """A meeting as Redis has it."""

    owner: str | None
    token: int
    position: int | None
    base: int | None


class Holder(NamedTuple):
    """Whose a lease is."""

    node: str
    token: int


class Store(Protocol):
    """What the meetings need of Redis; every step raises `StoreAway` where there is no answer."""

    async def claim(self, keys: MeetingKeys, node: str, lease_ms: int, least: int) -> Held | Holder: ...
    async def append(self, keys: MeetingKeys, me: str, position: int, record: bytes) -> Took: ...
    async def checkpoint(self, keys: MeetingKeys, me: str, position: int, record: bytes) -> Took: ...
    async def renew(
        self, keys: MeetingKeys, me: str, lease_ms: int, trim: int, position: int
    ) -> tuple[Took, frozenset[str]]: ...
    async def restore(  # noqa: PLR0913, PLR0917 - the script's
        self, keys: MeetingKeys, token: int, node: str, position: int, record: bytes, lease_ms: int
    ) -> Took: ...
    async def hand_over(self, keys: MeetingKeys, me: str, to: str, lease_ms: int) -> int | None: ...
    async def finish(self, keys: MeetingKeys, me: str) -> None: ...
    async def look(self, keys: MeetingKeys, follower: str = "", follow_ms: int = 0) -> Sighting: ...
    async def read(self, keys: MeetingKeys, after: int) -> list[tuple[int, bytes]]: ...
    async def checkpoint_of(self, keys: MeetingKeys) -> tuple[int, bytes] | None: ...
    async def unfollow(self, keys: MeetingKeys, node: str) -> None: ...


def holder(token: int, node: str) -> str:
    """How a lease names who holds it."""
    return f"{token}:{node}"


@dataclass(frozen=True, slots=True)
class Script:
    """One step, and the name by which Redis knows it."""

    source: str
    sha: str


def read_scripts() -> dict[str, Script]:
    sources = {path.stem: path.read_text() for path in SCRIPTS.glob("*.lua")}
    # SHA-1 is what Redis names scripts by; nothing is kept safe by it.
    return {
        name: Script(text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
        for name, text in sources.items()
    }


class RedisStore:
    """Implements `Store`, and what else the nodes need of Redis."""

    def __init__(self, redis: AnyRedis) -> None:
        self._redis = redis
        self._scripts = read_scripts()

    async def claim(self, keys: MeetingKeys, node: str, lease_ms: int, least: int) -> Held | Holder:
        """The lease, or who has it. least: no token up to this one is given again."""
        answer = await self._run(
            "claim", [keys.lease, keys.state, keys.followers], [node, lease_ms, KEEP_MS, least]
        )
        if answer[0] == 0:
            token, _, owner = answer[1].decode().partition(":")
            return Holder(owner, int(token))
        _, token, base, checkpoint, position = answer
        return Held(token, _number(base), checkpoint, _number(position) or 0)

    async def append(self, keys: MeetingKeys, me: str, position: int, record: bytes) -> Took:
        token = me.partition(":")[0]
        arguments = [me, position, f"{position}-{token}", record, KEEP_MS]
        return Took((await self._run("append", [keys.lease, keys.state, keys.journal], arguments)).decode())

    async def checkpoint(self, keys: MeetingKeys, me: str, position: int, record: bytes) -> Took:
        answer = await self._run("checkpoint", [keys.lease, keys.state], [me, position, record, KEEP_MS])
        return Took(answer.decode())

    async def renew(
        self, keys: MeetingKeys, me: str, lease_ms: int, trim: int, position: int
    ) -> tuple[Took, frozenset[str]]:
        """trim: entries up to it are replaced by a checkpoint; -1: none. position: of the last entry that was kept."""
        names = [keys.lease, keys.state, keys.journal, keys.followers]
        took, *followers = await self._run("renew", names, [me, lease_ms, KEEP_MS, trim, position])
        return Took(took.decode()), frozenset(node.decode() for node in followers)

    async def restore(  # noqa: PLR0913, PLR0917 - the script's
        self, keys: MeetingKeys, token: int, node: str, position: int, record: bytes, lease_ms: int
    ) -> Took:
        arguments = [token, node, position, record, lease_ms, KEEP_MS]
        return Took((await self._run("restore", [keys.lease, keys.state, keys.journal], arguments)).decode())

    async def hand_over(self, keys: MeetingKeys, me: str, to: str, lease_ms: int) -> int | None:
        """The next owner's token; None if the lease is not ours any more."""
        return int(await self._run("pass", [keys.lease, keys.state], [me, to, lease_ms])) or None

    async def finish(self, keys: MeetingKeys, me: str) -> None:
        """Nothing of the meeting is left, unless somebody else has it."""
        await self._run("finish", [keys.lease, keys.state, keys.journal, keys.followers], [me])

    async def look(self, keys: MeetingKeys, follower: str = "", follow_ms: int = 0) -> Sighting:
        """follower: this node follows, for so long from now."""
        names = [keys.lease, keys.state, keys.followers]
        lease, token, position, base = await self._run("look", names, [follower, follow_ms, KEEP_MS])
        owner = _owner(lease) if lease else None
        return Sighting(owner, _number(token) or 0, _number(position), _number(base))

    async def read(self, keys: MeetingKeys, after: int) -> list[tuple[int, bytes]]:
        """Entries above this position that are still there, with their positions."""
        found = await self._ask(self._redis.xrange(keys.journal, f"({after}-18446744073709551615", "+"))
        return [(int(name.partition(b"-")[0]), fields[b"r"]) for name, fields in found]

    async def checkpoint_of(self, keys: MeetingKeys) -> tuple[int, bytes] | None:
        base, record = await self._ask(self._redis.hmget(keys.state, ["base", "checkpoint"]))
        return None if base is None or record is None else (int(base), record)

    async def unfollow(self, keys: MeetingKeys, node: str) -> None:
        await self._ask(self._redis.zrem(keys.followers, node))

    async def time_ms(self) -> int:
        """By the clock that all nodes share: that of the server which has the key of the nodes."""
        seconds, micros = await self._run("now", [NODES_KEY], [])
        return int(seconds) * 1000 + int(micros) // 1000

    async def age_ms(self, keys: MeetingKeys) -> int:
        """So long that part of Redis where this meeting lies has been in use by us; 0 if it is new."""
        return await self._age_ms(await self._ask(connection.mark_of(self._redis, keys.lease)))

    async def mark(self) -> None:
        """Every part of Redis knows since when it is in use."""
        names = await self._ask(connection.marks(self._redis))
        await asyncio.gather(*map(self._age_ms, names))

    async def _age_ms(self, mark: str) -> int:
        return int(await self._run("born", [mark], [KEEP_MS * 1000]))

    async def announce(self, key: str, node: str, record: bytes, lives_ms: int) -> dict[str, bytes]:
        """Everybody's last heartbeat, ours included."""

        def beat(pipe: Any) -> None:
            pipe.hset(key, node, record)
            pipe.pexpire(key, lives_ms)
            pipe.hgetall(key)

        _, _, everybody = await self._ask(connection.together(self._redis, beat))
        return {name.decode(): heartbeat for name, heartbeat in everybody.items()}

    async def withdraw(self, key: str, nodes: Sequence[str]) -> None:
        """These heartbeats count no more."""
        await self._ask(self._redis.hdel(key, *nodes))

    async def post(self, letters: Sequence[tuple[str, bytes]], most: int) -> None:
        """In this order, each into the stream that it names."""

        def send(pipe: Any) -> None:
            for key, letter in letters:
                pipe.xadd(key, {"e": letter}, maxlen=most, approximate=True)
            for key in {key for key, _ in letters}:
                pipe.pexpire(key, KEEP_MS)

        await self._ask(connection.together(self._redis, send))

    async def _run(self, name: str, keys: list[str], arguments: list[Any]) -> Any:
        return await self._ask(self._evaluate(self._scripts[name], keys, arguments))

    async def _evaluate(self, script: Script, keys: list[str], arguments: list[Any]) -> Any:
        try:
            return await self._redis.evalsha(script.sha, len(keys), *keys, *arguments)
        except NoScriptError:  # a server that is new, or was a replica until now: it learns it with this
            return await self._redis.eval(script.source, len(keys), *keys, *arguments)

    async def _ask(self, asked: Awaitable[Any]) -> Any:
        """All of one step, also finding out where to ask: nothing here waits for Redis outside of this."""
        try:
            async with asyncio.timeout(ANSWER_S * 2):
                return await asked
        except TROUBLES as trouble:
            raise StoreAway(connection.in_words(trouble)) from None


def _owner(lease: bytes) -> str:
    return lease.decode().partition(":")[2]


def _number(text: bytes) -> int | None:
    return int(text) if text else None
