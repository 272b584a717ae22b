"""A session in Arabic beside one in English: the same meeting, mirrored, with names and numbers in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import PHONE, WIDE
from .test_circle import start, turn_is

if TYPE_CHECKING:
    from .stage import Gathering, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]

NAME = "سلمى"
SIDEWAYS_PX = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
DIRECTION = "(one) => getComputedStyle(one).direction"


def isolated(name: str) -> str:
    """As a name stands in a text of the other direction: it turns nothing around it (UAX #9)."""
    return f"\u2068{name}\u2069"


async def left_to_right(visitor: Visitor, *testids: str) -> list[str]:
    """These parts of the screen as the eye meets them from the left."""
    places = {}
    for testid in testids:
        box = await visitor.at(testid).first.bounding_box()
        assert box is not None, testid
        places[testid] = box["x"] + box["width"] / 2
    return sorted(places, key=places.__getitem__)


async def nothing_hangs_out(visitor: Visitor) -> None:
    assert await visitor.page.evaluate(SIDEWAYS_PX) <= 0


@pytest.mark.parametrize("size", [PHONE, WIDE])
async def test_group_meets_in_arabic_and_in_english(gathering: Gathering, size: tuple[int, int]) -> None:
    ada = await gathering.facilitator("Ada", size=size)
    salma = await gathering.visitor(NAME, size=size, locale="ar-EG")
    root = salma.page.locator("html")

    # on the way in
    await salma.open(gathering.group.link())
    await expect(root).to_have_attribute("lang", "ar")
    await expect(root).to_have_attribute("dir", "rtl")
    assert await salma.page.title() == "لقاء", "neutral in her language, too"
    await expect(salma.at("arrive-hosts")).to_have_text(f"التيسير: {isolated('Ada')}")
    await expect(salma.at("arrive-present")).to_have_text("في الداخل شخص واحد.")
    await nothing_hangs_out(salma)
    await salma.prepare()
    await nothing_hangs_out(salma)
    await salma.at("knock").click()
    await expect(salma.at("lobby")).to_contain_text("أنتِ في غرفة الانتظار")
    await ada.answer(NAME, "admit")
    await salma.is_inside()
    await ada.is_inside()
    await salma.sees_and_hears(ada)
    await ada.sees_and_hears(salma)

    # the same screen in a mirror
    for parts in (
        ("mic", "camera", "chat", "people", "leave"),
        ("away", "circle"),
        ("encryption", "more"),
    ):
        assert await left_to_right(salma, *parts) == list(reversed(await left_to_right(ada, *parts)))
    await expect(salma.tile(ada)).to_contain_text("Ada")
    for visitor, turned in ((ada, "none"), (salma, "matrix(-1, 0, 0, 1, 0, 0)")):
        await expect(visitor.at("leave").locator("svg")).to_have_css("transform", turned)
    await nothing_hangs_out(salma)

    # a turn
    await start(ada)
    await turn_is([ada, salma], salma, "offered")
    await expect(salma.at("turn-said")).to_have_text("إنه دورك، إن أحببتِ.")
    await expect(ada.at("strip-now")).to_have_text(f"Asked: {isolated(NAME)}")
    await salma.at("take").click()
    await expect(salma.at("strip-now")).to_have_text("الآن: أنتِ")
    await expect(salma.at("time-left")).to_have_text("بقيت نحو 3 دقائق")
    await expect(ada.at("strip-now")).to_have_text(f"Now: {isolated(NAME)}")
    await nothing_hangs_out(salma)
    await salma.at("done").click()
    await turn_is_over(ada, salma)

    # the chat: each message in its own direction, in whichever window
    await salma.say("مرحبًا Ada، نمت 3 ساعات!")
    await ada.hide("circle")
    await ada.reads("مرحبًا Ada، نمت 3 ساعات!")
    await ada.say("Three hours, 3!")
    await salma.reads("مرحبًا Ada، نمت 3 ساعات!", "Three hours, 3!")
    for reader in (ada, salma):
        texts = reader.at("chat-text")
        assert [await texts.nth(each).evaluate(DIRECTION) for each in (0, 1)] == ["rtl", "ltr"]
    if size == WIDE:
        # beside the people, at the end of the line
        assert await left_to_right(ada, "tiles", "chat-panel") == ["tiles", "chat-panel"]
        assert await left_to_right(salma, "tiles", "chat-panel") == ["chat-panel", "tiles"]
    await nothing_hangs_out(salma)

    # and out
    await salma.at("leave").click()
    await salma.at("leave-confirm").click()
    await salma.is_over("left", "غادرتِ اللقاء")


async def turn_is_over(*everybody: Visitor) -> None:
    for person in everybody:
        await expect(person.at("strip")).not_to_have_attribute("data-phase", "sharing")


async def test_language_changes_under_way_and_nothing_typed_is_lost(gathering: Gathering) -> None:
    mia = await gathering.visitor("Mia")
    await mia.open(gathering.group.link())
    await mia.at("arrive-continue").click()
    await mia.at("agree").click()
    await mia.at("name").fill("Mia")
    for language, direction, words in (
        ("ar", "rtl", "بماذا نناديك؟"),
        ("fr", "ltr", "Comment veux-tu qu’on t’appelle\u202f?"),
    ):
        await mia.page.locator("select").select_option(language)
        await expect(mia.page.get_by_role("heading")).to_have_text(words)
        await expect(mia.page.locator("html")).to_have_attribute("dir", direction)
        await expect(mia.at("name")).to_have_value("Mia")
        await nothing_hangs_out(mia)


TRAVELLED = """performance.getEntriesByType('resource').filter((one) => one.transferSize > 0).map((one) => one.name.split('/').pop())"""
"""What the cache of the browser gave has the size 0."""


async def test_only_the_words_of_her_language_travel(gathering: Gathering) -> None:
    salma = await gathering.visitor(NAME, locale="ar")
    await salma.open(gathering.group.link())
    await expect(salma.at("arrive")).to_be_visible()
    travelled = await salma.page.evaluate(TRAVELLED)
    words = [one.partition("-")[0] for one in travelled if one.startswith(("ar-", "en-", "es-", "fr-"))]
    assert words == ["ar"]
    # named in the page itself: `main.ts` would ask for it a round trip later
    assert await salma.page.locator("link[rel=modulepreload][href*='/begin-']").count() == 1
