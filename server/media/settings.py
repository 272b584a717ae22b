"""Every limit and address of the media server, with unit and default; read by everything of the forwarding half."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """Fixed for the life of a media server."""

    host: str = "0.0.0.0"  # noqa: S104 - clients come from anywhere
    """IP address to bind; `::` takes IPv4 too."""
    port: int = 0
    """UDP port; 0 lets the kernel choose."""
    announced: tuple[str, ...] = ()
    """IP addresses that clients are told, the most wanted first; empty: the bound one."""
    batches: bool = True
    """Many datagrams a system call, where the system has the calls; False: one by one, as elsewhere."""
    max_peers: int = 2_000
    """Open transports; each costs about 60 kB and a share of the timer."""
    max_sources: int = 9
    """SSRCs of one publisher that are bound: microphone, three layers of the camera and the screen with RTX."""
    history_packets: int = 512
    """Video packets of one publication kept for NACKs: two seconds of a good picture."""
    history_bytes: int = 1 << 20
    history_ms: int = 2_000
    keyframe_pause_ms: int = 500
    """Not more often is a publisher asked for a keyframe, whatever her subscribers ask."""
    tick_ms: int = 40
    """How often what is due is done: retransmission requests, reports, timeouts."""
    feedback_ms: int = 80
    """Between two transport-wide feedbacks."""
    report_ms: int = 1_000
    """Between two sender or receiver reports."""
    allot_ms: int = 1_000
    """Between two rounds in which every link is shared out anew; one that falls is looked at with the next tick."""
    aim_ms: int = 200
    """Between two looks for layers that stopped arriving."""
    speakers_ms: int = 200
    """Between two words on who speaks."""
    max_nack_answers: int = 64
    """Packets sent again for one RTCP packet: a request must not become a flood."""
