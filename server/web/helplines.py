"""Serves an organisation's own helplines where the page looks for ours; registered by `app` before the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request


def helpline_routes(helplines: bytes | None) -> list[Route]:
    """helplines: checked when the settings were read; None: the list that came with the page is served with it."""
    if helplines is None:
        return []

    async def serve(_request: Request) -> Response:
        return Response(helplines, media_type="application/json")

    return [Route("/helplines.json", serve)]
