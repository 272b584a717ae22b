"""The shipped turnserver.conf, run by coturn: calls through it with Kith's credentials, and nothing else through it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import stat
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import TurnClientTcpProtocol, TurnClientUdpProtocol
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCIceServer, RTCIceTransportPolicy

from server.config import Settings
from server.signaling.ice_servers import TurnService
from tests.integration.people import Person, admit
from tests.support.live_server import live_server

from .programs import DOCKER, PATIENCE_S, accepts, names_in
from .relay import DOMAIN, SECRET, Credentials, Relay, coturn, credentials, make_certificate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

UNAUTHORIZED, FORBIDDEN, QUOTA_REACHED = 401, 403, 486
"""RFC 8656 §18."""
USER_QUOTA = 12
PUBLIC_6 = "2001:db8::7"
FIRST_CHANNEL = 0x4000
SILENCE_S = 2
OWNERS_ONLY = 0o600


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    async with coturn(tmp_path) as running:
        yield running


@contextlib.asynccontextmanager
async def allocation(
    relay: Relay, who: Credentials, host: str = "127.0.0.1"
) -> AsyncIterator[TurnClientUdpProtocol]:
    """A port of the relay, asked for at this address of its. Raises: TransactionFailed when it gives none."""
    server = (host, relay.port)
    _, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: TurnClientUdpProtocol(
            server, who.username, who.password, lifetime=600, channel_refresh_time=500
        ),
        remote_addr=server,
    )
    try:
        await protocol.connect()
        yield protocol
        await protocol.delete()
    finally:
        protocol.transport.close()


async def refused_with(relay: Relay, who: Credentials) -> int:
    with pytest.raises(TransactionFailed) as refused:
        async with allocation(relay, who):
            pass
    return error_code(refused.value)


def error_code(failure: TransactionFailed) -> int:
    code, _reason = failure.response.attributes["ERROR-CODE"]
    return int(code)


def relayed_only(ice_servers: list[dict[str, Any]]) -> RTCConfiguration:
    return RTCConfiguration(
        iceServers=[RTCIceServer(**server) for server in ice_servers],
        iceTransportPolicy=RTCIceTransportPolicy.RELAY,
        bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
    )


@pytest.mark.usefixtures("loopback_candidates")
async def test_a_call_goes_through_it_and_through_nothing_else(tmp_path: Path):
    """Our own media port is on loopback here, which the configuration refuses like every private network: it is let in by name."""
    through = ("--allow-loopback-peers", "--allowed-peer-ip=127.0.0.1")
    async with coturn(tmp_path, *through) as relay:
        settings = Settings(media_port=0, turn_urls=relay.urls(), turn_secret=SECRET)
        async with live_server(settings) as server:
            group = server.group()
            early = await group.facilitator("Early")
            direct = Person(0, await group.person("facilitator"))
            hidden = Person(1, await group.person(), relayed_only(early.ice_servers))
            try:
                await direct.arrive()
                await hidden.arrive()
                await admit(direct, hidden)
                await direct.open_everything()
                await hidden.open_everything()
                await hidden.sees_and_hears(direct)
                await direct.sees_and_hears(hidden)
                offered = hidden.peer.connection.localDescription.sdp
                assert "typ relay" in offered
                assert "typ host" not in offered
            finally:
                await direct.peer.leave()
                await hidden.peer.leave()
        assert relay.words() == ""


@pytest.mark.usefixtures("loopback_candidates")
async def test_it_is_silent_about_who_uses_it_and_who_is_refused(relay: Relay, tmp_path: Path):
    async with allocation(relay, credentials(relay)):
        pass
    await refused_with(relay, credentials(relay, secret="another"))
    assert relay.words() == ""
    assert names_in(tmp_path) == {"said", "certificates", "run"}
    assert names_in(tmp_path / "run") == {"turnserver.conf"}


async def test_credentials_open_it(relay: Relay):
    async with allocation(relay, credentials(relay)) as ours:
        assert ours.relayed_address[0] == "127.0.0.1"


async def test_credentials_that_ran_out_do_not(relay: Relay):
    long_ago = time.time() - TurnService().lifetime_s - 10
    assert await refused_with(relay, credentials(relay, long_ago)) == UNAUTHORIZED


async def test_forged_credentials_do_not(relay: Relay):
    real = credentials(relay)
    for forged in (
        credentials(relay, secret="guessed"),
        Credentials(real.username, real.password[::-1]),
        Credentials(f"{int(time.time()) + 10**9}:longer", real.password),
        Credentials("somebody", "else"),
    ):
        assert await refused_with(relay, forged) == UNAUTHORIZED


@pytest.mark.parametrize(
    "private",
    [
        "0.0.0.0",  # noqa: S104 - that is what is refused
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.30.77.2",
        "172.31.255.255",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
async def test_it_is_no_way_into_a_private_network(relay: Relay, private: str):
    async with allocation(relay, credentials(relay)) as ours:
        with pytest.raises(TransactionFailed) as refused:
            await ours.channel_bind(FIRST_CHANNEL, (private, 8000))
    assert error_code(refused.value) == FORBIDDEN


@pytest.mark.parametrize(
    "public", ["9.255.255.255", "11.0.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1"]
)
async def test_public_addresses_are_not_refused(relay: Relay, public: str):
    """Nothing is sent there: only the permission is asked for."""
    async with allocation(relay, credentials(relay)) as ours:
        await ours.channel_bind(FIRST_CHANNEL, (public, 8000))


@pytest.fixture
async def relay_6(tmp_path: Path) -> AsyncIterator[Relay]:
    """With what `setup` writes where the public address is one of IPv6."""
    where = {"RELAY_LISTENS": "::", "RELAY_ADDRESS": PUBLIC_6}
    async with coturn(tmp_path, relays_at="::1", **where) as running:
        yield running


@pytest.mark.parametrize(
    "private",
    [
        "::1",
        "64:ff9b::a00:1",
        "100::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "fc00::1",
        "fd00::1",
        "fdff:ffff::1",
        "fe80::1",
        "ff02::1",
    ],
)
async def test_it_is_no_way_into_a_private_network_by_ipv6(relay_6: Relay, private: str):
    async with allocation(relay_6, credentials(relay_6), "::1") as ours:
        with pytest.raises(TransactionFailed) as refused:
            await ours.channel_bind(FIRST_CHANNEL, (private, 8000))
    assert error_code(refused.value) == FORBIDDEN


@pytest.mark.parametrize("public", ["2600::1", "2a00::1", "2003::1"])
async def test_from_an_ipv6_address_it_passes_on_to_public_ones(relay_6: Relay, public: str):
    """Though a browser does not ask for an address of that kind. Nothing is sent there: only the permission is asked for."""
    async with allocation(relay_6, credentials(relay_6), "::1") as ours:
        assert ours.relayed_address[0] == PUBLIC_6
        await ours.channel_bind(FIRST_CHANNEL, (public, 8000))


async def test_nobody_takes_all_of_it(relay: Relay):
    who = credentials(relay)
    async with contextlib.AsyncExitStack() as held:
        for _ in range(USER_QUOTA):
            await held.enter_async_context(allocation(relay, who))
        assert await refused_with(relay, who) == QUOTA_REACHED


async def test_it_speaks_tls_for_networks_that_let_nothing_else_through(relay: Relay):
    who, server = credentials(relay), ("localhost", relay.tls_port)
    transport, protocol = await asyncio.get_running_loop().create_connection(
        lambda: TurnClientTcpProtocol(
            server, who.username, who.password, lifetime=600, channel_refresh_time=500
        ),
        *server,
        ssl=relay.trust,
    )
    try:
        await protocol.connect()
        await protocol.delete()
    finally:
        transport.close()


async def speaks(relay: Relay, trust: ssl.SSLContext) -> bool:
    """It shows a certificate that is trusted here."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("localhost", relay.tls_port, ssl=trust)
        writer.close()
        return True
    return False


