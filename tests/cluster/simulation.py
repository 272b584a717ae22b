# Longer than 400 lines: one world, its network, its people and its troubles, which all share one seed.
"""Nodes of the real code on virtual time, around the model of Redis, over a network that loses, delays and repeats.

One seed, one run: three nodes hold one meeting, people on each write all the time, and trouble comes. What is simulated is the
network, Redis (`model_store`) and the machines' clocks; leases, journals, take-over and exactly-once are the server's own code.
`python -m tests.cluster.simulation [RUNS] [FIRST]` runs many and counts what happened in them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from server.cluster import records
from server.cluster.keys import ClusterKeys
from server.cluster.meetings import SharedMeetings
from server.cluster.store import StoreAway
from server.cluster.surroundings import Surroundings
from server.cluster.tenure import Standing, TenureTimes
from server.confidentiality.pseudonyms import Pseudonyms
from server.hosting.directory import DirectoryFull
from server.hosting.meeting_host import HostLimits, MeetingOver, Overloaded
from server.hosting.ports import Cause, Checkpoint, JournalClosed
from server.rooms import commands as c
from server.rooms.errors import Rejected
from server.rooms.ids import DeviceKey, MeetingId, ParticipantId, TokenId
from server.rooms.rules import Rules
from server.rooms.state import Role, Status
from tests.support.fake_media import FakeMedia

from .model_store import ModelStore
from .virtual_time import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.cluster.letters import AnyLetter
    from server.hosting.ports import Seat

MEETING: Final = MeetingId("meeting-of-the-group-22")
KEYS: Final = ClusterKeys(bytes(32)).meeting(MEETING)
LEASE_MS: Final = 1_000
PEOPLE: Final = ("ada", "mia", "zoe")
TROUBLE_S: Final = 8.0
ANSWER_S: Final = 1.0
QUIET_S: Final = 60.0
"""So long everything may take to be well again: the patience of all parts together."""


class Network:
    """What lies between the nodes, and between them and Redis."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.lossy = True
        self.drops: Callable[[AnyLetter], bool] = lambda _letter: False
        """Letters that are lost whatever chance says."""
        self.nodes: dict[str, Machine] = {}

    def delay_s(self) -> float:
        slow = self.lossy and self.chance.random() < 0.03
        return self.chance.uniform(0.05, 0.6) if slow else self.chance.uniform(0.0002, 0.003)

    def loses(self) -> bool:
        return self.lossy and self.chance.random() < 0.02

    def repeats(self) -> bool:
        return self.lossy and self.chance.random() < 0.05


class DriftingTimes(TenureTimes):
    """The clock of a machine that goes wrong by so much: what it waits for comes early or late."""

    drift: float = 1.0

    @property
    def renew_ms(self) -> int:
        return int(super().renew_ms * self.drift)

    @property
    def watch_ms(self) -> int:
        return int(super().watch_ms * self.drift)

    @property
    def patience_ms(self) -> int:
        return int(super().patience_ms * self.drift)


def drifting(drift: float) -> DriftingTimes:
    kind = type("Times", (DriftingTimes,), {"drift": drift})
    times: DriftingTimes = kind(LEASE_MS)
    return times


