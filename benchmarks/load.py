"""The other side of `forwarding.py`, in a process of its own: N participants with real ICE checks, DTLS and SRTP.

Speaks JSON lines with its parent: {"offers"} → {"answers"} → {"ready"} → {"go"} → {"begun"} → {"done", came, lost, delays_us}.
Packets are sealed by libsrtp. At saturation they are sent in a closed loop: a window of them is on the way, so the server
is never idle and nothing need be lost. At a given rate they are sent evenly, each with its time in it, and the first
participant opens what comes and compares that with the kernel's time of arrival.
"""

from __future__ import annotations

import json
import os
import select
import struct
import sys
import time

from server.rehearsal.sdp import (
    LEVEL_ID,
    MID_ID,
    OPUS,
    SEND_TIME_ID,
    VP8,
    WIDE_ID,
    Sources,
    read_answer,
    write_offer,
)
from server.rehearsal.transport import Transport, is_rtp
from server.rtp.header import FIXED, HAS_EXTENSION, MARKER, VERSION_2, extension_block
from server.rtp.rtcp import Remb, pack

__all__ = ["LEVEL_ID", "MID_ID", "SEND_TIME_ID", "WIDE_ID", "Participant", "offer_text", "pin", "ssrc_of"]

AUDIO_BYTES, VIDEO_BYTES = 100, 1100
VIDEO_PER_AUDIO = 2
KEYFRAME_EVERY = 300
WARM_UP_S = 1.0
WINDOW_PACKETS = 1000
"""Forwarded packets on the way: enough to keep the server busy, few enough for the socket buffers."""
STAMP = struct.Struct("!Q")
"""The last bytes of each payload: the wall clock in ns."""
SILENCE_S = 0.2
"""Nothing has come for so long: what is still on the way is lost."""
KEYFRAME = b"\x90\x80\x85\x01" + b"\x10\x02\x00\x9d\x01\x2a\xa0\x00\x5a\x00"
DELTA = b"\x80\x80\x85\x01" + b"\x31\x02\x00"
DEADLINE_S = 20
ESTIMATE_EVERY_S = 1.0
MANY = 100_000
"""Datagrams; more than any socket buffer holds."""
WIDE_PATH_BPS = 20_000_000_000


def offer_text(number: int, fingerprint: bytes, seats: int, *, declared: bool = True) -> str:
    """The single offer of a participant, as a browser would make it. declared: with the SSRCs it will send."""
    sources = Sources(ssrc_of(number, "audio"), ssrc_of(number, "video"), ssrc_of(number, "video") + 5)
    return write_offer(_ufrag(number), fingerprint, seats, sources if declared else None)


def ssrc_of(number: int, kind: str) -> int:
    """What participant `number` sends with; its RTX is 5 more."""
    return 1000 + 10 * number + (kind == "video")


def _ufrag(number: int) -> str:
    return f"load{number:04}"


