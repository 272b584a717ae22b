"""A real server, a real Chromium, and the windows of the people of one group; used by the browser tests and by hand.

Every window remembers what went wrong in it: errors on the console, violations of the policy, requests elsewhere.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from playwright.async_api import Error, async_playwright, expect

from server.config import Settings
from tests.support.chromium import FLAGS, chromium
from tests.support.live_server import Group, LiveServer, live_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request

    from server.hosting.ports import Clock

DIST = Path(__file__).parents[2] / "web" / "dist"
WATCH = Path(__file__).with_name("watch.js")
PHONE = (360, 640)
WIDE = (1440, 900)
PATIENCE_MS = 30_000
"""Two cores carry the server, three encoders and six decoders."""
EXIT_PAGE = "https://www.wikipedia.org/"


@dataclass(frozen=True)
class House:
    """What all groups share: one server, one browser."""

    server: LiveServer
    browser: Browser

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server.port}"


@contextlib.asynccontextmanager
async def house(clock: Clock | None = None, settings: Settings | None = None) -> AsyncIterator[House]:
    """Both run until the block ends. settings: of another server than the usual one."""
    settings = settings or Settings(media_port=0)
    assert (DIST / "index.html").is_file(), "the web client has not been built: run `make web` first"
    async with live_server(settings, clock=clock) as server, async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield House(server, browser)
        await browser.close()


async def press_escape(page: Page, at_s: float) -> None:
    """At this moment of the wall clock, however late it is done: two within 700 ms are a pair (`escape.ts`)."""
    keyboard = await page.context.new_cdp_session(page)
    key = {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27, "timestamp": at_s}
    for kind in ("rawKeyDown", "keyUp"):
        await keyboard.send("Input.dispatchKeyEvent", {"type": kind, **key})


@dataclass
class Complaints:
    """What went wrong in one window, and what a test says will."""

    origin: str
    said: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def hear_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.hear(f"{message.type}: {message.text}")

    def hear_request(self, request: Request) -> None:
        if "{0.scheme}://{0.netloc}".format(urlsplit(request.url)) != self.origin:
            self.hear(f"request elsewhere: {request.url}")

    def hear_socket(self, url: str) -> None:
        if url != self.origin.replace("http", "ws", 1) + "/ws":
            self.hear(f"socket elsewhere: {url}")

    def hear(self, what: str) -> None:
        if not any(known in what for known in self.expected):
            self.said.append(what)


class Known(Protocol):
    """Somebody who has a tile."""

    @property
    def id(self) -> str: ...


class Visitor:
    """One person with one browser window."""

    def __init__(self, name: str, page: Page, complaints: Complaints) -> None:
        self.name = name
        self.page = page
        self.complaints = complaints
        self.id = ""
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", complaints.hear_console)
        page.on("pageerror", lambda error: complaints.hear(f"uncaught: {error}"))
        page.on("request", complaints.hear_request)
        page.on("websocket", lambda socket: complaints.hear_socket(socket.url))

    def at(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    async def watch(self, call: str, *given: Any) -> Any:
        """`watch.CALL(...)` of `watch.js` in the page."""
        return await self.page.evaluate(f"(given) => watch.{call}(...given)", list(given))

    async def check_policy(self) -> None:
        with contextlib.suppress(Error):  # the page may be closed, or elsewhere
            for one in await self.page.evaluate("window.watch?.violations ?? []"):
                self.complaints.hear(f"policy: {one}")

    # ── on the way in ────────────────────────────────────────────────────────────────────────────

    async def open(self, fragment: str) -> None:
        """Follow the link whose part behind # is this."""
        await self.page.goto(f"{self.complaints.origin}/#{fragment}")

    async def prepare(self, *, mic: bool = True, camera: bool = True) -> None:
        """From the arriving page up to the button that knocks."""
        await self.at("arrive-continue").click()
        await self.at("agree").click()
        await self.at("name").fill(self.name)
        await self.at("name-continue").click()
        for kind, wanted in (("mic", mic), ("camera", camera)):
            if wanted:
                await self.at(f"preview-{kind}").click()
                await expect(self.at(f"preview-{kind}")).to_have_attribute("data-state", "on")

    async def knock(self, fragment: str, *, mic: bool = True, camera: bool = True) -> None:
        await self.open(fragment)
        await self.prepare(mic=mic, camera=camera)
        await self.at("knock").click()

    async def is_inside(self) -> None:
        """Wait for the meeting's page; from then on `id` is known."""
        mine = self.page.locator("[data-testid=tile][data-me=true]")
        await expect(mine).to_have_count(1)
        self.id = await mine.get_attribute("data-person") or ""

    # ── inside ───────────────────────────────────────────────────────────────────────────────────

    def tile(self, other: Known) -> Locator:
        return self.page.locator(f'[data-testid=tile][data-person="{other.id}"]')

    async def sees(self, other: Known, frames: int = 10) -> None:
        """Frames of her picture that were decoded rise."""
        await expect(self.tile(other).locator("video")).to_have_count(1)
        await self.watch("sees", other.id, frames, PATIENCE_MS)

    async def hears(self, other: Known) -> None:
        """The energy of her sound rises."""
        await self.watch("hears", other.id, PATIENCE_MS)

    async def receives_sound(self, other: Known, packets: int = 30) -> None:
        """So many packets of her sound arrive."""
        await self.watch("receivesSound", other.id, packets, PATIENCE_MS)

    async def sees_and_hears(self, *others: Known) -> None:
        for other in others:
            await self.sees(other)
            await self.hears(other)

    async def show(self, panel: str) -> None:
        """Open `chat` or `people` unless it is."""
        if await self.at(panel).get_attribute("aria-expanded") != "true":
            await self.at(panel).click()
        await expect(self.at(f"{panel}-panel")).to_be_visible()

    async def hide(self, panel: str) -> None:
        await self.at(f"{panel}-panel-close").click()

    async def say(self, text: str) -> None:
        await self.show("chat")
        await self.at("chat-input").fill(text)
        await self.at("chat-send").click()

    async def reads(self, *texts: str) -> None:
        """These messages, each once, in this order, and no other."""
        await self.show("chat")
        await expect(self.at("chat-text")).to_have_text(list(texts))

    # ── facilitators ─────────────────────────────────────────────────────────────────────────────

    async def answer(self, name: str, act: str) -> None:
        """`admit` or `deny` whoever asks under this name."""
        await self.at("request").filter(has_text=name).get_by_test_id(act).click()

    async def act_on(self, other: Known, act: str) -> None:
        """Press one button of her entry in the list of people."""
        await self.show("people")
        entry = self.page.locator(f'[data-testid=person][data-person="{other.id}"]')
        if await entry.locator("details").get_attribute("open") is None:
            await entry.get_by_test_id("person-more").click()
        await entry.get_by_test_id(act).click()

    async def is_over(self, reason: str, words: str) -> None:
        await expect(self.at("over")).to_have_attribute("data-reason", reason)
        await expect(self.at("over")).to_contain_text(words)


