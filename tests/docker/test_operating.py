"""What docs/operating.md and docs/customising.md say is what the files beside them do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from server.custom.folder import read_custom

from .compose import read_compose, settings
from .programs import DOCKER

if TYPE_CHECKING:
    from pathlib import Path

DOCS = DOCKER.parent / "docs"
OPERATING = (DOCS / "operating.md").read_text()
TURN = (DOCKER / "turnserver.conf").read_text()


def rows(after: str) -> list[list[str]]:
    """Cells of the first table below this heading, without its head."""
    table = OPERATING.split(f"\n## {after}\n", 1)[1].strip().split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def opened() -> str:
    return " ".join(ports for ports, *_ in rows("Firewall"))


def test_the_firewall_table_has_every_port_that_is_published():
    published = [port for service in read_compose()["services"].values() for port in service.get("ports", [])]
    wanted = {re.sub(r"\$\{[A-Z_]+:-([0-9]+)}", r"\1", each).split(":", 1)[1] for each in published}
    assert wanted == {"80/tcp", "443/tcp", "8000/udp", "8001/udp"}
    assert all(port in opened() for port in wanted)


def test_the_firewall_table_has_every_port_of_the_relay():
    port, tls, low, high = (
        re.search(rf"^{name}=([0-9]+)$", TURN, re.MULTILINE)
        for name in ("listening-port", "tls-listening-port", "min-port", "max-port")
    )
    assert port
    assert tls
    assert low
    assert high
    for words in (f"{port[1]}/udp", f"{port[1]}/tcp", f"{tls[1]}/tcp", f"{low[1]}–{high[1]}/udp"):
        assert words in opened()
    setup = (DOCKER / "setup").read_text()
    assert f"{low[1]}:{high[1]}/udp" in setup
    assert f"ufw allow {port[1]}" in setup


def test_the_next_server_is_stopped_only_when_the_one_before_answers():
    """`test_two_servers.py` does the same with processes."""
    orders = re.findall(r"^    docker compose (stop|up) (?:.*)(kith-[ab])$", OPERATING, re.MULTILINE)
    nodes = [name for name in read_compose()["services"] if name.startswith("kith-")]
    assert orders == [(order, name) for name in nodes for order in ("stop", "up")]
    ups = re.findall(r"^    docker compose up (.*)kith-[ab]$", OPERATING, re.MULTILINE)
    assert all("--wait" in options for options in ups)


@pytest.mark.parametrize("name", ["operating.md", "customising.md", "integrating.md"])
def test_every_setting_that_is_named_exists(name: str):
    assert set(re.findall(r"KITH_[A-Z_]+[A-Z]", (DOCS / name).read_text())) <= settings()


def test_every_key_of_the_table_is_a_secret_of_the_settings():
    keys = {name.strip("`") for name, *_ in rows("Keys")}
    assert keys <= settings()
    assert {"KITH_SIGNING_KEYS", "KITH_ORGANISER_KEY", "KITH_TURN_SECRET"} <= keys


def test_the_example_of_a_folder_is_taken(tmp_path: Path):
    (toml,) = re.findall(
        r"^```toml\n(.*?)^```$", (DOCS / "customising.md").read_text(), re.MULTILINE | re.DOTALL
    )
    (tmp_path / "kith.toml").write_text(toml, encoding="utf-8")
    custom = read_custom(tmp_path)
    assert custom.languages == ("es", "en")
    assert custom.night["accent"] != custom.day["accent"]
