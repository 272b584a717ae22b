"""One synthetic phone: what it sends at the rates of a browser, what it says about its link, what came; used by `crowd.py`.

The transport is that of rehearsals (real ICE, DTLS, SRTP). Packets have the sizes, layers, header extensions, keyframes and reports
of Chromium as our client configures it; their content is nothing. Imports `server.rehearsal` and `server.rtp` only.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from server.rehearsal.sdp import LEVEL_ID, MID_ID, OPUS, VP8, WIDE_ID, read_answer, write_offer
from server.rehearsal.transport import Transport, is_rtcp, is_rtp
from server.rtp.header import FIXED, HAS_EXTENSION, MARKER, VERSION_2, extension_block
from server.rtp.reports import ntp_from_ms
from server.rtp.rtcp import PictureLoss, Remb, SenderReport, pack, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAMES_PER_SECOND: Final = 24
"""`web/src/call/video_quality.ts`, DESK; the sizes and rates of its layers too (`layers.ts`)."""
LAYER_BPS: Final = (100_000, 250_000, 700_000)
LAYER_PX: Final = ((240, 135), (480, 270), (960, 540))
RIDS: Final = (b"q", b"h", b"f")
KEYFRAME_TIMES: Final = 4
"""So much larger is a keyframe than another."""
PACKET_BYTES: Final = 1100
"""Of a picture, at most; a frame leaves in equal parts."""
VOICE_BYTES: Final = 104
"""32 kbit/s in 20 ms, and what sealing adds."""
VOICE_S: Final = 0.02
HUSH_BYTES: Final = 26
HUSH_S: Final = 0.4
"""Opus DTX: one small packet now and then."""
HEARD, UNHEARD = 30, 90
"""-dBov (RFC 6464)."""
IDENTIFIED_PACKETS: Final = 50
"""So many of each stream say which they are; later ones are known by their SSRC."""
REPORT_S: Final = 1.0
ESTIMATE_S: Final = 1 / 3
WIDE_BPS: Final = 20_000_000_000
MAX_RISE: Final = 1.5
"""A browser estimates at most so many times what it receives."""
STAMP: Final = struct.Struct("!Q")
"""The last bytes of each payload: the wall clock in ns."""
RID_ID: Final = 10
_SIMULCAST: Final = "\r\n".join(
    (
        f"a=extmap:{RID_ID} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        *(f"a=rid:{rid.decode()} send" for rid in RIDS),
        "a=simulcast:send " + ";".join(rid.decode() for rid in RIDS),
    )
)
_MIC_MID, _CAMERA_MID = b"0", b"1"
_CAMERA_SECTION: Final = "a=mid:1\r\n"
_AUDIO_RATE, _VIDEO_RATE = 48_000, 90_000
_FIRST_PACKET, _NEXT_PACKET = b"\x90\x80\x85\x01", b"\x80\x80\x85\x01"
"""VP8 descriptor with a picture id, as Chromium writes it."""
_DELTA_FRAME: Final = b"\x31\x02\x00"


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody does in the meeting; written as JSON to the crowd."""

    seats: int
    layers: tuple[int, ...] = ()
    """Of the camera; empty: it is off."""
    voice: str = ""
    """`speaks`, `silent` (the microphone is open), or nothing: it is off."""
    link_bps: int = 0
    """What the way to this phone takes; 0: whatever comes."""
    meter: bool = False
    """Opens what comes and notes how long it was on the way."""


class Stream:
    """One SSRC: numbers, times, and what reports say of it."""

    def __init__(
        self, ssrc: int, rate: int, period_s: float, identity: tuple[tuple[int, bytes], ...]
    ) -> None:
        self.ssrc, self.rate, self.period_s = ssrc, rate, period_s
        self.identity = identity
        self.sequence = self.packets = self.octets = 0

    def ticks(self, at_s: float) -> int:
        return int(at_s * self.rate) + self.ssrc * 7919 & 0xFFFFFFFF

    def head(self, payload_type: int, at_s: float, extensions: tuple[tuple[int, bytes], ...]) -> bytes:
        if self.packets < IDENTIFIED_PACKETS:
            extensions = (*self.identity, *extensions)
        self.packets += 1
        self.sequence = self.sequence + 1 & 0xFFFF
        fixed = FIXED.pack(
            VERSION_2 | HAS_EXTENSION, payload_type, self.sequence, self.ticks(at_s), self.ssrc
        )
        return fixed + extension_block(extensions)

    def report(self, at_s: float, wall_ms: int) -> SenderReport:
        return SenderReport(self.ssrc, ntp_from_ms(wall_ms), self.ticks(at_s), self.packets, self.octets)


class Voice(Stream):
    """A microphone."""

    def __init__(self, ssrc: int, *, speaks: bool) -> None:
        super().__init__(ssrc, _AUDIO_RATE, VOICE_S if speaks else HUSH_S, ((MID_ID, _MIC_MID),))
        self._level = ((LEVEL_ID, bytes((HEARD if speaks else UNHEARD,))),)
        self._filling = bytes((VOICE_BYTES if speaks else HUSH_BYTES) - STAMP.size)

    def frame(self, at_s: float, _phone: Phone) -> Iterator[bytes]:
        self.octets += len(self._filling) + STAMP.size
        yield self.head(OPUS, at_s, self._level) + self._filling


