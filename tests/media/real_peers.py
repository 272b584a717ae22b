"""Real aiortc peers that make the client's single offer, and the network between them and a media server.

Used by `test_real_peers.py` and `benchmarks/`. Nothing in here is patched inside the server.
"""

from __future__ import annotations

import asyncio
import random
import time
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import av
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from server.rooms.ids import MeetingId, ParticipantId

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.hosting.ports import Seat
    from server.media.server import MediaServer

MEETING = MeetingId("meeting-for-the-test22")
WIDTH, HEIGHT, FRAMES_PER_SECOND = 160, 90, 10
SAMPLE_RATE, SAMPLES = 48_000, 960
PATIENCE_S = 40.0
"""For what comes in a second on a machine of its own."""
DIRECT = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)


class Tone(MediaStreamTrack):
    """A square wave of one pitch: its zero crossings tell who is heard."""

    kind = "audio"

    def __init__(self, pitch_hz: int) -> None:
        super().__init__()
        self._pitch_hz = pitch_hz
        self._at = 0
        self._began: float | None = None

    async def recv(self) -> av.AudioFrame:
        loop = asyncio.get_running_loop()
        self._began = loop.time() if self._began is None else self._began
        await asyncio.sleep(max(0.0, self._began + self._at / SAMPLE_RATE - loop.time()))
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        half = SAMPLE_RATE // self._pitch_hz // 2
        loud, soft = (8000).to_bytes(2, "little", signed=True), (-8000).to_bytes(2, "little", signed=True)
        frame.planes[0].update(b"".join(loud if (self._at + n) // half % 2 else soft for n in range(SAMPLES)))
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._at, Fraction(1, SAMPLE_RATE)
        self._at += SAMPLES
        return frame


class Grey(MediaStreamTrack):
    """A picture of one brightness with some seeded noise: its mean tells who is seen."""

    kind = "video"

    def __init__(self, brightness: int, noise: int = 6) -> None:
        super().__init__()
        self._brightness = brightness
        self._noise = noise
        self._random = random.Random(brightness)
        self._count = 0
        self._began: float | None = None
        self._grabbed = asyncio.Event()

    async def recv(self) -> av.VideoFrame:
        loop = asyncio.get_running_loop()
        self._began = loop.time() if self._began is None else self._began
        await asyncio.sleep(max(0.0, self._began + self._count / FRAMES_PER_SECOND - loop.time()))
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        luma = frame.planes[0]
        noise = self._random.choices(
            range(self._brightness - self._noise, self._brightness + self._noise + 1), k=luma.buffer_size
        )
        luma.update(bytes(noise))
        for plane in frame.planes[1:]:
            plane.update(bytes((128,)) * plane.buffer_size)
        frame.pts, frame.time_base = self._count, Fraction(1, FRAMES_PER_SECOND)
        self._count += 1
        self._grabbed.set()
        return frame

    async def more(self, count: int, timeout_s: float = PATIENCE_S) -> None:
        """Return when so many more pictures have been taken. Raises: TimeoutError."""
        end = self._count + count
        async with asyncio.timeout(timeout_s):
            while self._count < end:
                self._grabbed.clear()
                await self._grabbed.wait()


class Observations:
    """What one seat half of a client has decoded; waits for more without sleeping."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.newest_at = 0.0
        """When the newest came, by `time.perf_counter`, in s."""
        self._more = asyncio.Event()

    def add(self, value: float) -> None:
        self.values.append(value)
        self.newest_at = time.perf_counter()
        self._more.set()

    async def next(
        self, condition: Callable[[float], bool], count: int = 1, timeout_s: float = PATIENCE_S
    ) -> None:
        """Return when `count` values from now on satisfied the condition. Raises: TimeoutError."""
        start = len(self.values)
        async with asyncio.timeout(timeout_s):
            while sum(map(condition, self.values[start:])) < count:
                self._more.clear()
                await self._more.wait()


def brightness(frame: av.VideoFrame) -> float:
    """Mean of the luma plane."""
    plane = frame.planes[0]
    rows = bytes(plane)
    visible = b"".join(
        rows[y * plane.line_size : y * plane.line_size + frame.width] for y in range(frame.height)
    )
    return sum(visible) / len(visible)


def pitch(frame: av.AudioFrame) -> float:
    """From the zero crossings of the first channel; 0 for silence."""
    channels = len(frame.layout.channels)
    samples = memoryview(bytes(frame.planes[0])).cast("h")[: frame.samples * channels : channels]
    if max(map(abs, samples)) < 500:
        return 0
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(samples))
    return crossings / 2 * frame.sample_rate / len(samples)


class Client:
    """One participant: microphone, camera, N seats; everything it receives is decoded."""

    def __init__(
        self, number: int, seats: int = 2, noise: int = 6, configuration: RTCConfiguration = DIRECT
    ) -> None:
        """configuration: how it reaches the server."""
        self.id = ParticipantId(f"person-{number:04}")
        self.pitch_hz = 400 * (number + 1)
        self.brightness = 60 + 60 * number
        self.connection = RTCPeerConnection(configuration)
        self.connection.addTransceiver(Tone(self.pitch_hz), direction="sendonly")
        self.camera = Grey(self.brightness, noise)
        self.connection.addTransceiver(self.camera, direction="sendonly")
        for _ in range(seats):
            self.connection.addTransceiver("audio", direction="recvonly")
            self.connection.addTransceiver("video", direction="recvonly")
        self.heard = [Observations() for _ in range(seats)]
        self.seen = [Observations() for _ in range(seats)]
        self._tasks: list[asyncio.Task[None]] = []

    def sounds_like(self, value: float) -> bool:
        return abs(value - self.pitch_hz) < 100

    def looks_like(self, value: float) -> bool:
        return abs(value - self.brightness) < 20

    async def connect(self, server: MediaServer, via: tuple[str, int] | None = None) -> None:
        """Offer once, take the answer, begin to decode. via: send to this address instead of the server's."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        answer = await server.open(MEETING, self.id, self.connection.localDescription.sdp)
        if via is not None:
            answer = answer.replace(f" {server.local[1]} typ host", f" {via[1]} typ host")
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        halves = self.connection.getTransceivers()[2:]
        for seat in range(len(self.heard)):
            audio, video = halves[2 * seat : 2 * seat + 2]
            self._tasks.append(
                asyncio.create_task(self._decode(audio.receiver.track, pitch, self.heard[seat]))
            )
            self._tasks.append(
                asyncio.create_task(self._decode(video.receiver.track, brightness, self.seen[seat]))
            )

    async def _decode(self, track: Any, measure: Callable[[Any], float], into: Observations) -> None:
        while True:
            try:
                into.add(measure(await track.recv()))
            except MediaStreamError:
                return

    async def packets_received(self) -> int:
        """RTP packets that reached any of the seats so far."""
        total = 0
        for transceiver in self.connection.getTransceivers()[2:]:
            report = await transceiver.receiver.getStats()
            total += sum(s.packetsReceived for s in report.values() if s.type == "inbound-rtp")
        return total

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.connection.close()
        for _ in range(5):  # what aiortc itself began on hearing our farewell ends now
            await asyncio.sleep(0)


class Listener:
    """Remembers what the media server told; implements `MediaListener`."""

    def __init__(self) -> None:
        self.seats: dict[ParticipantId, tuple[Seat, ...]] = {}
        self.speakers: tuple[ParticipantId, ...] = ()
        self.lost: list[ParticipantId] = []
        self.unwanted: dict[ParticipantId, tuple[str, ...]] = {}
        self._changed = asyncio.Event()

    def seats_changed(self, meeting: MeetingId, subscriber: ParticipantId, seats: Sequence[Seat]) -> None:  # noqa: ARG002 - all meetings alike
        self.seats[subscriber] = tuple(seats)
        self._changed.set()

    def speakers_changed(self, meeting: MeetingId, speakers: Sequence[ParticipantId]) -> None:  # noqa: ARG002 - all meetings alike
        self.speakers = tuple(speakers)
        self._changed.set()

    def layers_unwanted(self, meeting: MeetingId, publisher: ParticipantId, rids: Sequence[str]) -> None:  # noqa: ARG002 - all meetings alike
        self.unwanted[publisher] = tuple(rids)
        self._changed.set()

    def peer_lost(self, meeting: MeetingId, peer: ParticipantId) -> None:  # noqa: ARG002 - all meetings alike
        self.lost.append(peer)
        self._changed.set()

    async def until(self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Return when the condition holds; looked at after every change. Raises: TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def seat_of(self, subscriber: Client, publisher: Client) -> int:
        return [seat.publisher for seat in self.seats[subscriber.id]].index(publisher.id)


class Network(asyncio.DatagramProtocol):
    """A UDP path between one client and the server that loses packets by a seed, and can inject others."""

    def __init__(self, server: tuple[str, int], loss: float = 0.0, seed: int = 1) -> None:
        self.lost = self.passed = 0
        self._server = server
        self._loss = loss
        self._random = random.Random(seed)
        self._client: tuple[str, int] | None = None
        self.sent: list[bytes] = []
        """What the client sent of SRTP, the newest last."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    @property
    def local(self) -> tuple[str, int]:
        name = self._transport.get_extra_info("sockname")
        return name[0], name[1]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        from_server = addr[:2] == self._server
        if not from_server:
            self._client = (addr[0], addr[1])
        is_media = 128 <= data[0] <= 191
        if is_media and self._random.random() < self._loss:
            self.lost += 1
            return
        self.passed += 1
        if is_media and not from_server:
            self.sent.append(data)
        if from_server and self._client is not None:
            self._transport.sendto(data, self._client)
        elif not from_server:
            self._transport.sendto(data, self._server)

    def inject(self, data: bytes) -> None:
        """To the server, from the client's address as the server knows it."""
        self._transport.sendto(data, self._server)

    def close(self) -> None:
        self._transport.close()

    @classmethod
    async def between(cls, server: MediaServer, loss: float = 0.0, seed: int = 1) -> Network:
        _, network = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(server.local, loss, seed), local_addr=("127.0.0.1", 0)
        )
        return network
