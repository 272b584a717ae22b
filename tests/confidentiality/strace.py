"""Every file that a process tree opened so that it could write to it, as the kernel saw it; read from a log of `strace -f`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CALLS = "openat,openat2,open,creat,mknod,mknodat,memfd_create,truncate,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat"
"""Whatever makes, opens or replaces a file."""
_OPENED = re.compile(
    r'(?:openat2?|open)\((?:[^,"]+, )?"((?:[^"\\]|\\.)*)"(\.\.\.)?, (?:\{flags=)?([A-Z_|0-9x]+)'
)
_FOR_WRITING = frozenset({"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"})


def command(log: Path) -> tuple[str, ...]:
    """What to put before another command. The witness stops the process only at these calls."""
    return (
        "strace",
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-e",
        f"trace={CALLS}",
        "-e",
        "signal=none",
        "-o",
        str(log),
    )


def opened_for_writing(log: Path) -> set[str]:
    """Paths as they were given; other calls that make files, as they stand in the log. Failed attempts count too."""
    found = set()
    for line in log.read_text(errors="backslashreplace").splitlines():
        call = line.partition(" ")[2].strip()
        if call.startswith(("+++", "---", "<...")) or "(" not in call:
            continue
        opened = _OPENED.match(call)
        if opened is None:
            found.add(call)
        elif _FOR_WRITING & set(opened[3].split("|")):
            found.add(opened[1])
    return found
