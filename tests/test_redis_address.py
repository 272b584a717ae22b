"""What a URL of Redis says, and what is refused without being repeated."""

from __future__ import annotations

import pytest

from server.redis_address import Layout, read_redis_url


@pytest.mark.parametrize("text", ["redis://:secret@redis:6379/1", "rediss://redis", "unix:///run/redis.sock"])
def test_one_server_is_left_as_it_is_written(text: str):
    address = read_redis_url(text)
    assert (address.layout, address.url, address.hosts) == (Layout.ONE, text, ())


def test_a_cluster_is_named_by_some_of_its_servers():
    address = read_redis_url(
        "rediss+cluster://kith:p%40ss@a.internal:7000,b.internal,[::1]:7002?ssl_ca_certs=/ca.pem"
    )
    assert address.layout is Layout.CLUSTER
    assert address.hosts == (("a.internal", 7000), ("b.internal", 6379), ("::1", 7002))
    assert address.server_url("c", 1) == "rediss://kith:p%40ss@c:1?ssl_ca_certs=%2Fca.pem"
    assert address.server_url("::1", 1).startswith("rediss://kith:p%40ss@[::1]:1?")


def test_sentinels_name_the_master_of_a_service():
    address = read_redis_url("redis+sentinel://:secret@a,b:26380/my%20group/2?sentinel_password=other")
    assert address.layout is Layout.SENTINEL
    assert (address.hosts, address.service) == ((("a", 26379), ("b", 26380)), "my group")
    assert address.sentinel_login == (None, "other")
    assert address.server_url("m", 6379) == "redis://:secret@m:6379/2", (
        "what is for Sentinels is for them only"
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "http://secret",
            "redis://",
            "redis+cluster://",
            "secret",
            "redis+proxy://secret",
            "unix+cluster://secret",
        ),
        *(
            "redis+cluster://secret/1",
            "redis+cluster://secret:x",
            "redis+cluster://a,,secret",
            "redis+cluster://secret:0",
        ),
        *("redis://:6379", "redis://a,secret", "redis://redis:secret", "redis://redis:99999"),
        # Of a password that is not written out: a part of it looks like a host, a port, or nothing at all.
        *(
            "redis://:secret/@a:1",
            "redis://:secret?@a:1",
            "redis://:secret#@a:1",
            "redis+cluster://:secret#@a:1",
        ),
        *("redis://:[secret]@a", "redis://:secret\u2100@a", "redis+cluster://:x[secret@b]@a"),
        *("redis+sentinel://secret:26379", "redis+sentinel://secret/service/x", "redis+sentinel:///secret"),
    ],
)
def test_anything_else_is_refused_without_being_repeated(text: str):
    with pytest.raises(ValueError, match=r"needed|number") as refused:
        read_redis_url(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "redis://:secret@a",
        "redis+cluster://me:secret@a?ssl_password=secret",
        "redis+sentinel://:secret@a/service?sentinel_password=secret",
    ],
)
def test_an_address_that_is_printed_shows_no_password(text: str):
    assert "secret" not in repr(read_redis_url(text))
