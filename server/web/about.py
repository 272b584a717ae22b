"""Tells a page what it must know before anybody is asked anything: `GET /api/about`; registered by `app`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from server.signaling.messages import PROTOCOL_VERSION

if TYPE_CHECKING:
    from starlette.requests import Request

    from server.config import Settings


def about_routes(settings: Settings) -> list[Route]:
    """Who may start a group, how many links of their own it may have, and which protocol is spoken; the same for everybody."""
    about = {
        "creation": settings.creation_policy.value,
        "people": settings.create_people,
        "protocol": PROTOCOL_VERSION,
    }

    async def serve(_request: Request) -> JSONResponse:
        return JSONResponse(about)

    return [Route("/api/about", serve)]
