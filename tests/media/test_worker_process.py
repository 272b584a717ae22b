"""What a worker is asked for is what its media server does; whom it concerns is told to nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.hosting.ports import Picture, Reception, Receptions, Screen, Why
from server.media import worker_wire as wire
from server.media.server import MediaServer
from server.media.settings import MediaSettings
from server.media.worker_process import _carry_out
from server.rooms.ids import MeetingId, ParticipantId
from server.rooms.routes import Kind, Track

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE, ADA, MIA = MeetingId("here"), ParticipantId("ada"), ParticipantId("mia")


@pytest.fixture
def server() -> Iterator[MediaServer]:
    made = MediaServer(MediaSettings(host="127.0.0.1"))
    yield made
    made.port.close()


async def test_holders_and_screens_reach_the_media_server_of_a_worker(server: MediaServer):
    route = wire.Route(1, HERE, wire.routed({Track(ADA, Kind.CAMERA): frozenset({MIA})}))
    assert await _carry_out(route, server) == wire.Carried(1)
    assert await _carry_out(wire.Hold(2, HERE, [ADA]), server) == wire.Carried(2)
    screen = Screen({ADA: 360}, pinned=ADA, low_data=True)
    assert await _carry_out(wire.shown(3, HERE, MIA, screen), server) == wire.Carried(3)
    allotment = server._meetings[HERE].allotment
    assert allotment.holders == {ADA}
    assert allotment.screens == {MIA: screen}
    await _carry_out(wire.Close(4, HERE, MIA), server)
    assert allotment.screens == {}


@pytest.mark.parametrize(
    "request_",
    [
        wire.Hold(1, HERE, [ADA]),
        wire.shown(2, HERE, MIA, Screen({ADA: 0})),
        wire.End(3, HERE),
        wire.Look(4, HERE),
    ],
)
async def test_requests_are_read_as_they_were_written(request_: wire.Request):
    body = wire.frame(request_)[wire.LENGTH_BYTES :]
    assert wire._decoded(wire._down, body) == request_


async def test_what_everybody_gets_is_asked_of_a_worker_too(server: MediaServer):
    assert await _carry_out(wire.Look(7, HERE), server) == wire.Looked(7, [], 0)


@pytest.mark.parametrize("estimate", [240_000, None], ids=["known", "unknown"])
def test_what_everybody_gets_travels_as_it_is(estimate: int | None):
    small = Picture(ADA, is_screen=False, height_px=135, bps=98_000, why=Why.BANDWIDTH)
    nothing = Picture(ADA, is_screen=True, height_px=0, bps=0, why=Why.NOT_SENT)
    told = Receptions((Reception(MIA, estimate, 31, low_data=True, pictures=(small, nothing)),), 2)
    body = wire.frame(wire.looked(5, told))[wire.LENGTH_BYTES :]
    reply = wire._decoded(wire._up, body)
    assert isinstance(reply, wire.Looked)
    assert wire.receptions_of(reply) == told


def test_the_longest_word_on_what_everybody_gets_fits_into_a_frame():
    who = ParticipantId("p" * wire.MAX_ID_CHARACTERS)
    picture = Picture(who, is_screen=False, height_px=8640, bps=9_999_999, why=Why.INVISIBLE)
    fullest = Reception(who, 9_999_999, 999, low_data=False, pictures=(picture,) * wire.MAX_SEATS)
    told = Receptions((fullest,) * wire.MAX_RECEPTIONS, 200)
    assert len(wire.frame(wire.looked(1, told))) <= wire.UP_BYTES
