"""Orders that should not be given: from the lobby, by the wrong person, for another meeting, too large, too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgpack
import msgspec
import pytest

from server.rooms.permissions import FROM_THE_LOBBY, MAY
from server.rooms.state import Role
from server.signaling import messages as m
from tests.support.wire_client import Refused, WireClient

from .client_examples import FROM_CLIENT
from .people import circle, guest, room_of, round_of

if TYPE_CHECKING:
    from tests.support.client_view import Map
    from tests.support.live_server import LiveServer

ORDERS = {
    name: message
    for name, message in FROM_CLIENT.items()
    if isinstance(message, m.CommandMessage) and not isinstance(message, m.Leave)
}


def order(name: str, who: str | None = None) -> tuple[str, Map]:
    """Tag and fields of an example, about this person."""
    packed: Map = msgpack.unpackb(msgspec.msgpack.encode(ORDERS[name]))
    fields = {key: value for key, value in packed.items() if key not in {"t", "id"}}
    if who is not None and "who" in fields:
        fields["who"] = who
    return packed["t"], fields


def command_of(name: str) -> type:
    """The command of the same name: `test_session` proves that it is."""
    kind = type(ORDERS[name]).__name__
    return next(command for command in MAY if command.__name__ == kind)


NOT_FROM_THE_LOBBY = [name for name in ORDERS if command_of(name) not in FROM_THE_LOBBY]
FOR_FACILITATORS = [name for name in ORDERS if MAY[command_of(name)] == {Role.FACILITATOR}]


async def test_from_the_lobby_nothing_can_be_ordered(server: LiveServer) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    eve = await group.person("member", "Eve")
    await eve.join()
    mark = await mia.caught_up()
    for name in NOT_FROM_THE_LOBBY:
        tag, fields = order(name, mia.you)
        with pytest.raises(Refused, match="not_here"):
            await eve.do(tag, **fields)
    await mia.caught_up()
    assert mia.since(mark) == []
    await ada.caught_up()


async def test_a_member_gives_no_order_of_a_facilitator(server: LiveServer) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    gil = await guest(group, ada)
    marks = {client: await client.caught_up() for client in (ada, mia)}
    for name in FOR_FACILITATORS:
        tag, fields = order(name, gil.you)
        for client in (mia, gil):
            with pytest.raises(Refused, match="not_allowed"):
                await client.do(tag, **fields)
    for client, mark in marks.items():
        await client.caught_up()
        assert [message for message in client.since(mark) if message["t"] != "refused"] == []


PERSONAL = ["accept_need", "greet", "take_aside", "answer_on_line", "set_guest_time", "call_on"]


@pytest.mark.parametrize("name", PERSONAL)
async def test_an_order_reaches_nobody_of_another_meeting(server: LiveServer, name: str) -> None:
    _, _, (mia,) = await circle(server, "Mia")
    _, eve, _ = await circle(server, "Ivy")
    await mia.do("ask_for_someone")
    mark = await mia.caught_up()
    tag, fields = order(name, mia.you)
    with pytest.raises(Refused, match="no_such_person"):
        await eve.do(tag, **fields)
    await mia.caught_up()
    assert mia.since(mark) == []


async def planned(ada: WireClient, host: WireClient, *people: WireClient) -> str:
    room = {"topic": b"", "host": host.you, "people": [one.you for one in people]}
    await ada.do(
        "plan_breakouts",
        kind="by_hand", rooms=[room], size=None, seed=0, length_ms=None, unattended=False,
    )  # fmt: skip
    await host.until(lambda c: c.view.breakouts is not None)
    assert host.view.breakouts is not None
    name: str = host.view.breakouts["rooms"][0]["id"]
    return name


async def test_breakouts_of_one_meeting_are_nothing_to_another(server: LiveServer) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    _, eve, (ivy,) = await circle(server, "Ivy")
    room = await planned(ada, mia)
    await mia.do("answer_breakout", room=room)
    await ada.do("open_breakouts")
    mark = await mia.caught_up()
    for tag, fields in (
        ("enter_room", {"room": room}),
        ("set_host", {"room": room, "who": ivy.you}),
        ("assign_room", {"who": mia.you, "room": room}),
        ("recall_breakouts", {"at_once": True}),
        ("extend_breakouts", {"ms": 1}),
    ):
        with pytest.raises(Refused, match="not_now"):
            await eve.do(tag, **fields)
    same_name = await planned(eve, ivy)
    assert same_name == room
    for fields in ({"who": mia.you, "room": room}, {"who": mia.you, "room": None}):
        with pytest.raises(Refused, match="no_such_person"):
            await eve.do("assign_room", **fields)
    with pytest.raises(Refused, match="no_such_person"):
        await planned(eve, mia)
    await mia.caught_up()
    assert mia.since(mark) == []
    assert room_of(mia) == room


async def test_rooms_that_do_not_exist_or_are_not_hers_let_nobody_in(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    room = await planned(ada, mia)
    await mia.do("answer_breakout", room=room)
    await ada.do("open_breakouts")
    for unknown in ("b99", "lobby", "q1", "main", "B1"):
        with pytest.raises(Refused, match="no_such_room"):
            await mia.do("answer_breakout", room=unknown)
        if unknown != "main":
            with pytest.raises(Refused, match="no_such_room"):
                await ada.do("enter_room", room=unknown)
    with pytest.raises(Refused, match="no_such_room"):
        await zoe.do("answer_breakout", room=room)
    for tag, fields in (("enter_room", {"room": room}), ("assign_room", {"who": zoe.you, "room": room})):
        with pytest.raises(Refused, match="not_allowed"):
            await zoe.do(tag, **fields)
    assert room_of(zoe) == "main"
    assert mia.you not in zoe.view.people


async def test_a_quiet_room_is_entered_by_nobody_else(server: LiveServer) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    bea = await group.facilitator("Bea")
    await planned(ada, zoe)
    await zoe.do("answer_breakout", room="b1")
    await ada.do("open_breakouts")
    await ada.do("take_aside", who=mia.you)
    await mia.until(lambda c: room_of(c).startswith("q"))
    for client, tag in ((bea, "enter_room"), (zoe, "answer_breakout")):
        with pytest.raises(Refused, match="no_such_room"):
            await client.do(tag, room=room_of(mia))
    with pytest.raises(Refused, match="not_now"):
        await bea.do("end_quiet")
    assert len(ada.view.quiet) == 1


FORGED = "ZZZZZZZZZZZ"


async def test_forged_ids_are_nobody(server: LiveServer) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    await ada.do("open_contacts")
    for tag, fields in (
        ("accept_need", {}),
        ("greet", {}),
        ("take_aside", {}),
        ("answer_on_line", {"body": b"x"}),
        ("set_guest_time", {"ms": 1}),
    ):
        with pytest.raises(Refused, match="no_such_person"):
            await ada.do(tag, who=FORGED, **fields)
    with pytest.raises(Refused, match="no_such_person"):
        await mia.do("offer_contact", who=FORGED, body=b"x")
    with pytest.raises(Refused, match="no_such_person"):
        await mia.do("withdraw_contact", who=FORGED)
    for host, people in ((FORGED, []), (None, [FORGED])):
        room = {"topic": b"", "host": host, "people": people}
        with pytest.raises(Refused, match="no_such_person"):
            await ada.do(
                "plan_breakouts",
                kind="by_hand", rooms=[room], size=None, seed=0, length_ms=None, unattended=True,
            )  # fmt: skip


ROOM = {"topic": b"", "host": None, "people": []}
PART = {"kind": "open", "title": b"", "length_ms": 1, "floor": "open", "chat": "open"}


def plan(**changes: object) -> Map:
    fields = {"kind": "topic", "rooms": [ROOM], "size": None, "seed": 0, "length_ms": None}
    return {**fields, "unattended": True, **changes}


TOO_LARGE: list[tuple[str, Map]] = [
    ("say_to_facilitators", {"body": bytes(4097)}),
    ("broadcast", {"body": bytes(4097)}),
    ("broadcast", {"body": b""}),
    ("open_pulse", {"body": bytes(2049), "options": 2}),
    ("open_pulse", {"body": b"", "options": 2}),
    ("hand_out", {"body": bytes(2049)}),
    ("hand_out", {"body": b""}),
    ("offer_contact", {"body": bytes(1025)}),
    ("offer_contact", {"body": b""}),
    ("plan_breakouts", plan(rooms=[ROOM] * 41)),
    ("plan_breakouts", plan(rooms=[ROOM | {"topic": bytes(513)}])),
    ("plan_breakouts", plan(length_ms=7_200_001)),
    ("set_texts", {"body": bytes(16_385)}),
    ("set_run_sheet", {"segments": [PART] * 25}),
    ("set_run_sheet", {"segments": [PART | {"title": bytes(513)}]}),
    ("set_run_sheet", {"segments": [PART | {"length_ms": 10_800_001}]}),
    ("set_guest_time", {"ms": 14_400_001}),
    ("caption", {"body": bytes(1025)}),
    ("caption", {"body": b""}),
]


@pytest.mark.parametrize(("tag", "fields"), TOO_LARGE)
async def test_what_is_larger_than_the_rules_is_refused_and_changes_nothing(
    server: LiveServer, tag: str, fields: Map
) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    gil = await guest(group, ada)
    await ada.do("open_contacts")
    await ada.do("name_captioner", who=ada.you)
    giver = mia if tag in {"say_to_facilitators", "offer_contact"} else ada
    whom = {"offer_contact": {"who": zoe.you}, "set_guest_time": {"who": gil.you}}.get(tag, {})
    marks = {client: await client.caught_up() for client in (mia, zoe, gil)}
    with pytest.raises(Refused, match="too_large"):
        await giver.do(tag, **fields, **whom)
    for client, mark in marks.items():
        await client.caught_up()
        assert [message for message in client.since(mark) if message["t"] != "refused"] == []


async def test_what_is_just_within_the_rules_is_done(server: LiveServer) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    gil = await guest(group, ada)
    await ada.do("open_contacts")
    await mia.do("say_to_facilitators", body=bytes(4096))
    await ada.do("broadcast", body=bytes(4096))
    await ada.do("open_pulse", body=bytes(2048), options=7)
    await mia.do("offer_contact", who=zoe.you, body=bytes(1024))
    await ada.do("plan_breakouts", **plan(rooms=[ROOM | {"topic": bytes(512)}] * 40, length_ms=7_200_000))
    part = PART | {"title": bytes(512), "length_ms": 10_800_000}
    await ada.do("set_run_sheet", segments=[part] * 24)
    await ada.do("set_guest_time", who=gil.you, ms=14_400_000)
    await ada.do("name_captioner", who=ada.you)
    await ada.do("caption", body=bytes(1024))
    for _ in range(32):
        await ada.do("hand_out", body=bytes(2048))
    with pytest.raises(Refused, match="full"):
        await ada.do("hand_out", body=b"x")


async def test_a_refused_pass_that_is_sent_again_passes_nobody(server: LiveServer) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await ada.do("start_round", kind="circle", share_ms=None, order=[mia.you], invite_passed=False)
    await zoe.until(lambda c: c.view.round is not None)
    first = round_of(zoe)["turn"]
    replayed = {"t": "pass_turn", "id": zoe.next_id(), "turn": first}
    for _ in range(2):
        with pytest.raises(Refused, match="not_allowed"):
            await zoe.ask(replayed["id"], replayed)
    await mia.do("pass_turn", turn=first)
    await zoe.until(lambda c: round_of(c)["who"] == zoe.you)
    # The turn is hers now. The old order is answered as it was, and a new one about the old turn is stale.
    with pytest.raises(Refused, match="not_allowed"):
        await zoe.ask(replayed["id"], replayed)
    for tag in ("pass_turn", "take_turn", "come_back_later"):
        with pytest.raises(Refused, match="stale_turn"):
            await zoe.do(tag, turn=first)
    with pytest.raises(Refused, match="stale_turn"):
        await ada.do("skip_turn", turn=first)
    assert [place["standing"] for place in round_of(zoe)["places"]] == ["passed", "offered"]


async def test_a_number_used_again_for_another_order_gives_the_first_answer_only(server: LiveServer) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    number = ada.next_id()
    await ada.ask(number, {"t": "pause", "id": number})
    mark = await mia.caught_up()
    assert await ada.ask(number, {"t": "begin_debrief", "id": number}) == {"t": "done", "id": number}
    await mia.caught_up()
    assert mia.since(mark) == []
