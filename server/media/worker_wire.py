"""The frames between the server and its media workers: what `MediaControl` asks, and what a worker tells back.

    length (4, big endian) | msgpack map, its kind in "t"

Used by `worker_link` and `worker_process`. Any bytes give a message or `WireFault`. Must not import asyncio's loop or a socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import msgspec

from server.confidentiality.self_check import ProcessState  # noqa: TC001 - msgspec reads the annotation
from server.hosting.ports import OfferFault, Picture, Reception, Receptions, Screen, Seat, Why
from server.rooms.ids import MeetingId, ParticipantId
from server.rooms.routes import Kind, Track

from .outlet import MediaCounts
from .settings import MediaSettings  # noqa: TC001 - msgspec reads the annotation

if TYPE_CHECKING:
    from asyncio import StreamReader
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

DOWN_BYTES: Final = 8 << 20
"""Longest frame to a worker: the routes of 320 people who all hear and see each other need a third of it."""
UP_BYTES: Final = 1 << 20
"""Longest frame from a worker: an answer of 64 sections needs a tenth of it."""
LENGTH_BYTES: Final = 4
MAX_ID_CHARACTERS: Final = 64
MAX_SEATS: Final = 64
MAX_SPEAKERS: Final = 1024
MAX_RECEPTIONS: Final = 64
"""As many as one worker tells of (`allotment.MAX_RECEPTIONS`)."""

_MeetingId = Annotated[MeetingId, msgspec.Meta(max_length=MAX_ID_CHARACTERS)]
_ParticipantId = Annotated[ParticipantId, msgspec.Meta(max_length=MAX_ID_CHARACTERS)]
_Count = Annotated[int, msgspec.Meta(ge=0)]


class WireFault(Exception):  # noqa: N818 - a state of the line
    """Bytes that are no frame, or a frame at the wrong moment; the line is of no use any more."""


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="t"):
    pass


# ── to a worker ──────────────────────────────────────────────────────────────────────────────────


class Begin(_Message, frozen=True, tag="begin"):
    """The first frame; answered by `Begun`, or by the end of the worker if the port cannot be bound."""

    settings: MediaSettings


class Open(_Message, frozen=True, tag="open"):
    """As `MediaControl.open`; answered by `Answered` or `Refused`."""

    number: _Count
    """Of the request: the answer has the same."""
    meeting: _MeetingId
    peer: _ParticipantId
    offer_sdp: str


class Close(_Message, frozen=True, tag="close"):
    """As `MediaControl.close`; answered by `Carried`, as are the following."""

    number: _Count
    meeting: _MeetingId
    peer: _ParticipantId


class Routed(_Message, frozen=True, tag="routed"):
    """One track and everybody it is for."""

    publisher: _ParticipantId
    kind: Kind
    to: list[_ParticipantId]


class Route(_Message, frozen=True, tag="route"):
    number: _Count
    meeting: _MeetingId
    wanted: list[Routed]


class Hold(_Message, frozen=True, tag="hold"):
    number: _Count
    meeting: _MeetingId
    holders: list[_ParticipantId]


class Show(_Message, frozen=True, tag="show"):
    number: _Count
    meeting: _MeetingId
    peer: _ParticipantId
    heights_px: dict[_ParticipantId, _Count]
    pinned: _ParticipantId | None
    low_data: bool


class End(_Message, frozen=True, tag="end"):
    number: _Count
    meeting: _MeetingId


class Look(_Message, frozen=True, tag="look"):
    """As `MediaControl.receptions`; answered by `Looked`."""

    number: _Count
    meeting: _MeetingId


Request = Open | Close | Route | Hold | Show | End | Look
Down = Begin | Request

# ── from a worker ────────────────────────────────────────────────────────────────────────────────


class Begun(_Message, frozen=True, tag="begun"):
    """The port is bound."""

    ip: str
    port: _Count


class Answered(_Message, frozen=True, tag="answered"):
    number: _Count
    answer_sdp: str


class Refused(_Message, frozen=True, tag="refused"):
    number: _Count
    fault: OfferFault


class Carried(_Message, frozen=True, tag="carried"):
    """In force."""

    number: _Count


class PictureState(_Message, frozen=True, tag="picture"):
    publisher: _ParticipantId
    is_screen: bool
    height_px: _Count
    bps: _Count
    why: Why


class ReceptionState(_Message, frozen=True, tag="reception"):
    subscriber: _ParticipantId
    estimate_bps: _Count | None
    lost_permille: _Count
    low_data: bool
    pictures: Annotated[list[PictureState], msgspec.Meta(max_length=MAX_SEATS)]


class Looked(_Message, frozen=True, tag="looked"):
    number: _Count
    people: Annotated[list[ReceptionState], msgspec.Meta(max_length=MAX_RECEPTIONS)]
    left_out: _Count


class Failed(_Message, frozen=True, tag="failed"):
    """A bug of ours stood in the way; the worker has logged it."""

    number: _Count


class SeatState(_Message, frozen=True, tag="seat"):
    publisher: _ParticipantId | None
    audio: bool
    video: bool


class SeatsChanged(_Message, frozen=True, tag="seats"):
    meeting: _MeetingId
    subscriber: _ParticipantId
    seats: Annotated[list[SeatState], msgspec.Meta(max_length=MAX_SEATS)]


class SpeakersChanged(_Message, frozen=True, tag="speakers"):
    meeting: _MeetingId
    speakers: Annotated[list[_ParticipantId], msgspec.Meta(max_length=MAX_SPEAKERS)]


class LayersUnwanted(_Message, frozen=True, tag="unwanted"):
    meeting: _MeetingId
    publisher: _ParticipantId
    rids: Annotated[list[Annotated[str, msgspec.Meta(max_length=1)]], msgspec.Meta(max_length=3)]


class PeerLost(_Message, frozen=True, tag="lost"):
    meeting: _MeetingId
    peer: _ParticipantId


class Load(_Message, frozen=True, tag="load"):
    """Of the last second; also the sign of life."""

    packets_per_s: _Count
    """In and out."""
    cpu_permille: _Count
    """Of one core, user and system."""
    counts: MediaCounts = MediaCounts()
    state: ProcessState | None = None
    """What the worker sees when it looks at itself."""


Reply = Answered | Refused | Carried | Looked | Failed
Event = SeatsChanged | SpeakersChanged | LayersUnwanted | PeerLost
Up = Begun | Reply | Event | Load

_encoder: Final = msgspec.msgpack.Encoder()
_down: Final[msgspec.msgpack.Decoder[Down]] = msgspec.msgpack.Decoder(Down)
_up: Final[msgspec.msgpack.Decoder[Up]] = msgspec.msgpack.Decoder(Up)


def frame(message: Down | Up) -> bytes:
    """One frame, ready to be written."""
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


async def read_down(reader: StreamReader) -> Down:
    """The next frame to a worker. Raises: EOFError at the end, `WireFault`."""
    return _decoded(_down, await _body(reader, DOWN_BYTES))


async def read_up(reader: StreamReader) -> Up:
    """The next frame from a worker. Raises: EOFError at the end, `WireFault`."""
    return _decoded(_up, await _body(reader, UP_BYTES))


async def _body(reader: StreamReader, limit: int) -> bytes:
    length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
    if not 0 < length <= limit:
        raise WireFault
    return await reader.readexactly(length)


def _decoded(decoder: msgspec.msgpack.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise WireFault from None


# ── values of the port, as they travel ───────────────────────────────────────────────────────────


def shown(number: int, meeting: MeetingId, peer: ParticipantId, screen: Screen) -> Show:
    return Show(number, meeting, peer, dict(screen.heights_px), screen.pinned, screen.low_data)


def routed(wanted: Mapping[Track, frozenset[ParticipantId]]) -> list[Routed]:
    """In the same order: seats go by it."""
    return [Routed(track.publisher, track.kind, list(to)) for track, to in wanted.items()]


def wanted_of(tracks: Sequence[Routed]) -> dict[Track, frozenset[ParticipantId]]:
    return {Track(each.publisher, each.kind): frozenset(each.to) for each in tracks}


def seats_of(event: SeatsChanged) -> tuple[Seat, ...]:
    return tuple(Seat(each.publisher, each.audio, each.video) for each in event.seats)


def seats_changed(meeting: MeetingId, subscriber: ParticipantId, seats: Sequence[Seat]) -> SeatsChanged:
    return SeatsChanged(meeting, subscriber, [SeatState(s.publisher, s.audio, s.video) for s in seats])


def looked(number: int, receptions: Receptions) -> Looked:
    people = [
        ReceptionState(
            each.subscriber,
            each.estimate_bps,
            each.lost_permille,
            each.low_data,
            [PictureState(p.publisher, p.is_screen, p.height_px, p.bps, p.why) for p in each.pictures],
        )
        for each in receptions.people
    ]
    return Looked(number, people, receptions.left_out)


def receptions_of(reply: Looked) -> Receptions:
    people = tuple(
        Reception(
            each.subscriber,
            each.estimate_bps,
            each.lost_permille,
            each.low_data,
            tuple(Picture(p.publisher, p.is_screen, p.height_px, p.bps, p.why) for p in each.pictures),
        )
        for each in reply.people
    )
    return Receptions(people, reply.left_out)
