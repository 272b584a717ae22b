"""A network of a test's own on this machine, with one address: programs are started in it, `link.py` carries what they send.

Used by the stage of the tests in `tests/network/`. How the system makes it is `inside.py`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from shlex import join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

INSIDE = Path(__file__).with_name("inside.py")
MADE_WITHIN_S = 30
_HANDED_OVER = 3
_MAX_WORD_BYTES = 1000


class NetworkForbidden(Exception):  # noqa: N818 - as the system says it
    """This system does not let us have networks of our own; the text says what it forbids, and what would help."""


@dataclass(frozen=True)
class OwnNetwork:
    """What holds the network: open files of this process."""

    address: str
    device: int
    """The TUN device: what is read there was sent inside, what is written there arrives."""
    network: int
    users: int

    def command(self, *command: str) -> list[str]:
        """What to start, from this process or a child of it, so that `command` runs inside."""
        held = (f"/proc/{os.getpid()}/fd/{each}" for each in (self.network, self.users))
        return [sys.executable, "-I", str(INSIDE), "enter", *held, *command]

    def script(self, folder: Path, program: str) -> Path:
        """The same as an executable file, for callers that take the path of a program and add its arguments."""
        script = folder / f"{Path(program).name}-{self.address}"
        script.write_text(f'#!/bin/sh\nexec {join(self.command(program))} "$@"\n')
        script.chmod(0o700)
        return script


@contextlib.contextmanager
def own_network(address: str) -> Iterator[OwnNetwork]:
    """Held until the block ends; what runs inside then keeps an empty wire.

    Raises: NetworkForbidden.
    """
    device, network, users = _make(address)
    try:
        yield OwnNetwork(address, device, network, users)
    finally:
        for held in (device, network, users):
            os.close(held)


def _make(address: str) -> tuple[int, int, int]:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as door:
        door.settimeout(MADE_WITHIN_S)
        door.bind(f"{folder}/door")
        door.listen()
        with subprocess.Popen([sys.executable, "-I", INSIDE, "make", f"{folder}/door", address]):  # noqa: S603
            maker, _ = door.accept()
            with maker:
                maker.settimeout(MADE_WITHIN_S)
                word, files, _, _ = socket.recv_fds(maker, _MAX_WORD_BYTES, _HANDED_OVER)
    if len(files) != _HANDED_OVER:
        raise NetworkForbidden(
            f"this system forbids networks of a test's own: {word.decode()}. They need root with CAP_SYS_ADMIN, or user "
            "namespaces for everybody, and /dev/net/tun"
        )
    device, network, users = files
    return device, network, users
