"""What a serving process asks of the system, looked at from inside a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LOOK = """
import resource
from server.serve import allow_connections
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
allow_connections()
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard))
"""


def test_a_low_soft_limit_of_open_files_is_raised() -> None:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", LOOK],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "True\n"