class Layer(Stream):
    """One layer of a camera."""

    def __init__(self, ssrc: int, layer: int, *, alone: bool) -> None:
        rid = () if alone else ((RID_ID, RIDS[layer]),)
        super().__init__(ssrc, _VIDEO_RATE, 1 / FRAMES_PER_SECOND, ((MID_ID, _CAMERA_MID), *rid))
        self._frame_bytes = LAYER_BPS[layer] // 8 // FRAMES_PER_SECOND
        width, height = LAYER_PX[layer]
        self._keyframe = b"\x10\x02\x00\x9d\x01\x2a" + struct.pack("<HH", width, height)
        self.rid = RIDS[layer].decode()
        self.keyframe_wanted = True
        self.paused = False

    def pause(self, paused: bool) -> None:  # noqa: FBT001 - a state
        """Sent no more, or again; then it begins with a keyframe."""
        self.keyframe_wanted |= self.paused and not paused
        self.paused = paused

    def frame(self, at_s: float, phone: Phone) -> Iterator[bytes]:
        if self.paused:
            return
        begins, total = _DELTA_FRAME, self._frame_bytes
        if self.keyframe_wanted:
            begins, total = self._keyframe, total * KEYFRAME_TIMES
            self.keyframe_wanted = False
            phone.keyframes += 1
        count = -(-total // PACKET_BYTES)
        for number in range(count):
            clear = _NEXT_PACKET if number else _FIRST_PACKET + begins
            last = MARKER if number == count - 1 else 0
            size = total // count - len(clear) - STAMP.size
            self.octets += total // count
            yield self.head(last | VP8, at_s, ((WIDE_ID, phone.next_wide()),)) + clear + bytes(size)


class Phone(Transport):
    """Somebody in the meeting, as the media server sees her."""

    def __init__(self, number: int, part: Part) -> None:
        super().__init__(f"crowd{number:05}")
        self.part = part
        self.offer = write_offer(self.ufrag, self.fingerprint, part.seats, None)
        if len(part.layers) > 1:
            self.offer = self.offer.replace(_CAMERA_SECTION, f"{_CAMERA_SECTION}{_SIMULCAST}\r\n", 1)
        first_ssrc = 1000 + 10 * number
        self.streams: list[Voice | Layer] = [
            Layer(first_ssrc + 1 + layer, layer, alone=len(part.layers) == 1) for layer in part.layers
        ]
        if part.voice:
            self.streams.append(Voice(first_ssrc, speaks=part.voice == "speaks"))
        self.sent = self.came = self.keyframes = 0
        self.delays_us: list[int] = []
        self._wide = 0
        self._came_bytes = self._told_bytes = 0
        self._buffer = bytearray(2048)

    def call(self, answer: str) -> None:
        self.begin(read_answer(answer))
        if self.part.meter:
            self.stamp_arrivals()

    def next_wide(self) -> bytes:
        """The transport-wide number of the next packet."""
        self._wide = self._wide + 1 & 0xFFFF
        return self._wide.to_bytes(2, "big")

    def leave_out(self, rids: list[str]) -> None:
        """Nobody shows these layers of the camera; all others are wanted (`pauseLayers` of our client)."""
        for stream in self.streams:
            if isinstance(stream, Layer):
                stream.pause(stream.rid in rids)

    def send_frame(self, stream: Voice | Layer, at_s: float) -> int:
        """The next frame of a stream; how many packets it took."""
        count = 0
        for packet in stream.frame(at_s, self):
            count += self.send_rtp(packet + STAMP.pack(time.time_ns()))
        self.sent += count
        return count

    def report(self, at_s: float, wall_ms: int) -> None:
        sending = [each for each in self.streams if not (isinstance(each, Layer) and each.paused)]
        if sending:
            self.send_rtcp(pack([each.report(at_s, wall_ms) for each in sending]))

    def estimate(self, over_s: float) -> None:
        """Say what the way here takes, as a browser would find out that received so much in this time."""
        received_bps = (self._came_bytes - self._told_bytes) * 8 / over_s
        self._told_bytes = self._came_bytes
        if not self.part.link_bps:
            self.send_rtcp(pack([Remb(1, WIDE_BPS, ())]))
        elif received_bps:
            self.send_rtcp(pack([Remb(1, int(min(self.part.link_bps, received_bps * MAX_RISE)), ())]))

    def take(self) -> int:
        """Read what has come; the number of media packets."""
        return self._take_stamped() if self.part.meter else self._take()

    def _take(self) -> int:
        before, buffer, receive = self.came, self._buffer, self.socket.recv_into
        try:
            while True:
                size = receive(buffer)
                if 128 <= buffer[0] <= 191 and not 192 <= buffer[1] <= 223:
                    self.came += 1
                    self._came_bytes += size
                else:
                    self._take_other(bytes(buffer[:size]))
        except BlockingIOError:
            return self.came - before

    def _take_stamped(self) -> int:
        before = self.came
        for datagram, arrived_ns in self.datagrams(256):
            if not is_rtp(datagram):
                self._take_other(datagram)
                continue
            self.came += 1
            self._came_bytes += len(datagram)
            plain = self.unprotect(datagram)
            (sent_ns,) = STAMP.unpack_from(plain, len(plain) - STAMP.size - _padding(plain))
            self.delays_us.append((arrived_ns - sent_ns) // 1000)
        return self.came - before

    def _take_other(self, datagram: bytes) -> None:
        if not is_rtcp(datagram):
            self.control(datagram)
            return
        for part in parse(self.unprotect_rtcp(datagram)):
            if isinstance(part, PictureLoss):
                for stream in self.streams:
                    if isinstance(stream, Layer) and stream.ssrc == part.media:
                        stream.keyframe_wanted = True


def _padding(packet: bytes) -> int:
    """Bytes of padding at the end (RFC 3550 §5.1)."""
    return packet[-1] if packet[0] & 0x20 else 0
