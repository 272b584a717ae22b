"""One half of one seat: the outgoing stream of one subscriber, whatever it shows. Its SSRC never changes.

Bound by `reconcile.py`, sent to by `forwarding.py`, asked by `feedback.py`. Must not import a socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from server.rtp.header import FIXED, HAS_EXTENSION, MARKER, MIN_HEADER_BYTES, VERSION_2
from server.rtp.history import Resends
from server.rtp.rewrite import FIRST_SEQUENCE_LIMIT, Renumbering, carried_extensions
from server.rtp.rtcp import SenderReport
from server.rtp.sequence import TICKS_CYCLE, extend

from .sdp import Extension, accepted_extensions

if TYPE_CHECKING:
    from collections.abc import Callable

    from .address import Address
    from .publication import Publication
    from .sdp import OfferSection
    from .srtp import OutboundSrtp

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
        self.source: Publication | None = None
        self.started = False
        """Its packets leave now; before that, video waits for a keyframe."""
        self.resends = Resends()
        self.rtx_index = draw(FIRST_SEQUENCE_LIMIT)
        """The extended sequence number of the next retransmission."""
        self._packets = 0
        self._octets = 0

    def bind(self, source: Publication | None) -> None:
        """Show this publication from its next beginning on, or nothing."""
        if source is self.source:
            return
        if self.source is not None:
            self.source.detach(self)
        self.source = source
        if source is not None:
            source.attach(self)

    def begin(self, source: Publication, index: int, rtp_ticks: int, now_ms: int) -> None:
        """The packet at hand, `index` of `source`, is the first that leaves."""
        self.numbers.begin(index, rtp_ticks, now_ms)
        self._packets -= source.packets
        self._octets -= source.octets
        self.resends.clear()
        self.started = True

    def end(self, source: Publication) -> None:
        """The last packet of `source` has left; the next beginning follows it without a hole."""
        if self.started:
            self.numbers.end(source.top_index, source.top_ticks, source.top_ms)
            self._packets += source.packets
            self._octets += source.octets
            self.started = False

    def retransmission(self, seq16: int, now_ms: int, now_us: int) -> tuple[bytes, int] | None:
        """The RTX packet (RFC 4588) for a packet the subscriber misses, and its index; None if it cannot be had.

        | header of the RTX stream | extensions | original sequence (16) | original payload |
        """
        source = self.source
        if source is None or not self.started or self.rtx_ssrc is None or self.rtx_payload_type is None:
            return None
        out = extend(seq16, source.top_index + self.numbers.seq_offset)
        index = out - self.numbers.seq_offset
        kept = source.history.find(index, now_ms) if index >= self.numbers.floor else None
        if kept is None or not self.resends.allow(out, now_ms):
            return None
        block = carried_extensions(b"", {}, (), self.send_time_id, now_us)
        _, second, _, ticks, _ = FIXED.unpack_from(kept)
        head = FIXED.pack(
            VERSION_2 | (HAS_EXTENSION if block else 0),
            second & MARKER | self.rtx_payload_type,
            self.rtx_index & 0xFFFF,
            (ticks + self.numbers.tick_offset) % TICKS_CYCLE,
            self.rtx_ssrc,
        )
        index, self.rtx_index = self.rtx_index, self.rtx_index + 1
        return b"".join((head, block, seq16.to_bytes(2, "big"), kept[MIN_HEADER_BYTES:])), index

    def report(self, now_ntp: int) -> SenderReport | None:
        """What was sent so far, and which timestamp is now; None while there is nothing to say."""
        source = self.source
        if source is None or not self.started:
            return None
        ticks = source.time.ticks_at(now_ntp)
        if ticks is None:
            return None
        return SenderReport(
            ssrc=self.ssrc,
            ntp=now_ntp,
            rtp_ticks=(ticks + self.numbers.tick_offset) % TICKS_CYCLE,
            packets=(self._packets + source.packets) & _COUNTER_MASK,
            octets=(self._octets + source.octets) & _COUNTER_MASK,
        )
