"""Fails when a package's branch coverage is below its floor: `branch_coverage.py coverage.json 95 server/rooms …`.

Called by `make test` with the JSON report of coverage.py. `endpoint.py` is left out: it only moves frames
between a real WebSocket and the session.
"""

import json
import sys
from pathlib import Path

LEFT_OUT = {"endpoint.py"}


def branches(report: dict[str, dict[str, dict[str, dict[str, int]]]], package: str) -> tuple[int, int]:
    """Covered and existing branches of a package's files."""
    summaries = [
        entry["summary"]
        for name, entry in report["files"].items()
        if Path(name).is_relative_to(package) and Path(name).name not in LEFT_OUT
    ]
    if not summaries:
        sys.exit(f"{package}: no file was measured")
    covered = sum(summary["covered_branches"] for summary in summaries)
    return covered, sum(summary["num_branches"] for summary in summaries)


def main(report_path: str, floor: str, *packages: str) -> int:
    report = json.loads(Path(report_path).read_text(encoding="utf-8"))
    failed = 0
    for package in packages:
        covered, existing = branches(report, package)
        percent = 100 * covered / existing if existing else 100.0
        verdict = "ok" if percent >= float(floor) else f"below {floor} %"
        print(f"{package}: {covered} of {existing} branches covered, {percent:.1f} %: {verdict}")
        failed += percent < float(floor)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