class FarStore:
    """The model over the network: lost on the way there or back, late, or done twice. Late may be after the caller gave up."""

    def __init__(self, model: ModelStore, machine: Machine) -> None:
        self._model, self._machine = model, machine

    def __getattr__(self, name: str) -> Any:
        async def step(*arguments: Any) -> Any:
            return await self._far(name, arguments)

        return step

    async def _far(self, name: str, arguments: tuple[Any, ...]) -> Any:
        machine, network = self._machine, self._machine.network
        await machine.awake.wait()
        if machine.cut or network.loses():
            await asyncio.sleep(network.delay_s())
            raise StoreAway
        done = asyncio.get_running_loop().create_task(self._arrive(name, arguments))
        done.add_done_callback(_look_at)
        try:
            answer = await asyncio.wait_for(asyncio.shield(done), ANSWER_S)
        except TimeoutError:
            raise StoreAway from None
        await asyncio.sleep(network.delay_s())
        await machine.awake.wait()
        if machine.cut or network.loses():
            raise StoreAway
        return answer

    async def _arrive(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Also what a machine sent just before it stopped."""
        await asyncio.sleep(self._machine.network.delay_s() * self._machine.network.chance.choice((1, 1, 4)))
        answer = await getattr(self._model, name)(*arguments)
        if self._machine.network.repeats() and name in {"append", "renew", "look", "restore", "checkpoint"}:
            answer = await getattr(self._model, name)(*arguments)
        return answer


def _look_at(done: asyncio.Task[Any]) -> None:
    """Whoever asked may have given up."""
    if not done.cancelled():
        done.exception()


class FarPost:
    """Letters in order, late, lost or twice."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._ways: dict[str, asyncio.Queue[AnyLetter]] = {}

    def send(self, to: str, letter: AnyLetter) -> None:
        if to not in self._ways:
            self._ways[to] = asyncio.Queue()
            self._machine.spawn(self._carry(to, self._ways[to]))
        self._ways[to].put_nowait(letter)

    async def _carry(self, to: str, way: asyncio.Queue[AnyLetter]) -> None:
        network = self._machine.network
        while True:
            letter = await way.get()
            await asyncio.sleep(network.delay_s())
            target = network.nodes.get(to)
            is_lost = network.loses() or network.drops(letter)
            if target is None or self._machine.cut or target.cut or is_lost:
                continue
            await target.awake.wait()
            for _ in range(2 if network.repeats() else 1):
                if not target.is_dead:
                    target.meetings.deliver(letter)


class SlowClock:
    """Virtual time as a machine sees it."""

    def __init__(self, ahead_ms: int) -> None:
        self._ahead_ms = ahead_ms

    def now_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000) + 1_000_000 + self._ahead_ms

    async def sleep_until(self, deadline_ms: int) -> None:
        while (left_ms := deadline_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - as the real ones
            await asyncio.sleep(left_ms / 1000)


class Deaf:
    """Nobody listens to media here."""

    def seats_changed(self, meeting: MeetingId, subscriber: ParticipantId, seats: Sequence[Seat]) -> None: ...
    def speakers_changed(self, meeting: MeetingId, speakers: Sequence[ParticipantId]) -> None: ...
    def layers_unwanted(self, meeting: MeetingId, publisher: ParticipantId, rids: Sequence[str]) -> None: ...
    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None: ...


class Machine:
    """One node, which can be cut off, paused and killed."""

    def __init__(self, name: str, model: ModelStore, network: Network, *, place: str | None = None) -> None:
        """place: the node that it finds least busy; None: itself."""
        self.name, self.network, self.model = name, network, model
        self.has_room = True
        self.awake = asyncio.Event()
        self.awake.set()
        self.cut = self.is_dead = False
        self.tasks: set[asyncio.Task[Any]] = set()
        chance = network.chance
        self.times = drifting(chance.uniform(0.8, 1.25))
        self.media = FakeMedia()

        async def settled(_meeting: MeetingId) -> bool:
            return True

        self.meetings = SharedMeetings(
            Surroundings(
                node=name,
                keys=ClusterKeys(bytes(32)),
                store=FarStore(model, self),  # type: ignore[arg-type] - by name
                post=FarPost(self),
                clock=SlowClock(chance.randint(-40, 40)),
                media=self.media,
                listener=Deaf(),
                times=self.times,
                limits=HostLimits(checkpoint_every=chance.choice((5, 40))),
                keep_steps=64,
                pseudonym_of=Pseudonyms().of,
            ),
            rules=Rules(),
            may_begin=settled,
            place=lambda: place or name,
            has_room=lambda: self.has_room,
        )
        network.nodes[name] = self

    def spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def kill(self) -> None:
        """What it had sent to Redis arrives; nothing else happens any more."""
        self.is_dead = self.cut = True
        self.network.nodes.pop(self.name, None)
        with contextlib.suppress(Exception):
            await self.meetings.close()


@dataclass
class Run:
    """What one run did."""

    seed: int
    acknowledged: dict[str, list[bytes]] = field(default_factory=lambda: {who: [] for who in PEOPLE})
    happened: Counter[str] = field(default_factory=Counter)
    excused: bool = False
    """What was acknowledged was nowhere any more, or decided by a machine that was cut off alone while another took
    the meeting: the last row of the failure table. All else still has to hold."""


class Person:
    """Writes, and says it again with the same id until it is acknowledged, wherever somebody answers."""

    def __init__(self, name: str, run: Run, network: Network) -> None:
        self.id = ParticipantId(name)
        self._run, self._network = run, network
        self._number = 0
        self._is_in = False

    async def live(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.say()
            await asyncio.sleep(self._network.chance.uniform(0.02, 0.3))

    async def say(self) -> None:
        self._number += 1
        body = f"{self.id} {self._number}".encode()
        cause = Cause(self.id, self._number)
        await self._insist(c.Say(self.id, body), cause)
        self._run.acknowledged[self.id].append(body)

    async def _insist(self, command: c.Command, cause: Cause | None) -> None:
        while True:
            machine = self._machine()
            if machine is not None:
                with contextlib.suppress(
                    DirectoryFull,
                    Overloaded,
                    MeetingOver,
                    JournalClosed,
                    TimeoutError,
                    asyncio.CancelledError,
                ):
                    live = await machine.meetings.open(MEETING)
                    if not self._is_in or self.id not in live.replica.meeting.participants:
                        await self._join(live.host)
                    work = asyncio.create_task(live.host.submit(command, cause))
                    machine.tasks.add(work)
                    outcome = await asyncio.wait_for(work, 20)
                    await live.replica.reached(outcome.position)
                    return
            this = asyncio.current_task()
            if this is not None and this.cancelling():  # she herself, and not her machine
                raise asyncio.CancelledError
            await asyncio.sleep(0.05)

    async def _join(self, host: Any) -> None:
        key = self.id.encode()
        join = c.Join(
            self.id,
            Role.FACILITATOR,
            b"",
            TokenId("t"),
            token_is_personal=False,
            device=DeviceKey(key),
            origin=0,
            resume_hash=key,
        )
        with contextlib.suppress(Rejected):
            await host.submit(join)
        self._is_in = True

    def _machine(self) -> Machine | None:
        """Her own, as long as it lives."""
        alive = [machine for machine in self._network.nodes.values() if not machine.is_dead]
        mine = self._network.nodes.get(f"node-{PEOPLE.index(self.id)}")
        return mine or (self._network.chance.choice(alive) if alive else None)


async def trouble(run: Run, model: ModelStore, network: Network, machines: list[Machine]) -> None:
    """Some of everything that can happen, one after the other."""
    chance = network.chance
    for _ in range(chance.randint(1, 3)):
        await asyncio.sleep(chance.uniform(0.5, 3))
        machine, kind = chance.choice(machines), chance.choice(sorted(SPANS))
        if not machine.is_dead:
            run.happened[kind] += 1
            await SPANS[kind](run, model, machine, machines)


async def _killed(run: Run, model: ModelStore, machine: Machine, machines: list[Machine]) -> None:
    if sum(not each.is_dead for each in machines) > 1:
        run.excused |= knows_more(machine, model)
        await machine.kill()


async def _paused(_run: Run, _model: ModelStore, machine: Machine, _machines: list[Machine]) -> None:
    machine.awake.clear()
    await _a_while(machine)
    machine.awake.set()


async def _cut(_run: Run, _model: ModelStore, machine: Machine, _machines: list[Machine]) -> None:
    machine.cut = True
    await _a_while(machine)
    machine.cut = machine.is_dead


async def _all_cut(_run: Run, _model: ModelStore, machine: Machine, machines: list[Machine]) -> None:
    for each in machines:
        each.cut = True
    await _a_while(machine)
    for each in machines:
        each.cut = each.is_dead


async def _emptied(run: Run, model: ModelStore, machine: Machine, _machines: list[Machine]) -> None:
    owner = model.sighted(KEYS).owner
    run.excused |= owner is None or owner not in machine.network.nodes
    model.empty()


async def _failed_over(run: Run, model: ModelStore, machine: Machine, _machines: list[Machine]) -> None:
    """To a replica that was behind: what an owner wrote meanwhile is gone there, and whose it was must be there to say it again."""
    replica, before = model.replicated(), model.sighted(KEYS)
    await asyncio.sleep(machine.network.chance.uniform(0.01, 0.5))
    after = model.sighted(KEYS)
    is_same = (before.owner, before.token) == (after.owner, after.token)
    run.excused |= not is_same or after.owner not in machine.network.nodes
    model.fall_back(replica)


async def _full(_run: Run, model: ModelStore, machine: Machine, _machines: list[Machine]) -> None:
    model.is_full = True
    await _a_while(machine)
    model.is_full = False


async def _handed_over(_run: Run, _model: ModelStore, _machine: Machine, machines: list[Machine]) -> None:
    for machine in machines:
        shared = machine.meetings.find(MEETING)
        others = [m for m in machines if m is not machine and not m.is_dead]
        if shared is not None and shared.is_owned and others:
            await shared.hand_over(others[0].name)
            return


async def _a_while(machine: Machine) -> None:
    await asyncio.sleep(machine.network.chance.uniform(0.2, 4))


SPANS: Final = {
    "killed": _killed,
    "paused": _paused,
    "cut off": _cut,
    "all cut off": _all_cut,
    "redis emptied": _emptied,
    "redis full": _full,
    "redis failed over": _failed_over,
    "handed over": _handed_over,
}


def knows_more(machine: Machine, model: ModelStore) -> bool:
    """The only one that has everything."""
    shared = machine.meetings.find(MEETING)
    if shared is None or not shared.is_owned:
        return False
    seen = model.sighted(KEYS)
    return seen.position is None or seen.position < shared.replica.position


async def evening(run: Run) -> None:
    """Raises: AssertionError when something was lost, doubled, or written by two."""
    network = Network(run.seed)
    loop = asyncio.get_running_loop()
    model = ModelStore(lambda: int(loop.time() * 1000))
    machines = [Machine(f"node-{n}", model, network) for n in range(3)]
    people = [Person(name, run, network) for name in PEOPLE]
    for person in people:
        await person.say()
    stop = asyncio.Event()
    lives = [asyncio.create_task(person.live(stop)) for person in people]
    troubles = asyncio.create_task(trouble(run, model, network, machines))
    await asyncio.wait({troubles})
    await troubles
    await asyncio.sleep(1)
    network.lossy = False
    stop.set()
    async with asyncio.timeout(QUIET_S):
        await asyncio.gather(*lives)
        for person in people:
            await person.say()
        await check(run, model, network)


async def check(run: Run, model: ModelStore, network: Network) -> None:
    alive = [machine for machine in network.nodes.values() if not machine.is_dead]
    owners = [m for m in alive if (s := m.meetings.find(MEETING)) is not None and s.standing is not None]
    while len(owners) != 1 or any(
        (shared := owner.meetings.find(MEETING)) is None or shared.standing is not Standing.HELD
        for owner in owners
    ):
        await asyncio.sleep(0.1)
        owners = [m for m in alive if (s := m.meetings.find(MEETING)) is not None and s.standing is not None]
    lives = [await machine.meetings.open(MEETING) for machine in alive]
    goal = lives[alive.index(owners[0])].replica
    for live in lives:
        while live.replica.position < goal.position:  # noqa: ASYNC110 - over any change of owner
            await asyncio.sleep(0.1)
    written = [
        records.write_checkpoint(Checkpoint(live.replica.position, live.replica.meeting)) for live in lives
    ]
    assert all(one == written[0] for one in written), "all replicas are the same, byte for byte"
    meeting = lives[0].replica.meeting
    assert meeting.status is not Status.ENDED
    bodies = [message.body for message in meeting.messages]
    assert len(set(bodies)) == len(bodies), "nothing twice"
    assert model.writers == sorted(model.writers), "no entry of an older owner after one of a newer"
    for who in PEOPLE:
        kept = [body for body in bodies if body.startswith(who.encode() + b" ")]
        assert run.excused or kept == run.acknowledged[who], "everything acknowledged, once and in order"


class _Forks(logging.Handler):
    """Hears when a machine finds that it went on alone in vain."""

    def __init__(self, run: Run) -> None:
        super().__init__(logging.WARNING)
        self._run = run

    def emit(self, record: logging.LogRecord) -> None:
        self._run.excused |= "decided here alone is lost" in record.msg


def simulate(seed: int) -> Run:
    this = Run(seed)
    log, forks = logging.getLogger("server.cluster.ownership"), _Forks(this)
    log.addHandler(forks)
    try:
        run(evening(this))
    finally:
        log.removeHandler(forks)
    return this


def main() -> None:
    logging.getLogger().addHandler(logging.NullHandler())
    runs, first = (int(sys.argv[i]) if len(sys.argv) > i else default for i, default in ((1, 1000), (2, 0)))
    total: Counter[str] = Counter()
    for seed in range(first, first + runs):
        try:
            done = simulate(seed)
        except BaseException:
            sys.stderr.write(f"seed {seed} failed\n")
            raise
        total.update(done.happened)
        total["acknowledged"] += sum(map(len, done.acknowledged.values()))
        total["excused"] += done.excused
    sys.stdout.write(f"{runs} runs: {dict(total)}\n")


if __name__ == "__main__":
    main()
