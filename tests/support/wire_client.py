"""A Kith client written from `docs/protocol.md` alone: plain websockets and msgpack, nothing of the server's code."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgpack
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import Callable

Map = dict[str, Any]
PATIENCE_S = 10


class Refused(Exception):  # noqa: N818
    """The server said no to a command or a join."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Sealer:
    """§6: texts sealed under the link secret."""

    secret: bytes
    meeting: str

    def _key(self, label: str) -> AESGCM:
        hkdf = HKDF(hashes.SHA256(), 16, self.meeting.encode(), label.encode())
        return AESGCM(hkdf.derive(self.secret))

    def seal(self, label: str, data: str, value: Map) -> bytes:
        nonce = os.urandom(12)
        return b"\x01" + nonce + self._key(label).encrypt(nonce, msgpack.packb(value), data.encode())

    def open(self, label: str, data: str, box: bytes) -> Map:
        value: Map = msgpack.unpackb(self._key(label).decrypt(box[1:13], box[13:], data.encode()))
        return value


@dataclass
class View:
    """What this client knows: the last snapshot and every event since."""

    position: int = 0
    status: str = ""
    locked: bool = False
    lead: str | None = None
    people: dict[str, Map] = field(default_factory=dict)
    messages: dict[int, Map] = field(default_factory=dict)
    barred: dict[str, Map] = field(default_factory=dict)
    round: Map | None = None
    hands: Map = field(default_factory=dict)
    floor: str = ""
    between_shares: bool = False
    nudged: int | None = None
    seats: list[Map] = field(default_factory=list)
    speaking: list[str] = field(default_factory=list)

    def replace(self, position: int, snapshot: Map) -> None:
        self.position = position
        self.status, self.locked, self.lead = snapshot["status"], snapshot["locked"], snapshot["lead"]
        self.people = {p["id"]: p for p in snapshot["people"]}
        self.messages = {m["number"]: m for m in snapshot["messages"]}
        self.barred = {b["id"]: b for b in snapshot["barred"]}
        self.round, self.hands, self.floor = snapshot["round"], snapshot["hands"], snapshot["floor"]
        self.between_shares = snapshot["between_shares"]

    def apply(self, event: Map) -> None:  # noqa: C901, PLR0912 - one line for each event of the protocol
        match event["t"]:
            case "person_came":
                self.people[event["person"]["id"]] = event["person"]
            case "person_moved":
                self.people[event["who"]].update(room=event["room"], admitted=False)
            case "person_parted":
                del self.people[event["who"]]
            case "connection_lost" | "connection_restored":
                self.people[event["who"]]["connected"] = event["t"] == "connection_restored"
            case "media_set":
                self.people[event["who"]].update(mic=event["mic"], camera=event["camera"])
            case "media_allowed":
                self.people[event["who"]].update(mic_allowed=event["mic"], camera_allowed=event["camera"])
            case "said":
                self.messages[event["number"]] = event
            case "message_deleted":
                self.messages.pop(event["number"], None)
            case "lock_changed":
                self.locked = event["locked"]
            case "lead_changed":
                self.lead = event["lead"]
            case "status_changed":
                self.status = event["status"]
            case "person_barred":
                self.barred[event["person"]["id"]] = event["person"]
            case "bar_undone":
                del self.barred[event["who"]]
            case "away_changed":
                self.people[event["who"]]["away"] = event["away"]
            case "round_changed":
                self.round = event["round"]
            case "share_nudged":
                self.nudged = event["turn"]
            case "hands_changed":
                self.hands = event["hands"]
            case "floor_changed":
                self.floor = event["floor"]
            case "admission_changed":
                self.between_shares = event["between_shares"]
            case "admission_held":
                self.people[event["who"]]["admitted"] = True
            case other:
                raise AssertionError(f"an event that the protocol does not name: {other}")


