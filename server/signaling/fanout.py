"""From the meeting's steps to the connections of its people: each thing packed once, sent to whom it is for.

One `Fanout` per live meeting; `Switchboard` holds them and hears the media server. Called by `hosting.replica`,
`arrivals` and the media server.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.rooms import events as e
from server.rooms.ids import LOBBY
from server.rooms.view import view

from . import server_messages as s
from . import translate
from .codec import encode
from .errors import CloseCode
from .outbox import Latest
from .positions import SEALED_BYTES, Positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from server.hosting.ports import Clock, Seat
    from server.hosting.replica import Replica, Step
    from server.rooms.ids import MeetingId, ParticipantId, RoomId
    from server.rooms.state import Meeting

    from .outbox import Outbox

_GOODBYES = {
    e.Parting.LEFT: CloseCode.LEFT,
    e.Parting.LOST: CloseCode.IDLE,
    e.Parting.REMOVED: CloseCode.REMOVED,
    e.Parting.DENIED: CloseCode.DENIED,
    e.Parting.REPLACED: CloseCode.REPLACED,
    e.Parting.OVER: CloseCode.ENDED,
}


SPEAKERS_TOLD: Final = 8
"""Of one room, the loudest: nobody follows more."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The newest connection of one person."""

    number: int
    outbox: Outbox


