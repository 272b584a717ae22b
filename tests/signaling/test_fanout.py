"""Seats and speakers: latest state, to those it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgpack
import pytest

from server.cluster.memory import MemoryJournal
from server.hosting.ports import Checkpoint, Entry, Seat
from server.hosting.replica import Replica
from server.rooms import commands as c
from server.rooms.ids import MAIN, DeviceKey, MeetingId, ParticipantId, TokenId
from server.rooms.machine import decide, evolve
from server.rooms.state import Meeting, Role
from server.signaling.errors import CloseCode
from server.signaling.fanout import SPEAKERS_TOLD, Switchboard
from server.signaling.outbox import Outbox, OutboxLimits
from tests.support.manual_clock import ManualClock

if TYPE_CHECKING:
    from server.signaling.fanout import Fanout

MEETING = MeetingId("m")
ADA, MIA, ZOE = (ParticipantId(letter * 11) for letter in "AMZ")


class Stage:
    """A meeting whose steps this test makes by hand."""

    def __init__(self) -> None:
        meeting = Meeting(MEETING)
        self.replica = Replica(Checkpoint(0, meeting), MemoryJournal(meeting), keep_steps=8)
        self.switchboard = Switchboard(ManualClock())
        self.fanout: Fanout = self.switchboard.of(MEETING, self.replica)
        self.outboxes: dict[ParticipantId, Outbox] = {}
        for who, role in ((ADA, Role.FACILITATOR), (MIA, Role.MEMBER), (ZOE, Role.MEMBER)):
            self.arrive(who, role)
            self.outboxes[who] = Outbox(OutboxLimits())
        self.do(c.Admit(ADA, MIA))
        for who, outbox in self.outboxes.items():
            self.fanout.attach(who, 1, outbox)

    def arrive(self, who: ParticipantId, role: Role) -> None:
        key = who.encode()
        self.do(c.Join(who, role, b"", TokenId(who), False, DeviceKey(key), 0, key))  # noqa: FBT003

    def do(self, command: c.Command) -> None:
        events = decide(self.replica.meeting, command, 0)
        self.replica._apply(Entry(self.replica.position + 1, 0, events))

    async def next(self, who: ParticipantId) -> dict[str, object]:
        frame = await self.outboxes[who].take()
        assert isinstance(frame, bytes)
        message: dict[str, object] = msgpack.unpackb(frame)
        return message

    async def next_speaking(self, who: ParticipantId) -> object:
        while (message := await self.next(who))["t"] != "speaking":
            pass
        return message["who"]


async def test_seats_reach_their_subscriber_only_and_a_new_connection_gets_the_latest() -> None:
    stage = Stage()
    stage.switchboard.seats_changed(MEETING, MIA, [Seat(ADA, audio=True, video=False)])
    stage.switchboard.seats_changed(MEETING, MIA, [Seat(None, audio=False, video=False)])
    empty = {"t": "seats", "seats": [{"who": None, "audio": False, "video": False}]}
    assert await stage.next(MIA) == empty
    old, stage.outboxes[MIA] = stage.outboxes[MIA], Outbox(OutboxLimits())
    stage.fanout.attach(MIA, 2, stage.outboxes[MIA])
    assert await old.take() is CloseCode.REPLACED
    assert await stage.next(MIA) == empty
    stage.outboxes[ADA].close(CloseCode.LEFT)
    assert await stage.outboxes[ADA].take() is CloseCode.LEFT


async def test_which_of_her_layers_nobody_wants_is_told_to_the_publisher_only() -> None:
    stage = Stage()
    stage.switchboard.layers_unwanted(MEETING, MIA, ("h", "f"))
    stage.switchboard.layers_unwanted(MEETING, MIA, ("f",))
    newest = {"t": "layers_unwanted", "rids": ["f"]}
    assert await stage.next(MIA) == newest
    stage.outboxes[MIA] = Outbox(OutboxLimits())
    stage.fanout.attach(MIA, 2, stage.outboxes[MIA])
    assert await stage.next(MIA) == newest, "a connection that comes anew knows it, too"
    stage.outboxes[ADA].close(CloseCode.LEFT)
    assert await stage.outboxes[ADA].take() is CloseCode.LEFT


async def test_who_speaks_is_told_inside_only() -> None:
    stage = Stage()
    stage.switchboard.speakers_changed(MEETING, [MIA, ParticipantId("unknown")])
    assert await stage.next(ADA) == {"t": "speaking", "who": [MIA]}
    stage.outboxes[ZOE].close(CloseCode.LEFT)
    assert await stage.outboxes[ZOE].take() is CloseCode.LEFT


async def test_nobody_notices_a_voice_that_she_does_not_hear() -> None:
    """Whoever speaks on in a quiet room is silent for the others at once, and nothing tells them of her any more."""
    stage = Stage()
    stage.do(c.Admit(ADA, ZOE))
    await stage.next(ZOE)
    stage.switchboard.speakers_changed(MEETING, [MIA])
    assert await stage.next(ZOE) == {"t": "speaking", "who": [MIA]}
    stage.do(c.TakeAside(ADA, MIA))
    await stage.next(ZOE)
    assert await stage.next(ZOE) == {"t": "speaking", "who": []}
    for speakers in ([ADA, MIA], [], [MIA]):
        stage.switchboard.speakers_changed(MEETING, speakers)
    stage.outboxes[ZOE].close(CloseCode.LEFT)
    assert await stage.outboxes[ZOE].take() is CloseCode.LEFT


async def test_each_room_is_told_of_its_own_loudest_few_however_many_speak_elsewhere() -> None:
    stage = Stage()
    crowd = [ParticipantId(f"{n:011d}") for n in range(SPEAKERS_TOLD + 3)]
    for who in crowd:
        stage.arrive(who, Role.MEMBER)
        stage.do(c.Admit(ADA, who))
    stage.do(c.Admit(ADA, ZOE))
    stage.do(c.TakeAside(ADA, MIA))
    stage.switchboard.speakers_changed(MEETING, [*crowd, MIA])
    assert await stage.next_speaking(ADA) == [MIA]
    assert await stage.next_speaking(ZOE) == crowd[:SPEAKERS_TOLD]


async def test_who_comes_back_is_told_anew_who_speaks() -> None:
    stage = Stage()
    for number in (1, 2):
        stage.fanout.attach(ADA, number, outbox := Outbox(OutboxLimits()))
        stage.outboxes[ADA] = outbox
        stage.switchboard.speakers_changed(MEETING, [MIA])
        assert await stage.next(ADA) == {"t": "speaking", "who": [MIA]}


async def test_an_old_connection_that_ends_late_does_not_take_the_new_one_with_it() -> None:
    stage = Stage()
    stage.do(c.Resume(MIA.encode()))
    assert await stage.outboxes[MIA].take() is CloseCode.REPLACED
    stage.outboxes[MIA] = Outbox(OutboxLimits())
    stage.fanout.attach(MIA, 2, stage.outboxes[MIA])
    stage.fanout.detach(MIA, 1)
    stage.do(c.Lock(ADA))
    assert (await stage.next(MIA))["t"] == "happened"


async def test_a_connection_that_the_meeting_holds_to_be_gone_ends_so_that_the_page_comes_back() -> None:
    """Another node was the owner's only word for it, and that word got lost."""
    stage = Stage()
    stage.do(c.LoseConnection(MIA, 1))
    assert await ended(stage.outboxes[MIA]) is CloseCode.SERVER_RESTART
    stage.do(c.Resume(MIA.encode()))
    stage.outboxes[MIA] = Outbox(OutboxLimits())
    stage.fanout.attach(MIA, 2, stage.outboxes[MIA])
    stage.do(c.LoseConnection(MIA, 1))  # late: of the one before
    stage.do(c.Lock(ADA))
    assert (await stage.next(MIA))["t"] == "happened"


