"""The endpoint against a socket that this test plays: a peer that stops reading, a crowd, a fault of ours."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import msgpack
import pytest
from starlette.websockets import WebSocket

from server.hosting.meeting_host import MeetingOver
from server.hosting.ports import JournalClosed
from server.signaling.endpoint import Endpoint, EndpointLimits
from server.signaling.errors import CloseCode, RefusedAtDoor
from server.signaling.outbox import OutboxLimits
from tests.support.fake_media import FakeMedia
from tests.support.manual_clock import ManualClock, settle

if TYPE_CHECKING:
    from collections.abc import MutableMapping

LOOK = msgpack.packb({"t": "look", "v": 1, "token": "t"})

JOIN = msgpack.packb({"t": "join", "v": 1, "token": "t", "device": bytes(16), "profile": b"p"})


class PlayedSocket:
    """ASGI's two halves in memory; `reads` false: the peer takes nothing more."""

    def __init__(self, address: str = "192.0.2.7") -> None:
        self.inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[MutableMapping[str, Any]] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.inbox.put_nowait({"type": "websocket.connect"})
        self.scope = {
            "type": "websocket",
            "path": "/ws",
            "headers": [],
            "client": (address, 5),
            "subprotocols": [],
        }

    def websocket(self) -> WebSocket:
        return WebSocket(self.scope, self.inbox.get, self._send)

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        await self.reads.wait()
        self.sent.append(message)

    def frame(self, data: bytes) -> None:
        self.inbox.put_nowait({"type": "websocket.receive", "bytes": data})

    @property
    def close_code(self) -> int | None:
        return next((m["code"] for m in self.sent if m["type"] == "websocket.close"), None)


class ScriptedArrivals:
    """A door that refuses, or breaks."""

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def look(self, _message: object) -> object:
        raise self.fault

    async def join(self, *_message: object) -> object:
        """A place in a meeting that carries out nothing."""
        return SimpleNamespace(participant="p", live=SimpleNamespace(host=self))

    async def submit(self, *_command: object) -> object:
        raise self.fault

    def lost(self, place: object) -> None:
        """Nothing follows."""


def endpoint(clock: ManualClock, fault: Exception, **limits: Any) -> Endpoint:
    return Endpoint(
        arrivals=ScriptedArrivals(fault),
        media=FakeMedia(),
        clock=clock,
        origin_of=lambda host: int(str(host).rpartition(".")[2]),
        limits=EndpointLimits(**limits),
    )


async def test_a_peer_that_stops_reading_is_let_go_after_its_time() -> None:
    clock, socket = ManualClock(), PlayedSocket()
    serving = asyncio.create_task(
        endpoint(clock, RefusedAtDoor("locked"), outbox=OutboxLimits(max_frames=3), close_ms=5000).serve(
            socket.websocket()
        )
    )
    await settle()
    socket.reads.clear()
    for _ in range(6):
        socket.frame(LOOK)
    await settle()
    await clock.advance(4999)
    assert not serving.done()
    await clock.advance(1)
    await asyncio.wait_for(serving, 30)


async def test_one_connection_too_many_is_asked_to_try_later() -> None:
    clock, first, second = ManualClock(), PlayedSocket(), PlayedSocket()
    served = endpoint(clock, RefusedAtDoor("locked"), max_connections=1)
    serving = asyncio.create_task(served.serve(first.websocket()))
    await settle()
    await served.serve(second.websocket())
    assert second.close_code == CloseCode.TRY_LATER
    first.inbox.put_nowait({"type": "websocket.disconnect", "code": 1006})
    await asyncio.wait_for(serving, 30)
    third = PlayedSocket()
    third.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(served.serve(third.websocket()), 30)
    assert third.close_code is None


@pytest.mark.parametrize(
    ("second", "answer"),
    [("192.0.2.7", CloseCode.TRY_LATER), ("192.0.2.8", None)],
    ids=["same network", "another"],
)
async def test_one_network_cannot_fill_the_door(second: str, answer: CloseCode | None) -> None:
    clock, first, other = ManualClock(), PlayedSocket(), PlayedSocket(second)
    served = endpoint(clock, RefusedAtDoor("locked"), max_waiting_per_origin=1)
    waiting = asyncio.create_task(served.serve(first.websocket()))
    await settle()
    other.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(served.serve(other.websocket()), 30)
    assert other.close_code == answer
    waiting.cancel()


@pytest.mark.parametrize("address", ["192.0.2.7", "192.0.2.0"], ids=["inside", "unknown"])
async def test_only_known_networks_and_who_has_no_place_count_at_the_door(address: str) -> None:
    clock, first, second = ManualClock(), PlayedSocket(address), PlayedSocket(address)
    served = endpoint(clock, RefusedAtDoor("locked"), max_waiting_per_origin=1)
    if address.endswith("7"):
        first.frame(JOIN)
    inside = asyncio.create_task(served.serve(first.websocket()))
    await settle()
    second.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(served.serve(second.websocket()), 30)
    assert second.close_code is None
    inside.cancel()


@pytest.mark.usefixtures("private_logs")
async def test_a_fault_of_ours_closes_one_connection_and_tells_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, socket = ManualClock(), PlayedSocket()
    socket.frame(LOOK)
    await asyncio.wait_for(endpoint(clock, ValueError("secret canary")).serve(socket.websocket()), 30)
    assert socket.close_code == CloseCode.SERVER_FAULT
    assert "canary" not in caplog.text
    assert "ValueError" in caplog.text


@pytest.mark.parametrize("over", [MeetingOver(), JournalClosed()], ids=["before it", "before it was seen"])
async def test_a_command_to_a_meeting_that_is_over_ends_the_connection_and_is_no_fault(
    over: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    socket = PlayedSocket()
    socket.frame(JOIN)
    socket.frame(msgpack.packb({"t": "lock", "id": 1}))
    await asyncio.wait_for(endpoint(ManualClock(), over).serve(socket.websocket()), 30)
    assert socket.close_code == CloseCode.ENDED
    assert not [record for record in caplog.records if record.name.startswith("server")]
