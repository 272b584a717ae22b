"""Serves the built web client from memory; registered by `app`.

Every file is read once at start: later no path of a request ever meets the file system.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""Only for files whose name changes with their content: one year, never asked for again."""
NO_STORE: Final = "no-store"

_FORBIDDEN: Final = re.compile(r"q=0(\.0*)?")
_HASHED: Final = "/assets/"
"""Where the build puts what carries a hash in its name."""
_COMPRESSED_TYPES: Final = ("text/", "application/json", "application/wasm", "image/svg+xml")
_TYPES: Final = {".webmanifest": "application/manifest+json"}
"""What not every machine knows; with `nosniff` browsers take it for nothing else."""
_PLACES: Final = (Path(__file__).parent / "dist", Path(__file__).parents[2] / "web" / "dist")
"""In an installed wheel; in a checkout."""


@dataclass(frozen=True, slots=True)
class Page:
    """One file, ready to be sent."""

    body: bytes
    gzipped: bytes | None
    media_type: str
    cache_control: str


def read_pages(dist: Path) -> dict[str, Page]:
    """URL path → page for every file below `dist`; `/` is its index.html. Source maps and hidden files stay out."""
    pages = {
        "/" + path.relative_to(dist).as_posix(): path
        for path in sorted(dist.rglob("*"))
        if path.is_file() and path.suffix != ".map" and not path.name.startswith(".")
    }
    if "/index.html" in pages:
        pages["/"] = pages.pop("/index.html")
    return {url: _page(url, path) for url, path in pages.items()}


def _page(url: str, path: Path) -> Page:
    body = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    compressible = media_type.startswith(_COMPRESSED_TYPES)
    return Page(
        body=body,
        gzipped=gzip.compress(body, mtime=0) if compressible else None,
        media_type=media_type,
        cache_control=IMMUTABLE if url.startswith(_HASHED) else NO_STORE,
    )


def page_routes(web_dist: Path | None = None) -> list[Route]:
    """One route for each file of the web client; without a client `/` says what is missing.

    web_dist: another directory than the one that came with the server.
    """
    places = (web_dist,) if web_dist else _PLACES
    dist = next((place for place in places if (place / "index.html").is_file()), None)
    if dist is None:
        return [Route("/", _not_built)]
    return [_route(url, page) for url, page in read_pages(dist).items()]


def _route(url: str, page: Page) -> Route:
    async def serve(request: Request) -> Response:
        headers = {"Cache-Control": page.cache_control}
        if page.gzipped is None:
            return Response(page.body, headers=headers, media_type=page.media_type)
        headers["Vary"] = "Accept-Encoding"
        if not _accepts_gzip(request.headers.get("accept-encoding", "")):
            return Response(page.body, headers=headers, media_type=page.media_type)
        headers["Content-Encoding"] = "gzip"
        return Response(page.gzipped, headers=headers, media_type=page.media_type)

    return Route(url, serve)


def _accepts_gzip(accept_encoding: str) -> bool:
    """RFC 9110 §12.5.3, for gzip named outright; a weight of 0 forbids it."""
    for coding in accept_encoding.lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() == "gzip":
            return not _FORBIDDEN.fullmatch(weight.strip())
    return False


async def _not_built(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("The web client has not been built: run `make web`.\n", 503)
