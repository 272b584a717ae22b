"""A whole session with Tab, Enter, Space, Escape and the arrows: no mouse, no finger, and the focus is never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import PHONE, WIDE

if TYPE_CHECKING:
    from .stage import Gathering, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(180)]

MOST_STOPS = 80
"""Presses of Tab until a control must have been met: more than any screen has."""
BETWEEN_ESCAPES_MS = 800
"""Two quicker ones are the quick exit (`escape.ts`)."""

STOP = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  return {
    id: one.dataset.testid ?? one.tagName,
    lost: one === document.body,
    control: one.tabIndex >= 0, // a heading is given the focus to be read aloud; it is nothing to press
    shown: one.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inSight: one.checkVisibility() && one.getBoundingClientRect().width > 0,
  };
}"""


class Keys:
    """The hands of one person on a keyboard."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page = visitor.page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def to(self, testid: str) -> None:
        """Tab until this control has the focus. Wherever it stops on the way it can be seen."""
        await expect(self.visitor.at(testid).first).to_be_visible()
        met = []
        for _ in range(MOST_STOPS):
            await self.press("Tab")
            stop = await self.page.evaluate(STOP)
            if not stop["lost"]:  # from the last control to the browser's own, and round again
                assert stop["shown"] or not stop["control"], f"nobody sees that {stop['id']} has the focus"
                assert stop["inSight"], f"{stop['id']} has the focus and is not there"
            met.append(stop["id"])
            if stop["id"] == testid:
                return
        pytest.fail(f"{testid} cannot be reached: {met}")

    async def use(self, testid: str, key: str = "Enter") -> None:
        await self.to(testid)
        await self.press(key)

    async def has_the_focus(self, testid: str) -> None:
        await expect(self.visitor.at(testid)).to_be_focused()

    async def focus_is_somewhere(self) -> None:
        """What had it may be gone; then it went to the next best, not to the top of the page."""
        await self.page.wait_for_function("document.activeElement !== document.body")

    async def knock(self, fragment: str) -> None:
        """From the link to the door, microphone on."""
        await self.visitor.open(fragment)
        await expect(self.visitor.page.get_by_role("heading", level=1)).to_be_focused()
        await self.use("arrive-continue")
        await self.use("agree")
        await self.to("name")
        await self.page.keyboard.type(self.visitor.name)
        await self.use("name-continue")
        await self.use("preview-mic", "Space")
        await expect(self.visitor.at("preview-mic")).to_have_attribute("data-state", "on")
        await self.has_the_focus("preview-mic")
        await self.use("knock")


@pytest.mark.parametrize("size", [PHONE, WIDE])
async def test_session_needs_no_mouse_and_no_finger(gathering: Gathering, size: tuple[int, int]) -> None:
    ada, mia = [
        Keys(await gathering.visitor(name, size=size, has_touch=False, is_mobile=False))
        for name in ("Ada", "Mia")
    ]
    await come_in(gathering, ada, mia)
    await write(mia, ada)
    await be_called_on(mia, ada)
    await share(mia, ada)
    await leave(mia)


async def come_in(gathering: Gathering, ada: Keys, mia: Keys) -> None:
    await ada.knock(gathering.group.link("facilitator"))
    await ada.visitor.is_inside()
    await mia.knock(gathering.group.link())
    await expect(mia.visitor.at("lobby")).to_be_visible()
    await ada.use("admit")
    await expect(ada.visitor.at("request")).to_have_count(0)
    await ada.focus_is_somewhere()
    await mia.visitor.is_inside()
    await mia.focus_is_somewhere()
    for state in ("off", "on"):
        await mia.use("mic", "Space")
        await expect(mia.visitor.at("mic")).to_have_attribute("data-state", state)
        await mia.has_the_focus("mic")


async def write(mia: Keys, ada: Keys) -> None:
    """The chat opens with the field, and closes with the focus back on its button."""
    await mia.use("chat")
    await mia.has_the_focus("chat-input")
    await mia.page.keyboard.type("Hello without a mouse")
    await mia.press("Enter")
    await expect(mia.visitor.at("chat-text")).to_have_text(["Hello without a mouse"])
    await mia.has_the_focus("chat-input")
    await mia.press("Escape")
    await mia.has_the_focus("chat")
    await mia.page.wait_for_timeout(BETWEEN_ESCAPES_MS)
    await ada.use("chat", "Space")
    await expect(ada.visitor.at("chat-text")).to_have_text(["Hello without a mouse"])
    await ada.use("chat-panel-close")
    await ada.has_the_focus("chat")


async def be_called_on(mia: Keys, ada: Keys) -> None:
    """A hand goes up, and a facilitator takes it down: neither loses her place."""
    await mia.use("hand")
    await expect(mia.visitor.at("hand")).to_have_attribute("data-state", "up")
    await mia.has_the_focus("hand")
    await ada.use("circle")
    await ada.use("lower")
    await expect(mia.visitor.at("hand")).to_have_attribute("data-state", "down")
    await mia.has_the_focus("hand")
    await ada.focus_is_somewhere()


async def share(mia: Keys, ada: Keys) -> None:
    """A round, chosen with the arrows; a turn, taken and ended. What comes up unasked takes no focus away."""
    await mia.to("circle")
    kind = ada.visitor.at("round-kind")
    await ada.to("round-kind")
    await ada.press("ArrowDown")
    await expect(kind).to_have_value("volunteers")
    await ada.press("ArrowUp")
    await expect(kind).to_have_value("circle")
    await ada.use("round-start")
    await expect(ada.visitor.at("round-start")).to_have_count(0)
    await ada.focus_is_somewhere()
    await expect(mia.visitor.at("offer")).to_be_visible()
    await mia.has_the_focus("circle")
    await mia.use("take")
    await expect(mia.visitor.at("share")).to_be_visible()
    await mia.focus_is_somewhere()
    await mia.use("extend", "Space")
    await mia.has_the_focus("extend")
    await mia.use("done")
    await expect(mia.visitor.at("share")).to_have_count(0)
    await mia.focus_is_somewhere()
    await ada.press("Escape")
    await ada.has_the_focus("circle")


async def leave(mia: Keys) -> None:
    """It asks once, and Escape means no."""
    await mia.use("leave")
    await expect(mia.visitor.at("leave-dialog")).to_be_visible()
    await mia.press("Escape")
    await expect(mia.visitor.at("leave-dialog")).to_have_count(0)
    await mia.has_the_focus("leave")
    await mia.press("Enter")
    await mia.use("leave-confirm")
    await mia.visitor.is_over("left", "You have left")
    await expect(mia.page.get_by_role("heading", level=1)).to_be_focused()


async def test_focus_of_a_dialog_stays_in_it(gathering: Gathering) -> None:
    ada = Keys(await gathering.facilitator("Ada", size=WIDE, mic=False, camera=False))
    await ada.use("more")
    await expect(ada.visitor.at("more-close")).to_be_visible()
    for _ in range(12):
        await ada.press("Tab")
        inside = (
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )
        assert await ada.page.evaluate(inside)
