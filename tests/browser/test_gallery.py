"""Every screen as a person meets it: readable, reachable, within the page's policy; with made-up states, no server.

Needs `npm run build:gallery` in `web/` first: builds nothing itself.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Route

WEB = Path(__file__).parents[2] / "web"
GALLERY = WEB / "dist-gallery"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# stricter than the server's: whatever passes here passes there
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
ORIGIN = "http://gallery.test"

PHONE = (360, 640)
WIDE = (1440, 900)
MAGNIFIED = (320, 450)
"""1280 × 1800 CSS pixels at 400 %; narrower than any phone in use (WCAG 1.4.10)."""

SMALLEST_TARGET_PX = 44
PATIENCE_MS = 10_000

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    assert (GALLERY / "gallery.html").is_file(), "run `npm run build:gallery` in web/ first"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def from_disk(route: Route) -> None:
    file = GALLERY / urlsplit(route.request.url).path.lstrip("/")
    if not file.is_file():
        await route.fulfill(status=404)
        return
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    await route.fulfill(
        body=file.read_bytes(), content_type=kind, headers={"content-security-policy": POLICY}
    )


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
        await self.page.goto(
            f"{ORIGIN}/gallery.html?story={story}&look={look}&dir={direction}&lang={language}"
        )
        await self.page.get_by_test_id("quick-exit").first.wait_for()

    async def stories(self) -> list[str]:
        await self.page.goto(f"{ORIGIN}/gallery.html")
        return await self.page.locator("a").all_inner_texts()

    async def asked(self) -> list[list[Any]]:
        """What the screens have asked of the client so far."""
        asked: list[list[Any]] = await self.page.evaluate("window.asked")
        return asked

    async def change(self, script: str, value: object = None) -> None:
        """Replace the state: `script` is the body of a function of `state` and `value`."""
        await self.page.evaluate(
            f"(value) => window.show((state) => {{ {script} }})",
            value,
        )


async def window(
    browser: Browser, size: tuple[int, int], *, touch: bool = False
) -> tuple[BrowserContext, Gallery]:
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height}, has_touch=touch, reduced_motion="reduce"
    )
    await context.route("**/*", from_disk)
    return context, Gallery(await context.new_page())


@pytest_asyncio.fixture(loop_scope="module")
async def phone(browser: Browser) -> AsyncIterator[Gallery]:
    context, gallery = await window(browser, PHONE, touch=True)
    yield gallery
    await context.close()
    assert gallery.complaints == []


@pytest_asyncio.fixture(loop_scope="module")
async def wide(browser: Browser) -> AsyncIterator[Gallery]:
    context, gallery = await window(browser, WIDE)
    yield gallery
    await context.close()
    assert gallery.complaints == []


# ── every screen ─────────────────────────────────────────────────────────────────────────────────

VIOLATIONS = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) => rule.id + ': ' + node.target.join(' ')));
}"""

SMALL_TARGETS = """(smallest) => [...document.querySelectorAll('button, a, select, summary, input, textarea')]
  .filter((one) => one.checkVisibility())
  .map((one) => ({ one, box: one.getBoundingClientRect() }))
  .filter(({ box }) => box.width < smallest || box.height < smallest)
  .map(({ one, box }) => `${one.dataset.testid ?? one.textContent}: ${box.width} x ${box.height}`)"""

