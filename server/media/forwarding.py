"""The heart: one packet of a publication goes to every subscription that shows it.

Called by `peer.py` for each packet it opened, and by `server.py` when a few were; synchronous, nothing decoded. A packet waits
for the end of the datagrams at hand, so that a burst to one subscriber goes as one: never for time to pass, and never while
anything changes. Must not import the socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.rtp.header import FIXED, HAS_EXTENSION, HAS_PADDING, MIN_HEADER_BYTES, VERSION_2
from server.rtp.history import Packet
from server.rtp.layers import FrameStart
from server.rtp.rewrite import carried_extensions
from server.rtp.vp8 import LAYER_SYNC, begins_frame

from .outlet import MAX_DATAGRAM_BYTES
from .plan import build_plan
from .publication import DROPPED
from .srtp import MAX_PLAIN_BYTES, IndexRefused, SrtpRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from server.rtp.header import PacketView
    from server.rtp.lanes import PacketNumbers

    from .edition import Edition
    from .outlet import Outlet
    from .plan import Branch, Bundle, Plan
    from .publication import Publication
    from .srtp import UsedIndices

MAX_PADDING_BYTES: Final = 4
"""RTP padding (RFC 3550 §5.1) that makes packets of a burst equally long. Those of one picture differ by a byte or two."""
MAX_GATHERED: Final = 256
"""Outgoing packets that wait for the end of the datagrams at hand: about a millisecond of work."""


class Forwarder:
    """Sends packets on. One per server."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._buffer = memoryview(bytearray(MAX_DATAGRAM_BYTES))
        self._gathered: dict[Plan, list[Packet]] = {}
        self._gathered_datagrams = 0
        self._now_us = 0
        self.forwarded = 0
        """Packets handed to the socket since the start."""
        self.refused = 0
        """Packets too long to be sealed, or whose index was used (our own bugs), per subscriber."""

    def forward(self, publication: Publication, view: PacketView, now_us: int) -> None:
        """Every started subscription of `publication` gets this packet under its own numbers, by the next `flush`."""
        now_ms = now_us // 1000
        index = publication.admit(view, now_ms)
        if index == DROPPED:
            return
        # Before its number counts as used: of those who turn with it, it is the first of what they get then.
        if view.keyframe or publication.stepping:
            _turn_waiting(publication, view, index, now_ms)
        whole = publication.whole
        try:
            indices = whole.use(index)
        except IndexRefused:  # our own bug: the packet is lost
            self.refused += len(publication.subscriptions)
            return
        if not publication.subscriptions:
            return
        plan = whole.plan
        if plan is None:
            if not publication.is_video:
                _begin_waiting(publication, index, view, now_ms)
            plan = self._plan(publication, whole, indices)
        payload = view.lead + view.packet[view.start : view.end]
        whole.packets += 1
        whole.octets += len(payload)
        self._now_us = now_us
        if publication.is_video:
            packet = Packet(index, now_ms, view.marker, view.rtp_ticks, payload, view.temporal >> 1)
            publication.history.keep(packet)
        else:
            packet = Packet(index, now_ms, view.marker, view.rtp_ticks, payload, 0, view.packet, view.found)
        self._pass(plan, packet)
        if publication.abridged:
            self._abridge(publication, packet)

    def _abridge(self, publication: Publication, packet: Packet) -> None:
        """Every cut that somebody gets has the packet under a number of its own, if it is for it."""
        for edition in publication.abridged.values():
            cut = edition.cut
            if cut.at == DROPPED:
                continue
            try:
                indices = edition.use(cut.at)
            except IndexRefused:  # our own bug: the packet is lost
                self.refused += 1
                continue
            plan = edition.plan or self._plan(publication, edition, indices)
            # Left out too late to close its hole: an empty packet fills it.
            payload = packet.payload if packet.temporal <= cut.highest else b""
            edition.packets += 1
            edition.octets += len(payload)
            self._pass(plan, packet._replace(number=cut.at, payload=payload))

    def _plan(self, publication: Publication, edition: Edition, indices: UsedIndices) -> Plan:
        plan = edition.plan = build_plan(publication, edition, indices, self._outlet)
        self.refused += plan.refused
        return plan

    def _pass(self, plan: Plan, packet: Packet) -> None:
        if packet.number < plan.floor:
            for bundle in plan.bundles:  # late: not for those who began after it
                self._send_singly(bundle, packet)
            return
        waiting = self._gathered.get(plan)
        if waiting is None:
            self._gathered[plan] = [packet]
        else:
            waiting.append(packet)
        self._gathered_datagrams += plan.branches
        if self._gathered_datagrams >= MAX_GATHERED:
            self.flush()

    def flush(self) -> None:
        """Everything that was forwarded has left. Before anything changes, and when no more datagrams are at hand."""
        gathered, self._gathered, self._gathered_datagrams = self._gathered, {}, 0
        for plan, packets in gathered.items():
            self._send(plan, packets)

    def forget(self) -> None:
        """Everything that was forwarded has left, and the buffer holds nothing of it."""
        self.flush()
        self._buffer[:] = bytes(len(self._buffer))

    def _send(self, plan: Plan, packets: Sequence[Packet]) -> None:
        for bundle in plan.bundles:
            if not bundle.layout.is_aead:
                for packet in packets:
                    self._send_singly(bundle, packet)
                continue
            for burst, payload_bytes in bursts(packets, bundle.longest_burst):
                self._send_burst(bundle, burst, payload_bytes)

    def _send_burst(self, bundle: Bundle, burst: Sequence[Packet], payload_bytes: int) -> None:
        """Send packets of at most this length to all branches, the shorter ones padded to it."""
        block = self._extensions(bundle, burst[0])
        if MIN_HEADER_BYTES + len(block) + payload_bytes > MAX_PLAIN_BYTES:
            self.refused += len(burst) * len(bundle.branches)
            return
        first = VERSION_2 | HAS_EXTENSION if block else VERSION_2
        numbers: list[PacketNumbers] = []
        payloads: list[bytes] = []
        for number, _, marker, rtp_ticks, payload, _, _, _ in burst:
            padding = payload_bytes - len(payload)
            if padding:
                numbers.append((number, (first | HAS_PADDING) << 8 | marker, rtp_ticks))
                payloads.append(payload + bytes(padding - 1) + bytes((padding,)))
            else:
                numbers.append((number, first << 8 | marker, rtp_ticks))
                payloads.append(payload)
        bundle.fan_out(len(burst)).send(numbers, payloads, block)
        self.forwarded += len(burst) * len(bundle.branches)

    def _extensions(self, bundle: Bundle, packet: Packet) -> bytes:
        layout = bundle.layout
        return carried_extensions(
            packet.extended, packet.found, layout.carried, layout.send_time_id, self._now_us
        )

    def _send_singly(self, bundle: Bundle, packet: Packet) -> None:
        """Branch after branch, for what is rare: late packets, and subscribers without AES-GCM.

        | fixed header | extensions | sealed payload, tag |: only the first is rewritten for each.
        """
        block = self._extensions(bundle, packet)
        header_bytes = MIN_HEADER_BYTES + len(block)
        if header_bytes + len(packet.payload) > MAX_PLAIN_BYTES:
            self.refused += len(bundle.branches)
            return
        datagram = self._buffer[: header_bytes + len(packet.payload) + bundle.layout.tag_bytes]
        header, sealed = datagram[:header_bytes], datagram[header_bytes:]
        header[MIN_HEADER_BYTES:] = block
        for branch in bundle.branches:
            if packet.number < branch.floor:  # from before this subscription began
                continue
            _write_fixed(header, packet, branch, VERSION_2 | HAS_EXTENSION if block else VERSION_2)
            try:
                branch.stream.seal_followed(packet.number + branch.seq_offset, packet.payload, header, sealed)
            except SrtpRefused:  # one packet of one subscriber is lost, the others go on
                self.refused += 1
                continue
            self._outlet.send(datagram, branch.address)
            self.forwarded += 1


