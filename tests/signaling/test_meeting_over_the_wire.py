"""Whole conversations between the real server and a client written from the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.fake_media import BAD_OFFER, FakeMedia
from tests.support.wire_client import Refused, WireClient

if TYPE_CHECKING:
    from tests.support.live_server import LiveServer
    from tests.support.manual_clock import ManualClock


async def test_joining_costs_one_message_each_way(server: LiveServer) -> None:
    ada = await server.group().person("facilitator", "Ada")
    joined = await ada.join("my offer")
    assert joined["answer"] == "answer to my offer"
    assert ada.view.status == "open"
    assert ada.name_of(ada.you) == "Ada"


async def test_look_shows_who_hosts_before_anything_of_mine(server: LiveServer) -> None:
    group = server.group()
    mia = await group.person()
    assert await mia.look() == {
        "t": "seen", "v": 1, "status": "waiting", "locked": False, "facilitators": [], "present": 0, "texts": b"",
    }  # fmt: skip
    await group.facilitator("Ada")
    seen = await mia.look()
    assert (seen["status"], seen["present"]) == ("open", 1)
    profile = mia.sealer.open("kith/1 profile", "kith/1 profile", seen["facilitators"][0])
    assert profile["name"] == "Ada"


async def test_a_member_waits_in_the_lobby_and_sees_only_who_hosts(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    await group.member(ada, "Mia")
    zoe = await group.person("member", "Zoe")
    await zoe.join()
    assert set(zoe.view.people) == {ada.you, zoe.you}
    await ada.until(lambda c: zoe.you in c.view.people)
    assert ada.view.people[zoe.you]["room"] == "lobby"
    with pytest.raises(Refused, match="not_here"):
        await zoe.say("hello?")


async def test_chat_reaches_the_room_sealed_and_nobody_from_before_an_arrival(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await ada.say("before")
    zoe = await group.member(ada, "Zoe")
    await mia.say("héllo")
    for client in (ada, mia):
        await client.until(lambda c: c.texts() == ["before", "héllo"])
    await zoe.until(lambda c: c.texts() == ["héllo"])
    await ada.do("delete_message", message=2)
    await zoe.until(lambda c: not c.view.messages)


async def test_a_cut_connection_resumes_with_nothing_missing(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await mia.say("one")
    await mia.until(lambda c: len(c.view.messages) == 1)
    you = mia.you
    await mia.cut()
    await ada.until(lambda c: not c.view.people[you]["connected"])
    await ada.say("two")
    await ada.say("three")
    seen = mia.view.position
    await mia.connect()
    joined = await mia.resume()
    assert (joined["snapshot"], joined["position"]) == (None, seen)
    assert joined["you"] == you
    await mia.until(lambda c: c.texts() == ["one", "two", "three"])
    await mia.caught_up()
    await ada.until(lambda c: c.view.people[you]["connected"])
    for person in ada.view.people.values():
        person["silent_ms"] = mia.view.people[person["id"]]["silent_ms"]  # for facilitators
    assert mia.view.people == ada.view.people


async def test_a_resume_from_nothing_brings_the_whole_view(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await mia.say("one")
    await mia.cut()
    await mia.connect()
    joined = await mia.resume(position=b"")
    assert joined["snapshot"]["people"]
    assert mia.texts() == ["one"]


async def test_a_place_is_kept_for_the_grace_time_and_not_longer(
    server: LiveServer, clock: ManualClock
) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await mia.cut()
    await ada.until(lambda c: not c.view.people[mia.you]["connected"])
    await clock.advance(89_999)
    assert mia.you in ada.view.people
    await clock.advance(1)
    await ada.until(lambda c: mia.you not in c.view.people)
    await mia.connect()
    with pytest.raises(Refused, match="wrong_secret"):
        await mia.resume()


async def test_a_resume_replaces_the_old_connection(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    twin = WireClient(server.ws_url, mia.token + "." + group.secret)
    twin.device, twin.resume_secret = mia.device, mia.resume_secret
    server.clients.append(twin)
    await twin.connect()
    await twin.resume(position=b"")
    assert await mia.wait_closed() == 4410
    await twin.say("still me")
    await ada.until(lambda c: c.texts() == ["still me"])
    assert ada.view.people[twin.you]["connected"]


async def test_a_repeated_command_is_answered_again_and_not_carried_out_again(server: LiveServer) -> None:
    ada = await server.group().facilitator()
    message = {"t": "say", "id": 7, "body": ada.sealed_chat("once")}
    assert await ada.ask(7, message) == {"t": "done", "id": 7}
    assert await ada.ask(7, message) == {"t": "done", "id": 7}
    await ada.cut()
    await ada.connect()
    await ada.resume()
    assert await ada.ask(7, message) == {"t": "done", "id": 7}
    await ada.say("after")
    await ada.until(lambda c: len(c.view.messages) == 2)
    assert ada.texts() == ["once", "after"]


async def test_removed_means_cut_and_refused_until_called_back(server: LiveServer, media: FakeMedia) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.person("member")
    await mia.join("offer")
    await ada.until(lambda c: mia.you in c.view.people)
    await ada.do("admit", who=mia.you)
    await mia.until(lambda c: c.view.people[c.you]["room"] == "main")
    await ada.do("remove", who=mia.you)
    assert await mia.wait_closed() == 4403
    assert (group.meeting, mia.you) not in media.peers
    await mia.connect()
    with pytest.raises(Refused, match="barred"):
        await mia.join()
    with pytest.raises(Refused, match="wrong_secret"):
        await mia.resume()
    await ada.do("undo_bar", who=mia.you)
    await mia.join()
    assert mia.view.people[mia.you]["room"] == "main"


async def test_a_personal_link_is_refused_on_every_device_after_removal(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    link = group.link("member", personal=True)
    mia = await group.person(link=link)
    await mia.join()
    await ada.until(lambda c: mia.you in c.view.people)
    await ada.do("deny", who=mia.you)
    assert await mia.wait_closed() == 4404
    elsewhere = await group.person(link=link)
    with pytest.raises(Refused, match="barred"):
        await elsewhere.join()


async def test_end_closes_everybody_and_leaves_nothing(server: LiveServer, media: FakeMedia) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await ada.send({"t": "end", "id": ada.next_id()})
    assert await ada.wait_closed() == 4412
    assert await mia.wait_closed() == 4412
    again = await group.person("member")
    assert (await again.look())["status"] == "waiting"
    assert media.ended == [group.meeting]


async def test_leaving_is_silent_and_final(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await mia.send({"t": "leave", "id": mia.next_id()})
    assert await mia.wait_closed() == 4411
    await ada.until(lambda c: mia.you not in c.view.people)
    assert {"t": "person_parted", "who": mia.you, "how": "left"} in ada.happened


async def test_routes_follow_the_meeting(server: LiveServer, media: FakeMedia) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await mia.do("set_media", mic=True, camera=True)
    await ada.do("set_media", mic=True, camera=False)
    assert {track.kind for track in media.wanted[group.meeting] if track.publisher == mia.you} == {
        "mic", "camera",
    }  # fmt: skip
    await ada.do("mute", who=mia.you)
    await ada.until(
        lambda _: all(t.kind != "mic" or t.publisher != mia.you for t in media.wanted[group.meeting])
    )
    with pytest.raises(Refused, match="mic_held"):
        await mia.do("set_media", mic=True, camera=True)


async def test_the_newest_word_on_what_somebody_sees_reaches_the_media_server(
    server: LiveServer, media: FakeMedia
) -> None:
    group = server.group()
    ada = await group.facilitator()
    await ada.send(
        {"t": "watching", "heights": {"somebodyelse"[:11]: 720}, "pinned": None, "low_data": False}
    )
    await ada.send({"t": "watching", "heights": {ada.you: 0}, "pinned": ada.you, "low_data": True})
    await ada.ask(-1, {"t": "ping", "n": 1})
    screen = media.screens[group.meeting, ada.you]
    assert (screen.heights_px, screen.pinned, screen.low_data) == ({ada.you: 0}, ada.you, True)


async def test_without_a_facilitator_the_group_pauses_calmly_and_goes_on(
    server: LiveServer, clock: ManualClock
) -> None:
    group = server.group()
    ada = await group.facilitator()
    mia = await group.member(ada)
    await ada.cut()
    await mia.until(lambda c: not c.view.people[ada.you]["connected"])
    await clock.advance(10_000)
    await mia.until(lambda c: c.view.status == "paused")
    with pytest.raises(Refused, match="paused"):
        await mia.say("hello?")
    await ada.connect()
    await ada.resume()
    await mia.until(lambda c: c.view.status == "open")


async def test_a_bad_offer_gives_no_place(server: LiveServer, media: FakeMedia) -> None:
    group = server.group()
    ada = await group.person("facilitator")
    with pytest.raises(Refused, match="sdp_malformed"):
        await ada.join(BAD_OFFER)
    assert (await ada.look())["present"] == 0
    await ada.join("good")
    with pytest.raises(Refused, match="sdp_malformed"):
        await ada.do("offer", sdp=BAD_OFFER)
    assert media.peers[group.meeting, ada.you] == "good"
    assert (await ada.do("offer", sdp="new"))["sdp"] == "answer to new"


async def test_a_ping_is_answered(server: LiveServer) -> None:
    ada = await server.group().facilitator()
    assert await ada.ask(-5, {"t": "ping", "n": 5}) == {"t": "pong", "n": 5}
