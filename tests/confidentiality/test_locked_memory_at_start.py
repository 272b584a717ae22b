"""`kith serve` where memory may not be locked: one plain warning, or a refusal if the operator wants it so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIMITED = """
import ctypes, os, resource, sys
ctypes.CDLL(None).prctl(24, 14, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_IPC_LOCK: root loses it with the next program
resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
os.execv(sys.executable, [sys.executable, "-m", "server", "serve"])
"""


def served(**settings: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    ports = {"KITH_PORT": "0", "KITH_MEDIA_PORT": "0"}
    return subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-c", LIMITED],
        cwd=ROOT,
        env=environment | ports | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_refuses_when_memory_must_be_locked():
    with served(KITH_REQUIRE_LOCKED_MEMORY="yes") as server:
        out, err = server.communicate(timeout=60)
    assert (server.returncode, out) == (2, "")
    assert err.count("\n") == 1
    assert "KITH_REQUIRE_LOCKED_MEMORY" in err


def test_it_warns_once_and_serves_otherwise():
    with served() as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("Kith is at ")
        server.terminate()
        _, err = server.communicate(timeout=60)
    assert err.count("WARNING server.serve: memory is not locked") == 1