def bursts(packets: Sequence[Packet], longest: int) -> Iterator[tuple[Sequence[Packet], int]]:
    """The packets in order, cut into bursts that padding makes equally long; with each the length of its payloads."""
    start = 0
    while start < len(packets):
        least = most = len(packets[start].payload)
        end = start + 1
        while end < len(packets) and end - start < longest:
            size = len(packets[end].payload)
            if max(most, size) - min(least, size) > MAX_PADDING_BYTES:
                break
            least, most = min(least, size), max(most, size)
            end += 1
        yield packets[start:end], most
        start = end


def _turn_waiting(publication: Publication, view: PacketView, index: int, now_ms: int) -> None:
    """Subscriptions turn with this packet where it begins the frame they wait for: a keyframe, here or on another layer of
    the track; or a frame from which more of this layer, or less, can be shown.
    """
    turning = [*publication.stepping]
    if view.keyframe:
        turning += [each for each in publication.subscriptions if not each.started]
        turning += publication.coming
    elif index != publication.top_index or not view.lead or not begins_frame(view.lead, 0):
        return
    start = FrameStart(
        view.rtp_ticks,
        view.temporal >> 1,
        sync=view.temporal & LAYER_SYNC != 0,
        keyframe=view.keyframe,
        whole=not len(publication.gaps),
    )
    for subscription in turning:
        if subscription.receiver.is_open and subscription.turn(publication, start, now_ms):
            publication.replan()


def _begin_waiting(publication: Publication, index: int, view: PacketView, now_ms: int) -> None:
    """Subscriptions that wait for a beginning of sound start with this packet."""
    for subscription in publication.subscriptions:
        if not subscription.started and subscription.receiver.is_open:
            subscription.begin(publication, index, view.rtp_ticks, now_ms)


def _write_fixed(header: memoryview, packet: Packet, branch: Branch, first: int) -> None:
    FIXED.pack_into(
        header,
        0,
        first,
        packet.marker | branch.payload_type,
        (packet.number + branch.seq_offset) & 0xFFFF,
        (packet.rtp_ticks + branch.tick_offset) & 0xFFFFFFFF,
        branch.ssrc,
    )
