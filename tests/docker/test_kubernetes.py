"""The manifests hold what they promise; their schemas are checked by `make manifests`, which needs more than tests should install."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from server.config import ConfigError, Settings

from .compose import settings
from .programs import DOCKER

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = DOCKER / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
OBJECTS: list[dict[str, Any]] = [
    each for name in KUSTOMIZATION["resources"] for each in yaml.safe_load_all((FOLDER / name).read_text())
]
PODS = {
    each["metadata"]["name"]: each["spec"]["template"]["spec"]
    for each in OBJECTS
    if each["kind"] == "Deployment"
}


def one(kind: str, name: str) -> dict[str, Any]:
    (found,) = [each for each in OBJECTS if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def names_in(file: str) -> set[str]:
    lines = (FOLDER / file).read_text().splitlines()
    return {line.split("=", 1)[0] for line in lines}


def test_no_manifest_is_left_out():
    there = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(KUSTOMIZATION["resources"]) == there


def test_every_variable_is_a_setting():
    container = PODS["kith"]["containers"][0]
    assert (
        names_in("settings.env")
        | names_in("secrets.env.example")
        | {each["name"] for each in container["env"]}
        <= settings()
    )


@pytest.mark.parametrize(
    "line", (FOLDER / "secrets.env.example").read_text().splitlines(), ids=lambda line: line.split("=")[0]
)
def test_what_stands_in_the_example_instead_of_a_secret_starts_no_server(line: str):
    """Everybody knows it."""
    name, value = line.split("=", 1)
    with pytest.raises(ConfigError, match=name):
        Settings.from_environment({name: value})


def test_no_secret_is_shipped():
    assert not (FOLDER / "secrets.env").exists()
    assert "secrets.env" in (DOCKER.parent / ".gitignore").read_text()


@pytest.mark.parametrize("pod", PODS)
def test_every_container_is_nobody_read_only_and_without_rights(pod: str):
    assert PODS[pod]["securityContext"]["runAsUser"] == 65534
    assert PODS[pod]["securityContext"]["runAsNonRoot"] is True
    assert PODS[pod]["automountServiceAccountToken"] is False
    for container in PODS[pod]["containers"]:
        assert container["securityContext"] == {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }


def test_the_servers_have_no_volumes_and_the_memory_only_its_configuration():
    assert "volumes" not in PODS["kith"]
    assert [set(volume) for volume in PODS["valkey"]["volumes"]] == [{"name", "configMap"}]


def test_the_memory_is_configured_as_everywhere():
    assert (FOLDER / "redis.conf").read_text() == (DOCKER / "redis.conf").read_text()


def test_media_goes_straight_to_a_port_of_the_node_that_no_second_pod_takes():
    deployment = one("Deployment", "kith")["spec"]
    (media,) = [port for port in PODS["kith"]["containers"][0]["ports"] if port["name"] == "media"]
    assert media == {"name": "media", "containerPort": 8000, "hostPort": 8000, "protocol": "UDP"}
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 1, "maxSurge": 0}
    (rule,) = PODS["kith"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert rule["topologyKey"] == "kubernetes.io/hostname"


def patched() -> dict[str, Any]:
    """The container, as the component `addresses` changes it."""
    patch = yaml.safe_load((FOLDER / "addresses" / "addresses.yaml").read_text())
    (container,) = patch["spec"]["template"]["spec"]["containers"]
    assert container["name"] == PODS["kith"]["containers"][0]["name"]
    return container  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("node", "address"), [("node-one", "198.51.100.7"), ("node-two", "198.51.100.8"), ("unlisted", None)]
)
def test_where_nodes_do_not_know_it_each_server_is_given_the_address_of_its_node(
    tmp_path: Path, node: str, address: str | None
):
    """By the order of the component, with a server that says what it was started with."""
    variables = {each["name"]: each.get("value") for each in patched()["env"]}
    (tmp_path / "python3").write_text('#!/bin/sh\n/usr/bin/env; echo "$*"\n')
    (tmp_path / "python3").chmod(0o755)
    program, *arguments = patched()["command"]
    assert program == "python3"
    run = subprocess.run(
        [sys.executable, *arguments],
        env={"PATH": str(tmp_path), "ADDRESSES": variables["ADDRESSES"], "NODE": node},
        capture_output=True,
        text=True,
        check=False,
    )
    if address is None:
        assert run.returncode != 0
        assert node in run.stderr
        return
    given = dict(line.split("=", 1) for line in run.stdout.splitlines() if "=" in line)
    assert {name: given[name] for name in given if name in variables} == {"KITH_MEDIA_ADDRESSES": address}
    assert run.stdout.splitlines()[-1] == "-m server serve"


def test_the_component_takes_the_place_of_what_the_node_believes_its_address_to_be():
    dropped = [each["name"] for each in patched()["env"] if each.get("$patch") == "delete"]
    assert dropped == [each["name"] for each in PODS["kith"]["containers"][0]["env"]]
    assert "\n# components: [addresses]\n" in (FOLDER / "kustomization.yaml").read_text()


def test_one_at_a_time_may_be_taken_away_and_nobody_new_is_sent_there_meanwhile():
    assert one("PodDisruptionBudget", "kith")["spec"]["maxUnavailable"] == 1
    assert PODS["kith"]["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][0] == "python3"


def test_prometheus_finds_every_pod_and_is_let_in():
    config = yaml.safe_load((DOCKER / "monitoring" / "prometheus-kubernetes.yml").read_text())
    (found,) = config["scrape_configs"][0]["dns_sd_configs"]
    (name,) = found["names"]
    service, namespace = name.split(".")[:2]
    assert namespace == KUSTOMIZATION["namespace"]
    spec = one("Service", service)["spec"]
    assert (spec["clusterIP"], spec["publishNotReadyAddresses"]) == ("None", True)
    assert (spec["selector"], spec["ports"][0]["port"]) == ({"app": "kith"}, found["port"])
    rules = one("NetworkPolicy", "kith")["spec"]["ingress"]
    let_in = [
        rule
        for rule in rules
        if "monitoring" in str(rule.get("from")) and {"port": 8000, "protocol": "TCP"} in rule["ports"]
    ]
    assert len(let_in) == 1


def test_nobody_but_the_servers_reaches_the_memory_and_it_reaches_nobody():
    spec = one("NetworkPolicy", "valkey")["spec"]
    assert spec["ingress"][0]["from"] == [{"podSelector": {"matchLabels": {"app": "kith"}}}]
    assert "Egress" in spec["policyTypes"]
    assert "egress" not in spec
    assert one("NetworkPolicy", "nothing")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }
