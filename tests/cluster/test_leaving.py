"""A node that leaves, on virtual time: who gets its meetings, and how long it waits for somebody to have them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.cluster import node as nodes_own
from server.cluster.node import SHARE_PATIENCE_S, Node, NodeSettings
from server.cluster.tenure import TenureTimes
from server.confidentiality.pseudonyms import Pseudonyms
from server.hosting.directory import HostingLimits
from server.rooms import commands as c
from server.rooms.ids import DeviceKey, ParticipantId, TokenId
from server.rooms.rules import Rules
from server.rooms.state import Role
from tests.support.fake_media import FakeMedia

from .model_store import ModelStore
from .simulation import KEYS, LEASE_MS, MEETING, Deaf, SlowClock
from .virtual_time import run

if TYPE_CHECKING:
    from server.cluster.letters import AnyLetter

JUST_STARTED_S = 5.0
"""So long after the first node was told to leave the other one is there: it was replaced a moment ago."""


class Memory(ModelStore):
    """With what nodes say of themselves."""

    def __init__(self) -> None:
        super().__init__(lambda: SlowClock(0).now_ms())
        self.records: dict[str, bytes] = {}
        self.nodes: dict[str, Node] = {}

    async def time_ms(self) -> int:
        return self._now_ms()

    async def age_ms(self, _keys: object) -> int:
        return 10**9

    async def mark(self) -> None: ...

    async def announce(self, _key: str, node: str, record: bytes, _lives_ms: int) -> dict[str, bytes]:
        self.records[node] = record
        return dict(self.records)


class Post:
    """Letters arrive at once."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def send(self, to: str, letter: AnyLetter) -> None:
        asyncio.get_running_loop().call_soon(self._memory.nodes[to].meetings.deliver, letter)


class Beating(SlowClock):
    """The clock of a node, which is Redis' own here."""

    def compare(self, _shared_ms: int, _asked_ms: int) -> None: ...


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """What nodes take for Redis."""
    model = Memory()
    monkeypatch.setattr(nodes_own, "RedisStore", lambda _redis: model)
    monkeypatch.setattr(nodes_own, "RedisPost", lambda *_: Post(model))
    return model


def a_node(memory: Memory) -> Node:
    node = Node(
        NodeSettings("redis://127.0.0.1:1", bytes(32), TenureTimes(LEASE_MS), HostingLimits()),
        clock=Beating(0),  # type: ignore[arg-type] - the same by name
        media=FakeMedia(),
        listener=Deaf(),
        rules=Rules(),
        pseudonym_of=Pseudonyms().of,
    )
    memory.nodes[node.name] = node
    return node


async def with_a_meeting(memory: Memory) -> Node:
    node = a_node(memory)
    await node._beat()
    live = await node.meetings.open(MEETING)
    join = c.Join(
        ParticipantId("ada"),
        Role.FACILITATOR,
        b"",
        TokenId("t"),
        token_is_personal=False,
        device=DeviceKey(b"ada"),
        origin=0,
        resume_hash=b"ada",
    )
    await live.host.submit(join)
    return node


async def close(memory: Memory) -> None:
    for node in memory.nodes.values():
        await node.meetings.close()


def test_a_node_that_leaves_waits_for_one_that_was_replaced_a_moment_ago(memory: Memory):
    async def evening() -> None:
        leaving, other = await with_a_meeting(memory), a_node(memory)
        drain = asyncio.create_task(leaving.drain())
        await asyncio.sleep(JUST_STARTED_S)
        assert not drain.done()
        await other._beat()
        await drain
        assert memory.sighted(KEYS).owner == other.name
        await close(memory)

    run(evening())


def test_where_no_other_comes_it_goes_when_its_patience_has_ended(
    memory: Memory, caplog: pytest.LogCaptureFixture
):
    async def evening() -> None:
        leaving = await with_a_meeting(memory)
        began = asyncio.get_running_loop().time()
        await leaving.drain()
        waited_s = asyncio.get_running_loop().time() - began
        assert waited_s == pytest.approx(SHARE_PATIENCE_S, abs=1)
        assert memory.sighted(KEYS).owner == leaving.name
        await close(memory)

    run(evening())
    assert [record.message for record in caplog.records].count(
        "no other node has room: meetings end here with this process, unless one comes"
    ) == 1
