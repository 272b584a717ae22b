"""How many commands the meeting core carries out per CPU-second: `decide`, `evolve`, `next_deadline` and `routes`.

Run by hand or by `make bench`; imports `server.rooms` only. Prints figures, asserts no time.
"""

from __future__ import annotations

import platform
import random
from itertools import cycle, islice
from time import process_time_ns
from typing import TYPE_CHECKING, Final

from server.rooms import commands as c
from server.rooms.deadlines import next_deadline
from server.rooms.ids import MAIN, DeviceKey, MeetingId, ParticipantId, TokenId
from server.rooms.machine import decide, fold
from server.rooms.rounds import Phase, RoundKind
from server.rooms.routes import routes
from server.rooms.state import Floor, Meeting, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SEED: Final = 7
ROUNDS: Final = 5
"""The best of so many is printed: the machine is shared."""
COMMANDS: Final = 20_000
BODY: Final = bytes(120)
FACILITATORS: Final = 2


def name(number: int) -> ParticipantId:
    return ParticipantId(f"person{number:05d}")


def secret(number: int) -> bytes:
    return number.to_bytes(32, "big")


def join(number: int) -> c.Join:
    return c.Join(
        participant=name(number),
        role=Role.FACILITATOR if number < FACILITATORS else Role.MEMBER,
        profile=bytes(60),
        token_id=TokenId("link"),
        token_is_personal=False,
        device=DeviceKey(secret(number)),
        origin=number,
        resume_hash=secret(number),
    )


def gathered(people: int) -> Meeting:
    """A meeting with everybody inside, microphones and cameras on."""
    meeting = Meeting(MeetingId("bench"))
    for number in range(people):
        meeting = after(meeting, join(number))
        if number >= FACILITATORS:
            meeting = after(meeting, c.Admit(name(0), name(number)))
        meeting = after(meeting, c.SetMedia(name(number), mic=True, camera=True))
    return meeting


def one_speaks(people: int) -> Meeting:
    """A talk: one person has microphone and camera on, everybody listens."""
    meeting = gathered(people)
    for number in range(1, people):
        meeting = after(meeting, c.SetMedia(name(number), mic=False, camera=False))
    return meeting


def after(meeting: Meeting, command: c.Command, now_ms: int = 0) -> Meeting:
    return fold(meeting, decide(meeting, command, now_ms))


def an_evening(people: int) -> Iterator[c.Command]:
    """An endless mix like that of a group: microphones most, then chat, the facilitators' orders, lost sockets."""
    draw = random.Random(SEED)
    connections = dict.fromkeys(range(people), 1)
    while True:
        who = draw.randrange(FACILITATORS, people)
        yield c.SetMedia(name(who), mic=False, camera=True)
        yield c.SetMedia(name(who), mic=True, camera=True)
        yield c.Say(name(draw.randrange(people)), BODY)
        yield c.SetMedia(name(who), mic=True, camera=False)
        yield c.SetMedia(name(who), mic=True, camera=True)
        yield c.Say(name(draw.randrange(people)), BODY)
        yield c.Mute(name(0), name(who))
        yield c.AllowMic(name(1), name(who))
        yield c.LoseConnection(name(who), connections[who])
        connections[who] += 1
        yield c.Resume(secret(who))


def per_second(meeting: Meeting, commands: list[c.Command]) -> float:
    """Commands decided and applied in one second of this process's time."""
    began_ns = process_time_ns()
    for command in commands:
        meeting = fold(meeting, decide(meeting, command, 0))
    return len(commands) * 1e9 / (process_time_ns() - began_ns)


def rounds_per_second(meeting: Meeting, count: int) -> float:
    """The same for a circle that begins anew when it has come around: take, extend, end, now and then pass."""
    start = c.StartRound(name(0), RoundKind.CIRCLE, 60_000, (), invite_passed=False)
    began_ns, done = process_time_ns(), 0
    while done < count:
        this = meeting.rounds.get(MAIN)
        if this is None:
            commands: tuple[c.Command, ...] = (start,)
        elif this.moment.number % 4 == 0:
            commands = (c.PassTurn(this.moment.who or name(0), this.moment.number),)
        else:
            assert this.moment.phase is Phase.OFFERED
            who, turn = this.moment.who or name(0), this.moment.number
            commands = (c.TakeTurn(who, turn), c.ExtendShare(who, turn), c.EndShare(who, turn))
        for command in commands:
            meeting = fold(meeting, decide(meeting, command, done))
            next_deadline(meeting)
        done += len(commands)
    return done * 1e9 / (process_time_ns() - began_ns)


def microseconds(action: Callable[[], object], times: int) -> float:
    began_ns = process_time_ns()
    for _ in range(times):
        action()
    return (process_time_ns() - began_ns) / times / 1e3


def report(people: int) -> None:
    meeting = gathered(people)
    mixed = list(islice(an_evening(people), COMMANDS))
    silence = c.SetMedia(name(2), mic=False, camera=True)
    speech = c.SetMedia(name(2), mic=True, camera=True)
    toggles: list[c.Command] = list(islice(cycle((silence, speech)), COMMANDS))
    saying: list[c.Command] = [c.Say(name(2), BODY)] * COMMANDS
    print(f"{people} people")
    for what, commands in (("mixed", mixed), ("microphone", toggles), ("chat", saying)):
        best = max(per_second(meeting, commands) for _ in range(ROUNDS))
        print(f"  {what:<11} {best:>9,.0f} commands decided and applied per CPU-second")
    best = max(rounds_per_second(meeting, COMMANDS // people) for _ in range(ROUNDS))
    print(f"  {'rounds':<11} {best:>9,.0f} commands decided and applied per CPU-second, with their deadlines")
    held = after(after(meeting, c.SetFloor(name(0), Floor.HELD)), c.RaiseHand(name(2)))
    best = min(microseconds(lambda: routes(held), 2000 * 16 // people) for _ in range(ROUNDS))
    print(f"  {'held floor':<11} {best:>9,.1f} µs per call of routes")
    talk = one_speaks(people)
    best = min(microseconds(lambda: routes(talk), 2000 * 16 // people) for _ in range(ROUNDS))
    print(f"  {'one speaks':<11} {best:>9,.1f} µs per call of routes, {best / people:.2f} µs per person")
    for what, action in (("routes", lambda: routes(meeting)), ("deadline", lambda: next_deadline(meeting))):
        best = min(microseconds(action, 2000 * 16 // people) for _ in range(ROUNDS))
        print(f"  {what:<11} {best:>9,.1f} µs per call")


def main() -> None:
    print(f"Python {platform.python_version()} on {platform.machine()}, one process, best of {ROUNDS}")
    for people in (16, 300):
        report(people)


if __name__ == "__main__":
    main()
