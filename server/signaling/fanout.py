"""From the meeting's steps to the connections of its people: each thing packed once, sent to whom it is for.

One `Fanout` per live meeting; `Switchboard` holds them and hears the media server. Called by `hosting.replica`,
`arrivals` and the media server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.rooms import audience
from server.rooms import events as e

from . import messages as m
from . import translate
from .codec import encode
from .errors import CloseCode
from .outbox import Latest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from server.hosting.ports import Clock, Seat
    from server.hosting.replica import Replica, Step
    from server.rooms.ids import MeetingId, ParticipantId
    from server.rooms.state import Meeting

    from .outbox import Outbox

_GOODBYES = {
    e.Parting.LEFT: CloseCode.LEFT,
    e.Parting.LOST: CloseCode.IDLE,
    e.Parting.REMOVED: CloseCode.REMOVED,
    e.Parting.DENIED: CloseCode.DENIED,
    e.Parting.REPLACED: CloseCode.REPLACED,
}


@dataclass(frozen=True, slots=True)
class _Line:
    """The newest connection of one person."""

    number: int
    outbox: Outbox


class Fanout:
    """Everybody of one meeting who is connected here."""

    def __init__(self, replica: Replica, clock: Clock, on_over: Callable[[], object]) -> None:
        self._replica = replica
        self._clock = clock
        self._on_over = on_over
        self._lines: dict[ParticipantId, _Line] = {}
        self._seats: dict[ParticipantId, bytes] = {}
        self._speakers: Sequence[ParticipantId] = ()

    # ── connections ──────────────────────────────────────────────────────────────────────────────

    def attach(self, who: ParticipantId, number: int, outbox: Outbox) -> None:
        """From the next step on this connection hears everything; an older one of the same person is closed."""
        self._hang_up(who, CloseCode.REPLACED)
        self._lines[who] = _Line(number, outbox)
        if who in self._seats:
            outbox.latest(Latest.SEATS, self._seats[who])

    def detach(self, who: ParticipantId, number: int) -> None:
        """The connection is gone; a newer one stays."""
        line = self._lines.get(who)
        if line is not None and line.number == number:
            del self._lines[who]

    def forget(self, who: ParticipantId) -> None:
        """Somebody who got no place after all."""
        self._seats.pop(who, None)

    def _hang_up(self, who: ParticipantId, code: CloseCode) -> None:
        line = self._lines.pop(who, None)
        if line is not None:
            line.outbox.close(code)

    # ── the meeting's steps ──────────────────────────────────────────────────────────────────────

    def stepped(self, step: Step, meeting: Meeting) -> None:
        self._close_the_gone(step)
        packed: dict[tuple[int, ...], bytes] = {}
        now_ms = self._clock.now_ms()
        for who, line in self._lines.items():
            if who in step.refreshed:
                line.outbox.post(self.snapshot(who, meeting))
                continue
            shown = tuple(i for i, showing in enumerate(step.showings) if who in showing.viewers)
            if not shown:
                continue
            frame = packed.get(shown)
            if frame is None:
                frame = packed[shown] = happened(step, shown, now_ms)
            line.outbox.post(frame)

    def over(self) -> None:
        """The meeting has ended for all, or did not begin."""
        self.close_all(CloseCode.ENDED)
        self._on_over()

    def _close_the_gone(self, step: Step) -> None:
        for event in step.events:
            if isinstance(event, e.Parted):
                self._hang_up(event.participant, _GOODBYES[event.how])
                self._seats.pop(event.participant, None)
            elif isinstance(event, e.ConnectionRestored):
                line = self._lines.get(event.participant)
                if line is not None and line.number < event.connection:
                    self._hang_up(event.participant, CloseCode.REPLACED)

    def snapshot(self, who: ParticipantId, meeting: Meeting) -> bytes:
        """The frame that replaces everything this person knows."""
        return encode(m.SnapshotMessage(self._replica.position, self.view(who, meeting)))

    def view(self, who: ParticipantId, meeting: Meeting) -> m.Snapshot:
        return translate.snapshot(audience.view(meeting, meeting.participants[who]), self._clock.now_ms())

    def missed(self, who: ParticipantId, after: int) -> list[bytes] | None:
        """Frames of all that this person missed; None where only a whole snapshot helps."""
        steps = self._replica.missed(who, after)
        return None if steps is None else list(_retold(who, steps, self._clock.now_ms()))

    # ── the media server's words ─────────────────────────────────────────────────────────────────

    def seats_changed(self, who: ParticipantId, seats: Sequence[Seat]) -> None:
        frame = encode(m.Seats([m.SeatState(seat.publisher, seat.audio, seat.video) for seat in seats]))
        self._seats[who] = frame
        line = self._lines.get(who)
        if line is not None:
            line.outbox.latest(Latest.SEATS, frame)

    def speakers_changed(self, speakers: Sequence[ParticipantId]) -> None:
        """Told only to those inside who see the speaker; the lobby hears nothing of it."""
        people = self._replica.meeting.participants
        talking = [people[who] for who in speakers if who in people]
        packed: dict[tuple[str, ...], bytes] = {}
        for who, line in self._lines.items():
            viewer = people.get(who)
            if viewer is None or viewer.in_lobby:
                continue
            heard = tuple(p.id for p in talking if p.room == viewer.room)
            if heard not in packed:
                packed[heard] = encode(m.Speaking(list(heard)))
            line.outbox.latest(Latest.SPEAKING, packed[heard])

    def close_all(self, code: CloseCode) -> None:
        for who in list(self._lines):
            self._hang_up(who, code)


def happened(step: Step, shown: Iterable[int], now_ms: int) -> bytes:
    """One step as those see it to whom these showings are for."""
    events = [translate.event(step.showings[i].sight, now_ms) for i in shown]
    return encode(m.Happened(step.position, events))


def _retold(who: ParticipantId, steps: Iterable[Step], now_ms: int) -> Iterable[bytes]:
    for step in steps:
        shown = [i for i, showing in enumerate(step.showings) if who in showing.viewers]
        if shown:
            yield happened(step, shown, now_ms)


class Switchboard:
    """The fan-outs of all live meetings; the media server's listener."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._fanouts: dict[MeetingId, Fanout] = {}

    def of(self, meeting: MeetingId, replica: Replica) -> Fanout:
        """The fan-out of a live meeting, made when first asked for; it goes when the meeting ends."""
        fanout = self._fanouts.get(meeting)
        if fanout is None:
            fanout = self._fanouts[meeting] = Fanout(
                replica, self._clock, lambda: self._fanouts.pop(meeting, None)
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

    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None:
        """The page notices by itself and makes a new offer; nothing to tell the others."""

    def close(self) -> None:
        """The server goes away: everybody comes back by resume."""
        for fanout in self._fanouts.values():
            fanout.close_all(CloseCode.SERVER_RESTART)
