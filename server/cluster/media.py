"""Media of meetings that are owned elsewhere: offers go to the owner, and its media server's words come back.

Two halves around this node's own media server: `RelayedMedia` in front of it, `Words` behind it. Made by `node`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import letters as w

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.hosting.ports import MediaControl, MediaListener, Receptions, Screen, Seat
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.routes import Track

    from .meetings import SharedMeetings


class RelayedMedia:
    """Implements `hosting.ports.MediaControl` for signaling."""

    def __init__(self, own: MediaControl, meetings: SharedMeetings) -> None:
        self._own = own
        self._meetings = meetings

    async def open(self, meeting: MeetingId, peer: ParticipantId, offer_sdp: str) -> str:
        shared = self._meetings.find(meeting)
        if shared is None:
            return await self._own.open(meeting, peer, offer_sdp)
        return await shared.open_media(peer, offer_sdp)

    async def close(self, meeting: MeetingId, peer: ParticipantId) -> None:
        await self._own.close(meeting, peer)
        shared = self._meetings.find(meeting)
        if shared is not None:
            shared.tell_owner(lambda me: w.Close(meeting, me, peer))

    async def show(self, meeting: MeetingId, peer: ParticipantId, screen: Screen) -> None:
        shared = self._meetings.find(meeting)
        if shared is None:
            await self._own.show(meeting, peer, screen)
            return
        await shared.show(peer, screen)

    async def route(self, meeting: MeetingId, wanted: Mapping[Track, frozenset[ParticipantId]]) -> None:
        await self._own.route(meeting, wanted)

    async def hold(self, meeting: MeetingId, holders: frozenset[ParticipantId]) -> None:
        await self._own.hold(meeting, holders)

    async def receptions(self, meeting: MeetingId) -> Receptions:
        shared = self._meetings.find(meeting)
        if shared is None:
            return await self._own.receptions(meeting)
        return await shared.receptions()

    async def end(self, meeting: MeetingId) -> None:
        await self._own.end(meeting)


class Words:
    """Implements `hosting.ports.MediaListener`: tells those who are connected here, and the nodes where others are."""

    def __init__(self, here: MediaListener, meetings: SharedMeetings) -> None:
        self._here = here
        self._meetings = meetings

    def seats_changed(self, meeting: MeetingId, subscriber: ParticipantId, seats: Sequence[Seat]) -> None:
        self._here.seats_changed(meeting, subscriber, seats)
        rows = [(seat.publisher, seat.audio, seat.video) for seat in seats]
        self._say(meeting, lambda me: w.Seats(meeting, me, subscriber, rows))

    def speakers_changed(self, meeting: MeetingId, speakers: Sequence[ParticipantId]) -> None:
        self._here.speakers_changed(meeting, speakers)
        self._say(meeting, lambda me: w.Speakers(meeting, me, list(speakers)))

    def layers_unwanted(self, meeting: MeetingId, publisher: ParticipantId, rids: Sequence[str]) -> None:
        self._here.layers_unwanted(meeting, publisher, rids)
        self._say(meeting, lambda me: w.Layers(meeting, me, publisher, list(rids)))

    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None:
        shared = self._meetings.find(meeting)
        if shared is not None and not shared.is_owned:  # an old peer of a meeting that has moved on
            return
        self._here.peer_lost(meeting, peer)
        self._say(meeting, lambda me: w.Lost(meeting, me, peer))

    def _say(self, meeting: MeetingId, make: w.Wording) -> None:
        shared = self._meetings.find(meeting)
        if shared is not None and shared.is_owned:
            shared.say(make(self._meetings.node))
