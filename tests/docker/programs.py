"""Starts the programs that `docker/` configures as Debian packages them, and ends them; used by the tests here."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

DOCKER: Final = Path(__file__).parents[2] / "docker"
PATIENCE_S: Final = 60


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.asynccontextmanager
async def program(
    command: Sequence[str],
    is_up: Callable[[], bool],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Path]:
    """Runs in `folder` until the block ends. Gives the file of what it said."""
    said = folder / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - returns at once; our own arguments
            command,
            cwd=folder,
            env={"PATH": f"{os.environ['PATH']}:/usr/sbin", "HOME": str(folder), **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_up():
                assert process.poll() is None, said.read_text()
                await asyncio.sleep(0.02)
        yield said
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
