"""What one synthetic member sends: sealed sound and pictures in time, sender reports, keyframes and repairs; called by `member`.

Imports `server.rtp` only, beside this package. It is told the time; nothing is sent later than asked for.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Final

from server.rtp.reports import NTP_SECOND
from server.rtp.rtcp import FullIntra, Nack, Part, PictureLoss, SourceDescription

from .sample_media import FRAMES_PER_SECOND, HUM_DBOV, HUSH_DBOV, SAMPLE_RATE, SAMPLES
from .sdp import Sources
from .sealing import TRAILER_BYTES, FrameSealer, SharedSecret
from .stream import Camera, TransportCounter, Voice

if TYPE_CHECKING:
    from .arrivals import Departures
    from .sample_media import Loop
    from .transport import Transport

SECOND_NS: Final = 1_000_000_000
SOUND_NS: Final = SECOND_NS * SAMPLES // SAMPLE_RATE
PICTURE_NS: Final = SECOND_NS // FRAMES_PER_SECOND
VIDEO_RATE: Final = 90_000
HUSHED_EACH: Final = 20
"""In silence one packet of so many goes out, as browsers do with discontinuous transmission: every 400 ms."""
BEHIND_NS: Final = SECOND_NS // 5
"""Later than this nothing is made up for: it would be a burst that no browser sends."""
NTP_EPOCH_S: Final = 2_208_988_800
CNAME: Final = b"member"


class Sender:
    """One microphone and one camera on one transport."""

    def __init__(self, transport: Transport, sources: Sources, loop: Loop, departures: Departures) -> None:
        counter = TransportCounter()
        self._transport = transport
        self._voice = Voice(sources.mic)
        self._camera = Camera(sources.camera, sources.camera_rtx, counter)
        self._loop = loop
        self._departures = departures
        self._mic_seal: FrameSealer | None = None
        self._camera_seal: FrameSealer | None = None
        self._began_ns = 0
        self._sounds = self._pictures = 0
        """Slots of 20 ms and of a picture that have passed."""
        self._next_picture = 0
        self.sent = 0
        self.unsent = 0
        """Refused by the system: its buffers were full."""
        self.keyframes_asked = 0

    def begin(self, secret: SharedSecret, sender: str, now_ns: int) -> None:
        """From now on something is due. sender: the id that the server gave."""
        self._mic_seal = FrameSealer(secret, sender, "mic")
        self._camera_seal = FrameSealer(secret, sender, "camera")
        # Not all members at the same instant.
        self._began_ns = now_ns + secrets.randbelow(PICTURE_NS)

    def send_due(self, now_ns: int, *, mic: bool, camera: bool, hums: bool) -> None:
        """Whatever is due at `now_ns` (monotonic) leaves. mic, camera: open; nothing is sent of what is closed."""
        if self._mic_seal is None or self._camera_seal is None:
            return
        passed_ns = now_ns - self._began_ns
        if passed_ns < 0:
            return
        self._sounds = max(self._sounds, (passed_ns - BEHIND_NS) // SOUND_NS)
        self._pictures = max(self._pictures, (passed_ns - BEHIND_NS) // PICTURE_NS)
        while self._sounds * SOUND_NS <= passed_ns:
            if mic and (hums or self._sounds % HUSHED_EACH == 0):
                self._send_sound(self._mic_seal, hums=hums)
            self._sounds += 1
        while self._pictures * PICTURE_NS <= passed_ns:
            if camera:
                self._send_picture(self._camera_seal)
            else:
                self._next_picture = 0  # whoever sees her again begins with a keyframe
            self._pictures += 1

    def _send_sound(self, seal: FrameSealer, *, hums: bool) -> None:
        sealed = seal.seal(self._loop.hum[self._sounds % len(self._loop.hum)] if hums else self._loop.hush)
        level = HUM_DBOV if hums else HUSH_DBOV
        self._departures.note(sealed[-TRAILER_BYTES:], time.time_ns())
        self._send(self._voice.packet(sealed, self._sounds * SAMPLES, level, speaks=hums))

    def _send_picture(self, seal: FrameSealer) -> None:
        sealed = seal.seal(self._loop.pictures[self._next_picture])
        self._next_picture = (self._next_picture + 1) % len(self._loop.pictures)
        ticks = self._pictures * VIDEO_RATE // FRAMES_PER_SECOND
        self._departures.note(sealed[-TRAILER_BYTES:], time.time_ns())
        for packet in self._camera.packets(sealed, ticks):
            self._send(packet)

    def _send(self, packet: bytes) -> None:
        if self._transport.send_rtp(packet):
            self.sent += 1
        else:
            self.unsent += 1

    def answer(self, part: Part) -> None:
        """What the server asks of a sender: keyframes and repairs."""
        match part:
            case PictureLoss() | FullIntra():
                self.keyframes_asked += 1
                self._next_picture = 0
            case Nack(media=media, lost=lost) if media == self._camera.ssrc:
                for packet in self._camera.again(lost):
                    self._transport.send_rtp(packet)
            case _:
                pass

    def reports(self, now_ns: int) -> tuple[Part, ...]:
        """Sender reports of both tracks, as of now. Empty before anything was sent."""
        passed_ns = now_ns - self._began_ns
        if self._mic_seal is None or passed_ns < 0:
            return ()
        wall_ns = time.time_ns()
        ntp = (wall_ns // SECOND_NS + NTP_EPOCH_S) * NTP_SECOND + (
            wall_ns % SECOND_NS
        ) * NTP_SECOND // SECOND_NS
        return (
            self._voice.report(ntp, passed_ns * SAMPLE_RATE // SECOND_NS),
            self._camera.report(ntp, passed_ns * VIDEO_RATE // SECOND_NS),
            SourceDescription(((self._voice.ssrc, CNAME), (self._camera.ssrc, CNAME))),
        )


def draw_sources() -> Sources:
    """Three SSRCs that are not the same."""
    first = secrets.randbits(30) << 2
    return Sources(first, first + 1, first + 2)
