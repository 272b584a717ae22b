"""The people of the tests: commands and meetings made from short names; called by every test of `rooms`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.rooms import commands as c
from server.rooms.errors import Rejected
from server.rooms.ids import DeviceKey, MeetingId, ParticipantId, TokenId
from server.rooms.machine import decide, fold
from server.rooms.rules import Rules
from server.rooms.state import Meeting, Role

if TYPE_CHECKING:
    from server.rooms.errors import Refusal
    from server.rooms.events import Event

FIONA, FAYE = ParticipantId("fiona"), ParticipantId("faye")
"""Facilitators."""
MIA, MARA = ParticipantId("mia"), ParticipantId("mara")
"""Members."""
GUS = ParticipantId("gus")
"""A guest."""


def secret_of(name: str) -> bytes:
    return f"secret of {name}".encode()


def place_number(place: str) -> int:
    """The same word is the same place; another word is another."""
    return int.from_bytes(place.encode()[:8], "big")


def join(  # noqa: PLR0913 - everything somebody may come with
    name: str,
    role: Role = Role.MEMBER,
    *,
    page: str = "",
    link: str = "",
    place: str = "",
    size: int = 8,
) -> c.Join:
    """Somebody comes; a link whose name begins with `personal` was made for one person."""
    return c.Join(
        participant=ParticipantId(name),
        role=role,
        profile=name.encode()[:size].ljust(size, b"."),
        token_id=TokenId(link or f"shared {role}"),
        token_is_personal=link.startswith("personal"),
        device=DeviceKey((page or name).encode()),
        origin=place_number(place or name),
        resume_hash=secret_of(name),
    )


def empty(rules: Rules | None = None) -> Meeting:
    return Meeting(MeetingId("evening"), rules or Rules())


def after(meeting: Meeting, *commands: c.Command, at_ms: int = 0) -> Meeting:
    """The meeting after these commands, none of which may be refused."""
    for command in commands:
        meeting = fold(meeting, decide(meeting, command, at_ms))
    return meeting


def circle(*members: str, rules: Rules | None = None) -> Meeting:
    """Fiona holds the group; these members are inside."""
    meeting = after(empty(rules), join(FIONA, Role.FACILITATOR))
    for name in members:
        meeting = after(meeting, join(name), c.Admit(FIONA, ParticipantId(name)))
    return meeting


def refusal(meeting: Meeting, command: c.Command, at_ms: int = 0) -> Refusal | None:
    """Why this command is refused; None if it is not."""
    try:
        decide(meeting, command, at_ms)
    except Rejected as rejected:
        return rejected.code
    return None


def outcome(meeting: Meeting, command: c.Command, at_ms: int = 0) -> tuple[tuple[Event, ...], Meeting]:
    events = decide(meeting, command, at_ms)
    return events, fold(meeting, events)
