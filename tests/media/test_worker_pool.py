"""Media workers as real processes: calls through them, and what is left of calls when one dies."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import aioice
import pytest

from server.hosting.ports import OfferFault, OfferRefused, Screen
from server.media import worker_wire as wire
from server.media.settings import MediaSettings
from server.media.worker_link import LinkTimes, WorkerLink
from server.media.worker_pool import PACKETS_PER_CORE, WorkerPool
from server.rooms.ids import MeetingId, ParticipantId
from server.rooms.routes import Kind, Track
from tests.support.ports import free_ports
from tests.support.stopwatch import stopwatch

from .real_peers import PATIENCE_S, Client, Listener
from .workers import COMMAND, LOOPBACK, PATIENT, Door, everybody, gone, meet, running

OFFER = (Path(__file__).parents[1] / "vectors/sdp/chromium_meeting.sdp").read_bytes().decode()
ADA, MIA = ParticipantId("ada"), ParticipantId("mia")
WANTED = {Track(ADA, Kind.MIC): frozenset({MIA})}
NEW_OFFER_WITHIN_S = 2.0


@pytest.fixture(autouse=True)
def loopback_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    # aioice leaves the loopback out; there is no other network that every machine has.
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])  # noqa: ARG005


async def see_each_other(listener: Listener, one: Client, other: Client) -> None:
    for viewer, publisher in ((one, other), (other, one)):
        await listener.until(
            lambda v=viewer, p=publisher: p.id in [seat.publisher for seat in listener.seats.get(v.id, ())]
        )
        seat = listener.seat_of(viewer, publisher)
        await viewer.seen[seat].next(publisher.looks_like, 3)
        await viewer.heard[seat].next(publisher.sounds_like, 5)


async def test_two_people_see_and_hear_each_other_through_a_worker():
    listener = Listener()
    async with running(listener, 1) as pool:
        ada, mia = await meet(pool, "one", 0, 1)
        await see_each_other(listener, ada, mia)
        await listener.until(lambda: set(listener.speakers) == {ada.id, mia.id})
        await mia.leave()
        await listener.until(lambda: listener.lost == [mia.id])
        await ada.leave()


async def test_what_everybody_gets_is_known_through_a_worker():
    listener = Listener()
    async with running(listener, 1) as pool:
        assert (await pool.receptions(MeetingId("one"))).people == ()
        ada, mia = await meet(pool, "one", 0, 1)
        await see_each_other(listener, ada, mia)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told = {each.subscriber: each for each in (await pool.receptions(MeetingId("one"))).people}
                if set(told) == {ada.id, mia.id} and all(each.bps for each in told[mia.id].pictures):
                    break
                await asyncio.sleep(0.05)
        assert [each.publisher for each in told[mia.id].pictures] == [ada.id]
        await mia.leave()
        await ada.leave()


async def test_while_a_worker_is_replaced_nothing_is_known_of_what_everybody_gets():
    async with running(Listener(), 1) as pool:
        await pool.route(MeetingId("one"), WANTED)
        (worker,) = pool.workers
        os.kill(worker.pid, signal.SIGSTOP)
        looking = asyncio.create_task(pool.receptions(MeetingId("one")))
        await asyncio.sleep(0)
        os.kill(worker.pid, signal.SIGKILL)
        assert (await looking).people == ()
        assert (await pool.receptions(MeetingId("one"))).people == ()


async def test_a_killed_worker_takes_no_meeting_with_it_and_does_not_disturb_the_other():
    listener = Listener()
    async with running(listener, 2) as pool:
        ada, mia = await meet(pool, "one", 0, 1)
        await listener.until(lambda: {ada.id, mia.id} <= set(listener.seats))
        zoe, eva = await meet(pool, "two", 2, 3)
        await see_each_other(listener, ada, mia)
        await see_each_other(listener, zoe, eva)
        killed, spared = pool.worker_of(MeetingId("one")), pool.worker_of(MeetingId("two"))
        assert killed is not None
        assert killed != spared
        seen = len(zoe.seen[listener.seat_of(zoe, eva)].values)
        async with stopwatch() as passed_s:
            os.kill(killed, signal.SIGKILL)
            await listener.until(lambda: set(listener.lost) == {ada.id, mia.id})
            assert passed_s() < NEW_OFFER_WITHIN_S
        await ada.leave()
        await mia.leave()
        listener.seats.clear()
        again = [Client(0), Client(1)]
        for client in again:  # the routes are known already
            await client.connect(Door(pool, "one"))  # type: ignore[arg-type]
        await see_each_other(listener, *again)
        assert pool.worker_of(MeetingId("one")) != killed
        assert pool.worker_of(MeetingId("two")) == spared
        assert len(zoe.seen[0].values) + len(zoe.seen[1].values) > seen
        seat = [each.values for each in eva.seen if each.values]
        assert seat, "the other meeting went on"
        assert set(listener.lost) == {ada.id, mia.id}
        for client in (*again, zoe, eva):
            await client.leave()


async def test_new_meetings_go_to_the_least_loaded_worker():
    async with running(Listener(), 2) as pool:
        first, second = (slot.link for slot in pool._slots)
        assert first is not None
        assert second is not None
        # What they report themselves counts only until a meeting is placed: the call does that before it waits.
        for meeting in ("a", "b", "c", "d"):
            first.load = second.load = wire.Load(0, 0)
            await pool.route(MeetingId(meeting), WANTED)
        assert [each.meetings for each in pool.workers] == [2, 2]
        for load in (wire.Load(0, 450), wire.Load(PACKETS_PER_CORE // 2, 0)):
            for number in range(3):
                second.load, first.load = wire.Load(0, 0), load
                await pool.route(MeetingId(f"{load.packets_per_s}-{load.cpu_permille}-{number}"), WANTED)
        assert [each.meetings for each in pool.workers] == [2, 8]


async def test_a_small_difference_of_load_counts_less_than_meetings():
    async with running(Listener(), 2) as pool:
        await pool.route(MeetingId("a"), WANTED)
        for slot, permille in zip(pool._slots, (10, 90), strict=True):
            assert slot.link is not None
            slot.link.load = wire.Load(0, permille)
        await pool.route(MeetingId("b"), WANTED)
        assert [each.meetings for each in pool.workers] == [1, 1]


async def test_a_worker_reports_its_load_every_second():
    async with running(Listener(), 1) as pool:
        link = pool._slots[0].link
        assert link is not None
        before = link.load
        async with asyncio.timeout(PATIENCE_S):
            while link.load is before:  # noqa: ASYNC110 - set by what it reads
                await asyncio.sleep(0.01)
        assert link.load.packets_per_s == 0
        assert link.load.cpu_permille <= 1000


async def test_a_worker_that_speaks_nonsense_is_replaced_alone():
    listener = Listener()
    async with running(listener, 2) as pool:
        await pool.open(MeetingId("one"), ADA, OFFER)
        await pool.open(MeetingId("two"), MIA, OFFER)
        await pool.route(MeetingId("one"), {Track(ADA, Kind.MIC): frozenset()})
        before = [each.pid for each in pool.workers]
        link = pool._slots[0].link
        assert link is not None
        link._reader.feed_data(b"\xff\xff\xff\xff")
        await gone(before[0])
        await listener.until(lambda: listener.lost == [ADA])
        assert pool.worker_of(MeetingId("two")) == before[1]
        assert pool.worker_of(MeetingId("one")) not in {None, before[0]}


async def test_a_worker_that_stands_still_is_killed_and_costs_a_bounded_amount_of_memory():
    listener = Listener()
    times = LinkTimes(start_s=PATIENCE_S, silent_s=1.0, silences=3)
    async with running(listener, 1, times=times) as pool:
        await pool.open(MeetingId("one"), ADA, OFFER)
        (worker,) = pool.workers
        os.kill(worker.pid, signal.SIGSTOP)
        asked = [
            asyncio.create_task(pool.open(MeetingId("one"), ParticipantId(str(n)), OFFER)) for n in range(600)
        ]
        closing = asyncio.create_task(pool.close(MeetingId("one"), MIA))
        await asyncio.sleep(0)
        link = pool._slots[0].link
        assert link is not None
        assert link._writer.transport.get_write_buffer_size() <= 1 << 20
        assert sum(task.done() for task in asked) >= 600 - 256 - 64
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert {str(each) for each in outcomes} == {str(OfferRefused(OfferFault.BUSY))}
        await closing
        await listener.until(lambda: ADA in listener.lost)
        assert [each.pid for each in pool.workers] != [worker.pid]


async def test_an_offer_on_the_way_to_a_worker_that_dies_is_refused_as_busy_and_asked_for_again():
    listener = Listener()
    async with running(listener, 1) as pool:
        (worker,) = pool.workers
        os.kill(worker.pid, signal.SIGSTOP)
        opening = asyncio.create_task(pool.open(MeetingId("one"), ADA, OFFER))
        routing = asyncio.create_task(pool.route(MeetingId("one"), WANTED))
        await asyncio.sleep(0)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(OfferRefused, match="busy"):
            await opening
        await routing
        with pytest.raises(OfferRefused, match="busy"):
            await pool.open(MeetingId("one"), MIA, OFFER)
        await listener.until(lambda: listener.lost == [ADA])
        assert "a=setup:passive" in await pool.open(MeetingId("one"), ADA, OFFER)


async def test_a_refused_offer_says_why_and_leaves_nothing():
    async with running(Listener(), 1) as pool:
        with pytest.raises(OfferRefused, match=OfferFault.MALFORMED):
            await pool.open(MeetingId("one"), ADA, "nonsense")
        assert pool.worker_of(MeetingId("one")) is None


async def test_a_meeting_that_has_ended_is_forgotten():
    async with running(Listener(), 1) as pool:
        await pool.route(MeetingId("one"), WANTED)
        await pool.open(MeetingId("one"), ADA, OFFER)
        await pool.close(MeetingId("one"), ADA)
        assert pool.worker_of(MeetingId("one")) is not None
        await pool.end(MeetingId("one"))
        assert not pool._placed


async def test_workers_take_the_ports_that_follow_the_first():
    port = free_ports(3)
    async with running(Listener(), 3, settings=MediaSettings(host="127.0.0.1", port=port)) as pool:
        assert [each.local[1] for each in pool.workers] == [port, port + 1, port + 2]
        pids = [each.pid for each in pool.workers]
    for pid in pids:
        await gone(pid)


async def test_a_port_that_cannot_be_had_stops_the_start_of_all():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        pool = WorkerPool(MediaSettings(host="127.0.0.1", port=taken.getsockname()[1] - 1), 2, COMMAND)
        with pytest.raises(OSError, match="did not begin"):
            await pool.start(Listener())
        assert pool.workers == []


async def test_all_workers_are_gone_a_second_after_the_stop():
    pool = WorkerPool(LOOPBACK, 2, COMMAND, times=PATIENT)
    await pool.start(Listener())
    pids = [each.pid for each in pool.workers]
    os.kill(pids[1], signal.SIGSTOP)  # this one cannot say farewell
    async with stopwatch() as passed_s:
        await pool.stop()
        assert passed_s() < 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_late_replacement_is_not_waited_for_while_others_live(tmp_path: Path):
    """The command works twice; every later start hangs."""
    script = tmp_path / "worker.py"
    script.write_text(
        "import pathlib, sys, time\n"
        "from server.media_worker import main\n"
        f"starts = pathlib.Path({str(tmp_path)!r}) / 'starts'\n"
        "with starts.open('a') as f: f.write('x')\n"
        "if len(starts.read_text()) > 2: sys.stdin.read(); time.sleep(600)\n"
        "main(int(sys.argv[1]))\n"
    )
    listener = Listener()
    command = (COMMAND[0], "-c", f"import sys; exec(open({str(script)!r}).read())")
    pool = WorkerPool(LOOPBACK, 2, command, times=PATIENT)
    await pool.start(listener)
    try:
        await pool.route(MeetingId("one"), WANTED)
        await pool.open(MeetingId("one"), ADA, OFFER)
        killed = pool.worker_of(MeetingId("one"))
        assert killed is not None
        (other,) = (each.pid for each in pool.workers if each.pid != killed)
        async with stopwatch() as passed_s:
            os.kill(killed, signal.SIGKILL)
            await listener.until(lambda: listener.lost == [ADA])
            assert passed_s() < NEW_OFFER_WITHIN_S
        assert pool.worker_of(MeetingId("one")) == other
        assert "a=setup:passive" in await pool.open(MeetingId("one"), ADA, OFFER)
    finally:
        await pool.stop()


async def test_a_worker_that_never_begins_is_an_error():
    with pytest.raises(OSError, match="did not begin"):
        await WorkerLink.start((COMMAND[0], "-c", "pass"), LOOPBACK)
    with pytest.raises(OSError, match="did not begin"):
        await WorkerLink.start((COMMAND[0], "-c", "input() or 0"), LOOPBACK, LinkTimes(start_s=0.2))


async def test_routes_of_the_second_before_a_death_are_those_of_the_new_worker():
    listener = Listener()
    async with running(listener, 1) as pool:
        clients = await meet(pool, "one", 0, 1)
        await see_each_other(listener, *clients)
        only_one = {
            track: to for track, to in everybody(*clients).items() if track.publisher == clients[0].id
        }
        await pool.route(MeetingId("one"), only_one)
        killed = pool.worker_of(MeetingId("one"))
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await listener.until(lambda: len(listener.lost) == 2)
        for client in clients:
            await client.leave()
        listener.seats.clear()
        again = [Client(0), Client(1)]
        for client in again:
            await client.connect(Door(pool, "one"))  # type: ignore[arg-type]
        await listener.until(lambda: set(listener.seats) == {each.id for each in again})
        seat = listener.seat_of(again[1], again[0])
        await again[1].seen[seat].next(again[0].looks_like, 3)
        assert again[1].id not in [each.publisher for each in listener.seats[again[0].id]]
        for client in again:
            await client.leave()


@pytest.mark.parametrize("is_paused", [False, True])
async def test_who_wants_little_data_gets_little_from_the_next_worker_too(is_paused: bool):  # noqa: FBT001 - a row of the table
    listener, meeting = Listener(), MeetingId("one")
    async with running(listener, 1) as pool:
        ada, mia = await meet(pool, meeting, 0, 1)
        wanted = everybody(ada, mia)
        await pool.show(meeting, mia.id, Screen(low_data=True))
        if is_paused:
            await pool.route(meeting, {})
        os.kill(pool.workers[0].pid, signal.SIGKILL)
        await listener.until(lambda: set(listener.lost) == {ada.id, mia.id})
        for client in (ada, mia):
            await client.leave()
        again = [Client(0), Client(1)]
        for client in again:
            await client.connect(Door(pool, meeting))  # type: ignore[arg-type]
        await pool.route(meeting, wanted)
        await only_wants_little(pool, meeting, mia.id, 2)
        for client in again:
            await client.leave()


async def test_who_has_the_turn_in_a_pause_has_it_with_the_next_worker_too(tmp_path: Path):
    """The workers forward nothing, and write down what they are asked."""
    script, asked = tmp_path / "worker.py", tmp_path / "asked"
    script.write_text(
        "import asyncio, pathlib, socket, sys\n"
        "from server.media import worker_wire as wire\n"
        "async def work():\n"
        "    line = socket.socket(fileno=int(sys.argv[1]))\n"
        "    reader, writer = await asyncio.open_unix_connection(sock=line)\n"
        "    await wire.read_down(reader)\n"
        "    writer.write(wire.frame(wire.Begun('127.0.0.1', 1)))\n"
        "    while True:\n"
        "        request = await wire.read_down(reader)\n"
        f"        with pathlib.Path({str(asked)!r}).open('a') as file: print(request, file=file)\n"
        "        writer.write(wire.frame(wire.Carried(request.number)))\n"
        "asyncio.run(work())\n"
    )
    meeting = MeetingId("one")
    command = (COMMAND[0], "-c", f"import sys; exec(open({str(script)!r}).read())")
    pool = WorkerPool(LOOPBACK, 1, command, times=PATIENT)
    await pool.start(Listener())
    try:
        await pool.route(meeting, WANTED)
        await pool.hold(meeting, frozenset({ADA}))
        await pool.route(meeting, {})
        (worker,) = pool.workers
        os.kill(worker.pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while [each.pid for each in pool.workers] in ([], [worker.pid]):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        await pool.close(meeting, MIA)  # carried out after whatever the new worker was told first
        holds = [line for line in asked.read_text().splitlines() if line.startswith("Hold(")]
        assert len(holds) == 2
        assert ADA in holds[1]
    finally:
        await pool.stop()


async def only_wants_little(pool: WorkerPool, meeting: MeetingId, who: ParticipantId, people: int) -> None:
    """Once so many get something; she herself is told to the worker a moment after her offer. Raises: TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            told = (await pool.receptions(meeting)).people
            if len(told) == people and {each.subscriber for each in told if each.low_data} == {who}:
                return
            await asyncio.sleep(0.05)
