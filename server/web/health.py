"""For load balancers: is the process alive, and may it be sent people? Registered by `app`; tells no numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request


def health_routes(is_ready: Callable[[], bool], state: Callable[[], str] = lambda: "ready") -> list[Route]:
    """`/health/live` answers while the event loop turns; `/health/ready` is 503 while `is_ready` says no.

    state: what it says while it is ready, a word or two.
    """

    async def live(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("alive\n")

    async def ready(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{state()}\n") if is_ready() else PlainTextResponse("not ready\n", 503)

    return [Route("/health/live", live), Route("/health/ready", ready)]
