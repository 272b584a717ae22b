"""The witness of the canary test sees what it should: otherwise "no file" would mean nothing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from . import strace

if TYPE_CHECKING:
    from pathlib import Path

WRITES = [
    ("open(sys.argv[1], 'w').close()", "made"),
    ("open(sys.argv[1], 'a').close()", "made"),
    ("open(sys.argv[1], 'x').close()", "made"),
    ("os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)", "made"),
    ("tempfile.TemporaryFile(dir=sys.argv[2])", "/"),
    ("os.memfd_create('made')", "memfd_create"),
    ("os.mkdir(sys.argv[1])", "made"),
    ("os.symlink('x', sys.argv[1])", "made"),
    ("os.rename(sys.argv[1], sys.argv[1])", "made"),
    ("threading.Thread(target=lambda: open(sys.argv[1], 'w').close()).start()", "made"),
    ("subprocess.run(['touch', sys.argv[1]])", "made"),
]


def seen(tmp_path: Path, code: str) -> set[str]:
    log = tmp_path / "log"
    program = f"import contextlib, os, subprocess, sys, tempfile, threading\nwith contextlib.suppress(OSError): {code}"
    command = [sys.executable, "-B", "-c", program, str(tmp_path / "made"), str(tmp_path)]
    subprocess.run([*strace.command(log), *command], check=True)  # noqa: S603 - our own
    return strace.opened_for_writing(log)


@pytest.mark.parametrize(("code", "path"), WRITES)
def test_a_file_that_is_made_or_opened_for_writing_is_seen(tmp_path: Path, code: str, path: str) -> None:
    assert any(path in each for each in seen(tmp_path, code))


def test_reading_is_not_taken_for_writing(tmp_path: Path) -> None:
    assert seen(tmp_path, "open('/etc/passwd').read()") <= {"/dev/null"}
