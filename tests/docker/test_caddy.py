"""The shipped Caddyfile, run by Caddy: TLS by a maker of its own, meetings through it, and nothing written about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.ports import free_port
from tests.support.wire_client import WireClient

from .caddy import OF_DEBIAN, OF_THE_IMAGE, caddy
from .programs import PATIENCE_S
from .serving import ORGANISER_KEY, serving

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.live_server import LiveServer

CANARY = "canary-of-a-visitor"
GROUPS_PER_MINUTE = 3


@dataclass
class Front:
    """Caddy before a server."""

    server: LiveServer
    port: int
    plain_port: int
    trust: ssl.SSLContext
    said: tuple[Path, Path]

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self.trust, base_url=self.url, headers={"User-Agent": CANARY}, timeout=PATIENCE_S
        )

    async def person(self, link: str, name: str) -> WireClient:
        client = WireClient(f"wss://localhost:{self.port}/ws", link, name)
        client.tls = self.trust
        self.server.clients.append(client)
        await client.connect()
        await client.join()
        return client


@pytest.fixture(params=[OF_DEBIAN, OF_THE_IMAGE], ids=["debian", "image"])
async def front(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Front]:
    port, plain_port = free_port(), free_port()
    settings = {
        "KITH_PUBLIC_URL": f"https://localhost:{port}",
        "KITH_MEDIA_ADDRESSES": "127.0.0.1",
        "KITH_TRUSTED_PROXIES": "127.0.0.1",
        "KITH_CREATE_PER_MINUTE": str(GROUPS_PER_MINUTE),
    }
    (servers_folder := tmp_path / "server").mkdir()
    async with (
        serving(servers_folder, settings) as (server, servers_words),
        caddy(
            tmp_path,
            f"127.0.0.1:{server.port}",
            port=port,
            plain_port=plain_port,
            program_path=request.param,
            RELAY_DOMAIN="turn.localhost",
        ) as (trust, caddys_words),
    ):
        yield Front(server, port, plain_port, trust, (servers_words, caddys_words))


async def test_a_group_meets_through_it_and_nobody_is_in_what_the_programs_say(front: Front):
    group = front.server.group()
    ada = await front.person(group.link("facilitator"), CANARY)
    mia = await front.person(group.link(), CANARY)
    await ada.until(lambda client: mia.you in client.view.people)
    await ada.do("admit", who=mia.you)
    await mia.until(lambda client: client.view.people[mia.you]["room"] == "main")
    async with front.browser() as browser:
        await browser.get(f"/{CANARY}", params={"q": CANARY})
    for said in front.said:
        text = said.read_text()
        assert CANARY not in text
        assert "127.0.0.1:" not in text.replace(f"127.0.0.1:{front.server.port}", "")


async def test_answers_keep_the_servers_headers_and_say_nothing_of_caddy(front: Front):
    async with front.browser() as browser:
        answer = await browser.get("/api/about")
    assert answer.status_code == httpx.codes.OK
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "server" not in answer.headers


async def test_plain_http_leads_to_https(front: Front):
    async with httpx.AsyncClient(timeout=PATIENCE_S) as browser:
        answer = await browser.get(f"http://localhost:{front.plain_port}/")
    assert answer.status_code == httpx.codes.PERMANENT_REDIRECT
    assert answer.headers["location"].startswith("https://localhost")


async def test_the_relays_name_has_a_certificate_and_no_pages(front: Front):
    async with front.browser() as browser:
        answer = await browser.get(
            "/",
            headers={"Host": f"turn.localhost:{front.port}"},
            extensions={"sni_hostname": "turn.localhost"},
        )
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert answer.content == b""


async def test_a_visitor_cannot_say_where_she_comes_from(front: Front):
    async with front.browser() as browser:
        tries = [
            await browser.post(
                "/api/meetings",
                json={},
                headers={
                    "Authorization": f"Bearer {ORGANISER_KEY}",
                    "X-Forwarded-For": f"198.51.100.{number}",
                },
            )
            for number in range(GROUPS_PER_MINUTE + 1)
        ]
    created, refused = httpx.codes.CREATED, httpx.codes.TOO_MANY_REQUESTS
    assert [answer.status_code for answer in tries] == [created] * GROUPS_PER_MINUTE + [refused]


async def test_when_the_server_is_away_no_address_is_logged(tmp_path: Path):
    (folder := tmp_path / "alone").mkdir()
    alone = free_port()
    away = f"127.0.0.1:{free_port()}"
    async with caddy(folder, away, port=alone, plain_port=free_port(), program_path=OF_DEBIAN) as (
        trust,
        said,
    ):
        async with httpx.AsyncClient(verify=trust) as browser:
            answer = await browser.get(f"https://localhost:{alone}/{CANARY}", timeout=PATIENCE_S)
        assert answer.is_server_error
        assert CANARY not in said.read_text()