class Participant(Transport):
    """The transport of a rehearsal's member, with a microphone and a camera that cost next to nothing."""

    def __init__(self, number: int, seats: int) -> None:
        super().__init__(_ufrag(number))
        self.number = number
        self.offer = offer_text(number, self.fingerprint, seats)
        self._sequence = {"audio": 0, "video": 0}
        self._wide = 0
        self._sent = 0
        self.warming = False
        """Every picture is whole: whoever begins to be shown is shown at once, as a browser's answer to a PLI would do."""
        self.delays_us: list[int] = []

    def connect(self, answer: str) -> None:
        """Check, shake hands, derive the keys."""
        self.begin(read_answer(answer))
        while not self.settled:
            self.control(self._receive())
        self.tell_estimate()

    def check_again(self) -> None:
        """Nominate the address of the socket by an ICE check, which is answered."""
        self.nominate()
        while not self.settled:
            self.control(self._receive())

    def _receive(self) -> bytes:
        assert select.select([self.socket], [], [], DEADLINE_S)[0], "the server is silent"
        return self.socket.recv(2048)

    def send(self) -> None:
        """The next packet: one of sound, then two of picture, all over."""
        kind = "video" if self._sent % (VIDEO_PER_AUDIO + 1) else "audio"
        seq = self._sequence[kind]
        self._sequence[kind] = seq + 1
        self._sent += 1
        wide = (WIDE_ID, self._wide.to_bytes(2, "big"))
        if kind == "audio":
            body = extension_block(((LEVEL_ID, b"\x9e"),)) + bytes(AUDIO_BYTES - STAMP.size)
            second, ticks = OPUS, seq * 960
        else:
            self._wide = (self._wide + 1) & 0xFFFF
            clear = KEYFRAME if self.warming or seq % KEYFRAME_EVERY == 0 else DELTA
            body = extension_block((wide,)) + clear + bytes(VIDEO_BYTES - len(clear) - STAMP.size)
            second, ticks = MARKER | VP8, seq * 3000
        head = FIXED.pack(VERSION_2 | HAS_EXTENSION, second, seq & 0xFFFF, ticks, ssrc_of(self.number, kind))
        self.socket.send(self.protect(head + body + STAMP.pack(time.time_ns())))

    def tell_estimate(self) -> None:
        """The path to this participant takes whatever comes: nothing is to be held back."""
        self.send_rtcp(pack([Remb(1, WIDE_PATH_BPS, ())]))

    def drain(self, buffer: bytearray) -> int:
        """Read what has come; the number of media packets, RTCP not counted."""
        count = 0
        receive = self.socket.recv_into
        try:
            while True:
                receive(buffer)
                count += 128 <= buffer[0] <= 191 and not 192 <= buffer[1] <= 223
        except BlockingIOError:
            return count

    def drain_stamped(self) -> int:
        """As `drain`; how long each packet was on the way is noted."""
        count = 0
        for datagram, arrived_ns in self.datagrams(MANY):
            if not is_rtp(datagram):
                continue
            count += 1
            plain = self.unprotect(datagram)
            (sent_ns,) = STAMP.unpack_from(plain, len(plain) - STAMP.size)
            self.delays_us.append((arrived_ns - sent_ns) // 1000)
        return count


def run(participants: list[Participant], seconds: float) -> tuple[int, int]:
    """Send for so long; (packets that came, packets that did not)."""
    # It looks at its sockets again and again and never sleeps: waking a sleeper would be charged to the server's sends.
    fan_out = len(participants) - 1
    buffer = bytearray(2048)
    expected = came = lost = turn = 0
    heard = time.monotonic()
    end = heard + seconds
    told = 0.0
    while (now := time.monotonic()) < end or expected > came:
        told = _tell_estimates(participants, told, now)
        if now < end and expected - came < WINDOW_PACKETS // 2:
            while expected - came < WINDOW_PACKETS:
                participants[turn].send()
                expected += fan_out
                turn = (turn + 1) % len(participants)
        count = sum(participant.drain(buffer) for participant in participants)
        came += count
        if count:
            heard = now
        elif now - heard > SILENCE_S:  # lost for good: open the window again
            lost += expected - came
            expected, heard = came, now
    return came, lost


def run_evenly(participants: list[Participant], seconds: float, rate: float) -> tuple[int, int]:
    """Send so many packets a second, all together; (packets that came, packets that did not)."""
    fan_out = len(participants) - 1
    buffer = bytearray(2048)
    sent = came = 0
    began = time.monotonic()
    heard = began
    told = 0.0
    while (now := time.monotonic()) < began + seconds or (sent * fan_out > came and now - heard < SILENCE_S):
        told = _tell_estimates(participants, told, now)
        while sent < min(now - began, seconds) * rate:
            participants[sent % len(participants)].send()
            sent += 1
        count = participants[0].drain_stamped() + sum(each.drain(buffer) for each in participants[1:])
        came += count
        if count:
            heard = now
    return came, sent * fan_out - came


def _tell_estimates(participants: list[Participant], told: float, now: float) -> float:
    """Every second; when that was done last."""
    if now - told < ESTIMATE_EVERY_S:
        return told
    for participant in participants:
        participant.tell_estimate()
    return now


def pin(position: int) -> None:
    """Stay on one core; the server takes the first and the load the last, so that neither waits for the other's."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[position]})


def tell(**message: object) -> None:
    print(json.dumps(message), flush=True)


def hear() -> dict[str, list[str]]:
    return json.loads(sys.stdin.readline())  # type: ignore[no-any-return]


def main() -> None:
    count, seconds, rate = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    pin(-1)
    participants = [Participant(number, count - 1) for number in range(count)]
    tell(offers=[participant.offer for participant in participants])
    for participant, answer in zip(participants, hear()["answers"], strict=True):
        participant.connect(answer)
    tell(ready=True)
    hear()
    for participant in participants:
        participant.warming = True
    run(participants, WARM_UP_S)
    for participant in participants:
        participant.warming = False
    if rate:
        participants[0].stamp_arrivals()
    tell(begun=True)
    came, lost = run_evenly(participants, seconds, rate) if rate else run(participants, seconds)
    tell(done=True, came=came, lost=lost, delays_us=participants[0].delays_us)


if __name__ == "__main__":
    main()
