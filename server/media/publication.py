"""One incoming track: what its packets are, which of them may leave, and who gets them.

Fed by `forwarding.py` through `peer.py`; bound to subscriptions by `reconcile.py`. Must not import a socket or SDP text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.rooms.routes import Kind
from server.rtp import vp8
from server.rtp.header import FIXED, VERSION_2
from server.rtp.history import History
from server.rtp.loss import Arrival, Gaps
from server.rtp.reports import Reception, SourceTime
from server.rtp.rewrite import HoleCloser
from server.rtp.sequence import extend

from .sdp import Extension, accepted_extensions

if TYPE_CHECKING:
    from server.rooms.routes import Track
    from server.rtp.header import PacketView

    from .forwarding import Plan
    from .sdp import OfferSection
    from .settings import MediaSettings
    from .subscription import Subscription

DROPPED: Final = -1
_ONE_BYTE: Final = tuple(bytes((value,)) for value in range(256))


class Publication:
    """A track of one publisher. `subscriptions` receive it; nobody else does."""

    def __init__(self, track: Track, section: OfferSection, settings: MediaSettings) -> None:
        self.track = track
        self.is_video = section.kind == "video"
        self.mid = section.mid.encode()
        self.payload_type = section.payload_type
        self.rtx_payload_type = section.rtx_payload_type
        self.clock_rate = section.clock_rate
        self.extensions = accepted_extensions(section)
        self.level_id = self.extensions.get(Extension.AUDIO_LEVEL, 0)
        self.ssrc: int | None = None
        """Bound by the first packet that proves to belong here."""
        self.routed = False
        """Somebody may receive it: only then is anything asked of the publisher or kept."""
        self.subscriptions: dict[Subscription, None] = {}
        self.plan: Plan | None = None
        """Who gets the next packet; None: to be built anew, because something changed."""
        self.gaps = Gaps()
        self.gap_opened = False
        """Packets went missing with the last packet: whoever sees it asks and sets it back."""
        self.reception = Reception(section.clock_rate)
        self.time = SourceTime(section.clock_rate)
        self.history = History(settings.history_packets, settings.history_bytes, settings.history_ms)
        self.keyframes = KeyframeWish(settings.keyframe_pause_ms)
        self.top_index = DROPPED
        self.top_ticks = 0
        self.top_ms = 0
        self.packets = 0
        """Forwarded so far, and the octets of their payloads: what sender reports say."""
        self.octets = 0
        self.dropped = 0
        """Refused here: stale, leaping, malformed."""
        self._closer = HoleCloser()
        self._leapt_to = DROPPED

    def admit(self, view: PacketView, now_ms: int) -> int:
        """The dense number of this packet, under which it leaves; DROPPED if it must not.

        The payload of the view is ready to be sent then: video with its descriptor cut.
        """
        arrival = self.gaps.note(view.seq16, now_ms)
        if arrival is Arrival.LEAP and self._begins_anew(view):
            arrival = Arrival.NEXT
        if arrival is Arrival.STALE or arrival is Arrival.LEAP:
            self.dropped += 1
            return DROPPED
        is_newest = arrival is not Arrival.FILLED
        seq_ext = self.gaps.top if is_newest else extend(view.seq16, self.gaps.top)
        self.gap_opened |= arrival is Arrival.AHEAD
        if not view.repaired:
            self.reception.note(seq_ext, view.rtp_ticks, now_ms)
        # Nothing to send is a hole made on purpose. Where it can no longer be closed, an empty packet fills it.
        if not self._has_content(view) and self._closer.drop(seq_ext):
            return DROPPED
        index = self._closer.index(seq_ext)
        if index <= self.top_index:
            view.keyframe = False  # too late to begin with
            return index
        self.top_index, self.top_ticks, self.top_ms = index, view.rtp_ticks, now_ms
        if view.keyframe:
            self.gaps.forget_before(seq_ext)
            self.keyframes.came()
        return index

    def _has_content(self, view: PacketView) -> bool:
        """False for padding alone, and for what is no VP8."""
        if view.start == view.end or not self.is_video:
            return view.start < view.end
        length = vp8.descriptor_length(view.packet, view.start, view.end)
        if not length:
            self.dropped += 1
            view.end = view.start
            return False
        frame = view.start + length
        view.keyframe = vp8.begins_keyframe(view.packet, view.start, frame, view.end)
        view.lead = _ONE_BYTE[vp8.short_descriptor(view.packet, view.start)]
        view.start = frame
        return True

    def _begins_anew(self, view: PacketView) -> bool:
        """Two packets in a row far away are a new beginning (RFC 3550 A.1); one alone is a stray."""
        expected, self._leapt_to = self._leapt_to, (view.seq16 + 1) & 0xFFFF
        if view.repaired or view.seq16 != expected:
            return False
        self.detach_all()
        self.gaps.restart(view.seq16)
        self._closer = HoleCloser()
        self.history.clear()
        self.top_index = DROPPED
        self._leapt_to = DROPPED
        if self.is_video:
            self.keyframes.wish()
        return True

    def keep(self, index: int, view: PacketView, now_ms: int) -> None:
        """The packet may be asked for again: header without SSRC and extensions, then the payload."""
        second = view.marker | self.payload_type
        head = FIXED.pack(VERSION_2, second, 0, view.rtp_ticks, 0)
        self.history.keep(index, b"".join((head, view.lead, view.packet[view.start : view.end])), now_ms)

    # ── who gets it ──────────────────────────────────────────────────────────────────────────────

    def attach(self, subscription: Subscription) -> None:
        """From its next packet (video: keyframe) on, this subscription gets it too."""
        self.subscriptions[subscription] = None
        self.plan = None
        # Asked for earlier, the keyframe would reach nobody, and the next request would have to wait for its pause.
        if self.is_video and subscription.receiver.is_open:
            self.keyframes.wish()

    def detach(self, subscription: Subscription) -> None:
        """Not one packet more to this subscription."""
        if subscription in self.subscriptions:
            subscription.end(self)
            del self.subscriptions[subscription]
            self.plan = None

    def detach_all(self) -> None:
        """Every subscription waits for a new beginning; the bindings stay."""
        for subscription in self.subscriptions:
            subscription.end(self)
        self.plan = None

    def waits_for_keyframe(self) -> bool:
        return self.is_video and any(
            not subscription.started and subscription.receiver.is_open for subscription in self.subscriptions
        )


def kind_of(position: int, *, is_video: bool) -> Kind | None:
    """What the n-th sending section of one media type shows; None beyond what we know."""
    if not is_video:
        return Kind.MIC if position == 0 else None
    return {0: Kind.CAMERA, 1: Kind.SCREEN}.get(position)


class KeyframeWish:
    """Requests for a keyframe of one publication, thinned: at most one per pause, none forgotten."""

    __slots__ = ("_asked_ms", "_pause_ms", "wished")

    def __init__(self, pause_ms: int) -> None:
        self._pause_ms = pause_ms
        self._asked_ms: int | None = None
        self.wished = False

    def wish(self) -> None:
        self.wished = True

    def came(self) -> None:
        self.wished = False

    def due(self, now_ms: int) -> bool:
        """True if the publisher is to be asked now, which is then noted. A wish lasts until a keyframe comes."""
        if not self.wished or (self._asked_ms is not None and now_ms - self._asked_ms < self._pause_ms):
            return False
        self._asked_ms = now_ms
        return True