async def becomes(relay: Relay, trust: ssl.SSLContext) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await speaks(relay, trust):  # noqa: ASYNC110 - another program
            await asyncio.sleep(0.05)


def take_its_place(renewed: Path, former: Path) -> None:
    """The key first, as it is read with the certificate."""
    for suffix in (".key", ".crt"):
        (file,) = renewed.rglob(f"*{suffix}")
        file.rename(former / file.relative_to(renewed))


async def test_a_new_certificate_is_taken_up_and_nobody_is_cut_off(relay: Relay, tmp_path: Path):
    async with allocation(relay, credentials(relay)) as held:
        renewed = make_certificate(tmp_path / "renewed")
        assert not await speaks(relay, renewed)
        take_its_place(tmp_path / "renewed" / "certificates", tmp_path / "certificates")
        await becomes(relay, renewed)
        await held.channel_bind(FIRST_CHANNEL, ("9.255.255.255", 8000))


async def test_it_relays_before_there_is_a_certificate_and_takes_the_first(tmp_path: Path):
    async with coturn(tmp_path, certified=False) as relay:
        async with allocation(relay, credentials(relay)):
            assert not accepts(relay.tls_port)
        await becomes(relay, make_certificate(tmp_path))


@pytest.mark.usefixtures("relay")
def test_the_secret_is_in_no_list_of_processes_and_for_no_other_eyes(tmp_path: Path):
    configuration = tmp_path / "run" / "turnserver.conf"
    assert stat.S_IMODE(configuration.stat().st_mode) == OWNERS_ONLY
    seen = [path for path in Path("/proc").glob("[0-9]*") if uses(path, str(configuration))]
    assert seen
    for process in seen:
        assert SECRET.encode() not in (process / "cmdline").read_bytes()
        assert SECRET.encode() not in (process / "environ").read_bytes()
    assert SECRET in configuration.read_text()


def uses(process: Path, file: str) -> bool:
    with contextlib.suppress(OSError):
        return file.encode() in (process / "cmdline").read_bytes()
    return False


@pytest.mark.parametrize("missing", ["DOMAIN", "KITH_TURN_SECRET"])
def test_without_what_it_needs_it_says_what(missing: str):
    given = {"PATH": os.environ["PATH"], "DOMAIN": DOMAIN, "KITH_TURN_SECRET": SECRET, missing: ""}
    run = subprocess.run(["sh", DOCKER / "relay"], env=given, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (2, f"relay: {missing} is needed\n")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
async def test_old_tls_is_not_spoken(relay: Relay):
    relay.trust.set_ciphers("ALL:@SECLEVEL=0")  # or this side would refuse it
    relay.trust.minimum_version = ssl.TLSVersion.TLSv1_1
    relay.trust.maximum_version = ssl.TLSVersion.TLSv1_2
    _, writer = await asyncio.open_connection("localhost", relay.tls_port, ssl=relay.trust)
    writer.close()
    relay.trust.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):  # noqa: PT011 - an alert, a close or silence
        await asyncio.open_connection(
            "localhost", relay.tls_port, ssl=relay.trust, ssl_handshake_timeout=SILENCE_S
        )