class Gathering:
    """One group, and everybody who comes to it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.group: Group = house.server.group()
        self._contexts: list[BrowserContext] = []
        self._visitors: list[Visitor] = []

    async def visitor(
        self,
        name: str,
        *,
        size: tuple[int, int] = PHONE,
        port: int | None = None,
        scripts: Iterable[str] = (),
        **options: Any,
    ) -> Visitor:
        """Somebody with an empty window. port: another way to the server; scripts: run before the page's own."""
        width, height = size
        context = await self.house.browser.new_context(
            viewport={"width": width, "height": height},
            **({"is_mobile": True, "has_touch": True} if size == PHONE else {})
            | {"locale": "en-US"}
            | options,
        )
        self._contexts.append(context)
        for script in scripts:
            await context.add_init_script(script)
        await context.add_init_script(path=WATCH)
        complaints = Complaints(f"http://localhost:{port or self.house.server.port}")
        visitor = Visitor(name, await context.new_page(), complaints)
        self._visitors.append(visitor)
        return visitor

    async def facilitator(self, name: str = "Ada", **options: Any) -> Visitor:
        """Somebody inside who holds the group; mic and camera as in `Visitor.knock`."""
        visitor, devices = await self._somebody(name, options)
        await visitor.knock(self.group.link("facilitator"), **devices)
        await visitor.is_inside()
        return visitor

    async def member(self, name: str, admitted_by: Visitor, **options: Any) -> Visitor:
        """Somebody inside who passed the lobby."""
        visitor, devices = await self._somebody(name, options)
        await visitor.knock(self.group.link("member"), **devices)
        await admitted_by.answer(name, "admit")
        await visitor.is_inside()
        return visitor

    async def _somebody(self, name: str, options: dict[str, Any]) -> tuple[Visitor, dict[str, bool]]:
        devices = {kind: options.pop(kind, True) for kind in ("mic", "camera")}
        return await self.visitor(name, **options), devices

    async def close(self) -> list[str]:
        """Everybody's window closes; returns what went wrong in any of them."""
        for visitor in self._visitors:
            await visitor.check_policy()
        for context in self._contexts:
            await context.close()
        return [f"{visitor.name}: {one}" for visitor in self._visitors for one in visitor.complaints.said]
