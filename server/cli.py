"""The command line: `kith serve`, `kith drain`, `kith invite`, `kith doctor` and `kith rehearse`. Reads the settings, reports what is wrong in one line.

Called by `__main__`, which has hardened the process; the server itself is imported only when it is started.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from server.config import ConfigError, Settings
from server.config_readers import whole
from server.rehearsal import wanted as rehearsal
from server.rooms.state import Role
from server.signaling.links import DEFAULT_LINK_MINUTES, MAX_LINK_MINUTES, MAX_PERSONAL_LINKS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_DRAIN_SECONDS = 3600
DEFAULT_DRAIN_SECONDS = 75
"""A little more than a server takes at most (`serve.LEAVE_WITHIN_S` and the end of its answers)."""
EXIT_REFUSED = 2
"""As argparse: what was asked for cannot be done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "rehearse":
        return _rehearse(options)
    if options.command == "drain":
        from server.drain import drain  # noqa: PLC0415 - for this command only

        return drain(options.pid, options.seconds)
    try:
        settings = Settings.from_environment(os.environ)
        if options.command == "serve":
            from server.serve import serve  # noqa: PLC0415 - the whole server is loaded only here

            return serve(settings)
        if options.command == "doctor":
            return _examine(settings, as_json=options.json)
        from server.invite import Invitation, print_invitation  # noqa: PLC0415 - not needed to serve

        print_invitation(
            settings, Invitation(options.at, options.minutes, options.people, options.qr, options.ics)
        )
    except ConfigError as problem:
        sys.stderr.write(f"kith: {problem}\n")
        return EXIT_REFUSED
    return 0


def _examine(settings: Settings, *, as_json: bool) -> int:
    from server.confidentiality.log_filter import configure_logging  # noqa: PLC0415 - as above
    from server.doctor.examination import examine  # noqa: PLC0415

    configure_logging(sys.stderr)
    return examine(settings, as_json=as_json)


def _rehearse(options: argparse.Namespace) -> int:
    """It is a client: of the settings it needs none but the organiser's key, and that only to start groups."""
    from server.confidentiality.log_filter import configure_logging  # noqa: PLC0415 - as above
    from server.rehearsal.errors import RehearsalError  # noqa: PLC0415
    from server.serve import allow_connections  # noqa: PLC0415

    try:
        from server.rehearsal.command import run_rehearsal  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if missing.name != "av":
            raise
        sys.stderr.write("kith: rehearsing needs more than serving: pip install 'kith[rehearse]'\n")
        return EXIT_REFUSED
    configure_logging(sys.stderr)
    allow_connections()
    key = os.environ.get("KITH_ORGANISER_KEY")
    try:
        return run_rehearsal(
            rehearsal.Wanted(
                link=options.link,
                members=options.members,
                seconds=options.seconds,
                rooms=options.rooms,
                seats=options.seats,
                server_pid=options.server_pid,
                organiser_key=key,
            )
        )
    except RehearsalError as problem:
        sys.stderr.write(f"kith: {problem}\n")
        return EXIT_REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kith", description="Meetings for peer-support groups; nothing is kept."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "serve", help="start the server", description="Start the server. Settings: docs/settings.md"
    )
    _add_drain(
        commands.add_parser(
            "drain", help="hand the meetings of a server to the others and stop it", description=_DRAIN
        )
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
        type=_number(1, MAX_PERSONAL_LINKS),
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
    doctor = commands.add_parser("doctor", help="test a running server", description=_DOCTOR)
    doctor.add_argument("--json", action="store_true", help="say it to machines")
    _add_rehearse(commands.add_parser("rehearse", help="fill a meeting with members", description=_REHEARSE))
    return parser


def _add_drain(drain: argparse.ArgumentParser) -> None:
    drain.add_argument(
        "pid",
        type=_number(1, rehearsal.MAX_PID),
        nargs="?",
        default=1,
        help="process of the server; default: 1, as inside its container",
    )
    drain.add_argument(
        "--seconds",
        type=_number(1, MAX_DRAIN_SECONDS),
        default=DEFAULT_DRAIN_SECONDS,
        help="how long to wait for its end; default: %(default)s",
    )


_DRAIN = (
    "Stop a server of several without anybody noticing: it takes no new meetings, hands its own to the others, between shares if "
    "possible, and ends. Returns when it is gone. The same as SIGTERM. See docs/cluster.md"
)


def _add_rehearse(rehearse: argparse.ArgumentParser) -> None:
    rehearse.add_argument(
        "link",
        help="the members' link of a meeting, in quotes, or - to read it from the standard input; "
        "with --rooms the address of a server",
    )
    rehearse.add_argument(
        "--members",
        type=_number(1, rehearsal.MAX_MEMBERS),
        default=rehearsal.DEFAULT_MEMBERS,
        help="in each meeting; default: %(default)s",
    )
    rehearse.add_argument(
        "--seconds",
        type=_number(1, rehearsal.MAX_SECONDS),
        default=rehearsal.DEFAULT_SECONDS,
        help="how long they stay; default: %(default)s",
    )
    rehearse.add_argument(
        "--rooms",
        type=_number(1, rehearsal.MAX_ROOMS),
        help="start so many groups there and hold them too, to see what a machine carries",
    )
    rehearse.add_argument(
        "--seats",
        type=_number(1, rehearsal.MAX_SEATS),
        default=rehearsal.DEFAULT_SEATS,
        help="how many others each can see; default: %(default)s",
    )
    rehearse.add_argument(
        "--server-pid",
        type=_number(1, rehearsal.MAX_PID),
        help="process of a server on this machine, whose CPU is shown; found by itself where that is possible",
    )


_REHEARSE = (
    "Let synthetic members join a meeting as browsers do: to practise with, or to see what a machine carries. "
    "They take their turns, go to the rooms they are asked to, and leave when the time is over. See docs/rehearsal.md"
)


_DOCTOR = (
    "Test the server that these settings describe: what it keeps, and whether meetings work. Run it where the server runs, "
    "with the same environment. It starts a group of its own for a moment. Exit status: 0 fine, 1 warnings, 2 something is broken. "
    "See docs/confidentiality.md"
)


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
