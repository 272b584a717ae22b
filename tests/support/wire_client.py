"""A Kith client written from `docs/protocol.md` alone: plain websockets and msgpack, nothing of the server's code."""

from __future__ import annotations

import asyncio
import base64
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgpack
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from .client_view import Map, View
from .contact_seal import ContactSealer

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

A_PAGE_WAITS_S = 10
"""For an answer; then it comes back."""
LONG_S = 30
"""Longer than anything takes that happens at all."""


class Refused(Exception):  # noqa: N818
    """The server said no to a command or a join."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Lost(WebSocketException):
    """The connection ended before the answer came."""


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


class WireClient:
    """One page: arrives, joins, gives commands, follows events, resumes."""

    def __init__(self, url: str, link: str, name: str = "Somebody") -> None:
        """url: ws://host:port/ws; link: TOKEN.SECRET as in the fragment.

        `happened`: every event; `frames`: everything received, as it came; `sent`: everything sent.
        """
        self.url = url
        self.tls: SSLContext | None = None
        self.answer_within_s = LONG_S
        self.token, _, secret = link.rpartition(".")
        padded = self.token.split(".")[1]
        claims = _json(_unbase64(padded))
        self.sealer = Sealer(_unbase64(secret), claims["mid"])
        self.contacts = ContactSealer()
        self.name = name
        self.device = os.urandom(16)
        self.view = View()
        self.you = ""
        self.answer: str | None = None
        self.ice_servers: list[Map] = []
        self.closed: int | None = None
        self.happened: list[Map] = []
        self.frames: list[bytes] = []
        self.sent: list[bytes | str] = []
        self.resume_secret = b""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._next_id = 0
        self._pings = 0
        self._pending: dict[int | None, asyncio.Future[Map]] = {}
        self._changed = asyncio.Condition()

    # ── connection ───────────────────────────────────────────────────────────────────────────────

    async def connect(self) -> WireClient:
        self._socket = await connect(
            self.url, compression=None, max_size=2**20, ssl=self.tls, open_timeout=self.answer_within_s
        )
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
        async with asyncio.timeout(LONG_S):
            await asyncio.shield(self._reader)
        assert self.closed is not None
        return self.closed

    async def send_raw(self, frame: bytes | str) -> None:
        assert self._socket is not None
        self.sent.append(frame)
        await self._socket.send(frame)

    async def send(self, message: Map) -> None:
        await self.send_raw(msgpack.packb(message))

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                frame = await socket.recv()
                assert isinstance(frame, bytes)
                self.frames.append(frame)
                self._take(msgpack.unpackb(frame))
                await self._tell()
        except ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd is not None else 1006
        finally:
            for future in self._pending.values():
                if not future.done():
                    future.set_exception(Lost())
            self._pending.clear()
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _take(self, message: Map) -> None:
        match message["t"]:
            case "happened":
                assert message["position"] != self.view.position, "every step has a position of its own"
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
            case "done" | "answer" | "grants" | "refused":
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
        # Not `wait_for`: that of Python 3.11 loses a cancellation that comes with the answer.
        async with asyncio.timeout(self.answer_within_s):
            answer: Map = await future
        if answer["t"] == "refused":
            raise Refused(answer["code"])
        return answer

    async def until(self, condition: Callable[[WireClient], bool]) -> None:
        """Wait until what this client knows fulfils the condition."""
        async with asyncio.timeout(LONG_S), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def caught_up(self) -> int:
        """Whatever the server had for this client is here; return how many frames that are. A mark for `since`."""
        self._pings += 1
        await self.ask(-self._pings, {"t": "ping", "n": self._pings})
        return len(self.frames)

    def since(self, mark: int) -> list[Map]:
        """Every message after this mark, but for answers to pings."""
        messages = [msgpack.unpackb(frame) for frame in self.frames[mark:]]
        return [message for message in messages if message["t"] != "pong"]

    # ── the protocol's words ─────────────────────────────────────────────────────────────────────

    async def look(self) -> Map:
        return await self.ask(None, {"t": "look", "v": 1, "token": self.token})

    async def join(self, offer: str | None = None) -> Map:
        return await self.ask(None, self.join_message(offer))

    def join_message(self, offer: str | None = None) -> Map:
        plain = {"name": self.name, "pronouns": None, "key": self.contacts.public}
        profile = self.sealer.seal("kith/1 profile", "kith/1 profile", plain)
        return {
            "t": "join",
            "v": 1,
            "token": self.token,
            "device": self.device,
            "profile": profile,
            "offer": offer,
            "resume": None,
        }

    async def resume(self, offer: str | None = None, position: bytes | None = None) -> Map:
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

    def sealed(self, what: str, value: Map) -> bytes:
        """A topic, segment, pulse or resource."""
        return self.sealer.seal(f"kith/1 {what}", f"kith/1 {what}", value)

    def opened(self, what: str, box: bytes) -> Map:
        return self.sealer.open(f"kith/1 {what}", f"kith/1 {what}", box)

    def sealed_caption(self, text: str) -> bytes:
        return self.sealer.seal("kith/1 caption", f"kith/1 caption {self.you}", {"text": text})

    def read_caption(self, line: Map) -> str:
        context = f"kith/1 caption {line['who']}"
        text: str = self.sealer.open("kith/1 caption", context, line["body"])["text"]
        return text

    def sealed_contact(self, who: str, text: str) -> bytes:
        return self.contacts.seal(self.you, who, self._key_of(who), text)

    def opened_contact(self, who: str) -> str:
        """What somebody who chose this person too wrote for her."""
        return self.contacts.open(who, self.you, self._key_of(who), self.view.made[who])

    def _key_of(self, who: str) -> bytes:
        """Kept from when she was seen first: she may be gone when her words come."""
        key: bytes = self._profile(self.view.profiles[who])["key"]
        return key

    def _profile(self, box: bytes) -> Map:
        return self.sealer.open("kith/1 profile", "kith/1 profile", box)

    def read(self, message: Map) -> str:
        author = message["author"]
        text: str = self.sealer.open("kith/1 chat", f"kith/1 chat {author}", message["body"])["text"]
        return text

    def texts(self) -> list[str]:
        return [self.read(message) for _, message in sorted(self.view.messages.items())]

    def name_of(self, who: str) -> str:
        name: str = self._profile(self.view.people[who]["profile"])["name"]
        return name


def _unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(data: bytes) -> Map:
    value: Map = json.loads(data)
    return value
