"""Starts a group over HTTP: `POST /api/meetings` of `docs/protocol.md` §1; registered by `app`.

Nothing is stored: the answer is signed links, and the meeting begins when somebody comes with one.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.rooms.state import Role
from server.signaling.links import (
    DEFAULT_LINK_MINUTES,
    MAX_LINK_MINUTES,
    MAX_PERSONAL_LINKS,
    LinkKeys,
    draw_meeting_id,
    group_links,
    personal_links,
)

from .rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from server.config import Settings
    from server.hosting.ports import Clock
    from server.rooms.ids import MeetingId

MAX_BODY_BYTES: Final = 1024
"""`{"minutes": 525600, "people": 320}` has 34."""
BODY_DEADLINE_S: Final = 10.0
"""A body that has not come by then is given up."""


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    minutes: Annotated[int, Meta(ge=1, le=MAX_LINK_MINUTES)] = DEFAULT_LINK_MINUTES
    people: Annotated[int, Meta(ge=1, le=MAX_PERSONAL_LINKS)] | None = None
    """Members with a link of their own; None: they share one."""


class _Refused(Exception):  # noqa: N818 - an answer, not a fault
    def __init__(self, status: int, code: str, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.response = JSONResponse({"code": code, "text": text}, status, headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which groups are started here."""

    organiser_key: str | None
    """None lets everybody."""
    most_people: int
    """Members who may get a link of their own."""
    body_deadline_s: float = BODY_DEADLINE_S


class GroupCreation:
    """Answers attempts to start a group: rate limit first, so that keys cannot be tried out; then key; then body."""

    def __init__(
        self,
        *,
        terms: Terms,
        attempt: Callable[[str | None], int],
        links: LinkKeys,
        wall_s: Callable[[], float],
    ) -> None:
        """attempt: counts one from this address; ms to wait, 0 to go on."""
        self._terms = terms
        self._attempt = attempt
        self._links = links
        self._wall_s = wall_s

    async def serve(self, request: Request) -> Response:
        try:
            self._count(request)
            self._check_organiser(request)
            return self._answer(await self._read(request))
        except _Refused as refusal:
            return refusal.response

    def _count(self, request: Request) -> None:
        wait_ms = self._attempt(request.client.host if request.client else None)
        if wait_ms:
            wait = {"Retry-After": str(-(-wait_ms // 1000))}
            raise _Refused(429, "too_many", "Too many groups were started; try again in a minute.", wait)

    def _check_organiser(self, request: Request) -> None:
        key = self._terms.organiser_key
        if key is None:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        # Hashed first: the comparison then takes the same time for every length.
        same = hmac.compare_digest(_hash(given), _hash(key))
        if scheme.lower() != "bearer" or not same:
            ask = {"WWW-Authenticate": "Bearer"}
            raise _Refused(401, "organiser_key_needed", "The organiser key is missing or wrong.", ask)

    async def _read(self, request: Request) -> _Request:
        # Not a type that forms of foreign pages can send: a browser then asks us first, and we do not agree.
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _Refused(400, "bad_request", "JSON with its content type is needed.")
        try:
            async with asyncio.timeout(self._terms.body_deadline_s):
                body = await _bounded_body(request)
            return msgspec.json.decode(body, type=_Request)
        except (msgspec.MsgspecError, UnicodeDecodeError, TimeoutError, ClientDisconnect):
            raise _Refused(
                400, "bad_request", "A JSON object with nothing but 'minutes' and 'people' is needed."
            ) from None

    def _answer(self, wanted: _Request) -> Response:
        meeting = draw_meeting_id()
        now_s = int(self._wall_s())
        return JSONResponse(
            {"meeting": meeting, "expires": now_s + wanted.minutes * 60}
            | self._tokens(wanted, meeting, now_s),
            status_code=201,
        )

    def _tokens(self, wanted: _Request, meeting: MeetingId, now_s: int) -> dict[str, object]:
        tokens = group_links(self._links, meeting, now_s, wanted.minutes)
        if wanted.people is None:
            return {"tokens": tokens}
        most = self._terms.most_people
        if wanted.people > most:
            raise _Refused(400, "too_many_people", f"At most {most} people get a link of their own here.")
        # Where each has her own there is none to share: whoever was removed would come back with it.
        del tokens[Role.MEMBER]
        return {
            "tokens": tokens,
            "people": personal_links(self._links, meeting, now_s, wanted.minutes, wanted.people),
        }


async def _bounded_body(request: Request) -> bytes:
    """The whole body; refused as soon as more than the bound has come."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _Refused(413, "too_large", f"At most {MAX_BODY_BYTES} bytes are read.")
    return body


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def create_routes(
    settings: Settings,
    links: LinkKeys,
    *,
    clock: Clock,
    wall_s: Callable[[], float],
    origin_of: Callable[[str | None], int],
) -> list[Route]:
    """The route that starts groups, under the limits of these settings. origin_of: a pseudonym of an address."""
    limit = RateLimit(
        per_minute=settings.create_per_minute, total_per_minute=settings.create_total_per_minute
    )
    creation = GroupCreation(
        terms=Terms(organiser_key=settings.organiser_key, most_people=settings.create_people),
        attempt=lambda host: limit.take(origin_of(host), clock.now_ms()),
        links=links,
        wall_s=wall_s,
    )
    return [Route("/api/meetings", creation.serve, methods=["POST"])]
