"""Everything works where nothing can be written: the server needs no file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.served import ROOT, served

from .canaries import Canary
from .test_canary import FAULTY
from .whole_session import WholeSession

READ_ONLY = ("unshare", "--mount", "sh", str(Path(__file__).with_name("read_only.sh")))
"""As root."""


def test_nothing_can_be_written_there() -> None:
    """Otherwise the two below would mean nothing."""
    write = "import sys, tempfile\ntry: tempfile.TemporaryFile()\nexcept FileNotFoundError: print('nowhere')"
    command = [*READ_ONLY, sys.executable, "-B", "-c", write]
    run = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert run.stdout == "nowhere\n"


async def test_a_whole_session_on_a_read_only_root() -> None:
    async with served((*READ_ONLY, *FAULTY)) as server:
        session = WholeSession(server, Canary())
        await session.run()
        await session.end()


@pytest.mark.timeout(600)
def test_the_whole_protocol_suite_on_a_read_only_root() -> None:
    """The server of these tests runs in their process: both are where nothing can be written."""
    suite = ("-B", "-m", "pytest", "tests/signaling", "-q", "-s", "-p", "no:cacheprovider", "-W", "error")
    run = subprocess.run(  # noqa: S603 - our own
        [*READ_ONLY, sys.executable, *suite],
        cwd=ROOT,
        env=os.environ | {"CI": "true"},  # hypothesis then keeps no examples
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
    assert "failed" not in run.stdout
