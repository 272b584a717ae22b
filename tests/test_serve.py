"""What a serving process asks of the system, looked at from inside a process of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from server import serve
from server.confidentiality.redis_guard import RedisKeeps, refuse_keeping
from server.config import ConfigError, Settings
from tests.support.ports import free_port
from tests.support.redis_server import redis_server

LOOK = """
import resource
from server.serve import allow_connections
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
allow_connections()
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard))
"""


def test_a_low_soft_limit_of_open_files_is_raised() -> None:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOOK],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "True\n"


async def test_a_redis_server_that_does_not_answer_hides_no_other_one_that_keeps_something() -> None:
    gone = ("127.0.0.1", free_port())
    async with redis_server("--appendonly", "yes") as one:
        there = ("127.0.0.1", int(one.rpartition(":")[2].partition("/")[0]))
        url = f"redis+cluster://{gone[0]}:{gone[1]},{there[0]}:{there[1]}"
        await serve._ask_each(url, [gone, there], partial(refuse_keeping, unchecked=True))
        with pytest.raises(RedisKeeps):
            await serve._ask_each(url, [gone, there], refuse_keeping)


def test_small_frames_are_sent_at_once() -> None:
    """Asyncio switches Nagle's delay off only where the socket says that it is TCP."""
    with serve._listen(Settings(port=0)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_a_machine_without_ipv6_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with the kernel's own `ipv6.disable=1`."""

    def without_ipv6(family: int = -1, *rest: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return socket.SocketType(family, *rest)

    monkeypatch.setattr(socket, "socket", without_ipv6)
    settings = Settings(media_host="::", media_addresses=("203.0.113.7",))
    with pytest.raises(ConfigError, match="no IPv6"):
        serve._check_media_ports(settings)
