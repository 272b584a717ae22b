"""Bad input gets a clear answer, changes nothing, and never ends another's call."""

from __future__ import annotations

import contextlib
import os
import time
from copy import deepcopy
from typing import TYPE_CHECKING

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed

from server.config import Settings
from server.signaling.links import LinkKeys
from tests.support.live_server import Group, live_server
from tests.support.wire_client import Refused, WireClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.support.client_view import Map
    from tests.support.fake_media import FakeMedia
    from tests.support.live_server import LiveServer
    from tests.support.manual_clock import ManualClock


def _now_s() -> int:
    """Asked when a test runs: a whole run may take longer than these links wait."""
    return int(time.time())


def _forged(group: Group) -> str:
    return Group(_Foreign(group.server), group.meeting, group.secret).link("facilitator")


class _Foreign:
    """Another server's keys under the same key id."""

    def __init__(self, server: LiveServer) -> None:
        self.ws_url = server.ws_url
        self.keys = LinkKeys({"process": os.urandom(32)})


def _tampered(group: Group) -> str:
    header, _, rest = group.link("member").split(".", 2)
    _, payload, _ = group.link("facilitator").split(".", 2)
    return f"{header}.{payload}.{rest}"


BAD_LINKS = {
    "expired": (
        "token_expired",
        lambda g: g.link("member", not_before_s=_now_s() - 20, expires_s=_now_s() - 10),
    ),
    "future": ("token_not_yet", lambda g: g.link("member", not_before_s=_now_s() + 600)),
    "forged": ("token_invalid", _forged),
    "tampered": ("token_invalid", _tampered),
}


@pytest.mark.parametrize("name", BAD_LINKS)
async def test_a_link_that_is_not_good_gives_no_place_and_no_look(server: LiveServer, name: str) -> None:
    code, make = BAD_LINKS[name]
    group = server.group()
    client = await group.person(link=make(group))
    with pytest.raises(Refused, match=code):
        await client.look()
    with pytest.raises(Refused, match=code):
        await client.join()
    client.token = group.link().rpartition(".")[0]
    await client.join()


async def test_a_token_that_is_no_token_is_refused(server: LiveServer) -> None:
    client = await server.group().person()
    client.token = "x" * 2048
    with pytest.raises(Refused, match="token_invalid"):
        await client.look()
    client.token = "x" * 2049
    await client.send({"t": "look", "v": 1, "token": client.token})
    assert await client.wait_closed() == 4400


async def test_another_version_is_refused(server: LiveServer) -> None:
    client = await server.group().person()
    with pytest.raises(Refused, match="version"):
        await client.ask(None, client.join_message() | {"v": 2})


