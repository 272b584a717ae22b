"""One incoming stream, a track or one layer of it: what its packets are, which of them may leave, and who gets them.

Fed by `forwarding.py` through `peer.py`; bound to subscriptions by `reconcile.py`. Must not import a socket or SDP text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.rooms.routes import Kind
from server.rtp import vp8
from server.rtp.history import History
from server.rtp.layers import WHOLE, LayerFeed
from server.rtp.loss import Arrival, Gaps
from server.rtp.reports import Reception
from server.rtp.rewrite import HoleCloser
from server.rtp.sequence import extend

from .edition import Abridged, Edition
from .sdp import Extension, accepted_extensions

if TYPE_CHECKING:
    from server.rooms.routes import Track
    from server.rtp.header import PacketView
    from server.rtp.layers import Cut

    from .demand import LayerDemand
    from .sdp import OfferSection
    from .settings import MediaSettings
    from .subscription import Subscription

DROPPED: Final = -1
_ONE_BYTE: Final = tuple(bytes((value,)) for value in range(256))


class Publication:
    """A track of one publisher, or one layer of it. `subscriptions` receive it; nobody else does."""

    def __init__(self, track: Track, section: OfferSection, settings: MediaSettings, layer: int = 0) -> None:
        self.track = track
        self.layers: tuple[Publication, ...] = (self,)
        """All layers of the track, smallest first; the first of them stands for the track."""
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
        self.is_let = True
        """False while it is one open microphone among too many: its packets are not for anybody, and leave no hole."""
        self.subscriptions: dict[Subscription, None] = {}
        self.coming: dict[Subscription, None] = {}
        """They are shown another layer of the track, and turn to this one with its next keyframe."""
        self.stepping: dict[Subscription, None] = {}
        """They shall get more or fewer frames of this layer, from the next one on that allows it."""
        self.whole = Edition()
        self.abridged: dict[int, Abridged] = {}
        """By its highest temporal layer, each cut that somebody gets."""
        self.gaps = Gaps()
        self.gap_opened = False
        """Packets went missing with the last packet: whoever sees it asks and sets it back."""
        self.reception = Reception(section.clock_rate)
        self.feed = LayerFeed(layer, section.clock_rate)
        self.demand: LayerDemand | None = None
        """Of the first layer of a track with several: which of them anybody wants."""
        self.time = self.feed.time
        self.history = History(settings.history_packets, settings.history_bytes, settings.history_ms)
        self.keyframes = KeyframeWish(settings.keyframe_pause_ms)
        self.top_index = DROPPED
        self.top_ticks = 0
        self.top_ms = 0
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
        if self.is_video:
            self.feed.take(index, view.temporal >> 1, view.rtp_ticks, view.end - view.start, now_ms)
        if index <= self.top_index:
            view.keyframe = False  # too late to begin with
            return index
        self.top_index, self.top_ticks, self.top_ms = index, view.rtp_ticks, now_ms
        if view.keyframe:
            self.gaps.forget_before(seq_ext)
            self.keyframes.came()
        return index

    def _has_content(self, view: PacketView) -> bool:
        """False for padding alone, for what is no VP8, and for sound that is not let through."""
        if view.start == view.end or not self.is_video:
            if not self.is_let:
                view.end = view.start
            return view.start < view.end
        length = vp8.descriptor_length(view.packet, view.start, view.end)
        if not length:
            self.dropped += 1
            view.end = view.start
            return False
        frame = view.start + length
        if vp8.begins_keyframe(view.packet, view.start, frame, view.end):
            view.keyframe = True
            self.feed.height_px = vp8.keyframe_height(view.packet, frame)
        view.temporal = vp8.temporal_layer(view.packet, view.start, frame)
        view.lead = _ONE_BYTE[vp8.short_descriptor(view.packet, view.start)]
        view.start = frame
        return True

    def _begins_anew(self, view: PacketView) -> bool:
        """Two packets in a row far away are a new beginning (RFC 3550 A.1); one alone is a stray."""
        expected, self._leapt_to = self._leapt_to, (view.seq16 + 1) & 0xFFFF
        if view.repaired or view.seq16 != expected:
            return False
        self.detach_all()
        self.feed.restart()
        self.gaps.restart(view.seq16)
        self._closer = HoleCloser()
        self.whole.indices = None
        self.history.clear()
        self.top_index = DROPPED
        self._leapt_to = DROPPED
        if self.is_video:
            self.keyframes.wish()
        return True

    # ── who gets it ──────────────────────────────────────────────────────────────────────────────

    def edition(self, cut: Cut | None) -> Edition:
        """Of sound, which has no cuts, the whole; of a cut the one of all who get it."""
        if cut is None or cut.highest == WHOLE:
            return self.whole
        edition = self.abridged.get(cut.highest)
        if edition is None or edition.cut is not cut:
            edition = self.abridged[cut.highest] = Abridged(cut)
        return edition

    def replan(self) -> None:
        """Who gets the next packet is looked at anew, because something changed; cuts that nobody gets are forgotten."""
        self.whole.plan = None
        if not self.abridged:
            return
        used = {each.edition for each in self.subscriptions}
        self.abridged = {highest: each for highest, each in self.abridged.items() if each in used}
        self.feed.forget_unused(frozenset(self.abridged))
        for edition in self.abridged.values():
            edition.plan = None

    def attach(self, subscription: Subscription) -> None:
        """From its next packet (video: keyframe) on, this subscription gets it too."""
        self.subscriptions[subscription] = None
        self.replan()
        # Asked for earlier, the keyframe would reach nobody, and the next request would have to wait for its pause.
        if self.is_video and subscription.receiver.is_open:
            self.keyframes.wish()

    def expect(self, subscription: Subscription) -> None:
        """With its next keyframe this subscription turns from another layer to this one."""
        if subscription not in self.coming:
            self.coming[subscription] = None
            self.keyframes.wish()

    def detach(self, subscription: Subscription) -> None:
        """Not one packet more to this subscription."""
        self.coming.pop(subscription, None)
        self.stepping.pop(subscription, None)
        if subscription in self.subscriptions:
            subscription.end(self)
            del self.subscriptions[subscription]
            self.replan()

    def detach_all(self) -> None:
        """Every subscription waits for a new beginning; the bindings stay."""
        for subscription in self.subscriptions:
            subscription.end(self)
        self.stepping.clear()
        self.replan()

    def waits_for_keyframe(self) -> bool:
        return self.is_video and (
            any(subscription.receiver.is_open for subscription in self.coming)
            or any(not each.started and each.receiver.is_open for each in self.subscriptions)
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
