"""Overwrites memory as soon as it is freed: Python does not, so a process is begun again in a way that does.

Called by `serve` before anything else. With Python's own allocator set aside (`PYTHONMALLOC`), everything is freed through the
C library, and that of GNU fills what is freed (`glibc.malloc.perturb`) unless it sets it aside first (`tcache`).
Imports the standard library only.
"""

from __future__ import annotations

import os
import platform
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALLOCATOR: Final = "PYTHONMALLOC"
_TUNABLES: Final = "GLIBC_TUNABLES"
_BINDING: Final = "LD_BIND_NOW"
"""Functions of libraries are found at the start: finding them later saves the processor's registers, with parts of whatever
was copied last, to a place of the stack that nothing may overwrite for hours."""
_OURS: Final = ("glibc.malloc.perturb=165", "glibc.malloc.tcache_count=0")
"""165: any byte but 0 fills."""


def can_overwrite() -> bool:
    """True with the C library that can."""
    return sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def overwrites(environment: Mapping[str, str]) -> bool:
    """True for a process that was begun with this."""
    return environment.get(_ALLOCATOR) == "malloc" and set(_OURS) <= set(_tunables(environment))


def overwriting(environment: Mapping[str, str]) -> dict[str, str]:
    """The same environment, for a process that overwrites what it frees."""
    others = [each for each in _tunables(environment) if each not in _OURS]
    ours = {_ALLOCATOR: "malloc", _BINDING: "1", _TUNABLES: ":".join((*others, *_OURS))}
    return {**environment, **ours}


def ordinary(environment: Mapping[str, str]) -> dict[str, str]:
    """The same environment, for a process that does not."""
    taken = {_ALLOCATOR, _BINDING, _TUNABLES}
    plain = {name: value for name, value in environment.items() if name not in taken}
    others = ":".join(each for each in _tunables(environment) if each not in _OURS)
    return plain | ({_TUNABLES: others} if others else {})


def begin_again() -> None:
    """This program, anew and overwriting, in the same process. Does not return. Raises: OSError if it cannot be begun."""
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], overwriting(os.environ))  # noqa: S606 - ourselves


def _tunables(environment: Mapping[str, str]) -> list[str]:
    return [each for each in environment.get(_TUNABLES, "").split(":") if each]
