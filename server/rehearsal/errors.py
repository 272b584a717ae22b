"""What can keep a rehearsal from going on, and what to do about it; raised everywhere here, shown by `command`.

Imports nothing of ours. No text holds an address, a name or any part of a link.
"""

from __future__ import annotations

from typing import Final


class RehearsalError(Exception):
    """The rehearsal cannot begin or go on. The text is for the person at the terminal and says what to do."""


class BadLink(RehearsalError):  # noqa: N818 - a verdict on what was typed
    """What was given is no link of a meeting."""


class Unreachable(RehearsalError):  # noqa: N818 - a state of the network
    """Nothing answers there, or not as this server would."""


class Refused(RehearsalError):  # noqa: N818 - the server's word
    """The server said no to a member; `code` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(_ADVICE.get(code, f"the server refuses with `{code}`"))
        self.code: Final = code


class NoMedia(RehearsalError):  # noqa: N818 - a state of the network
    """The meeting can be joined, its media port cannot be reached."""


_ADVICE: Final = {
    "version": "the server speaks another version of the protocol: use the `kith` that belongs to it",
    "token_invalid": "the server does not know this link: take one that it made itself, or that was made with its KITH_SIGNING_KEYS",
    "token_expired": "the link has expired: make a new one with `kith invite`",
    "token_not_yet": "the link does not hold yet: wait for its time, or make one without --at",
    "locked": "the meeting is locked: a facilitator has to unlock it",
    "full": "the meeting is full: take fewer --members, or let somebody leave",
    "barred": "a facilitator has turned this link away: take another link, or have that undone",
    "ended": "the group is over: make a new one",
    "busy": "the server takes no more now: try again later, or with fewer --members",
    "sdp_too_many_sections": "the server does not offer so many seats: take fewer --seats",
    "organiser_key_needed": "the server starts groups for its organisers only: set KITH_ORGANISER_KEY to its key",
    "too_many": "the server starts no more groups for now: wait a minute, take fewer --rooms, or raise its KITH_CREATE_PER_MINUTE",
}
