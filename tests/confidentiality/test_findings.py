"""What the processes say of themselves becomes findings: one bad process is enough, and what is not known is not fine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.confidentiality.findings import ENOUGH_FILES, Outcome, findings_of_processes
from server.confidentiality.self_check import ProcessState

GOOD = ProcessState(
    no_core_dumps=True,
    not_dumpable=True,
    is_locked=True,
    swapped_bytes=0,
    files_for_writing=0,
    open_files=20,
    max_open_files=20_000,
    overwrites_freed=True,
)


def outcome(check: str, *states: ProcessState | None) -> Outcome:
    found = {finding.check: finding for finding in findings_of_processes(states, filters_logs=True)}
    assert found[check].says
    assert bool(found[check].remedy) or found[check].outcome is not Outcome.WARNING
    return found[check].outcome


def test_all_is_fine_with_good_processes() -> None:
    assert {each.outcome for each in findings_of_processes([GOOD, GOOD], filters_logs=True)} == {Outcome.FINE}


@pytest.mark.parametrize(
    ("check", "state", "expected"),
    [
        ("core_dumps", replace(GOOD, no_core_dumps=False), Outcome.BROKEN),
        ("dumpable", replace(GOOD, not_dumpable=False), Outcome.BROKEN),
        ("dumpable", replace(GOOD, not_dumpable=None), Outcome.UNKNOWN),
        ("locked_memory", replace(GOOD, is_locked=False), Outcome.WARNING),
        ("locked_memory", replace(GOOD, is_locked=None), Outcome.WARNING),
        ("swapped", replace(GOOD, swapped_bytes=4096), Outcome.BROKEN),
        ("swapped", replace(GOOD, swapped_bytes=None), Outcome.UNKNOWN),
        ("files", replace(GOOD, files_for_writing=1), Outcome.BROKEN),
        ("files", replace(GOOD, files_for_writing=None), Outcome.UNKNOWN),
        ("freed_memory", replace(GOOD, overwrites_freed=False), Outcome.WARNING),
        ("open_files", replace(GOOD, max_open_files=ENOUGH_FILES), Outcome.FINE),
        ("open_files", replace(GOOD, max_open_files=ENOUGH_FILES - 1), Outcome.WARNING),
        ("open_files", replace(GOOD, open_files=18_000), Outcome.BROKEN),
        ("open_files", replace(GOOD, open_files=17_999), Outcome.FINE),
    ],
)
def test_one_process_decides(check: str, state: ProcessState, expected: Outcome) -> None:
    assert outcome(check, GOOD, state) is expected
    assert outcome(check, state, None) is expected


def test_logs_that_pass_by_the_filter_are_told() -> None:
    found = {each.check: each.outcome for each in findings_of_processes([GOOD], filters_logs=False)}
    assert found["logs"] is Outcome.BROKEN


def test_how_many_files_are_open_is_not_told() -> None:
    """Each connection is one: two looks would show that somebody came."""
    few, many = (findings_of_processes([replace(GOOD, open_files=n)], filters_logs=True) for n in (20, 21))
    assert few == many
