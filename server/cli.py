"""The command line: `kith serve` and `kith invite`. Reads the settings, reports what is wrong in one line.

Hardens the process before anything else is loaded; the server itself is imported only when it is started.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from server.confidentiality.hardening import harden
from server.config import ConfigError, Settings
from server.config_readers import whole
from server.rooms.state import Role
from server.signaling.links import DEFAULT_LINK_MINUTES, MAX_LINK_MINUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_PEOPLE = 320
"""Personal links made at a time: as many as a meeting holds."""
EXIT_REFUSED = 2
"""As argparse: what was asked for cannot be done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    harden()
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
        if options.command == "serve":
            from server.serve import serve  # noqa: PLC0415 - the whole server is loaded only here

            return serve(settings)
        from server.invite import Invitation, print_invitation  # noqa: PLC0415 - not needed to serve

        print_invitation(
            settings, Invitation(options.at, options.minutes, options.people, options.qr, options.ics)
        )
    except ConfigError as problem:
        sys.stderr.write(f"kith: {problem}\n")
        return EXIT_REFUSED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kith", description="Meetings for peer-support groups; nothing is kept."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "serve", help="start the server", description="Start the server. Settings: docs/settings.md"
    )
    invite = commands.add_parser("invite", help="make the links of a new group", description=_INVITE)
    invite.add_argument(
        "--at",
        type=_moment,
        help="when it begins, like 2026-12-01T19:00 (here) or …T19:00+01:00; default: now",
    )
    invite.add_argument(
        "--minutes",
        type=_number(1, MAX_LINK_MINUTES),
        default=DEFAULT_LINK_MINUTES,
        help="how long the links hold from then on; default: 30 days",
    )
    invite.add_argument(
        "--people",
        type=_number(1, MAX_PEOPLE),
        help="make so many personal links, one for each member, instead of a shared one",
    )
    invite.add_argument(
        "--ics",
        nargs="?",
        type=Role,
        const=Role.MEMBER,
        choices=list(Role),
        help="write a calendar entry with the link of this role (default: member) to the standard output, "
        "and the links to the standard error; needs --at",
    )
    invite.add_argument("--no-qr", dest="qr", action="store_false", help="print no QR codes")
    return parser


_INVITE = (
    "Make the links of a new group. Needs the server's KITH_SIGNING_KEYS and KITH_PUBLIC_URL, no running server. "
    "The secret of the group is made here and is in the links only."
)


def _moment(text: str) -> datetime:
    """A point in time; without an offset it is meant where the command runs."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("a time like 2026-12-01T19:00 is needed") from None


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            return whole(low, high)(text)
        except ValueError as problem:
            raise argparse.ArgumentTypeError(str(problem)) from None

    return read
