"""Puts the security headers on every HTTP answer; wrapped around all routes by `app`.

Pure ASGI, so that nothing is buffered. An answer that sets one of these headers itself keeps its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HSTS_SECONDS: Final = 31_536_000
"""One year. Without subdomains: they may belong to somebody else."""

_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
)
_NOBODY: Final = "'none'"
_PERMISSIONS: Final = (
    "camera=(self)",
    "microphone=(self)",
    "display-capture=(self)",
    "accelerometer=()",
    "geolocation=()",
    "gyroscope=()",
    "magnetometer=()",
    "midi=()",
    "payment=()",
    "usb=()",
)


def security_headers(base_url: str, embed_origins: Sequence[str] = ()) -> dict[str, str]:
    """What every answer of the server at `base_url` carries. embed_origins: whose pages may show ours in a frame."""
    # Not every browser lets 'self' stand for the WebSocket of the same host: it is named.
    socket_url = base_url.replace("http", "ws", 1)
    frames = f"frame-ancestors {' '.join(embed_origins or (_NOBODY,))}"
    headers = {
        "Content-Security-Policy": "; ".join((*_POLICY, frames, f"connect-src 'self' {socket_url}")),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Permissions-Policy": ", ".join(_PERMISSIONS),
    }
    if base_url.startswith("https:"):
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return headers


class SecurityHeaders:
    """ASGI middleware; WebSockets pass untouched."""

    def __init__(self, app: ASGIApp, base_url: str, embed_origins: Sequence[str] = ()) -> None:
        self._app = app
        self._headers = security_headers(base_url, embed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
