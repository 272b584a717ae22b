"""What the meeting wants, carried out: who sits in which seat, and which publication each outgoing stream shows.

The only bridge from `rooms.routes` to packets; called by `server.py` whenever wishes, peers or speakers change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.hosting.ports import Seat
from server.rooms.routes import Kind, Track
from server.rtp.speakers import Speakers

from .allotment import Allotment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from server.rooms.ids import ParticipantId

    from .peer import Peer, SeatStreams


class Seating:
    """Who sits where at one subscriber. Nobody moves while she is wanted and there is no shortage.

    Somebody who returns gets her former seat if it is free; others a seat nobody had, or the one that is free for the
    longest time: frames of a former occupant that are still on the way then meet nobody new.
    """

    def __init__(self, seats: int) -> None:
        self.occupants: list[ParticipantId | None] = [None] * seats
        self._former: list[ParticipantId | None] = [None] * seats
        self._free = list(range(seats))
        """Empty seats, the next to be taken first."""

    def arrange(self, wanted: Sequence[ParticipantId]) -> None:
        """Seat these, the most important first; who does not fit stays out."""
        seated = set(wanted[: len(self.occupants)])
        for seat, occupant in enumerate(self.occupants):
            if occupant is not None and occupant not in seated:
                self._former[seat] = occupant
                self.occupants[seat] = None
                self._free.append(seat)
        newcomers = [each for each in wanted if each in seated and each not in self.occupants]
        for newcomer in sorted(newcomers, key=lambda each: each not in self._former):
            seat = next((each for each in self._free if self._former[each] == newcomer), self._free[0])
            self._free.remove(seat)
            self.occupants[seat] = newcomer


class MeetingMedia:
    """The media side of one meeting: its peers, what is wanted, who speaks."""

    def __init__(self) -> None:
        self.peers: dict[ParticipantId, Peer] = {}
        self.wanted: Mapping[Track, frozenset[ParticipantId]] = {}
        self.speakers: Speakers[ParticipantId] = Speakers()
        self.told_speakers: tuple[ParticipantId, ...] = ()
        self.allotment = Allotment()
        self._seating: dict[ParticipantId, Seating] = {}
        self._told: dict[ParticipantId, tuple[Seat, ...]] = {}

    def admit(self, peer: Peer) -> None:
        """A new transport; the participant's former one is forgotten."""
        self.peers[peer.participant] = peer
        self._seating[peer.participant] = Seating(len(peer.seats))
        self._told.pop(peer.participant, None)

    def dismiss(self, participant: ParticipantId) -> Peer | None:
        self.speakers.forget(participant)
        self.allotment.forget(participant)
        self._seating.pop(participant, None)
        self._told.pop(participant, None)
        return self.peers.pop(participant, None)

    def reconcile(self) -> Iterator[tuple[ParticipantId, tuple[Seat, ...]]]:
        """Bind every stream to what it shall show; yields the seats of each open subscriber whose seats changed.

        First everything that must stop stops, then the rest begins.
        """
        self._mark_routed()
        publishers = self._publishers()
        for participant, peer in self.peers.items():
            seating = self._seating[participant]
            seating.arrange(self._ranked(participant, publishers, seating))
            for occupant, streams in zip(seating.occupants, peer.seats, strict=True):
                self._show(participant, occupant, streams, only_stop=True)
        changed = []
        for participant, peer in self.peers.items():
            seats = tuple(
                self._show(participant, occupant, streams)
                for occupant, streams in zip(self._seating[participant].occupants, peer.seats, strict=True)
            )
            if peer.is_open and self._told.get(participant) != seats:
                self._told[participant] = seats
                changed.append((participant, seats))
        return iter(changed)

    def is_crowded(self) -> bool:
        """Somebody has fewer seats than there are publishers: who speaks decides then."""
        count = len(self._publishers())
        return any(len(peer.seats) < count for peer in self.peers.values())

    def _publishers(self) -> dict[ParticipantId, set[ParticipantId]]:
        """Everybody who is wanted by anybody → by whom, in the order of the meeting."""
        publishers: dict[ParticipantId, set[ParticipantId]] = {}
        for track, subscribers in self.wanted.items():
            publishers.setdefault(track.publisher, set()).update(subscribers)
        return publishers

    def _ranked(
        self,
        subscriber: ParticipantId,
        publishers: Mapping[ParticipantId, set[ParticipantId]],
        seating: Seating,
    ) -> list[ParticipantId]:
        """Whom she shall receive: who can be, who spoke last, who sits already, then the order of the meeting."""
        wanted = [publisher for publisher, by in publishers.items() if subscriber in by]
        if len(wanted) <= len(seating.occupants):
            return wanted
        seated = set(seating.occupants)
        return sorted(
            wanted,
            key=lambda each: (each not in self.peers, -self.speakers.spoke_ms(each), each not in seated),
        )

    def _mark_routed(self) -> None:
        rooms: dict[frozenset[ParticipantId], list[ParticipantId]] = {}
        for track, listeners in self.wanted.items():
            if track.kind is Kind.MIC:
                rooms.setdefault(listeners | {track.publisher}, []).append(track.publisher)
        self.speakers.rooms.use(rooms.values())
        for participant, peer in self.peers.items():
            for kind, publication in peer.publications.items():
                for layer in publication.layers:
                    layer.routed = bool(self.wanted.get(Track(participant, kind)))
                if kind is Kind.MIC and not publication.routed:
                    self.speakers.mute(participant)

    def _show(
        self,
        subscriber: ParticipantId,
        occupant: ParticipantId | None,
        streams: SeatStreams,
        *,
        only_stop: bool = False,
    ) -> Seat:
        flows = {}
        for kind, stream in ((Kind.MIC, streams.audio), (Kind.CAMERA, streams.video)):
            publication = None
            if occupant in self.peers and subscriber in self.wanted.get(Track(occupant, kind), ()):
                publication = self.peers[occupant].publications.get(kind)
            flows[kind] = publication is not None and stream is not None
            if stream is not None and stream.bound is not publication:
                stream.bind(None if only_stop else publication)
                self.peers[subscriber].is_urgent = True
        return Seat(occupant, audio=flows[Kind.MIC], video=flows[Kind.CAMERA])
