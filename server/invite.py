"""`kith invite`: makes the links of a new group in the terminal, without a server; called by `cli`.

The group's secret is drawn here and printed inside the links; it is written nowhere else.
"""

from __future__ import annotations

import base64
import io
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import segno
from icalendar import Calendar, Event

from server.config import ConfigError
from server.rooms.state import Role
from server.signaling.links import LinkKeys, draw_meeting_id, group_links, personal_links

if TYPE_CHECKING:
    from server.config import Settings

EARLY_MINUTES: Final = 30
"""Links open so long before the beginning: people come early, facilitators prepare."""
SESSION_MINUTES: Final = 75
"""Length of a calendar entry: what a session typically takes, no longer than its links."""
SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Invitation:
    """What was asked for on the command line."""

    at: datetime | None
    """None: from now on."""
    minutes: int
    people: int | None
    """Personal member links; None: one shared link."""
    qr: bool
    ics: Role | None
    """Whose link the calendar entry holds; None: no entry."""


@dataclass(frozen=True, slots=True)
class Link:
    """One line for the person who sends the links out."""

    role: Role
    label: str
    url: str


def draw_secret() -> str:
    """The secret of a new group, as it stands in its links."""
    return base64.urlsafe_b64encode(secrets.token_bytes(SECRET_BYTES)).rstrip(b"=").decode()


def shared_links(settings: Settings, *, not_before_s: int, minutes: int) -> dict[Role, str]:
    """One complete link for each role of a new group."""
    secret = draw_secret()
    tokens = group_links(LinkKeys(settings.signing_keys), draw_meeting_id(), not_before_s, minutes)
    return {role: _url(settings, token, secret) for role, token in tokens.items()}


def print_invitation(settings: Settings, wanted: Invitation) -> None:
    """The links stand on the terminal; with `ics` the calendar entry is alone on the standard output.

    Raises: `ConfigError` when links made like this could not work.
    """
    now = datetime.now(UTC)
    _check(settings, wanted, now)
    links = _links(settings, wanted, now)
    out = sys.stderr if wanted.ics else sys.stdout
    for link in links:
        print(f"{link.label}\n  {link.url}\n", file=out)
        if wanted.qr and link.role is Role.MEMBER:
            print(qr_code(link.url), file=out)
    if wanted.ics and wanted.at:
        print("A calendar keeps what is in it: whoever can read the entry can use the link.", file=out)
        url = next(link.url for link in links if link.role is wanted.ics)
        sys.stdout.write(calendar_entry(url, wanted.at, min(SESSION_MINUTES, wanted.minutes), now))


def qr_code(url: str) -> str:
    """The link as a picture of blocks for a terminal."""
    text = io.StringIO()
    segno.make_qr(url, error="l").terminal(text, compact=True)
    return text.getvalue()


def calendar_entry(url: str, at: datetime, minutes: int, now: datetime) -> str:
    """RFC 5545 with a neutral title, and the link as its address."""
    entry = Event()
    entry.add("uid", secrets.token_hex(16))
    entry.add("dtstamp", now)
    entry.add("dtstart", at.astimezone(UTC))
    entry.add("duration", timedelta(minutes=minutes))
    entry.add("summary", "Meeting")
    entry.add("url", url)
    entry.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", "-//Kith//EN")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    text: str = calendar.to_ical().decode()
    return text


def _check(settings: Settings, wanted: Invitation, now: datetime) -> None:
    if settings.links_die_with_process:
        raise ConfigError(
            "KITH_SIGNING_KEYS is needed, the same as the server's: it could not check these links"
        )
    if wanted.at and wanted.at + timedelta(minutes=wanted.minutes) <= now:
        raise ConfigError("--at and --minutes lie in the past")
    if wanted.ics and wanted.at is None:
        raise ConfigError("--ics needs --at: an entry stands at a time")
    if wanted.ics is Role.MEMBER and wanted.people:
        raise ConfigError("--ics holds one link: it does not go with --people")


def _links(settings: Settings, wanted: Invitation, now: datetime) -> list[Link]:
    begins = wanted.at - timedelta(minutes=EARLY_MINUTES) if wanted.at else now
    minutes = wanted.minutes + (EARLY_MINUTES if wanted.at else 0)
    not_before_s = int(begins.timestamp())
    if wanted.people is None:
        links = shared_links(settings, not_before_s=not_before_s, minutes=minutes)
        return [Link(role, f"{role.value} (may be shared)", url) for role, url in links.items()]
    return _personal_links(settings, not_before_s, minutes, wanted.people)


def _personal_links(settings: Settings, not_before_s: int, minutes: int, people: int) -> list[Link]:
    """Shared links for facilitators and guests, and one for each member: it can be barred on its own."""
    keys, meeting, secret = LinkKeys(settings.signing_keys), draw_meeting_id(), draw_secret()
    shared = group_links(keys, meeting, not_before_s, minutes)
    links = [
        Link(role, f"{role.value} (may be shared)", _url(settings, shared[role], secret))
        for role in Role
        if role is not Role.MEMBER
    ]
    personal = personal_links(keys, meeting, not_before_s, minutes, people)
    return links + [
        Link(Role.MEMBER, f"member {number} (for one person)", _url(settings, token, secret))
        for number, token in enumerate(personal, start=1)
    ]


def _url(settings: Settings, token: str, secret: str) -> str:
    return f"{settings.base_url}/#{token}.{secret}"
