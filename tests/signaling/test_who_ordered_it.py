"""Facilitators are told which of them ordered what happens; nobody else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.wire_client import Refused

from .people import circle, round_of

if TYPE_CHECKING:
    from tests.support.live_server import Group, LiveServer
    from tests.support.wire_client import WireClient


async def two_lead(server: LiveServer) -> tuple[Group, WireClient, WireClient, WireClient]:
    group, ada, (mia,) = await circle(server, "Mia")
    eve = await group.facilitator("Eve")
    return group, ada, eve, mia


async def told_by(client: WireClient, mark: int) -> list[tuple[str, Any]]:
    """Every event since the mark, with who ordered it."""
    await client.caught_up()
    return [
        (event["t"], message["by"]) for message in client.since(mark) for event in message.get("events", ())
    ]


async def test_the_other_facilitator_knows_who_ordered_it_and_members_do_not(server: LiveServer) -> None:
    _, ada, eve, mia = await two_lead(server)
    marks = {client: await client.caught_up() for client in (ada, eve, mia)}
    await ada.do("lock")
    assert await told_by(eve, marks[eve]) == [("lock_changed", ada.you)]
    assert await told_by(ada, marks[ada]) == [("lock_changed", ada.you)]
    assert await told_by(mia, marks[mia]) == [("lock_changed", None)]


async def test_what_members_do_has_no_name(server: LiveServer) -> None:
    _, ada, _, mia = await two_lead(server)
    mark = await ada.caught_up()
    await mia.do("raise_hand")
    assert await told_by(ada, mark) == [("hands_changed", None)]


async def test_a_facilitator_who_was_cut_off_learns_who_ordered_what_she_missed(server: LiveServer) -> None:
    _, ada, eve, _ = await two_lead(server)
    await eve.cut()
    await ada.do("lock")
    await eve.connect()
    mark = len(eve.frames)
    await eve.resume()
    assert ("lock_changed", ada.you) in await told_by(eve, mark)


async def test_an_order_built_on_an_old_view_is_refused_and_the_newer_one_stays(server: LiveServer) -> None:
    group, ada, eve, mia = await two_lead(server)
    ivy = await group.member(ada, "Ivy")
    await ada.do("start_round", kind="circle", share_ms=None, order=[], invite_passed=False)
    await eve.until(lambda c: c.view.round is not None)
    was = [place["who"] for place in round_of(eve)["places"]]
    await ada.do("reorder_round", order=[ivy.you, mia.you], was=was)
    with pytest.raises(Refused, match="changed_meanwhile"):
        await eve.do("reorder_round", order=[mia.you, eve.you], was=was)
    assert [place["who"] for place in round_of(ada)["places"]] == [ivy.you, mia.you]
