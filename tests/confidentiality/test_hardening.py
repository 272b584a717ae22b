"""A hardened process really is; looked at from inside a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOOK = """
import ctypes, os, resource, sys
from server.confidentiality.hardening import harden
print(harden())
print(resource.getrlimit(resource.RLIMIT_CORE))
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0)
print(oct(os.umask(0)))
print(sys.dont_write_bytecode)
"""


@pytest.fixture(scope="module")
def seen() -> list[str]:
    run = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return run.stdout.splitlines()


def test_it_says_what_is_in_force(seen: list[str]):
    on_linux = sys.platform == "linux"
    assert seen[0] == f"Hardening(no_core_dumps=True, not_dumpable={on_linux})"


def test_no_core_file_can_be_written(seen: list[str]):
    assert seen[1] == "(0, 0)"


def test_the_memory_cannot_be_read_from_outside(seen: list[str]):
    assert seen[2] == "0"


def test_no_file_is_for_others_and_none_is_compiled(seen: list[str]):
    assert seen[3:] == ["0o77", "True"]
