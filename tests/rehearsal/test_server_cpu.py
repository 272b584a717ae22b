"""Finding the server on this machine and adding up what it and its workers use."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

import pytest

from server.rehearsal.errors import RehearsalError
from server.rehearsal.server_cpu import ServerCpu, find_server

if TYPE_CHECKING:
    from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Proc:
    """A `/proc` as the kernel would show it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "net").mkdir()
        self._lines = ["  sl  local_address rem_address   st tx rx tr tm retrnsmt   uid  timeout inode"]
        self.sockets()

    def process(
        self, pid: int, parent: int, *ticks: int, command: str = "", inode: int | None = None
    ) -> None:
        own = self.path / str(pid)
        (own / "fd").mkdir(parents=True)
        times = " ".join(map(str, (*ticks, *(0,) * (4 - len(ticks)))))
        before = "0 " * 9
        (own / "stat").write_text(f"{pid} (a ) name) S {parent} {before}{times} 20 0\n", encoding="ascii")
        (own / "cmdline").write_bytes(command.replace(" ", "\0").encode() + b"\0")
        if inode is not None:
            (own / "fd" / "7").symlink_to(f"socket:[{inode}]")

    def sockets(self, *listening: tuple[int, int], state: str = "0A") -> None:
        """(port, inode) of each."""
        self._lines += [
            f"   0: 0100007F:{port:04X} 00000000:0000 {state} 0:0 0:0 0 1000 0 {inode} 1"
            for port, inode in listening
        ]
        (self.path / "net" / "tcp").write_text("\n".join(self._lines) + "\n", encoding="ascii")


@pytest.fixture
def proc(tmp_path: Path) -> Proc:
    return Proc(tmp_path)


def test_a_server_and_all_that_it_started_are_added_up(proc: Proc) -> None:
    proc.process(10, 1, 100, 20, 3, 4)
    proc.process(11, 10, 200)
    proc.process(12, 11, 50)
    proc.process(13, 1, 9999)
    cpu = ServerCpu(10, proc.path)
    assert cpu.used_s() == pytest.approx(377 / TICKS_PER_S)
    assert cpu.family() == {10, 11, 12}


def test_a_process_that_is_not_there_is_refused(proc: Proc) -> None:
    with pytest.raises(RehearsalError, match="--server-pid"):
        ServerCpu(10, proc.path)


def test_a_server_that_is_gone_is_not_known_any_more(proc: Proc) -> None:
    proc.process(10, 1, 100)
    cpu = ServerCpu(10, proc.path)
    (proc.path / "10" / "stat").unlink()
    assert cpu.used_s() is None


def test_what_cannot_be_read_is_passed_over(proc: Proc) -> None:
    proc.process(10, 1, 100)
    proc.process(11, 10)
    (proc.path / "11" / "stat").write_text("11 (half", encoding="ascii")
    assert ServerCpu(10, proc.path).family() == {10}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.9", "::1"])
def test_who_listens_on_the_port_is_the_server(proc: Proc, host: str) -> None:
    proc.sockets((8080, 500), (8081, 501))
    proc.process(10, 1, inode=500)
    proc.process(20, 1, inode=501)
    found = find_server(host, 8081, proc.path)
    assert found is not None
    assert found.pid == 20


@pytest.mark.parametrize("host", ["kith.example", "192.0.2.1", "2001:db8::1"])
def test_a_server_elsewhere_is_not_looked_for(proc: Proc, host: str) -> None:
    proc.sockets((8080, 500))
    proc.process(10, 1, inode=500)
    assert find_server(host, 8080, proc.path) is None


def test_connections_of_clients_are_no_servers(proc: Proc) -> None:
    proc.sockets((8080, 500), state="01")
    proc.process(10, 1, inode=500)
    assert find_server("localhost", 8080, proc.path) is None


@pytest.mark.parametrize(
    "command", ["python3 -m server serve", "/opt/kith/bin/python3 /opt/kith/bin/kith serve"]
)
def test_a_server_that_hides_its_sockets_is_known_by_its_command(proc: Proc, command: str) -> None:
    proc.sockets((8080, 500))
    proc.process(10, 1, command=command)
    proc.process(11, 1, command="serve")
    proc.process(12, 1, command="python3 -m server rehearse link")
    found = find_server("localhost", 8080, proc.path)
    assert found is not None
    assert found.pid == 10


def test_of_two_that_may_be_the_server_neither_is_taken(proc: Proc) -> None:
    proc.process(10, 1, command="python3 -m server serve")
    proc.process(11, 1, command="python3 -m server serve")
    assert find_server("localhost", 8080, proc.path) is None


def test_this_very_process_is_found_and_what_it_uses_rises() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = find_server("127.0.0.1", listener.getsockname()[1])
    assert found is not None
    assert found.pid == os.getpid()
    before = found.used_s()
    assert before is not None
    until = time.process_time() + 3 / TICKS_PER_S
    while time.process_time() < until:
        pass
    after = found.used_s()
    assert after is not None
    assert after > before
