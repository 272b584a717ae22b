"""Whoever gives up while the door is still at it leaves nobody behind who seems to be there."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import msgpack
import msgspec
import pytest

from server.cluster.memory import MemoryJournal
from server.confidentiality.pseudonyms import Pseudonyms
from server.hosting.directory import Directory, HostingLimits
from server.rooms import commands as c
from server.rooms.ids import ParticipantId
from server.rooms.rules import Rules
from server.rooms.state import Role
from server.signaling import messages as m
from server.signaling.arrivals import Arrivals
from server.signaling.errors import JoinCode, RefusedAtDoor
from server.signaling.fanout import Switchboard
from server.signaling.links import LinkClaims, LinkKeys, draw_meeting_id, draw_token_id
from server.signaling.outbox import Outbox, OutboxLimits
from tests.support.fake_media import FakeMedia
from tests.support.manual_clock import ManualClock, settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from server.hosting.ports import Checkpoint, Entry
    from server.rooms.state import Meeting

TURNS_OF_A_JOIN = 12
"""Of the event loop; it takes fewer."""


class CutJournal(MemoryJournal):
    """Takes the first entry, and is closed before a follower has seen it."""

    async def follow(self, after: int) -> AsyncIterator[Entry | Checkpoint]:  # type: ignore[override] - the port's form
        async for _ in super().follow(after):
            return
        yield await self.last_checkpoint()


class Door:
    """`Arrivals` with everything it needs, and one meeting."""

    def __init__(self, new_journal: Callable[[Meeting], MemoryJournal] = MemoryJournal) -> None:
        self.clock, self.media = ManualClock(), FakeMedia()
        self.meeting = draw_meeting_id()
        self.keys = LinkKeys({"k": bytes(32)})
        self.directory = Directory(
            clock=self.clock,
            media=self.media,
            new_journal=new_journal,
            rules=Rules(),
            limits=HostingLimits(),
            pseudonym_of=Pseudonyms().of,
        )
        self.switchboard = Switchboard(self.clock)
        self.arrivals = Arrivals(
            directory=self.directory,
            switchboard=self.switchboard,
            media=self.media,
            links=self.keys,
            wall_s=time.time,
            ice_servers=list,
        )

    def message(self, role: Role, resume: m.ResumeClaim | None = None) -> m.Join:
        now_s = int(time.time())
        claims = LinkClaims(self.meeting, role, now_s - 60, now_s + 60, draw_token_id(), personal=False)
        device = role.value.encode().ljust(16, b"-")
        return m.Join(
            v=1, token=self.keys.mint(claims), device=device, profile=b"p", offer="o", resume=resume
        )

    def join(self, role: Role, resume: m.ResumeClaim | None = None) -> asyncio.Task[object]:
        coming = self.arrivals.join(self.message(role, resume), 0, Outbox(OutboxLimits()))
        return asyncio.create_task(coming)

    def connected(self) -> list[Role]:
        live = self.directory.find(self.meeting)
        people = () if live is None else live.replica.meeting.participants.values()
        return [person.role for person in people if person.connected]


async def _give_up(coming: asyncio.Task[object], after_turns: int) -> bool:
    """False if it had come in already."""
    await settle(after_turns)
    if coming.done():
        return False
    coming.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await coming
    await settle()
    return True


@pytest.mark.parametrize("turns", range(TURNS_OF_A_JOIN))
async def test_who_gives_up_while_arriving_is_not_there(turns: int) -> None:
    door = Door()
    await door.join(Role.FACILITATOR)
    gave_up = await _give_up(door.join(Role.MEMBER), turns)
    assert door.connected() == [Role.FACILITATOR, *([] if gave_up else [Role.MEMBER])]
    assert len(door.media.peers) == len(door.connected())
    await door.directory.close()


async def test_a_join_can_be_given_up_and_can_be_too_late_to_give_up() -> None:
    """Otherwise the turns above would prove nothing."""
    door = Door()
    await door.join(Role.FACILITATOR)
    assert await _give_up(door.join(Role.MEMBER), 1)
    assert not await _give_up(door.join(Role.MEMBER), TURNS_OF_A_JOIN)
    await door.directory.close()


@pytest.mark.parametrize("turns", range(TURNS_OF_A_JOIN))
async def test_who_gives_up_while_coming_back_is_not_there(turns: int) -> None:
    door = Door()
    await door.join(Role.FACILITATOR)
    outbox = Outbox(OutboxLimits())
    door.arrivals.lost(await door.arrivals.join(door.message(Role.MEMBER), 0, outbox))
    joined = msgpack.unpackb(await outbox.take())
    gave_up = await _give_up(door.join(Role.MEMBER, m.ResumeClaim(joined["resume"], 0)), turns)
    assert door.connected() == [Role.FACILITATOR, *([] if gave_up else [Role.MEMBER])]
    await door.directory.close()


@pytest.mark.parametrize("turns", range(TURNS_OF_A_JOIN))
async def test_who_is_removed_while_she_comes_back_keeps_no_transport(turns: int) -> None:
    door = Door()
    await door.join(Role.FACILITATOR)
    outbox = Outbox(OutboxLimits())
    await door.arrivals.join(door.message(Role.MEMBER), 0, outbox)
    joined = msgpack.unpackb(await outbox.take())
    live = door.directory.find(door.meeting)
    assert live is not None
    lead = next(iter(live.replica.meeting.participants))
    back = door.join(Role.MEMBER, m.ResumeClaim(joined["resume"], 0))
    await settle(turns)
    await live.host.submit(c.Remove(lead, ParticipantId(joined["you"])))
    await settle()
    assert back.done()
    back.exception()
    assert [who for _, who in door.media.peers] == [lead]
    await door.directory.close()


async def test_who_comes_as_the_meeting_ends_is_told_to_try_again() -> None:
    door = Door(CutJournal)
    with pytest.raises(RefusedAtDoor) as refused:
        await door.join(Role.FACILITATOR)
    assert refused.value.code == JoinCode.BUSY
    assert not door.media.peers
    await door.directory.close()


MOST = OutboxLimits().max_frames
STEPS_BACK = HostingLimits().keep_steps


@pytest.mark.parametrize(
    ("missed", "told_whole"),
    [(1, False), (MOST // 2 - 1, False), (MOST // 2, True), (STEPS_BACK - 2, True), (STEPS_BACK, True)],
)
async def test_who_missed_much_is_told_it_whole_and_stays(missed: int, told_whole: bool) -> None:  # noqa: FBT001 - a row of the table
    door, outbox = Door(), Outbox(OutboxLimits())
    await door.join(Role.FACILITATOR)
    live = door.directory.find(door.meeting)
    assert live is not None
    (ada,) = live.replica.meeting.participants
    mia = (await door.arrivals.join(door.message(Role.MEMBER), 0, outbox)).participant
    secret = msgpack.unpackb(await outbox.take())["resume"]
    await live.host.submit(c.Admit(ada, mia))
    await settle()
    seen = door.switchboard.of(live.id, live.replica).position()
    for n in range(missed):  # and her coming back is one more
        await live.host.submit(c.SetMedia(ada, mic=n % 2 == 0, camera=False))
    await settle()
    outbox = Outbox(OutboxLimits())
    again = await door.arrivals.join(door.message(Role.MEMBER, m.ResumeClaim(secret, seen)), 0, outbox)
    assert (again.participant, outbox.closing) == (mia, None)
    welcome = msgpack.unpackb(await outbox.take())
    assert (welcome["snapshot"] is not None) is told_whole
    assert (welcome["position"] == seen) is not told_whole
    await door.directory.close()


async def test_who_gets_a_whole_snapshot_beyond_the_limit_is_told_that_her_media_is_lost_and_stays() -> None:
    door, outbox = Door(), Outbox(OutboxLimits())
    place = await door.arrivals.join(door.message(Role.FACILITATOR), 0, outbox)
    secret = msgpack.unpackb(await outbox.take())["resume"]
    door.arrivals.lost(place)
    door.switchboard.peer_lost(door.meeting, place.participant)
    snapshot = place.fanout.snapshot(place.participant, place.live.replica.meeting)
    outbox = Outbox(OutboxLimits(max_bytes=len(snapshot) - 1))
    # Without an offer, as the page comes back after its connection was cut.
    back = msgspec.structs.replace(door.message(Role.FACILITATOR, m.ResumeClaim(secret, b"")), offer=None)
    await door.arrivals.join(back, 0, outbox)
    assert outbox.closing is None
    assert [msgpack.unpackb(await outbox.take())["t"] for _ in range(2)] == ["joined", "media_lost"]
    await door.directory.close()