async def test_a_connection_is_held_to_be_gone_also_where_the_steps_to_it_cannot_be_read_any_more() -> None:
    stage = Stage()
    gone = decide(stage.replica.meeting, c.LoseConnection(MIA, 1), 0)
    stage.replica._jump(Checkpoint(20, evolve(stage.replica.meeting, gone[0])))
    assert await ended(stage.outboxes[MIA]) is CloseCode.SERVER_RESTART


async def ended(outbox: Outbox) -> CloseCode:
    while not isinstance(item := await outbox.take(), CloseCode):
        pass
    return item


@pytest.mark.parametrize("meeting", ["m", "another"])
async def test_words_about_a_meeting_that_is_over_go_nowhere(meeting: str) -> None:
    stage = Stage()
    stage.fanout.over()
    for outbox in stage.outboxes.values():
        assert await outbox.take() is CloseCode.ENDED
    stage.switchboard.seats_changed(MeetingId(meeting), MIA, [])
    stage.switchboard.speakers_changed(MeetingId(meeting), [MIA])
    stage.switchboard.layers_unwanted(MeetingId(meeting), MIA, ["f"])
    stage.switchboard.peer_lost(MeetingId(meeting), MIA)


async def test_a_server_that_goes_away_asks_everybody_to_come_back() -> None:
    stage = Stage()
    stage.switchboard.close()
    assert await stage.outboxes[ADA].take() is CloseCode.SERVER_RESTART