class Fanout:
    """Everybody of one meeting who is connected here."""

    def __init__(
        self, replica: Replica, clock: Clock, on_over: Callable[[], object], positions: Positions
    ) -> None:
        self._replica = replica
        self._positions = positions
        self._clock = clock
        self._on_over = on_over
        self._lines: dict[ParticipantId, _Line] = {}
        self._seats: dict[ParticipantId, bytes] = {}
        self._layers: dict[ParticipantId, bytes] = {}
        self._without_media: set[ParticipantId] = set()
        """Their transport is lost, and no other was offered since: a page that was cut off could not be told."""
        self._speakers: Sequence[ParticipantId] = ()
        self._heard: dict[ParticipantId, tuple[ParticipantId, ...]] = {}
        """Who speaks, as each was told last: nobody shall notice a voice that she does not hear."""

    # ── connections ──────────────────────────────────────────────────────────────────────────────

    def attach(self, who: ParticipantId, number: int, outbox: Outbox) -> None:
        """From the next step on this connection hears everything; an older one of the same person is closed."""
        self._hang_up(who, CloseCode.REPLACED)
        self._lines[who] = _Line(number, outbox)
        for kind, told in ((Latest.SEATS, self._seats), (Latest.LAYERS, self._layers)):
            if who in told:
                outbox.latest(kind, told[who])
        if who in self._without_media:
            outbox.post(encode(s.MediaLost()))

    def detach(self, who: ParticipantId, number: int) -> None:
        """The connection is gone; a newer one stays."""
        line = self._lines.get(who)
        if line is not None and line.number == number:
            del self._lines[who]
            self._heard.pop(who, None)

    def forget(self, who: ParticipantId) -> None:
        """Somebody who is gone, or got no place after all."""
        self._seats.pop(who, None)
        self._layers.pop(who, None)
        self._without_media.discard(who)

    def _hang_up(self, who: ParticipantId, code: CloseCode) -> None:
        line = self._lines.pop(who, None)
        self._heard.pop(who, None)
        if line is not None:
            line.outbox.close(code)

    # ── the meeting's steps ──────────────────────────────────────────────────────────────────────

    def stepped(self, step: Step, meeting: Meeting) -> None:
        """Who parts is still told what was for her until then: at the end, what others wrote for her."""
        self._close_the_replaced(step)
        packed: dict[tuple[ParticipantId | None, tuple[int, ...]], bytes] = {}
        now_ms, position = self._clock.now_ms(), self._positions.seal(step.position)
        for who, line in self._lines.items():
            if who in step.refreshed:
                line.outbox.post(self.snapshot(who, meeting))
                continue
            shown = tuple(i for i, showing in enumerate(step.showings) if who in showing.viewers)
            if not shown:
                continue
            by = self._by(step, who)
            frame = packed.get((by, shown))
            if frame is None:
                frame = packed[by, shown] = happened(position, step, shown, now_ms, by)
            line.outbox.post(frame)
        self._close_the_gone(step)
        self._close_the_lost(step, meeting)
        if step.refreshed:
            # Somebody moved: whoever speaks on is heard by others now.
            self._tell_who_speaks()

    def _by(self, step: Step, viewer: ParticipantId) -> ParticipantId | None:
        """Which facilitator ordered it, as far as this viewer may know: members are led by all of them."""
        person = None if step.by is None else self._replica.meeting.participants.get(viewer)
        return step.by if person is not None and person.is_facilitator else None

    def over(self) -> None:
        """The meeting has ended for all, or did not begin."""
        self.close_all(CloseCode.ENDED)
        self._on_over()

    def _close_the_replaced(self, step: Step) -> None:
        for event in step.cuts:
            if isinstance(event, e.ConnectionRestored):
                line = self._lines.get(event.participant)
                if line is not None and line.number < event.connection:
                    self._hang_up(event.participant, CloseCode.REPLACED)

    def _close_the_gone(self, step: Step) -> None:
        for event in step.cuts:
            if isinstance(event, e.Parted):
                self._hang_up(event.participant, _GOODBYES[event.how])
                self.forget(event.participant)

    def _close_the_lost(self, step: Step, meeting: Meeting) -> None:
        """The meeting holds a connection to be gone that is there: the page comes back at once, within its grace time."""
        for event in step.cuts:
            if isinstance(event, e.ConnectionLost):
                person, line = meeting.participants.get(event.participant), self._lines.get(event.participant)
                if person is not None and line is not None and line.number == person.connection:
                    self._hang_up(person.id, CloseCode.SERVER_RESTART)

    def snapshot(self, who: ParticipantId, meeting: Meeting) -> bytes:
        """The frame that replaces everything this person knows."""
        return encode(s.SnapshotMessage(self.position(), self.view(who, meeting)))

    def view(self, who: ParticipantId, meeting: Meeting) -> s.Snapshot:
        return translate.snapshot(view(meeting, meeting.participants[who]), self._clock.now_ms())

    def position(self) -> bytes:
        """Where the meeting is now, as clients are told it."""
        return self._positions.seal(self._replica.position)

    def missed(self, who: ParticipantId, seen: bytes) -> list[bytes] | None:
        """Frames of all that this person missed since that position; None where only a whole snapshot helps."""
        after = self._positions.open(seen)
        steps = None if after is None else self._replica.missed(who, after)
        return None if steps is None else list(self._retold(who, steps))

    def _retold(self, who: ParticipantId, steps: Iterable[Step]) -> Iterable[bytes]:
        now_ms = self._clock.now_ms()
        for step in steps:
            shown = [i for i, showing in enumerate(step.showings) if who in showing.viewers]
            if shown:
                yield happened(self._positions.seal(step.position), step, shown, now_ms, self._by(step, who))

    # ── the media server's words ─────────────────────────────────────────────────────────────────

    def seats_changed(self, who: ParticipantId, seats: Sequence[Seat]) -> None:
        frame = encode(s.Seats([s.SeatState(seat.publisher, seat.audio, seat.video) for seat in seats]))
        self._seats[who] = frame
        line = self._lines.get(who)
        if line is not None:
            line.outbox.latest(Latest.SEATS, frame)

    def layers_unwanted(self, who: ParticipantId, rids: Sequence[str]) -> None:
        """Only she is told: it says something of what others look at, though not who."""
        frame = self._layers[who] = encode(s.LayersUnwanted(list(rids)))
        line = self._lines.get(who)
        if line is not None:
            line.outbox.latest(Latest.LAYERS, frame)

    def speakers_changed(self, speakers: Sequence[ParticipantId]) -> None:
        """Told only to those inside who hear the speaker; the lobby hears nothing of it."""
        self._speakers = speakers
        self._tell_who_speaks()

    def _tell_who_speaks(self) -> None:
        people = self._replica.meeting.participants
        talking: dict[RoomId, tuple[ParticipantId, ...]] = {}
        for speaker in self._speakers:
            if speaker in people:
                room = people[speaker].room
                talking[room] = (*talking.get(room, ()), speaker)[:SPEAKERS_TOLD]
        packed: dict[tuple[str, ...], bytes] = {}
        for who, line in self._lines.items():
            viewer = people.get(who)
            if viewer is None or viewer.room == LOBBY:
                self._heard.pop(who, None)
                continue
            heard = talking.get(viewer.room, ())
            if heard == self._heard.get(who, ()):
                continue
            self._heard[who] = heard
            if heard not in packed:
                packed[heard] = encode(s.Speaking(list(heard)))
            line.outbox.latest(Latest.SPEAKING, packed[heard])

    def media_opened(self, who: ParticipantId) -> None:
        """An offer of hers was answered."""
        self._without_media.discard(who)

    def media_lost(self, who: ParticipantId) -> None:
        """Told now, and again with every new connection until she has offered another transport."""
        if who not in self._replica.meeting.participants:
            return
        self._without_media.add(who)
        line = self._lines.get(who)
        if line is not None:
            line.outbox.post(encode(s.MediaLost()))

    def close_all(self, code: CloseCode) -> None:
        for who in list(self._lines):
            self._hang_up(who, code)


