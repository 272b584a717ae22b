"""What the doctor says, for people and for machines, and the exit status for monitoring; called by `examination`. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from server.confidentiality.findings import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.confidentiality.findings import Finding

EXIT: Final = {Outcome.FINE: 0, Outcome.UNKNOWN: 0, Outcome.WARNING: 1, Outcome.BROKEN: 2}
"""As monitoring plugins have it: 0 fine, 1 warning, 2 critical."""
UNTESTED: Final = (
    "whether this machine really runs what it says: what was asked is a program that could lie",
    "backups and snapshots of the machine, and what its host does with its memory",
    "what a reverse proxy, a relay (coturn) or a network provider writes down: look at their settings, see docs/confidentiality.md",
    "whether people elsewhere reach the media port: only from here was it tried; `kith rehearse` from another network shows it",
)
_MARKS: Final = {
    Outcome.FINE: "ok",
    Outcome.UNKNOWN: "?",
    Outcome.WARNING: "warning",
    Outcome.BROKEN: "BROKEN",
}


def worst(findings: Sequence[Finding]) -> Outcome:
    order = list(EXIT)
    return max((finding.outcome for finding in findings), key=order.index, default=Outcome.FINE)


def exit_status(findings: Sequence[Finding]) -> int:
    return EXIT[worst(findings)]


def for_people(findings: Sequence[Finding]) -> str:
    """The worst first; then what nobody can test from here."""
    order = list(EXIT)
    lines = []
    for finding in sorted(findings, key=lambda each: -order.index(each.outcome)):
        lines.append(f"{_MARKS[finding.outcome]:>8}  {finding.check.replace('_', ' ')}: {finding.says}")
        if finding.remedy:
            lines.append(f"{'':>8}  → {finding.remedy}")
    lines += ["", "Not tested, because it cannot be from here:", *(f"  – {each}" for each in UNTESTED)]
    return "\n".join(lines)


def for_machines(findings: Sequence[Finding], tested_at_s: int) -> str:
    return json.dumps(
        {
            "outcome": worst(findings).value,
            "tested_at": tested_at_s,
            "findings": [
                {"check": each.check, "outcome": each.outcome.value, "says": each.says, "remedy": each.remedy}
                for each in findings
            ],
            "untested": list(UNTESTED),
        },
        ensure_ascii=False,
        indent=2,
    )