BAD_FRAMES: dict[str, bytes | str] = {
    "text": '{"t":"ping"}',
    "empty": b"",
    "garbage": os.urandom(200),
    "too deep": b"\x91" * 5000 + b"\x90",
    "unknown tag": msgpack.packb({"t": "become_facilitator", "id": 1}),
    "extra field": msgpack.packb({"t": "lock", "id": 1, "actor": "AAAAAAAAAAA"}),
    "wrong type": msgpack.packb({"t": "mute", "id": "1", "who": 5}),
    "second join": msgpack.packb(
        {
            "t": "join",
            "v": 1,
            "token": "t",
            "device": bytes(16),
            "profile": b"",
            "offer": None,
            "resume": None,
        }
    ),
    "too large": msgpack.packb({"t": "say", "id": 1, "body": bytes(65_536)}),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
async def test_a_bad_frame_closes_its_own_connection_only(server: LiveServer, name: str) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await mia.send_raw(BAD_FRAMES[name])
    assert await mia.wait_closed() == 4400
    await ada.say("still here")
    await ada.until(lambda c: c.texts() == ["still here"])
    await mia.connect()
    await mia.resume()
    await mia.until(lambda c: c.texts() == ["still here"])


@pytest.mark.parametrize("message", [{"t": "lock", "id": 1}, {"t": "offer", "id": 1, "sdp": "v=0"}])
async def test_a_command_before_joining_closes_the_connection(
    server: LiveServer, message: dict[str, object]
) -> None:
    client = await server.group().person("facilitator")
    await client.send(message)
    assert await client.wait_closed() == 4400


async def test_a_frame_larger_than_the_largest_is_cut_off(server: LiveServer) -> None:
    client = await server.group().person()
    with contextlib.suppress(ConnectionClosed):  # it may be cut off before all of it is sent
        await client.send_raw(bytes(262_145))
    assert await client.wait_closed() == 1009


async def test_a_flood_closes_its_own_connection_only(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    frame = msgpack.packb({"t": "ping", "n": 1})
    for _ in range(150):
        await mia.send_raw(frame)
    assert await mia.wait_closed() == 4429
    await ada.say("still here")


FACILITATORS_ONLY = [
    "admit",
    "deny",
    "send_to_lobby",
    "mute",
    "allow_mic",
    "stop_camera",
    "allow_camera",
    "remove",
]


@pytest.mark.parametrize("tag", [*FACILITATORS_ONLY, "undo_bar", "lock", "unlock", "end"])
async def test_a_member_cannot_give_a_facilitators_command(server: LiveServer, tag: str) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    zoe = await group.member(ada, "Zoe")
    fields = {} if tag in {"lock", "unlock", "end"} else {"who": zoe.you}
    before = dict(ada.view.people)
    with pytest.raises(Refused, match="not_allowed"):
        await mia.do(tag, **fields)
    assert (ada.view.people, ada.view.locked, ada.view.status) == (before, False, "open")


async def _a_turn(ada: WireClient, mia: WireClient) -> Map:
    await ada.do("start_round", kind="circle", share_ms=None, order=[mia.you], invite_passed=False)
    await mia.until(lambda c: c.view.round is not None)
    assert ada.view.round is not None
    return {"turn": ada.view.round["turn"]}


async def _a_message(ada: WireClient, mia: WireClient) -> Map:
    await mia.say("for our group")
    await ada.until(lambda c: len(c.view.messages) == 1)
    return {"message": next(iter(ada.view.messages))}


async def _a_held_message(ada: WireClient, mia: WireClient) -> Map:
    await ada.do("set_chat_mode", mode="approved")
    return await _a_message(ada, mia)


async def _a_room(ada: WireClient, mia: WireClient) -> Map:
    room = {"topic": b"", "host": None, "people": [mia.you]}
    sizes = {"size": None, "seed": 1, "length_ms": None}
    await ada.do("plan_breakouts", kind="by_hand", rooms=[room], unattended=True, **sizes)
    assert ada.view.breakouts is not None
    name = ada.view.breakouts["rooms"][0]["id"]
    await mia.do("answer_breakout", room=name)
    await ada.do("open_breakouts")
    await ada.until(lambda c: c.view.people[mia.you]["room"] == name)
    return {"room": name}


async def _a_hand(ada: WireClient, mia: WireClient) -> Map:
    await mia.do("raise_hand")
    await ada.until(lambda c: c.view.hands["raised"] == [mia.you])
    return {"who": mia.you}


async def _a_need(ada: WireClient, mia: WireClient) -> Map:
    await mia.do("ask_for_someone")
    await ada.until(lambda c: c.view.needs == [mia.you])
    return {"who": mia.you}


async def _a_person(_ada: WireClient, mia: WireClient) -> Map:
    return {"who": mia.you}


NAMED: dict[str, tuple[Callable[[WireClient, WireClient], Awaitable[Map]], str]] = {
    **dict.fromkeys(FACILITATORS_ONLY, (_a_person, "no_such_person")),
    "take_turn": (_a_turn, "stale_turn"),
    "skip_turn": (_a_turn, "stale_turn"),
    "delete_message": (_a_message, "no_such_message"),
    "approve_message": (_a_held_message, "no_such_message"),
    "enter_room": (_a_room, "not_now"),
    "call_on": (_a_hand, "no_such_person"),
    "accept_need": (_a_need, "no_such_person"),
}
"""What each command names in our meeting, and how it is refused where that is not."""


@pytest.mark.parametrize("tag", NAMED)
async def test_a_command_reaches_only_its_own_meeting(server: LiveServer, tag: str) -> None:
    ours, theirs = server.group(), server.group()
    ada, eve = await ours.facilitator("Ada"), await theirs.facilitator("Eve")
    mia = await ours.member(ada)
    name, code = NAMED[tag]
    fields = await name(ada, mia)
    await ada.caught_up()
    before = deepcopy(ada.view)
    with pytest.raises(Refused, match=code):
        await eve.do(tag, **fields)
    await ada.caught_up()
    assert mia.closed is None
    assert ada.view == before


async def test_a_resume_secret_of_another_meeting_opens_nothing(server: LiveServer) -> None:
    ours, theirs = server.group(), server.group()
    ada, eve = await ours.facilitator(), await theirs.facilitator()
    thief = await theirs.person("member")
    thief.resume_secret = ada.resume_secret
    with pytest.raises(Refused, match="wrong_secret"):
        await thief.resume()
    assert eve.closed is None


async def test_a_locked_meeting_lets_nobody_knock_but_keeps_its_own(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await ada.do("lock")
    late = await group.person()
    with pytest.raises(Refused, match="locked"):
        await late.join()
    await mia.cut()
    await mia.connect()
    await mia.resume()
    await group.facilitator("Bea")


async def test_sealed_texts_longer_than_the_rules_are_refused(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    for body in (b"", bytes(4097)):
        with pytest.raises(Refused, match="too_large"):
            await ada.do("say", body=body)
    mia = await group.person()
    with pytest.raises(Refused, match="too_large"):
        await mia.ask(None, mia.join_message() | {"profile": bytes(513)})


async def test_somebody_who_never_joins_is_let_go(server: LiveServer, clock: ManualClock) -> None:
    silent = await server.group().person()
    looking = await server.group().person()
    await looking.look()
    guessing = await server.group().person()
    guessing.token = "x"
    with pytest.raises(Refused):
        await guessing.look()
    await guessing.ask(-1, {"t": "ping", "n": 1})
    await clock.advance(30_000)
    assert await silent.wait_closed() == 4408
    assert await guessing.wait_closed() == 4408
    assert looking.closed is None
    await clock.advance(3_570_000)
    assert await looking.wait_closed() == 4408


async def test_a_refused_first_arrival_leaves_no_meeting_behind(media: FakeMedia) -> None:
    async with live_server(Settings(max_meetings=1), media=media) as server:
        for _ in range(3):
            client = await server.group().person("facilitator")
            with pytest.raises(Refused, match="too_large"):
                await client.ask(None, client.join_message("v=0") | {"profile": bytes(513)})
        assert media.peers == {}
        await server.group().facilitator()
        with pytest.raises(Refused, match="busy"):
            await server.group().facilitator()


async def test_many_pages_of_one_kind_do_not_disturb_each_other(server: LiveServer) -> None:
    groups = [server.group() for _ in range(5)]
    hosts: list[WireClient] = [await group.facilitator() for group in groups]
    for number, host in enumerate(hosts):
        await host.say(f"group {number}")
    for number, host in enumerate(hosts):
        await host.until(lambda c, n=number: c.texts() == [f"group {n}"])
