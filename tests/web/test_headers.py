"""What every answer tells a browser to keep, to send on, and to let happen: nothing beyond what a meeting needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from server.app import create_app
from server.config import Settings
from server.web.headers import HSTS_SECONDS, security_headers
from tests.support.fake_media import FakeMedia

if TYPE_CHECKING:
    from pathlib import Path

HERE, PUBLIC = "http://localhost:8000", "https://meet.example.org"
ASKED = [
    *(
        ("GET", path)
        for path in ("/", "/index.html", "/assets/a-1f.js", "/api/about", "/health/live", "/nothing")
    ),
    *(("HEAD", "/"), ("POST", "/"), ("POST", "/api/meetings"), ("PUT", "/health/ready"), ("OPTIONS", "/ws")),
]


def policy(value: str) -> dict[str, set[str]]:
    parts = [part.split() for part in value.split("; ")]
    assert len({part[0] for part in parts}) == len(parts), "a repeated directive does not count"
    return {part[0]: set(part[1:]) for part in parts}


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (tmp_path / "assets" / "a-1f.js").write_text("export {}", encoding="utf-8")
    app = create_app(Settings(web_dist=tmp_path), media=FakeMedia())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE)


@pytest.mark.parametrize(("method", "path"), ASKED)
async def test_every_answer_carries_every_header(client: httpx.AsyncClient, method: str, path: str) -> None:
    async with client:
        answer = await client.request(method, path)
    for name, value in security_headers(HERE).items():
        if (name, path) == ("Cache-Control", "/assets/a-1f.js"):
            assert answer.headers[name] == "public, max-age=31536000, immutable"
        else:
            assert answer.headers[name] == value
    assert not {"set-cookie", "server", "x-powered-by", "etag", "last-modified"} & set(answer.headers)


def test_nothing_is_stored_and_no_address_is_sent_on() -> None:
    headers = security_headers(HERE)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("base_url", [HERE, PUBLIC])
def test_the_policy_lets_our_own_files_in_and_nothing_else(base_url: str) -> None:
    allowed = policy(security_headers(base_url)["Content-Security-Policy"])
    assert allowed.pop("connect-src") == {"'self'", base_url.replace("http", "ws", 1)}
    closed = {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert {name for name, sources in allowed.items() if sources == {"'none'"}} == closed
    own = {name for name, sources in allowed.items() if sources == {"'self'"}}
    assert own == {"script-src", "style-src", "img-src", "font-src", "manifest-src", "worker-src"}
    assert own | closed == set(allowed), "nothing inline, nothing evaluated, nobody else"


def test_other_pages_are_kept_apart() -> None:
    headers = security_headers(HERE)
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_only_what_a_meeting_needs_may_be_asked_of_the_person() -> None:
    features = dict(part.split("=") for part in security_headers(HERE)["Permissions-Policy"].split(", "))
    assert {name for name, who in features.items() if who == "(self)"} == {
        "camera",
        "microphone",
        "display-capture",
    }
    assert {name for name, who in features.items() if who == "()"} >= {
        "geolocation",
        "payment",
        "usb",
        "midi",
    }


def test_browsers_are_held_to_tls_only_where_there_is_some() -> None:
    assert security_headers(PUBLIC)["Strict-Transport-Security"] == f"max-age={HSTS_SECONDS}"
    assert "Strict-Transport-Security" not in security_headers(HERE)
