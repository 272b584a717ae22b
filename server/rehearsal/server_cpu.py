"""The CPU time of a server on this machine, with its media workers; called by `rehearsal`.

Reads `/proc` of Linux and nothing else; where it cannot say, it says so. Imports `errors` only.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .errors import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Iterator

PROC: Final = Path("/proc")
_LISTENING: Final = "0A"
"""State of a TCP socket in /proc/net/tcp."""
_PPID, _UTIME = 1, 11
"""Fields of /proc/PID/stat behind the name, from 0; user, system and the reaped children's two stand in a row."""


class ServerCpu:
    """One server: a process and everything it started."""

    def __init__(self, pid: int, proc: Path = PROC) -> None:
        """Raises: `RehearsalError` if there is no such process."""
        self._proc = proc
        self.pid: Final = pid
        if pid not in self._times():
            raise RehearsalError("--server-pid: there is no such process on this machine")

    def family(self) -> set[int]:
        """Its process and all that it started."""
        return self._family(self._times())

    def used_s(self) -> float | None:
        """CPU seconds, user and system, of all of them since they began; None if the server is gone."""
        times = self._times()
        if self.pid not in times:
            return None
        ticks = sum(times[pid][1] for pid in self._family(times))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _family(self, times: dict[int, tuple[int, int]]) -> set[int]:
        family = {self.pid}
        while True:
            more = {pid for pid, (parent, _) in times.items() if parent in family} - family
            if not more:
                return family
            family |= more

    def _times(self) -> dict[int, tuple[int, int]]:
        """Every process → (its parent, its ticks and those of its children that are gone)."""
        found = {}
        for stat in self._proc.glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
                found[int(stat.parent.name)] = (
                    int(fields[_PPID]),
                    sum(map(int, fields[_UTIME : _UTIME + 4])),
                )
            except (OSError, ValueError, IndexError):  # it ended while we looked
                continue
        return found


def find_server(host: str, port: int, proc: Path = PROC) -> ServerCpu | None:
    """The server that listens there, if that is this machine and we may see it; None otherwise."""
    if not _is_loopback(host):
        return None
    pids = _owners(_listening(port, proc), proc) or _by_command(proc)
    if len(pids) != 1:
        return None
    try:
        return ServerCpu(pids.pop(), proc)
    except RehearsalError:
        return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listening(port: int, proc: Path) -> set[str]:
    """Inodes of the sockets that listen on a TCP port."""
    inodes = set()
    for table in ("net/tcp", "net/tcp6"):
        try:
            lines = (proc / table).read_text(encoding="ascii").splitlines()[1:]
        except (OSError, ValueError):
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
    return inodes


def _owners(inodes: set[str], proc: Path) -> set[int]:
    """Processes that hold one of these sockets; those of whom we may not know it are left out."""
    wanted = {f"socket:[{inode}]" for inode in inodes}
    owners = set()
    for directory in proc.glob("[0-9]*/fd"):
        if not wanted.isdisjoint(_open_files(directory)):
            owners.add(int(directory.parent.name))
    return owners


def _open_files(directory: Path) -> Iterator[str]:
    try:
        entries = list(directory.iterdir())
    except OSError:  # not ours to see
        return
    for entry in entries:
        with contextlib.suppress(OSError):  # closed while we looked
            yield str(entry.readlink())


def _by_command(proc: Path) -> set[int]:
    """`kith serve` hides its sockets from everybody but root; its command line can be seen."""
    found = set()
    for path in proc.glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().rstrip(b"\0").split(b"\0")
        except OSError:
            continue
        program, command = words[:-1], words[-1]
        if command == b"serve" and (
            program[-2:] == [b"-m", b"server"] or (program[-1:] and program[-1].endswith(b"kith"))
        ):
            found.add(int(path.parent.name))
    return found
