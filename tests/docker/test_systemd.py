"""The units for people without containers: systemd understands them and rates them as tight."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from .programs import DOCKER

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = DOCKER / "systemd"
UNIT = FOLDER / "kith.service"
UNITS = (UNIT, FOLDER / "kith-relay.service")
MOST_EXPOSED = "20"
"""Of 100; systemd calls up to 19 OK and a unit without any hardening 96."""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_it(tmp_path: Path, unit: Path):
    installed = tmp_path / unit.name
    # Stands for what is installed on the machine of an operator.
    installed.write_text(
        re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", unit.read_text(), flags=re.MULTILINE)
    )
    run = subprocess.run(
        ["systemd-analyze", "verify", installed], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_rates_it_as_tight(unit: Path):
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-400:]


def test_what_is_added_to_the_unit_of_caddy_is_understood(tmp_path: Path):
    """Debian's own prints its environment."""
    (added := tmp_path / "caddy.service.d").mkdir()
    (added / "kith.conf").write_text((FOLDER / "caddy.conf").read_text())
    (tmp_path / "caddy.service").write_text("[Service]\nExecStart=/usr/bin/caddy run --environ\n")
    run = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "caddy.service"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "--environ" not in (FOLDER / "caddy.conf").read_text().replace("no environment", "")


def test_it_keeps_memory_out_of_files_and_swap():
    lines = UNIT.read_text().splitlines()
    for needed in (
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "LimitCORE=0",
        "LimitMEMLOCK=infinity",
        "MemorySwapMax=0",
        "PrivateTmp=yes",
    ):
        assert needed in lines
