"""What a check found, and what the server's own processes say about themselves; used by `web.proof`, `web.metrics` and `doctor`.

Pure. Texts are for operators; members read those of `web.proof_words`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .self_check import ProcessState


class Outcome(StrEnum):
    """Worse ones come later."""

    FINE = "fine"
    UNKNOWN = "unknown"
    """Could not be tested here."""
    WARNING = "warning"
    """It works, and the promise has a gap that an operator can close."""
    BROKEN = "broken"
    """The promise is not kept, or meetings fail."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check and what came of it."""

    check: str
    """Its name, the same in every place: `core_dumps`."""
    outcome: Outcome
    says: str
    """One sentence for an operator."""
    remedy: str = ""
    """What to do about it; empty where there is nothing."""


def findings_of_processes(
    states: Sequence[ProcessState | None], *, filters_logs: bool
) -> tuple[Finding, ...]:
    """What the server and its media workers see of themselves; None: one that has not looked yet."""
    seen = [state for state in states if state is not None]
    return (
        _core_dumps(seen),
        _dumpable(seen),
        _locked(seen),
        _swapped(seen),
        _files(seen),
        _freed(seen),
        _descriptors(seen),
        Finding("logs", Outcome.FINE, "Every log record goes through the filter.")
        if filters_logs
        else Finding(
            "logs", Outcome.BROKEN, "Log records pass by the filter.", "Report this: it is a bug of ours."
        ),
    )


def _core_dumps(states: Sequence[ProcessState]) -> Finding:
    if all(state.no_core_dumps for state in states):
        return Finding("core_dumps", Outcome.FINE, "No process may leave a core file.")
    return Finding(
        "core_dumps", Outcome.BROKEN, "A process may leave a core file.", "Start it as `kith serve` does."
    )


def _dumpable(states: Sequence[ProcessState]) -> Finding:
    if any(state.not_dumpable is None for state in states):
        return Finding(
            "dumpable", Outcome.UNKNOWN, "This system does not say who may read a process's memory."
        )
    if all(state.not_dumpable for state in states):
        return Finding("dumpable", Outcome.FINE, "No other process but root's may read the memory.")
    return Finding("dumpable", Outcome.BROKEN, "Other processes of the same user may read the memory.")


def _locked(states: Sequence[ProcessState]) -> Finding:
    if all(state.is_locked for state in states):
        return Finding("locked_memory", Outcome.FINE, "All memory is locked: it does not reach swap.")
    return Finding(
        "locked_memory",
        Outcome.WARNING,
        "Memory is not locked: swap could hold parts of it.",
        "Allow it (LimitMEMLOCK=infinity, or the capability IPC_LOCK), or use no swap, or encrypted swap.",
    )


def _swapped(states: Sequence[ProcessState]) -> Finding:
    if any(state.swapped_bytes is None for state in states):
        return Finding("swapped", Outcome.UNKNOWN, "This system does not say what is in swap.")
    if not any(state.swapped_bytes for state in states):
        return Finding("swapped", Outcome.FINE, "Nothing of the server is in swap now.")
    return Finding(
        "swapped",
        Outcome.BROKEN,
        "Parts of the server's memory are in swap.",
        "Restart the server without swap (`swapoff -a`) or with locked memory.",
    )


def _files(states: Sequence[ProcessState]) -> Finding:
    if any(state.files_for_writing is None for state in states):
        return Finding("files", Outcome.UNKNOWN, "This system does not say which files are open.")
    count = sum(state.files_for_writing or 0 for state in states)
    if count == 0:
        return Finding("files", Outcome.FINE, "No file is open for writing.")
    return Finding(
        "files", Outcome.BROKEN, f"{count} files are open for writing.", "Report this: it is a bug of ours."
    )


def _freed(states: Sequence[ProcessState]) -> Finding:
    if all(state.overwrites_freed for state in states):
        return Finding("freed_memory", Outcome.FINE, "Memory is overwritten as soon as it is freed.")
    return Finding(
        "freed_memory",
        Outcome.WARNING,
        "Freed memory is not overwritten in every process: remains of ended meetings stay until it is used again.",
        "Set KITH_OVERWRITE_FREED=all, on a system with the GNU C library.",
    )


ENOUGH_FILES = 4096
"""What 4000 connections need."""


def _descriptors(states: Sequence[ProcessState]) -> Finding:
    least = min((state.max_open_files for state in states), default=0)
    used = max((state.open_files or 0 for state in states), default=0)
    # How many are in use is not said: from one moment to the next it would show that somebody came.
    if used * 10 >= least * 9:
        return Finding(
            "open_files", Outcome.BROKEN, "Almost all file descriptors are in use.", "Raise LimitNOFILE."
        )
    if least < ENOUGH_FILES:
        return Finding(
            "open_files",
            Outcome.WARNING,
            f"A process may open {least} files: that many people can connect.",
            f"Raise LimitNOFILE to {ENOUGH_FILES} or more.",
        )
    return Finding("open_files", Outcome.FINE, "There are enough file descriptors.")