async def test_one_step_is_packed_once_for_all_who_see_the_same() -> None:
    stage = Stage()
    stage.do(c.Admit(ADA, ZOE))
    before = await stage.next(ZOE)
    assert before["t"] == "snapshot"
    for who in (ADA, MIA):
        await stage.next(who)
    stage.do(c.Say(ADA, b"x"))
    frames = [await outbox.take() for outbox in stage.outboxes.values()]
    assert frames[0] is frames[1] is frames[2]
    assert stage.replica.meeting.participants[ZOE].room == MAIN


async def test_who_parts_is_told_first_what_was_for_her() -> None:
    stage = Stage()
    stage.do(c.Admit(ADA, ZOE))
    for command in (
        c.OpenContacts(ADA),
        c.OfferContact(MIA, ZOE, b"for zoe"),
        c.OfferContact(ZOE, MIA, b"x"),
    ):
        stage.do(command)
    stage.outboxes[ZOE]._frames.clear()
    stage.do(c.BeginDebrief(ADA))
    made, closed, *_ = (await stage.next(ZOE))["events"]  # type: ignore[misc]
    assert made == {"t": "contact_made", "who": MIA, "body": b"for zoe"}
    assert closed == {"t": "contacts_changed", "contacts": None}
    assert await stage.outboxes[ZOE].take() is CloseCode.ENDED


async def test_whose_transport_is_lost_is_told_and_nobody_else() -> None:
    stage = Stage()
    stage.switchboard.peer_lost(MEETING, MIA)
    stage.switchboard.peer_lost(MEETING, ParticipantId("unknown"))
    stage.switchboard.peer_lost(MeetingId("another"), ADA)
    assert await stage.next(MIA) == {"t": "media_lost"}
    stage.outboxes[ADA].close(CloseCode.LEFT)
    assert await stage.outboxes[ADA].take() is CloseCode.LEFT


async def test_who_was_cut_off_when_her_transport_was_lost_is_told_when_she_is_back() -> None:
    stage = Stage()
    stage.fanout.detach(MIA, 1)
    stage.switchboard.peer_lost(MEETING, MIA)
    for number in (2, 3):
        stage.outboxes[MIA] = Outbox(OutboxLimits())
        stage.fanout.attach(MIA, number, stage.outboxes[MIA])
        assert await stage.next(MIA) == {"t": "media_lost"}
    stage.fanout.media_opened(MIA)
    stage.outboxes[MIA] = Outbox(OutboxLimits())
    stage.fanout.attach(MIA, 4, stage.outboxes[MIA])
    stage.do(c.Lock(ADA))
    assert (await stage.next(MIA))["t"] == "happened"
