"""Groups that a rehearsal starts for itself, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from server.config import Settings
from server.rehearsal.errors import Refused, Unreachable
from server.rehearsal.link import Server, read_server
from server.rehearsal.rooms import start_group
from tests.support.live_server import live_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live_server import LiveServer

KEY = "an-organiser-key-of-a-test"


async def test_a_group_has_a_link_for_each_role_and_a_secret_of_its_own(server: LiveServer) -> None:
    address = read_server(server.http_url)
    first, second = [await asyncio.to_thread(start_group, address, None) for _ in range(2)]
    assert set(first) == {"facilitator", "guest", "member"}
    assert len({link.secret for link in first.values()}) == 1
    assert first["member"].secret != second["member"].secret
    assert first["member"].meeting != second["member"].meeting


async def test_a_server_of_organisers_wants_their_key() -> None:
    async with live_server(Settings(media_port=0, media_workers=0, organiser_key=KEY)) as server:
        address = read_server(server.http_url)
        assert await asyncio.to_thread(start_group, address, KEY)
        for wrong in (None, "another-key-that-is-wrong"):
            with pytest.raises(Refused, match="KITH_ORGANISER_KEY"):
                await asyncio.to_thread(start_group, address, wrong)
        with pytest.raises(Unreachable, match="KITH_ORGANISER_KEY"):
            await asyncio.to_thread(start_group, address, "a key\r\nof two lines")


async def test_a_server_that_starts_no_more_groups_says_so() -> None:
    async with live_server(Settings(media_port=0, media_workers=0, create_per_minute=1)) as server:
        address = read_server(server.http_url)
        await asyncio.to_thread(start_group, address, None)
        with pytest.raises(Refused, match="KITH_CREATE_PER_MINUTE"):
            await asyncio.to_thread(start_group, address, None)


@contextlib.contextmanager
def somebody_else(status: int, body: bytes) -> Iterator[Server]:
    """A server that answers everything like this."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    listener = HTTPServer(("127.0.0.1", 0), Answer)
    serving = threading.Thread(target=listener.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield Server("127.0.0.1", listener.server_port, secure=False)
    finally:
        listener.shutdown()
        serving.join()
        listener.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (201, b'{"meeting": "x", "tokens": 7}'),
        (200, b"[" * 9000),
        (404, b"<html>"),
    ],
)
def test_what_is_another_server_is_told_apart(status: int, body: bytes) -> None:
    with somebody_else(status, body) as address, pytest.raises(Unreachable, match="not this server"):
        start_group(address, None)


def test_where_nobody_listens_there_is_no_group() -> None:
    with somebody_else(200, b"") as address:
        pass
    with pytest.raises(Unreachable, match="kith serve"):
        start_group(address, None)
