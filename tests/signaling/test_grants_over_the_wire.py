"""What everybody gets of the pictures, and why: told to a facilitator of the same meeting who asks, and to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.hosting.ports import Picture, Reception, Receptions, Why
from server.rooms.ids import MeetingId, ParticipantId
from server.signaling.endpoint import EndpointLimits
from tests.support.wire_client import Refused

from .people import circle, guest

if TYPE_CHECKING:
    from tests.support.fake_media import FakeMedia
    from tests.support.live_server import Group, LiveServer
    from tests.support.manual_clock import ManualClock
    from tests.support.wire_client import WireClient

EVERY_MS = EndpointLimits().grants_ms


def short(viewer: WireClient, *publishers: WireClient) -> Reception:
    """Her link gives her little of these."""
    return Reception(
        ParticipantId(viewer.you),
        240_000,
        31,
        low_data=False,
        pictures=tuple(
            Picture(ParticipantId(each.you), is_screen=False, height_px=135, bps=98_000, why=Why.BANDWIDTH)
            for each in publishers
        ),
    )


def told_of(media: FakeMedia, group: Group, *receptions: Reception, left_out: int = 0) -> None:
    media.looks[MeetingId(group.meeting)] = Receptions(receptions, left_out)


async def test_a_facilitator_is_told_what_everybody_gets_and_why(
    server: LiveServer, media: FakeMedia
) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    told_of(media, group, short(mia, ada), left_out=3)
    answer = await ada.do("ask_grants")
    assert answer["left_out"] == 3
    assert answer["people"] == [
        {
            "who": mia.you,
            "estimate_bps": 240_000,
            "lost_permille": 31,
            "low_data": False,
            "pictures": [
                {"who": ada.you, "screen": False, "height_px": 135, "bps": 98_000, "why": "bandwidth"}
            ],
        }
    ]


async def test_nobody_else_is_told(server: LiveServer, media: FakeMedia) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    gil = await guest(group, ada)
    told_of(media, group, short(mia, ada))
    for client in (mia, gil):
        with pytest.raises(Refused, match="not_allowed"):
            await client.do("ask_grants")


async def test_from_the_lobby_nothing_is_told(server: LiveServer, media: FakeMedia) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    told_of(media, group, short(mia, ada))
    eve = await group.person("member", "Eve")
    await eve.join()
    with pytest.raises(Refused, match="not_here"):
        await eve.do("ask_grants")


async def test_it_is_of_her_own_meeting_alone(server: LiveServer, media: FakeMedia) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    _, eve, _ = await circle(server, "Ivy")
    told_of(media, group, short(mia, ada))
    assert (await eve.do("ask_grants"))["people"] == []


async def test_whoever_has_just_left_is_in_it_no_more(server: LiveServer, media: FakeMedia) -> None:
    group, ada, (mia, ivy) = await circle(server, "Mia", "Ivy")
    told_of(media, group, short(mia, ada, ivy), short(ivy, mia))
    await ivy.send({"t": "leave", "id": ivy.next_id()})
    await ada.until(lambda c: ivy.you not in c.view.people)
    (reception,) = (await ada.do("ask_grants"))["people"]
    assert reception["who"] == mia.you
    assert [each["who"] for each in reception["pictures"]] == [ada.you]


async def test_it_may_be_asked_once_a_second(server: LiveServer, clock: ManualClock) -> None:
    _, ada, _ = await circle(server, "Mia")
    await ada.do("ask_grants")
    await clock.advance(EVERY_MS - 1)
    with pytest.raises(Refused, match="too_soon"):
        await ada.do("ask_grants")
    await clock.advance(1)
    assert (await ada.do("ask_grants"))["people"] == []