OVERFLOW_PX = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def faults(gallery: Gallery) -> list[str]:
    """What is wrong with the screen of now, whatever it shows."""
    page = gallery.page
    found: list[str] = await page.evaluate(SMALL_TARGETS, SMALLEST_TARGET_PX)
    if await page.evaluate(OVERFLOW_PX) > 0:
        found.append("scrolls sideways")
    exit_box = await page.get_by_test_id("quick-exit").bounding_box()
    size = page.viewport_size
    assert size is not None
    if exit_box is None or exit_box["y"] + exit_box["height"] > size["height"]:
        found.append("quick exit out of sight")
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("size", "look"), [(PHONE, "night"), (WIDE, "day")])
async def test_every_screen_is_accessible(browser: Browser, size: tuple[int, int], look: str) -> None:
    context, gallery = await window(browser, size, touch=size == PHONE)
    axe = AXE.read_text("utf-8")
    found: dict[str, list[str]] = {}
    stories = await gallery.stories()
    assert len(stories) > 50, "the gallery lost its stories"
    for story in stories:
        await gallery.show(story, look)
        await gallery.page.evaluate(axe)  # not a script element: the policy would forbid it
        found[story] = await gallery.page.evaluate(VIOLATIONS) + await faults(gallery)
    await context.close()
    assert {story: wrong for story, wrong in found.items() if wrong} == {}
    assert gallery.complaints == []


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("direction", "language"), [("rtl", "en"), ("ltr", "es")])
async def test_no_screen_scrolls_sideways_when_magnified(
    browser: Browser, direction: str, language: str
) -> None:
    context, gallery = await window(browser, MAGNIFIED)
    sideways = []
    for story in await gallery.stories():
        await gallery.show(story, "night", direction, language)
        if await gallery.page.evaluate(OVERFLOW_PX) > 0:
            sideways.append(story)
    await context.close()
    assert sideways == []


# ── leaving in a hurry ───────────────────────────────────────────────────────────────────────────


async def test_quick_exit_needs_one_tap(phone: Gallery) -> None:
    await phone.show("agreement")
    await phone.page.get_by_test_id("quick-exit").tap()
    assert await phone.asked() == [["quickExit"]]


async def test_escape_twice_is_the_quick_exit_even_in_a_dialog(wide: Gallery) -> None:
    await wide.show("meeting")
    await wide.page.get_by_test_id("leave").click()
    await expect(wide.page.get_by_test_id("leave-dialog")).to_be_visible()
    await wide.page.keyboard.press("Escape")
    assert await wide.asked() == []
    await wide.page.keyboard.press("Escape")
    assert await wide.asked() == [["quickExit"]]


async def test_quick_exit_is_within_every_modal_dialog(phone: Gallery) -> None:
    await phone.show("lead-people")
    await phone.page.get_by_test_id("end").tap()
    await phone.page.get_by_test_id("quick-exit-dialog").tap()
    assert await phone.asked() == [["quickExit"]]


# ── on the way in ────────────────────────────────────────────────────────────────────────────────


async def test_agreement_comes_before_the_name_and_the_name_before_devices(phone: Gallery) -> None:
    await phone.show("arrived")
    page = phone.page
    await page.get_by_test_id("arrive-continue").tap()
    assert await phone.asked() == [["prepare", {"mic": False, "camera": False}]]
    await phone.change(
        "return {...state, phase: {kind: 'preparing', role: 'member', greeting: state.phase.greeting, problem: null}}"
    )
    await expect(page.get_by_test_id("name")).to_have_count(0)
    await page.get_by_test_id("agree").tap()

    await page.get_by_test_id("name-continue").tap()
    await expect(page.get_by_test_id("name")).to_be_focused()
    await expect(page.get_by_test_id("name")).to_have_attribute("aria-invalid", "true")

    await page.get_by_test_id("name").fill("Ana Silva")
    await expect(page.get_by_test_id("name-hint")).to_be_visible()
    await page.get_by_test_id("name").fill(" Ana ")
    await expect(page.get_by_test_id("name-hint")).to_have_count(0)
    await page.get_by_test_id("pronouns").fill("she/her")
    await page.get_by_test_id("name-continue").tap()
    await page.get_by_test_id("knock").tap()
    assert (await phone.asked())[-1] == ["knock", "Ana", "she/her", True]


