"""`kith rehearse` as a person runs it: real processes, a real server with its media worker."""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from server.cli import _parser

from .test_link import SECRET, token

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
LINK = re.compile(r"http://localhost:[0-9]+/#\S+")


def environment(**settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    return inherited | settings


def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "server", *arguments],
        cwd=ROOT,
        env=environment(**settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_until(stream: IO[str] | None, wanted: str) -> str:
    """What is written until this is in it. Raises: AssertionError."""
    assert stream is not None
    text = ""
    until = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while wanted not in text:
            assert selector.select(until - time.monotonic()), f"{wanted!r} never came"
            some = os.read(stream.fileno(), 65_536)  # not through the buffer, which `select` does not see
            assert some, text
            text += some.decode()
    return text


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """What a running server printed about its first group."""
    process = start("serve", KITH_PORT="0", KITH_MEDIA_PORT="0")
    try:
        yield read_until(process.stdout, "These links end")
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_S)


def rehearse(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    process = start("rehearse", *arguments)
    out, err = process.communicate(stdin, timeout=PATIENCE_S)
    return subprocess.CompletedProcess([], process.returncode, out, err)


def test_a_machine_is_tried_out_with_rooms_of_its_own(served: str) -> None:
    address = LINK.findall(served)[0].partition("#")[0]
    run = rehearse(address, "--rooms", "2", "--members", "2", "--seconds", "2")
    assert (run.returncode, run.stderr) == (0, "kith: 4 members come; Ctrl-C lets them leave\n")
    (total,) = [line.split() for line in run.stdout.splitlines() if line.startswith("all 4")]
    assert total[2] == "4"
    assert int(total[4]) > 50
    assert re.search(r"^server CPU: [0-9.]+ % of one core in 2 processes", run.stdout, re.MULTILINE)


def test_ctrl_c_lets_everybody_leave_and_no_link_is_shown(served: str) -> None:
    member = LINK.findall(served)[1]
    process = start("rehearse", "-", "--members", "2", "--seconds", "600")
    assert process.stdin is not None
    process.stdin.write(member + "\n")
    process.stdin.flush()
    said = read_until(process.stderr, "2 in the lobby")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1
    assert "not in at the end: in the lobby" in out
    for part in member.partition("#")[2].split("."):
        assert part not in said + out + err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["https://kith.example/"], "this is no link of a meeting"),
        ([f"http://localhost:1/#{token()}.{SECRET}"], "kith serve"),
        ([f"http://localhost:1/#{token(one=True)}.{SECRET}"], "for one person"),
        (["http://localhost:1/", "--rooms", "1"], "kith serve"),
        (["http://localhost:1/", "--server-pid", "4194304", "--rooms", "1"], "kith serve"),
        ([f"http://localhost:1/#{token()}.{SECRET}", "--server-pid", "4194304"], "--server-pid"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused_in_one_line(arguments: list[str], said: str) -> None:
    run = rehearse(*arguments)
    assert run.returncode == 2
    assert run.stdout == ""
    assert said in run.stderr
    assert SECRET not in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--members", "0"], "from 1 to 320"),
        (["--members", "321"], "from 1 to 320"),
        (["--seconds", "86401"], "from 1 to 86400"),
        (["--rooms", "101"], "from 1 to 100"),
        (["--seats", "25"], "from 1 to 24"),
    ],
)
def test_what_is_out_of_bounds_is_refused_before_anything_begins(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        _parser().parse_args(["rehearse", "x", *arguments])
    assert refused.value.code == 2
    assert said in capsys.readouterr().err
