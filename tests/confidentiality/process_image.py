"""What is in the memory of a process, byte for byte, as root sees it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .canaries import Canary

_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r")


def places(pid: int, canary: Canary, around: int = 24, *, stack: bool = True) -> list[bytes]:
    """Every place where the canary is: what stands around it, and in which mapping. stack: that of the main thread, too."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            mapping = _MAPPING.match(line)
            if mapping is None or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            if line.endswith("[stack]") and not stack:
                continue
            start, end = (int(each, 16) for each in mapping.groups())
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError):  # unmapped meanwhile
                continue
            for shape in canary.shapes:
                at = data.find(shape)
                while at >= 0:
                    found.append(data[max(0, at - around) : at + len(shape) + around] + line[-24:].encode())
                    at = data.find(shape, at + 1)
    return found