async def test_what_was_typed_outlives_a_refused_knock(phone: Gallery) -> None:
    await phone.show("name")
    page = phone.page
    await page.get_by_test_id("name").fill("Ana")
    await page.get_by_test_id("name-continue").tap()
    await phone.change("return {...state, phase: {...state.phase, kind: 'knocking'}}")
    await page.get_by_test_id("knock").dispatch_event("click")  # marked as disabled, still focusable
    await phone.change("return {...state, phase: {...state.phase, kind: 'preparing', problem: 'full'}}")
    await expect(page.get_by_test_id("knock-problem")).to_be_visible()
    assert await phone.asked() == [], "a knock that is on its way is not repeated"
    await page.get_by_test_id("knock").tap()
    assert await phone.asked() == [["knock", "Ana", None, True]]


async def test_organiser_key_is_asked_for_only_where_the_server_wants_one(phone: Gallery) -> None:
    await phone.show("start")
    await expect(phone.page.get_by_test_id("start-key")).to_have_count(0)
    await phone.page.get_by_test_id("start-create").tap()
    assert await phone.asked() == [["createMeeting", 30 * 24 * 60, None]]
    await phone.show("start-key")
    await phone.page.get_by_test_id("start-key").fill("long key")
    await phone.page.get_by_test_id("start-create").tap()
    assert await phone.asked() == [["createMeeting", 30 * 24 * 60, "long key"]]


async def test_denied_devices_still_lead_in(phone: Gallery) -> None:
    await phone.show("devices-denied")
    await expect(phone.page.get_by_test_id("trouble-mic")).to_be_visible()
    await phone.page.get_by_test_id("knock").tap()
    assert (await phone.asked())[-1][0] == "knock"


# ── inside ───────────────────────────────────────────────────────────────────────────────────────


async def test_encrypted_is_said_only_while_frames_are_decrypted(phone: Gallery) -> None:
    await phone.show("two")
    await expect(phone.page.get_by_test_id("encrypted")).to_be_visible()
    await phone.change(
        "return {...state, phase: {...state.phase, meeting: {...state.phase.meeting, decrypting: []}}}"
    )
    await expect(phone.page.get_by_test_id("encrypted")).to_have_count(0)


async def test_pictures_go_on_when_panels_open_and_close(phone: Gallery) -> None:
    await phone.show("meeting")
    page = phone.page
    await page.evaluate("window.first = document.querySelector('[data-testid=tile] video')")
    await page.get_by_test_id("chat").tap()
    await page.get_by_test_id("people").tap()
    await page.get_by_test_id("people").tap()
    assert await page.evaluate("window.first.isConnected && !window.first.paused")


async def test_reconnecting_moves_nothing(wide: Gallery) -> None:
    await wide.show("meeting")
    boxes = "[...document.querySelectorAll('[data-testid=tile], button')].map((one) => one.getBoundingClientRect().toJSON())"
    before = await wide.page.evaluate(boxes)
    await wide.change("return {...state, line: {kind: 'reconnecting', attempt: 1, sinceMs: 0}}")
    await expect(wide.page.get_by_test_id("reconnecting")).to_be_visible()
    assert await wide.page.evaluate(boxes) == before


async def test_enter_sends_and_a_draft_outlives_the_panel(wide: Gallery) -> None:
    await wide.show("meeting")
    page = wide.page
    await page.get_by_test_id("chat").click()
    field = page.get_by_test_id("chat-input")
    await expect(field).to_be_focused()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.get_by_test_id("chat-panel-close").click()
    await expect(page.get_by_test_id("chat")).to_be_focused()
    await page.get_by_test_id("chat").click()
    await expect(field).to_have_value("one\ntwo")
    await page.keyboard.press("Enter")
    assert await wide.asked() == [["say", "one\ntwo"]]
    await expect(field).to_have_value("")


async def test_escape_closes_the_panel_and_gives_the_focus_back(wide: Gallery) -> None:
    await wide.show("meeting")
    await wide.page.get_by_test_id("people").click()
    await wide.page.keyboard.press("Escape")
    await expect(wide.page.get_by_test_id("people-panel")).to_have_count(0)
    await expect(wide.page.get_by_test_id("people")).to_be_focused()


