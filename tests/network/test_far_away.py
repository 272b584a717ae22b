"""A server and a browser on two networks, with what lies between them: a long way, a cut, another address, a narrow road."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import Error, expect

from tests.browser.stage import PATIENCE_MS, WIDE
from tests.support.network.path import Conditions

from .stage import CLIENT, distance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.browser.stage import Gathering, Visitor

    from .stage import Distance

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

ROAD = Conditions(delay_ms=50, jitter_ms=8, loss=0.02)
"""Each way: another continent, or a phone at the edge of a cell."""
NARROW = Conditions(delay_ms=50, jitter_ms=8, rate_bps=250_000, queue_bytes=20_000)
"""Sound and a small picture pass, a large one does not."""
MOBILE = "10.77.0.3"
CUT_S = 8
FLOWS_AGAIN_MS = 3_000
SILENCE_MS = 2_000
"""No longer does sound stay away where the road becomes narrow: what stands in the queue is lost at once."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def apart() -> AsyncIterator[Distance]:
    async with distance(ROAD) as both:
        yield both


@pytest_asyncio.fixture(loop_scope="module")
async def meeting(apart: Distance) -> AsyncIterator[tuple[Gathering, Gathering]]:
    """No test passes in whose windows anything went wrong."""
    near, far = apart.meeting()
    yield near, far
    assert [*await near.close(), *await far.close()] == []


async def two_inside(meeting: tuple[Gathering, Gathering], **options: Any) -> tuple[Visitor, Visitor]:
    """Ada near the server, Mia far away; they see and hear each other."""
    near, far = meeting
    ada = await near.facilitator("Ada", **options)
    mia = await far.member("Mia", ada, **options)
    # A socket that is given up says so on the console.
    mia.complaints.expected = ("WebSocket connection",)
    await ada.sees_and_hears(mia)
    await mia.sees_and_hears(ada)
    return ada, mia


async def flows_again(apart: Distance, ada: Visitor, mia: Visitor) -> bool:
    """Whether both see each other soon after the link, cut now, is mended."""
    await asyncio.sleep(CUT_S)
    apart.link.mend()
    seen = (mia.watch("sees", ada.id, 3, FLOWS_AGAIN_MS), ada.watch("sees", mia.id, 3, FLOWS_AGAIN_MS))
    try:
        await asyncio.gather(*seen)
    except Error:
        return False
    return True


async def test_after_a_cut_of_eight_seconds_everything_flows_again(
    apart: Distance, meeting: tuple[Gathering, Gathering]
) -> None:
    ada, mia = await two_inside(meeting)
    await ada.say("before")
    await mia.reads("before")
    apart.link.cut()
    await ada.say("while she is away")
    await mia.say("while I am away")
    if not await flows_again(apart, ada, mia):
        apart.link.cut()  # A busy machine is late now and then, but not twice.
        assert await flows_again(apart, ada, mia)
    await mia.hears(ada)
    await ada.hears(mia)
    for person in (ada, mia):
        await person.reads("before", "while she is away", "while I am away")
        await expect(person.at("chat-outgoing")).to_have_count(0)
    for line in ("reconnecting", "recovering"):
        await expect(mia.at(line)).to_have_count(0)
    await expect(ada.tile(mia)).not_to_contain_text("connection lost")
    assert await mia.watch("opened") == 1, "the same transport, back on its path"


async def test_another_address_in_mid_call_changes_nothing(
    apart: Distance, meeting: tuple[Gathering, Gathering]
) -> None:
    """From Wi-Fi to the mobile network: what is sent to where she was is lost, and she is not told."""
    ada, mia = await two_inside(meeting)
    apart.link.move_client(CLIENT, MOBILE, port_mask=0b101)
    await asyncio.gather(
        mia.watch("sees", ada.id, 10, PATIENCE_MS), ada.watch("sees", mia.id, 10, PATIENCE_MS)
    )
    await mia.hears(ada)
    await ada.hears(mia)
    assert await mia.watch("opened") == 1, "the same transport, moved to another path"
    await expect(mia.at("recovering")).to_have_count(0)


async def test_on_a_narrow_road_the_picture_becomes_small_and_sound_goes_on(
    apart: Distance, meeting: tuple[Gathering, Gathering]
) -> None:
    apart.link.become(Conditions(delay_ms=50, jitter_ms=8))
    ada, mia = await two_inside(meeting, size=WIDE)
    large = await mia.watch("shows", ada.id, 270, 10_000, PATIENCE_MS)
    await mia.watch("listen", ada.id)
    apart.link.become(NARROW)
    await mia.watch("shows", ada.id, 1, large - 1, PATIENCE_MS)
    await mia.sees(ada)
    assert await mia.watch("silence") < SILENCE_MS
