"""A facilitator practises: her browser shows members of a rehearsal as it shows anybody, sealed, and they take their turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.stage import Gathering, house

from .stage import rehearsing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture
async def gathering() -> AsyncIterator[Gathering]:
    async with house() as both:
        gathering = Gathering(both)
        yield gathering
        assert await gathering.close() == []


@pytest.mark.timeout(120)
async def test_a_facilitator_sees_and_hears_members_of_a_rehearsal(gathering: Gathering) -> None:
    ada = await gathering.facilitator("Ada")
    async with rehearsing(gathering.group, 2) as going:
        for name in ("Rehearsal 1", "Rehearsal 2"):
            await ada.answer(name, "admit")
        await going.until(lambda: all(member.is_in for member in going.members))
        for member in going.members:
            await ada.sees_and_hears(member)
            await expect(ada.tile(member)).to_have_attribute("data-encrypted", "true")
        await expect(ada.at("encrypted")).to_be_visible()
        await going.until(lambda: all(member.arrived.arrived > 0 for member in going.members))
        assert (await going.outcome()).joined == 2
