"""Helplines, calm mode, data and troubles of devices as a person meets them; with made-up states, no server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from .test_gallery import phone, shown, wide

if TYPE_CHECKING:
    from playwright.async_api import Page

    from .showcase import Gallery

__all__ = ["phone", "shown", "wide"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def links(page: Page) -> list[str | None]:
    found = page.get_by_test_id("help-card").locator("a.button")
    return [await link.get_attribute("href") for link in await found.all()]


# ── helplines ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("story", ["arrived", "agreement", "lobby", "meeting", "paused", "over-ended"])
async def test_helplines_are_one_tap_away_wherever_one_is(phone: Gallery, story: str) -> None:
    await phone.show(story)
    await phone.page.get_by_test_id("help").tap()
    await expect(phone.page.get_by_test_id("help-country")).to_be_in_viewport()
    await expect(phone.page.get_by_test_id("quick-exit-dialog")).to_be_in_viewport()


async def test_no_country_is_chosen_but_by_her(phone: Gallery) -> None:
    await phone.show("meeting", language="es")
    page = phone.page
    await page.get_by_test_id("help").tap()
    await expect(page.get_by_test_id("help-country")).to_have_value("")
    await expect(page.get_by_test_id("help-line")).to_have_count(0)
    await page.get_by_test_id("help-country").select_option("GB")
    assert (await links(page))[:3] == ["tel:999", "tel:0800000001", "sms:0800000001"]
    assert "sms:00001?&body=HELLO" in await links(page)
    await page.get_by_test_id("help-close").tap()
    await page.get_by_test_id("help").tap()
    await expect(page.get_by_test_id("help-country")).to_have_value("GB")


async def test_way_out_stays_in_sight_however_long_the_list(phone: Gallery) -> None:
    await phone.show("help-inside")
    await expect(phone.page.get_by_test_id("help-close")).to_be_in_viewport()
    await phone.page.get_by_test_id("quick-exit-dialog").tap()
    assert await phone.asked() == [["quickExit"]]


async def test_without_the_list_there_is_still_a_way(phone: Gallery) -> None:
    await phone.show("help-missing")
    await expect(phone.page.get_by_test_id("help-again")).to_be_visible()
    await expect(phone.page.get_by_test_id("help-elsewhere")).to_have_attribute(
        "href", "https://findahelpline.com"
    )


# ── sound, data, devices ─────────────────────────────────────────────────────────────────────────


async def test_loudspeaker_is_tried_before_coming_in(phone: Gallery) -> None:
    await phone.show("devices")
    page = phone.page
    await expect(page.get_by_test_id("speaker-help")).to_have_count(0)
    await page.get_by_test_id("speaker-test").tap()
    await expect(page.get_by_test_id("speaker-help")).to_be_visible()
    assert await phone.asked() == [["testSpeaker"]]


async def test_data_of_an_hour_stand_where_little_can_be_asked_for(phone: Gallery) -> None:
    await phone.show("slow")
    page = phone.page
    await expect(page.get_by_test_id("strip-slow")).to_contain_text("pictures are paused")
    await expect(page.get_by_test_id("tile-resting")).to_have_count(3)
    await expect(page.get_by_test_id("strip-now")).to_be_in_viewport()
    await page.get_by_test_id("more").tap()
    await expect(page.get_by_test_id("data-rate")).to_contain_text("about 61 MB an hour")
    await page.get_by_test_id("low-data").tap()
    assert await phone.asked() == [["spareData", True]]


async def test_after_a_phone_call_one_tap_goes_on(phone: Gallery) -> None:
    await phone.show("interrupted")
    page = phone.page
    await expect(page.get_by_test_id("take-up")).to_be_in_viewport()
    await page.get_by_test_id("take-up").tap()
    assert await phone.asked() == [["takeUp"]]
    await phone.change("return {...state, devices: {...state.devices, mic: 'on', camera: 'on'}}")
    await expect(page.get_by_test_id("take-up")).to_have_count(0)


# ── calm mode ────────────────────────────────────────────────────────────────────────────────────


async def test_calm_mode_shows_one_person_and_not_me(phone: Gallery) -> None:
    await phone.show("circle-listening")
    page = phone.page
    await expect(page.get_by_test_id("tile")).to_have_count(6)
    await page.get_by_test_id("calm").tap()
    await expect(page.get_by_test_id("calm")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_test_id("tile")).to_have_count(1)
    await expect(page.get_by_test_id("tile")).to_have_attribute("data-person", "person-0003")
    await page.get_by_test_id("calm").tap()
    await expect(page.get_by_test_id("tile")).to_have_count(6)


async def test_nothing_comes_and_goes_in_calm_mode(phone: Gallery) -> None:
    await phone.show("calm")
    page = phone.page
    came = """const {meeting} = state.phase;
        const one = {number: 1, kind: 'came', who: 'person-0002', profile: meeting.people[2].profile, by: null};
        return {...state, phase: {...state.phase, meeting: {...meeting, happenings: [one]}}}"""
    await phone.change(came)
    await expect(page.get_by_test_id("announcer")).to_contain_text("Mia came in.")
    await expect(page.get_by_test_id("lately")).to_have_count(0)
    await phone.show("circle-listening")
    await phone.change(came)
    await expect(page.get_by_test_id("lately")).to_be_visible()


async def test_what_the_open_chat_has_read_out_is_not_read_again_when_it_closes(phone: Gallery) -> None:
    said = """const {meeting} = state.phase;
        const one = {number: value, kind: 'said', who: 'person-0002', profile: meeting.people[2].profile, by: null};
        const happenings = [...meeting.happenings, one];
        return {...state, phase: {...state.phase, meeting: {...meeting, happenings}}}"""
    await phone.show("meeting")
    page = phone.page
    await page.get_by_test_id("chat").tap()
    await phone.change(said, 901)
    await page.get_by_test_id("chat-panel-close").tap()
    await expect(page.get_by_test_id("chat-panel")).to_have_count(0)
    await expect(page.get_by_test_id("announcer")).to_be_empty()
    await phone.change(said, 902)
    await expect(page.get_by_test_id("announcer").locator("p")).to_have_count(1)


async def test_language_may_be_changed_in_the_meeting(phone: Gallery) -> None:
    await phone.show("meeting")
    page = phone.page
    await page.get_by_test_id("more").tap()
    await page.get_by_test_id("language").select_option("es")
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await expect(page.get_by_test_id("hide-self")).to_contain_text("imagen")
