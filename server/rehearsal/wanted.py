"""What can be asked of a rehearsal on the command line, and its bounds; read by `cli` and `command`.

Imports nothing of ours: the command line is read before anything large is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

DEFAULT_MEMBERS: Final = 6
MAX_MEMBERS: Final = 320
"""In each meeting; as many as one holds."""
DEFAULT_SECONDS: Final = 60
MAX_SECONDS: Final = 86_400
MAX_ROOMS: Final = 100
DEFAULT_SEATS: Final = 11
"""As many as a browser offers."""
MAX_SEATS: Final = 24
"""Protocol §5."""
MAX_PID: Final = 2**22
"""Of Linux."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    link: str = field(repr=False)
    """A link, the address of a server, or `-`: the first line of the standard input."""
    members: int
    seconds: int
    rooms: int | None
    """So many meetings of its own, held by the rehearsal itself; None: the meeting of the link."""
    seats: int
    server_pid: int | None
    organiser_key: str | None = field(default=None, repr=False)
