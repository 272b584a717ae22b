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
from .srtp import IndexRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.rtp.header import PacketView

    from .address import Address
    from .publication import Publication
    from .subscription import Subscription

MAX_OUTGOING_BYTES: Final = 1500
CARRIED: Final = (Extension.AUDIO_LEVEL,)
"""What a publisher says about a packet and subscribers may read, where both negotiated it."""


class Branch(NamedTuple):
    """One subscription, as much of it as a packet needs."""

    protect_into: Callable[[bytearray, int, memoryview], int]
    address: Address
    ssrc: int
    payload_type: int
    seq_offset: int
    tick_offset: int
    floor: int


class Bundle(NamedTuple):
    """Subscriptions for which a packet is the same but for its fixed header: they number extensions alike."""

    carried: tuple[tuple[int, int], ...]
    send_time_id: int
    branches: tuple[Branch, ...]


Plan = tuple[Bundle, ...]


class Forwarder:
    """Sends packets on. One per server: it owns the two buffers every packet passes through."""

    def __init__(self, send: Callable[[memoryview, Address], bool]) -> None:
        self._send = send
        self._sealed = memoryview(bytearray(MAX_OUTGOING_BYTES))
        self.forwarded = 0
        """Packets handed to the socket since the start."""
        self.refused = 0
        """Packets that would have repeated an index: our own bugs, each for one subscriber only."""

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
        carried, send_time_id, branches = bundle
        block = carried_extensions(view.packet, view.found, carried, send_time_id, now_us)
        plain = bytearray(MIN_HEADER_BYTES)
        plain += block
        plain += view.lead
        plain += view.packet[view.start : view.end]
        first = VERSION_2 | HAS_EXTENSION if block else VERSION_2
        marker, ticks, sealed, send = view.marker, view.rtp_ticks, self._sealed, self._send
        pack_into = FIXED.pack_into
        for protect_into, address, ssrc, payload_type, seq_offset, tick_offset, floor in branches:
            if index < floor:  # from before this subscription began
                continue
            out = index + seq_offset
            pack_into(
                plain, 0, first, marker | payload_type, out & 0xFFFF, (ticks + tick_offset) & 0xFFFFFFFF, ssrc
            )
            try:
                length = protect_into(plain, out, sealed)
            except (IndexRefused, ValueError):  # too long, or our own bug: one subscriber, one packet
                self.refused += 1
                continue
            send(sealed[:length], address)
            self.forwarded += 1


def _begin_waiting(publication: Publication, index: int, view: PacketView, now_ms: int) -> None:
    """Subscriptions that wait for a beginning start with this packet."""
    for subscription in publication.subscriptions:
        if not subscription.started and subscription.receiver.is_open:
            subscription.begin(publication, index, view.rtp_ticks, now_ms)
            publication.plan = None


def build_plan(publication: Publication) -> Plan:
    """The started subscriptions whose transport is open, those alike in extensions together."""
    alike: dict[tuple[tuple[tuple[int, int], ...], int], list[Branch]] = {}
    for subscription in publication.subscriptions:
        if subscription.started and subscription.receiver.is_open:
            layout = (_carried(publication, subscription), subscription.send_time_id)
            alike.setdefault(layout, []).append(_branch(subscription))
    return tuple(Bundle(*layout, tuple(branches)) for layout, branches in alike.items())


def _carried(publication: Publication, subscription: Subscription) -> tuple[tuple[int, int], ...]:
    return tuple(
        (publication.extensions[each], subscription.extensions[each])
        for each in CARRIED
        if each in publication.extensions and each in subscription.extensions
    )


def _branch(subscription: Subscription) -> Branch:
    receiver, numbers = subscription.receiver, subscription.numbers
    assert receiver.outbound is not None and receiver.address is not None  # noqa: S101, PT018 - it is open
    return Branch(
        receiver.outbound.protect_into,
        receiver.address,
        subscription.ssrc,
        subscription.payload_type,
        numbers.seq_offset,
        numbers.tick_offset,
        numbers.floor,
    )
