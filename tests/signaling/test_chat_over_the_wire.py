"""Chat modes, held messages, the line to the facilitators and broadcasts, looked at on the frames themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wire_client import Refused, WireClient

from .people import circle, guest, round_of, told

if TYPE_CHECKING:
    from tests.support.live_server import LiveServer
    from tests.support.manual_clock import ManualClock


async def got(client: WireClient, body: bytes) -> bool:
    """Has this ciphertext ever been on the client's connection?"""
    await client.caught_up()
    return any(body in frame for frame in client.frames)


def held(client: WireClient, number: int) -> object:
    return client.view.messages[number]["held"]


async def test_what_waits_for_approval_is_on_no_other_members_connection(server: LiveServer) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    bea, gil = await group.facilitator("Bea"), await guest(group, ada)
    await ada.do("set_chat_mode", mode="approved")
    for client in (mia, zoe, gil):
        await client.until(lambda c: c.view.chat == "approved")
    waiting, declined = mia.sealed_chat("may I ask"), mia.sealed_chat("my number is")
    await mia.do("say", body=waiting)
    await mia.do("say", body=declined)
    for client in (mia, ada, bea):
        await client.until(lambda c: len(c.view.messages) == 2)
        assert {message["held"] for message in client.view.messages.values()} == {"approval"}
    assert not await got(zoe, waiting)
    first, second = sorted(ada.view.messages)
    await bea.do("delete_message", message=second)
    await mia.until(lambda c: second not in c.view.messages)
    await ada.say("a facilitator waits for nobody")
    await zoe.until(lambda c: len(c.view.messages) == 1)
    await bea.do("approve_message", message=first)
    for client in (zoe, gil, mia, ada):
        await client.until(lambda c: first in c.view.messages and held(c, first) is None)
        assert client.texts() == ["may I ask", "a facilitator waits for nobody"]
    assert not await got(zoe, declined)
    assert not await got(gil, declined)
    with pytest.raises(Refused, match="already_so"):
        await ada.do("approve_message", message=first)
    with pytest.raises(Refused, match="no_such_message"):
        await ada.do("approve_message", message=second)


async def test_what_is_held_is_in_no_other_members_snapshot(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await ada.do("set_chat_mode", mode="approved")
    await mia.say("may I ask")
    for client, count in ((zoe, 0), (mia, 1), (ada, 1)):
        await client.cut()
        await client.connect()
        snapshot = (await client.resume(position=b""))["snapshot"]
        assert len(snapshot["messages"]) == count
        assert snapshot["chat"] == "approved"


async def test_during_a_share_words_of_others_wait_and_then_come(server: LiveServer) -> None:
    _, ada, (mia, zoe, eva) = await circle(server, "Mia", "Zoe", "Eva")
    await ada.do("start_round", kind="circle", share_ms=None, order=[mia.you], invite_passed=False)
    await mia.until(lambda c: c.view.round is not None)
    turn = round_of(mia)["turn"]
    await mia.do("take_turn", turn=turn)
    waiting = zoe.sealed_chat("that is like us")
    await zoe.do("say", body=waiting)
    await mia.say("see the picture")
    await ada.say("one thing to all")
    await eva.until(lambda c: c.texts() == ["see the picture", "one thing to all"])
    assert not await got(eva, waiting)
    assert not await got(mia, waiting)
    await ada.until(lambda c: held(c, 1) == "share")
    mark = await eva.caught_up()
    await mia.do("end_share", turn=turn)
    for client in (mia, eva, zoe):
        await client.until(lambda c: 1 in c.view.messages and held(c, 1) is None)
        assert client.texts() == ["that is like us", "see the picture", "one thing to all"]
    assert [event["t"] for event in told(eva, mark)] == ["round_changed", "said"]


async def test_a_line_is_between_her_and_the_facilitators_in_every_mode(server: LiveServer) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    bea = await group.facilitator("Bea")
    await ada.do("set_chat_mode", mode="closed")
    question, answer = mia.sealed_chat("is he normal?"), bea.sealed_chat("he is")
    await mia.do("say_to_facilitators", body=question)
    await ada.until(lambda c: len(c.view.messages) == 1)
    await bea.do("answer_on_line", who=mia.you, body=answer)
    for client in (ada, bea, mia):
        await client.until(lambda c: c.texts() == ["is he normal?", "he is"])
        assert {message["line"] for message in client.view.messages.values()} == {mia.you}
    assert not await got(zoe, question)
    assert not await got(zoe, answer)
    with pytest.raises(Refused, match="chat_closed"):
        await mia.say("to all")
    with pytest.raises(Refused, match="not_allowed"):
        await mia.do("answer_on_line", who=zoe.you, body=question)
    with pytest.raises(Refused, match="not_allowed"):
        await ada.do("say_to_facilitators", body=question)
    with pytest.raises(Refused, match="not_allowed"):
        await ada.do("answer_on_line", who=bea.you, body=question)


async def test_a_broadcast_is_read_in_every_room(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    room = {"topic": b"", "host": mia.you, "people": []}
    await ada.do(
        "plan_breakouts",
        kind="by_hand", rooms=[room], size=None, seed=1, length_ms=None, unattended=False,
    )  # fmt: skip
    await mia.until(lambda c: c.view.breakouts is not None)
    assert mia.view.breakouts is not None
    await mia.do("answer_breakout", room=mia.view.breakouts["yours"])
    await ada.do("open_breakouts")
    await ada.say("only here")
    await ada.do("broadcast", body=ada.sealed_chat("tea in five minutes"))
    await mia.until(lambda c: c.texts() == ["tea in five minutes"])
    await zoe.until(lambda c: c.texts() == ["only here", "tea in five minutes"])
    assert [message["everywhere"] for _, message in sorted(zoe.view.messages.items())] == [False, True]
    with pytest.raises(Refused, match="not_allowed"):
        await mia.do("broadcast", body=mia.sealed_chat("me too"))


async def test_modes_and_slow_mode_reach_everybody_and_bind_members_only(
    server: LiveServer, clock: ManualClock
) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    await ada.do("set_slow_mode", ms=30_000)
    await mia.until(lambda c: c.view.slow_ms == 30_000)
    await mia.say("one")
    with pytest.raises(Refused, match="too_soon"):
        await mia.say("two")
    await mia.do("say_to_facilitators", body=mia.sealed_chat("and this"))
    await ada.say("one")
    await ada.say("two")
    await clock.advance(30_000)
    await mia.say("three")
    await ada.do("set_chat_mode", mode="facilitators")
    await mia.until(lambda c: c.view.chat == "facilitators")
    with pytest.raises(Refused, match="chat_closed"):
        await mia.say("four")
    await ada.say("five")
    for bad in (600_001, 2**31 - 1):
        with pytest.raises(Refused, match="too_large"):
            await ada.do("set_slow_mode", ms=bad)
    await ada.do("set_slow_mode", ms=600_000)
