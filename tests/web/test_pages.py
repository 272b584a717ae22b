"""The web client is served from memory, each file as it should be kept by browsers."""

import gzip
import json
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from server.config import Creation, Settings
from server.web.about import about_routes
from server.web.headers import SecurityHeaders, security_headers
from server.web.health import health_routes
from server.web.pages import IMMUTABLE, page_routes

INDEX = b"<!doctype html><title>Meeting</title>" + b" " * 500


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    root = tmp_path / "dist"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_bytes(INDEX)
    (root / "assets" / "app-4f2a.js").write_bytes(b"export {};" * 100)
    (root / "assets" / "app-4f2a.js.map").write_bytes(b"{}")
    (root / "assets" / "face-11.woff2").write_bytes(bytes(range(256)))
    (root / "icon.svg").write_bytes(b"<svg/>")
    (root / "manifest.webmanifest").write_bytes(b"{}")
    (root / ".hidden").write_bytes(b"x")
    (tmp_path / "secret.txt").write_bytes(b"canary")
    return root


def visitor(app: Starlette | SecurityHeaders) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", headers={"Accept-Encoding": "identity"}
    )


@pytest.fixture
def pages(dist: Path) -> SecurityHeaders:
    return SecurityHeaders(Starlette(routes=page_routes(dist)), "http://localhost:8000")


async def test_the_page_is_never_stored(pages: SecurityHeaders):
    async with visitor(pages) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.content) == (200, INDEX)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "kind", "cache"),
    [
        ("/assets/app-4f2a.js", "text/javascript; charset=utf-8", IMMUTABLE),
        ("/assets/face-11.woff2", "font/woff2", IMMUTABLE),
        ("/icon.svg", "image/svg+xml", "no-store"),
        ("/manifest.webmanifest", "application/manifest+json", "no-store"),
    ],
)
async def test_only_what_has_a_hash_in_its_name_is_kept(
    pages: SecurityHeaders, path: str, kind: str, cache: str
):
    async with visitor(pages) as client:
        answer = await client.get(path)
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, cache)


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        "/nothing",
        "/assets/",
        "/assets/nothing.js",
        "/assets/app-4f2a.js.map",
        "/.hidden",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/app-4f2a.js%00",
    ],
)
async def test_everything_else_is_not_there(pages: SecurityHeaders, path: str):
    async with visitor(pages) as client:
        answer = await client.get(path)
    assert answer.status_code == 404
    assert b"canary" not in answer.content
    assert answer.headers["cache-control"] == "no-store"
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("GZIP", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("xgzip", False),
    ],
)
async def test_text_is_compressed_for_those_who_can(
    pages: SecurityHeaders, accepted: str, *, compressed: bool
):
    async with (
        visitor(pages) as client,
        client.stream("GET", "/", headers={"Accept-Encoding": accepted}) as answer,
    ):
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert (answer.headers.get("content-encoding") == "gzip") is compressed
    assert (gzip.decompress(raw) if compressed else raw) == INDEX
    assert answer.headers["vary"] == "Accept-Encoding"


async def test_what_is_compressed_already_is_left_alone(pages: SecurityHeaders):
    async with visitor(pages) as client:
        answer = await client.get("/assets/face-11.woff2", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


async def test_pages_cannot_be_changed_by_the_disk_after_the_start(dist: Path, pages: SecurityHeaders):
    (dist / "index.html").write_bytes(b"other")
    async with visitor(pages) as client:
        assert (await client.get("/")).content == INDEX


async def test_without_a_built_client_the_page_says_what_to_do(tmp_path: Path):
    async with visitor(Starlette(routes=page_routes(tmp_path))) as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text


def test_the_policy_lets_in_nothing_from_elsewhere():
    policy = dict(
        part.split(" ", 1)
        for part in security_headers("https://meet.example.org")["Content-Security-Policy"].split("; ")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "connect-src": "'self' wss://meet.example.org",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_only_an_https_server_asks_for_https_for_ever():
    assert security_headers("https://meet.example.org")["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in security_headers("http://localhost:8000")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
    ],
)
async def test_every_answer_carries_the_headers(pages: SecurityHeaders, name: str, value: str):
    async with visitor(pages) as client:
        for path in ("/", "/nothing", "/assets/app-4f2a.js"):
            assert (await client.get(path)).headers.get_list(name) == [value]


async def test_devices_are_for_this_page_alone(pages: SecurityHeaders):
    async with visitor(pages) as client:
        permissions = (await client.get("/")).headers["permissions-policy"]
    for device in ("camera", "microphone", "display-capture"):
        assert f"{device}=(self)" in permissions


async def test_about_says_who_may_start_a_group():
    for settings, policy, people in (
        (Settings(), Creation.OPEN, 50),
        (Settings(organiser_key="a-very-long-organiser-key"), Creation.ORGANISER_KEY, 50),
        (Settings(create_people=200), Creation.OPEN, 200),
    ):
        async with visitor(Starlette(routes=about_routes(settings))) as client:
            about = (await client.get("/api/about")).json()
        assert about == {"creation": policy, "people": people, "protocol": 1}


async def test_a_server_that_is_not_ready_is_still_alive():
    ready = False
    app = Starlette(routes=health_routes(lambda: ready))
    async with visitor(app) as client:
        assert (await client.get("/health/live")).status_code == 200
        assert (await client.get("/health/ready")).status_code == 503
        ready = True
        assert (await client.get("/health/ready")).status_code == 200


def test_what_is_installed_has_a_neutral_name_and_all_its_pictures():
    public = Path(__file__).parents[2] / "web" / "public"
    manifest = json.loads((public / "manifest.webmanifest").read_text("utf-8"))
    assert (manifest["name"], manifest["short_name"], manifest["display"]) == (
        "Meeting",
        "Meeting",
        "standalone",
    )
    assert manifest["start_url"] == "/", "no link is kept in what is installed"
    assert all((public / icon["src"].lstrip("/")).is_file() for icon in manifest["icons"])


def test_no_page_is_kept_by_a_service_worker():
    source = Path(__file__).parents[2] / "web" / "src"
    scripts = [path for path in source.rglob("*") if path.suffix in {".ts", ".svelte"}]
    assert scripts
    assert [path.name for path in scripts if "serviceWorker" in path.read_text("utf-8")] == []
