"""Headers as they arrive, and what a server says of itself, or something else says in its place."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from server.confidentiality.findings import Outcome
from server.doctor.pages import Answer, NoAnswer, ask, findings_of_server, header_finding
from server.web.headers import security_headers
from tests.support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://meet.example.org"
FRAMES = ("https://group.example.org", "https://portal.example.org")
GOOD = {name.lower(): value for name, value in security_headers(URL).items()}


@contextmanager
def web_server(status: int, body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_pages_that_arrive_whole_are_fine() -> None:
    assert header_finding(Answer(200, GOOD, b""), URL).outcome is Outcome.FINE


@pytest.mark.parametrize("name", GOOD)
def test_a_header_that_something_took_away_or_changed_is_named(name: str) -> None:
    for headers in ({k: v for k, v in GOOD.items() if k != name}, GOOD | {name: "*"}):
        found = header_finding(Answer(200, headers, b""), URL)
        assert found.outcome is Outcome.BROKEN
        assert name in found.says


def test_the_frames_that_the_settings_name_are_wanted_and_no_others() -> None:
    framed = {name.lower(): value for name, value in security_headers(URL, FRAMES).items()}
    assert header_finding(Answer(200, framed, b""), URL, FRAMES).outcome is Outcome.FINE
    for headers, origins in ((framed, ()), (GOOD, FRAMES)):
        assert "content-security-policy" in header_finding(Answer(200, headers, b""), URL, origins).says


def test_a_cookie_is_told() -> None:
    assert header_finding(Answer(200, GOOD | {"set-cookie": "a=b"}, b""), URL).outcome is Outcome.BROKEN


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"findings": [{}]}', b'{"findings": 7}', b"<html>", b"\xff"]
)
def test_what_is_no_server_of_ours_is_none(body: bytes) -> None:
    with web_server(200, body) as url, pytest.raises(NoAnswer):
        findings_of_server(url)


def test_a_port_without_a_server_is_none() -> None:
    with pytest.raises(NoAnswer):
        ask(f"http://127.0.0.1:{free_port()}", "/")
