"""What the machine and the settings alone give away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.confidentiality.findings import Outcome
from server.config import Settings
from server.doctor.machine import clock_finding, machine_findings
from server.doctor.settings import addresses_finding, settings_findings

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "Filename\t\t\t\tType\t\tSize\n"


@pytest.mark.parametrize(
    ("swaps", "outcome"),
    [
        (HEAD, Outcome.FINE),
        (f"{HEAD}/dev/zram0 partition 100\n", Outcome.FINE),
        (f"{HEAD}/swapfile file 100\n", Outcome.WARNING),
        (f"{HEAD}/dev/zram0 partition 100\n/dev/sda2 partition 100\n", Outcome.WARNING),
        (None, Outcome.UNKNOWN),
    ],
)
def test_swap_on_a_disk_is_told(tmp_path: Path, swaps: str | None, outcome: Outcome) -> None:
    if swaps is not None:
        (tmp_path / "swaps").write_text(swaps)
    swap, clock = machine_findings(tmp_path)
    assert (swap.check, swap.outcome) == ("swap", outcome)
    assert clock.check == "clock"


@pytest.mark.parametrize(
    ("state", "outcome"), [(0, Outcome.FINE), (5, Outcome.WARNING), (None, Outcome.UNKNOWN)]
)
def test_a_clock_that_nothing_keeps_right_is_told(state: int | None, outcome: Outcome) -> None:
    assert clock_finding(state).outcome is outcome


@pytest.mark.parametrize(
    ("announced", "outcome"),
    [
        (["8.8.8.8"], Outcome.FINE),
        (["10.0.0.7", "8.8.8.8"], Outcome.FINE),
        (["2a00:1450:4001::1"], Outcome.FINE),
        (["10.0.0.7"], Outcome.WARNING),
        (["192.168.1.2", "fd00::1"], Outcome.WARNING),
        (["127.0.0.1"], Outcome.BROKEN),
        (["::1", "fe80::1"], Outcome.BROKEN),
    ],
)
def test_addresses_that_others_cannot_reach_are_told(announced: list[str], outcome: Outcome) -> None:
    assert addresses_finding(announced, is_public=True).outcome is outcome
    assert addresses_finding(announced, is_public=False).outcome is Outcome.FINE


def test_links_that_die_with_the_process_are_told_where_people_come_from_elsewhere() -> None:
    public = {
        "public_url": "https://meet.example.org",
        "organiser_key": "k" * 16,
        "media_addresses": ("8.8.8.8",),
    }
    assert settings_findings(Settings(**public))[0].outcome is Outcome.WARNING  # type: ignore[arg-type]
    kept = Settings(**public, signing_keys={"a": bytes(32)})  # type: ignore[arg-type]
    assert settings_findings(kept)[0].outcome is Outcome.FINE
    assert settings_findings(Settings())[0].outcome is Outcome.FINE
