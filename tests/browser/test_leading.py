"""A check-in held with one thumb from one panel, and two facilitators who do not undo each other; in real windows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from .stage import Gathering, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(120)]

WIDE = (1440, 900)


def waits(lead: Visitor, kind: str) -> Locator:
    return lead.page.locator(f"[data-testid=waits][data-kind={kind}]")


async def knock(gathering: Gathering, name: str) -> Visitor:
    visitor = await gathering.visitor(name)
    await visitor.knock(gathering.group.link("member"), mic=False, camera=False)
    await expect(visitor.at("lobby")).to_be_visible()
    return visitor


async def test_check_in_is_held_from_one_panel_on_a_phone(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    await expect(ada.at("lead-panel")).to_have_count(0)
    mia, zoe = await knock(gathering, "Mia"), await knock(gathering, "Zoe")
    await expect(ada.at("lead").get_by_test_id("count")).to_have_text("2")

    # the door
    await ada.show("lead")
    for person in (mia, zoe):
        await waits(ada, "knock").filter(has_text=person.name).get_by_test_id("admit").tap()
        await person.is_inside()
    await expect(ada.at("waiting-none")).to_be_visible()

    # a hand, before the round
    await zoe.at("hand").click()
    await waits(ada, "hand").get_by_test_id("waits-go").tap()
    await expect(zoe.at("hand")).to_contain_text("Done")
    await zoe.at("hand").click()

    # the round
    await ada.at("lead-begin").tap()
    await mia.at("take").click()
    await expect(ada.at("not-heard")).to_have_text("Zoe")
    await ada.at("minutes-left").fill("6")
    await expect(ada.at("minutes-each")).to_contain_text("6 min")
    await ada.at("lead-extend").tap()
    await expect(mia.at("time-left")).to_contain_text("4")
    await ada.at("end-share").tap()
    await zoe.at("pass").click()
    await expect(ada.at("passed")).to_have_text("Zoe")
    await ada.at("close-round").tap()
    await ada.at("close-confirm").tap()
    await expect(ada.at("lead-begin")).to_be_visible()

    # what comes in between
    await zoe.at("need-open").click()
    await zoe.at("need-ask").click()
    await expect(waits(ada, "need")).to_contain_text("Zoe needs someone")
    await ada.at("lead-lock").tap()
    await expect(ada.at("lead-lock")).to_have_attribute("data-locked", "true")
    await ada.at("lead-pause").tap()
    await expect(mia.at("paused")).to_be_visible()
    await ada.at("lead-go-on").tap()
    await expect(mia.at("paused")).to_have_count(0)
    await waits(ada, "need").get_by_test_id("waits-go").tap()
    await expect(zoe.at("quiet")).to_be_visible()


async def test_two_facilitators_hear_of_each_other_and_neither_writes_over_the_other(
    gathering: Gathering,
) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    eve = await gathering.facilitator("Eve", mic=False, camera=False, size=WIDE)
    await expect(eve.at("lead-panel")).to_be_visible()
    members = [await gathering.member(name, ada, mic=False, camera=False) for name in ("Mia", "Zoe", "Ivy")]

    await ada.show("lead")
    await ada.at("lead-lock").tap()
    # At the same time: it stands for six seconds.
    await asyncio.gather(
        expect(eve.at("lately")).to_have_text("Ada locked the meeting: nobody new can come in."),
        expect(members[0].at("lately")).to_have_text("The meeting is locked."),
    )

    await eve.at("lead-begin").click()
    await expect(ada.at("lately")).to_have_text("Eve began a round.")
    await eve.at("lead-order").click()
    await ada.at("lead-order").tap()

    # Eve holds an entry while Ada changes the order: letting go must not undo what Ada did.
    handle = await eve.at("drag").nth(2).bounding_box()
    assert handle is not None
    await eve.page.mouse.move(handle["x"] + 10, handle["y"] + 10)
    await eve.page.mouse.down()
    await eve.page.mouse.move(handle["x"] + 10, handle["y"] - 100, steps=3)
    await ada.at("move-down").nth(1).tap()
    await expect(eve.at("lately")).to_have_text("Ada changed the order of the round.")
    await eve.page.mouse.up()
    await expect(eve.at("notice")).to_contain_text("Somebody else changed this a moment ago")
    for lead in (ada, eve):
        await expect(lead.at("place").locator("bdi")).to_have_text(["Mia", "Ivy", "Zoe"])

    # The handle that goes down goes down once more: it has kept the focus, and what Eve does is hers.
    await (
        eve.page.locator(f'[data-testid=place][data-person="{members[0].id}"]').get_by_test_id("drag").focus()
    )
    for order in (["Ivy", "Mia", "Zoe"], ["Ivy", "Zoe", "Mia"]):
        await eve.page.keyboard.press("ArrowDown")
        await expect(eve.at("place").locator("bdi")).to_have_text(order)
    await eve.page.keyboard.press("ArrowUp")
    await expect(eve.at("place").locator("bdi")).to_have_text(["Ivy", "Mia", "Zoe"])
