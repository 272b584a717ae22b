"""One node by itself."""

from __future__ import annotations

import pytest

from server.cluster import connection
from server.cluster.clock import SharedClock
from server.cluster.node import Node, NodeSettings
from server.cluster.tenure import TenureTimes
from server.confidentiality.pseudonyms import Pseudonyms
from server.confidentiality.redis_guard import refuse_keeping
from server.hosting.directory import HostingLimits
from server.rooms.rules import Rules
from tests.support.fake_media import FakeMedia
from tests.support.redis_server import RedisServer, redis_server

from .simulation import Deaf


def node_at(url: str) -> Node:
    return Node(
        NodeSettings(url, bytes(32), TenureTimes(), HostingLimits()),
        clock=SharedClock(),
        media=FakeMedia(),
        listener=Deaf(),
        rules=Rules(),
        pseudonym_of=Pseudonyms().of,
        guard=refuse_keeping,
    )


@pytest.mark.usefixtures("patient_with_redis")
async def test_a_node_leaves_though_a_redis_that_keeps_something_has_come(caplog: pytest.LogCaptureFixture):
    """Whoever operates it takes the nodes away because of that."""
    async with redis_server("--appendonly", "yes") as url:
        node = node_at(url)
        await node.drain()
        assert node.health == "leaving"
        assert "Redis is not used" in caplog.text
        await node.stop()


@pytest.mark.usefixtures("private_logs")  # which say nothing that is not a constant
@pytest.mark.parametrize("layout", ["redis", "redis+cluster"])
async def test_a_redis_that_was_never_reached_is_told_in_the_log_once(
    caplog: pytest.LogCaptureFixture, layout: str
):
    node = node_at(f"{layout}://:secret@127.0.0.1:1")
    await node.start()
    await node.drain()  # which looks again
    await node.stop()
    assert [record.getMessage() for record in caplog.records].count(
        f"{connection.Trouble.NO_ANSWER}: meetings go on here as they are"
    ) == 1
    assert "secret" not in caplog.text


@pytest.mark.usefixtures("patient_with_redis", "private_logs")  # which say nothing that is not a constant
@pytest.mark.parametrize("layout", ["redis", "redis+cluster"])
async def test_a_redis_that_refuses_our_login_is_told_apart(caplog: pytest.LogCaptureFixture, layout: str):
    server = RedisServer(*(("--cluster-enabled", "yes") if "cluster" in layout else ()))
    try:
        await server.start()
        await server.client.config_set("requirepass", "another")
        node = node_at(f"{layout}://:secret@127.0.0.1:{server.port}")
        await node.start()
        await node.stop()
        assert connection.Trouble.REFUSED in caplog.text
        assert "secret" not in caplog.text
        assert node.health == "ready, without redis"
    finally:
        await server.close()
