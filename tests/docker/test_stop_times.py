"""Whoever stops a server of several waits longer than it needs to hand its meetings over, then kills."""

from __future__ import annotations

import re

import yaml

from server.cli import DEFAULT_DRAIN_SECONDS
from server.cluster.node import STOP_S
from server.serve import GRACEFUL_SHUTDOWN_S, LEAVE_WITHIN_S

from .compose import read_compose
from .programs import DOCKER

SERVICES = read_compose()["services"]


def granted_s(service: str) -> int:
    return int(re.fullmatch(r"(\d+)s", SERVICES[service]["stop_grace_period"])[1])  # type: ignore[index]


def test_kith_drain_waits_longer_than_a_server_takes_at_most():
    assert LEAVE_WITHIN_S + GRACEFUL_SHUTDOWN_S + STOP_S < DEFAULT_DRAIN_SECONDS


def test_compose_gives_it_that_time():
    assert granted_s("kith-a") == granted_s("kith-b") == DEFAULT_DRAIN_SECONDS


def test_compose_gives_one_that_serves_alone_the_time_to_say_goodbye():
    assert granted_s("kith") > GRACEFUL_SHUTDOWN_S + STOP_S


def test_systemd_gives_it_that_time():
    unit = (DOCKER / "systemd" / "kith.service").read_text()
    assert re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE) == [str(DEFAULT_DRAIN_SECONDS)]


def test_kubernetes_gives_it_that_time_after_the_pause_before_the_signal():
    pod = yaml.safe_load((DOCKER / "kubernetes" / "kith.yaml").read_text())["spec"]["template"]["spec"]
    pause = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1]
    pause_s = int(re.search(r"sleep\((\d+)\)", pause)[1])  # type: ignore[index]
    assert pod["terminationGracePeriodSeconds"] >= pause_s + DEFAULT_DRAIN_SECONDS


def test_the_document_says_the_same():
    (said,) = re.findall(r"Give it (\d+) s before", (DOCKER.parent / "docs" / "cluster.md").read_text())
    assert int(said) == DEFAULT_DRAIN_SECONDS
