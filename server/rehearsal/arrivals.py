"""Counts what one synthetic member receives: per seat and track what came, what was lost, and how long it took; called by `member`.

Imports `server.rtp` only; knows no socket. The sender of a frame is found by its sealed trailer, which is in clear and
different for every frame that any member of this rehearsal ever sends, so nothing has to be opened to know when it left.
"""

from __future__ import annotations

import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.rtp.header import (
    FIXED,
    MARKER,
    ORIGINAL_SEQUENCE_BYTES,
    MalformedRtp,
    header_length,
    payload_end,
)
from server.rtp.loss import Arrival, Gaps
from server.rtp.reports import Reception
from server.rtp.rtcp import Nack, Part, PictureLoss, ReceiverReport, Remb, SenderReport

from .sealing import TRAILER_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .sdp import SeatSources

LATE_US: Final = 150_000
"""ITU-T G.114: a conversation suffers beyond this."""
STEP_US: Final = 100
"""How finely delays are told apart."""
LONGEST_US: Final = 2_000_000
"""Longer ones count as this long."""
REMEMBERED_FRAMES: Final = 1024
"""Per track: 20 s of sound."""
BLOCKS_PER_REPORT: Final = 31
"""The count field has 5 bits."""
OUR_SSRC: Final = 1
AUDIO_RATE, VIDEO_RATE = 48_000, 90_000


class Departures:
    """When the frames of all members of this rehearsal left, by the wall clock."""

    def __init__(self) -> None:
        self._left: dict[bytes, list[tuple[bytes, int]]] = {}

    def note(self, trailer: bytes, left_ns: int) -> None:
        ring = self._left.get(trailer[:4])
        if ring is None:
            ring = self._left[trailer[:4]] = [(b"", 0)] * REMEMBERED_FRAMES
        ring[int.from_bytes(trailer[4:], "big") % REMEMBERED_FRAMES] = (trailer, left_ns)

    def of(self, trailer: bytes) -> int | None:
        """None: nobody of this rehearsal sent it, or too long ago."""
        ring = self._left.get(trailer[:4])
        if ring is None:
            return None
        known, left_ns = ring[int.from_bytes(trailer[4:], "big") % REMEMBERED_FRAMES]
        return left_ns if known == trailer else None


