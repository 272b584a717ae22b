"""One synthetic member: her page, her transport, what she sends and what she counts; called by `rehearsal`.

The only place of a rehearsal where commands, sockets and counts meet. Imports `server.rtp` and `server.media.srtp`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.media.srtp import SrtpRefused
from server.rtp.rtcp import MalformedRtcp, SenderReport, pack, parse

from .arrivals import Arrivals
from .errors import NoMedia, Refused, RehearsalError, Unreachable
from .manners import hums, wish
from .page import CLOSINGS, LEFT, Page
from .sdp import read_answer, write_offer
from .sealing import SharedSecret
from .sender import Sender, draw_sources
from .transport import Stage, Transport, is_rtcp, is_rtp

if TYPE_CHECKING:
    from .arrivals import Count, Departures
    from .link import Link
    from .manners import Wish
    from .page import Map
    from .sample_media import Loop

OPEN_WITHIN_S: Final = 10.0
"""From the answer to a transport that is open."""
LEAVE_WITHIN_S: Final = 5.0
DATAGRAMS_AT_ONCE: Final = 64
"""Then the others have their turn."""
REPORT_EVERY_NS: Final = 1_000_000_000
REQUEST_EVERY_NS: Final = 20_000_000
DOWNLINK_BPS: Final = 10_000_000
"""What a member says she can take: she has a good line, and does not estimate it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one member is in a rehearsal."""

    number: int
    """Among the members of her meeting, from 0."""
    of: int
    name: str
    seats: int
    loop: Loop
    admits: bool = False
    """She is the facilitator of a room of the rehearsal's own."""
    open_within_s: float = OPEN_WITHIN_S
    pace: float = 1.0
    """How long she thinks and shares, as a multiple of what is usual."""