async def test_unread_messages_are_counted_until_the_chat_is_open(phone: Gallery) -> None:
    await phone.show("meeting")
    page = phone.page
    await phone.change(
        """const {meeting} = state.phase;
        const said = {number: 1, author: 'person-0000', authorProfile: meeting.people[0].profile,
                      mine: false, body: {kind: 'text', text: 'Hello'}, atMs: 0};
        return {...state, phase: {...state.phase, meeting: {...meeting, messages: [said]}}}"""
    )
    await expect(page.get_by_test_id("chat").get_by_test_id("count")).to_have_text("1")
    await page.get_by_test_id("chat").tap()
    await expect(page.get_by_test_id("chat-text")).to_have_text("Hello")
    await expect(page.get_by_test_id("chat").get_by_test_id("count")).to_have_count(0)


# ── turns ────────────────────────────────────────────────────────────────────────────────────────


async def test_an_offer_has_three_answers_that_name_its_turn(phone: Gallery) -> None:
    await phone.show("circle-offered")
    for answer in ("take", "pass", "later"):
        await phone.page.get_by_test_id(answer).tap()
    assert await phone.asked() == [["takeTurn", 7], ["passTurn", 7], ["comeBackLater", 7]]
    await phone.show("circle-offered-again")
    await expect(phone.page.get_by_test_id("later")).to_have_count(0)


async def test_share_with_microphone_off_says_so_and_one_tap_opens_it(phone: Gallery) -> None:
    await phone.show("circle-sharing-muted")
    assert await phone.asked() == [], "the page never opens it by itself"
    await phone.page.get_by_test_id("share-mic-on").tap()
    await phone.page.get_by_test_id("extend").tap()
    await phone.page.get_by_test_id("done").tap()
    assert await phone.asked() == [["toggleMic"], ["extendShare", 7], ["endShare", 7]]
    await phone.show("circle-sharing")
    await expect(phone.page.get_by_test_id("share-mic-off")).to_have_count(0)


async def test_share_in_writing_counts_for_the_open_turn(phone: Gallery) -> None:
    await phone.show("circle-offered")
    page = phone.page
    await page.get_by_test_id("write").tap()
    await page.get_by_test_id("write-send").dispatch_event("click")  # marked as disabled, still focusable
    await page.get_by_test_id("write-input").fill(" A quiet week. ")
    await page.get_by_test_id("write-send").tap()
    assert await phone.asked() == [["shareInWriting", 7, "A quiet week."]]


async def test_what_was_begun_in_writing_does_not_slip_into_another_turn(phone: Gallery) -> None:
    await phone.show("circle-offered")
    await phone.page.get_by_test_id("write").tap()
    await phone.page.get_by_test_id("write-input").fill("begun")
    await phone.change(
        """const {meeting} = state.phase;
        return {...state, phase: {...state.phase, meeting: {...meeting, round: {...meeting.round, turn: 9}}}}"""
    )
    await expect(phone.page.get_by_test_id("write-input")).to_have_count(0)


async def test_facilitator_starts_a_round_as_chosen(wide: Gallery) -> None:
    await wide.show("lead-circle-start")
    page = wide.page
    await page.get_by_test_id("round-kind").select_option("nomination")
    await page.get_by_test_id("round-minutes").select_option("0")
    await page.get_by_test_id("round-invite").click()
    await page.get_by_test_id("round-first").click()
    await page.get_by_test_id("round-start").click()
    await page.get_by_test_id("floor-gentle").click()
    await page.get_by_test_id("call-on").nth(1).click()
    assert await wide.asked() == [
        ["startRound", "nomination", None, ["person-0000"], False],
        ["setFloor", "gentle"],
        ["callOn", "person-0004"],
    ]


