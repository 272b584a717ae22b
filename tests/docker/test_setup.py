"""`docker/setup` answered through a pipe, in an empty folder: what it writes works, and wrong answers are asked again."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from server.config import Settings

from .compose import merged_names
from .programs import DOCKER

if TYPE_CHECKING:
    from pathlib import Path

DOMAIN, EMAIL, ADDRESS, OTHER = "meet.example.org", "it@example.org", "198.51.100.7", "198.51.100.8"
ADDRESS_6, OTHER_6 = "2001:db8::7", "2001:db8::8"
SIMPLE = [DOMAIN, EMAIL, ADDRESS, "no", "no"]
REFUSED = 2


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """What setup looks around with: here the name leads to the address, and UDP port 8000 is taken."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, script in {
        "getent": f'[ "$2" = {DOMAIN} ] && echo "{ADDRESS} STREAM"',
        "ss": 'case "$*" in *-u*8000) echo taken ;; esac',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def answer(place: Path, programs: Path, answers: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DOCKER / "setup"],
        cwd=place,
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        input="".join(f"{line}\n" for line in answers),
        capture_output=True,
        text=True,
        check=False,
    )


def written(place: Path) -> dict[str, str]:
    lines = (place / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def settings_of(env: dict[str, str]) -> Settings:
    """As the container has them: the image listens everywhere."""
    return Settings.from_environment({"KITH_HOST": "0.0.0.0", **env})  # noqa: S104 - as the Dockerfile


def test_the_answers_become_settings_that_a_server_starts_with(place: Path, programs: Path):
    run = answer(place, programs, SIMPLE)
    assert run.returncode == 0, run.stderr
    settings = settings_of(env := written(place))
    assert settings.base_url == f"https://{DOMAIN}"
    assert settings.announced_media_addresses == (ADDRESS,)
    assert not settings.links_die_with_process
    assert (env["COMPOSE_PROFILES"], env["DOMAIN"], env["EMAIL"]) == ("small", DOMAIN, EMAIL)
    assert [path.name for path in place.iterdir()] == [".env"]


def test_keys_are_for_nobody_else_and_are_never_shown(place: Path, programs: Path):
    run = answer(place, programs, [DOMAIN, EMAIL, ADDRESS, "yes", "", "no"])
    env = written(place)
    assert stat.S_IMODE((place / ".env").stat().st_mode) == 0o600
    for secret in ("KITH_SIGNING_KEYS", "KITH_ORGANISER_KEY", "KITH_TURN_SECRET"):
        assert env[secret] not in run.stdout + run.stderr


def test_no_two_places_share_a_key(place: Path, programs: Path, tmp_path: Path):
    (second := tmp_path / "second").mkdir()
    answer(place, programs, SIMPLE)
    answer(second, programs, SIMPLE)
    for secret in ("KITH_SIGNING_KEYS", "KITH_ORGANISER_KEY"):
        assert written(place)[secret] != written(second)[secret]


def test_a_relay_is_offered_under_its_own_name(place: Path, programs: Path):
    run = answer(place, programs, [DOMAIN, EMAIL, ADDRESS, "", "", ""])
    env = written(place)
    assert env["COMPOSE_PROFILES"] == "small,turn,router"
    assert (env["BEHIND"], env["HTTPS_PUBLISHED"]) == ("router", "127.0.0.1:8443")
    assert settings_of(env).turn_urls == (
        f"turn:turn.{DOMAIN}:3478?transport=udp",
        f"turn:turn.{DOMAIN}:3478?transport=tcp",
        f"turns:turn.{DOMAIN}:443?transport=tcp",
    )
    assert "ufw allow 3478\n" in run.stdout


def test_a_relay_with_an_address_of_its_own_has_port_443_there(place: Path, programs: Path):
    answer(place, programs, [DOMAIN, EMAIL, ADDRESS, "yes", OTHER, "no"])
    env = written(place)
    assert settings_of(env).turn_urls[-1] == f"turns:turn.{DOMAIN}:443?transport=tcp"
    assert (env["RELAY_LISTENS"], env["RELAY_ADDRESS"], env["RELAY_TLS_PORT"]) == (OTHER, OTHER, "443")
    assert env["HTTPS_PUBLISHED"] == f"{ADDRESS}:443"
    assert env["COMPOSE_PROFILES"] == "small,turn"
    assert "BEHIND" not in env


def test_with_an_ipv6_address_everything_is_received_by_it(place: Path, programs: Path):
    """On `::`, which is every IPv4 address, too; browsers are never sent to where nobody listens."""
    answer(place, programs, [DOMAIN, EMAIL, ADDRESS_6, "yes", "", "no"])
    env = written(place)
    settings = settings_of(env)
    assert (settings.media_bind_host, settings.announced_media_addresses) == ("::", (ADDRESS_6,))
    assert (env["RELAY_LISTENS"], env["RELAY_ADDRESS"]) == ("::", ADDRESS_6)


def test_an_ipv6_address_before_a_port_is_in_brackets(place: Path, programs: Path):
    answer(place, programs, [DOMAIN, EMAIL, ADDRESS_6, "yes", OTHER_6, "no"])
    env = written(place)
    assert env["HTTPS_PUBLISHED"] == f"[{ADDRESS_6}]:443"
    assert (env["RELAY_LISTENS"], env["RELAY_ADDRESS"]) == (OTHER_6, OTHER_6)


@pytest.mark.parametrize(("address", "relays"), [(ADDRESS, OTHER_6), (ADDRESS_6, OTHER)])
def test_a_relay_that_could_not_pass_on_to_the_server_is_refused(
    place: Path, programs: Path, address: str, relays: str
):
    run = answer(place, programs, [DOMAIN, EMAIL, address, "yes", relays, "no"])
    assert run.returncode == REFUSED
    assert "both be IPv4 or both IPv6" in run.stderr
    assert list(place.iterdir()) == []


def test_two_servers_have_a_key_and_ports_of_their_own(place: Path, programs: Path):
    run = answer(place, programs, [DOMAIN, EMAIL, ADDRESS, "no", "yes"])
    env = written(place)
    assert env["COMPOSE_PROFILES"] == "cluster"
    assert env["UPSTREAMS"] == "kith-a:8000 kith-b:8000"
    assert len(env["KITH_CLUSTER_KEY"]) > 40
    assert "ufw allow 8000:8001/udp\n" in run.stdout
    assert "docker compose exec kith-a python3 -m server invite" in run.stdout


@pytest.mark.parametrize("answers", [SIMPLE, [DOMAIN, EMAIL, ADDRESS, "yes", OTHER, "yes"]])
def test_every_name_it_writes_is_read_by_somebody(place: Path, programs: Path, answers: list[str]):
    answer(place, programs, answers)
    assert set(written(place)) <= merged_names()


@pytest.mark.parametrize(
    ("position", "wrong", "told"),
    [
        (0, "https://meet.example.org", "without https://"),
        (0, "localhost", "A name like"),
        (0, "198.51.100.7", "A name like"),
        (0, "Meet.example.org", "small letters"),
        (0, "-meet.example.org", "A name like"),
        (0, "a.example.org; touch x", "A name like"),
        (0, "", "A name like"),
        (0, ".".join(["a" * 60] * 5), "A name like"),
        (1, "nobody", "An address like"),
        (1, "a@b.example\\nX=1", "An address like"),
        (2, "meet.example.org", "not a name"),
        (2, "256.1.1.1", "not a name"),
        (2, "1.2.3.4.", "not a name"),
        (2, "1.2.3", "not a name"),
        (2, "10.0.0.1", "private network"),
        (2, "127.0.0.1", "private network"),
        (2, "172.31.0.1", "private network"),
        (2, "192.168.1.1", "private network"),
        (2, "100.64.0.1", "private network"),
        (2, "224.0.0.1", "private network"),
        (2, "fe80::1", "public IPv6"),
        (2, "2001:db8::1::2", "public IPv6"),
        (3, "perhaps", "yes or no"),
        (4, "y", "yes or no"),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(
    place: Path, programs: Path, position: int, wrong: str, told: str
):
    run = answer(place, programs, [*SIMPLE[:position], wrong, *SIMPLE[position:]])
    assert run.returncode == 0, run.stderr
    assert told in run.stderr
    assert written(place)["DOMAIN"] == DOMAIN
    assert settings_of(written(place)).announced_media_addresses == (ADDRESS,)


@pytest.mark.parametrize(
    "address", ["172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1", "223.255.255.255", "2001:db8::7"]
)
def test_addresses_beside_the_private_ones_are_taken(place: Path, programs: Path, address: str):
    assert answer(place, programs, [DOMAIN, EMAIL, address, "no", "no"]).returncode == 0
    assert settings_of(written(place)).announced_media_addresses == (address,)


@pytest.mark.parametrize("answers", [[], SIMPLE[:3], ["wrong"] * 3, [DOMAIN, EMAIL, ADDRESS, "yes", ADDRESS]])
def test_without_usable_answers_nothing_is_written(place: Path, programs: Path, answers: list[str]):
    run = answer(place, programs, answers)
    assert run.returncode == REFUSED
    assert "setup: " in run.stderr
    assert list(place.iterdir()) == []


def test_keys_that_links_depend_on_are_never_overwritten(place: Path, programs: Path):
    answer(place, programs, SIMPLE)
    before = (place / ".env").read_text()
    run = answer(place, programs, SIMPLE)
    assert run.returncode == REFUSED
    assert "already" in run.stderr
    assert (place / ".env").read_text() == before


def test_it_says_where_the_name_leads_and_which_ports_are_taken(place: Path, programs: Path):
    run = answer(place, programs, [DOMAIN, EMAIL, ADDRESS, "yes", "", "no"])
    assert f"{DOMAIN} leads to {ADDRESS}\n" in run.stderr
    assert f"turn.{DOMAIN} does not lead to {ADDRESS} yet: set its A record" in run.stderr
    assert "tcp port 443 is free" in run.stderr
    assert "udp port 8000 is taken" in run.stderr


def test_the_last_line_needs_no_line_end_and_windows_line_ends_are_taken(place: Path, programs: Path):
    run = answer(place, programs, ["\r\n".join(SIMPLE)])
    assert run.returncode == 0, run.stderr
    assert written(place)["DOMAIN"] == DOMAIN
