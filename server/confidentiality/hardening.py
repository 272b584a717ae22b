"""Closes the ways by which this process's memory could reach a disk; called first by `kith serve`.

Imports the standard library only. What a system cannot do is told, not hidden.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from dataclasses import dataclass
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""linux/prctl.h"""
_NOT_DUMPABLE: Final = 0
_OWNER_ONLY: Final = 0o077


@dataclass(frozen=True, slots=True)
class Hardening:
    """What is in force."""

    no_core_dumps: bool
    not_dumpable: bool
    """Neither a debugger of the same user nor a core pattern can read the memory (Linux)."""


def harden() -> Hardening:
    """No core dumps, no attaching, no compiled files, and no file for anybody else, from now on."""
    sys.dont_write_bytecode = True
    os.umask(_OWNER_ONLY)
    return Hardening(no_core_dumps=_forbid_core_dumps(), not_dumpable=_forbid_dumping())


def _forbid_core_dumps() -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def _forbid_dumping() -> bool:
    if sys.platform != "linux":
        return False
    result: int = ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, _NOT_DUMPABLE, 0, 0, 0)
    return result == 0
