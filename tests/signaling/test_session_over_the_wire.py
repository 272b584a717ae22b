"""The session as clients see it: its parts, a pause, a guest's time, what is handed out, the pulse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.wire_client import Refused, WireClient

from .people import circle, guest, room_of, told

if TYPE_CHECKING:
    from tests.support.client_view import Map
    from tests.support.fake_media import FakeMedia
    from tests.support.live_server import LiveServer
    from tests.support.manual_clock import ManualClock


# ── run-sheet ────────────────────────────────────────────────────────────────────────────────────


def part(ada: WireClient, kind: str, floor: str, chat: str) -> Map:
    title = ada.sealed("segment", {"text": kind})
    return {"kind": kind, "title": title, "length_ms": 60_000, "floor": floor, "chat": chat}


async def test_a_part_of_the_run_sheet_switches_floor_and_chat_and_ends_nothing(
    server: LiveServer, clock: ManualClock
) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    parts = [part(ada, "gathering", "open", "open"), part(ada, "round", "held", "facilitators")]
    await ada.do("set_run_sheet", segments=parts)
    await mia.until(lambda c: c.view.run_sheet is not None)
    assert mia.view.run_sheet == {"segments": parts, "current": None, "left_ms": None, "runs": False}
    assert mia.opened("segment", mia.view.run_sheet["segments"][1]["title"]) == {"text": "round"}
    await ada.do("go_to_segment", index=1)
    await mia.until(lambda c: (c.view.floor, c.view.chat) == ("held", "facilitators"))
    assert (mia.view.run_sheet["current"], mia.view.run_sheet["left_ms"]) == (1, 60_000)
    await clock.advance(75_000)
    mark = await mia.caught_up()
    assert mia.since(mark) == []
    await mia.cut()
    await mia.connect()
    sheet = (await mia.resume(position=b""))["snapshot"]["run_sheet"]
    assert (sheet["left_ms"], sheet["runs"]) == (-15_000, True)
    with pytest.raises(Refused, match="not_now"):
        await ada.do("go_to_segment", index=2)
    await ada.do("set_run_sheet", segments=[])
    await mia.until(lambda c: c.view.run_sheet is None)
    assert mia.view.floor == "held"


# ── pause ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pause_stops_all_media_and_chat_at_once_and_goes_on_with_what_was_left(
    server: LiveServer, clock: ManualClock, media: FakeMedia
) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await mia.do("set_media", mic=True, camera=True)
    await ada.do("start_round", kind="circle", share_ms=None, order=[mia.you], invite_passed=False)
    await mia.until(lambda c: c.view.round is not None)
    assert mia.view.round is not None
    turn = mia.view.round["turn"]
    assert media.wanted[group.meeting]
    await clock.advance(10_000)
    await ada.do("pause")
    for client in (ada, mia, zoe):
        await client.until(lambda c: c.view.status == "paused" and c.view.held_by_hand)
    assert media.wanted[group.meeting] == {}
    for client in (ada, mia):
        with pytest.raises(Refused, match="paused"):
            await client.say("hello?")
    with pytest.raises(Refused, match="paused"):
        await mia.do("say_to_facilitators", body=mia.sealed_chat("hello?"))
    with pytest.raises(Refused, match="paused"):
        await mia.do("take_turn", turn=turn)
    await clock.advance(120_000)
    await mia.until(lambda c: bool(c.view.round and c.view.round["left_ms"] == 20_000))
    assert (mia.view.round["turn"], mia.view.round["runs"]) == (turn, False)
    with pytest.raises(Refused, match="already_so"):
        await ada.do("pause")
    await ada.do("go_on")
    await mia.until(lambda c: c.view.status == "open" and bool(c.view.round and c.view.round["runs"]))
    assert media.wanted[group.meeting]
    await mia.do("take_turn", turn=turn)


async def test_a_pause_by_hand_survives_a_facilitator_who_drops_and_returns(
    server: LiveServer, clock: ManualClock
) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    await ada.do("pause")
    await ada.cut()
    await mia.until(lambda c: not c.view.people[ada.you]["connected"])
    await clock.advance(30_000)
    await ada.connect()
    await ada.resume()
    await mia.until(lambda c: c.view.people[ada.you]["connected"])
    assert (mia.view.status, mia.view.held_by_hand) == ("paused", True)
    await ada.do("go_on")
    await mia.until(lambda c: c.view.status == "open" and not c.view.held_by_hand)


# ── a guest ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_guest_sees_nothing_from_before_and_waits_in_the_lobby_when_her_time_is_over(
    server: LiveServer, clock: ManualClock
) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    await mia.say("before")
    await ada.do("hand_out", body=ada.sealed("resource", {"title": "before", "url": None, "text": "x"}))
    gil = await guest(group, ada)
    await mia.caught_up()
    assert (gil.texts(), gil.view.resources) == ([], {})
    assert gil.view.people[gil.you]["guest_left_ms"] == 2_700_000
    assert ada.view.people[gil.you]["guest_left_ms"] == 2_700_000
    assert mia.view.people[gil.you]["guest_left_ms"] is None
    await ada.do("set_guest_time", who=gil.you, ms=600_000)
    for client in (gil, ada):
        await client.until(lambda c: c.view.people[gil.you]["guest_left_ms"] == 600_000)
    mark = await mia.caught_up()
    await clock.advance(599_999)
    assert room_of(gil) == "main"
    await clock.advance(1)
    await gil.until(lambda c: room_of(c) == "lobby")
    await mia.caught_up()
    assert told(mia, mark) == [{"t": "person_parted", "who": gil.you, "how": "lobby"}]
    assert gil.view.messages == {}
    with pytest.raises(Refused, match="not_allowed"):
        await ada.do("set_guest_time", who=mia.you, ms=600_000)
    with pytest.raises(Refused, match="not_now"):
        await ada.do("set_guest_time", who=gil.you, ms=600_000)


async def test_a_guest_is_outside_of_rounds(server: LiveServer) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    gil = await guest(group, ada)
    with pytest.raises(Refused, match="not_allowed"):
        await ada.do("start_round", kind="circle", share_ms=None, order=[gil.you], invite_passed=False)
    await ada.do("start_round", kind="circle", share_ms=None, order=[], invite_passed=False)
    await gil.until(lambda c: c.view.round is not None)
    assert gil.view.round is not None
    assert [place["who"] for place in gil.view.round["places"]] == [mia.you]


# ── what is handed out ───────────────────────────────────────────────────────────────────────────


async def test_resources_reach_everybody_and_can_be_taken_back(server: LiveServer) -> None:
    group, ada, (mia,) = await circle(server, "Mia")
    gil = await guest(group, ada)
    plain = {"title": "Helpline", "url": "https://helpline.example.org/", "text": None}
    await ada.do("hand_out", body=ada.sealed("resource", plain))
    for client in (ada, mia, gil):
        await client.until(lambda c: 1 in c.view.resources)
        assert client.opened("resource", client.view.resources[1]["body"]) == plain
    late = await group.member(ada, "Zoe")
    assert set(late.view.resources) == {1}
    await ada.do("take_back", resource=1)
    for client in (ada, mia, gil, late):
        await client.until(lambda c: not c.view.resources)
    with pytest.raises(Refused, match="no_such_resource"):
        await ada.do("take_back", resource=1)
    with pytest.raises(Refused, match="not_allowed"):
        await mia.do("hand_out", body=b"x")


async def test_a_resource_that_was_taken_back_meanwhile_is_not_told_to_who_returns(
    server: LiveServer,
) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    await mia.caught_up()
    await mia.cut()
    body = ada.sealed("resource", {"title": "wrong one", "url": None, "text": "x"})
    await ada.do("hand_out", body=body)
    await ada.do("take_back", resource=1)
    await mia.connect()
    mark = len(mia.frames)
    await mia.resume()
    await mia.caught_up()
    assert not any(body in frame for frame in mia.frames[mark:])


# ── the quiet ones ───────────────────────────────────────────────────────────────────────────────


async def test_only_facilitators_are_told_how_long_somebody_has_been_silent(
    server: LiveServer, clock: ManualClock
) -> None:
    _, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    await clock.advance(20_000)
    await mia.say("hello")
    await clock.advance(30_000)
    for client, silent in ((ada, (30_000, 50_000)), (zoe, (None, None))):
        await client.cut()
        await client.connect()
        await client.resume(position=b"")
        people = client.view.people
        assert (people[mia.you]["silent_ms"], people[zoe.you]["silent_ms"]) == silent


# ── the pulse ────────────────────────────────────────────────────────────────────────────────────

QUESTION = {"question": "How are you going home?", "answers": ["lighter", "the same", "heavier"]}


async def asked(ada: WireClient, people: list[WireClient]) -> None:
    await ada.do("open_pulse", body=ada.sealed("pulse", QUESTION), options=3)
    for client in people:
        await client.until(lambda c: c.view.pulse is not None)
        assert client.view.pulse is not None
        assert client.opened("pulse", client.view.pulse["body"]) == QUESTION


async def test_a_pulse_of_five_answers_is_shown_once_as_counts(server: LiveServer) -> None:
    _, ada, people = await circle(server, "Mia", "Zoe", "Eva", "Lia", "Noa")
    await asked(ada, people)
    marks = {client: await client.caught_up() for client in (ada, *people)}
    for client, option in zip(people, (0, 0, 2, 0, 2), strict=True):
        await client.do("answer_pulse", option=option)
    for client in people:
        await client.caught_up()
        body = client.view.pulse["body"]
        assert client.view.pulse == {"number": 1, "body": body, "options": 3, "answered": True}
        assert [event["t"] for event in told(client, marks[client])] == ["pulse_changed"]
    assert told(ada, marks[ada]) == []
    with pytest.raises(Refused, match="already_so"):
        await people[0].do("answer_pulse", option=1)
    await ada.do("close_pulse")
    for client in (ada, *people):
        await client.until(lambda c: c.view.results == [[3, 0, 2]] and c.view.pulse is None)
    with pytest.raises(Refused, match="not_now"):
        await people[0].do("answer_pulse", option=1)


async def test_nobody_can_count_what_others_answered(server: LiveServer) -> None:
    """Positions are opaque: an answer between two of her frames leaves no hole that she could see."""
    _, ada, people = await circle(server, "Mia", "Zoe")
    await asked(ada, people)
    mia, zoe = people
    await ada.say("before")
    await mia.until(lambda c: len(c.view.messages) == 1)
    seen = [mia.view.position]
    await zoe.do("answer_pulse", option=0)
    await ada.say("after")
    await mia.until(lambda c: len(c.view.messages) == 2)
    seen.append(mia.view.position)
    assert [len(position) for position in seen] == [16, 16]
    far = sum(a != b for a, b in zip(*seen, strict=True))
    assert far > len(seen[0]) // 2


async def test_with_four_answers_no_count_is_shown(server: LiveServer) -> None:
    _, ada, people = await circle(server, "Mia", "Zoe", "Eva", "Lia", "Noa")
    await asked(ada, people)
    for client in people[:4]:
        await client.do("answer_pulse", option=1)
    with pytest.raises(Refused, match="not_allowed"):
        await ada.do("answer_pulse", option=1)
    await ada.do("close_pulse")
    for client in (ada, *people):
        await client.until(lambda c: c.view.results == [None] and c.view.pulse is None)


async def test_options_outside_the_question_are_refused(server: LiveServer) -> None:
    _, ada, (mia,) = await circle(server, "Mia")
    for options in (0, 1, 8, 255):
        with pytest.raises(Refused, match="too_large"):
            await ada.do("open_pulse", body=b"x", options=options)
    await asked(ada, [mia])
    with pytest.raises(Refused, match="not_now"):
        await mia.do("answer_pulse", option=3)
    with pytest.raises(Refused, match="already_so"):
        await ada.do("open_pulse", body=b"x", options=2)


# ── captions and interpreting ────────────────────────────────────────────────────────────────────


async def test_captions_reach_those_who_hear_and_are_told_once(
    server: LiveServer, clock: ManualClock
) -> None:
    group, ada, (mia, zoe) = await circle(server, "Mia", "Zoe")
    with pytest.raises(Refused, match="not_allowed"):
        await mia.do("caption", body=b"x")
    await ada.do("name_captioner", who=mia.you)
    await ada.do("name_interpreter", who=zoe.you)
    await zoe.until(lambda c: c.view.people[mia.you]["captions"] and c.view.people[zoe.you]["interprets"])
    await mia.do("caption", body=mia.sealed_caption("We have all been there."))
    await zoe.until(lambda c: len(c.view.captions) == 1)
    assert zoe.read_caption(zoe.view.captions[0]) == "We have all been there."
    with pytest.raises(Refused, match="too_soon"):
        await mia.do("caption", body=b"x")
    late = await guest(group, ada)
    assert late.view.captions == []
    # Of what she missed, who returns is told the newest three lines, and no frame holds the others.
    await zoe.caught_up()
    await zoe.cut()
    lines = [mia.sealed_caption(f"line {number}") for number in range(5)]
    for line in lines:
        await clock.advance(400)
        await mia.do("caption", body=line)
    await zoe.connect()
    mark = len(zoe.frames)
    await zoe.resume()
    await zoe.until(lambda c: len(c.view.captions) == 4)
    assert [line["body"] for line in zoe.view.captions[1:]] == lines[2:]
    assert not any(line in frame for frame in zoe.frames[mark:] for line in lines[:2])
