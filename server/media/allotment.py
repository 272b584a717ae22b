"""What every subscriber of one meeting gets of its link: measurements in, layers out.

Called by `server.py` on its timer. `allocation.py` decides; this only asks and
carries out. Must not import a socket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.hosting.ports import Picture, Reception, Receptions, Screen
from server.rooms.routes import Kind
from server.rtp.bandwidth import Rate
from server.rtp.layers import NONE, RIDS

from .allocation import LIGHT_LOSS, Allocator, Demand, Importance, Link
from .demand import LayerDemand
from .ladder import LayerSupply, rungs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from server.rooms.ids import ParticipantId
    from server.rooms.routes import Track

    from .allocation import Grant
    from .ladder import Rung
    from .peer import Peer
    from .publication import Publication
    from .subscription import Subscription

UNTOLD_HEIGHT_PX: Final = 1080
"""Of a picture whose subscriber did not say how large it draws it: as large as there is room for."""
LOW_DATA_BPS: Final = 150_000
"""All that comes to somebody who asked for little, sound included: about 68 MB an hour."""
LEAST_BPS: Final = 150_000
"""Without loss no link is taken for narrower: a browser short of CPU reports next to nothing, and with nothing sent stays there."""
VOICE_BPS: Final = 40_000
"""Opus with its packets' headers, of one voice: speech in 20 ms packets. Kept free where anybody may begin to speak."""
HEADERS_BYTES: Final = 56
"""Of a packet of sound: IPv4 20, UDP 8, RTP 12, SRTP tag 16. They are as much as what they carry."""
NO_SCREEN: Final = Screen()
"""Nothing was said: everybody counts as large."""
MAX_RECEPTIONS: Final = 64
"""People of whom a facilitator is told what they get: more than she could look through, and a frame stays small."""


@dataclass(frozen=True, slots=True)
class _Allotted:
    """The last word on one subscriber. `tracks`: of the grants, in their order."""

    link: Link
    grants: tuple[Grant, ...]
    tracks: tuple[Track, ...]
    awaited: tuple[Publication, ...]
    """Of those tracks, what did not arrive then: a camera that was only just switched on."""

    def told(self, subscriber: ParticipantId) -> Reception:
        return Reception(
            subscriber,
            self.link.estimate_bps,
            self.link.loss * 1000 // 256,
            self.link.low_data_bps is not None,
            tuple(
                Picture(track.publisher, track.kind is Kind.SCREEN, each.height_px, each.bps, each.why)
                for track, each in zip(self.tracks, self.grants, strict=True)
            ),
        )


