"""RTCP both ways: losses, keyframes, congestion, reports. Called by `server.py` per RTCP packet and on its timer.

Must not import a socket; sends through the callable it was made with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from server.rtp.reports import ntp_from_ms, round_trip_ms
from server.rtp.rtcp import (
    FullIntra,
    Goodbye,
    Nack,
    Part,
    PictureLoss,
    ReceiverReport,
    Remb,
    SenderReport,
    SourceDescription,
    TransportWide,
    pack,
)

from .srtp import IndexRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from server.rtp.rtcp import ReportBlock

    from .address import Address
    from .peer import Peer
    from .publication import Publication
    from .settings import MediaSettings

MAX_NACKED: Final = 250
"""Sequence numbers in one request to a publisher: at most 1000 bytes."""
MAX_REPORTS: Final = 16
"""Sender reports in one compound: 16 of 28 bytes and their names stay below one datagram."""


class Feedback:
    """Answers and sends RTCP for all peers of a server."""

    def __init__(self, settings: MediaSettings, send: Callable[[bytes, Address], bool]) -> None:
        self._settings = settings
        self._send = send
        self.asked = 0
        """Packets asked of publishers again."""
        self.resent = 0
        """Packets sent to subscribers again."""

    # ── from a peer ──────────────────────────────────────────────────────────────────────────────

    def take(self, peer: Peer, parts: Iterable[Part], now_us: int) -> None:
        """Act on what one RTCP packet of this peer says; what speaks of streams it does not have is ignored."""
        now_ms = now_us // 1000
        answers_left = self._settings.max_nack_answers
        for part in parts:
            match part:
                case SenderReport():
                    self._take_sender_report(peer, part, now_ms)
                    self._take_blocks(peer, part.blocks, now_ms)
                case ReceiverReport():
                    self._take_blocks(peer, part.blocks, now_ms)
                case Nack():
                    answers_left -= self._retransmit(peer, part, answers_left, now_us)
                case PictureLoss():
                    self._wish_keyframe(peer, part.media)
                case FullIntra():
                    for ssrc, _ in part.entries:
                        self._wish_keyframe(peer, ssrc)
                case Remb():
                    peer.downlink.note(part.bitrate_bps, now_ms)
                    peer.is_urgent |= part.bitrate_bps < peer.needs_bps
                case TransportWide() | SourceDescription() | Goodbye():
                    pass  # downwards REMB is negotiated; names and ends are the meeting's, not the transport's
                case _:
                    assert_never(part)

    def _take_sender_report(self, peer: Peer, report: SenderReport, now_ms: int) -> None:
        for publication in peer.streams():
            if publication.ssrc == report.ssrc:
                publication.reception.note_sender_report(report, now_ms)
                publication.time.note(report, peer.clock, ntp_from_ms(now_ms))

    def _take_blocks(self, peer: Peer, blocks: Iterable[ReportBlock], now_ms: int) -> None:
        for block in blocks:
            subscription = peer.by_outgoing_ssrc.get(block.ssrc)
            if subscription is not None:
                subscription.loss = block.fraction_lost
                rtt_ms = round_trip_ms(block, ntp_from_ms(now_ms))
                peer.rtt_ms = peer.rtt_ms if rtt_ms is None else rtt_ms

    def _retransmit(self, peer: Peer, nack: Nack, at_most: int, now_us: int) -> int:
        """Look for at most so many of the missing packets and send them again; how many were looked for."""
        subscription = peer.by_outgoing_ssrc.get(nack.media)
        if subscription is None or peer.outbound is None or peer.address is None:
            return 0
        sought = nack.lost[:at_most]
        for seq16 in sought:
            again = subscription.retransmission(seq16, now_us // 1000, now_us)
            if again is None:
                continue
            try:
                self._send(peer.outbound.protect(*again), peer.address)
            except (IndexRefused, ValueError):  # too long with RTX's two bytes: it stays lost
                continue
            self.resent += 1
        return len(sought)

    def _wish_keyframe(self, peer: Peer, ssrc: int) -> None:
        subscription = peer.by_outgoing_ssrc.get(ssrc)
        if subscription is not None and subscription.source is not None and subscription.is_video:
            subscription.source.keyframes.wish()

    # ── to a peer ────────────────────────────────────────────────────────────────────────────────

    def ask_missing(self, peer: Peer, publication: Publication, now_ms: int) -> None:
        """Ask the publisher again for what is missing and due; where too much is, for a keyframe."""
        publication.gap_opened = False
        if not publication.is_video or not publication.routed or publication.ssrc is None:
            publication.gaps.expire(now_ms)
            return
        due = publication.gaps.due(now_ms, peer.rtt_ms)
        if publication.gaps.overflowed:
            publication.gaps.overflowed = False
            publication.keyframes.wish()
        self.asked += len(due)
        for at in range(0, len(due), MAX_NACKED):
            lost = tuple(seq_ext & 0xFFFF for seq_ext in due[at : at + MAX_NACKED])
            self._tell(peer, [Nack(peer.rtcp_ssrc, publication.ssrc, lost)])

    def ask_keyframe(self, peer: Peer, publication: Publication, now_ms: int) -> None:
        """Ask the publisher for a keyframe if one is wished for and the last request is long enough ago."""
        if publication.is_video and publication.routed and publication.ssrc is not None:
            if publication.waits_for_keyframe():
                publication.keyframes.wish()
            elif len(publication.layers) > 1 and not publication.feed.is_arriving(now_ms):
                # Nobody waits for it and it is not sent: asked for, browsers make a keyframe of every other layer instead.
                publication.keyframes.came()
            if publication.keyframes.due(now_ms):
                self._tell(peer, [PictureLoss(peer.rtcp_ssrc, publication.ssrc)])

    def tick(self, peer: Peer, now_us: int) -> None:
        """Everything that is due for one open peer."""
        now_ms = now_us // 1000
        for publication in peer.streams():
            if len(publication.gaps):
                self.ask_missing(peer, publication, now_ms)
            self.ask_keyframe(peer, publication, now_ms)
        if now_ms - peer.feedback_ms >= self._settings.feedback_ms:
            peer.feedback_ms = now_ms
            self._tell_arrivals(peer)
        if now_ms - peer.reported_ms >= self._settings.report_ms:
            peer.reported_ms = now_ms
            self._report(peer, now_ms)

    def _tell_arrivals(self, peer: Peer) -> None:
        media = next((each.ssrc for each in peer.streams() if each.is_video and each.ssrc), 0)
        for feedback in peer.arrivals.feedback(peer.rtcp_ssrc, media):
            self._tell(peer, [feedback])

    def _report(self, peer: Peer, now_ms: int) -> None:
        blocks = [
            block
            for each in peer.streams()
            if each.ssrc is not None and (block := each.reception.block(each.ssrc, now_ms)) is not None
        ]
        if blocks:
            self._tell(peer, [ReceiverReport(peer.rtcp_ssrc, tuple(blocks))])
        reports = list(_sender_reports(peer, now_ms))
        for at in range(0, len(reports), MAX_REPORTS):
            parts: list[Part] = []
            for report, name in reports[at : at + MAX_REPORTS]:
                # A description of its own for each: some receivers misread several chunks in one.
                parts += (report, SourceDescription(((report.ssrc, name),)))
            self._tell(peer, parts)

    def _tell(self, peer: Peer, parts: Iterable[Part]) -> None:
        if peer.outbound is not None and peer.address is not None:
            self._send(peer.outbound.protect_rtcp(pack(parts)), peer.address)


def _sender_reports(peer: Peer, now_ms: int) -> Iterator[tuple[SenderReport, bytes]]:
    """Reports of what flows to this peer, each with the seat's name from the answer."""
    now_ntp = ntp_from_ms(now_ms)
    for number, seat in enumerate(peer.seats):
        for subscription in (seat.audio, seat.video):
            report = None if subscription is None else subscription.report(now_ntp)
            if report is not None:
                yield report, f"seat-{number}".encode()
