"""What the figures ran on, the CPU time and memory of a process, and the lines that have a target; used by every benchmark."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Final

FIGURE: Final = "→ "
"""Begins a line that `record.py` puts into the table."""


def figure(what: str, here: str, target: str = "") -> None:
    """Print a figure of those that the design has a target for."""
    print(f"{FIGURE}{what} | {here} | {target}", flush=True)


def describe() -> str:
    """One line: processor, cores, Python."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"machine: {model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def cpu_seconds_of(pid: int) -> float:
    """User and system time of one process, from `/proc/PID/stat` (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes_of(pid: int) -> int:
    """Memory of one process that is in RAM now (proc(5), `statm`, field 2)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def dropped_at(port: int) -> int:
    """Datagrams that came to a bound IPv4 UDP port and found its buffer full (proc(5), `net/udp`, last field)."""
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    return sum(int(line.split()[-1]) for line in lines if line.split()[1].endswith(f":{port:04X}"))