async def test_facilitator_leads_a_round(wide: Gallery) -> None:
    await wide.show("lead-circle")
    page = wide.page
    await expect(page.get_by_test_id("passed")).to_have_text("Ana")
    await page.get_by_test_id("minutes-left").fill("9")
    await expect(page.get_by_test_id("minutes-each")).to_contain_text("4.5 min")
    await page.get_by_test_id("move-down").nth(3).click()
    await page.get_by_test_id("move-up").first.dispatch_event("click")  # already the first
    await page.get_by_test_id("lead-extend").click()
    await page.get_by_test_id("end-share").click()
    await page.get_by_test_id("close-round").click()
    await page.get_by_test_id("close-confirm").click()
    people = [f"person-{number:04}" for number in (1, 2, 3, 5, 4)]
    assert await wide.asked() == [
        ["reorderRound", people],
        ["extendShare", 7],
        ["endShare", 7],
        ["closeRound"],
    ]


async def test_members_lead_nothing_in_the_circle(phone: Gallery) -> None:
    await phone.show("circle-order")
    await expect(phone.page.get_by_test_id("place")).to_have_count(5)
    for testid in ("move-up", "end-share", "skip", "close-round", "floor-held", "round-start"):
        await expect(phone.page.get_by_test_id(testid)).to_have_count(0)


async def test_turns_are_read_aloud(phone: Gallery) -> None:
    for story, words in (
        ("circle-next", "You are next."),
        ("circle-offered", "It is your turn, if you like."),
        ("circle-sharing", "You have the turn. Everybody listens to you."),
        ("circle-held", "You are next."),
        ("meeting", ""),
    ):
        await phone.show(story)
        await expect(phone.page.get_by_test_id("turn-said")).to_have_text(words)


async def test_unheard_microphone_says_so_on_its_button(phone: Gallery) -> None:
    await phone.show("floor-held")
    await expect(phone.page.get_by_test_id("mic")).to_contain_text("on, not heard")
    await phone.show("hand-called")
    await expect(phone.page.get_by_test_id("mic")).not_to_contain_text("not heard")


# ── facilitators ─────────────────────────────────────────────────────────────────────────────────


async def test_removal_offers_to_undo_it(phone: Gallery) -> None:
    await phone.show("lead-people")
    page = phone.page
    entry = page.get_by_test_id("person").nth(2)
    who = await entry.get_attribute("data-person")
    await entry.get_by_test_id("person-more").tap()
    await entry.get_by_test_id("remove").tap()
    assert await phone.asked() == [["remove", who]]
    await expect(page.get_by_test_id("undo")).to_have_count(0)
    await phone.change(
        """const {meeting} = state.phase;
        const gone = meeting.people.find((one) => one.id === value);
        return {...state, phase: {...state.phase, meeting: {...meeting,
          people: meeting.people.filter((one) => one !== gone),
          barred: [...meeting.barred, {id: value, profile: gone.profile, reason: 'removed'}]}}}""",
        who,
    )
    await page.get_by_test_id("undo").tap()
    assert (await phone.asked())[-1] == ["undoBar", who]


async def test_longest_waiting_request_can_be_answered_without_the_panel(phone: Gallery) -> None:
    await phone.show("lead-requests")
    bar = phone.page.get_by_test_id("request-bar")
    who = await bar.get_by_test_id("request").get_attribute("data-person")
    await bar.get_by_test_id("admit").tap()
    await bar.get_by_test_id("deny").tap()
    assert await phone.asked() == [["admit", who], ["deny", who]]


async def test_members_see_no_controls_over_others(phone: Gallery) -> None:
    await phone.show("people")
    for testid in ("person-more", "remove", "lock", "end", "requests"):
        await expect(phone.page.get_by_test_id(testid)).to_have_count(0)


async def test_end_for_all_asks_first(phone: Gallery) -> None:
    await phone.show("lead-people")
    page = phone.page
    await page.get_by_test_id("end").tap()
    assert await phone.asked() == []
    await page.get_by_test_id("end-cancel").tap()
    await page.get_by_test_id("end").tap()
    await page.get_by_test_id("end-confirm").tap()
    assert await phone.asked() == [["end"]]
