"""A media server that forwards nothing and remembers what it was told; for tests of everything around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from server.hosting.ports import OfferFault, OfferRefused, Receptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.hosting.ports import Screen
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.routes import Track

BAD_OFFER = "not an offer"


@dataclass
class FakeMedia:
    """Implements `hosting.ports.MediaControl`; refuses `BAD_OFFER`."""

    peers: dict[tuple[MeetingId, ParticipantId], str] = field(default_factory=dict)
    wanted: dict[MeetingId, Mapping[Track, frozenset[ParticipantId]]] = field(default_factory=dict)
    holders: dict[MeetingId, frozenset[ParticipantId]] = field(default_factory=dict)
    screens: dict[tuple[MeetingId, ParticipantId], Screen] = field(default_factory=dict)
    looks: dict[MeetingId, Receptions] = field(default_factory=dict)
    """What is told of a meeting's receptions; nothing of others."""
    ended: list[MeetingId] = field(default_factory=list)

    async def open(self, meeting: MeetingId, peer: ParticipantId, offer_sdp: str) -> str:
        if offer_sdp == BAD_OFFER:
            raise OfferRefused(OfferFault.MALFORMED)
        self.peers[meeting, peer] = offer_sdp
        return f"answer to {offer_sdp}"

    async def close(self, meeting: MeetingId, peer: ParticipantId) -> None:
        self.peers.pop((meeting, peer), None)

    async def route(self, meeting: MeetingId, wanted: Mapping[Track, frozenset[ParticipantId]]) -> None:
        self.wanted[meeting] = wanted

    async def hold(self, meeting: MeetingId, holders: frozenset[ParticipantId]) -> None:
        self.holders[meeting] = holders

    async def show(self, meeting: MeetingId, peer: ParticipantId, screen: Screen) -> None:
        self.screens[meeting, peer] = screen

    async def receptions(self, meeting: MeetingId) -> Receptions:
        return self.looks.get(meeting, Receptions())

    async def end(self, meeting: MeetingId) -> None:
        self.wanted.pop(meeting, None)
        for key in [key for key in self.peers if key[0] == meeting]:
            del self.peers[key]
        self.ended.append(meeting)
