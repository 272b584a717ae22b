"""One half of one seat: the outgoing stream of one subscriber, whatever it shows. Its SSRC never changes.

Bound by `reconcile.py`, sent to by `forwarding.py`, asked by `feedback.py`. Must not import a socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from server.rtp.header import FIXED, HAS_EXTENSION, VERSION_2
from server.rtp.history import Resends
from server.rtp.layers import NONE, RIDS, WHOLE, FrameStart, LayerSwitch
from server.rtp.rewrite import FIRST_SEQUENCE_LIMIT, Renumbering, carried_extensions
from server.rtp.rtcp import SenderReport
from server.rtp.sequence import TICKS_CYCLE

from .sdp import Extension, accepted_extensions

if TYPE_CHECKING:
    from collections.abc import Callable

    from .address import Address
    from .edition import Edition
    from .publication import Publication
    from .sdp import OfferSection
    from .srtp import OutboundSrtp, OutboundStream

_COUNTER_MASK: Final = 0xFFFFFFFF


class Receiver(Protocol):
    """The subscriber's transport, as much as its streams need of it."""

    is_open: bool
    """Keys and address are there; only then do `outbound` and `address` hold."""
    outbound: OutboundSrtp | None
    address: Address | None


class Subscription:
    """An outgoing stream: bound to a publication or to none, started or waiting for its first packet."""

    def __init__(self, receiver: Receiver, section: OfferSection, draw: Callable[[int], int]) -> None:
        """draw(n) gives a random number below n."""
        self.receiver = receiver
        self.section_index = section.index
        self.is_video = section.kind == "video"
        self.payload_type = section.payload_type
        self.rtx_payload_type = section.rtx_payload_type
        self.clock_rate = section.clock_rate
        self.extensions = accepted_extensions(section)
        self.send_time_id = self.extensions.get(Extension.ABS_SEND_TIME, 0)
        self.ssrc = 1 + draw(0xFFFFFFFE)
        self.rtx_ssrc = None if section.rtx_payload_type is None else 1 + draw(0xFFFFFFFE)
        self.numbers = Renumbering(draw(FIRST_SEQUENCE_LIMIT), section.clock_rate)
        self.switch = LayerSwitch(self.numbers)
        """Of pictures: which layer of the track is shown."""
        self.switch.want(len(RIDS) - 1)
        self.bound: Publication | None = None
        """The track to show, as its first layer."""
        self.source: Publication | None = None
        """The layer it is shown from, or whose next beginning it waits for."""
        self.edition: Edition | None = None
        """What leaves of it now; None while it waits: a picture for a keyframe."""
        self.stream: OutboundStream | None = None
        """What seals its packets, from their first on."""
        self.resends = Resends()
        self.rtx_index = draw(FIRST_SEQUENCE_LIMIT)
        """The extended sequence number of the next retransmission."""
        self.loss = 0
        """Of 256 packets, by the subscriber's last report."""
        self._packets = 0
        self._octets = 0

    def bind(self, track: Publication | None) -> None:
        """Show this track, given as its first layer, from its next beginning on, or nothing."""
        if track is self.bound:
            return
        self._leave()
        self.bound = track
        self.switch.bind(() if track is None else tuple(each.feed for each in track.layers))
        if track is not None and self.switch.wanted != NONE:
            self._wait_at(track.layers[min(self.switch.wanted, len(track.layers) - 1)])

    def _leave(self) -> None:
        for layer in () if self.bound is None else self.bound.layers:
            layer.detach(self)
        self.source = None

    def _wait_at(self, layer: Publication) -> None:
        self.source = layer
        layer.attach(self)

    @property
    def started(self) -> bool:
        """Its packets leave now."""
        return self.edition is not None

    def want(self, layer: int, now_ms: int, highest: int = WHOLE) -> None:
        """Show this layer of the track up to a temporal layer, or the next that arrives; `NONE`: nothing, at once."""
        if layer == NONE:
            self._leave()
        self.switch.want(layer, highest)
        self.aim(now_ms)

    def aim(self, now_ms: int) -> None:
        """Wait for a beginning of the layer that should be shown now: what was granted, as far as it arrives."""
        track = self.bound
        if track is None or self.switch.wanted == NONE:
            return
        self._await_step()
        target = self.switch.target(now_ms)
        aimed = track.layers[min(self.switch.wanted, len(track.layers) - 1) if target == NONE else target]
        if target == NONE and self.source is not None:
            aimed = self.source  # nothing arrives: as it is
        for layer in track.layers:
            if layer is not aimed:
                layer.coming.pop(self, None)
        if aimed is self.source:
            return
        if self.started:
            aimed.expect(self)
            return
        self._leave()
        self._wait_at(aimed)

    def _await_step(self) -> None:
        """Frames of the layer that is shown are awaited as long as more or fewer of them are wanted."""
        if self.source is None:
            return
        if self.switch.steps:
            self.source.stepping[self] = None
        else:
            self.source.stepping.pop(self, None)

    def turn(self, layer: Publication, start: FrameStart, now_ms: int) -> bool:
        """True if the frame that begins now, of this layer of the track, is the first that leaves in another edition."""
        before = self.source if self.started else None
        if not self.switch.turn(layer.feed, start, now_ms):
            return False
        if before is layer:
            self._part()
        elif before is not None:
            before.detach(self)
        if self.source is not layer:
            self.source = layer
            layer.subscriptions[self] = None
        layer.coming.pop(self, None)
        self._start(layer)
        self._await_step()
        return True

    def begin(self, source: Publication, index: int, rtp_ticks: int, now_ms: int) -> None:
        """The packet at hand, `index` of `source`, is the first that leaves."""
        self.numbers.begin(index, rtp_ticks, now_ms)
        self._start(source)

    def _start(self, source: Publication) -> None:
        edition = self.edition = source.edition(self.switch.cut)
        self._packets -= edition.packets
        self._octets -= edition.octets

    def end(self, source: Publication) -> None:
        """The last packet of `source` has left; the next beginning follows it without a hole."""
        if self.edition is None:
            return
        if not self.is_video:
            self.numbers.end(source.top_index, source.top_ticks, source.top_ms)
        elif self.switch.feed is source.feed:
            self.switch.stop()
        self._part()

    def _part(self) -> None:
        """Nothing more of this edition; what leaves next is above all that left."""
        if self.edition is not None:
            self._packets += self.edition.packets
            self._octets += self.edition.octets
            self.edition = None
        if self.stream is not None:
            self.stream.part()

    def retransmission(self, seq16: int, now_ms: int, now_us: int) -> tuple[bytes, int] | None:
        """The RTX packet (RFC 4588) for a packet the subscriber misses, and its index; None if it cannot be had.

        | header of the RTX stream | extensions | original sequence (16) | original payload |
        """
        source, origin = self.source, self.switch.origin(seq16)
        if source is None or origin is None or self.rtx_ssrc is None or self.rtx_payload_type is None:
            return None
        kept = source.history.find(origin.layer_index, now_ms)
        if kept is None or not self.resends.allow(origin.out, now_ms):
            return None
        payload = kept.payload if kept.temporal <= origin.highest else b""
        block = carried_extensions(b"", {}, (), self.send_time_id, now_us)
        head = FIXED.pack(
            VERSION_2 | (HAS_EXTENSION if block else 0),
            kept.marker | self.rtx_payload_type,
            self.rtx_index & 0xFFFF,
            (kept.rtp_ticks + self.numbers.tick_offset) % TICKS_CYCLE,
            self.rtx_ssrc,
        )
        index, self.rtx_index = self.rtx_index, self.rtx_index + 1
        return b"".join((head, block, seq16.to_bytes(2, "big"), payload)), index

    @property
    def octets(self) -> int:
        """Of payloads sent so far."""
        return self._octets + (0 if self.edition is None else self.edition.octets)

    @property
    def packets(self) -> int:
        """Sent so far."""
        return self._packets + (0 if self.edition is None else self.edition.packets)

    def report(self, now_ntp: int) -> SenderReport | None:
        """What was sent so far, and which timestamp is now; None while there is nothing to say."""
        source, edition = self.source, self.edition
        if source is None or edition is None:
            return None
        ticks = source.time.ticks_at(now_ntp)
        if ticks is None:
            return None
        return SenderReport(
            ssrc=self.ssrc,
            ntp=now_ntp,
            rtp_ticks=(ticks + self.numbers.tick_offset) % TICKS_CYCLE,
            packets=self.packets & _COUNTER_MASK,
            octets=self.octets & _COUNTER_MASK,
        )
