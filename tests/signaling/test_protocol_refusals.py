"""Every refusal that a command can get is the one that `docs/protocol.md` says, found by seeded wanderings."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest

from server.rooms import commands as c
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Rejected
from server.rooms.groups import BreakoutKind
from server.rooms.ids import (
    MAIN,
    DeviceKey,
    MeetingId,
    MessageNumber,
    ParticipantId,
    ResourceNumber,
    RoomId,
    TokenId,
    TurnNumber,
)
from server.rooms.machine import decide, fold
from server.rooms.rounds import RoundKind
from server.rooms.rules import Rules
from server.rooms.state import ChatMode, Floor, Meeting, Role, Status
from server.signaling import messages as m
from server.signaling import orders

from .client_examples import CHECK_IN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TEXT = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
ALWAYS = frozenset({"not_allowed", "not_here", "not_now", "ended"})
"""What any command may be refused with."""
CELLS = 5
"""Of a command's row: message, who, meaning, refused with; and what is behind the last bar."""
RULES = Rules(max_resources=2, max_needs=2, max_contacts=1)
SEEDS = range(6)
STEPS = 10_000


def said() -> Mapping[str, frozenset[str]]:
    """The codes in the last cell of each command's row."""
    codes: dict[str, frozenset[str]] = {}
    section = TEXT[TEXT.index("### Commands") : TEXT.index("## 5. Media")]
    for row in re.findall(r"^\| (`.* \|)$", section, re.MULTILINE):
        cells = row.split("|")
        if len(cells) == CELLS:
            for tag in re.findall(r"`(\w+)[^`]*`", cells[0]):
                codes[tag] = frozenset(re.findall(r"`([a-z_]+)`", cells[-2]))
    return codes


