"""`server/web/openapi.json` describes what is served over HTTP: all of it, nothing else, and as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate
from starlette.routing import Route

from server.app import create_app
from server.config import Settings
from server.web.headers import SecurityHeaders
from server.web.pages import read_pages
from tests.support.fake_media import FakeMedia

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).parents[2] / "server/web/openapi.json"
DOCUMENT: dict[str, Any] = json.loads(FILE.read_text())
HELPLINES = FILE.parents[2] / "web/public/helplines.json"
KEY = "an-organiser-of-the-test"
ASKED = {"Authorization": f"Bearer {KEY}"}
LARGE = b'{"minutes": 1' + b" " * 2_000 + b"}"


@pytest.fixture
def served(tmp_path: Path) -> SecurityHeaders:
    """Everything that a setting can switch on."""
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/index.html").write_text("<!doctype html>")
    (tmp_path / "custom").mkdir()
    (tmp_path / "custom/logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    settings = {
        "KITH_WEB_DIST": str(tmp_path / "dist"),
        "KITH_CUSTOM": str(tmp_path / "custom"),
        "KITH_ORGANISER_KEY": KEY,
        "KITH_METRICS_KEY": KEY,
        "KITH_HELPLINES": str(HELPLINES),
        "KITH_CREATE_PER_MINUTE": "5",
    }
    app = create_app(Settings.from_environment(settings), media=FakeMedia())
    assert isinstance(app, SecurityHeaders)
    return app


@pytest.fixture
def visitor(served: SecurityHeaders) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://localhost:8000")


def routes(served: SecurityHeaders, pages: Path) -> Iterator[tuple[str, str]]:
    """Path and method of all but the files of the web client."""
    for route in served._app.routes:  # type: ignore[attr-defined]
        if isinstance(route, Route) and route.path not in read_pages(pages):
            yield from ((route.path, method.lower()) for method in (route.methods or set()) - {"HEAD"})


def described() -> set[tuple[str, str]]:
    return {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}


def test_it_is_openapi():
    validate(DOCUMENT)


def test_every_route_is_described_and_nothing_else(served: SecurityHeaders, tmp_path: Path):
    assert described() == set(routes(served, tmp_path / "dist"))


def schema_of(path: str, method: str, answer: httpx.Response) -> dict[str, Any]:
    response = DOCUMENT["paths"][path][method]["responses"][str(answer.status_code)]
    media_type = answer.headers["content-type"].partition(";")[0]
    schema: dict[str, Any] = response["content"][media_type]["schema"]
    return {**schema, "components": DOCUMENT["components"]}


def is_as_described(path: str, method: str, answer: httpx.Response) -> None:
    is_json = answer.headers["content-type"] == "application/json"
    jsonschema.validate(answer.json() if is_json else answer.text, schema_of(path, method, answer))


@pytest.mark.parametrize(
    "path",
    [
        "/api/about",
        "/health/live",
        "/health/ready",
        "/custom.json",
        "/custom.css",
        "/custom/logo",
        "/proof",
        "/proof.css",
        "/proof.json",
        "/metrics",
        "/helplines.json",
    ],
)
async def test_what_is_asked_for_is_as_described(visitor: httpx.AsyncClient, path: str):
    async with visitor:
        is_as_described(path, "get", await visitor.get(path, headers=ASKED))


async def test_without_its_key_the_metrics_answer_as_described(visitor: httpx.AsyncClient):
    async with visitor:
        answer = await visitor.get("/metrics")
    assert answer.status_code == 401
    is_as_described("/metrics", "get", answer)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (ASKED, b"{}", 201),
        (ASKED, b'{"minutes": 525600}', 201),
        (ASKED, b'{"minutes": 525601}', 400),
        (ASKED, b'{"people": 2}', 201),
        (ASKED, b'{"people": 51}', 400),
        (ASKED, b'{"hours": 1}', 400),
        ({}, b"{}", 401),
        (ASKED, LARGE, 413),
    ],
)
async def test_starting_a_group_answers_as_described(
    visitor: httpx.AsyncClient, headers: dict[str, str], body: bytes, status: int
):
    async with visitor:
        answer = await visitor.post(
            "/api/meetings", headers={"Content-Type": "application/json", **headers}, content=body
        )
    assert answer.status_code == status
    is_as_described("/api/meetings", "post", answer)


async def test_too_many_attempts_are_answered_as_described(visitor: httpx.AsyncClient):
    async with visitor:
        answers = [await visitor.post("/api/meetings", headers=ASKED, json={}) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    is_as_described("/api/meetings", "post", answers[-1])
