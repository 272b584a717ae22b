"""One outgoing stream out of changing sources: continuous sequence numbers and timestamps.

Called by `media.subscription` when a source begins, and by `media.publication` for packets dropped on purpose.
Must not import anything but `sequence` and `header`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from typing import TYPE_CHECKING, Final

from .header import ONE_BYTE_MAX_ID, extension_block
from .sequence import TICKS_CYCLE, ticks_between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .header import Octets

FIRST_SEQUENCE_LIMIT: Final = 1 << 15
"""An SRTP receiver that meets a first number in the upper half may guess the rollover counter wrong (RFC 3711 §3.3.1)."""
REMEMBERED_DROPS: Final = 64
"""Dropped packets around which a late packet is still numbered rightly."""
MAX_DISAGREEMENT_MS: Final = 1_000
"""So far may sender reports place a beginning from where its arrival does; beyond it they are not believed."""
SEND_TIME_BYTES: Final = 3
_ONE_WORD: Final = b"\xbe\xde\x00\x01"  # RFC 8285 §4.2: one-byte elements, one word of them


class HoleCloser:
    """Numbers the packets of one source without those that are dropped on purpose; network holes stay holes."""

    __slots__ = ("_dropped", "_forgotten", "_remembered", "_top")

    def __init__(self, remembered: int = REMEMBERED_DROPS) -> None:
        self._remembered = remembered
        self._dropped: deque[int] = deque()
        self._forgotten = 0
        self._top = -1

    def drop(self, seq_ext: int) -> bool:
        """True if the hole is closed; False if a later packet has been numbered already, so it cannot be."""
        if seq_ext <= self._top or (self._dropped and seq_ext <= self._dropped[-1]):
            return False
        self._dropped.append(seq_ext)
        if len(self._dropped) > self._remembered:
            self._dropped.popleft()
            self._forgotten += 1
        return True

    def index(self, seq_ext: int) -> int:
        """The dense number of this packet; -1 if it was dropped, or is older than what is remembered."""
        if not self._dropped or seq_ext > self._dropped[-1]:
            self._top = max(self._top, seq_ext)
            return seq_ext - self._forgotten - len(self._dropped)
        before = bisect_left(self._dropped, seq_ext)
        if self._dropped[before] == seq_ext or (before == 0 and self._forgotten):
            return -1
        return seq_ext - self._forgotten - before

    def position(self, seq_ext: int) -> int:
        """The number this packet has, or the next one that is kept will have; it must not be older than what is remembered."""
        return seq_ext - self._forgotten - bisect_left(self._dropped, seq_ext)

    def original(self, index: int) -> int:
        """The packet whose dense number is `index`; -1 if that is older than what is remembered."""
        dropped, forgotten = self._dropped, self._forgotten
        before = bisect_right(range(len(dropped)), index, key=lambda i: dropped[i] - forgotten - i)
        return index + forgotten + before if before or not forgotten else -1


class Renumbering:
    """The numbers of one outgoing stream. Its extended index only rises, whatever its sources do.

    `begin` binds a source: its packet `index` follows the last packet that was sent. Then a packet leaves as
    `index + seq_offset` and `rtp_ticks + tick_offset`, and `end` unbinds. Before the first `begin` nothing may leave.
    """

    __slots__ = ("_clock_rate", "_sent_ms", "_ticks", "floor", "next_out", "seq_offset", "tick_offset")

    def __init__(self, first_seq: int, clock_rate: int) -> None:
        """first_seq: random, below FIRST_SEQUENCE_LIMIT."""
        if not 0 <= first_seq < FIRST_SEQUENCE_LIMIT:
            raise ValueError("the first sequence number must be in the lower half")
        self._clock_rate = clock_rate
        self.next_out = first_seq
        self.floor = 0
        """Packets of the source below this came before it was bound: they must not leave."""
        self.seq_offset = 0
        self.tick_offset = 0
        self._ticks: int | None = None
        self._sent_ms = 0

    def begin(self, index: int, rtp_ticks: int, now_ms: int, expected_ticks: int | None = None) -> None:
        """The source's packet `index` is the next to leave; the timestamp advances by the time that has passed.

        expected_ticks: what the outgoing timestamp of this packet should be by sender reports; None: nobody knows. It is
        believed within a second of what the arrival says, and the timestamp rises by one tick at least.
        """
        self.floor = index
        self.seq_offset = self.next_out - index
        if self._ticks is None:
            self.tick_offset = 0
            return
        passed = max(1, (now_ms - self._sent_ms) * self._clock_rate // 1000)
        out_ticks = (self._ticks + passed) % TICKS_CYCLE
        if expected_ticks is not None:
            apart = ticks_between(out_ticks, expected_ticks)
            if abs(apart) * 1000 <= MAX_DISAGREEMENT_MS * self._clock_rate:
                out_ticks = (self._ticks + max(1, passed + apart)) % TICKS_CYCLE
        self.tick_offset = (out_ticks - rtp_ticks) % TICKS_CYCLE

    def shift(self, index_before: int, index: int) -> None:
        """The packet at hand, so far `index_before` of the source, and all later ones are numbered from `index` now.

        Nothing may be missing before it: what comes late is not sent any more.
        """
        self.seq_offset += index_before - index
        self.floor = index

    def end(self, top_index: int, rtp_ticks: int, sent_ms: int) -> None:
        """The source has ended; `top_index` is its highest packet that may have left, with its timestamp and time."""
        out_ticks = (rtp_ticks + self.tick_offset) % TICKS_CYCLE
        self.next_out = max(self.next_out, top_index + self.seq_offset + 1)
        if self._ticks is None or ticks_between(self._ticks, out_ticks) > 0:
            self._ticks = out_ticks
        self._sent_ms = sent_ms


def carried_extensions(
    packet: Octets,
    found: Mapping[int, tuple[int, int]],
    carried: tuple[tuple[int, int], ...],
    send_time_id: int,
    now_us: int,
) -> bytes:
    """The extension block for subscribers with one numbering of extensions.

    carried: (id in the packet, id at the subscriber) of what passes unchanged. send_time_id: the subscriber's id of
    abs-send-time, 0 for none; it is always our own time, never the publisher's.
    """
    if not carried:
        return _send_time_block(send_time_id, now_us) if send_time_id else b""
    values = [(out_id, bytes(packet[slice(*found[in_id])])) for in_id, out_id in carried if in_id in found]
    if send_time_id:
        values.append((send_time_id, send_time(now_us)))
    return extension_block(values)


def _send_time_block(send_time_id: int, now_us: int) -> bytes:
    """What most video packets carry, and nothing else, without the general way."""
    if send_time_id > ONE_BYTE_MAX_ID:
        return extension_block(((send_time_id, send_time(now_us)),))
    return _ONE_WORD + bytes((send_time_id << 4 | SEND_TIME_BYTES - 1,)) + send_time(now_us)


def send_time(now_us: int) -> bytes:
    """abs-send-time: seconds as 6.18 fixed point, 24 bits, wraps every 64 s."""
    return (((now_us << 18) // 1_000_000) & 0xFFFFFF).to_bytes(SEND_TIME_BYTES, "big")
