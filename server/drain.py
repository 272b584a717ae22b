"""`kith drain`: asks a server on this machine to leave, and waits until it is gone; called by `cli`."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

LOOK_S: Final = 0.1
GONE: Final = 0
NOT_GONE: Final = 1
NO_SERVER: Final = 2


def drain(pid: int, seconds: int) -> int:
    """The exit code: 0 when the process has ended, 1 when it has not in time, 2 when there is none of ours to ask."""
    try:
        os.kill(pid, signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        sys.stderr.write("kith: there is no server with this process id that we may stop\n")
        return NO_SERVER
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _runs(pid):
            return GONE
        time.sleep(LOOK_S)
    sys.stderr.write("kith: the server has not ended yet; it goes on handing over\n")
    return NOT_GONE


def _runs(pid: int) -> bool:
    """A process that has ended and was not yet waited for by its parent does not run."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
