from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from server import drain
from server.cli import main

if TYPE_CHECKING:
    import pytest


def sleeper(obeys: bool) -> subprocess.Popen[str]:  # noqa: FBT001 - said where it is called
    ignore = "" if obeys else "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    code = f"import signal, time; {ignore} print('up', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def test_it_returns_when_the_server_is_gone() -> None:
    with sleeper(obeys=True) as process:
        assert main(["drain", str(process.pid)]) == drain.GONE


def test_it_says_when_the_server_takes_longer(capsys: pytest.CaptureFixture[str]) -> None:
    with sleeper(obeys=False) as process:
        assert drain.drain(process.pid, 0) == drain.NOT_GONE
        process.kill()
    assert "has not ended yet" in capsys.readouterr().err


def test_it_says_when_there_is_no_such_server(capsys: pytest.CaptureFixture[str]) -> None:
    with sleeper(obeys=True) as process:
        process.kill()
    assert main(["drain", str(process.pid)]) == drain.NO_SERVER
    assert "no server" in capsys.readouterr().err
