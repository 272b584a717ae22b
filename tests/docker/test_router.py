"""The shipped haproxy.cfg, run by HAProxy: the relay and the pages behind one port, and nobody's address is lost or written."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from aioice.stun import TransactionFailed
from aioice.turn import TurnClientTcpProtocol

from tests.support.ports import free_port
from tests.support.wire_client import WireClient

from .caddy import OF_THE_IMAGE, caddy
from .programs import DOCKER, PATIENCE_S, accepts, names_in, program
from .relay import DOMAIN, Credentials, Relay, coturn, credentials
from .serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.live_server import LiveServer

PROXY_2 = b"\r\n\r\n\0\r\nQUIT\n"
"""What every header of the PROXY protocol begins with in its version 2."""


@dataclass(frozen=True)
class House:
    """Everything that one machine with one address runs."""

    server: LiveServer
    relay: Relay
    port: int
    trust: ssl.SSLContext
    said: Path


@contextlib.asynccontextmanager
async def router(folder: Path, **where: str) -> AsyncIterator[tuple[int, Path]]:
    port = free_port()
    environment = {"DOMAIN": DOMAIN, "ROUTER_LISTENS": f"127.0.0.1:{port}", **where}
    command = ["haproxy", "-f", str(DOCKER / "haproxy.cfg")]
    async with program(command, lambda: accepts(port), folder=folder, environment=environment) as said:
        yield port, said


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    folders = [tmp_path / name for name in ("server", "caddy", "relay", "router")]
    for folder in folders:
        folder.mkdir()
    behind, public = free_port(), free_port()
    settings = {
        "KITH_PUBLIC_URL": f"https://localhost:{public}",
        "KITH_MEDIA_ADDRESSES": "127.0.0.1",
        "KITH_TRUSTED_PROXIES": "127.0.0.1",
    }
    async with (
        serving(folders[0], settings) as (server, _),
        caddy(
            folders[1],
            f"127.0.0.1:{server.port}",
            port=behind,
            plain_port=free_port(),
            program_path=OF_THE_IMAGE,
            BEHIND="router",
            ROUTER="127.0.0.1/32",
        ) as (trust, _),
        coturn(folders[2]) as relay,
        router(folders[3], RELAY=f"127.0.0.1:{relay.tls_port}", PAGES=f"127.0.0.1:{behind}") as (port, said),
    ):
        yield House(server, relay, port, trust, said)


@contextlib.asynccontextmanager
async def relayed(house: House, name: str, who: Credentials) -> AsyncIterator[TurnClientTcpProtocol]:
    """A port of the relay, asked for over TLS on the port of the pages."""
    server = ("127.0.0.1", house.port)
    transport, protocol = await asyncio.get_running_loop().create_connection(
        lambda: TurnClientTcpProtocol(
            server, who.username, who.password, lifetime=600, channel_refresh_time=500
        ),
        *server,
        ssl=house.relay.trust,
        server_hostname=name,
    )
    try:
        await protocol.connect()
        yield protocol
        await protocol.delete()
    finally:
        transport.close()


async def test_the_relay_is_behind_its_name_on_the_port_of_the_pages(house: House):
    async with relayed(house, f"turn.{DOMAIN}", credentials(house.relay)) as ours:
        assert ours.relayed_address[0] == "127.0.0.1"
    with pytest.raises(TransactionFailed):
        async with relayed(house, f"turn.{DOMAIN}", credentials(house.relay, secret="forged")):
            pass


async def test_a_group_meets_behind_the_same_port_and_nothing_is_said_of_it(house: House):
    async def arrive(link: str, name: str) -> WireClient:
        client = WireClient(f"wss://localhost:{house.port}/ws", link, name)
        client.tls = house.trust
        house.server.clients.append(client)
        await client.connect()
        await client.join()
        return client

    group = house.server.group()
    ada, mia = await arrive(group.link("facilitator"), "Ada"), await arrive(group.link(), "Mia")
    await ada.until(lambda client: mia.you in client.view.people)
    await ada.do("admit", who=mia.you)
    await mia.until(lambda client: client.view.people[mia.you]["room"] == "main")
    assert house.said.read_text() == ""
    assert names_in(house.said.parent) == {"said"}


async def test_caddy_learns_who_visits_and_not_who_hands_on(tmp_path: Path):
    """Else everybody together would be one visitor, to whom limits apply."""
    told: list[bytes] = []

    async def server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        told.extend(re.findall(rb"^X-Forwarded-For: (.*)\r$", head, re.MULTILINE))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    upstream = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    behind, names = free_port(), [tmp_path / "caddy", tmp_path / "router"]
    for name in names:
        name.mkdir()
    ports = {"port": behind, "plain_port": free_port()}
    async with (
        listening,
        caddy(
            names[0], upstream, **ports, program_path=OF_THE_IMAGE, BEHIND="router", ROUTER="127.0.0.1/32"
        ) as (trust, _),
        router(names[1], PAGES=f"127.0.0.1:{behind}") as (port, _),
    ):
        visitors = ("127.1.0.2", "127.2.0.3")
        for address in visitors:
            transport = httpx.AsyncHTTPTransport(verify=trust, local_address=address)
            async with httpx.AsyncClient(transport=transport, timeout=PATIENCE_S) as browser:
                answer = await browser.get(
                    f"https://localhost:{port}/", headers={"X-Forwarded-For": "198.51.100.7"}
                )
                assert answer.status_code == httpx.codes.OK
    assert told == [address.encode() for address in visitors]


@pytest.mark.parametrize(("believed", "answers"), [("127.0.0.1/32", True), ("192.0.2.1/32", False)])
async def test_only_the_router_may_say_who_visits(tmp_path: Path, believed: str, answers: bool):  # noqa: FBT001 - a row
    port = free_port()
    async with caddy(
        tmp_path,
        f"127.0.0.1:{free_port()}",
        port=port,
        plain_port=free_port(),
        program_path=OF_THE_IMAGE,
        BEHIND="router",
        ROUTER=believed,
    ) as (trust, _):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"PROXY TCP4 198.51.100.7 127.0.0.1 1 2\r\n")
        heard = True
        try:
            await writer.start_tls(trust, server_hostname="localhost")
        except OSError:
            heard = False
        writer.close()
    assert heard is answers


async def test_what_is_no_tls_is_closed(tmp_path: Path):
    async with router(tmp_path) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(OSError):
            assert await reader.read() == b""
        writer.close()


async def test_a_maker_of_certificates_who_asks_for_the_relay_is_led_to_caddy(tmp_path: Path):
    asked: asyncio.Queue[bytes] = asyncio.Queue()

    async def pages(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.put_nowait(await reader.read(len(PROXY_2)))
        writer.close()

    listening = await asyncio.start_server(pages, "127.0.0.1", 0)
    behind = listening.sockets[0].getsockname()[1]
    nobody = free_port()
    async with (
        listening,
        router(tmp_path, RELAY=f"127.0.0.1:{nobody}", PAGES=f"127.0.0.1:{behind}") as (port, _),
    ):
        maker = ssl.create_default_context()
        maker.set_alpn_protocols(["acme-tls/1"])
        with contextlib.suppress(OSError):
            await asyncio.open_connection("127.0.0.1", port, ssl=maker, server_hostname=f"turn.{DOMAIN}")
        assert await asked.get() == PROXY_2
