"""What runs in a media worker: one `MediaServer` in an event loop of its own, asked and heard through one socket.

Run by `server/media_worker.py`, which has hardened the process. It lives as long as its socket: when the server that
started it is gone, so is everything here. Must not read the environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Final, assert_never

from server.confidentiality.self_check import look_at_self
from server.confidentiality.sweeping import Sweeper
from server.hosting.ports import OfferRefused, Screen

from . import worker_wire as wire
from .server import MediaServer

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from server.hosting.ports import Seat
    from server.rooms.ids import MeetingId, ParticipantId

LOAD_S: Final = 1.0
"""Between two words on the load."""
MAX_UNREAD_BYTES: Final = 16 << 20
"""More than this unread means that the server has stopped for minutes: then the worker ends, and with it what it holds."""

log = logging.getLogger(__name__)


class Uplink:
    """Everything the worker says, in the order in which it happened. Implements `MediaListener`."""

    def __init__(self, writer: asyncio.StreamWriter, max_unread_bytes: int = MAX_UNREAD_BYTES) -> None:
        self._writer = writer
        self._max_unread_bytes = max_unread_bytes

    def say(self, message: wire.Up) -> None:
        """Never waits; a server that reads nothing loses the worker in the end."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        self._writer.write(wire.frame(message))
        if transport.get_write_buffer_size() > self._max_unread_bytes:
            transport.abort()

    def seats_changed(self, meeting: MeetingId, subscriber: ParticipantId, seats: Sequence[Seat]) -> None:
        self.say(wire.seats_changed(meeting, subscriber, seats))

    def speakers_changed(self, meeting: MeetingId, speakers: Sequence[ParticipantId]) -> None:
        self.say(wire.SpeakersChanged(meeting, list(speakers)))

    def layers_unwanted(self, meeting: MeetingId, publisher: ParticipantId, rids: Sequence[str]) -> None:
        self.say(wire.LayersUnwanted(meeting, publisher, list(rids)))

    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None:
        self.say(wire.PeerLost(meeting, peer))


async def work(line: socket.socket) -> None:
    """Serve until the line ends. Raises: OSError if the port cannot be bound, `WireFault`."""
    reader, writer = await asyncio.open_unix_connection(sock=line)
    uplink = Uplink(writer)
    sweeper = Sweeper()
    try:
        begin = await wire.read_down(reader)
        if not isinstance(begin, wire.Begin):
            raise wire.WireFault
        server = MediaServer(begin.settings)
        server.start(uplink)
        uplink.say(wire.Begun(*server.local))
        reporting = asyncio.create_task(_report(server, uplink))
        try:
            await _obey(reader, server, uplink, sweeper)
        finally:
            reporting.cancel()
            sweeper.stop()
            await server.stop()
    except (EOFError, ConnectionError):
        return  # as it should end
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def _obey(reader: asyncio.StreamReader, server: MediaServer, uplink: Uplink, sweeper: Sweeper) -> None:
    """One request after the other, as they came."""
    while True:
        # In a function of its own: while the next is waited for, nothing here remembers the last.
        await _obey_next(reader, server, uplink, sweeper)


async def _obey_next(
    reader: asyncio.StreamReader, server: MediaServer, uplink: Uplink, sweeper: Sweeper
) -> None:
    request = await wire.read_down(reader)
    if isinstance(request, wire.Begin):
        raise wire.WireFault
    try:
        uplink.say(await _carry_out(request, server))
        if isinstance(request, wire.End):
            sweeper.meeting_over()
    except OfferRefused as refused:
        uplink.say(wire.Refused(request.number, refused.fault))
    except Exception:  # our bug with one request must not end the other meetings
        log.exception("fault in a media worker")
        uplink.say(wire.Failed(request.number))


async def _carry_out(request: wire.Request, server: MediaServer) -> wire.Reply:
    match request:
        case wire.Open(number, meeting, peer, offer_sdp):
            return wire.Answered(number, await server.open(meeting, peer, offer_sdp))
        case wire.Close(number, meeting, peer):
            await server.close(meeting, peer)
        case wire.Route(number, meeting, tracks):
            await server.route(meeting, wire.wanted_of(tracks))
        case wire.Hold(number, meeting, holders):
            await server.hold(meeting, frozenset(holders))
        case wire.Show(number, meeting, peer, heights_px, pinned, low_data):
            await server.show(meeting, peer, Screen(heights_px, pinned, low_data))
        case wire.End(number, meeting):
            await server.end(meeting)
        case wire.Look(number, meeting):
            return wire.looked(number, await server.receptions(meeting))
        case _:
            assert_never(request)
    return wire.Carried(number)


async def _report(server: MediaServer, uplink: Uplink) -> None:
    """The load of each second, until cancelled."""
    counts = server.port.counts
    at_s, cpu_s, packets = time.monotonic(), time.process_time(), counts.received + counts.sent
    while True:
        await asyncio.sleep(LOAD_S)
        was_s, was_cpu_s, were = at_s, cpu_s, packets
        at_s, cpu_s, packets = time.monotonic(), time.process_time(), counts.received + counts.sent
        wall_s = at_s - was_s
        uplink.say(
            wire.Load(
                packets_per_s=round((packets - were) / wall_s),
                cpu_permille=round(1000 * (cpu_s - was_cpu_s) / wall_s),
                counts=server.sight,
                state=look_at_self(),
            )
        )
