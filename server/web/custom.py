"""Serves what is an organisation's own: `/custom.json`, `/custom.css` and its logo; registered by `app` before the pages.

Without anything of its own there are no routes here: the pages bring an empty one of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from server.custom.folder import Custom, Logo

LOGO_PATH: Final = "/custom/logo"
LOGO_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""A picture may colour its own parts; opened alone it runs nothing and loads nothing."""


def custom_routes(custom: Custom | None) -> list[Route]:
    """The same for everybody who asks."""
    if custom is None:
        return []
    words, sheet = described(custom), stylesheet(custom).encode()

    async def serve_words(_request: Request) -> JSONResponse:
        return JSONResponse(words)

    async def serve_sheet(_request: Request) -> Response:
        return Response(sheet, media_type="text/css")

    routes = [Route("/custom.json", serve_words), Route("/custom.css", serve_sheet)]
    return [*routes, _logo_route(custom.logo)] if custom.logo is not None else routes


def described(custom: Custom) -> dict[str, object]:
    """What the page reads; null: as shipped."""
    return {
        "name": custom.name,
        "logo": LOGO_PATH if custom.logo is not None else None,
        "languages": list(custom.languages),
        "exit_page": custom.exit_page,
        "agreement": {language: list(points) for language, points in custom.agreement.items()},
    }


def stylesheet(custom: Custom) -> str:
    """The colours over those of `tokens.css`, whichever comes later in the page.

    Whoever asks her device for more contrast gets ours.
    """
    night = _rule(":root:root:not([data-look='day'])", custom.night)
    day = _rule(":root:root[data-look='day']", custom.day)
    return f"@media not (prefers-contrast: more) {{\n{night}{day}}}\n"


def _rule(selector: str, colours: Mapping[str, str]) -> str:
    if not colours:
        return ""
    return f"{selector} {{ {' '.join(f'--{name}: {value};' for name, value in colours.items())} }}\n"


def _logo_route(logo: Logo) -> Route:
    async def serve(_request: Request) -> Response:
        return Response(
            logo.body, media_type=logo.media_type, headers={"Content-Security-Policy": LOGO_POLICY}
        )

    return Route(LOGO_PATH, serve)