class Allotment:
    """The subscribers of one meeting."""

    def __init__(self) -> None:
        self.holders: frozenset[ParticipantId] = frozenset()
        """Who has the turn, one in a room at most."""
        self.screens: dict[ParticipantId, Screen] = {}
        self._allotted: dict[ParticipantId, _Allotted] = {}
        self._allocators: dict[ParticipantId, Allocator] = {}
        self._sent: dict[ParticipantId, Rate] = {}
        """Of pictures."""
        self._sounded: dict[ParticipantId, Rate] = {}
        """Of sound, with headers; where little data is wished."""
        self._ladders: dict[Publication, tuple[Rung, ...]] = {}
        """Of this round: a track's ladder is the same for everybody."""

    @property
    def grants(self) -> dict[ParticipantId, tuple[Grant, ...]]:
        """What everybody gets now, seat by seat."""
        return {participant: each.grants for participant, each in self._allotted.items()}

    def forget(self, participant: ParticipantId) -> None:
        """The transport is gone; what its person said of the screen stays."""
        for known in (self._allotted, self._allocators, self._sent, self._sounded):
            known.pop(participant, None)

    def part(self, participant: ParticipantId) -> None:
        """The person is gone, and what she said of her screen."""
        self.forget(participant)
        self.screens.pop(participant, None)

    def begin_round(self) -> None:
        """What arrives is looked at anew."""
        self._ladders.clear()

    def measure(self, peer: Peer, now_ms: int) -> None:
        """Take the rates of what comes from and goes to this peer; a few times a second."""
        for stream in peer.streams():
            if stream.is_video:
                stream.feed.measure(now_ms)
        octets = sum(each.octets for each in peer.subscriptions() if each.is_video)
        self._sent.setdefault(peer.participant, Rate()).sample(octets, now_ms)
        if self.screens.get(peer.participant, NO_SCREEN).low_data:
            heard = (each for each in peer.subscriptions() if not each.is_video)
            sound = sum(each.octets + each.packets * HEADERS_BYTES for each in heard)
            self._sounded.setdefault(peer.participant, Rate()).sample(sound, now_ms)
        for track in _layered(peer):
            if track.demand is None:
                track.demand = LayerDemand(len(track.layers), now_ms)
            arriving = (each.feed.layer for each in track.layers if each.feed.is_arriving(now_ms))
            track.demand.arrive(frozenset(arriving), now_ms)

    def allot(self, peer: Peer, speakers: Sequence[ParticipantId], now_ms: int) -> None:
        """This peer, if it is open, gets what its link and its screen can use."""
        if not peer.is_open:
            return
        screen = self.screens.get(peer.participant, NO_SCREEN)
        demands, tracks, awaited = [], [], []
        for demand, track in self._demands(peer, screen, speakers, now_ms):
            demands.append(demand)
            tracks.append(track.track)
            if not demand.ladder:
                awaited.append(track)
        allocator = self._allocators.setdefault(peer.participant, Allocator())
        link = self._link(peer, screen, now_ms)
        grants = allocator.allocate(link, demands, now_ms)
        self._allotted[peer.participant] = _Allotted(link, grants, tuple(tracks), tuple(awaited))
        peer.needs_bps = sum(each.bps for each in grants) + link.audio_bps
        for grant in grants:
            picture = peer.seats[grant.seat].video
            if picture is not None:
                picture.want(grant.layer, now_ms, grant.highest)
                _want(picture, grant.layer, now_ms)

    def is_awaited(self, peer: Peer, now_ms: int) -> bool:
        """Something has begun to arrive that this peer should see: it need not wait for the next round."""
        allotted = self._allotted.get(peer.participant)
        return allotted is not None and any(_arrives(track, now_ms) for track in allotted.awaited)

    def unwanted(self, peer: Peer, now_ms: int) -> tuple[str, ...] | None:
        """The rids of all layers of her camera that nobody shows, if that is news for this publisher."""
        for track in _layered(peer):
            news = None if track.demand is None else track.demand.news(now_ms)
            if news is not None:
                return tuple(RIDS[layer] for layer in sorted(news))
        return None

    def receptions(self, limit: int = MAX_RECEPTIONS) -> Receptions:
        """What everybody gets now and why, whose link is short first; for the view of a facilitator."""
        told = [each.told(participant) for participant, each in self._allotted.items()]
        told.sort(key=lambda each: not each.is_short)
        return Receptions(tuple(told[:limit]), max(0, len(told) - limit))

    def _demands(
        self, peer: Peer, screen: Screen, speakers: Sequence[ParticipantId], now_ms: int
    ) -> Iterator[tuple[Demand, Publication]]:
        pictures = [(n, seat.video.bound) for n, seat in enumerate(peer.seats) if seat.video is not None]
        shown = [(n, track) for n, track in pictures if track is not None]
        here = {each.bound.track.publisher for each in peer.subscriptions() if each.bound is not None}
        # While somebody here has the turn nobody else becomes large by speaking. Other rooms have turns and voices of their own.
        aloud = None
        if not self.holders & {*here, peer.participant}:
            aloud = next((speaker for speaker in speakers if speaker in here), None)
        for number, track in shown:
            height_px = screen.heights_px.get(track.track.publisher, UNTOLD_HEIGHT_PX)
            importance = self._importance(track, screen, aloud)
            ladder = self._ladders.get(track)
            if not ladder:  # nothing arrived a moment ago
                ladder = self._ladders[track] = _ladder(track, now_ms)
            yield Demand(number, importance, height_px, ladder), track

    def _importance(self, track: Publication, screen: Screen, aloud: ParticipantId | None) -> Importance:
        publisher = track.track.publisher
        if track.track.kind is Kind.SCREEN:
            return Importance.SCREEN
        if publisher in self.holders:
            return Importance.HOLDER
        if publisher == screen.pinned:
            return Importance.PINNED
        if publisher == aloud:
            return Importance.SPEAKER
        return Importance.TILE

    def _link(self, peer: Peer, screen: Screen, now_ms: int) -> Link:
        sent = self._sent.get(peer.participant)
        loss = _loss(each for seat in peer.seats if (each := seat.video) is not None)
        return Link(
            estimate_bps=_credible(peer.downlink.bitrate_bps(now_ms), loss),
            sent_bps=0 if sent is None else sent.bps,
            loss=loss,
            # Browsers estimate by abs-send-time, which only pictures carry: sound is beside it, but within low data.
            audio_bps=self._sound_bps(peer) if screen.low_data else 0,
            low_data_bps=LOW_DATA_BPS if screen.low_data else None,
        )

    def _sound_bps(self, peer: Peer) -> int:
        """What flows, not how many microphones are open: the silent ones send next to nothing (RFC 7587 §3.1.3)."""
        if not any(seat.audio.started for seat in peer.seats):
            return 0
        sounded = self._sounded.get(peer.participant)
        return max(VOICE_BPS, 0 if sounded is None else sounded.bps)


def _credible(estimate_bps: int | None, loss: int) -> int | None:
    return estimate_bps if estimate_bps is None or loss > LIGHT_LOSS else max(estimate_bps, LEAST_BPS)


def _layered(peer: Peer) -> Iterator[Publication]:
    """Her tracks of several layers: at most the camera."""
    return (track for track in peer.publications.values() if len(track.layers) > 1)


def _want(picture: Subscription, layer: int, now_ms: int) -> None:
    """The layer that is granted is wanted, and the one that is shown until it comes."""
    demand = None if picture.bound is None else picture.bound.demand
    if demand is not None:
        shown = picture.source.feed.layer if picture.source is not None else NONE
        demand.want((layer, shown), now_ms)


def _arrives(track: Publication, now_ms: int) -> bool:
    return any(each.feed.is_arriving(now_ms) for each in track.layers)


def _ladder(track: Publication, now_ms: int) -> tuple[Rung, ...]:
    """What can be had of a track now, with what was asked not to be sent."""
    if not _arrives(track, now_ms):
        return ()
    supplies = []
    for each in track.layers:
        feed = each.feed
        if feed.is_arriving(now_ms):
            supplies.append(LayerSupply(feed.layer, feed.height_px, feed.bitrates_bps()))
        elif track.demand is not None and track.demand.may_come(feed.layer, now_ms):
            supplies.append(LayerSupply(feed.layer, feed.height_px, ()))
    return rungs(supplies, is_text=track.track.kind is Kind.SCREEN)


def _loss(pictures: Iterable[Subscription]) -> int:
    """Of 256 packets, over all pictures that flow."""
    losses = [each.loss for each in pictures if each.started]
    return sum(losses) // len(losses) if losses else 0
