"""Closes the ways by which this process's memory could reach a disk; called before anything else by every command.

Imports the standard library only. What a system cannot do is told, not hidden.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""linux/prctl.h"""
_NOT_DUMPABLE: Final = 0
_OWNER_ONLY: Final = 0o077
_MCL_CURRENT: Final = 1
"""linux/mman.h: what is mapped now …"""
_MCL_FUTURE: Final = 2
"""… and later …"""
_MCL_ONFAULT: Final = 4
"""… but only pages that hold something: stacks of threads are mostly empty (Linux 4.4)."""
_CAP_IPC_LOCK: Final = 14
"""linux/capability.h: no limit of locked memory counts."""


@dataclass(frozen=True, slots=True)
class Hardening:
    """What is in force."""

    no_core_dumps: bool
    not_dumpable: bool
    """Neither a debugger of the same user nor a core pattern can read the memory (Linux)."""


class MemoryLock(Enum):
    """Whether memory can reach swap."""

    LOCKED = "locked"
    LIMITED = "limited"
    """The system permits too little: a limit that is reached later would fail an allocation in the midst of a meeting."""
    UNSUPPORTED = "unsupported"


def harden() -> Hardening:
    """No core dumps, no attaching, no compiled files, and no file for anybody else, from now on.

    What crashes below Python still tells where: files, lines and functions, no values.
    """
    sys.dont_write_bytecode = True
    os.umask(_OWNER_ONLY)
    hardening = Hardening(no_core_dumps=_forbid_core_dumps(), not_dumpable=_forbid_dumping())
    if sys.stderr is not None:
        faulthandler.enable()
    return hardening


def lock_memory() -> MemoryLock:
    """All memory of this process stays out of swap from now on, where the system permits it without a bound.

    Not inherited: every process of the server calls it.
    """
    if sys.platform != "linux":
        return MemoryLock.UNSUPPORTED
    if not _may_lock_everything():
        return MemoryLock.LIMITED
    flags = _MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT
    return MemoryLock.LOCKED if ctypes.CDLL(None).mlockall(flags) == 0 else MemoryLock.UNSUPPORTED


def _may_lock_everything() -> bool:
    if has_capability(_CAP_IPC_LOCK):
        return True
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if hard != resource.RLIM_INFINITY:
        return False
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
    return True


def has_capability(number: int) -> bool:
    """True if this process has it in effect (Linux)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    effective = next((line for line in status.splitlines() if line.startswith("CapEff:")), "CapEff: 0")
    return bool(int(effective.partition(":")[2], 16) >> number & 1)


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
