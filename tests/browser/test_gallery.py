# Longer than 400 lines: one window and one list of stories serve every test in it.
"""Every screen as a person meets it: readable, reachable, within the page's policy; with made-up states, no server.

Needs `npm run build:gallery` in `web/` first: builds nothing itself.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from .showcase import WEB, showcase
from .stage import PHONE, WIDE, press_escape

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from .showcase import Gallery, Showcase

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
MAGNIFIED = (320, 450)
"""1280 × 1800 CSS pixels at 400 %; narrower than any phone in use (WCAG 1.4.10)."""

HALVED = [(720, 450), (410, 590)]
"""What is left of a desk and a tablet at 200 % (WCAG 1.4.4)."""
HALF_A_PHONE = (180, 320)
"""Smaller than any device: there the tiles give way, and nothing is cut off."""
MAIN_STATES = (
    *("start", "links", "arrived", "agreement", "name", "devices", "lobby", "meeting", "chat", "people"),
    *(
        "circle-order",
        "circle-offered",
        "circle-sharing",
        "paused",
        "lead-people",
        "lead-circle",
        "over-ended",
    ),
)

LONG_OR_FROM_THE_RIGHT = ("es", "fr", "ar")
"""Whose words take more room than English ones, or the other side."""

SMALLEST_TARGET_PX = 44

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown() -> AsyncIterator[Showcase]:
    async with showcase() as shown:
        yield shown


@pytest_asyncio.fixture(loop_scope="module")
async def phone(shown: Showcase) -> AsyncIterator[Gallery]:
    context, gallery = await shown.window(PHONE, touch=True)
    yield gallery
    await context.close()
    assert gallery.complaints == []


@pytest_asyncio.fixture(loop_scope="module")
async def wide(shown: Showcase) -> AsyncIterator[Gallery]:
    context, gallery = await shown.window(WIDE)
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


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("size", "look"), [(PHONE, "night"), (WIDE, "day")])
async def test_every_screen_is_accessible(shown: Showcase, size: tuple[int, int], look: str) -> None:
    context, gallery = await shown.window(size, touch=size == PHONE)
    axe = AXE.read_text("utf-8")
    found: dict[str, list[str]] = {}
    stories = await gallery.stories()
    assert len(stories) > 120, "the gallery lost its stories"
    await gallery.show(stories[0], look)
    await gallery.page.evaluate(axe)  # not a script element: the policy would forbid it
    for story in stories:
        await gallery.tell(story)
        found[story] = await gallery.page.evaluate(VIOLATIONS) + await faults(gallery)
    await context.close()
    assert {story: wrong for story, wrong in found.items() if wrong} == {}
    assert gallery.complaints == []


@pytest.mark.timeout(600)
async def test_no_screen_scrolls_sideways_when_magnified(shown: Showcase) -> None:
    context, gallery = await shown.window(MAGNIFIED)
    sideways = []
    stories = await gallery.stories()
    await gallery.show(stories[0], "night")
    for story in stories:
        await gallery.tell(story)
        for language in LONG_OR_FROM_THE_RIGHT:
            await gallery.speak(language)
            if await gallery.page.evaluate(OVERFLOW_PX) > 0:
                sideways.append((story, language))
    await context.close()
    assert sideways == []
    assert gallery.complaints == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("size", HALVED)
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_nothing_is_out_of_reach_at_twice_the_size(
    shown: Showcase, size: tuple[int, int], language: str
) -> None:
    context, gallery = await shown.window(size)
    found = {}
    for story in MAIN_STATES:
        await gallery.show(story, "day", language=language)
        found[story] = await faults(gallery)
    await context.close()
    assert {story: wrong for story, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_phone_at_twice_the_size_scrolls_one_way_only(shown: Showcase, language: str) -> None:
    context, gallery = await shown.window(HALF_A_PHONE)
    sideways = []
    for story in MAIN_STATES:
        await gallery.show(story, "night", language=language)
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
    now_s = time.time()
    await press_escape(wide.page, now_s)
    assert await wide.asked() == []
    await press_escape(wide.page, now_s + 0.1)
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


def wish(organiser_key: str | None) -> dict[str, object]:
    """Of somebody who has filled in nothing else."""
    nothing = {"people": None, "lengthMin": 75, "texts": None}
    return {"linkMinutes": 30 * 24 * 60, "organiserKey": organiser_key, **nothing}


async def test_organiser_key_is_asked_for_only_where_the_server_wants_one(phone: Gallery) -> None:
    await phone.show("start")
    await expect(phone.page.get_by_test_id("start-key")).to_have_count(0)
    await phone.page.get_by_test_id("start-create").tap()
    assert await phone.asked() == [["createMeeting", wish(None)]]
    await phone.show("start-key")
    await phone.page.get_by_test_id("start-key").fill("long key")
    await phone.page.get_by_test_id("start-create").tap()
    assert await phone.asked() == [["createMeeting", wish("long key")]]


async def test_a_plan_suggests_its_length_and_is_cut_to_another(phone: Gallery) -> None:
    await phone.show("start")
    page = phone.page
    await expect(page.get_by_test_id("start-length")).to_have_value("75")
    await page.get_by_test_id("start-plan").select_option("guest")
    await expect(page.get_by_test_id("start-length")).to_have_value("90")
    await page.get_by_test_id("start-length").select_option("own")
    await page.get_by_test_id("start-length-own").fill("19")
    await page.get_by_test_id("start-create").tap()
    assert await phone.asked() == [], "shorter than its parts could be"
    await page.get_by_test_id("start-length-own").fill("50")
    await page.get_by_test_id("start-plan").select_option("evening")
    await page.get_by_test_id("start-create").tap()
    [[_, asked]] = await phone.asked()
    assert asked["lengthMin"] == 50, "what was chosen stays when the plan changes"
    assert sum(part["lengthMs"] for part in asked["texts"]["plan"]) == 50 * 60_000


async def test_links_for_one_person_each_are_wished_in_a_number(phone: Gallery) -> None:
    await phone.show("start")
    page = phone.page
    await page.get_by_test_id("start-own").check()
    await page.get_by_test_id("start-people").fill("51")
    await page.get_by_test_id("start-create").tap()
    await page.get_by_test_id("start-people").fill("")
    await page.get_by_test_id("start-create").tap()
    assert await phone.asked() == []
    await page.get_by_test_id("start-people").fill("12")
    await page.get_by_test_id("start-create").tap()
    await page.get_by_test_id("start-shared").check()
    await page.get_by_test_id("start-create").tap()
    assert [asked["people"] for _, asked in await phone.asked()] == [12, None]


async def test_as_many_links_may_be_wished_as_the_server_makes(phone: Gallery) -> None:
    await phone.show("start")
    await phone.change("return { ...state, phase: { ...state.phase, mostPeople: 200 } };")
    await phone.page.get_by_test_id("start-own").check()
    await phone.page.get_by_test_id("start-people").fill("200")
    await phone.page.get_by_test_id("start-create").tap()
    assert [asked["people"] for _, asked in await phone.asked()] == [200]
    await phone.change("return { ...state, phase: { ...state.phase, mostPeople: 0 } };")
    await expect(phone.page.get_by_test_id("start-own")).to_have_count(0)
    await phone.page.get_by_test_id("start-create").tap()
    assert (await phone.asked())[-1][1]["people"] is None


async def test_a_link_is_shown_as_a_code_where_it_fits_into_one(phone: Gallery) -> None:
    await phone.show("links")
    code = phone.page.get_by_test_id("link-facilitator-code")
    await code.tap()
    await expect(phone.page.get_by_role("img", name="facilitator")).to_be_visible()
    await phone.change(
        """const {creation} = state.phase;
        const links = {...creation.links, facilitator: creation.links.facilitator + '~' + 'A'.repeat(value)};
        return {...state, phase: {...state.phase, creation: {...creation, links}}}""",
        1_300,
    )
    await expect(code).to_have_count(0)
    await expect(phone.page.get_by_role("img", name="facilitator")).to_have_count(0)


async def test_a_page_that_is_out_of_date_is_loaded_again_at_a_tap(phone: Gallery) -> None:
    await phone.show("over-version")
    await expect(phone.page.get_by_test_id("start-over")).to_have_count(0)
    await phone.page.get_by_role("button", name="Load the page again").tap()
    assert await phone.asked() == [["tryAgain"]]


async def test_denied_devices_still_lead_in(phone: Gallery) -> None:
    await phone.show("devices-denied")
    await expect(phone.page.get_by_test_id("trouble-mic")).to_be_visible()
    await phone.page.get_by_test_id("knock").tap()
    assert (await phone.asked())[-1][0] == "knock"


async def test_a_loudspeaker_that_cannot_be_used_is_not_shown_as_chosen(phone: Gallery) -> None:
    await phone.show("devices")
    await phone.change(
        """const speakers = [{id: 'desk', label: 'Desk'}, {id: 'hdmi', label: 'Screen'}];
        return {...state, devices: {...state.devices, speakers, speakerId: 'desk'}}"""
    )
    choice = phone.page.get_by_test_id("choose-speaker")
    await phone.page.get_by_test_id("device-choices").locator("summary").tap()
    await choice.select_option("hdmi")
    assert await phone.asked() == [["chooseDevice", "speaker", "hdmi"]]
    await phone.change(
        """const code = {kind: 'device_not_usable', device: 'speaker'};
        return {...state, notices: [{number: 1, code}]}"""
    )
    await expect(phone.page.get_by_test_id("notice")).to_contain_text("That loudspeaker could not be used")
    await expect(choice).to_have_value("desk")


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


@pytest.mark.parametrize("story", ["notice-chat", "chat-lost", "sound-chat", "circle-sharing-chat"])
async def test_open_chat_has_room_and_can_be_closed_whatever_is_said_over_it(
    phone: Gallery, story: str
) -> None:
    await phone.show(story)
    page = phone.page
    panel, field = page.get_by_test_id("chat-panel"), page.get_by_test_id("chat-input")
    box = await panel.bounding_box()
    assert box is not None
    assert box["height"] > PHONE[1] * 0.4
    await field.tap()
    await page.get_by_test_id("thread-line").tap()
    await page.get_by_test_id("chat-panel-close").tap()
    await expect(panel).to_have_count(0)


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
                      mine: false, body: {kind: 'text', text: 'Hello'}, atMs: 0,
                      line: null, everywhere: false, held: null};
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
    assert await phone.asked() == [["takeTurn", 7], ["shareInWriting", 7, "A quiet week."]]


NEXT_TURN = """const {meeting} = state.phase;
  return {...state, phase: {...state.phase, meeting: {...meeting, round: {...meeting.round, turn: 9}}}}"""
STATUS = """const {meeting} = state.phase;
  return {...state, phase: {...state.phase, meeting: {...meeting, status: value}}}"""


async def test_writing_takes_the_turn_and_outlives_a_pause(phone: Gallery) -> None:
    await phone.show("circle-offered")
    await phone.page.get_by_test_id("write").tap()
    assert await phone.asked() == [["takeTurn", 7]], "an offer stands for half a minute only"
    await phone.page.get_by_test_id("write-input").fill("begun")
    await phone.change(STATUS, "paused")
    await expect(phone.page.get_by_test_id("write-input")).to_have_count(0)
    await phone.change(STATUS, "open")
    await expect(phone.page.get_by_test_id("write-input")).to_have_value("begun")


async def test_what_was_begun_in_writing_waits_in_the_chat_when_the_turn_goes_on(phone: Gallery) -> None:
    await phone.show("circle-offered")
    page = phone.page
    await page.get_by_test_id("write").tap()
    await page.get_by_test_id("write-input").fill("begun")
    await phone.change(NEXT_TURN)
    await expect(page.get_by_test_id("write-input")).to_have_count(0)
    await expect(page.get_by_test_id("kept-in-chat")).to_be_visible()
    await page.get_by_test_id("chat").tap()
    await expect(page.get_by_test_id("chat-input")).to_have_value("begun")
    await expect(page.get_by_test_id("kept-in-chat")).to_have_count(0)
    assert await phone.asked() == [["takeTurn", 7]], "nothing is sent by itself"


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
        ["setFloor", "gentle", "open"],
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
        ["reorderRound", people, [f"person-{number:04}" for number in range(1, 6)]],
        ["extendShare", 7],
        ["endShare", 7],
        ["closeRound", 7],
    ]


async def test_order_is_changed_by_dragging_by_keys_and_by_adding_somebody(wide: Gallery) -> None:
    await wide.show("lead-circle")
    page = wide.page
    was = [f"person-{number:04}" for number in range(1, 6)]
    handle, fourth = page.get_by_test_id("drag").nth(1), page.get_by_test_id("place").nth(3)
    start, end = await handle.bounding_box(), await fourth.bounding_box()
    assert start is not None
    assert end is not None
    await page.mouse.move(start["x"] + 10, start["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(end["x"] + 10, end["y"] + end["height"] - 2, steps=4)
    await expect(page.get_by_test_id("place").nth(3)).to_have_attribute("data-person", was[1])
    await page.mouse.up()
    await page.get_by_test_id("drag").nth(2).focus()
    await page.keyboard.press("ArrowUp")
    await page.get_by_test_id("add-to-round").click()
    dragged, keyed = [0, 2, 3, 1, 4], [0, 2, 1, 3, 4]
    assert await wide.asked() == [
        ["reorderRound", [was[n] for n in dragged], was],
        ["reorderRound", [was[n] for n in keyed], was],
        ["reorderRound", [*was, "person-0000"], was],
    ]


async def test_plan_that_another_facilitator_changed_is_not_written_over_unseen(wide: Gallery) -> None:
    await wide.show("lead-session")
    page = wide.page
    await page.get_by_test_id("sheet-edit").click()
    await expect(page.get_by_test_id("sheet-overtaken")).to_have_count(0)
    await wide.change(
        """const {meeting} = state.phase;
        const sealed = [{kind: 'round', title: new Uint8Array([1]), lengthMs: 60000, floor: 'held', chat: 'open'}];
        return {...state, phase: {...state.phase, meeting: {...meeting, runSheet: {...meeting.runSheet, sealed}}}}"""
    )
    await expect(page.get_by_test_id("sheet-overtaken")).to_be_visible()
    await page.get_by_test_id("sheet-use").dispatch_event("click")
    assert await wide.asked() == []
    await page.get_by_test_id("sheet-mine").click()
    await page.get_by_test_id("sheet-use").click()
    assert [asked[0] for asked in await wide.asked()] == ["setRunSheet"]


GROUP = """const {meeting} = state.phase;
return {...state, phase: {...state.phase, meeting: {...meeting, group: {title: value, agreement: [], plan: []}}}}"""


async def test_texts_of_the_group_are_written_in_the_meeting(phone: Gallery) -> None:
    await phone.show("lead-session")
    page = phone.page
    await page.get_by_test_id("texts-open").tap()
    assert await faults(phone) == []
    await page.get_by_test_id("texts-set").dispatch_event("click")
    assert await phone.asked() == [], "nothing was written"
    await page.get_by_test_id("texts-name").fill(" Tuesdays ")
    await page.get_by_test_id("texts-agreement").fill("- Stays here\n\n" + "too long " * 40)
    await page.get_by_test_id("texts-set").tap()
    await expect(page.get_by_test_id("texts-agreement")).to_have_attribute("aria-invalid", "true")
    await page.get_by_test_id("texts-agreement").fill("- Stays here\n\n2. Nobody must speak")
    await page.get_by_test_id("texts-set").tap()
    points = ["Stays here", "Nobody must speak"]
    written = ["setTexts", {"title": "Tuesdays", "agreement": points, "plan": []}]
    assert await phone.asked() == [written]

    # what another facilitator writes meanwhile is not written over unseen
    await page.get_by_test_id("texts-name").fill("Wednesdays")
    await phone.change(GROUP, "Thursdays")
    await expect(page.get_by_test_id("texts-overtaken")).to_be_visible()
    await page.get_by_test_id("texts-set").dispatch_event("click")
    assert await phone.asked() == [written]
    await page.get_by_test_id("texts-see").tap()
    await expect(page.get_by_test_id("texts-name")).to_have_value("Thursdays")


async def test_part_that_is_moved_down_twice_keeps_the_focus(wide: Gallery) -> None:
    await wide.show("lead-session")
    page = wide.page
    await page.get_by_test_id("sheet-edit").click()
    first = page.get_by_test_id("part-fields").first
    title = await first.locator("summary .title").inner_text()
    await first.locator("summary").click()
    down = page.get_by_role("button", name="Move part 1 down")
    await down.focus()
    for n in (2, 3):
        await page.keyboard.press("Enter")
        moved = page.get_by_test_id("part-fields").nth(n - 1)
        await expect(moved.locator("summary .title")).to_have_text(title)
        await expect(moved.get_by_role("button", name=f"Move part {n} down")).to_be_focused()


async def test_members_lead_nothing_in_the_circle(phone: Gallery) -> None:
    await phone.show("circle-order")
    await expect(phone.page.get_by_test_id("place")).to_have_count(5)
    for testid in (
        "move-up",
        "drag",
        "add-to-round",
        "end-share",
        "skip",
        "close-round",
        "floor-held",
        "round-start",
    ):
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


async def test_end_is_reached_from_the_question_about_leaving(phone: Gallery) -> None:
    await phone.show("lead-panel")
    page = phone.page
    await page.get_by_test_id("leave").tap()
    await page.get_by_test_id("leave-end").tap()
    await expect(page.get_by_test_id("leave-dialog")).to_have_count(0)
    await page.get_by_test_id("end-confirm").tap()
    assert await phone.asked() == [["end"]]


async def test_whoever_leads_finds_her_own_hand_in_more(phone: Gallery) -> None:
    await phone.show("lead-people")
    await expect(phone.page.get_by_test_id("hand")).to_have_count(0)
    await phone.page.get_by_test_id("more").tap()
    await phone.page.get_by_test_id("more-hand").tap()
    await expect(phone.page.get_by_test_id("more-dialog")).to_have_count(0)
    assert ["raiseHand"] in await phone.asked()


async def test_a_member_has_her_hand_in_the_strip_alone(phone: Gallery) -> None:
    await phone.show("meeting")
    await phone.page.get_by_test_id("more").tap()
    await expect(phone.page.get_by_test_id("more-dialog")).to_be_visible()
    await expect(phone.page.get_by_test_id("more-hand")).to_have_count(0)


async def test_what_waits_is_one_list_and_each_is_one_tap(phone: Gallery) -> None:
    await phone.show("lead-panel-waiting")
    page = phone.page
    kinds = await page.get_by_test_id("waits").evaluate_all("(all) => all.map((one) => one.dataset.kind)")
    assert kinds == ["need", "knock", "knock", "held", "line", "hand"]
    for testid in ("calls", "request-bar"):
        await expect(page.get_by_test_id(testid)).to_have_count(0)
    await page.locator("[data-kind=need]").get_by_test_id("waits-go").tap()
    await page.locator("[data-kind=knock]").first.get_by_test_id("admit").tap()
    await page.locator("[data-kind=held]").get_by_test_id("waits-go").tap()
    await page.locator("[data-kind=held]").get_by_test_id("waits-no").tap()
    await page.locator("[data-kind=hand]").get_by_test_id("waits-go").tap()
    assert await phone.asked() == [
        ["acceptNeed", "person-0002"],
        ["admit", "person-0020"],
        ["approveMessage", 1],
        ["deleteMessage", 1],
        ["callOn", "person-0001"],
    ]
    await page.locator("[data-kind=line]").get_by_test_id("waits-go").tap()
    await expect(page.get_by_test_id("chat-panel")).to_contain_text("I do not feel well tonight.")


async def test_lead_is_open_where_there_is_room_and_counted_where_there_is_not(
    phone: Gallery, wide: Gallery
) -> None:
    await wide.show("lead-requests")
    await expect(wide.page.get_by_test_id("lead-panel")).to_be_visible()
    await phone.show("lead-requests")
    await expect(phone.page.get_by_test_id("lead-panel")).to_have_count(0)
    await expect(phone.page.get_by_test_id("lead").get_by_test_id("count")).to_have_text("3")
    await phone.show("people")
    await expect(phone.page.get_by_test_id("lead")).to_have_count(0)


async def test_round_begins_and_the_group_rests_from_one_panel(phone: Gallery) -> None:
    await phone.show("lead-panel")
    page = phone.page
    await page.get_by_test_id("lead-begin").tap()
    await page.get_by_test_id("lead-pause").tap()
    await page.get_by_test_id("lead-lock").tap()
    await page.get_by_test_id("lead-floor").tap()
    await page.get_by_test_id("floor-gentle").tap()
    assert await phone.asked() == [
        ["startRound", "circle", 180_000, [], True],
        ["pause"],
        ["lock"],
        ["setFloor", "gentle", "open"],
    ]
    await page.get_by_test_id("lead-end").tap()
    await expect(page.get_by_test_id("end-dialog")).to_be_visible()


async def test_what_everybody_gets_is_asked_for_only_while_it_is_looked_at(phone: Gallery) -> None:
    await phone.show("lead-people")
    page = phone.page
    await page.get_by_test_id("more").tap()
    assert await phone.asked() == []
    await page.get_by_test_id("grants").tap()
    await expect(page.get_by_test_id("grants-asking")).to_be_visible()
    assert await phone.asked() == [["askGrants"]]
    await page.get_by_test_id("grants-panel-close").tap()
    await expect(page.get_by_test_id("more")).to_be_focused()
    await phone.show("people")
    await page.get_by_test_id("more").tap()
    await expect(page.get_by_test_id("grants")).to_have_count(0)


async def test_what_everybody_gets_is_said_in_words_and_numbers_only_when_asked_for(phone: Gallery) -> None:
    await phone.show("lead-grants")
    entries = phone.page.get_by_test_id("grant")
    assert await entries.evaluate_all("(all) => all.map((one) => one.dataset.verdict)") == [
        "lossy",
        "narrow",
        "text",
        "settling",
        "thrifty",
        "well",
    ]
    ana = phone.page.locator("[data-testid=grant][data-person=person-0001]")
    await expect(ana).to_contain_text("The link is narrow: small pictures.")
    await expect(ana.get_by_test_id("grant-picture").first).to_be_hidden()
    await ana.get_by_test_id("grant-numbers").tap()
    await expect(ana.get_by_test_id("grant-picture").first).to_have_text(
        "Ruth: small (135 lines), 96 kbit/s. The link takes no more."
    )


# ── care, rooms and the session ──────────────────────────────────────────────────────────────────


async def test_asking_for_someone_says_first_who_sees_it(phone: Gallery) -> None:
    await phone.show("meeting")
    page = phone.page
    await page.get_by_test_id("need-open").tap()
    await expect(page.get_by_test_id("need-dialog")).to_contain_text("Only the facilitators see that you ask")
    assert await phone.asked() == []
    await page.get_by_test_id("need-ask").tap()
    assert await phone.asked() == [["askForSomeone"]]
    await phone.show("need")
    await expect(page.get_by_test_id("need-open")).to_have_count(0)
    await page.get_by_test_id("need-withdraw").tap()
    assert await phone.asked() == [["withdrawNeed"]]


@pytest.mark.parametrize(
    "story", ["paused", "paused-by-hand", "breakout-inside", "breakout-topics", "chat-closed"]
)
async def test_someone_can_be_asked_for_wherever_one_is(phone: Gallery, story: str) -> None:
    await phone.show(story)
    await phone.page.get_by_test_id("need-open").tap()
    await expect(phone.page.get_by_test_id("need-ask")).to_be_in_viewport()


async def test_call_for_help_is_answered_with_one_tap_whatever_is_open(phone: Gallery) -> None:
    for story in ("lead-calls", "lead-calls-panel"):
        await phone.show(story)
        await phone.page.get_by_test_id("call-go").first.tap()
        assert await phone.asked() == [["acceptNeed", "person-0001"]]


async def test_nobody_goes_to_a_small_room_unasked(phone: Gallery) -> None:
    await phone.show("breakout-asked")
    await phone.page.get_by_test_id("breakout-stay").tap()
    await phone.page.get_by_test_id("breakout-go").tap()
    assert await phone.asked() == [["answerBreakout", None], ["answerBreakout", "b1"]]
    await phone.show("breakout-topics")
    await phone.page.get_by_test_id("breakout-choose").nth(1).tap()
    assert await phone.asked() == [["answerBreakout", "b2"]]


async def test_plan_of_rooms_is_what_was_filled_in(wide: Gallery) -> None:
    await wide.show("lead-rooms-plan")
    page = wide.page
    await page.get_by_test_id("rooms-show").click()
    assert await wide.asked() == [], "nobody would go anywhere"
    await page.get_by_test_id("room-topic").first.fill("Sleep")
    await page.get_by_test_id("room-host").first.select_option("person-0002")
    await page.locator("[data-testid=place-in][data-person=person-0003]").select_option("0")
    await page.get_by_test_id("rooms-fewer").click()
    await page.get_by_test_id("rooms-show").click()
    room = {"topic": "Sleep", "host": "person-0002", "people": ["person-0003"]}
    plan = {"kind": "by_hand", "rooms": [room], "size": None, "lengthMs": 900_000, "unattended": False}
    assert await wide.asked() == [["planBreakouts", plan, None]]


@pytest.mark.parametrize(
    ("story", "opens", "choice", "order"),
    [
        ("lead-rooms-open", "room-change", "room-of", "assignRoom"),
        ("lead-rooms-open", "room-change", "room-host", "setHost"),
        ("lead-chat", "chat-lead-open", "chat-mode-choice", "setChatMode"),
    ],
)
async def test_arrow_keys_in_a_choice_move_nobody_until_a_button_is_pressed(
    wide: Gallery, story: str, opens: str, choice: str, order: str
) -> None:
    await wide.show(story)
    page = wide.page
    await page.get_by_test_id(opens).first.click()
    await page.get_by_test_id(choice).first.focus()
    for key in ("ArrowDown", "ArrowUp", "ArrowDown"):
        await page.keyboard.press(key)
    assert await wide.asked() == []
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert [name for name, *_ in await wide.asked()] == [order]


@pytest.mark.parametrize(
    ("story", "panel", "opens", "field"),
    [
        ("lead-rooms-open", "rooms", None, "broadcast-input"),
        ("lead-rooms-plan", "rooms", None, "room-topic"),
        ("lead-session", "session", "hand-out-open", "resource-name"),
        ("lead-session-empty", "session", "pulse-open", "pulse-question"),
        ("lead-session", "session", "texts-open", "texts-agreement"),
        ("session-contacts", "session", "contact-choose", "contact-text"),
    ],
)
async def test_what_is_half_typed_outlives_its_panel(
    wide: Gallery, story: str, panel: str, opens: str | None, field: str
) -> None:
    await wide.show(story)
    page = wide.page
    if opens is not None:
        await page.get_by_test_id(opens).first.click()
    await page.get_by_test_id(field).first.fill("begun")
    await page.get_by_test_id("chat").click()
    await expect(page.get_by_test_id(field)).to_have_count(0)
    await page.get_by_test_id(panel).first.click()
    await expect(page.get_by_test_id(field).first).to_have_value("begun")
    await expect(page.get_by_test_id(field).first).to_be_visible()


async def test_what_was_begun_on_the_private_line_is_never_sent_to_everybody(wide: Gallery) -> None:
    await wide.show("chat-line")
    page = wide.page
    await page.get_by_test_id("thread-line").click()
    await page.get_by_test_id("chat-input").fill("only for you")
    await page.get_by_test_id("thread-room").click()
    await expect(page.get_by_test_id("chat-input")).to_have_value("")
    await page.get_by_test_id("chat-panel-close").click()
    await page.get_by_test_id("chat").click()
    await page.get_by_test_id("thread-line").click()
    await expect(page.get_by_test_id("chat-input")).to_have_value("only for you")
    await page.keyboard.press("Enter")
    assert await wide.asked() == [["sayOnLine", "person-0001", "only for you"]]


async def test_pulse_is_one_tap_and_says_that_it_is_anonymous(phone: Gallery) -> None:
    await phone.show("pulse")
    await expect(phone.page.get_by_test_id("pulse")).to_contain_text("nobody ever knows what you chose")
    await phone.page.get_by_test_id("pulse-answer").nth(1).tap()
    assert await phone.asked() == [["answerPulse", 1, 1]]
    await phone.show("pulse-result")
    await phone.page.get_by_test_id("pulse-result-close").tap()
    await expect(phone.page.get_by_test_id("pulse-result")).to_have_count(0)


async def test_nothing_is_left_to_lead_when_the_group_has_gone(wide: Gallery) -> None:
    await wide.show("debrief")
    await expect(wide.page.get_by_test_id("debrief")).to_be_visible()
    await expect(wide.page.get_by_test_id("lead-panel")).to_have_count(0)


async def test_ending_is_a_choice_of_two(phone: Gallery) -> None:
    await phone.show("lead-people")
    await phone.page.get_by_test_id("end").tap()
    await phone.page.get_by_test_id("end-debrief").tap()
    assert await phone.asked() == [["beginDebrief"]]
    await expect(phone.page.get_by_test_id("end-dialog")).to_have_count(0)
