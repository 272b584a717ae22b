"""A running meeting on a phone for one thumb and on a desk: every control can be reached, is large enough, and nothing overflows.

The same screens with made-up states, in more variants, are looked at in `test_gallery.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .stage import PHONE, WIDE

if TYPE_CHECKING:
    from .stage import Gathering, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]

SMALLEST_TARGET_PX = 44
OVERFLOW_PX = "document.documentElement.scrollWidth - innerWidth"
FAULTS = """(smallest) => {
  const within = document.querySelector('dialog[open]') ?? document;
  const named = (one) => one.dataset.testid ?? one.textContent.trim();
  return [...within.querySelectorAll('button, a[href], select, summary, input, textarea')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .flatMap((one) => {
      one.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const { x, y, width, height } = one.getBoundingClientRect();
      const hit = document.elementFromPoint(x + width / 2, y + height / 2);
      const faults = [];
      if (width < smallest || height < smallest) faults.push(`${named(one)}: ${width} x ${height}`);
      if (x < 0 || x + width > innerWidth) faults.push(`${named(one)}: out of the screen`);
      if (!one.contains(hit)) faults.push(`${named(one)}: covered by ${hit?.outerHTML.slice(0, 80)}`);
      return faults;
    });
}"""


async def no_faults(visitor: Visitor, where: str, *controls: str) -> None:
    for testid in controls:
        await expect(visitor.at(testid).first, where).to_be_visible()
    assert await visitor.page.evaluate(FAULTS, SMALLEST_TARGET_PX) == [], where
    assert await visitor.page.evaluate(OVERFLOW_PX) <= 0, f"{where} scrolls sideways"


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "desk"])
async def test_every_control_of_the_meeting_can_be_reached(
    gathering: Gathering, size: tuple[int, int]
) -> None:
    ada = await gathering.facilitator("Ada", size=size)
    mia = await gathering.member("Mia", ada, size=size)
    dock = ("mic", "camera", "chat", "people", "leave", "more", "quick-exit", "encryption")
    await no_faults(mia, "a member's meeting", *dock)
    zoe = await gathering.visitor("Zoe")
    await zoe.knock(gathering.group.link(), mic=False, camera=False)
    await no_faults(zoe, "the waiting room", "leave", "quick-exit")
    await expect(ada.at("request")).to_be_visible()
    await no_faults(ada, "a facilitator's meeting with a request", *dock, "admit", "deny")
    await ada.show("people")
    await ada.page.locator(f'[data-person="{mia.id}"]').get_by_test_id("person-more").click()
    acts = ("mute", "stop-camera", "send-to-lobby", "remove")
    await no_faults(
        ada, "the list of people", *dock, *acts, "admit", "deny", "lock", "end", "people-panel-close"
    )
    await ada.show("chat")
    await ada.say("One message to look at")
    await ada.reads("One message to look at")
    await no_faults(ada, "the chat", *dock, "chat-input", "chat-send", "chat-delete", "chat-panel-close")
    await ada.hide("chat")
    for opener, dialog, controls in (
        ("more", "more-dialog", ("hide-self", "look", "more-close")),
        ("leave", "leave-dialog", ("leave-confirm", "leave-end", "leave-stay")),
        ("encryption", "encryption-dialog", ("encryption-close",)),
    ):
        await ada.at(opener).click()
        await expect(ada.at(dialog)).to_be_visible()
        await no_faults(ada, dialog, *controls, "quick-exit-dialog")
        await ada.at(controls[-1]).click()
        await expect(ada.at(dialog)).to_have_count(0)
    await expect(ada.tile(mia).locator("video")).to_be_in_viewport()


async def test_phone_shows_both_pictures_whole_above_the_controls(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    mia = await gathering.member("Mia", ada)
    await mia.sees(ada)
    for person in (ada, mia):
        await expect(mia.tile(person)).to_be_in_viewport(ratio=0.99)
    dock = await mia.at("mic").bounding_box()
    assert dock is not None
    for person in (ada, mia):
        tile = await mia.tile(person).bounding_box()
        assert tile is not None
        assert tile["y"] + tile["height"] <= dock["y"]