class Member:
    """Arrives, takes part, leaves."""

    def __init__(self, link: Link, part: Part, departures: Departures) -> None:
        self.part: Final = part
        self.arrivals: Final = Arrivals(departures)
        self.trouble: str | None = None
        """What went wrong, in words without anything confidential."""
        self.transports = 0
        """How many were opened; more than one: the server lost its media and she offered anew."""
        self.forged = 0
        """Packets that could not be opened."""
        self._secret = SharedSecret(link.secret, link.meeting)
        self._departures = departures
        self._page = Page(link, self._changed)
        self._transport: Transport | None = None
        self._sender: Sender | None = None
        self._sent_before = self._unsent_before = 0
        self._reading: int | None = None
        self._opened = asyncio.Event()
        self._wish: Wish | None = None
        self._granting: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._next_report_ns = self._next_request_ns = 0

    # ── coming and going ─────────────────────────────────────────────────────────────────────────

    async def arrive(self) -> None:
        """She has joined, or waits in the lobby, and her transport is open. Raises: `RehearsalError`."""
        await self._page.connect()
        transport, sender, offer = self._new_transport()
        try:
            answer = await self._page.join(self._secret.seal_profile(self.part.name), offer)
            await self._open(transport, sender, answer)
        except BaseException:
            transport.close()
            raise

    def _new_transport(self) -> tuple[Transport, Sender, str]:
        transport, sources = Transport(), draw_sources()
        sender = Sender(transport, sources, self.part.loop, self._departures)
        return (
            transport,
            sender,
            write_offer(transport.ufrag, transport.fingerprint, self.part.seats, sources),
        )

    async def _open(self, transport: Transport, sender: Sender, answer: str) -> None:
        """Raises: `NoMedia`."""
        remote = read_answer(answer)
        self._let_go()
        self._transport, self._sender = transport, sender
        self.arrivals.expect(remote.seats)
        self._opened.clear()
        transport.begin(remote)
        transport.stamp_arrivals()
        self._reading = transport.socket.fileno()
        asyncio.get_running_loop().add_reader(self._reading, self._readable)
        try:
            async with asyncio.timeout(self.part.open_within_s):
                await self._opened.wait()
        except TimeoutError:
            raise NoMedia(
                "the server's media port does not answer: open its UDP ports (KITH_MEDIA_PORT) and look at KITH_MEDIA_ADDRESSES"
            ) from None
        self.transports += 1
        sender.begin(self._secret, self._page.view.you, time.monotonic_ns())

    def _let_go(self) -> None:
        """Of the transport, if there is one; what was sent stays counted."""
        if self._reading is not None:
            asyncio.get_running_loop().remove_reader(self._reading)
            self._reading = None
        if self._sender is not None:
            self._sent_before += self._sender.sent
            self._unsent_before += self._sender.unsent
            self._sender = None
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    async def leave(self) -> None:
        """Gone, as a page that leaves silently; never raises."""
        for task in (self._granting, self._renewing):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_WITHIN_S):
                await self._page.leave()
        self._let_go()

    # ── what the server says ─────────────────────────────────────────────────────────────────────

    def _changed(self, message: Map) -> None:
        match message["t"]:
            case "media_lost" if self._renewing is None or self._renewing.done():
                self._renewing = asyncio.create_task(self._renew())
            case "closed":
                self._closed()
            case "happened" | "snapshot" | "joined":
                self._look_around()

    def _closed(self) -> None:
        code = self._page.closed
        if code != LEFT:
            self.trouble = CLOSINGS.get(code or 0, "the connection broke")
        if self._granting is not None and self._granting is not asyncio.current_task():
            self._granting.cancel()

    async def _renew(self) -> None:
        """A new transport, as a page would ask for."""
        transport, sender, offer = self._new_transport()
        try:
            answer = await self._page.do("offer", sdp=offer)
            await self._open(transport, sender, answer["sdp"])
        except RehearsalError as problem:
            self.trouble = str(problem)
        finally:
            if transport is not self._transport:
                transport.close()

    def _look_around(self) -> None:
        """Begin to wait for what she wants now, unless she does already."""
        wanted = wish(self._page.view, self.part.number, admits=self.part.admits)
        before = None if self._wish is None else self._wish.key
        self._wish = wanted
        if wanted is None or wanted.key == before:
            return
        if self._granting is not None and self._granting is not asyncio.current_task():
            self._granting.cancel()
        self._granting = asyncio.create_task(self._grant(wanted))

    async def _grant(self, wanted: Wish) -> None:
        await asyncio.sleep(wanted.after_s * self.part.pace)
        # What is refused, by a rule or because somebody was faster, is let be until something else is wanted.
        with contextlib.suppress(Refused, Unreachable):
            await self._page.do(wanted.tag, **wanted.fields)

    # ── packets ──────────────────────────────────────────────────────────────────────────────────

    def _readable(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closed:
            return
        for datagram, arrived_ns in transport.datagrams(DATAGRAMS_AT_ONCE):
            if transport.stage is Stage.OPEN and is_rtp(datagram):
                try:
                    packet = transport.unprotect(datagram)
                except SrtpRefused:
                    self.forged += 1
                else:
                    self.arrivals.note(packet, arrived_ns)
            elif transport.stage is Stage.OPEN and is_rtcp(datagram):
                self._take_reports(transport, datagram, arrived_ns)
            else:
                self._control(transport, datagram)
                if transport.is_closed:
                    return

    def _control(self, transport: Transport, datagram: bytes) -> None:
        transport.control(datagram)
        if transport.stage is Stage.OPEN:
            self._opened.set()
        elif transport.is_closed and self._reading is not None:
            asyncio.get_running_loop().remove_reader(self._reading)
            self._reading = None

    def _take_reports(self, transport: Transport, datagram: bytes, arrived_ns: int) -> None:
        try:
            parts = parse(transport.unprotect_rtcp(datagram))
        except (SrtpRefused, MalformedRtcp):
            self.forged += 1
            return
        for part in parts:
            if isinstance(part, SenderReport):
                self.arrivals.note_sender_report(part, arrived_ns // 1_000_000)
            elif self._sender is not None:
                self._sender.answer(part)

    def beat(self, now_ns: int) -> None:
        """Whatever is due leaves; called every few milliseconds."""
        transport, sender = self._transport, self._sender
        if transport is None or sender is None or transport.is_closed:
            return
        transport.remind(now_ns / 1e9)
        if transport.stage is not Stage.OPEN:
            return
        view = self._page.view
        me = view.people.get(view.you)
        if me is not None and view.is_in:
            loud = hums(view, self.part.number, self.part.of, now_ns / 1e9)
            sender.send_due(now_ns, mic=me["mic"], camera=me["camera"], hums=loud)
        self._report(transport, sender, now_ns)

    def _report(self, transport: Transport, sender: Sender, now_ns: int) -> None:
        wall_ms = time.time_ns() // 1_000_000
        if now_ns >= self._next_request_ns:
            self._next_request_ns = now_ns + REQUEST_EVERY_NS
            wanted = self.arrivals.requests(wall_ms)
            if wanted:
                transport.send_rtcp(pack(wanted))
        if now_ns >= self._next_report_ns:
            self._next_report_ns = now_ns + REPORT_EVERY_NS
            for compound in (sender.reports(now_ns), *self.arrivals.reports(wall_ms, DOWNLINK_BPS)):
                if compound:
                    transport.send_rtcp(pack(compound))

    # ── what came of it ──────────────────────────────────────────────────────────────────────────

    @property
    def id(self) -> str:
        """What the server calls her; empty before she has joined."""
        return self._page.view.you

    @property
    def is_in(self) -> bool:
        """Admitted, and connected."""
        return self._page.closed is None and self._page.view.is_in

    @property
    def sent(self) -> int:
        """Packets of sound and pictures."""
        return self._sent_before + (self._sender.sent if self._sender is not None else 0)

    @property
    def unsent(self) -> int:
        """Packets that this machine's own buffers did not take."""
        return self._unsent_before + (self._sender.unsent if self._sender is not None else 0)

    @property
    def arrived(self) -> Count:
        return self.arrivals.total
