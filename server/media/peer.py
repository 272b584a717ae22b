"""One participant's transport: who it is to ICE, DTLS and SRTP, what it sends, the seats it receives in.

Made and fed by `server.py`. Must not import a socket; what is to be sent is returned, or goes through the forwarder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.rooms.routes import Track
from server.rtp import rtcp
from server.rtp.bandwidth import ArrivalLog, Downlink
from server.rtp.header import MalformedRtp
from server.rtp.reports import PublisherClock
from server.rtp.speakers import level_dbov

from .dtls import DtlsServer, DtlsState
from .ice_lite import IceLite
from .publication import Publication, kind_of
from .sdp import (
    Extension,
    LocalDescription,
    OfferSection,
    accepted_extensions,
    accepted_rids,
    write_answer,
)
from .srtp import InboundSrtp, OutboundSrtp, SrtpRefused
from .subscription import Subscription

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.rooms.ids import ParticipantId
    from server.rooms.routes import Kind
    from server.rtp.header import PacketView
    from server.rtp.speakers import Speakers

    from .address import Address
    from .dtls import Identity
    from .forwarding import Forwarder
    from .sdp import Offer
    from .settings import MediaSettings
    from .srtp_keys import SrtpKeys

_WIDE_SEQ_BYTES: Final = 2


@dataclass(slots=True)
class PeerCounts:
    """What a peer sent that was dropped; for metrics and tests."""

    refused: int = 0
    """Not authentic, replayed, too old."""
    malformed: int = 0
    unknown: int = 0
    """Of an SSRC or payload type that belongs to no track of this peer."""
    repaired: int = 0
    """Not dropped: came as a retransmission."""


@dataclass(frozen=True, slots=True)
class SeatStreams:
    """What one seat sends with."""

    audio: Subscription
    video: Subscription | None


class Peer:
    """A transport from its offer to its end. Nothing its other side sends raises out of it."""

    def __init__(  # noqa: PLR0913, PLR0917 - a peer is where everything meets
        self,
        participant: ParticipantId,
        offer: Offer,
        identity: Identity,
        speakers: Speakers[ParticipantId],
        settings: MediaSettings,
        draw: Callable[[int], int],
        now_ms: int,
    ) -> None:
        """draw(n) gives a random number below n."""
        self.participant = participant
        self.offer = offer
        self.agent = IceLite(now_ms)
        self.dtls = DtlsServer(identity, offer.fingerprint)
        self.address: Address | None = None
        self.inbound: InboundSrtp | None = None
        self.outbound: OutboundSrtp | None = None
        self.is_open = False
        self._keys: SrtpKeys | None = None
        self.publications: dict[Kind, Publication] = {}
        """Of each track its first layer."""
        self.seats = tuple(
            SeatStreams(
                Subscription(self, seat.audio, draw),
                None if seat.video is None else Subscription(self, seat.video, draw),
            )
            for seat in offer.seats()
        )
        self.by_outgoing_ssrc = {each.ssrc: each for each in self.subscriptions()}
        self.rtcp_ssrc = 1 + draw(0xFFFFFFFE)
        """Who we are where a report needs a sender that sends nothing."""
        self.arrivals = ArrivalLog()
        self.downlink = Downlink()
        self.clock = PublisherClock()
        self.needs_bps = 0
        """What was granted to it, with its sound."""
        self.is_urgent = False
        """Its link takes less than that now: it is not left waiting for the next round."""
        self.rtt_ms: int | None = None
        self.counts = PeerCounts()
        self.feedback_ms = self.reported_ms = now_ms
        """When the last transport-wide feedback and the last reports were sent."""
        self._speakers = speakers
        self._by_ssrc: dict[int, tuple[Publication, bool]] = {}
        """SSRC → its publication, and whether it retransmits."""
        self._max_sources = settings.max_sources
        self._rids: dict[bytes, tuple[str, ...]] = {}
        """Of tracks in layers: mid → the rids of the layers."""
        self._mid_id = 0
        self._wide_id = 0
        self._rid_id = 0
        self._repaired_rid_id = 0
        self._publish(settings)

    def _publish(self, settings: MediaSettings) -> None:
        positions = {"audio": 0, "video": 0}
        for section in self.offer.publishing():
            kind = kind_of(positions[section.kind], is_video=section.kind == "video")
            positions[section.kind] += 1
            if kind is None:
                continue
            self.publications[kind] = self._published(Track(self.participant, kind), section, settings)
            extensions = accepted_extensions(section)
            # In a bundle one id means one extension in all sections (RFC 9143 §8).
            self._mid_id = extensions.get(Extension.MID, self._mid_id)
            self._wide_id = extensions.get(Extension.TRANSPORT_CC, self._wide_id)
            self._rid_id = extensions.get(Extension.RID, self._rid_id)
            self._repaired_rid_id = extensions.get(Extension.REPAIRED_RID, self._repaired_rid_id)

    def _published(self, track: Track, section: OfferSection, settings: MediaSettings) -> Publication:
        """The track; of simulcast its first layer, which knows the others."""
        rids = accepted_rids(section)
        layers = tuple(Publication(track, section, settings, layer) for layer in range(max(1, len(rids))))
        for publication in layers:
            publication.layers = layers
        if rids:
            self._rids[layers[0].mid] = rids  # which SSRC is which layer, packets say themselves
        else:
            self._declare(layers[0], section)
        return layers[0]

    def streams(self) -> Iterator[Publication]:
        """All incoming streams: every layer of every track."""
        for track in self.publications.values():
            yield from track.layers

    def _declare(self, publication: Publication, section: OfferSection) -> None:
        if not section.sources:
            return
        declared = section.sources[0]
        publication.ssrc = declared.primary
        self._by_ssrc[declared.primary] = (publication, False)
        if declared.rtx is not None:
            self._by_ssrc[declared.rtx] = (publication, True)

    def subscriptions(self) -> Iterator[Subscription]:
        """All outgoing streams, seat by seat."""
        for seat in self.seats:
            yield seat.audio
            if seat.video is not None:
                yield seat.video

    def answer(self, identity: Identity, candidates: tuple[tuple[str, int], ...]) -> str:
        """The SDP answer; for an ICE restart the same again with new credentials."""
        local = LocalDescription(
            self.agent.local.ufrag, self.agent.local.pwd, identity.fingerprint, candidates
        )
        return write_answer(
            self.offer,
            local,
            {each.section_index: (each.ssrc, each.rtx_ssrc) for each in self.subscriptions()},
        )

    # ── the transport comes and goes ─────────────────────────────────────────────────────────────

    def move(self, address: Address) -> None:
        """Everything goes to this address from now on."""
        self.address = address
        self._replan()

    def take_dtls(self, datagram: bytes) -> bool:
        """Handle one DTLS datagram; True if the transport opened by it."""
        self.dtls.receive(datagram)
        if self.is_open or self.dtls.keys is None or self.address is None:
            return False
        self.open_with(self.dtls.keys)
        return True

    def open_with(self, keys: SrtpKeys) -> None:
        """Packets can be opened and sealed from now on."""
        self._keys = keys
        self.inbound, self.outbound = InboundSrtp(keys), OutboundSrtp(keys)
        self.is_open = True
        self._replan()

    @property
    def is_lost(self) -> bool:
        """The other side closed, or the handshake failed."""
        return self.dtls.state in {DtlsState.CLOSED, DtlsState.FAILED}

    def close(self) -> list[bytes]:
        """Nothing from or to this peer passes any more, its keys and packets are overwritten or gone; returns the farewell to send."""
        for publication in self.streams():
            for subscription in (*publication.subscriptions, *publication.coming):
                subscription.bind(None)
            publication.history.clear()
        for subscription in self.subscriptions():
            subscription.bind(None)
        self.is_open = False
        self.inbound = self.outbound = None
        if self._keys is not None:
            self._keys.wipe()
            self._keys = None
        self._by_ssrc.clear()
        self.dtls.close()
        return self.dtls.outgoing()

    def _replan(self) -> None:
        """The plans in which this peer occurs must be built anew."""
        for subscription in self.subscriptions():
            if subscription.source is not None:
                subscription.source.replan()
                if self.is_open:
                    subscription.source.keyframes.wish()

    # ── packets ──────────────────────────────────────────────────────────────────────────────────

    def take_rtp(
        self, datagram: bytes, view: PacketView, forwarder: Forwarder, now_us: int
    ) -> Publication | None:
        """Open, recognise and forward one packet; returns its publication, or None if it was dropped."""
        if self.inbound is None:
            return None
        try:
            view.read(self.inbound.unprotect(datagram))
        except SrtpRefused:
            self.counts.refused += 1
            return None
        except MalformedRtp:
            self.counts.malformed += 1
            return None
        packet, found = view.packet, view.found
        if self._wide_id in found:
            at, end = found[self._wide_id]
            if end - at >= _WIDE_SEQ_BYTES:
                self.arrivals.note(packet[at] << 8 | packet[at + 1], now_us)
        bound = self._by_ssrc.get(view.ssrc) or self._bind(view)
        if bound is None or not self._unwrap(view, *bound):
            self.counts.unknown += 1
            return None
        publication = bound[0]
        if publication.level_id in found and publication.routed:
            dbov = level_dbov(packet[found[publication.level_id][0]])
            self._speakers.note(self.participant, dbov, now_us // 1000)
            publication.is_let = self._speakers.rooms.lets(self.participant, dbov, now_us // 1000)
        self.counts.repaired += view.repaired
        forwarder.forward(publication, view, now_us)
        return publication

    def _unwrap(self, view: PacketView, publication: Publication, retransmits: bool) -> bool:  # noqa: FBT001
        """The view is of an original packet now; False if the packet is of another codec or holds nothing."""
        if not retransmits:
            return view.payload_type == publication.payload_type
        return view.payload_type == publication.rtx_payload_type and view.unwrap_retransmission()

    def _bind(self, view: PacketView) -> tuple[Publication, bool] | None:
        """An undeclared SSRC: by its mid, or as the only track with that payload type. At most one per track."""
        if len(self._by_ssrc) >= self._max_sources:
            return None
        publication = self._named(view)
        if publication is None:
            return None
        retransmits = view.payload_type == publication.rtx_payload_type
        if any(bound == (publication, retransmits) for bound in self._by_ssrc.values()):
            return None
        if not retransmits:
            publication.ssrc = view.ssrc
        self._by_ssrc[view.ssrc] = (publication, retransmits)
        return publication, retransmits

    def _named(self, view: PacketView) -> Publication | None:
        if self._mid_id in view.found:
            mid = view.packet[slice(*view.found[self._mid_id])]
            candidates = [each for each in self.publications.values() if each.mid == mid]
            if mid in self._rids and candidates:
                return self._layer(view, candidates[0], self._rids[mid])
        else:
            candidates = [each for each in self.publications.values() if each.mid not in self._rids]
        types = [
            each for each in candidates if view.payload_type in (each.payload_type, each.rtx_payload_type)
        ]
        return types[0] if len(types) == 1 else None

    def _layer(self, view: PacketView, track: Publication, rids: tuple[str, ...]) -> Publication | None:
        """The layer this packet says it is of: with its rid, or with the rid of what it repeats."""
        retransmits = view.payload_type == track.rtx_payload_type
        identifier = self._repaired_rid_id if retransmits else self._rid_id
        if identifier not in view.found or (not retransmits and view.payload_type != track.payload_type):
            return None
        rid = bytes(view.packet[slice(*view.found[identifier])])
        return next((track.layers[layer] for layer, each in enumerate(rids) if each.encode() == rid), None)

    def take_rtcp(self, datagram: bytes) -> list[rtcp.Part]:
        """The parts of one RTCP packet; empty if it was dropped."""
        if self.inbound is None:
            return []
        try:
            return rtcp.parse(self.inbound.unprotect_rtcp(datagram))
        except SrtpRefused:
            self.counts.refused += 1
        except rtcp.MalformedRtcp:
            self.counts.malformed += 1
        return []
