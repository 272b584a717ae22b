"""What one process of the server sees when it looks at itself; called by `media.worker_process` and by `web.proof`.

Imports the standard library and `freed_memory` only. Numbers and yes or no: nothing in it says what the process works on.
"""

from __future__ import annotations

import ctypes
import os
import resource
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .freed_memory import overwrites

PROC: Final = Path("/proc/self")
_PR_GET_DUMPABLE: Final = 3
"""linux/prctl.h"""
_STANDARD_STREAMS: Final = 3
"""0, 1 and 2 were opened by whoever started us; what we write there went through the log filter."""


@dataclass(frozen=True, slots=True)
class ProcessState:
    """As it is now; None where this system does not say."""

    no_core_dumps: bool
    not_dumpable: bool | None
    is_locked: bool | None
    """Memory stays out of swap."""
    swapped_bytes: int | None
    files_for_writing: int | None
    """Regular files that are open for writing. There should be none, ever."""
    open_files: int | None
    max_open_files: int
    overwrites_freed: bool
    """Memory is overwritten as soon as it is freed."""


def look_at_self(proc: Path = PROC) -> ProcessState:
    """proc: where Linux tells about this process."""
    status = _status(proc)
    kilobytes_locked, kilobytes_swapped = _kilobytes(status, "VmLck"), _kilobytes(status, "VmSwap")
    descriptors = _descriptors(proc)
    return ProcessState(
        no_core_dumps=resource.getrlimit(resource.RLIMIT_CORE)[0] == 0,
        not_dumpable=_is_not_dumpable(),
        is_locked=None if kilobytes_locked is None else kilobytes_locked > 0,
        swapped_bytes=None if kilobytes_swapped is None else kilobytes_swapped * 1024,
        files_for_writing=None if descriptors is None else sum(map(_is_file_for_writing, descriptors)),
        open_files=None if descriptors is None else len(descriptors),
        max_open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        overwrites_freed=overwrites(os.environ),
    )


def _is_not_dumpable() -> bool | None:
    if sys.platform != "linux":
        return None
    dumpable: int = ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)
    return dumpable == 0


def _status(proc: Path) -> dict[str, str]:
    try:
        lines = (proc / "status").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _kilobytes(status: dict[str, str], name: str) -> int | None:
    words = status.get(name, "").split()
    return int(words[0]) if words and words[0].isdigit() else None


def _descriptors(proc: Path) -> list[tuple[int, int]] | None:
    """Number and open flags of each; None where they cannot be listed."""
    try:
        entries = list((proc / "fdinfo").iterdir())
    except OSError:
        return None
    found = []
    for entry in entries:
        try:
            told = entry.read_text(encoding="utf-8")
        except OSError:  # the one that listed the others is closed again
            continue
        flags = next((line for line in told.splitlines() if line.startswith("flags:")), "flags: 0")
        found.append((int(entry.name), int(flags.split()[1], 8)))
    return found


def _is_file_for_writing(descriptor: tuple[int, int]) -> bool:
    number, flags = descriptor
    if number < _STANDARD_STREAMS or flags & os.O_ACCMODE == os.O_RDONLY:
        return False
    try:
        return stat.S_ISREG(os.fstat(number).st_mode)
    except OSError:  # closed meanwhile
        return False
