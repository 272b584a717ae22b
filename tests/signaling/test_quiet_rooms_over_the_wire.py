"""Quiet rooms as clients see them: for a member there is no frame that tells one from being away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgpack
import pytest

from tests.support.wire_client import Refused, WireClient

from .people import circle, guest, room_of, round_of, told

if TYPE_CHECKING:
    from tests.support.client_view import Map
    from tests.support.fake_media import FakeMedia
    from tests.support.live_server import Group, LiveServer

Three = tuple["Group", WireClient, WireClient, WireClient]


async def three(server: LiveServer) -> Three:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    return group, ada, mia, zoe


async def into_quiet(ada: WireClient, mia: WireClient) -> str:
    """Mia asked for someone; Ada came. Return the room's name."""
    await mia.do("ask_for_someone")
    await ada.until(lambda c: c.view.needs == [mia.you])
    await ada.do("accept_need", who=mia.you)
    await mia.until(lambda c: room_of(c) != "main")
    return room_of(mia)


def plain(value: object, names: dict[str, str]) -> object:
    """Without what differs from meeting to meeting: positions, ids, ciphertext."""
    if isinstance(value, dict):
        return {
            names.get(key, key): plain(item, names)
            for key, item in value.items()
            if key not in {"position", "profile", "resume"}
        }
    if isinstance(value, list):
        return [plain(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


async def zoes_view(server: LiveServer, *, quiet: bool) -> list[object]:
    """All that Zoe receives while Mia, who shares, and Ada are away, one way or the other; and what a reload shows her."""
    group, ada, mia, zoe = await three(server)
    names = {ada.you: "ada", mia.you: "mia", zoe.you: "zoe"}
    await mia.do("raise_hand")
    await mia.do("lower_hand", who=mia.you)
    await ada.do("start_round", kind="circle", share_ms=60_000, order=[mia.you], invite_passed=False)
    await mia.until(lambda c: c.view.round is not None)
    await mia.do("take_turn", turn=round_of(mia)["turn"])
    for client in (ada, mia):
        await client.do("set_media", mic=True, camera=True)
    mark = await zoe.caught_up()
    if quiet:
        await into_quiet(ada, mia)
        await mia.do("set_media", mic=True, camera=True)
        await mia.say("I could not say it there")
        await ada.say("take your time")
        await mia.do("set_media", mic=False, camera=False)
    else:
        await ada.do("set_away", away=True)
        await mia.do("set_away", away=True)
    await mia.cut()
    await ada.until(lambda c: not c.view.people[mia.you]["connected"])
    await mia.connect()
    await mia.resume()
    reload = WireClient(server.ws_url, f"{zoe.token}.{group.secret}")
    reload.device, reload.resume_secret = zoe.device, zoe.resume_secret
    server.clients.append(reload)
    await zoe.caught_up()
    seen = told(zoe, mark)
    await reload.connect()
    snapshot: Map = (await reload.resume(position=b""))["snapshot"]
    mark = await reload.caught_up()
    if quiet:
        await mia.do("end_quiet")
    else:
        await ada.do("set_away", away=False)
        await mia.do("set_away", away=False)
    await reload.caught_up()
    return [plain(seen, names), plain(snapshot, names), plain(told(reload, mark), names)]


async def test_a_third_member_cannot_tell_a_quiet_room_from_being_away(server: LiveServer) -> None:
    quiet, away = await zoes_view(server, quiet=True), await zoes_view(server, quiet=False)
    assert str(away).count("'away': True") == 2 * len(("events", "snapshot"))
    assert quiet == away


async def test_nothing_that_happens_in_a_quiet_room_reaches_a_third_member(server: LiveServer) -> None:
    _, ada, mia, zoe = await three(server)
    before = await zoe.caught_up()
    room = await into_quiet(ada, mia)
    mark = await zoe.caught_up()
    secret = mia.sealed_chat("I could not say it there")
    await mia.do("set_media", mic=True, camera=False)
    await mia.do("say", body=secret)
    await ada.until(lambda c: c.texts() == ["I could not say it there"])
    await zoe.caught_up()
    assert zoe.since(mark) == []
    raw = b"".join(zoe.frames[before:])
    assert secret not in raw
    # As it is packed: its two letters alone are in random bytes now and then.
    assert msgpack.packb(room) not in raw
    assert b"needs_changed" not in raw
    assert b"quiet_rooms_changed" not in raw


async def test_a_need_is_known_to_facilitators_and_herself_only(server: LiveServer) -> None:
    group, ada, mia, zoe = await three(server)
    bea = await group.facilitator("Bea")
    mark = await zoe.caught_up()
    await mia.do("ask_for_someone")
    for client in (ada, bea, mia):
        await client.until(lambda c: c.view.needs == [mia.you])
    await zoe.caught_up()
    assert zoe.since(mark) == []
    with pytest.raises(Refused, match="already_so"):
        await mia.do("ask_for_someone")
    await mia.do("withdraw_need")
    for client in (ada, bea, mia):
        await client.until(lambda c: c.view.needs == [])
    with pytest.raises(Refused, match="not_now"):
        await ada.do("accept_need", who=mia.you)


async def test_the_first_facilitator_who_accepts_goes_and_the_others_know(server: LiveServer) -> None:
    group, ada, mia, _ = await three(server)
    bea = await group.facilitator("Bea")
    room = await into_quiet(ada, mia)
    await bea.until(lambda c: bool(c.view.quiet) and c.view.needs == [])
    known = {"id": room, "kind": "need", "who": mia.you, "facilitator": ada.you}
    assert bea.view.quiet == mia.view.quiet == ada.view.quiet == [known]
    assert (room_of(bea, mia), bea.view.people[mia.you]["place"]) == (room, "main")
    with pytest.raises(Refused, match="not_now"):
        await bea.do("accept_need", who=mia.you)


async def test_both_come_back_to_their_places_with_everything_closed(
    server: LiveServer, media: FakeMedia
) -> None:
    group, ada, mia, zoe = await three(server)
    await into_quiet(ada, mia)
    await mia.do("set_media", mic=True, camera=False)
    tracks = {track.publisher: listeners for track, listeners in media.wanted[group.meeting].items()}
    assert tracks == {mia.you: {ada.you}}
    await mia.do("end_quiet")
    for client in (ada, mia):
        await client.until(lambda c: room_of(c) == "main" and c.view.quiet == [])
    assert media.wanted[group.meeting] == {}
    assert not mia.view.people[mia.you]["mic"]
    await zoe.until(lambda c: not c.view.people[mia.you]["away"])


async def test_when_one_of_the_two_leaves_the_other_comes_back(server: LiveServer) -> None:
    _, ada, mia, _ = await three(server)
    await into_quiet(ada, mia)
    await mia.send({"t": "leave", "id": mia.next_id()})
    await ada.until(lambda c: room_of(c) == "main" and c.view.quiet == [])


async def test_a_newcomer_is_welcomed_alone_and_sees_nobody_else(server: LiveServer) -> None:
    group, ada, mia, zoe = await three(server)
    await mia.say("before")
    new = await group.person("member", "Lia")
    await new.join()
    await ada.until(lambda c: new.you in c.view.people)
    mark = await zoe.caught_up()
    await ada.do("greet", who=new.you)
    await new.until(lambda c: room_of(c).startswith("q"))
    assert set(new.view.people) == {ada.you, new.you}
    assert new.view.people[new.you]["place"] == "lobby"
    await ada.say("welcome")
    await new.until(lambda c: c.texts() == ["welcome"])
    for tag in ("raise_hand", "ask_for_someone", "set_away"):
        with pytest.raises(Refused, match="not_here"):
            await new.do(tag, **({"away": True} if tag == "set_away" else {}))
    with pytest.raises(Refused, match="not_allowed"):
        await new.do("end_quiet")
    await zoe.caught_up()
    assert not any(new.you.encode() in frame for frame in zoe.frames[mark:])
    await ada.do("admit", who=new.you)
    await new.until(lambda c: room_of(c) == "main" and len(c.view.people) == 4)
    assert new.texts() == []
    await ada.until(lambda c: room_of(c) == "main")


async def test_who_is_taken_aside_cannot_end_it_and_facilitators_are_never_taken(server: LiveServer) -> None:
    group, ada, mia, _ = await three(server)
    bea = await group.facilitator("Bea")
    gil = await guest(group, ada)
    with pytest.raises(Refused, match="not_allowed"):
        await ada.do("take_aside", who=bea.you)
    with pytest.raises(Refused, match="not_allowed"):
        await mia.do("take_aside", who=gil.you)
    await ada.do("take_aside", who=gil.you)
    await gil.until(lambda c: room_of(c).startswith("q"))
    with pytest.raises(Refused, match="not_allowed"):
        await gil.do("end_quiet")
    with pytest.raises(Refused, match="not_now"):
        await bea.do("end_quiet")
    await ada.do("end_quiet")
    await gil.until(lambda c: room_of(c) == "main")
