"""What is freed is overwritten; and after a meeting nothing of it is in the memory of any process of the server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.confidentiality import freed_memory
from tests.support.served import served

from .canaries import Canary
from .process_image import places
from .whole_session import WholeSession

ROOT = Path(__file__).parents[2]
FAULTY = (sys.executable, "-m", "tests.confidentiality.faulty_server", "serve")
SWEPT_WITHIN_S = 20
"""Twice the time after which the last connection and the last circle of references are gone."""
LEAVE = """
import os, sys
for size in (3, 40, 400, 4000, 40_000, 400_000):
    kept = "".join(sys.argv[1:]).encode() * size
    del kept
os.close(1)
sys.stdin.read()
"""


@pytest.mark.parametrize("before", [{}, {"GLIBC_TUNABLES": "glibc.malloc.check=1", "PYTHONMALLOC": "debug"}])
def test_an_environment_is_made_and_taken_back(before: dict[str, str]):
    environment = before | {"HOME": "/"}
    made = freed_memory.overwriting(environment)
    assert not freed_memory.overwrites(environment)
    assert freed_memory.overwrites(made)
    assert freed_memory.overwriting(made) == made
    assert made["GLIBC_TUNABLES"].startswith(environment.get("GLIBC_TUNABLES", ""))
    plain = {name: value for name, value in environment.items() if name != "PYTHONMALLOC"}
    assert freed_memory.ordinary(made) == plain


@pytest.mark.parametrize("overwrites", [True, False])
def test_only_a_process_that_overwrites_leaves_nothing(overwrites: bool):  # noqa: FBT001
    canary = Canary()
    environment = freed_memory.overwriting({}) if overwrites else {}
    command = [sys.executable, "-c", LEAVE, canary.word[:8], canary.word[8:]]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        process.stdout.read()
        # What the processor has in its registers is saved to the stack, until something else is.
        found = places(process.pid, canary, stack=False)
        process.kill()
    assert bool(found) is not overwrites


@pytest.mark.parametrize(
    ("wanted", "overwriting"), [("all", [True, True]), ("server", [True, False]), ("no", [False, False])]
)
async def test_the_setting_says_which_processes_overwrite(wanted: str, overwriting: list[bool]):
    async with served(KITH_OVERWRITE_FREED=wanted) as server:
        environments = list(map(environment_of, server.family()))
    assert [b"PYTHONMALLOC=malloc" in each for each in environments] == overwriting
    assert [any(b"perturb" in line for line in each) for each in environments] == overwriting


def environment_of(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")


async def test_after_a_meeting_no_process_of_the_server_holds_anything_of_it():
    """In every field, of good and bad clients, and of a fault of ours; root reads the memory from outside."""
    canary = Canary()
    async with served(FAULTY) as server:
        session = WholeSession(server, canary)
        await session.run()
        family = server.family()
        assert [bool(places(pid, canary)) for pid in family] == [True, True], "a server and its media worker"
        await session.end()
        until_s = time.monotonic() + SWEPT_WITHIN_S
        # A look takes its time: what counts is when it began.
        looked_s = time.monotonic()
        while found := [place for pid in family for place in places(pid, canary)]:
            assert looked_s < until_s, found
            await asyncio.sleep(0.5)
            looked_s = time.monotonic()
        assert server.family() == family
