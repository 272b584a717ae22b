"""A round as a client written from the protocol sees it: the same order everywhere, times for few, nothing lost by a resume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wire_client import Refused, WireClient

if TYPE_CHECKING:
    from tests.support.live_server import LiveServer
    from tests.support.manual_clock import ManualClock


def standings(client: WireClient) -> list[tuple[str, str]]:
    assert client.view.round is not None
    return [(place["who"], place["standing"]) for place in client.view.round["places"]]


def phase(client: WireClient) -> tuple[str, str | None]:
    assert client.view.round is not None
    return client.view.round["phase"], client.view.round["who"]


async def begin(
    server: LiveServer, share_ms: int | None = 60_000
) -> tuple[WireClient, WireClient, WireClient]:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada, "Mia")
    zoe = await group.member(ada, "Zoe")
    await ada.do("start_round", kind="circle", share_ms=share_ms, order=[zoe.you], invite_passed=False)
    for client in (ada, mia, zoe):
        await client.until(lambda c: c.view.round is not None)
    return ada, mia, zoe


async def test_everybody_sees_the_same_order_and_only_few_the_time_of_a_share(
    server: LiveServer, clock: ManualClock
) -> None:
    ada, mia, zoe = await begin(server)
    assert standings(ada) == standings(mia) == standings(zoe) == [(zoe.you, "offered"), (mia.you, "waiting")]
    assert ada.view.round is not None
    turn = ada.view.round["turn"]
    with pytest.raises(Refused, match="not_allowed"):
        await mia.do("take_turn", turn=turn)
    await zoe.do("take_turn", turn=turn)
    for client, left_ms in ((ada, 60_000), (zoe, 60_000), (mia, None)):
        await client.until(lambda c: phase(c)[0] == "sharing")
        assert client.view.round is not None
        assert client.view.round["left_ms"] == left_ms
    await clock.advance(60_000)
    for client in (ada, zoe):
        await client.until(lambda c: c.view.nudged == turn)
    await zoe.do("end_share", turn=turn)
    await mia.until(lambda c: phase(c) == ("offered", mia.you))
    assert mia.view.nudged is None
    with pytest.raises(Refused, match="stale_turn"):
        await zoe.do("end_share", turn=turn)


async def test_a_double_tap_with_the_same_id_is_answered_twice_and_carried_out_once(
    server: LiveServer,
) -> None:
    ada, _, zoe = await begin(server)
    assert ada.view.round is not None
    message = {"t": "pass_turn", "id": zoe.next_id(), "turn": ada.view.round["turn"]}
    first = await zoe.ask(message["id"], message)
    assert await zoe.ask(message["id"], message) == first
    await ada.until(lambda c: standings(c)[0] == (zoe.you, "passed"))


async def test_a_dropped_speaker_resumes_with_the_time_she_had_left(
    server: LiveServer, clock: ManualClock
) -> None:
    ada, mia, zoe = await begin(server)
    assert zoe.view.round is not None
    await zoe.do("take_turn", turn=zoe.view.round["turn"])
    await clock.advance(20_000)
    await zoe.cut()
    await mia.until(lambda c: bool(c.view.round and c.view.round["held"]))
    await clock.advance(30_000)
    await zoe.connect()
    await zoe.resume()
    await zoe.until(
        lambda c: bool(c.view.round and c.view.round["left_ms"] == 40_000 and c.view.round["runs"])
    )
    await mia.until(lambda c: not (c.view.round and c.view.round["held"]))
    await clock.advance(5_000)
    late = await server_snapshot(ada)
    assert late["round"]["left_ms"] == 35_000


async def server_snapshot(client: WireClient) -> dict[str, object]:
    """What a page gets that forgot everything."""
    await client.cut()
    await client.connect()
    joined = await client.resume(position=b"")
    snapshot: dict[str, object] = joined["snapshot"]
    return snapshot


async def test_a_turn_can_be_given_in_writing(server: LiveServer) -> None:
    ada, mia, zoe = await begin(server, share_ms=None)
    assert zoe.view.round is not None
    await zoe.do("share_in_writing", turn=zoe.view.round["turn"], body=zoe.sealed_chat("three words only"))
    await mia.until(lambda c: c.texts() == ["three words only"] and phase(c) == ("offered", mia.you))
    assert standings(ada)[0][0] == zoe.you


async def test_hands_floor_and_who_is_away_reach_everybody(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada, "Mia")
    zoe = await group.member(ada, "Zoe")
    await zoe.do("raise_hand")
    await mia.do("raise_hand")
    await ada.do("set_floor", floor="held")
    await ada.do("call_on", who=mia.you)
    await mia.do("set_away", away=True)
    for client in (ada, mia, zoe):
        await client.until(lambda c: c.view.people[mia.you]["away"])
        assert client.view.hands == {"raised": [zoe.you], "fair": False, "called": mia.you}
        assert client.view.floor == "held"
    with pytest.raises(Refused, match="away"):
        await mia.do("set_media", mic=True, camera=False)
