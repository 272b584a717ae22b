"""The lines of docs/operating.md for a machine without containers, run as they stand there but for where its folders are."""

from __future__ import annotations

import asyncio
import re
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from server.config import Settings
from tests.support.ports import free_port

from .caddy import OF_DEBIAN, caddy, shows_certificate
from .programs import DOCKER, PATIENCE_S
from .relay import coturn, credentials
from .serving import serving
from .test_coturn import allocation

if TYPE_CHECKING:
    from pathlib import Path

ROOT: Final = DOCKER.parent
DOMAIN, EMAIL = "meet.example.org", "it@example.org"
SECTION: Final = (
    (ROOT / "docs" / "operating.md").read_text().split("\n## Without containers\n")[1].split("\n## ")[0]
)
BLOCKS: Final = re.findall(r"(?:^    .*\n)+", SECTION, re.MULTILINE)
ADDRESSES: Final = {
    "one address": ("198.51.100.7", ""),
    "one of its own for the relay": ("198.51.100.7", "198.51.100.8"),
    "ipv6": ("2001:db8::7", ""),
}
OUTSIDE: Final = ("apt ", "systemctl ", "python3 -m venv ", "/opt/kith/bin/pip ")
"""What these lines begin with changes the machine itself; `make release` tries the wheel."""


def block(word: str) -> str:
    (found,) = [each for each in BLOCKS if word in each]
    return found


def carry_out(lines: str, machine: Path, answers: tuple[str, ...] = ()) -> None:
    """machine: what stands for `/` of a fresh Debian; no name leads there."""
    for folder in ("etc/caddy", "etc/systemd/system", "opt/kith", "bin"):
        (machine / folder).mkdir(parents=True, exist_ok=True)
    (machine / "bin" / "getent").write_text("#!/bin/sh\n")
    (machine / "bin" / "getent").chmod(0o755)
    ours = "".join(f"{line[4:]}\n" for line in lines.splitlines() if not line.strip().startswith(OUTSIDE))
    ours = re.sub(r"(?<![\w/])/(etc|opt)/", rf"{machine}/\1/", ours).replace("/path/to", str(ROOT))
    run = subprocess.run(
        ["sh", "-euc", ours],
        env={"PATH": f"{machine}/bin:/usr/bin:/bin"},
        input="".join(f"{answer}\n" for answer in answers),
        text=True,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


def written(file: Path) -> dict[str, str]:
    """As systemd reads an EnvironmentFile: what comes later counts."""
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if not line.startswith("#"))


@pytest.fixture(params=ADDRESSES.values(), ids=ADDRESSES.keys())
def etc(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Its `/etc/kith`, after everything that the document says about it."""
    machine = tmp_path / "machine"
    answers = (DOMAIN, EMAIL, request.param[0], "yes", request.param[1], "no")
    carry_out(block("docker/setup"), machine, answers)
    carry_out(block("caddy.env"), machine)
    return machine / "etc" / "kith"


def empty(tmp_path: Path) -> Path:
    (folder := tmp_path / "running").mkdir()
    return folder


async def test_a_server_starts_with_the_settings(etc: Path, tmp_path: Path):
    env = written(etc / "kith.env")
    settings = Settings.from_environment(env)
    assert (settings.host, settings.media_bind_host) == ("127.0.0.1", "::")
    assert settings.trusted_proxies == ("127.0.0.1/32",)
    assert settings.turn_urls[-1] == f"turns:turn.{DOMAIN}:5349?transport=tcp"
    chosen = {name: value for name, value in env.items() if name.startswith("KITH_")}
    async with serving(empty(tmp_path), chosen) as (_, said), asyncio.timeout(PATIENCE_S):
        # It listens a moment before it says so.
        while f"Kith is at https://{DOMAIN}/" not in said.read_text():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def test_caddy_starts_with_its_file(etc: Path, tmp_path: Path):
    env = written(etc / "caddy.env")
    assert set(env) == {"DOMAIN", "EMAIL", "RELAY_DOMAIN", "UPSTREAMS"}
    upstreams, port = env.pop("UPSTREAMS"), free_port()
    assert upstreams == f"127.0.0.1:{Settings().port}"
    async with caddy(
        folder := empty(tmp_path),
        upstreams,
        port=port,
        plain_port=free_port(),
        program_path=OF_DEBIAN,
        **env,
    ):
        # Of a maker of its own here.
        root = folder / "data/caddy/pki/authorities/local/root.crt"
        assert all(shows_certificate(port, name, root) for name in (DOMAIN, f"turn.{DOMAIN}"))


async def test_the_relay_starts_with_its_file_and_knows_the_servers_credentials(etc: Path, tmp_path: Path):
    env = written(etc / "relay.env")
    assert (etc / "relay.env").stat().st_mode & 0o077 == 0
    assert set(env) == {"DOMAIN", "RELAY_ADDRESS", "RELAY_LISTENS", "KITH_TURN_SECRET"}
    if env["RELAY_LISTENS"] == env["RELAY_ADDRESS"]:  # which this machine has not
        env["RELAY_LISTENS"] = "127.0.0.1"
    here = "::1" if ":" in env["RELAY_ADDRESS"] else "127.0.0.1"
    async with coturn(empty(tmp_path), certified=False, relays_at=here, **env) as relay:
        known = credentials(relay, secret=written(etc / "kith.env")["KITH_TURN_SECRET"])
        async with allocation(relay, known, here) as ours:
            assert ours.relayed_address[0] == env["RELAY_ADDRESS"]


def test_every_file_that_the_units_name_is_where_the_document_puts_it(etc: Path):
    machine = etc.parents[1]
    carry_out(block("kith-relay.service"), machine)
    units = machine / "etc" / "systemd" / "system"
    texts = [path.read_text() for path in (*units.glob("*.service"), units / "caddy.service.d" / "kith.conf")]
    named = set(re.findall(r"^\w+=(?:\w+=)?(/(?:etc|opt/kith)/(?!bin/)\S+)", "\n".join(texts), re.MULTILINE))
    named |= set(re.findall(r"--config (\S+)", "\n".join(texts)))
    assert len(named) > 4
    for path in named:
        assert (machine / path.lstrip("/")).is_file(), path
    assert (machine / "opt/kith/relay").stat().st_mode & 0o111
