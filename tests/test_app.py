"""The composed application: what every HTTP answer carries, also when we fail."""

from __future__ import annotations

import httpx
import pytest

from server.app import create_app
from server.config import Settings
from tests.support.fake_media import FakeMedia


def _broken_clock() -> float:
    raise ZeroDivisionError("canary of an internal fault")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/about", 200),
        ("GET", "/nothing/here", 404),
        ("PUT", "/api/about", 405),
        ("POST", "/api/meetings", 500),
    ],
)
async def test_every_answer_carries_the_security_headers_and_no_inner_word(
    method: str, path: str, status: int
) -> None:
    app = create_app(Settings(), media=FakeMedia(), wall_s=_broken_clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        answer = await client.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "canary" not in answer.text
