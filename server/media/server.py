"""The media server: one UDP port for all meetings, behind `hosting.ports.MediaControl`.

Made by `app.py`. Datagrams come in here, each goes one straight way: port → demux → peer → forwarding → port.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from typing import TYPE_CHECKING, NamedTuple

from server.hosting.ports import OfferFault, OfferRefused, Receptions
from server.rtp.header import PacketView

from .demux import Demux, PacketKind, classify
from .dtls import Identity
from .feedback import Feedback
from .forwarding import Forwarder
from .outlet import MediaCounts
from .peer import Peer
from .port import UdpPort
from .reconcile import MeetingMedia
from .sdp_offer import parse_offer
from .settings import MediaSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from server.hosting.ports import MediaListener, Screen
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.routes import Track

    from .address import Address
    from .allocation import Grant
    from .sdp import Offer

logger = logging.getLogger(__name__)


class _Rounds(NamedTuple):
    """What is due for every subscriber with this tick."""

    allots: bool
    aims: bool


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1000


class MediaServer:
    """Forwards what `route` says, and nothing else. Implements `MediaControl`."""

    def __init__(
        self,
        settings: MediaSettings | None = None,
        *,
        now_us: Callable[[], int] = _monotonic_us,
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        """Bind the port. Raises: OSError if it cannot be bound."""
        self.settings = settings or MediaSettings()
        self._now_us = now_us
        """The one place where time comes from; everything below is told."""
        self._draw = draw
        self._identity = Identity.make()
        self._port = UdpPort(
            self.settings.host,
            self.settings.port,
            self._take,
            self._send_gathered,
            batches=self.settings.batches,
        )
        self._demux: Demux[tuple[MeetingId, Peer]] = Demux()
        self._view = PacketView()
        self.forwarder = Forwarder(self._port)
        self.feedback = Feedback(self.settings, self._port.send)
        self._meetings: dict[MeetingId, MeetingMedia] = {}
        self._listener: MediaListener | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._told_speakers_ms = 0
        self._allotted_ms = 0
        self._aimed_ms = 0

    @property
    def local(self) -> tuple[str, int]:
        """The bound IP and port."""
        return self._port.local

    @property
    def port(self) -> UdpPort:
        """For its counts."""
        return self._port

    def start(self, listener: MediaListener) -> None:
        """Packets are handled from now on, in the running event loop."""
        self._listener = listener
        self._port.start(asyncio.get_running_loop())
        self._schedule()

    async def stop(self) -> None:
        """Close every peer and the port."""
        for meeting in list(self._meetings):
            await self.end(meeting)
        if self._timer is not None:
            self._timer.cancel()
        self._port.close()

    def peer(self, meeting: MeetingId, participant: ParticipantId) -> Peer | None:
        """The transport of a participant, for metrics and tests."""
        media = self._meetings.get(meeting)
        return None if media is None else media.peers.get(participant)

    # ── MediaControl ─────────────────────────────────────────────────────────────────────────────

    async def open(self, meeting: MeetingId, peer: ParticipantId, offer_sdp: str) -> str:
        """As `MediaControl.open`."""
        offer = parse_offer(offer_sdp)
        known = self.peer(meeting, peer)
        if known is not None and _continues(known.offer, offer):
            if offer.ufrag != known.offer.ufrag:
                self._demux.restart(known.agent)
            known.offer = offer
            return known.answer(self._identity, self._candidates())
        if (
            known is None
            and sum(len(each.peers) for each in self._meetings.values()) >= self.settings.max_peers
        ):
            raise OfferRefused(OfferFault.BUSY)
        self._shut(meeting, peer)
        media = self._meetings.setdefault(meeting, MeetingMedia())
        now_ms = self._now_us() // 1000
        opened = Peer(peer, offer, self._identity, media.speakers, self.settings, self._draw, now_ms)
        media.admit(opened)
        self._demux.add(opened.agent, (meeting, opened))
        self._reconcile(meeting, media)
        return opened.answer(self._identity, self._candidates())

    async def close(self, meeting: MeetingId, peer: ParticipantId) -> None:
        """As `MediaControl.close`."""
        media = self._meetings.get(meeting)
        if media is not None:
            media.allotment.part(peer)
            self._shut(meeting, peer)
            self._forget_empty(meeting, media)

    async def route(self, meeting: MeetingId, wanted: Mapping[Track, frozenset[ParticipantId]]) -> None:
        """As `MediaControl.route`; in force when this returns."""
        media = self._meetings.setdefault(meeting, MeetingMedia())
        media.wanted = dict(wanted)
        self._reconcile(meeting, media)
        self._forget_empty(meeting, media)

    async def hold(self, meeting: MeetingId, holders: frozenset[ParticipantId]) -> None:
        """As `MediaControl.hold`."""
        media = self._meetings.setdefault(meeting, MeetingMedia())
        media.allotment.holders = holders
        for peer in media.peers.values():
            peer.is_urgent = True
        self._forget_empty(meeting, media)

    async def show(self, meeting: MeetingId, peer: ParticipantId, screen: Screen) -> None:
        """As `MediaControl.show`; in force with the next allotment."""
        media = self._meetings.get(meeting)
        if media is not None:
            media.allotment.screens[peer] = screen
            if peer in media.peers:
                media.peers[peer].is_urgent = True

    async def receptions(self, meeting: MeetingId) -> Receptions:
        """As `MediaControl.receptions`."""
        media = self._meetings.get(meeting)
        return Receptions() if media is None else media.allotment.receptions()

    def grants(self, meeting: MeetingId) -> Mapping[ParticipantId, tuple[Grant, ...]]:
        """What everybody gets, seat by seat, for benchmarks and tests."""
        media = self._meetings.get(meeting)
        return {} if media is None else media.allotment.grants

    async def end(self, meeting: MeetingId) -> None:
        """As `MediaControl.end`."""
        media = self._meetings.get(meeting)
        if media is not None:
            for participant in list(media.peers):
                self._shut(meeting, participant)
            self._forget(meeting)

    # ── the way of a datagram ────────────────────────────────────────────────────────────────────

    def _take(self, datagram: bytes, source: Address) -> None:
        kind = classify(datagram)
        now_us = self._now_us()
        if kind is not PacketKind.RTP:
            self.forwarder.flush()  # whatever this changes, it changes what comes after it
        if kind is PacketKind.STUN:
            self._take_check(datagram, source, now_us)
            return
        owner = self._demux.peer_at(source)
        if owner is None:
            return
        meeting, peer = owner
        if kind is PacketKind.RTP:
            publication = peer.take_rtp(datagram, self._view, self.forwarder, now_us)
            if publication is not None and publication.gap_opened:
                self.feedback.ask_missing(peer, publication, now_us // 1000)
        elif kind is PacketKind.RTCP:
            self.feedback.take(peer, peer.take_rtcp(datagram), now_us)
        elif kind is PacketKind.DTLS:
            self._take_dtls(meeting, peer, datagram)

    def _send_gathered(self) -> None:
        self.forwarder.flush()

    def _take_check(self, datagram: bytes, source: Address, now_us: int) -> None:
        arrival = self._demux.check(datagram, source, now_us // 1000)
        if arrival is None:
            return
        self._port.send(arrival.response, source)
        if arrival.selected:
            arrival.peer[1].move(source)

    def _take_dtls(self, meeting: MeetingId, peer: Peer, datagram: bytes) -> None:
        opened = peer.take_dtls(datagram)
        self._send_all(peer.dtls.outgoing(), peer.address)
        if opened:
            self._reconcile(meeting, self._meetings[meeting])
        elif peer.is_lost:
            self._lose(meeting, peer)

    # ── time ─────────────────────────────────────────────────────────────────────────────────────

    def _schedule(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self.settings.tick_ms / 1000, self._tick)

    def _tick(self) -> None:
        self._schedule()
        self.run_due()

    def run_due(self) -> None:
        """Everything that time makes due now: retransmissions, reports, who speaks, who is lost."""
        now_us = self._now_us()
        now_ms = now_us // 1000
        self.forwarder.flush()
        rounds = self._due_rounds(now_ms)
        for meeting, media in list(self._meetings.items()):
            for peer in list(media.peers.values()):
                try:
                    self._share_out(media, peer, rounds, now_ms)
                    self._tell_unwanted(meeting, media, peer, now_ms)
                    self._run_due_peer(meeting, peer, now_us)
                except Exception:  # the last wall: our bug with one peer must not stop the others' time
                    self._port.counts.faults += 1
                    if self._port.counts.faults == 1:
                        logger.exception("fault on the timer")
        if now_ms - self._told_speakers_ms >= self.settings.speakers_ms:
            self._told_speakers_ms = now_ms
            for meeting, media in list(self._meetings.items()):
                self._tell_speakers(meeting, media, now_ms)

    def _due_rounds(self, now_ms: int) -> _Rounds:
        allots = now_ms - self._allotted_ms >= self.settings.allot_ms
        aims = now_ms - self._aimed_ms >= self.settings.aim_ms
        if allots:
            self._allotted_ms = now_ms
            for media in self._meetings.values():
                media.allotment.begin_round()
        if aims:
            self._aimed_ms = now_ms
        return _Rounds(allots, aims)

    @staticmethod
    def _share_out(media: MeetingMedia, peer: Peer, due: _Rounds, now_ms: int) -> None:
        """What this subscriber gets, as far as it is time to look."""
        if due.allots:
            media.allotment.measure(peer, now_ms)
        if due.allots or peer.is_urgent or media.allotment.is_awaited(peer, now_ms):
            peer.is_urgent = False
            media.allotment.allot(peer, media.told_speakers, now_ms)
        elif due.aims:
            for seat in peer.seats:
                if seat.video is not None:
                    seat.video.aim(now_ms)

    def _run_due_peer(self, meeting: MeetingId, peer: Peer, now_us: int) -> None:
        if peer.is_open:
            self.feedback.tick(peer, now_us)
        else:
            peer.dtls.on_timeout()
            self._send_all(peer.dtls.outgoing(), peer.address)
        if peer.is_lost or peer.agent.consent_ends_ms <= now_us // 1000:
            self._lose(meeting, peer)

    def _ask_keyframes(self, media: MeetingMedia, now_ms: int) -> None:
        for peer in media.peers.values():
            for publication in peer.streams():
                self.feedback.ask_keyframe(peer, publication, now_ms)

    def _tell_unwanted(self, meeting: MeetingId, media: MeetingMedia, peer: Peer, now_ms: int) -> None:
        """Which layers of her camera nobody shows any more, or somebody again."""
        rids = media.allotment.unwanted(peer, now_ms) if peer.is_open else None
        if rids is not None and self._listener is not None:
            self._listener.layers_unwanted(meeting, peer.participant, rids)

    def _tell_speakers(self, meeting: MeetingId, media: MeetingMedia, now_ms: int) -> None:
        audible = media.speakers.audible(now_ms)
        if audible == media.told_speakers:
            return
        media.told_speakers = audible
        if self._listener is not None:
            self._listener.speakers_changed(meeting, audible)
        if media.is_crowded():
            self._reconcile(meeting, media)

    # ── changes ──────────────────────────────────────────────────────────────────────────────────

    def _reconcile(self, meeting: MeetingId, media: MeetingMedia) -> None:
        for participant, seats in media.reconcile():
            if self._listener is not None:
                self._listener.seats_changed(meeting, participant, seats)
        self._ask_keyframes(media, self._now_us() // 1000)

    def _lose(self, meeting: MeetingId, peer: Peer) -> None:
        self._shut(meeting, peer.participant)
        if self._listener is not None:
            self._listener.peer_lost(meeting, peer.participant)

    def _shut(self, meeting: MeetingId, participant: ParticipantId) -> None:
        media = self._meetings.get(meeting)
        peer = None if media is None else media.dismiss(participant)
        if media is None or peer is None:
            return
        self._demux.remove(peer.agent)
        self._send_all(peer.close(), peer.address)
        self._reconcile(meeting, media)
        self._forget_empty(meeting, media)

    def _forget_empty(self, meeting: MeetingId, media: MeetingMedia) -> None:
        """A meeting without peers and wishes is as one that never was: offers alone must not fill the memory."""
        if not (media.peers or media.wanted or media.allotment.holders or media.allotment.screens):
            self._forget(meeting)

    def _forget(self, meeting: MeetingId) -> None:
        """Nothing of it is here any more; what passed through buffers that all meetings share is overwritten."""
        if self._meetings.pop(meeting, None) is not None:
            self.forwarder.forget()
            self._view = PacketView()
            self._port.forget()

    @property
    def sight(self) -> MediaCounts:
        """Totals since the start, and how many peers there are."""
        counts = self._port.counts
        peers = sum(len(each.peers) for each in self._meetings.values())
        return MediaCounts(peers, counts.received, counts.sent, counts.unsent, counts.faults)

    @property
    def meetings(self) -> int:
        """How many are known."""
        return len(self._meetings)

    def _send_all(self, datagrams: Iterable[bytes], address: Address | None) -> None:
        if address is not None:
            for datagram in datagrams:
                self._port.send(datagram, address)

    def _candidates(self) -> tuple[tuple[str, int], ...]:
        ip, port = self._port.local
        return tuple((each, port) for each in self.settings.announced or (ip,))


def _continues(before: Offer, offer: Offer) -> bool:
    """True if this offer is of the same transport: the same certificate and the same sections."""
    return before.fingerprint == offer.fingerprint and [
        (each.mid, each.kind, each.direction) for each in before.accepted()
    ] == [(each.mid, each.kind, each.direction) for each in offer.accepted()]
