"""Who gets the packets of one edition, prepared so far that a packet need only pass: built anew when something changes.

Built and used by `forwarding.py`. Must not import the socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from server.rtp.lanes import StreamNumbers

from .fan_out import FanOut, Route
from .outlet import SLAB_SLOTS
from .sdp import Extension
from .srtp import IndexRefused

if TYPE_CHECKING:
    from .address import Address
    from .edition import Edition
    from .outlet import Outlet
    from .publication import Publication
    from .srtp import OutboundStream, UsedIndices
    from .subscription import Subscription

CARRIED: Final = (Extension.AUDIO_LEVEL,)
"""What a publisher says about a packet and subscribers may read, where both negotiated it."""
MAX_BURST: Final = 8
"""Packets of one publication sent to each subscriber by one call."""
MAX_BRANCHES: Final = 64
"""Subscribers served by one call: the slab then has room for two packets to each."""


class Branch(NamedTuple):
    """One subscription, as much of it as a packet needs."""

    stream: OutboundStream
    address: Address
    ssrc: int
    payload_type: int
    seq_offset: int
    tick_offset: int
    floor: int


class Layout(NamedTuple):
    """In what the packets of one subscription differ from another's, but for the numbers in the fixed header."""

    tag_bytes: int
    is_aead: bool
    carried: tuple[tuple[int, int], ...]
    """(id at the publisher, id at the subscriber) of extensions."""
    send_time_id: int


class Bundle:
    """At most `MAX_BRANCHES` subscriptions of one layout."""

    __slots__ = ("_fan_outs", "_outlet", "branches", "layout", "longest_burst")

    def __init__(self, layout: Layout, branches: tuple[Branch, ...], outlet: Outlet) -> None:
        self.layout: Final = layout
        self.branches: Final = branches
        self.longest_burst: Final = 1 if layout.carried else min(MAX_BURST, SLAB_SLOTS // len(branches))
        """Packets that carry what their publisher says differ in their extensions, and go one by one."""
        self._outlet = outlet
        self._fan_outs: dict[int, FanOut] = {}

    def fan_out(self, each: int) -> FanOut:
        """For bursts of `each` packets, at most `longest_burst`. Only where the layout is AEAD."""
        made = self._fan_outs.get(each)
        if made is None:
            routes = [_route(branch) for branch in self.branches]
            made = self._fan_outs[each] = FanOut(routes, each, self._outlet)
        return made


class Plan:
    """Who gets the next packet of an edition."""

    __slots__ = ("branches", "bundles", "floor", "refused")

    def __init__(self, bundles: tuple[Bundle, ...], refused: int) -> None:
        self.bundles: Final = bundles
        self.branches: Final = sum(len(bundle.branches) for bundle in bundles)
        self.floor: Final = max((each.floor for bundle in bundles for each in bundle.branches), default=0)
        """Packets from before this one are not for everybody."""
        self.refused: Final = refused
        """Subscriptions left out because a nonce could repeat: our bug."""


def build_plan(publication: Publication, edition: Edition, indices: UsedIndices, outlet: Outlet) -> Plan:
    """The subscriptions that get this edition and whose transport is open, those alike together."""
    alike: dict[Layout, list[Branch]] = {}
    refused = 0
    for subscription in publication.subscriptions:
        outbound, address = subscription.receiver.outbound, subscription.receiver.address
        if subscription.edition is not edition or outbound is None or address is None:
            continue
        stream = subscription.stream = outbound.stream(subscription.ssrc)
        branch = _branch(subscription, stream, address)
        try:
            stream.follow(indices, branch.seq_offset, branch.floor)
        except IndexRefused:
            refused += 1
            continue
        layout = Layout(
            outbound.tag_bytes,
            stream.encrypt_into is not None,
            _carried(publication, subscription),
            subscription.send_time_id,
        )
        alike.setdefault(layout, []).append(branch)
    bundles = (
        Bundle(layout, tuple(branches[start : start + MAX_BRANCHES]), outlet)
        for layout, branches in alike.items()
        for start in range(0, len(branches), MAX_BRANCHES)
    )
    return Plan(tuple(bundles), refused)


def _carried(publication: Publication, subscription: Subscription) -> tuple[tuple[int, int], ...]:
    if publication.is_video:
        return ()
    return tuple(
        (publication.extensions[each], subscription.extensions[each])
        for each in CARRIED
        if each in publication.extensions and each in subscription.extensions
    )


def _branch(subscription: Subscription, stream: OutboundStream, address: Address) -> Branch:
    numbers = subscription.numbers
    return Branch(
        stream,
        address,
        subscription.ssrc,
        subscription.payload_type,
        numbers.seq_offset,
        numbers.tick_offset,
        numbers.floor,
    )


def _route(branch: Branch) -> Route:
    encrypt_into = branch.stream.encrypt_into
    assert encrypt_into is not None, "a fan-out of a stream without AES-GCM"  # noqa: S101 - `Layout` keeps them apart
    numbers = StreamNumbers(
        branch.seq_offset, branch.tick_offset, branch.payload_type, branch.stream.nonce_base
    )
    return Route(encrypt_into, numbers, branch.ssrc, branch.address)
