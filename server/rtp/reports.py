"""Sender and receiver reports: loss and jitter of what comes in, one clock for what goes out (RFC 3550 §6.4, A.3, A.8).

Called by `media.publication` per packet and by `media.feedback` for reports. Must not import anything but `rtcp` and `sequence`.
"""

from __future__ import annotations

from typing import Final

from .rtcp import ReportBlock, SenderReport
from .sequence import CYCLE, TICKS_CYCLE

NTP_SECOND: Final = 1 << 32
CLOCK_STEP_NTP: Final = NTP_SECOND
"""A publisher's clock that moved so far against ours was set: its offset is measured anew."""
_SHORT_NTP_SECOND: Final = 1 << 16


def ntp_from_ms(wall_ms: int) -> int:
    """32.32 NTP time of a clock in ms since 1900, or since any other instant that stays the same."""
    return (wall_ms << 32) // 1000


class Reception:
    """Loss and jitter of one incoming stream, as reported to its publisher."""

    __slots__ = (
        "_base",
        "_clock_rate",
        "_expected_before",
        "_jitter16",
        "_last_report",
        "_received",
        "_received_before",
        "_report_ms",
        "_top",
        "_transit",
    )

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._base: int | None = None
        self._top = 0
        self._received = 0
        self._expected_before = 0
        self._received_before = 0
        self._jitter16 = 0
        """Sixteen times the jitter, as RFC 3550 A.8 keeps it."""
        self._transit: int | None = None
        self._last_report = 0
        self._report_ms = 0

    def note(self, seq_ext: int, rtp_ticks: int, now_ms: int) -> None:
        """Count one packet that was received in its own right (no retransmission)."""
        if self._base is None:
            self._base = self._top = seq_ext
        elif seq_ext > self._top:
            self._top = seq_ext
        self._received += 1
        transit = now_ms * self._clock_rate // 1000 - rtp_ticks
        if self._transit is not None:
            moved = (transit - self._transit) % TICKS_CYCLE
            moved = min(moved, TICKS_CYCLE - moved)  # timestamps wrap, either way
            self._jitter16 += moved - ((self._jitter16 + 8) >> 4)
        self._transit = transit

    def note_sender_report(self, report: SenderReport, now_ms: int) -> None:
        self._last_report = report.ntp >> 16 & 0xFFFFFFFF
        self._report_ms = now_ms

    def block(self, ssrc: int, now_ms: int) -> ReportBlock | None:
        """The report of now, from which the next one counts; None before the first packet."""
        if self._base is None:
            return None
        expected = self._top - self._base + 1
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        fraction = min(255, (lost_now << 8) // expected_now) if expected_now > 0 and lost_now > 0 else 0
        delay = (now_ms - self._report_ms) * _SHORT_NTP_SECOND // 1000 if self._last_report else 0
        return ReportBlock(
            ssrc=ssrc,
            fraction_lost=fraction,
            packets_lost=expected - self._received,
            highest_seq=self._top % (CYCLE * CYCLE),
            jitter=min(self._jitter16 >> 4, 0xFFFFFFFF),
            last_report=self._last_report,
            delay=min(delay, 0xFFFFFFFF),
        )


def round_trip_ms(block: ReportBlock, now_ntp: int) -> int | None:
    """From our sender report to the receiver and back; None if the block answers none or makes no sense."""
    if not block.last_report:
        return None
    passed = ((now_ntp >> 16) - block.last_report - block.delay) & 0xFFFFFFFF
    return passed * 1000 // _SHORT_NTP_SECOND if passed < _MAX_ROUND_TRIP else None


_MAX_ROUND_TRIP: Final = 10 * _SHORT_NTP_SECOND


class PublisherClock:
    """How far one publisher's clock is from ours. One for her audio and video: their sync survives exactly."""

    __slots__ = ("_offset",)

    def __init__(self) -> None:
        self._offset: int | None = None

    def ours(self, publisher_ntp: int, now_ntp: int) -> int:
        """An instant of her clock on ours; the offset is fixed by her first report, until her clock is set."""
        if self._offset is None or abs(publisher_ntp + self._offset - now_ntp) > CLOCK_STEP_NTP:
            self._offset = now_ntp - publisher_ntp
        return publisher_ntp + self._offset


class SourceTime:
    """Which instant a timestamp of one incoming stream stands for, by the publisher's last sender report."""

    __slots__ = ("_clock_rate", "_ntp", "_rtp_ticks")

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._ntp: int | None = None
        self._rtp_ticks = 0

    def note(self, report: SenderReport, clock: PublisherClock, now_ntp: int) -> None:
        self._ntp = clock.ours(report.ntp, now_ntp)
        self._rtp_ticks = report.rtp_ticks

    def ticks_at(self, now_ntp: int) -> int | None:
        """The source's timestamp of the instant `now_ntp`; None before the publisher's first report."""
        if self._ntp is None:
            return None
        passed = (now_ntp - self._ntp) * self._clock_rate >> 32
        return (self._rtp_ticks + passed) % TICKS_CYCLE