class Wandering:
    """One evening where anybody orders anything."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.now_ms = 0
        self.meeting = Meeting(MeetingId("m"), RULES)
        self.number = 0
        self.refused: dict[str, set[str]] = defaultdict(set)
        self.done: set[str] = set()

    def step(self) -> None:
        if self.meeting.status is Status.ENDED:
            self.meeting = Meeting(MeetingId("m"), RULES)
        draw = self.draw.random()
        people = list(self.meeting.participants)
        if draw < 0.03 or len(people) < 5:
            self._arrive()
        elif draw < 0.04:
            person = self.meeting.participants[self.draw.choice(people)]
            self._server(c.LoseConnection(person.id, person.connection))
        elif draw < 0.08:
            self._server(c.Resume(self.draw.choice(people).encode()))
        elif draw < 0.09:
            due = next_deadline(self.meeting)
            self.now_ms = max(self.now_ms, due or 0)
            self._server(c.Tick())
        else:
            self._order()

    def _arrive(self) -> None:
        self.number += 1
        key = f"{self.number:011d}".encode()
        role = self.draw.choice([Role.FACILITATOR, Role.MEMBER, Role.MEMBER, Role.GUEST])
        who = ParticipantId(key.decode())
        self._server(
            c.Join(
                who,
                role,
                b"",
                TokenId("t"),
                token_is_personal=False,
                device=DeviceKey(key),
                origin=self.number,
                resume_hash=key,
            )
        )

    def _server(self, command: c.ServerCommand) -> None:
        try:
            self._decide(command)
        except Rejected:
            return

    def _decide(self, command: c.Command) -> None:
        self.meeting = fold(self.meeting, decide(self.meeting, command, self.now_ms))
        self.now_ms += 1

    def _order(self) -> None:
        message = self._message()
        tag = str(message.__struct_config__.tag)
        actor = self._actor(message)
        try:
            self._decide(orders.command(message, actor))
            self.done.add(tag)
        except Rejected as rejected:
            self.refused[tag].add(rejected.code.value)

    def _actor(self, message: m.CommandMessage) -> ParticipantId:
        """Half of the time somebody whose turn it is, or who facilitates."""
        people = self.meeting.participants
        speaker = [this.moment.who for this in self.meeting.rounds.values() if this.moment.who is not None]
        if isinstance(message, m.TurnOrder) and speaker and self.draw.random() < 0.5:
            return self.draw.choice(speaker)
        if isinstance(message, m.WithdrawContact):
            givers = [giver for giver, to in self.meeting.contacts or () if to == message.who]
            return self.draw.choice([*givers, *people])
        facilitators = [p.id for p in people.values() if p.is_facilitator]
        if facilitators and self.draw.random() < 0.5:
            return self.draw.choice(facilitators)
        return self.draw.choice(list(people))

    def _message(self) -> m.CommandMessage:
        kind = self.draw.choice(KINDS)
        fields = {
            name: self._value(kind, name) for name in kind.__struct_fields__ if name not in {"id", "rooms"}
        }
        if kind is m.PlanBreakouts:
            fields["rooms"] = tuple(self._planned() for _ in range(self.draw.randrange(4)))
        return kind(id=1, **fields)

    def _planned(self) -> m.PlannedRoom:
        people = tuple(self._who() for _ in range(self.draw.choice([0, 0, 1])))
        return m.PlannedRoom(
            b"x" * self.draw.choice([0, *[1] * 8, 513]), self.draw.choice([None, None, self._who()]), people
        )

    def _who(self) -> ParticipantId:
        return self.draw.choice([*self.meeting.participants, *self.meeting.barred, ParticipantId("Z" * 11)])

    def _room(self) -> RoomId:
        plan = self.meeting.breakouts
        rooms = [] if plan is None else [room.id for room in plan.rooms]
        return self.draw.choice([*rooms, *rooms, *self.meeting.quiet, MAIN, RoomId("b0")])

    def _turn(self) -> TurnNumber:
        going_on = [this.moment.number for this in self.meeting.rounds.values()]
        return self.draw.choice([*going_on, *going_on, TurnNumber(1)])

    def _seen(self, kind: type) -> object:
        """What somebody looked at, whether or not it is still so."""
        if kind is m.SetFloor:
            return self.draw.choice(list(Floor))
        if kind is m.SetChatMode:
            return self.draw.choice(list(ChatMode))
        if kind is m.SetSlowMode:
            return 60_000
        return (self._who(),) if kind is m.ReorderRound else ()

    def _value(self, kind: type, name: str) -> object:  # noqa: C901, PLR0911, PLR0912 - one line for each field
        draw = self.draw
        match name:
            case "who":
                return draw.choice([None, self._who()]) if kind in NOBODY_TOO else self._who()
            case "room":
                needed = kind in {m.SetHost, m.EnterRoom}
                return self._room() if needed else draw.choice([None, self._room(), self._room()])
            case "turn":
                return self._turn()
            case "body":
                return b"x" * draw.choice([0, 1, 1, 1, 1, 5000])
            case "order":
                return tuple(dict.fromkeys(self._who() for _ in range(draw.randrange(3))))
            case "message":
                return MessageNumber(max(1, self.meeting.next_message - draw.randrange(3)))
            case "resource":
                return ResourceNumber(draw.randrange(1, 4))
            case "kind":
                return draw.choice(list(RoundKind if kind is m.StartRound else BreakoutKind))
            case "floor":
                return draw.choice(list(Floor))
            case "mode":
                return draw.choice(list(ChatMode))
            case "ms" | "share_ms" | "length_ms":
                return draw.choice([*[60_000] * 4, *[600_000] * 4, 2**31 - 1])
            case "size":
                return draw.choice([None, 2, 3])
            case "seed" | "option" | "options" | "index":
                return draw.randrange(4)
            case "was":
                return draw.choice([None, None, self._seen(kind)])
            case "segments":
                return (CHECK_IN,) * draw.choice([0, 1, 2, 25])
            case _:
                return draw.random() < 0.5


NOBODY_TOO = (m.SetHost, m.NameCaptioner, m.NameInterpreter)
RARE = (m.End, m.BeginDebrief, m.Leave, m.Remove, m.Deny, m.SendToLobby)
"""Would empty the evening too soon: ordered less often than the others."""
KINDS: Sequence[type[m.CommandMessage]] = [
    kind
    for kind in msgspec.inspect.type_info(m.CommandMessage).types
    for kind in [kind.cls] * (1 if kind.cls in RARE else 40)
] + [m.Admit, m.GoOn] * 200


@pytest.fixture(scope="module")
def wanderings() -> list[Wandering]:
    evenings = [Wandering(seed) for seed in SEEDS]
    for evening in evenings:
        for _ in range(STEPS):
            evening.step()
    return evenings


def test_no_command_is_refused_with_a_code_that_the_protocol_does_not_say(
    wanderings: list[Wandering],
) -> None:
    codes = said()
    unsaid = {
        (tag, code)
        for evening in wanderings
        for tag, found in evening.refused.items()
        for code in found - codes[tag] - ALWAYS
    }
    assert unsaid == set()


def test_the_wanderings_get_far(wanderings: list[Wandering]) -> None:
    """Otherwise the test above would prove little."""
    done = set().union(*(evening.done for evening in wanderings))
    never = {str(kind.__struct_config__.tag) for kind in KINDS} - done
    assert len(never) <= 4, never
    found = set().union(*(codes for evening in wanderings for codes in evening.refused.values()))
    assert len(found) >= 15
