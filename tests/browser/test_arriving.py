"""From a link into the room: start a group, links with a problem, the lobby, a locked door, devices that are not there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from .stage import Gathering

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def test_started_group_has_links_that_open(gathering: Gathering) -> None:
    ada, mia, bea = [await gathering.visitor(name) for name in ("Ada", "Mia", "Bea")]
    await ada.page.goto(gathering.house.url)
    await ada.at("start-create").click()
    links = {role: await ada.at(f"link-{role}").input_value() for role in ("facilitator", "guest", "member")}
    assert len(set(links.values())) == 3
    assert all(link.startswith(f"{gathering.house.url}/#") for link in links.values())
    await ada.at("links-open").click()
    await ada.prepare(mic=False, camera=False)
    await ada.at("knock").click()
    await ada.is_inside()
    for visitor, role, present in ((mia, "member", "One person is inside"), (bea, "guest", "2 people")):
        await visitor.page.goto(links[role])
        await expect(visitor.at("arrive-hosts")).to_contain_text("Ada")
        await expect(visitor.at("arrive-present")).to_contain_text(present)
        await visitor.prepare(mic=False, camera=False)
        await visitor.at("knock").click()
        await ada.answer(visitor.name, "admit")
        await visitor.is_inside()
    for visitor in (mia, bea):
        await expect(visitor.at("tile")).to_have_count(3)


async def test_what_the_group_says_of_itself_is_read_before_coming_in(gathering: Gathering) -> None:
    ada, mia = [await gathering.visitor(name) for name in ("Ada", "Mia")]
    await ada.page.goto(gathering.house.url)
    await ada.at("start-name").fill("Tuesday mothers")
    await ada.at("start-plan").select_option("evening")
    await ada.at("start-length").select_option("60")
    await ada.page.get_by_text("Your own agreement").click()
    await ada.at("start-agreement").fill("- Stays here\n- Babies may cry")
    async with ada.page.expect_request("**/api/meetings") as asked:
        await ada.at("start-create").click()
    assert "Tuesday" not in ((await asked.value).post_data or ""), "the server only draws tokens"
    member = await ada.at("link-member").input_value()
    await ada.at("link-member-code").click()
    await expect(ada.page.get_by_role("img", name="Code to scan: For members")).to_be_visible()
    await ada.page.get_by_text("Put it in a calendar").click()
    await ada.at("calendar-when").fill("2026-03-01T20:00")
    async with ada.page.expect_download() as saved:
        await ada.at("calendar-save").click()
    entry = (await (await saved.value).path()).read_text()
    assert "T200000" in entry
    assert "DURATION:PT60M" in entry
    assert member not in entry.replace("\r\n ", ""), "not without her wish"
    await ada.at("links-open").click()
    await ada.prepare(mic=False, camera=False)
    await ada.at("knock").click()
    await ada.is_inside()
    await mia.page.goto(member)
    await expect(mia.at("group-title")).to_have_text("Tuesday mothers")
    await expect(mia.at("group-plan")).to_contain_text("60 minutes in all")
    await mia.at("arrive-continue").click()
    await expect(mia.at("agreement-points").get_by_role("listitem")).to_have_text(
        ["Stays here", "Babies may cry"]
    )


async def test_each_member_has_a_link_of_her_own(gathering: Gathering) -> None:
    ada, mia = [await gathering.visitor(name) for name in ("Ada", "Mia")]
    await ada.page.goto(gathering.house.url)
    await ada.at("start-own").check()
    await ada.at("start-people").fill("3")
    await ada.at("start-create").click()
    await expect(ada.at("link-own").get_by_role("heading")).to_have_text(
        ["Link 1 of 3", "Link 2 of 3", "Link 3 of 3"]
    )
    await expect(ada.at("link-member")).to_have_count(0)
    await ada.page.get_by_text("Put it in a calendar").click()
    await expect(ada.at("calendar-save")).to_be_visible()
    await expect(ada.at("calendar-link")).to_have_count(0)
    await ada.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = set()
    for number in (1, 2, 3):
        await ada.at(f"link-own-{number}-copy").click()
        await expect(ada.at(f"link-own-{number}-copy")).to_have_text("Copied")
        copied.add(await ada.page.evaluate("navigator.clipboard.readText()"))
    assert len(copied) == 3
    await mia.page.goto(copied.pop())
    await expect(mia.at("arrive")).to_be_visible()


async def test_link_leaves_the_address_bar_at_once(gathering: Gathering) -> None:
    mia = await gathering.visitor("Mia")
    await mia.open(gathering.group.link())
    await expect(mia.at("arrive")).to_be_visible()
    assert mia.page.url == f"{gathering.house.url}/"
    assert await mia.page.evaluate("location.hash + document.referrer") == ""
    assert await mia.page.title() == "Meeting", "neutral, whoever looks over her shoulder"


@pytest.mark.parametrize(
    ("from_s", "to_s", "reason", "words"),
    [
        (-7200, -3600, "token_expired", "This link has expired"),
        (3600, 7200, "token_not_yet", "This link is for later"),
    ],
)
async def test_link_out_of_its_time_says_so(
    gathering: Gathering, from_s: int, to_s: int, reason: str, words: str
) -> None:
    now_s = int(time.time())
    mia = await gathering.visitor("Mia")
    await mia.open(gathering.group.link(not_before_s=now_s + from_s, expires_s=now_s + to_s))
    await mia.is_over(reason, words)


async def test_link_of_another_server_does_not_work(gathering: Gathering) -> None:
    token, _, secret = gathering.group.link().rpartition(".")
    mia = await gathering.visitor("Mia")
    await mia.open(f"{token[:-4]}AAAA.{secret}")
    await mia.is_over("token_invalid", "This link does not work")
    await mia.at("start-over").click()
    await expect(mia.at("start")).to_be_visible()


@pytest.mark.parametrize("fragment", ["a.b", "half.a.link", "....", "%00.%ff.x.y"])
async def test_garbage_is_called_an_incomplete_link(gathering: Gathering, fragment: str) -> None:
    mia = await gathering.visitor("Mia")
    await mia.open(fragment)
    await mia.is_over("malformed_link", "This link is not complete")
    assert mia.page.url == f"{gathering.house.url}/"


# ── the lobby ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.timeout(120)
async def test_lobby_shows_and_sends_nothing_until_one_is_admitted(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    zoe = await gathering.member("Zoe", ada)
    mia = await gathering.visitor("Mia")
    await mia.knock(gathering.group.link())
    await expect(mia.at("lobby")).to_contain_text("Nobody sees or hears you here")
    await expect(ada.at("request")).to_contain_text("Mia")
    await ada.sees_and_hears(zoe)
    await zoe.sees_and_hears(ada)
    for person in (ada, zoe):
        await expect(person.at("tile")).to_have_count(2)
    await expect(zoe.page.locator("body")).not_to_contain_text("Mia")
    await expect(mia.page.locator("body")).not_to_contain_text("Zoe")
    assert await mia.watch("total", "outbound-rtp", "packetsSent") == 0
    assert await mia.watch("total", "inbound-rtp", "packetsReceived") == 0
    await ada.answer("Mia", "admit")
    await mia.is_inside()
    await mia.sees_and_hears(ada, zoe)
    await ada.sees_and_hears(mia)
    await zoe.sees_and_hears(mia)


async def test_denied_person_sees_why_and_is_not_let_in_again_until_it_is_undone(
    gathering: Gathering,
) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.visitor("Mia")
    await mia.knock(gathering.group.link())
    await ada.answer("Mia", "deny")
    await mia.is_over("denied", "A facilitator did not let you in")
    assert await mia.watch("shut")
    await mia.at("try-again").click()
    await mia.prepare()
    await mia.at("knock").click()
    await mia.is_over("barred", "A facilitator turned you away before")
    await expect(ada.at("request")).to_have_count(0)
    await ada.show("people")
    await ada.at("barred-undo").click()
    await mia.at("try-again").click()
    await mia.prepare()
    await mia.at("knock").click()
    await ada.answer("Mia", "admit")
    await mia.is_inside()


async def test_locked_door_says_so_and_opens_again(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada", mic=False, camera=False)
    mia = await gathering.visitor("Mia")
    await mia.open(gathering.group.link())
    await mia.prepare(mic=False, camera=False)
    await ada.show("people")
    await ada.at("lock").click()
    await expect(ada.at("locked")).to_be_attached()
    await mia.at("knock").click()
    await expect(mia.at("knock-problem")).to_contain_text("The meeting is locked")
    zoe = await gathering.visitor("Zoe")
    await zoe.open(gathering.group.link())
    await expect(zoe.at("arrive-locked")).to_be_visible()
    await expect(zoe.at("arrive-continue")).to_have_count(0)
    await ada.at("lock").click()
    await expect(ada.at("locked")).to_have_count(0)
    await mia.at("knock").click()
    await expect(mia.at("lobby")).to_be_visible()
    await zoe.at("arrive-look").click()
    await expect(zoe.at("arrive-continue")).to_be_visible()


# ── devices that are not there ───────────────────────────────────────────────────────────────────


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        ("NotAllowedError", "denied", "may not use your microphone"),
        ("NotFoundError", "missing", "You can listen and type"),
        ("NotReadableError", "taken", "Another app is using the microphone"),
    ],
)
async def test_without_devices_one_listens_and_types(
    gathering: Gathering, error: str, state: str, words: str
) -> None:
    ada = await gathering.facilitator("Ada")
    refusing = (
        f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('no', '{error}'); }}"
    )
    mia = await gathering.visitor("Mia", scripts=[refusing])
    await mia.open(gathering.group.link())
    await mia.prepare(mic=False, camera=False)
    for kind in ("mic", "camera"):
        await mia.at(f"preview-{kind}").click()
        await expect(mia.at(f"preview-{kind}")).to_have_attribute("data-state", state)
    await expect(mia.at("trouble-mic")).to_contain_text(words)
    await expect(mia.at("knock")).to_contain_text("listen and type")
    await mia.at("knock").click()
    await ada.answer("Mia", "admit")
    await mia.is_inside()
    await mia.sees_and_hears(ada)
    await mia.say("I can only type today.")
    await ada.reads("I can only type today.")
    await expect(mia.at("mic")).to_have_attribute("data-state", "none")
    await expect(ada.tile(mia)).to_have_attribute("data-video", "false")
