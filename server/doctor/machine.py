"""What this machine does that could keep something, or lets meetings fail: swap, clock; called by `examination`.

Reads `/proc` and asks the kernel; changes nothing. Imports `findings` only.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Final

from server.confidentiality.findings import Finding, Outcome

PROC: Final = Path("/proc")
_TIMEX_BYTES: Final = 256
"""`struct timex` has 208; all zeros asks and changes nothing."""
_TIME_ERROR: Final = 5
"""adjtimex(2): the clock is not synchronised."""


def machine_findings(proc: Path = PROC) -> tuple[Finding, ...]:
    return (_swap(proc), clock_finding(_clock_state()))


def _swap(proc: Path) -> Finding:
    try:
        places = [line.split()[0] for line in (proc / "swaps").read_text().splitlines()[1:] if line.strip()]
    except OSError:
        return Finding("swap", Outcome.UNKNOWN, "This system does not say whether it has swap.")
    if not places:
        return Finding("swap", Outcome.FINE, "There is no swap.")
    if all(place.startswith("/dev/zram") for place in places):
        return Finding("swap", Outcome.FINE, "Swap is in memory only (zram).")
    return Finding(
        "swap",
        Outcome.WARNING,
        "There is swap on a disk. Locked memory does not reach it; everything else might.",
        "Take it away (`swapoff -a`), or encrypt it with a key that is drawn at every start.",
    )


def _clock_state() -> int | None:
    """As adjtimex(2) says; None where there is none."""
    if sys.platform != "linux":
        return None
    state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return state if state >= 0 else None


def clock_finding(state: int | None) -> Finding:
    if state is None:
        return Finding("clock", Outcome.UNKNOWN, "This system does not say whether its clock is right.")
    if state == _TIME_ERROR:
        return Finding(
            "clock",
            Outcome.WARNING,
            "Nothing keeps the clock right: links and relay credentials hold for times of the clock.",
            "Run a time service (systemd-timesyncd, chrony).",
        )
    return Finding("clock", Outcome.FINE, "The clock is kept right.")
