"""What of the address reaches the clients; that they find their servers is `test_redis_groups.py`'s."""

from __future__ import annotations

from redis.asyncio import RedisCluster
from redis.asyncio.connection import SSLConnection
from redis.asyncio.sentinel import SentinelConnectionPool, SentinelManagedSSLConnection

from server.cluster import connection


async def test_every_server_of_a_cluster_is_met_with_the_login_of_the_address():
    client = connection.connect("rediss+cluster://kith:secret@a:1,b:2?ssl_cert_reqs=none")
    assert isinstance(client, RedisCluster)
    known = client.get_connection_kwargs()
    assert (known["username"], known["password"], known["ssl_cert_reqs"]) == ("kith", "secret", "none")
    assert known["connection_class"] is SSLConnection
    assert {(node.host, node.port) for node in client.startup_nodes} == {("a", 1), ("b", 2)}
    await connection.close(client)


async def test_sentinels_have_a_login_of_their_own_and_an_answer_of_theirs_is_not_waited_for_long():
    url = "rediss+sentinel://kith:secret@a:1,b:2/group/3?sentinel_username=watch&sentinel_password=other"
    client = connection.connect(url, wait_s=1)
    assert not isinstance(client, RedisCluster)
    pool = client.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.connection_class is SentinelManagedSSLConnection
    known = pool.connection_kwargs
    assert (known["username"], known["password"], known["db"]) == ("kith", "secret", 3)
    assert known["socket_timeout"] == connection.ANSWER_S + 1
    for sentinel, host in zip(pool.sentinel_manager.sentinels, ("a", "b"), strict=True):
        told = sentinel.connection_pool.connection_kwargs
        assert (told["host"], told["username"], told["password"]) == (host, "watch", "other")
        assert told["socket_timeout"] * 3 <= connection.ANSWER_S
        assert sentinel.connection_pool.connection_class is SSLConnection
    await connection.close(client)