def happened(
    position: bytes, step: Step, shown: Iterable[int], now_ms: int, by: ParticipantId | None
) -> bytes:
    """One step as those see it to whom these showings are for, and by whose order if they may know."""
    events = [translate.event(step.showings[i].sight, now_ms) for i in shown]
    return encode(s.Happened(position, events, by))


class Switchboard:
    """The fan-outs of all live meetings; the media server's listener."""

    def __init__(self, clock: Clock, positions_key: Callable[[MeetingId, int], bytes] | None = None) -> None:
        """positions_key: where several nodes have people of one meeting, the same key for all; given its size. Else random."""
        self._clock = clock
        self._positions_key = positions_key or (lambda _meeting, size: secrets.token_bytes(size))
        self._fanouts: dict[MeetingId, Fanout] = {}

    def of(self, meeting: MeetingId, replica: Replica) -> Fanout:
        """The fan-out of a live meeting, made when first asked for; it goes when the meeting ends."""
        fanout = self._fanouts.get(meeting)
        if fanout is None:
            fanout = self._fanouts[meeting] = Fanout(
                replica,
                self._clock,
                lambda: self._fanouts.pop(meeting, None),
                Positions(self._positions_key(meeting, SEALED_BYTES)),
            )
            replica.listen(fanout)
        return fanout

    def seats_changed(self, meeting: MeetingId, subscriber: ParticipantId, seats: Sequence[Seat]) -> None:
        fanout = self._fanouts.get(meeting)
        if fanout is not None:
            fanout.seats_changed(subscriber, seats)

    def speakers_changed(self, meeting: MeetingId, speakers: Sequence[ParticipantId]) -> None:
        fanout = self._fanouts.get(meeting)
        if fanout is not None:
            fanout.speakers_changed(speakers)

    def layers_unwanted(self, meeting: MeetingId, publisher: ParticipantId, rids: Sequence[str]) -> None:
        fanout = self._fanouts.get(meeting)
        if fanout is not None:
            fanout.layers_unwanted(publisher, rids)

    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None:
        """Only she is told, so that she offers a new transport at once."""
        fanout = self._fanouts.get(meeting)
        if fanout is not None:
            fanout.media_lost(peer)

    def close(self) -> None:
        """The server goes away: everybody comes back by resume."""
        for fanout in self._fanouts.values():
            fanout.close_all(CloseCode.SERVER_RESTART)
