"""Ada's camera in three layers, and who watches her; keys by hand, no network."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from benchmarks.load import MID_ID
from server.media.allotment import Allotment
from server.rooms.routes import Kind
from server.rtp.header import FIXED
from server.rtp.rtcp import PictureLoss, Remb
from tests.rtp.packets import KEYFRAME

from .parts import ADA, VP8, HandMade, Room

if TYPE_CHECKING:
    from server.media.publication import Publication
    from server.media.subscription import Subscription
    from server.rooms.ids import ParticipantId

Q, H, F = range(3)
RIDS = (b"q", b"h", b"f")
SSRC = (501, 502, 503)
RID_ID, REPAIRED_RID_ID = 10, 11
RID_LINES = (
    f"a=extmap:{RID_ID} urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    f"a=extmap:{REPAIRED_RID_ID} urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    *(f"a=rid:{rid.decode()} send" for rid in RIDS),
    "a=simulcast:send q;h;f",
)
DELTA = b"\x10\x11\x00\x00delta"
"""A descriptor, and a frame that is no keyframe."""
HEIGHTS = (135, 270, 540)


STEADY = ((0, False),)
"""A camera without temporal layers."""


def delta(temporal: int, body: bytes = b"", *, sync: bool = False) -> bytes:
    """A frame of a temporal layer, under a descriptor as browsers write it: picture id, TL0PICIDX, TID and Y."""
    return b"\x90\xe0\x81\x01\x07" + bytes((temporal << 6 | sync << 5,)) + DELTA[1:] + body


def keyframe(layer: int) -> bytes:
    return b"\x10" + KEYFRAME[:8] + HEIGHTS[layer].to_bytes(2, "little") + b"picture"


class Circle(Room):
    """Ada sends in layers; the others receive."""

    def __init__(self) -> None:
        super().__init__()
        self.sequence = [100, 60_000, 65_530]
        self.allotment = Allotment()
        self.told: list[tuple[str, ...]] = []
        """What Ada was told of her layers; from then on she does not send them."""
        self.pattern: tuple[tuple[int, bool], ...] = STEADY
        """TID and Y of her frames, again and again."""
        self.frames = 0
        self.ada = self._enter_layered(ADA)

    def _enter_layered(self, participant: ParticipantId) -> HandMade:
        person = self.enter(participant, declared=False, extra=RID_LINES)
        for stream in person.peer.streams():
            stream.routed = True
        return person

    def watch(self, participant: ParticipantId) -> HandMade:
        person = self.enter(participant)
        self.picture(person).bind(self.camera)
        return person

    @property
    def camera(self) -> Publication:
        return self.ada.peer.publications[Kind.CAMERA]

    @staticmethod
    def picture(person: HandMade) -> Subscription:
        picture = person.peer.seats[0].video
        assert picture is not None
        return picture

    def ticks(self, layer: int) -> int:
        return (2**32 - 50_000 * layer + self.now_ms * 90) % 2**32

    def send(self, layer: int, payload: bytes = DELTA, *, rid: bytes | None = None) -> Publication | None:
        self.sequence[layer] += 1
        extensions = ((MID_ID, b"1"), (RID_ID, RIDS[layer] if rid is None else rid))
        return self.rtp(
            self.ada,
            seq16=self.sequence[layer] & 0xFFFF,
            rtp_ticks=self.ticks(layer),
            ssrc=SSRC[layer],
            payload=payload,
            payload_type=VP8,
            extensions=extensions,
        )

    def frame(self, body: bytes = b"") -> bytes:
        """The next one of the pattern."""
        temporal, sync = self.pattern[self.frames % len(self.pattern)]
        return DELTA + body if self.pattern is STEADY else delta(temporal, body, sync=sync)

    def estimate(self, person: HandMade, bitrate_bps: int) -> None:
        self.rtcp(person, Remb(1, bitrate_bps, (self.picture(person).ssrc,)))

    def send_all(self, payload: bytes = DELTA, layers: tuple[int, ...] = (Q, H, F)) -> None:
        """One frame of each layer, a thirtieth of a second after the last."""
        self.now_ms += 33
        for layer in layers:
            self.send(layer, payload)

    def live(self, ms: int, layers: tuple[int, ...] = (Q, H, F), payload_bytes: int = 60) -> None:
        """Time passes as on the server: frames, measurements, allotments, requests, which Ada answers."""
        for _ in range(ms // 33):
            sent = [layer for layer in layers if not self.told or RIDS[layer].decode() not in self.told[-1]]
            for layer in sent:
                self.send(layer, self.frame(bytes(payload_bytes << layer * 2)))
            self.frames += 1
            self.now_ms += 33
            self.allotment.begin_round()
            for person in self.people.values():
                self.allotment.measure(person.peer, self.now_ms)
                self.allotment.allot(person.peer, (), self.now_ms)
            news = self.allotment.unwanted(self.ada.peer, self.now_ms)
            if news is not None:
                self.told.append(news)
            asked_before = len(self.ada.rtcp)
            self.tick(self.ada)
            for part in self.ada.rtcp[asked_before:]:
                if isinstance(part, PictureLoss) and SSRC.index(part.media) in sent:
                    self.send(SSRC.index(part.media), keyframe(SSRC.index(part.media)))


def numbers(packets: list[bytes]) -> list[tuple[int, int]]:
    """Sequence number and timestamp of each packet."""
    unpacked = [FIXED.unpack_from(packet) for packet in packets]
    return [(sequence, ticks) for _, _, sequence, ticks, _ in unpacked]


def is_seamless(packets: list[bytes]) -> bool:
    sent = numbers(packets)
    return all(
        (after - before) & 0xFFFF == 1 and (later - earlier) % 2**32 < 2**31
        for (before, earlier), (after, later) in itertools.pairwise(sent)
    )
