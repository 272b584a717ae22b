"""What the doctor says, to people, to machines and to monitoring."""

from __future__ import annotations

import json

import pytest

from server.confidentiality.findings import Finding, Outcome
from server.doctor.report import UNTESTED, exit_status, for_machines, for_people

FINE, UNKNOWN, WARNING, BROKEN = (
    Finding(each.value, each, f"says {each.value}", f"mend {each.value}") for each in Outcome
)


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        ((), 0),
        ((FINE,), 0),
        ((FINE, UNKNOWN), 0),
        ((WARNING, FINE), 1),
        ((FINE, BROKEN, WARNING), 2),
    ],
)
def test_monitoring_learns_the_worst(findings: tuple[Finding, ...], status: int) -> None:
    assert exit_status(findings) == status
    outcome = json.loads(for_machines(findings, 7))["outcome"]
    assert {"fine": 0, "unknown": 0, "warning": 1, "broken": 2}[outcome] == status


def test_people_read_the_worst_first_with_what_to_do_and_what_nobody_tested() -> None:
    lines = for_people((FINE, WARNING, BROKEN, UNKNOWN)).splitlines()
    assert [line.split(":")[0].split() for line in lines[0:8:2]] == [
        ["BROKEN", "broken"],
        ["warning", "warning"],
        ["?", "unknown"],
        ["ok", "fine"],
    ]
    assert lines[1].endswith("→ mend broken")
    assert all(any(each in line for line in lines) for each in UNTESTED)


def test_machines_read_everything() -> None:
    told = json.loads(for_machines((WARNING,), 7))
    assert told["tested_at"] == 7
    assert told["findings"] == [
        {"check": "warning", "outcome": "warning", "says": "says warning", "remedy": "mend warning"}
    ]
    assert told["untested"] == list(UNTESTED)