class WireClient:
    """One page: arrives, joins, gives commands, follows events, resumes."""

    def __init__(self, url: str, link: str, name: str = "Somebody") -> None:
        """url: ws://host:port/ws; link: TOKEN.SECRET as in the fragment."""
        self.url = url
        self.token, _, secret = link.rpartition(".")
        padded = self.token.split(".")[1]
        claims = _json(_unbase64(padded))
        self.sealer = Sealer(_unbase64(secret), claims["mid"])
        self.name = name
        self.device = os.urandom(16)
        self.view = View()
        self.you = ""
        self.answer: str | None = None
        self.ice_servers: list[Map] = []
        self.closed: int | None = None
        self.happened: list[Map] = []
        self.resume_secret = b""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._next_id = 0
        self._pending: dict[int | None, asyncio.Future[Map]] = {}
        self._changed = asyncio.Condition()

    # ── connection ───────────────────────────────────────────────────────────────────────────────

    async def connect(self) -> WireClient:
        self._socket = await connect(self.url, compression=None, max_size=2**20)
        self.closed = None
        self._reader = asyncio.create_task(self._read(self._socket))
        return self

    async def cut(self) -> None:
        """The network is gone: no closing handshake."""
        assert self._socket is not None
        self._socket.transport.abort()
        await self.wait_closed()

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
            await self.wait_closed()

    async def wait_closed(self) -> int:
        assert self._reader is not None
        await asyncio.wait_for(asyncio.shield(self._reader), PATIENCE_S)
        assert self.closed is not None
        return self.closed

    async def send_raw(self, frame: bytes | str) -> None:
        assert self._socket is not None
        await self._socket.send(frame)

    async def send(self, message: Map) -> None:
        await self.send_raw(msgpack.packb(message))

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                frame = await socket.recv()
                assert isinstance(frame, bytes)
                self._take(msgpack.unpackb(frame))
                await self._tell()
        except ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd is not None else 1006
        finally:
            for future in self._pending.values():
                if not future.done():
                    future.cancel()
            self._pending.clear()
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _take(self, message: Map) -> None:
        match message["t"]:
            case "happened":
                assert message["position"] > self.view.position, "positions rise"
                self.view.position = message["position"]
                for event in message["events"]:
                    self.happened.append(event)
                    self.view.apply(event)
            case "snapshot":
                self.view.replace(message["position"], message["snapshot"])
            case "seats":
                self.view.seats = message["seats"]
            case "speaking":
                self.view.speaking = message["who"]
            case "done" | "answer" | "refused":
                self._resolve(message["id"], message)
            case "seen" | "joined":
                if message["t"] == "joined":
                    self._joined(message)
                self._resolve(None, message)
            case "pong":
                self._resolve(-message["n"], message)

    def _joined(self, message: Map) -> None:
        """Before the next frame is read: events that follow belong to this."""
        self.you, self.resume_secret = message["you"], message["resume"]
        self.answer, self.ice_servers = message["answer"], message["ice_servers"]
        if message["snapshot"] is not None:
            self.view.replace(message["position"], message["snapshot"])

    def _resolve(self, key: int | None, message: Map) -> None:
        future = self._pending.pop(key, None)
        if future is not None and not future.done():
            future.set_result(message)

    async def ask(self, key: int | None, message: Map) -> Map:
        """Send, and wait for what answers `key`."""
        future = self._pending[key] = asyncio.get_running_loop().create_future()
        await self.send(message)
        answer: Map = await asyncio.wait_for(future, PATIENCE_S)
        if answer["t"] == "refused":
            raise Refused(answer["code"])
        return answer

    async def until(self, condition: Callable[[WireClient], bool]) -> None:
        """Wait until what this client knows fulfils the condition."""

        async def wait() -> None:
            async with self._changed:
                await self._changed.wait_for(lambda: condition(self))

        await asyncio.wait_for(wait(), PATIENCE_S)

    # ── the protocol's words ─────────────────────────────────────────────────────────────────────

    async def look(self) -> Map:
        return await self.ask(None, {"t": "look", "v": 1, "token": self.token})

    async def join(self, offer: str | None = None) -> Map:
        return await self.ask(None, self.join_message(offer))

    def join_message(self, offer: str | None = None) -> Map:
        profile = self.sealer.seal("kith/1 profile", "kith/1 profile", {"name": self.name, "pronouns": None})
        return {
            "t": "join",
            "v": 1,
            "token": self.token,
            "device": self.device,
            "profile": profile,
            "offer": offer,
            "resume": None,
        }

    async def resume(self, offer: str | None = None, position: int | None = None) -> Map:
        seen = self.view.position if position is None else position
        message = self.join_message(offer) | {"resume": {"secret": self.resume_secret, "position": seen}}
        return await self.ask(None, message)

    def next_id(self) -> int:
        self._next_id += 1
        return self._next_id

    async def do(self, tag: str, **fields: object) -> Map:
        """Give a command and wait for its answer."""
        number = self.next_id()
        return await self.ask(number, {"t": tag, "id": number, **fields})

    async def say(self, text: str) -> Map:
        return await self.do("say", body=self.sealed_chat(text))

    def sealed_chat(self, text: str) -> bytes:
        return self.sealer.seal("kith/1 chat", f"kith/1 chat {self.you}", {"text": text})

    def read(self, message: Map) -> str:
        author = message["author"]
        text: str = self.sealer.open("kith/1 chat", f"kith/1 chat {author}", message["body"])["text"]
        return text

    def texts(self) -> list[str]:
        return [self.read(message) for _, message in sorted(self.view.messages.items())]

    def name_of(self, who: str) -> str:
        profile = self.view.people[who]["profile"]
        name: str = self.sealer.open("kith/1 profile", "kith/1 profile", profile)["name"]
        return name


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(data: bytes) -> Map:
    value: Map = json.loads(data)
    return value
