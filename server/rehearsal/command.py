"""`kith rehearse`: what was asked for on the command line becomes a rehearsal and a table; called by `cli`.

Nothing that is printed here holds any part of a link.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Final

from .errors import BadLink
from .link import MAX_LINK_CHARS, Server, read_link, read_server
from .rehearsal import Cast, Gathering, Rehearsal
from .rooms import start_group
from .sample_media import make_loops
from .server_cpu import ServerCpu, find_server
from .table import table

if TYPE_CHECKING:
    from .rehearsal import Outcome
    from .wanted import Wanted

FROM_STDIN: Final = "-"
EXIT_NOBODY: Final = 1
"""It ended without anybody inside."""


def run_rehearsal(wanted: Wanted) -> int:
    """The table is printed; the exit code. Raises: `RehearsalError`."""
    text = sys.stdin.readline(MAX_LINK_CHARS + 1) if wanted.link == FROM_STDIN else wanted.link
    outcome = asyncio.run(_run(wanted, text))
    sys.stdout.write(table(outcome))
    return 0 if outcome.joined else EXIT_NOBODY


async def _run(wanted: Wanted, text: str) -> Outcome:
    server, gatherings = await _gatherings(wanted, text)
    if wanted.server_pid is not None:
        server_cpu: ServerCpu | None = ServerCpu(wanted.server_pid)
    else:
        server_cpu = find_server(server.host, server.port)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loops = await asyncio.to_thread(make_loops, wanted.members)
    _tell(f"{wanted.members * len(gatherings)} members come; Ctrl-C lets them leave")
    rehearsal = Rehearsal(gatherings, Cast(wanted.members, wanted.seats, loops), _tell)
    return await rehearsal.run(wanted.seconds, stop, server_cpu)


async def _gatherings(wanted: Wanted, text: str) -> tuple[Server, list[Gathering]]:
    if wanted.rooms is None:
        link = read_link(text)
        if link.personal and wanted.members > 1:
            raise BadLink("this link is for one person: take one that may be shared, or --members 1")
        return link.server, [Gathering(link)]
    server = read_server(text)
    gatherings = []
    for _ in range(wanted.rooms):
        links = await asyncio.to_thread(start_group, server, wanted.organiser_key)
        gatherings.append(Gathering(links["member"], admits=links["facilitator"]))
    return server, gatherings


def _tell(text: str) -> None:
    sys.stderr.write(f"kith: {text}\n")
    sys.stderr.flush()
