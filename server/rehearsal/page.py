"""The page of one synthetic member: her WebSocket and what she knows of the meeting (protocol §2–§4); called by `member`.

A client of its own, written after `docs/protocol.md`: imports nothing of the server's signaling. It keeps only what a member
of a rehearsal acts on, and ignores messages, events and fields that it does not know.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import TYPE_CHECKING, Any, Final

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from .errors import NoMedia, Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from .link import Link

VERSION: Final = 1
DEVICE_BYTES: Final = 16
CONNECT_WITHIN_S: Final = 10.0
ANSWER_WITHIN_S: Final = 20.0
"""A server under load answers late, and that is worth seeing."""
MAX_FRAME_BYTES: Final = 1 << 20
LEFT: Final = 4411
CLOSINGS: Final = {
    4400: "protocol error",
    4403: "removed",
    4404: "not admitted",
    4408: "did not join in time",
    4409: "too slow",
    4410: "replaced",
    LEFT: "left",
    4412: "the meeting has ended",
    4429: "too many messages",
    1011: "fault of the server",
    1012: "the server restarts",
    1013: "the server takes no more",
}
"""Close codes of protocol §2."""
_SILENT: Final = "the server does not answer any more: look at its log"

Map = dict[str, Any]


class View:
    """What one member knows now."""

    def __init__(self) -> None:
        self.you = ""
        self.status = ""
        self.people: dict[str, Map] = {}
        self.round: Map | None = None
        self.breakouts: Map | None = None
        self.seats: list[Map] = []

    @property
    def room(self) -> str:
        """Where this member is heard; the lobby before anything is known."""
        return str(self.people.get(self.you, {}).get("room", "lobby"))

    @property
    def is_in(self) -> bool:
        return self.room != "lobby"

    def replace(self, snapshot: Map) -> None:
        self.you = snapshot["you"]
        self.status = snapshot["status"]
        self.people = {person["id"]: person for person in snapshot["people"]}
        self.round = snapshot["round"]
        self.breakouts = snapshot["breakouts"]

    def apply(self, event: Map) -> None:
        match event:
            case {"t": "person_came" | "person_changed", "person": person}:
                self.people[person["id"]] = person
            case {"t": "person_parted", "who": who}:
                self.people.pop(who, None)
            case {"t": "media_set", "who": who, "mic": mic, "camera": camera} if who in self.people:
                self.people[who] = self.people[who] | {"mic": mic, "camera": camera}
            case {"t": "status_changed", "status": status}:
                self.status = status
            case {"t": "round_changed", "round": now}:
                self.round = now
            case {"t": "breakouts_changed", "breakouts": now}:
                self.breakouts = now
            case _:
                pass


class Page:
    """Connects, joins, gives commands; `view` follows the meeting until `closed` says why it ended."""

    def __init__(self, link: Link, changed: Callable[[Map], None]) -> None:
        """changed: called after every message, which is applied by then."""
        self.view: Final = View()
        self.closed: int | None = None
        """The close code of protocol §2; 1006 when the network broke."""
        self._link = link
        self._changed = changed
        self._device = secrets.token_bytes(DEVICE_BYTES)
        self._next_id = 0
        self._pending: dict[int | None, asyncio.Future[Map]] = {}
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Raises: `Unreachable`."""
        try:
            self._socket = await connect(
                self._link.server.ws_url,
                compression=None,
                proxy=None,  # media goes straight too
                max_size=MAX_FRAME_BYTES,
                open_timeout=CONNECT_WITHIN_S,
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidMessage, EOFError):
            raise Unreachable(
                "the server cannot be reached: look at its address, that it runs (`kith serve`), and the way between"
            ) from None
        self._reader = asyncio.create_task(self._read(self._socket))

    async def join(self, profile: bytes, offer: str) -> str:
        """The place is taken; the server's answer about media. Raises: `Refused`, `Unreachable`, `NoMedia`."""
        joined = await self._ask(
            None,
            {
                "t": "join",
                "v": VERSION,
                "token": self._link.token,
                "device": self._device,
                "profile": profile,
                "offer": offer,
                "resume": None,
            },
        )
        if not isinstance(joined["answer"], str):
            raise NoMedia("the server gave no answer about media")
        return joined["answer"]

    async def do(self, tag: str, **fields: object) -> Map:
        """Give a command; what answers it. Raises: `Refused`, `Unreachable`."""
        self._next_id += 1
        return await self._ask(self._next_id, {"t": tag, "id": self._next_id, **fields})

    async def _ask(self, key: int | None, message: Map) -> Map:
        if self._socket is None or self.closed is not None:
            raise Unreachable(_SILENT)
        future = self._pending[key] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(msgpack.packb(message))
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer: Map = await future
        except (ConnectionClosed, TimeoutError):
            raise Unreachable(_SILENT) from None
        finally:
            self._pending.pop(key, None)
        if answer["t"] == "refused":
            raise Refused(str(answer["code"]))
        return answer

    async def leave(self) -> None:
        """Leave silently, and wait until the connection is closed."""
        if self._socket is None or self._reader is None:
            return
        with contextlib.suppress(Refused, Unreachable):
            await self.do("leave")
        await self._socket.close()
        await self._reader

    async def _read(self, connection: ClientConnection) -> None:
        try:
            while True:
                frame = await connection.recv()
                if isinstance(frame, bytes):
                    self._take(frame)
        except ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd is not None else 1006
        except (ValueError, KeyError, TypeError, msgpack.UnpackException):  # not this protocol
            self.closed = 4400
            await connection.close()
        for future in self._pending.values():
            if not future.done():
                future.set_exception(Unreachable(_SILENT))
        self._changed({"t": "closed"})

    def _take(self, frame: bytes) -> None:
        message: Map = msgpack.unpackb(frame)
        match message:
            case {"t": "happened", "events": events}:
                for event in events:
                    self.view.apply(event)
            case {"t": "snapshot", "snapshot": snapshot}:
                self.view.replace(snapshot)
            case {"t": "seats", "seats": seats}:
                self.view.seats = seats
            case {"t": "joined", "you": you}:
                self.view.you = you
                if message["snapshot"] is not None:
                    self.view.replace(message["snapshot"])
                self._resolve(None, message)
            case {"t": "done" | "answer" | "refused", "id": number}:
                self._resolve(number, message)
            case _:
                pass
        self._changed(message)

    def _resolve(self, key: int | None, message: Map) -> None:
        future = self._pending.get(key)
        if future is not None and not future.done():
            future.set_result(message)