class Delays:
    """How long frames were on the way: a histogram, the same size for an hour as for a second."""

    def __init__(self) -> None:
        self._counts = array.array("Q", bytes(8 * (LONGEST_US // STEP_US + 1)))
        self.count = 0
        self.late = 0

    def add(self, delay_us: int) -> None:
        self._counts[min(max(delay_us, 0), LONGEST_US) // STEP_US] += 1
        self.count += 1
        self.late += delay_us > LATE_US

    def add_all(self, others: Delays) -> None:
        self._counts = array.array("Q", map(int.__add__, self._counts, others._counts))
        self.count += others.count
        self.late += others.late

    def percentile_us(self, percent: int) -> int | None:
        """So many of a hundred took no longer; None if nothing came."""
        if not self.count:
            return None
        wanted = -(-self.count * percent // 100)
        seen = 0
        for step, count in enumerate(self._counts):
            seen += count
            if seen >= wanted:
                return (step + 1) * STEP_US
        raise AssertionError("counts add up")


@dataclass(slots=True)
class Count:
    """Packets of one track, or of several."""

    arrived: int = 0
    """Each once."""
    lost: int = 0
    """Never came, not even when asked for again."""
    repaired: int = 0
    """Of those that arrived: by retransmission."""

    def add(self, other: Count) -> None:
        self.arrived += other.arrived
        self.lost += other.lost
        self.repaired += other.repaired

    @property
    def lost_percent(self) -> float:
        expected = self.arrived + self.lost
        return 100 * self.lost / expected if expected else 0.0


class TrackArrivals:
    """One receive half of a seat."""

    def __init__(self, ssrc: int, clock_rate: int) -> None:
        self.ssrc: Final = ssrc
        self.gaps = Gaps()
        self.reception = Reception(clock_rate)
        self._bottom = -1
        self._expected_before = 0
        self._arrived = 0
        self._repaired = 0

    def note(self, seq16: int, ticks: int | None, now_ms: int) -> bool:
        """True for a packet that had not come yet. ticks: None in a retransmission."""
        arrival = self.gaps.note(seq16, now_ms)
        if arrival is Arrival.STALE or (arrival is Arrival.LEAP and ticks is None):
            return False
        if arrival is Arrival.LEAP:
            self._expected_before += self._expected()
            self.gaps.restart(seq16)
            self._bottom = seq16
        elif self._bottom < 0:
            self._bottom = seq16
        self._arrived += 1
        if ticks is None:
            self._repaired += 1
        else:
            self.reception.note(self.gaps.top, ticks, now_ms)
        return True

    def _expected(self) -> int:
        return self.gaps.top - self._bottom + 1 if self._bottom >= 0 else 0

    @property
    def count(self) -> Count:
        return Count(self._arrived, self._expected_before + self._expected() - self._arrived, self._repaired)


class Arrivals:
    """All seats of one member, through all her transports."""

    def __init__(self, departures: Departures) -> None:
        self._departures = departures
        self._halves: dict[int, TrackArrivals] = {}
        self._video: set[int] = set()
        self._repairs: dict[int, TrackArrivals] = {}
        self._former = Count()
        self._seats: tuple[SeatSources, ...] = ()
        self.delays = Delays()
        self.malformed = 0

    def expect(self, seats: Sequence[SeatSources]) -> None:
        """The seats of a new transport; what came by the former one stays counted."""
        self._former = self.total
        self._seats = tuple(seats)
        self._halves = {seat.audio: TrackArrivals(seat.audio, AUDIO_RATE) for seat in seats}
        self._halves |= {seat.video: TrackArrivals(seat.video, VIDEO_RATE) for seat in seats}
        self._video = {seat.video for seat in seats}
        self._repairs = {
            seat.video_rtx: self._halves[seat.video] for seat in seats if seat.video_rtx is not None
        }

    def note(self, packet: bytes, arrived_ns: int) -> None:
        """One packet, opened; whatever it holds, nothing is raised."""
        try:
            start = header_length(packet)
            end = payload_end(packet, start)
        except MalformedRtp:
            self.malformed += 1
            return
        _, second, seq16, ticks, ssrc = FIXED.unpack_from(packet)
        now_ms = arrived_ns // 1_000_000
        half = self._halves.get(ssrc)
        if half is not None:
            if half.note(seq16, ticks, now_ms) and (second & MARKER or ssrc not in self._video):
                self._time(packet, start, end, arrived_ns)
            return
        half = self._repairs.get(ssrc)
        if half is None or end - start < ORIGINAL_SEQUENCE_BYTES:
            self.malformed += 1
            return
        # How long a repair took is part of how long its frame took; a probe repeats what came and is not counted.
        if half.note(packet[start] << 8 | packet[start + 1], None, now_ms) and second & MARKER:
            self._time(packet, start + ORIGINAL_SEQUENCE_BYTES, end, arrived_ns)

    def _time(self, packet: bytes, start: int, end: int, arrived_ns: int) -> None:
        """A frame is complete, or would be but for what was lost before."""
        trailer = packet[max(start, end - TRAILER_BYTES) : end]
        left_ns = self._departures.of(trailer)
        if left_ns is not None:
            self.delays.add((arrived_ns - left_ns) // 1000)

    def note_sender_report(self, report: SenderReport, now_ms: int) -> None:
        half = self._halves.get(report.ssrc)
        if half is not None:
            half.reception.note_sender_report(report, now_ms)

    # ── what is said back ────────────────────────────────────────────────────────────────────────

    def reports(self, now_ms: int, estimate_bps: int) -> Iterator[tuple[Part, ...]]:
        """Compound packets with receiver reports of all seats, and how much this member can take."""
        blocks = [
            block
            for half in self._halves.values()
            if (block := half.reception.block(half.ssrc, now_ms)) is not None
        ]
        for at in range(0, max(1, len(blocks)), BLOCKS_PER_REPORT):
            yield (ReceiverReport(OUR_SSRC, tuple(blocks[at : at + BLOCKS_PER_REPORT])),)
        yield ReceiverReport(OUR_SSRC), Remb(OUR_SSRC, estimate_bps, tuple(sorted(self._video)))

    def requests(self, now_ms: int) -> list[Part]:
        """What is missing of pictures and is due to be asked for; sound has no retransmission."""
        wanted: list[Part] = []
        for ssrc in self._video:
            half = self._halves[ssrc]
            if not len(half.gaps) and not half.gaps.overflowed:
                continue
            lost = half.gaps.due(now_ms)
            if lost:
                wanted.append(Nack(OUR_SSRC, ssrc, tuple(number & 0xFFFF for number in lost)))
            if half.gaps.overflowed:
                half.gaps.overflowed = False
                wanted.append(PictureLoss(OUR_SSRC, ssrc))
        return wanted

    # ── counts ───────────────────────────────────────────────────────────────────────────────────

    @property
    def seats(self) -> list[tuple[Count, Count]]:
        """Sound and picture of each seat of the present transport."""
        return [(self._halves[seat.audio].count, self._halves[seat.video].count) for seat in self._seats]

    @property
    def total(self) -> Count:
        total = Count()
        total.add(self._former)
        for half in self._halves.values():
            total.add(half.count)
        return total
