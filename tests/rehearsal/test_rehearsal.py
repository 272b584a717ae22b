"""Members of a rehearsal in a real meeting: links, WebSocket, ICE, DTLS, SRTP, meeting rules."""

from __future__ import annotations

import os
import signal
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from server.config import Settings
from server.rehearsal.errors import NoMedia, Refused, Unreachable
from server.rehearsal.link import Server, read_link
from server.rehearsal.rehearsal import IN, LOBBY, Gathering
from server.rehearsal.server_cpu import ServerCpu
from tests.support.live_server import live_server

from .stage import Going, let_in, link_of, rehearsing

if TYPE_CHECKING:
    from server.rehearsal.member import Member
    from tests.support.live_server import LiveServer

ENOUGH = 60
"""Packets."""


async def test_three_members_join_by_link_and_receive_each_other(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    async with rehearsing(group, 3) as going:
        ids = await let_in(ada, 3)
        assert sorted(map(ada.name_of, ids)) == ["Rehearsal 1", "Rehearsal 2", "Rehearsal 3"]
        await ada.until(
            lambda c: all(c.view.people[who]["mic"] and c.view.people[who]["camera"] for who in ids)
        )
        await going.until(lambda: all(member.arrived.arrived > ENOUGH for member in going.members))
        # Two others are seen, in a seat each; in the two other seats there is nobody.
        await going.until(lambda: [seen_by(member) for member in going.members] == [2, 2, 2])
        outcome = await going.outcome()
    assert outcome.joined == 3
    for row in outcome.rows:
        assert row.state == IN
        others = sum(other.sent for other in outcome.rows if other is not row)
        assert ENOUGH < row.count.arrived <= row.count.arrived + row.count.lost <= others
        assert row.delays.count > 0
    assert all(member.forged == member.arrivals.malformed == 0 for member in going.members)
    await ada.until(lambda c: not set(ids) & set(c.view.people))
    parted = {event["how"] for event in ada.happened if event["t"] == "person_parted"}
    assert parted == {"left"}


def seen_by(member: Member) -> int:
    return sum(picture.arrived > 0 for _, picture in member.arrivals.seats)


async def test_members_take_their_turns_and_pass_on(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    async with rehearsing(group, 3) as going:
        ids = await let_in(ada, 3)
        await ada.do("start_round", kind="circle", share_ms=60_000, order=ids, invite_passed=False)
        await ada.until(lambda c: {"t": "round_changed", "round": None} in c.happened)
        rounds = [
            event["round"] for event in ada.happened if event["t"] == "round_changed" and event["round"]
        ]
        shared = [now["who"] for now in rounds if now["phase"] == "sharing"]
        assert list(dict.fromkeys(shared)) == ids
        assert (await going.outcome()).joined == 3


async def test_members_go_to_the_rooms_they_are_asked_to(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    async with rehearsing(group, 2) as going:
        ids = await let_in(ada, 2)
        plan = {"rooms": [], "size": 2, "seed": 1, "length_ms": None, "unattended": True}
        await ada.do("plan_breakouts", kind="random", **plan)
        await ada.until(
            lambda c: (
                c.view.breakouts is not None
                and [c.view.breakouts["consents"].get(who) for who in ids] == ["go", "go"]
            )
        )
        await ada.do("open_breakouts")
        await ada.until(lambda c: {c.view.people[who]["room"] for who in ids} == {"b1"})
        before = [member.arrived.arrived for member in going.members]
        await going.until(
            lambda: all(m.arrived.arrived > n + ENOUGH for m, n in zip(going.members, before, strict=True))
        )


async def test_who_is_not_let_in_sends_nothing_and_is_told_to_be_in_the_lobby(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    async with rehearsing(group, 2) as going:
        await ada.until(lambda c: len(c.view.people) == 3)
        await going.until(lambda: bool(going.told))
        outcome = await going.outcome()
    assert [row.state for row in outcome.rows] == [LOBBY, LOBBY]
    assert (outcome.joined, [row.sent for row in outcome.rows]) == (0, [0, 0])
    assert going.told == ["2 in the lobby: a facilitator lets them in"]


async def test_who_is_removed_is_told_apart_and_the_others_go_on(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    async with rehearsing(group, 3) as going:
        ids = await let_in(ada, 3)
        await ada.do("remove", who=ids[0])
        await going.until(lambda: any(member.trouble for member in going.members))
        others = [member for member in going.members if member.trouble is None]
        before = [member.arrived.arrived for member in others]
        await going.until(lambda: all(m.arrived.arrived > n for m, n in zip(others, before, strict=True)))
        outcome = await going.outcome()
    assert sorted(row.state for row in outcome.rows) == [IN, IN, "removed"]


async def test_a_rehearsal_is_over_when_the_meeting_is(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    async with rehearsing(group, 2) as going:
        await let_in(ada, 2)
        await ada.do("end")
        await going.until(lambda: all(member.trouble for member in going.members))
        outcome = await going.outcome()
    assert {row.state for row in outcome.rows} == {"the meeting has ended"}


async def test_a_rehearsal_holds_a_room_of_its_own_and_knows_what_the_server_used(server: LiveServer) -> None:
    group = server.group()
    going = Going([Gathering(link_of(group), admits=link_of(group, "facilitator"))], 3)
    going.begin(ServerCpu(os.getpid()))
    try:
        await going.until(
            lambda: (
                all(member.arrived.arrived > ENOUGH for member in going.members) and len(going.members) == 3
            )
        )
        outcome = await going.outcome()
    finally:
        await going.close()
    assert (outcome.joined, going.told) == (3, [])
    assert outcome.server_cpu_s is not None
    assert outcome.server_cpu_s >= 0
    assert outcome.server_processes >= 1
    assert outcome.own_cpu_s > 0


async def test_a_rehearsal_ends_when_its_time_is_over(server: LiveServer) -> None:
    group = server.group()
    going = Going([Gathering(link_of(group), admits=link_of(group, "facilitator"))], 1)
    going.begin(seconds=0)
    await going.until(lambda: going.members != [])
    assert len((await going.outcome()).rows) == 1


async def test_who_loses_her_transport_asks_for_another_one() -> None:
    left_by_others = _children(os.getpid())
    async with live_server(Settings(media_port=0, media_workers=1)) as server:
        group = server.group()
        going = Going([Gathering(link_of(group), admits=link_of(group, "facilitator"))], 2)
        going.begin()
        try:
            await going.until(
                lambda: len(going.members) == 2 and all(m.arrived.arrived for m in going.members)
            )
            (worker,) = _children(os.getpid()) - left_by_others
            os.kill(worker, signal.SIGKILL)
            await going.until(lambda: all(member.transports == 2 for member in going.members))
            before = [member.arrived.arrived for member in going.members]
            await going.until(
                lambda: all(m.arrived.arrived > n + 5 for m, n in zip(going.members, before, strict=True))
            )
            assert (await going.outcome()).joined == 2
        finally:
            await going.close()


def _children(pid: int) -> set[int]:
    return ServerCpu(pid).family() - {pid}


# ── what keeps it from beginning ──


@pytest.mark.parametrize(
    ("from_s", "until_s", "code"),
    [(1_000, 2_000, "token_expired"), (32_503_680_000, 32_503_690_000, "token_not_yet")],
)
async def test_a_link_out_of_its_time_is_refused_by_name(
    server: LiveServer, from_s: int, until_s: int, code: str
) -> None:
    group = server.group()
    text = group.link("member", not_before_s=from_s, expires_s=until_s)
    going = Going([Gathering(read_link(f"{server.http_url}/#{text}"))], 2)
    going.begin()
    with pytest.raises(Refused) as refused:
        await going.outcome_of_itself()
    assert refused.value.code == code


async def test_a_link_of_another_server_is_refused(server: LiveServer) -> None:
    link = link_of(server.group())
    forged = replace(link, token=link.token.rpartition(".")[0] + ".AAAA")
    going = Going([Gathering(forged)], 1)
    going.begin()
    with pytest.raises(Refused, match="KITH_SIGNING_KEYS"):
        await going.outcome_of_itself()


async def test_a_locked_meeting_lets_nobody_knock(server: LiveServer) -> None:
    group = server.group()
    ada = await group.facilitator()
    await ada.do("lock")
    going = Going([Gathering(link_of(group))], 2)
    going.begin()
    with pytest.raises(Refused, match="unlock"):
        await going.outcome_of_itself()


async def test_where_nothing_listens_it_says_so(server: LiveServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    link = replace(link_of(server.group()), server=Server("127.0.0.1", port, secure=False))
    going = Going([Gathering(link)], 2)
    going.begin()
    with pytest.raises(Unreachable, match="kith serve"):
        await going.outcome_of_itself()


async def test_where_media_cannot_be_reached_it_says_which_port_to_open() -> None:
    # Documentation addresses: nothing answers there.
    settings = Settings(media_port=0, media_workers=0, media_addresses=("192.0.2.1",))
    async with live_server(settings) as server:
        going = Going([Gathering(link_of(server.group(), "facilitator"))], 1, open_within_s=0.2)
        going.begin()
        with pytest.raises(NoMedia, match="KITH_MEDIA_PORT"):
            await going.outcome_of_itself()
