"""Runs benchmarks one after the other, and keeps what they print: in `results.txt`, and in the pages that show it.

    python -m benchmarks.record [--show] NAME …

Called by `make bench`. Each benchmark is a process of its own with so much time and no more; what it printed takes the place of
what the same one printed before, with the date. Lines that begin with `→` (`machine.figure`) become the table of
`benchmarks/README.md`, those by which a machine is chosen also one of `docs/operating.md`, the profile goes into `docs/media.md`,
each between its markers: no figure is typed by hand.
`--show` runs nothing and only writes the pages anew. Imports `machine` only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.machine import FIGURE, describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT: Final = Path(__file__).parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results.txt"
LONGEST_S: Final = 240
"""For one benchmark: about twice what the longest takes on a busy machine."""
HEAD: Final = "── "
PROFILE: Final = "packet_path"
SIZING: Final = ("rooms", "check_in", "memory", "signaling")
"""By what they measure an operator chooses a machine."""
LETTERS: Final = "ABCDEFGH"
"""One for each machine that sections come from."""


def run(name: str) -> str | None:
    """What the benchmark printed, shown as it comes; None if it failed or took too long."""
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", f"benchmarks.{name}"],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        printed = _listen(process, began + LONGEST_S)
        status = process.wait(max(1.0, began + LONGEST_S - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired):
        print(f"{name} is stopped: it took more than {LONGEST_S} s", flush=True)
        return None
    finally:
        # A session of its own: what it started ends with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return printed if status == 0 else None


def _listen(process: subprocess.Popen[bytes], until: float) -> str:
    assert process.stdout is not None
    printed = bytearray()
    with process.stdout as pipe:
        while select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
            piece = os.read(pipe.fileno(), 65_536)
            if not piece:
                return printed.decode()
            printed += piece
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
    raise TimeoutError


def read(text: str) -> dict[str, str]:
    """Each section of the results: its first line, and what follows."""
    sections = re.split(rf"^(?={HEAD})", text, flags=re.MULTILINE)
    return {each.split()[1].rstrip(":"): each for each in sections if each.startswith(HEAD)}


def table(sections: dict[str, str]) -> str:
    """The figures that have a target, and where they come from."""
    machines = _machines(sections.values())
    rows = ["| what | here | target | measured by | on |", "|---|---|---|---|---|"]
    for name, section in sections.items():
        rows += [
            f"| {what} | {here} | {target or '–'} | `{name}.py`, {_day(section)} | {_letter(section, machines)} |"
            for what, here, target in _figures(section)
        ]
    return "\n".join([*rows, *_legend(machines)])


def sizing(sections: dict[str, str]) -> str:
    """The figures by which a machine is chosen, with the machine they are of."""
    machines = _machines(sections.get(name, "") for name in SIZING)
    rows = ["| measured | here | on |", "|---|---|---|"]
    for name in SIZING:
        if name not in sections:
            rows.append(f"| `{name}.py` | not measured | – |")
            continue
        section = sections[name]
        rows += [f"| {what} | {here} | {_letter(section, machines)} |" for what, here, _ in _figures(section)]
    return "\n".join([*rows, *_legend(machines)])


def _figures(section: str) -> Iterator[tuple[str, str, str]]:
    """What, here, target; of each line that says a figure."""
    for line in section.splitlines():
        if line.startswith(FIGURE):
            what, here, target = (cell.strip() for cell in line.removeprefix(FIGURE).split("|"))
            yield what, here, target


def _machines(sections: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(re.findall(r"^machine: .*", "".join(sections), flags=re.MULTILINE)))


def _letter(section: str, machines: list[str]) -> str:
    """Which of the machines a section was measured on."""
    return LETTERS[machines.index(_machines([section])[0])]


def _legend(machines: list[str]) -> list[str]:
    return [
        "",
        *(
            f"- {letter}: {each.removeprefix('machine: ')}"
            for letter, each in zip(LETTERS, machines, strict=False)
        ),
    ]


def _day(section: str) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d", section.splitlines()[0])
    return found[0] if found else "–"


def insert(page: Path, marker: str, text: str) -> None:
    """`text` stands between the markers of the page. Raises: ValueError if the page has none."""
    begin, end = f"<!-- begin {marker} -->", f"<!-- end {marker} -->"
    before, found, rest = page.read_text().partition(begin)
    _, found_end, after = rest.partition(end)
    if not found or not found_end:
        raise ValueError(f"{page.name} has no place for {marker}")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def show(sections: dict[str, str]) -> None:
    """The pages say what the results say."""
    insert(ROOT / "benchmarks" / "README.md", "results", table(sections))
    insert(ROOT / "docs" / "operating.md", "sizing", sizing(sections))
    if PROFILE in sections:
        insert(
            ROOT / "docs" / "media.md", PROFILE, "```text\n" + sections[PROFILE].partition("\n")[2] + "```"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    arguments.add_argument("names", nargs="*")
    arguments.add_argument("--show", action="store_true", help="run nothing, write the pages anew")
    chosen = arguments.parse_args()
    sections = read(RESULTS.read_text()) if RESULTS.exists() else {}
    failed = []
    for name in [] if chosen.show else chosen.names:
        head = f"{HEAD}{name}: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        print(head, flush=True)
        printed = run(name)
        if printed is None:
            failed.append(name)
            continue
        # Once more the machine, if the benchmark does not name it: sections may come from several.
        named = "" if printed.startswith("machine: ") else describe() + "\n"
        sections[name] = f"{head}\n{named}{printed.rstrip()}\n"
        RESULTS.write_text("".join(sections.values()))
    show(sections)
    if failed:
        sys.exit("without result: " + ", ".join(failed))


if __name__ == "__main__":
    main()
