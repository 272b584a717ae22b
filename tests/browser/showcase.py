"""The gallery from the disk in a real Chromium: one window that shows stories; used by `test_gallery.py` and `pictures.py`.

Needs `npm run build:gallery` in `web/` first: builds nothing itself.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import async_playwright, expect

from tests.support.chromium import FLAGS, chromium

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

WEB = Path(__file__).parents[2] / "web"
GALLERY = WEB / "dist-gallery"
# stricter than the server's: whatever passes here passes there
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
PATIENCE_MS = 30_000


class Disk(SimpleHTTPRequestHandler):
    """The built gallery, to be kept by the browser: 180 stories load the same files."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":  # what a browser asks of whatever has none
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("content-security-policy", POLICY)
        self.send_header("cache-control", "max-age=3600")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The origin of the gallery."""
    assert (GALLERY / "gallery.html").is_file(), "run `npm run build:gallery` in web/ first"
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Disk, directory=GALLERY)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Gallery:
    """One window that shows stories and keeps what went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    async def show(
        self, story: str, look: str = "night", direction: str = "ltr", language: str = "en"
    ) -> None:
        await self.page.goto(f"/gallery.html?story={story}&look={look}&dir={direction}&lang={language}")
        await self.page.get_by_test_id("quick-exit").first.wait_for()

    async def tell(self, story: str) -> None:
        """Another story in the page that is open: much sooner drawn than `show`, which loads it."""
        await self.page.evaluate("(story) => window.tell(story)", story)
        await self.page.get_by_test_id("quick-exit").first.wait_for()

    async def speak(self, language: str) -> None:
        """What is shown, in this language, as if she had chosen it now."""
        await self.page.evaluate("(language) => window.speak(language)", language)

    async def stories(self) -> list[str]:
        await self.page.goto("/gallery.html")
        await self.page.locator("a").first.wait_for()
        return await self.page.locator("a").all_inner_texts()

    async def asked(self) -> list[list[Any]]:
        """What the screens have asked of the client so far."""
        # The click of a tap comes after the touch; a key that nobody hears is answered after all that came before it.
        await self.page.keyboard.up("Shift")
        asked: list[list[Any]] = await self.page.evaluate("window.asked")
        return asked

    async def change(self, script: str, value: object = None) -> None:
        """Replace the state: `script` is the body of a function of `state` and `value`."""
        await self.page.evaluate(
            f"(value) => window.show((state) => {{ {script} }})",
            value,
        )


class Showcase:
    """One browser, and where it finds the gallery."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.browser = browser
        self._origin = origin

    async def window(self, size: tuple[int, int], *, touch: bool = False) -> tuple[BrowserContext, Gallery]:
        width, height = size
        context = await self.browser.new_context(
            base_url=self._origin,
            viewport={"width": width, "height": height},
            has_touch=touch,
            reduced_motion="reduce",
        )
        return context, Gallery(await context.new_page())


@contextlib.asynccontextmanager
async def showcase() -> AsyncIterator[Showcase]:
    with served() as origin:
        async with async_playwright() as playwright:
            expect.set_options(timeout=PATIENCE_MS)
            browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            yield Showcase(browser, origin)
            await browser.close()
