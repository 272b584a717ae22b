"""The heart: one packet of a publication goes to every subscription that shows it.

Called by `peer.py` for each packet it opened; synchronous, nothing is queued and nothing decoded. The plan of a publication
is built once and used until a subscription, an address or a key changes. Must not import the socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from server.rtp.header import FIXED, HAS_EXTENSION, MIN_HEADER_BYTES, VERSION_2
from server.rtp.rewrite import carried_extensions

from .publication import DROPPED
from .sdp import Extension
from .srtp import MAX_PLAIN_BYTES, IndexRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rtp.header import PacketView

    from .address import Address
    from .publication import Publication
    from .srtp import OutboundSrtp
    from .subscription import Subscription

MAX_OUTGOING_BYTES: Final = 1500
CARRIED: Final = (Extension.AUDIO_LEVEL,)
"""What a publisher says about a packet and subscribers may read, where both negotiated it."""


class Branch(NamedTuple):
    """One subscription, as much of it as a packet needs."""

    seal: Callable[[int, bytes, memoryview, memoryview], None]
    address: Address
    ssrc: int
    payload_type: int
    seq_offset: int
    tick_offset: int
    floor: int


class Bundle(NamedTuple):
    """Subscriptions for which a packet is the same but for its fixed header: alike in extensions and tag length."""

    tag_bytes: int
    carried: tuple[tuple[int, int], ...]
    send_time_id: int
    branches: tuple[Branch, ...]


Plan = tuple[Bundle, ...]


class Forwarder:
    """Sends packets on. One per server: it owns the buffer every packet leaves from."""

    def __init__(self, send: Callable[[memoryview, Address], bool]) -> None:
        self._send = send
        self._buffer = memoryview(bytearray(MAX_OUTGOING_BYTES))
        self.forwarded = 0
        """Packets handed to the socket since the start."""
        self.refused = 0
        """Packets too long to be sealed, or whose index was used (our own bugs), per subscriber."""

    def forward(self, publication: Publication, view: PacketView, now_us: int) -> None:
        """Every started subscription of `publication` gets this packet under its own numbers."""
        now_ms = now_us // 1000
        index = publication.admit(view, now_ms)
        if index == DROPPED or not publication.subscriptions:
            return
        if view.keyframe or (publication.plan is None and not publication.is_video):
            _begin_waiting(publication, index, view, now_ms)
        plan = publication.plan
        if plan is None:
            plan = publication.plan = build_plan(publication)
        publication.packets += 1
        publication.octets += view.end - view.start
        if publication.is_video:
            publication.keep(index, view, now_ms)
        for bundle in plan:
            self._send_bundle(bundle, index, view, now_us)

    def _send_bundle(self, bundle: Bundle, index: int, view: PacketView, now_us: int) -> None:
        """The packet lies in one buffer: | fixed header | extensions | sealed payload, tag |, the first rewritten per branch."""
        tag_bytes, carried, send_time_id, branches = bundle
        block = carried_extensions(view.packet, view.found, carried, send_time_id, now_us)
        payload = view.lead + view.packet[view.start : view.end]
        header_bytes = MIN_HEADER_BYTES + len(block)
        if header_bytes + len(payload) > MAX_PLAIN_BYTES:
            self.refused += len(branches)
            return
        datagram = self._buffer[: header_bytes + len(payload) + tag_bytes]
        header, sealed = datagram[:header_bytes], datagram[header_bytes:]
        header[MIN_HEADER_BYTES:] = block
        first = VERSION_2 | HAS_EXTENSION if block else VERSION_2
        marker, ticks, send, pack_into = view.marker, view.rtp_ticks, self._send, FIXED.pack_into
        for seal, address, ssrc, payload_type, seq_offset, tick_offset, floor in branches:
            if index < floor:  # from before this subscription began
                continue
            out = index + seq_offset
            second, out_ticks = marker | payload_type, (ticks + tick_offset) & 0xFFFFFFFF
            pack_into(header, 0, first, second, out & 0xFFFF, out_ticks, ssrc)
            try:
                seal(out, payload, header, sealed)
            except IndexRefused:  # our own bug: one packet of one subscriber is lost, the others go on
                self.refused += 1
                continue
            send(datagram, address)
            self.forwarded += 1


def _begin_waiting(publication: Publication, index: int, view: PacketView, now_ms: int) -> None:
    """Subscriptions that wait for a beginning start with this packet."""
    for subscription in publication.subscriptions:
        if not subscription.started and subscription.receiver.is_open:
            subscription.begin(publication, index, view.rtp_ticks, now_ms)
            publication.plan = None


def build_plan(publication: Publication) -> Plan:
    """The started subscriptions whose transport is open, those alike in extensions together."""
    alike: dict[tuple[int, tuple[tuple[int, int], ...], int], list[Branch]] = {}
    for subscription in publication.subscriptions:
        outbound, address = subscription.receiver.outbound, subscription.receiver.address
        if subscription.started and outbound is not None and address is not None:
            layout = (outbound.tag_bytes, _carried(publication, subscription), subscription.send_time_id)
            alike.setdefault(layout, []).append(_branch(subscription, outbound, address))
    return tuple(Bundle(*layout, tuple(branches)) for layout, branches in alike.items())


def _carried(publication: Publication, subscription: Subscription) -> tuple[tuple[int, int], ...]:
    return tuple(
        (publication.extensions[each], subscription.extensions[each])
        for each in CARRIED
        if each in publication.extensions and each in subscription.extensions
    )


def _branch(subscription: Subscription, outbound: OutboundSrtp, address: Address) -> Branch:
    numbers = subscription.numbers
    return Branch(
        outbound.stream(subscription.ssrc).seal,
        address,
        subscription.ssrc,
        subscription.payload_type,
        numbers.seq_offset,
        numbers.tick_offset,
        numbers.floor,
    )
