"""`kith serve` with a planted fault: a certain message makes the rules raise, with everything they know in the exception.

Run as `python -m tests.confidentiality.faulty_server serve`. The fault is planted where a bug of ours would be: nothing else differs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from server.__main__ import main
from server.hosting import meeting_host
from server.rooms.commands import Say

from .whole_session import PLANTED_FAULT

if TYPE_CHECKING:
    from server.rooms.commands import Command
    from server.rooms.events import Event
    from server.rooms.state import Meeting

decide = meeting_host.decide


def faulty(meeting: Meeting, command: Command, now_ms: int) -> tuple[Event, ...]:
    if isinstance(command, Say) and command.body.startswith(PLANTED_FAULT):
        raise ZeroDivisionError(repr((meeting, command)))
    return decide(meeting, command, now_ms)


if __name__ == "__main__":
    meeting_host.decide = faulty
    sys.exit(main())
