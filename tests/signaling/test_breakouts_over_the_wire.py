"""Breakouts as clients see them: nobody is moved who did not agree, nothing said in a room is known in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wire_client import Refused, WireClient

from .people import circle, room_of, round_of, told

if TYPE_CHECKING:
    from tests.support.client_view import Map
    from tests.support.fake_media import FakeMedia
    from tests.support.live_server import Group, LiveServer
    from tests.support.manual_clock import ManualClock

MINUTES_MS = 60_000


class Evening:
    """Ada and Bea facilitate; Mia hosts a room with Zoe, Eva one with Lia, who would rather stay."""

    group: Group
    ada: WireClient
    bea: WireClient
    mia: WireClient
    zoe: WireClient
    eva: WireClient
    lia: WireClient
    rooms: list[str]

    @property
    def everybody(self) -> tuple[WireClient, ...]:
        return self.ada, self.bea, self.mia, self.zoe, self.eva, self.lia

    async def plan(self, server: LiveServer, length_ms: int | None = 10 * MINUTES_MS) -> None:
        self.group, self.ada, members = await circle(server, "Mia", "Zoe", "Eva", "Lia")
        self.mia, self.zoe, self.eva, self.lia = members
        self.bea = await self.group.facilitator("Bea")
        wishes = (("sleep", self.mia, self.zoe), ("feeding", self.eva, self.lia))
        planned = [
            {
                "topic": self.ada.sealed("topic", {"text": topic}),
                "host": host.you,
                "people": [host.you, other.you],
            }
            for topic, host, other in wishes
        ]
        await self.ada.do(
            "plan_breakouts",
            kind="by_hand", rooms=planned, size=None, seed=0, length_ms=length_ms, unattended=False,
        )  # fmt: skip
        for client in self.everybody:
            await client.until(lambda c: c.view.breakouts is not None)
        self.rooms = [room["id"] for room in plan_of(self.ada)["rooms"]]

    async def open(self, server: LiveServer, length_ms: int | None = 10 * MINUTES_MS) -> None:
        await self.plan(server, length_ms)
        b1, b2 = self.rooms
        await self.mia.do("answer_breakout", room=b1)
        await self.zoe.do("answer_breakout", room=b1)
        await self.eva.do("answer_breakout", room=b2)
        await self.lia.do("answer_breakout", room=None)
        await self.ada.do("open_breakouts")
        for client, room in ((self.mia, b1), (self.zoe, b1), (self.eva, b2), (self.lia, "main")):
            await client.until(lambda c, room=room: room_of(c) == room and plan_of(c)["open"])


def plan_of(client: WireClient) -> Map:
    assert client.view.breakouts is not None
    return client.view.breakouts


def shown_room(client: WireClient, room: str) -> Map:
    rooms: list[Map] = plan_of(client)["rooms"]
    return next(one for one in rooms if one["id"] == room)


@pytest.fixture
def evening() -> Evening:
    return Evening()


async def test_everybody_sees_topic_and_host_before_she_is_asked_to_go(
    server: LiveServer, evening: Evening
) -> None:
    await evening.plan(server)
    b1, b2 = evening.rooms
    zoe = plan_of(evening.zoe)
    assert (zoe["yours"], zoe["answer"], zoe["open"], zoe["consents"]) == (b1, "asked", False, {})
    assert shown_room(evening.zoe, b1)["host"] == evening.mia.you
    assert evening.zoe.opened("topic", shown_room(evening.zoe, b1)["topic"]) == {"text": "sleep"}
    assert shown_room(evening.zoe, b1)["people"] == [evening.mia.you, evening.zoe.you]
    assert shown_room(evening.zoe, b2)["people"] == []
    await evening.lia.do("answer_breakout", room=None)
    await evening.ada.until(lambda c: plan_of(c)["consents"][evening.lia.you] == "stay")
    assert plan_of(evening.zoe)["consents"] == {}


async def test_nobody_is_moved_who_did_not_agree(server: LiveServer, evening: Evening) -> None:
    await evening.plan(server)
    b1, b2 = evening.rooms
    for client, room in ((evening.mia, b1), (evening.eva, b2)):
        await client.do("answer_breakout", room=room)
    await evening.ada.do("open_breakouts")
    for client, room in ((evening.mia, b1), (evening.eva, b2), (evening.zoe, "main"), (evening.lia, "main")):
        await client.until(lambda c: plan_of(c)["open"])
        assert room_of(client) == room
    await evening.zoe.do("answer_breakout", room=b1)
    await evening.zoe.until(lambda c: room_of(c) == b1)
    await evening.zoe.do("answer_breakout", room=None)
    await evening.zoe.until(lambda c: room_of(c) == "main")


async def test_who_goes_elsewhere_is_gone_from_sight_but_not_for_facilitators(
    server: LiveServer, evening: Evening
) -> None:
    await evening.open(server)
    b1, _ = evening.rooms
    assert set(evening.mia.view.people) == {evening.mia.you, evening.zoe.you}
    assert evening.mia.you not in evening.lia.view.people
    assert {"t": "person_parted", "who": evening.mia.you, "how": "room"} in evening.lia.happened
    assert room_of(evening.ada, evening.mia) == b1
    assert set(evening.ada.view.people) == {client.you for client in evening.everybody}


async def test_what_is_said_in_a_breakout_stays_there_and_is_gone_with_it(
    server: LiveServer, evening: Evening
) -> None:
    await evening.plan(server)
    await evening.mia.say("before")
    marks = {client: await client.caught_up() for client in evening.everybody}
    b1, b2 = evening.rooms
    for client, room in ((evening.mia, b1), (evening.zoe, b1), (evening.eva, b2)):
        await client.do("answer_breakout", room=room)
    await evening.ada.do("open_breakouts")
    await evening.zoe.until(lambda c: room_of(c) == b1)
    assert evening.zoe.texts() == []
    secret = evening.zoe.sealed_chat("only for us")
    await evening.zoe.do("say", body=secret)
    await evening.mia.until(lambda c: c.texts() == ["only for us"])
    for client in (evening.ada, evening.bea, evening.eva, evening.lia):
        await client.caught_up()
        assert not any(secret in frame for frame in client.frames[marks[client] :])
    await evening.ada.do("enter_room", room=b1)
    await evening.ada.until(lambda c: room_of(c) == b1)
    assert evening.ada.texts() == []
    await evening.zoe.until(lambda c: evening.ada.you in c.view.people)
    await evening.ada.do("recall_breakouts", at_once=True)
    for client in (evening.ada, evening.mia, evening.zoe):
        await client.until(lambda c: c.view.breakouts is None and room_of(c) == "main")
        assert client.texts() == ["before"]


async def test_media_of_a_room_reach_that_room_only(
    server: LiveServer, evening: Evening, media: FakeMedia
) -> None:
    await evening.open(server)
    await evening.mia.do("set_media", mic=True, camera=True)
    await evening.lia.do("set_media", mic=True, camera=False)
    wanted = {
        (track.publisher, track.kind.value): listeners
        for track, listeners in media.wanted[evening.group.meeting].items()
    }
    assert wanted == {
        (evening.mia.you, "mic"): {evening.zoe.you},
        (evening.mia.you, "camera"): {evening.zoe.you},
        (evening.lia.you, "mic"): {evening.ada.you, evening.bea.you},
    }


async def test_a_call_reaches_the_facilitators_and_ends_when_one_comes(
    server: LiveServer, evening: Evening
) -> None:
    await evening.open(server)
    b1, _ = evening.rooms
    await evening.zoe.do("call_facilitator")
    for client in (evening.ada, evening.bea, evening.mia):
        await client.until(lambda c: bool(shown_room(c, b1)["calling"]))
    for client in (evening.eva, evening.lia):
        await client.caught_up()
        assert not shown_room(client, b1)["calling"]
    with pytest.raises(Refused, match="already_so"):
        await evening.mia.do("call_facilitator")
    with pytest.raises(Refused, match="not_now"):
        await evening.lia.do("call_facilitator")
    await evening.bea.do("enter_room", room=b1)
    await evening.ada.until(lambda c: not shown_room(c, b1)["calling"])
    await evening.zoe.until(lambda c: evening.bea.you in c.view.people)


async def test_a_breakout_has_a_round_of_its_own_and_the_main_round_waits(
    server: LiveServer, evening: Evening
) -> None:
    await evening.plan(server)
    order = [evening.mia.you, evening.zoe.you, evening.eva.you, evening.lia.you]
    await evening.ada.do("start_round", kind="circle", share_ms=60_000, order=order, invite_passed=False)
    await evening.mia.until(lambda c: c.view.round is not None)
    turn = round_of(evening.mia)["turn"]
    await evening.mia.do("take_turn", turn=turn)
    b1, b2 = evening.rooms
    for client, room in ((evening.mia, b1), (evening.zoe, b1), (evening.eva, b2)):
        await client.do("answer_breakout", room=room)
    await evening.ada.do("open_breakouts")
    await evening.mia.until(lambda c: room_of(c) == b1 and c.view.round is None)
    await evening.lia.until(lambda c: c.view.round is not None and not round_of(c)["runs"])
    with pytest.raises(Refused, match="not_now"):
        await evening.ada.do("end_share", turn=turn)
    await evening.bea.do("enter_room", room=b1)
    await evening.bea.do("start_round", kind="circle", share_ms=None, order=[], invite_passed=False)
    await evening.zoe.until(lambda c: c.view.round is not None)
    assert round_of(evening.zoe)["turn"] > turn
    await evening.ada.do("recall_breakouts", at_once=True)
    for client in evening.everybody:
        await client.until(lambda c: c.view.breakouts is None and c.view.round is not None)
        assert round_of(client)["turn"] == turn
        assert [place["who"] for place in round_of(client)["places"]] == order
    assert round_of(evening.mia)["left_ms"] == 60_000


async def test_a_lost_connection_returns_to_the_same_room(server: LiveServer, evening: Evening) -> None:
    await evening.open(server)
    b1, _ = evening.rooms
    await evening.zoe.cut()
    await evening.mia.until(lambda c: not c.view.people[evening.zoe.you]["connected"])
    await evening.mia.say("we wait for you")
    await evening.zoe.connect()
    await evening.zoe.resume()
    await evening.zoe.until(lambda c: c.texts() == ["we wait for you"])
    assert room_of(evening.zoe) == b1
    await evening.zoe.cut()
    await evening.zoe.connect()
    await evening.zoe.resume(position=b"")
    assert room_of(evening.zoe) == b1


async def test_a_notice_comes_a_minute_before_all_are_back(
    server: LiveServer, evening: Evening, clock: ManualClock
) -> None:
    await evening.open(server)
    await clock.advance(9 * MINUTES_MS - 1)
    marks = {client: await client.caught_up() for client in evening.everybody}
    await clock.advance(1)
    for client in evening.everybody:
        await client.until(lambda c: bool(plan_of(c)["noticed"]))
        assert plan_of(client)["left_ms"] == MINUTES_MS
        assert [event["t"] for event in told(client, marks[client])] == ["breakouts_changed"]
    await clock.advance(MINUTES_MS)
    for client in evening.everybody:
        await client.until(lambda c: c.view.breakouts is None and room_of(c) == "main")
        assert set(client.view.people) == {one.you for one in evening.everybody}


async def test_a_recall_leaves_time_to_finish_a_thought(
    server: LiveServer, evening: Evening, clock: ManualClock
) -> None:
    await evening.open(server, length_ms=None)
    assert plan_of(evening.mia)["left_ms"] is None
    await evening.bea.do("recall_breakouts", at_once=False)
    await evening.mia.until(lambda c: plan_of(c)["noticed"] and plan_of(c)["left_ms"] == MINUTES_MS)
    await clock.advance(MINUTES_MS - 1)
    await evening.mia.caught_up()
    assert room_of(evening.mia) != "main"
    await clock.advance(1)
    await evening.mia.until(lambda c: room_of(c) == "main")


async def test_a_room_without_its_host_alerts_the_facilitators_and_comes_back(
    server: LiveServer, evening: Evening, clock: ManualClock
) -> None:
    await evening.open(server)
    b1, _ = evening.rooms
    await evening.mia.cut()
    for client in (evening.ada, evening.bea, evening.zoe):
        await client.until(lambda c: bool(shown_room(c, b1)["alone"]))
    await evening.eva.caught_up()
    assert not shown_room(evening.eva, b1)["alone"]
    await clock.advance(MINUTES_MS)
    await evening.zoe.until(lambda c: room_of(c) == "main")
    await evening.ada.until(lambda c: room_of(c, evening.mia) == "main")
    assert plan_of(evening.zoe)["answer"] == "stay"
