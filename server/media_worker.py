"""Where a media worker begins: closes the ways to a disk and the logs as `cli` does, then works for the server that started it.

Started by `media.worker_link` as `python -m server.media_worker FD`; FD is the only argument, a socket it inherits. Nothing
confidential is in the arguments or the environment.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys

from server.confidentiality.hardening import harden, lock_memory
from server.confidentiality.log_filter import configure_logging


def main(fd: int) -> None:
    """Return when the socket closes: signals meant for the whole group (Ctrl-C, a stopping service) are the server's to obey."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    harden()
    lock_memory()  # where it cannot be, the server has said so or refused
    configure_logging(sys.stderr)
    from server.media.worker_process import work  # noqa: PLC0415 - hardened before anything else is loaded

    asyncio.run(work(socket.socket(fileno=fd)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
