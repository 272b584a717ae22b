"""A hardened process really is; looked at from outside, as `/proc` of Linux shows it, and from inside."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.served import environment, served

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NOBODY = 65534
IPC_LOCK = 1 << 14
"""Of CapEff."""
LOOK = """
import os, sys
from server.confidentiality.hardening import harden
print(harden())
from server.confidentiality.self_check import look_at_self
print(look_at_self().no_core_dumps, look_at_self().not_dumpable)
print(oct(os.umask(0)), sys.dont_write_bytecode, flush=True)
"""
LOCK = """
import os, resource, sys
from server.confidentiality.hardening import lock_memory
from server.confidentiality.self_check import look_at_self
limit, user = map(int, sys.argv[1:])
if limit != -2:
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (limit, limit))
if user:
    os.setuid(user)
print(lock_memory().value, look_at_self().is_locked, flush=True)
"""
PLAIN_USER = f"""
import ctypes, os, sys
from server.confidentiality.hardening import harden
if os.geteuid() == 0:
    os.setuid({NOBODY})
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # what the change of user has taken
{{}}
"""
CRASH = """
import os, signal, sys
from server.confidentiality.hardening import harden
harden()
def work(name):
    local = name.upper()
    os.kill(os.getpid(), signal.SIGSEGV)
work("canary" + "-of-a-local")
"""
AS_ROOT = os.geteuid() == 0


@contextmanager
def child(code: str, *arguments: object) -> Iterator[tuple[int, list[str]]]:
    """A process that ran `code` and waits: its id and what it printed."""
    waiting = f"{code}\nos.close(1)\nsys.stdin.read()\n"
    command = [sys.executable, "-c", waiting, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:  # noqa: S603
        assert run.stdout is not None
        yield run.pid, run.stdout.read().splitlines()
        run.kill()


def may_lock() -> bool:
    """As this process, so the servers it starts."""
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    return hard == resource.RLIM_INFINITY or bool(int(told(os.getpid(), "status", "CapEff"), 16) & IPC_LOCK)


def told(pid: int, file: str, name: str) -> str:
    """One line of /proc/PID/FILE, behind its name."""
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return next(line.removeprefix(name).strip(" :\t") for line in lines if line.startswith(name))


def test_a_hardened_process_looks_so_from_outside_and_from_inside():
    with child(LOOK) as (pid, printed):
        assert told(pid, "limits", "Max core file size").split()[:2] == ["0", "0"]
        assert Path(f"/proc/{pid}/environ").stat().st_uid == 0, (
            "not dumpable: it belongs to root, whoever runs it"
        )
        assert told(pid, "status", "Umask") == "0000", "put to 0 only by our own look at it"
    assert printed == ["Hardening(no_core_dumps=True, not_dumpable=True)", "True True", "0o77 True"]


@pytest.mark.parametrize(("hardens", "sees"), [("harden()", "PermissionError"), ("", "read it")])
def test_another_process_of_the_same_user_can_read_its_memory_only_if_it_is_not_hardened(
    hardens: str, sees: str
):
    with child(PLAIN_USER.format(hardens)) as (pid, _):
        look = PLAIN_USER.format(f"open('/proc/{pid}/mem', 'rb'); print('read it')")
        run = subprocess.run(  # noqa: S603
            [sys.executable, "-c", look], capture_output=True, text=True, check=False, cwd=ROOT
        )
    assert sees in run.stdout + run.stderr


def test_memory_is_locked_where_no_limit_can_be_reached():
    is_allowed = may_lock()
    with child(LOCK, -2, 0) as (pid, printed):
        assert printed == ["locked True" if is_allowed else "limited False"]
        assert (told(pid, "status", "VmLck").split()[0] != "0") is is_allowed


def test_memory_is_not_locked_under_a_limit_that_could_be_reached_later():
    with child(LOCK, *((1 << 22, NOBODY) if AS_ROOT else (0, 0))) as (pid, printed):
        assert printed == ["limited False"]
        assert told(pid, "status", "VmLck").split()[0] == "0"


async def test_every_process_of_a_running_server_is_hardened():
    async with served() as server:
        family = server.family()
        for pid in family:
            assert told(pid, "limits", "Max core file size").split()[:2] == ["0", "0"]
            assert told(pid, "status", "Umask") == "0077"
            assert (told(pid, "status", "VmLck").split()[0] != "0") is may_lock()
    assert len(family) == 2, "the server and its media worker"


def test_what_asks_whether_the_server_is_alive_is_hardened_too() -> None:
    """It reads all settings, the keys among them, every few seconds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        asks = environment(KITH_PORT=str(server.getsockname()[1]))
        with subprocess.Popen([sys.executable, "-m", "server.alive"], cwd=ROOT, env=asks) as run:
            connection, _ = server.accept()
            with connection:
                assert told(run.pid, "limits", "Max core file size").split()[:2] == ["0", "0"]
                assert told(run.pid, "status", "Umask") == "0077"
                connection.recv(1024)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            assert run.wait() == 0


def test_a_crash_tells_where_and_no_value():
    run = subprocess.run([sys.executable, "-c", CRASH], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == -11
    assert "Segmentation fault" in run.stderr
    assert "in work" in run.stderr
    assert "canary" not in run.stderr.lower()


def test_nothing_is_compiled_to_disk_by_the_command(tmp_path: Path):
    """A copy that has never run: importing the whole command leaves no file but those of its first line."""
    # Without what Python compiles there meanwhile.
    shutil.copytree(ROOT / "server", tmp_path / "server", ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-B", "-m", "server", "invite", "--help"], cwd=tmp_path, check=True)
    assert not list(tmp_path.rglob("*.pyc"))
