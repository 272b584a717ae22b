"""Relays are tried as people use them; against a real coturn."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import pytest

from server.confidentiality.findings import Finding, Outcome
from server.doctor.relay import relay_findings
from server.signaling.ice_servers import TurnService
from tests.support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SECRET = "a-shared-secret"
STARTS_WITHIN_S = 60


@contextlib.asynccontextmanager
async def relay(home: Path) -> AsyncIterator[int]:
    """Its port, UDP and TCP."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *("turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--listening-ip", "127.0.0.1"),
        *("--relay-ip", "127.0.0.1", "--listening-port", str(port), "--realm", "kith", "--use-auth-secret"),
        *("--static-auth-secret", SECRET, "--pidfile", str(home / "pid"), "--userdb", str(home / "db")),
        *("--log-file", "stdout", "--simple-log"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            while not await answers(port):  # noqa: ASYNC110 - another program, it tells nobody
                await asyncio.sleep(0.1)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def found(
    port: int, secret: str = SECRET, *, wall_s: float | None = None, wire: str = ""
) -> list[Finding]:
    service = TurnService((f"turn:127.0.0.1:{port}{wire}",), secret, 600)
    return list(await relay_findings(service, time.time() if wall_s is None else wall_s, is_public=True))


@pytest.mark.parametrize("wire", ["", "?transport=udp", "?transport=tcp"])
async def test_one_that_takes_our_credentials_is_fine(tmp_path: Path, wire: str) -> None:
    async with relay(tmp_path) as port:
        [finding] = await found(port, wire=wire)
    assert finding.outcome is Outcome.FINE


async def test_another_secret_and_a_clock_that_is_late_are_told_as_such(tmp_path: Path) -> None:
    async with relay(tmp_path) as port:
        for [finding] in (await found(port, "another-secret"), await found(port, wall_s=time.time() - 7200)):
            assert finding.outcome is Outcome.BROKEN
            assert "credentials" in finding.says
            assert "KITH_TURN_SECRET" in finding.remedy


async def test_one_that_is_not_there_is_told_without_its_address() -> None:
    [finding] = await found(free_port(), wire="?transport=tcp")
    assert (finding.outcome, finding.says) == (Outcome.BROKEN, "Relay 1 does not answer.")


async def test_without_one_only_a_public_server_is_warned() -> None:
    [public] = await relay_findings(TurnService(), 0, is_public=True)
    [here] = await relay_findings(TurnService(), 0, is_public=False)
    assert (public.outcome, here.outcome) == (Outcome.WARNING, Outcome.FINE)
