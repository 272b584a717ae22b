"""`MediaControl` over media workers: each meeting lives in one of them, and outlives it.

Made by `app.py` in place of one `MediaServer`. A worker that dies is replaced; its meetings are given to the new one, or to
another if that takes too long, and the listener is told that their peers are lost. Must not touch a socket or a packet.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from server.hosting.ports import OfferFault, OfferRefused, Receptions

from . import worker_wire as wire
from .worker_link import LinkTimes, WorkerGone, WorkerLink, environment_of_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from server.confidentiality.self_check import ProcessState
    from server.hosting.ports import MediaListener, Screen
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.routes import Track

    from .outlet import MediaCounts
    from .settings import MediaSettings

PACKETS_PER_CORE: Final = 150_000
"""Per second, in and out: what one worker forwards at most; measured by `benchmarks/forwarding.py`, rooms of 12, rounded down."""
TENTHS: Final = 10
"""Loads are compared in tenths of a core, then meetings are counted: those that begin now weigh nothing yet."""
MOVE_AFTER_S: Final = 0.75
"""A new worker is usually there sooner; later, its meetings go to another one that is."""
RETRY_S: Final = (0.25, 0.5, 1.0, 2.0, 5.0)
"""Before another start, after one failed or its worker died young."""
YOUNG_S: Final = 10.0

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Slot:
    """One UDP port, and the worker that has it now, if any."""

    number: int
    settings: MediaSettings
    link: WorkerLink | None = None


@dataclass(slots=True, eq=False)
class _Placement:
    """One meeting: where it is, and what its next worker would have to know."""

    slot: _Slot
    wanted: Mapping[Track, frozenset[ParticipantId]] = field(default_factory=dict)
    holders: frozenset[ParticipantId] = frozenset()
    screens: dict[ParticipantId, Screen] = field(default_factory=dict)
    peers: set[ParticipantId] = field(default_factory=set)
    opening: Counter[ParticipantId] = field(default_factory=Counter)
    """Offers on the way: the loss of a former transport does not concern them."""
    is_loud: bool = False


@dataclass(frozen=True, slots=True)
class WorkerSight:
    """One running worker, for metrics and tests."""

    pid: int
    local: tuple[str, int]
    meetings: int


class WorkerPool:
    """Forwards what `route` says, in processes of their own. Implements `MediaControl`."""

    def __init__(  # noqa: PLR0913 - what it is told, and what a test replaces
        self,
        settings: MediaSettings,
        workers: int,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        times: LinkTimes | None = None,
        move_after_s: float = MOVE_AFTER_S,
    ) -> None:
        """settings.port: of the first worker, the others have the following ones; 0: each any free port.

        command: starts one worker, given the number of its socket as last argument. environment: of the workers;
        default: ours. Settings are taken out of it.
        """
        self._slots = [
            _Slot(n, replace(settings, port=settings.port and settings.port + n)) for n in range(workers)
        ]
        self._command = tuple(command)
        self._environment = environment_of_worker(os.environ if environment is None else environment)
        self._times = times or LinkTimes()
        self._move_after_s = move_after_s
        self._placed: dict[MeetingId, _Placement] = {}
        self._listener: MediaListener | None = None
        self._keeping: list[asyncio.Task[None]] = []

    async def start(self, listener: MediaListener) -> None:
        """Every worker runs and has its port. Raises: OSError if one cannot; then none does."""
        self._listener = listener
        begun = await asyncio.gather(
            *(
                WorkerLink.start(self._command, slot.settings, self._times, self._environment)
                for slot in self._slots
            ),
            return_exceptions=True,
        )
        for slot, outcome in zip(self._slots, begun, strict=True):
            if isinstance(outcome, WorkerLink):
                slot.link = outcome
                self._keeping.append(asyncio.create_task(self._keep(slot, outcome)))
        for outcome in begun:
            if isinstance(outcome, BaseException):
                await self.stop()
                raise outcome

    async def stop(self) -> None:
        """Every worker says farewell to its peers and is gone, after a second at the latest."""
        self._listener = None
        await asyncio.gather(*(slot.link.stop() for slot in self._slots if slot.link is not None))
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        self._placed.clear()

    @property
    def workers(self) -> list[WorkerSight]:
        """Those that run, by port."""
        meetings = Counter(placement.slot.number for placement in self._placed.values())
        return [
            WorkerSight(slot.link.pid, slot.link.local, meetings[slot.number])
            for slot in self._slots
            if slot.link is not None
        ]

    @property
    def sights(self) -> list[tuple[MediaCounts, int]]:
        """What the workers told last, by port, with the thousandths of a core that they used."""
        return [(load.counts, load.cpu_permille) for load in self.loads]

    @property
    def loads(self) -> list[wire.Load]:
        """All that each told last, by port."""
        return [slot.link.load for slot in self._slots if slot.link is not None]

    @property
    def states(self) -> list[ProcessState | None]:
        """How the workers saw themselves last; None: one has not looked yet."""
        return [load.state for load in self.loads]

    def worker_of(self, meeting: MeetingId) -> int | None:
        """The process in which a meeting is; None if it is in none."""
        placement = self._placed.get(meeting)
        return None if placement is None or placement.slot.link is None else placement.slot.link.pid

    # ── MediaControl ─────────────────────────────────────────────────────────────────────────────

    async def open(self, meeting: MeetingId, peer: ParticipantId, offer_sdp: str) -> str:
        """As `MediaControl.open`; busy also while the meeting's worker is being replaced."""
        placement = self._place(meeting)
        was_known = peer in placement.peers
        try:
            link = _ready(placement.slot)
            placement.peers.add(peer)
            placement.opening[peer] += 1
            try:
                answer = await link.ask_for(
                    wire.Answered, lambda number: wire.Open(number, meeting, peer, offer_sdp)
                )
            finally:
                placement.opening[peer] -= 1
                if not placement.opening[peer]:
                    del placement.opening[peer]
        except WorkerGone:
            raise OfferRefused(
                OfferFault.BUSY
            ) from None  # the peer stays known: it will be told to offer again
        except OfferRefused:
            if not was_known:
                placement.peers.discard(peer)
                self._forget_empty(meeting, placement)
            raise
        if peer in placement.screens:  # the worker may be another than the one that was told
            link.ask(partial(wire.shown, meeting=meeting, peer=peer, screen=placement.screens[peer]))
        return answer.answer_sdp

    async def close(self, meeting: MeetingId, peer: ParticipantId) -> None:
        """As `MediaControl.close`; in force when this returns."""
        placement = self._placed.get(meeting)
        if placement is None:
            return
        placement.peers.discard(peer)
        placement.screens.pop(peer, None)
        self._forget_empty(meeting, placement)
        await self._carried(placement.slot.link, lambda number: wire.Close(number, meeting, peer))

    async def route(self, meeting: MeetingId, wanted: Mapping[Track, frozenset[ParticipantId]]) -> None:
        """As `MediaControl.route`; in force when this returns."""
        placement = self._place(meeting)
        placement.wanted = dict(wanted)
        self._forget_empty(meeting, placement)
        await self._carried(
            placement.slot.link, lambda number: wire.Route(number, meeting, wire.routed(wanted))
        )

    async def hold(self, meeting: MeetingId, holders: frozenset[ParticipantId]) -> None:
        """As `MediaControl.hold`; in force when this returns."""
        placement = self._place(meeting)
        placement.holders = holders
        self._forget_empty(meeting, placement)
        await self._carried(placement.slot.link, lambda number: wire.Hold(number, meeting, list(holders)))

    async def show(self, meeting: MeetingId, peer: ParticipantId, screen: Screen) -> None:
        """As `MediaControl.show`; in force when this returns."""
        placement = self._placed.get(meeting)
        if placement is not None:
            placement.screens[peer] = screen
            await self._carried(placement.slot.link, lambda number: wire.shown(number, meeting, peer, screen))

    async def receptions(self, meeting: MeetingId) -> Receptions:
        """As `MediaControl.receptions`; nothing while the meeting's worker is being replaced, or has too much to do."""
        placement = self._placed.get(meeting)
        link = None if placement is None else placement.slot.link
        if link is None or link.is_full:
            return Receptions()
        try:
            looked = await link.ask_for(wire.Looked, lambda number: wire.Look(number, meeting))
        except WorkerGone:
            return Receptions()
        else:
            return wire.receptions_of(looked)

    async def end(self, meeting: MeetingId) -> None:
        """As `MediaControl.end`; in force when this returns."""
        placement = self._placed.pop(meeting, None)
        if placement is not None:
            await self._carried(placement.slot.link, lambda number: wire.End(number, meeting))

    async def _carried(self, link: WorkerLink | None, make: Callable[[int], wire.Request]) -> None:
        """In force, also if it is so because the worker is dead."""
        if link is not None:
            with contextlib.suppress(WorkerGone):
                await link.ask(make)

    # ── where meetings are ───────────────────────────────────────────────────────────────────────

    def _place(self, meeting: MeetingId) -> _Placement:
        """Where the meeting is; a new one goes to the least loaded."""
        placement = self._placed.get(meeting)
        if placement is None:
            placement = self._placed[meeting] = _Placement(self._least_loaded(self._slots))
        return placement

    def _least_loaded(self, slots: Sequence[_Slot]) -> _Slot:
        meetings = Counter(placement.slot.number for placement in self._placed.values())
        return min(
            slots,
            key=lambda slot: (slot.link is None, _tenths(slot.link), meetings[slot.number], slot.number),
        )

    def _forget_empty(self, meeting: MeetingId, placement: _Placement) -> None:
        """As `MediaServer` does: offers alone must not fill the memory."""
        if (
            not (placement.peers or placement.wanted or placement.holders or placement.screens)
            and self._placed.get(meeting) is placement
        ):
            del self._placed[meeting]

    # ── workers ──────────────────────────────────────────────────────────────────────────────────

    async def _keep(self, slot: _Slot, link: WorkerLink) -> None:
        """One worker after the other, until cancelled."""
        loop = asyncio.get_running_loop()
        deaths = 0
        while True:
            began_s = loop.time()
            try:
                await link.hear(partial(self._heard, slot))
            finally:
                slot.link = None
            deaths = deaths + 1 if loop.time() - began_s < YOUNG_S else 0
            if self._listener is None:
                return
            link = await self._replacement(slot, deaths)
            slot.link = link
            log.info("a media worker was replaced")
            self._resume(slot)

    async def _replacement(self, slot: _Slot, deaths: int) -> WorkerLink:
        """Another worker on the same port; the meetings do not wait for it for long."""
        moving = asyncio.get_running_loop().call_later(self._move_after_s, self._move_away, slot)
        try:
            while True:
                if deaths > 1:
                    await asyncio.sleep(RETRY_S[min(deaths - 2, len(RETRY_S) - 1)])
                try:
                    return await WorkerLink.start(
                        self._command, slot.settings, self._times, self._environment
                    )
                except OSError:
                    deaths += 1
                    log.exception("a media worker could not be replaced")
        finally:
            moving.cancel()

    def _move_away(self, slot: _Slot) -> None:
        """Meetings of a dead worker go to living ones, if there are any."""
        for meeting, placement in list(self._placed.items()):
            living = [each for each in self._slots if each.link is not None]
            if placement.slot is slot and living:
                placement.slot = self._least_loaded(living)
                self._take_up(meeting, placement)

    def _resume(self, slot: _Slot) -> None:
        for meeting, placement in list(self._placed.items()):
            if placement.slot is slot:
                self._take_up(meeting, placement)

    def _take_up(self, meeting: MeetingId, placement: _Placement) -> None:
        """The meeting's new worker knows what to forward; its people are asked for new transports, and then it knows their screens."""
        link = placement.slot.link
        if link is not None:
            link.ask(lambda number: wire.Route(number, meeting, wire.routed(placement.wanted)))
            link.ask(lambda number: wire.Hold(number, meeting, list(placement.holders)))
        lost, placement.peers = placement.peers, set()
        if placement.is_loud:
            self._tell(wire.SpeakersChanged(meeting, []), placement)
        for peer in lost:
            self._tell(wire.PeerLost(meeting, peer), placement)
        self._forget_empty(meeting, placement)

    # ── what workers tell ────────────────────────────────────────────────────────────────────────

    def _heard(self, slot: _Slot, event: wire.Event) -> None:
        placement = self._placed.get(event.meeting)
        if placement is None or placement.slot is not slot:
            return  # of a meeting that has ended here meanwhile
        if isinstance(event, wire.PeerLost) and not placement.opening[event.peer]:
            placement.peers.discard(event.peer)
            self._forget_empty(event.meeting, placement)
        self._tell(event, placement)

    def _tell(self, event: wire.Event, placement: _Placement) -> None:
        if self._listener is None:
            return
        try:
            match event:
                case wire.SeatsChanged(meeting, subscriber, _):
                    self._listener.seats_changed(meeting, subscriber, wire.seats_of(event))
                case wire.SpeakersChanged(meeting, speakers):
                    placement.is_loud = bool(speakers)
                    self._listener.speakers_changed(meeting, tuple(speakers))
                case wire.LayersUnwanted(meeting, publisher, rids):
                    self._listener.layers_unwanted(meeting, publisher, tuple(rids))
                case wire.PeerLost(meeting, peer):
                    self._listener.peer_lost(meeting, peer)
        except Exception:  # a bug of the listener is no reason to end a worker
            log.exception("fault in a listener of the media")


def _ready(slot: _Slot) -> WorkerLink:
    """Raises: `OfferRefused` while there is no worker, or too much waits for it."""
    if slot.link is None or slot.link.is_full:
        raise OfferRefused(OfferFault.BUSY)
    return slot.link


def _tenths(link: WorkerLink | None) -> int:
    """How much of a core a worker uses, or would at this rate of packets."""
    if link is None:
        return 0
    load = link.load
    return max(load.cpu_permille * TENTHS // 1000, load.packets_per_s * TENTHS // PACKETS_PER_CORE)
