"""compose.yaml, env.example and the Dockerfile: they fit their schema and each other, and nothing in them keeps anything."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from server.config import Settings

from .compose import COMPOSE, interpolated, merged_names, read_compose, settings
from .programs import DOCKER

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES = read_compose()["services"]
SERVERS = ("kith", "kith-a", "kith-b")
EXAMPLE = DOCKER / "env.example"


def started(*profiles: str) -> set[str]:
    return {name for name, service in SERVICES.items() if set(service["profiles"]) & set(profiles)}


def test_compose_fits_the_schema_of_compose_files():
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(COMPOSE),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_the_profiles_start_what_they_say():
    assert started("small") == {"kith", "caddy"}
    assert started("small", "turn") == {"kith", "caddy", "coturn"}
    assert started("small", "turn", "router") == {"kith", "caddy", "coturn", "router"}
    assert started("cluster") == {"kith-a", "kith-b", "valkey", "caddy"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_read_only_without_rights_and_keeps_no_output(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"] == {"driver": "${LOG_DRIVER:-none}"}
    assert not service.get("privileged")


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "caddy"])
def test_only_certificates_are_kept(name: str):
    volumes = SERVICES[name].get("volumes", [])
    assert volumes == (["certificates:/certificates:ro"] if name == "coturn" else [])


@pytest.mark.parametrize("name", SERVERS)
def test_servers_keep_their_memory_to_themselves(name: str):
    limits = SERVICES[name]["ulimits"]
    assert (limits["memlock"], limits["core"]) == (-1, 0)
    assert "privileged" not in SERVICES[name]


def test_each_server_publishes_its_own_media_port_under_the_same_number():
    for name in SERVERS:
        port = SERVICES[name].get("environment", {}).get("KITH_MEDIA_PORT", Settings().media_port)
        assert SERVICES[name]["ports"] == [f"{port}:{port}/udp"]
    assert SERVICES["kith-a"]["ports"] != SERVICES["kith-b"]["ports"]


def test_what_servers_share_is_out_of_everybody_elses_reach():
    assert read_compose()["networks"]["shared"] == {"internal": True}
    assert {name for name in SERVICES if "shared" in SERVICES[name].get("networks", [])} == {
        "kith-a",
        "kith-b",
        "valkey",
    }
    assert "ports" not in SERVICES["valkey"]


def test_secrets_go_to_the_server_alone():
    """Caddy and coturn get the names they need, not the whole `.env`."""
    assert {name for name, service in SERVICES.items() if "env_file" in service} == set(SERVERS)


def server_variables() -> Iterator[str]:
    for name in SERVERS:
        yield from SERVICES[name].get("environment", {})


def test_every_variable_of_a_server_is_a_setting():
    assert set(server_variables()) <= settings()


def test_no_variable_of_compose_would_be_refused_by_the_server():
    """The whole `.env` reaches it, and it refuses names with its prefix that it does not know."""
    assert {name for name in interpolated() if name.startswith("KITH_")} <= settings()


def test_the_network_before_the_server_is_the_one_that_setup_tells_it_to_believe():
    (subnet,) = [entry["subnet"] for entry in read_compose()["networks"]["front"]["ipam"]["config"]]
    default = re.fullmatch(r"\$\{FRONT_NETWORK:-([0-9./]+)}", subnet)
    assert default is not None
    assert f"KITH_TRUSTED_PROXIES={default[1]}" in (DOCKER / "setup").read_text()


def test_the_example_is_made_from_the_settings_as_they_are():
    """When this fails: `make docker/env.example`."""
    made: Any = runpy.run_path(str(DOCKER / "env_example.py"))["env_example"]
    assert EXAMPLE.read_text() == made()


def test_the_example_names_everything_that_is_read():
    named = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE))
    assert named <= merged_names()
    assert interpolated() - {"KITH_TURN_SECRET"} <= named


def test_a_filled_in_example_starts_a_server():
    chosen = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE.read_text(), re.MULTILINE))
    assert Settings.from_environment(chosen).port == Settings().port


def dockerfile() -> str:
    return (DOCKER / "Dockerfile").read_text()


def test_the_image_is_built_from_hashes_and_runs_as_nobody_without_a_shell():
    text = dockerfile()
    assert "--require-hashes" in text
    assert re.search(r"^USER 65534:65534$", text, re.MULTILINE)
    for order in re.findall(r"^(?:RUN|CMD|ENTRYPOINT) (.*)$", text, re.MULTILINE):
        assert order.startswith("["), order
    assert re.search(r"^HEALTHCHECK .* CMD \[", text, re.MULTILINE)
    assert not re.search(r"^VOLUME", text, re.MULTILINE)


def test_every_base_of_the_image_is_an_argument():
    bases = re.findall(r"^FROM (\S+)", dockerfile(), re.MULTILINE)
    assert bases == ["${NODE_IMAGE}", "${PYTHON_IMAGE}", "${PYTHON_IMAGE}"]
    args = SERVICES["kith"]["build"]["args"]
    for name, default in re.findall(r"^ARG (\w+)=(\S+)$", dockerfile(), re.MULTILINE):
        assert args[name] == f"${{{name}:-{default}}}"
