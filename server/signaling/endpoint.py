"""The only file that touches a WebSocket: frames in to the session, frames out from the outbox.

Registered by `app` at `/ws`. What a frame means is `session`'s; who may do what is the meeting's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from server.hosting.meeting_host import MeetingFault, MeetingOver, Overloaded
from server.hosting.ports import Cause, JournalClosed, OfferRefused
from server.rooms.errors import Refusal, Rejected
from server.rooms.permissions import permitted_viewer

from . import server_messages as s
from . import translate
from .codec import encode
from .errors import CloseCode, JoinCode, ProtocolError, RefusedAtDoor
from .origin import UNKNOWN
from .outbox import Outbox, OutboxLimits
from .refusal_texts import TEXTS
from .session import Carry, Enter, Look, Negotiate, Reply, Session, SessionLimits, TellGrants, Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.hosting.ports import Clock, MediaControl

    from .arrivals import Arrivals, Place
    from .session import Action

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EndpointLimits:
    """Bounds of all connections together, and of each."""

    max_connections: int = 4000
    max_waiting_per_origin: int = 256
    """Connections of one network that have no place (yet): nobody alone can fill the door. Unknown ones are not counted."""
    close_ms: int = 5_000
    """How long a peer that reads nothing may delay its own close."""
    grants_ms: int = 1_000
    """Between two looks of one facilitator at what everybody gets: it changes no faster."""
    session: SessionLimits = field(default_factory=SessionLimits)
    outbox: OutboxLimits = field(default_factory=OutboxLimits)


class Endpoint:
    """Serves connections; made once by `app`."""

    def __init__(
        self,
        *,
        arrivals: Arrivals,
        media: MediaControl,
        clock: Clock,
        origin_of: Callable[[str | None], int],
        limits: EndpointLimits,
    ) -> None:
        self._arrivals = arrivals
        self._media = media
        self._clock = clock
        self._origin_of = origin_of
        self._limits = limits
        self._connections: set[_Connection] = set()
        self.refusals: Counter[str] = Counter()
        """How often each code was the answer; for metrics."""

    def __len__(self) -> int:
        """Open connections."""
        return len(self._connections)

    async def serve(self, socket: WebSocket) -> None:
        """From the handshake to the close. Every way out leaves the place in its grace time."""
        await socket.accept()
        origin = self._origin_of(socket.client.host if socket.client is not None else None)
        if not self._has_room(origin):
            await socket.close(CloseCode.TRY_LATER)
            return
        connection = _Connection(
            socket,
            arrivals=self._arrivals,
            media=self._media,
            clock=self._clock,
            limits=self._limits,
            origin=origin,
            refusals=self.refusals,
        )
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
            if connection.place is not None:
                self._arrivals.lost(connection.place)

    def _has_room(self, origin: int) -> bool:
        if len(self._connections) >= self._limits.max_connections:
            return False
        waiting = sum(1 for each in self._connections if each.origin == origin and each.place is None)
        return origin == UNKNOWN or waiting < self._limits.max_waiting_per_origin


class _Connection:
    """One socket, its session and its outbox."""

    def __init__(  # noqa: PLR0913 - what the endpoint has, and where the peer is
        self,
        socket: WebSocket,
        *,
        arrivals: Arrivals,
        media: MediaControl,
        clock: Clock,
        limits: EndpointLimits,
        origin: int,
        refusals: Counter[str],
    ) -> None:
        self._refusals = refusals
        self.place: Place | None = None
        self._socket = socket
        self._arrivals = arrivals
        self._media = media
        self._clock = clock
        self._limits = limits
        self.origin = origin
        self._session = Session(limits.session, clock.now_ms())
        self._outbox = Outbox(limits.outbox)
        self._grants_from_ms = 0
        """Not before then does she get another look at what everybody gets."""

    async def run(self) -> None:
        """Read and write until the conversation is over, one way or another."""
        reader, writer, watch = work = [
            asyncio.create_task(job) for job in (self._read(), self._write(), self._watch())
        ]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            if reader.done() and self._outbox.closing is not None:
                await asyncio.wait((writer, watch), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in work:
                task.cancel()
            for outcome in await asyncio.gather(*work, return_exceptions=True):
                if isinstance(outcome, Exception):
                    log.error("fault in a connection", exc_info=outcome)

    async def _write(self) -> None:
        """Everything posted, in order; then the close code."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                item = await self._outbox.take()
                if isinstance(item, CloseCode):
                    await self._socket.close(item)
                    return
                await self._socket.send_bytes(item)

    async def _watch(self) -> None:
        """Ends when a closing connection has had its time; closes one that never joins."""
        idle = asyncio.create_task(self._close_if_idle())
        try:
            await self._outbox.closed.wait()
            await self._clock.sleep_until(self._clock.now_ms() + self._limits.close_ms)
        finally:
            idle.cancel()

    async def _close_if_idle(self) -> None:
        while (deadline_ms := self._session.deadline_ms) is not None:
            if self._clock.now_ms() >= deadline_ms:
                self._outbox.close(CloseCode.IDLE)
                return
            await self._clock.sleep_until(deadline_ms)

    async def _read(self) -> None:
        """One frame after the other: the next is read when the one before is carried out."""
        try:
            while self._socket.application_state is WebSocketState.CONNECTED:
                await self._act(self._session.frame(await self._frame(), self._clock.now_ms()))
        except WebSocketDisconnect:
            return
        except ProtocolError as error:
            self._outbox.close(error.code)
        except (MeetingOver, JournalClosed):
            self._outbox.close(CloseCode.ENDED)
        except Exception:  # one connection's bug must not reach another
            log.exception("fault in a connection")
            self._outbox.close(CloseCode.SERVER_FAULT)

    async def _frame(self) -> bytes | str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        data: bytes | None = message.get("bytes")
        text: str | None = message.get("text")
        return data if data is not None else text or ""

    async def _act(self, action: Action) -> None:
        match action:
            case Look():
                await self._at_the_door(action)
            case Enter():
                await self._at_the_door(action)
            case Reply():
                self._outbox.post(encode(action.message))
            case Carry():
                await self._carry(action)
            case Negotiate():
                await self._negotiate(action)
            case Watch():
                place = self._here()
                await self._media.show(place.live.id, place.participant, action.screen)
            case TellGrants():
                await self._tell_grants(action)
            case _:
                assert_never(action)

    async def _at_the_door(self, action: Look | Enter) -> None:
        try:
            if isinstance(action, Look):
                self._outbox.post(encode(await self._arrivals.look(action.message)))
                self._session.looked()
                return
            self.place = await self._arrivals.join(action.message, self.origin, self._outbox)
            self._session.entered(self.place.participant)
        except RefusedAtDoor as refused:
            self._refuse(None, refused.code)

    async def _carry(self, action: Carry) -> None:
        """`done` follows whatever the command made visible to this connection."""
        place = self._here()
        try:
            cause = Cause(place.participant, action.command_id)
            outcome = await place.live.host.submit(action.command, cause)
            await place.live.replica.reached(outcome.position)
        except Rejected as rejected:
            self._refuse(action.command_id, rejected.code)
        except Overloaded:
            self._refuse(action.command_id, JoinCode.BUSY)
        except MeetingFault:
            self._refuse(action.command_id, JoinCode.FAULT)
        else:
            self._outbox.post(encode(s.Done(action.command_id)))

    async def _negotiate(self, action: Negotiate) -> None:
        place = self._here()
        if place.participant not in place.live.replica.meeting.participants:
            self._refuse(action.command_id, Refusal.NOT_HERE)
            return
        try:
            answer = await self._media.open(place.live.id, place.participant, action.sdp)
        except OfferRefused as refused:
            self._refuse(action.command_id, refused.fault)
        else:
            place.fanout.media_opened(place.participant)
            self._outbox.post(encode(s.Answer(action.command_id, answer)))

    async def _tell_grants(self, action: TellGrants) -> None:
        place = self._here()
        meeting = place.live.replica.meeting
        now_ms = self._clock.now_ms()
        try:
            permitted_viewer(meeting, place.participant)
            if now_ms < self._grants_from_ms:
                raise Rejected(Refusal.TOO_SOON)  # noqa: TRY301 - refused like everything else
        except Rejected as rejected:
            self._refuse(action.command_id, rejected.code)
            return
        self._grants_from_ms = now_ms + self._limits.grants_ms
        told = await self._media.receptions(meeting.id)
        present = place.live.replica.meeting.participants
        self._outbox.post(encode(translate.grants(action.command_id, told, present)))

    def _here(self) -> Place:
        if self.place is None:
            raise ProtocolError
        return self.place

    def _refuse(self, command_id: int | None, code: str) -> None:
        self._refusals[code] += 1
        self._outbox.post(encode(s.Refused(command_id, code, TEXTS[code])))
