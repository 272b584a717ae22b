"""How an evening ends on the wire: keep in touch, the debrief, and that nothing of the group is left in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wire_client import Refused, WireClient

from .people import circle, guest, room_of, told

if TYPE_CHECKING:
    from tests.support.fake_media import FakeMedia
    from tests.support.live_server import LiveServer
    from tests.support.manual_clock import ManualClock


async def offer(giver: WireClient, to: WireClient, text: str) -> bytes:
    """Return the ciphertext, to look for it."""
    body = giver.sealed_contact(to.you, text)
    await giver.do("offer_contact", who=to.you, body=body)
    return body


def seen(client: WireClient, body: bytes) -> bool:
    return any(body in frame for frame in client.frames)


async def opened(ada: WireClient, people: list[WireClient]) -> None:
    await ada.do("open_contacts")
    for client in people:
        await client.until(lambda c: c.view.contacts == [])


# ── keep in touch ────────────────────────────────────────────────────────────────────────────────


async def test_only_who_chose_each_other_get_what_the_other_wrote(server: LiveServer) -> None:
    _, ada, (mia, zoe, eva) = await circle(server, "Mia", "Zoe", "Eva")
    await opened(ada, [mia, zoe, eva])
    mutual = await offer(mia, zoe, "mia@example.org"), await offer(zoe, mia, "zoe@example.org")
    alone = await offer(eva, mia, "eva@example.org")
    for client in (ada, mia, zoe, eva):
        await client.caught_up()
        assert not any(seen(client, body) for body in (*mutual, alone))
    assert (mia.view.contacts, zoe.view.contacts, eva.view.contacts) == ([zoe.you], [mia.you], [mia.you])
    marks = {client: await client.caught_up() for client in (ada, mia, zoe, eva)}
    await ada.do("close_contacts")
    for client in (ada, mia, zoe, eva):
        await client.until(lambda c: c.view.contacts is None)
    assert set(mia.view.made) == {zoe.you}
    assert set(zoe.view.made) == {mia.you}
    assert mia.opened_contact(zoe.you) == "zoe@example.org"
    assert zoe.opened_contact(mia.you) == "mia@example.org"
    closed = [{"t": "contacts_changed", "contacts": None}]
    assert told(eva, marks[eva]) == told(ada, marks[ada]) == closed
    assert not any(seen(client, alone) for client in (ada, mia, zoe))
    assert not any(seen(client, body) for client in (ada, eva) for body in mutual)


async def test_an_offer_tells_the_other_nothing_not_even_that_there_is_one(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await opened(ada, [mia, zoe])
    marks = {client: await client.caught_up() for client in (ada, zoe)}
    await offer(mia, zoe, "first")
    await offer(mia, zoe, "second thoughts")
    await mia.do("withdraw_contact", who=zoe.you)
    for client in (ada, zoe):
        await client.caught_up()
        assert client.since(marks[client]) == []
    await offer(zoe, mia, "zoe@example.org")
    await ada.do("close_contacts")
    await zoe.until(lambda c: c.view.contacts is None)
    assert zoe.view.made == mia.view.made == {}


async def test_who_left_gives_and_gets_nothing(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await opened(ada, [mia, zoe])
    await offer(mia, zoe, "mia@example.org")
    body = await offer(zoe, mia, "zoe@example.org")
    await zoe.send({"t": "leave", "id": zoe.next_id()})
    await zoe.wait_closed()
    await mia.until(lambda c: c.view.contacts == [])
    await ada.do("close_contacts")
    await mia.until(lambda c: c.view.contacts is None)
    assert not seen(mia, body)


async def test_a_contact_and_a_result_reach_who_was_cut_off_for_a_moment(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await opened(ada, [mia, zoe])
    await offer(mia, zoe, "mia@example.org")
    await offer(zoe, mia, "zoe@example.org")
    await ada.do("open_pulse", body=ada.sealed("pulse", {"question": "?", "answers": ["a", "b"]}), options=2)
    await mia.until(lambda c: c.view.pulse is not None)
    await mia.cut()
    await ada.until(lambda c: not c.view.people[mia.you]["connected"])
    await ada.do("close_pulse")
    await ada.do("close_contacts")
    await mia.connect()
    await mia.resume()
    await mia.until(lambda c: c.view.contacts is None and c.view.pulse is None)
    assert mia.opened_contact(zoe.you) == "zoe@example.org"
    assert mia.view.results == [None]


async def test_keep_in_touch_is_between_members(server: LiveServer) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    gil = await guest(group, ada)
    waiting = await group.person()
    await waiting.join()
    with pytest.raises(Refused, match="not_now"):
        await mia.do("offer_contact", who=gil.you, body=b"x")
    await opened(ada, [mia, gil])
    for giver, to, code in (
        (ada, mia, "not_allowed"),
        (gil, mia, "not_allowed"),
        (mia, gil, "not_allowed"),
        (mia, ada, "not_allowed"),
        (mia, mia, "no_such_person"),
        (mia, waiting, "no_such_person"),
        (waiting, mia, "not_here"),
    ):
        with pytest.raises(Refused, match=code):
            await giver.do("offer_contact", who=to.you, body=b"x")


# ── the debrief ──────────────────────────────────────────────────────────────────────────────────


async def test_a_debrief_closes_everybody_but_the_facilitators_who_see_nothing_from_before(
    server: LiveServer, media: FakeMedia
) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    bea, gil = await group.facilitator("Bea"), await guest(group, ada)
    waiting = await group.person()
    await waiting.join()
    await mia.say("thank you all")
    await mia.do("say_to_facilitators", body=mia.sealed_chat("especially you"))
    await ada.do("hand_out", body=ada.sealed("resource", {"title": "t", "url": None, "text": "x"}))
    await ada.do("remove", who=zoe.you)
    await ada.do("begin_debrief")
    for client in (mia, gil, waiting):
        assert await client.wait_closed() == 4412
    for client in (ada, bea):
        await client.until(lambda c: c.view.status == "debrief")
        assert set(client.view.people) == {ada.you, bea.you}
        view = client.view
        assert (view.messages, view.resources, view.barred, view.needs, view.round) == ({}, {}, {}, [], None)
    await bea.say("that was a good one")
    await ada.until(lambda c: c.texts() == ["that was a good one"])
    await bea.do("set_media", mic=True, camera=False)
    assert [track.publisher for track in media.wanted[group.meeting]] == [bea.you]
    for tag, fields in (("lock", {}), ("broadcast", {"body": b"x"}), ("begin_debrief", {})):
        with pytest.raises(Refused, match="not_now"):
            await ada.do(tag, **fields)
    for role in ("member", "guest"):
        late = await group.person(role)
        with pytest.raises(Refused, match="ended"):
            await late.join()
    assert (await late.look())["status"] == "debrief"
    await mia.connect()
    with pytest.raises(Refused, match="wrong_secret"):
        await mia.resume()
    third = await group.facilitator("Cleo")
    assert third.texts() == []
    await ada.send({"t": "end", "id": ada.next_id()})
    for client in (ada, bea, third):
        assert await client.wait_closed() == 4412


async def test_a_facilitator_who_missed_the_beginning_of_the_debrief_is_told_nothing_from_before(
    server: LiveServer,
) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    bea = await group.facilitator("Bea")
    await bea.caught_up()
    await bea.cut()
    body = mia.sealed_chat("between us")
    await mia.do("say", body=body)
    await ada.do("begin_debrief")
    mark = len(bea.frames)
    await bea.connect()
    assert (await bea.resume())["snapshot"]["status"] == "debrief"
    await bea.caught_up()
    assert not any(body in frame for frame in bea.frames[mark:])


async def test_a_debrief_brings_everybody_together_who_chose_each_other(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await opened(ada, [mia, zoe])
    await offer(mia, zoe, "mia@example.org")
    await offer(zoe, mia, "zoe@example.org")
    await ada.do("begin_debrief")
    for client in (mia, zoe):
        assert await client.wait_closed() == 4412
    assert mia.opened_contact(zoe.you) == "zoe@example.org"
    assert zoe.opened_contact(mia.you) == "mia@example.org"


async def test_an_end_for_all_also_keeps_the_promise_of_keep_in_touch(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await opened(ada, [mia, zoe])
    await offer(mia, zoe, "mia@example.org")
    await offer(zoe, mia, "zoe@example.org")
    await ada.send({"t": "end", "id": ada.next_id()})
    for client in (ada, mia, zoe):
        assert await client.wait_closed() == 4412
    assert mia.opened_contact(zoe.you) == "zoe@example.org"
    assert zoe.opened_contact(mia.you) == "mia@example.org"


async def test_facilitators_come_back_from_breakouts_and_quiet_rooms_for_the_debrief(
    server: LiveServer,
) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    bea = await group.facilitator("Bea")
    await ada.do(
        "plan_breakouts",
        kind="by_hand", size=None, seed=1, length_ms=None, unattended=False,
        rooms=[{"topic": b"", "host": mia.you, "people": []}],
    )  # fmt: skip
    await mia.until(lambda c: c.view.breakouts is not None)
    assert mia.view.breakouts is not None
    await mia.do("answer_breakout", room=mia.view.breakouts["yours"])
    await ada.do("open_breakouts")
    await ada.do("enter_room", room=mia.view.breakouts["yours"])
    await bea.do("take_aside", who=zoe.you)
    await bea.do("begin_debrief")
    for client in (ada, bea):
        await client.until(lambda c: c.view.status == "debrief" and room_of(c) == "main")
        assert (client.view.breakouts, client.view.quiet) == (None, [])


async def test_a_debrief_ends_by_itself(server: LiveServer, clock: ManualClock, media: FakeMedia) -> None:
    group, ada, _ = await circle(server)
    await ada.do("begin_debrief")
    await clock.advance(1_799_999)
    assert ada.closed is None
    await clock.advance(1)
    assert await ada.wait_closed() == 4412
    assert media.ended == [group.meeting]
