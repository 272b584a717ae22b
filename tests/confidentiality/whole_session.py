"""A whole session with the canary in every field, whatever the field is; good manners and bad ones.

Ada and Bea facilitate, Mia, Zoe and Lia are members, Gil and Eva are guests. Everything goes over real sockets.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgpack
import websockets.asyncio.client
from websockets.exceptions import ConnectionClosed

from server.rooms.ids import MeetingId, TokenId
from server.rooms.state import Role
from server.signaling import messages as m
from server.signaling.links import LinkClaims
from tests.support.live_server import Group
from tests.support.wire_client import Refused, WireClient

from .every_field import COMMANDS, filled, tag_of, wordy_fields

if TYPE_CHECKING:
    from tests.support.client_view import Map
    from tests.support.live_server import LiveServer

    from .canaries import Canary

PATIENCE_S = 30
OFFER = (Path(__file__).parents[1] / "vectors/sdp/chromium_meeting.sdp").read_bytes().decode()
PLANTED_FAULT = b"planted fault"
"""In a message, on a server with a planted fault (`faulty_server.py`): there it is one of ours."""


@dataclass
class WholeSession:
    """`run`, then `end`. `far`: another server that shares the meeting, to which members and guests come.

    `answers`: what the servers said to strangers and to those they refused.
    """

    server: LiveServer
    canary: Canary
    far: LiveServer | None = None
    answers: list[bytes] = field(default_factory=list)

    async def run(self) -> None:
        await self.knock_with_bad_manners()
        await self.arrive()
        await self.talk()
        await self.go_to_rooms()
        await self.be_cared_for()
        await self.be_lost_and_come_back()
        await self.be_refused()
        await self.fill_every_field()
        await self.be_removed()

    # ── strangers ────────────────────────────────────────────────────────────────────────────────

    async def knock_with_bad_manners(self) -> None:
        """HTTP and WebSocket from people who have no link, or hold it wrong."""
        word = self.canary.word
        strange = {
            "User-Agent": word,
            "Referer": f"https://{word}.example/",
            "Cookie": f"a={word}",
            "X-Own": word,
        }
        async with httpx.AsyncClient(
            base_url=self.server.http_url, headers=strange, timeout=PATIENCE_S
        ) as http:
            for method, path, body in (
                ("GET", f"/{word}?token={word}#{word}", b""),
                ("GET", f"/assets/../../{word}", b""),
                ("PUT", f"/api/about?{word}", b""),
                ("POST", "/api/meetings", f'{{"{word}": 1}}'.encode()),
                ("POST", "/api/meetings", f'{{"minutes": "{word}"}}'.encode()),
                ("POST", "/api/meetings", word.encode() * 100),
                (word.upper(), "/", b""),
                ("GET", "/ws", b""),
            ):
                sent = {"Content-Type": "application/json", "Authorization": f"Bearer {word}"} if body else {}
                answer = await http.request(method, path, content=body, headers=sent)
                told = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
                self.answers.append(told.encode() + answer.content)
        for frame in (
            word,
            word.encode(),
            msgpack.packb({"t": word}),
            msgpack.packb({"t": "look", "v": 1, "token": word, word: word}),
            msgpack.packb({"t": "look", "v": 1, "token": f"{word}.{word}.{word}"}),
            msgpack.packb({"t": "join", "v": 1, "token": word, "device": word, "profile": word}),
            b"\xdf\xff\xff\xff\xff" + word.encode(),
        ):
            await self.throw(frame)
        with contextlib.suppress(OSError):
            await self.speak_no_http(f"{word} {word}\r\n{word}: {word}\r\n\r\n".encode())

    async def throw(self, frame: str | bytes) -> None:
        """One frame on a connection of its own, with the word in the handshake too."""
        word = self.canary.word
        socket = await websockets.asyncio.client.connect(
            f"{self.server.ws_url}?{word}",
            user_agent_header=word,
            additional_headers={"X-Own": word},
            open_timeout=PATIENCE_S,
        )
        await socket.send(frame)
        try:
            said = await asyncio.wait_for(socket.recv(), PATIENCE_S)
            self.answers.append(said if isinstance(said, bytes) else said.encode())
        except ConnectionClosed as closed:
            self.answers.append(str(closed.rcvd).encode())
        await socket.close()

    async def speak_no_http(self, data: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(data)
        self.answers.append(await asyncio.wait_for(reader.read(65_536), PATIENCE_S))
        writer.close()

    # ── the group ────────────────────────────────────────────────────────────────────────────────

    def link(self, role: Role) -> str:
        """The word is the meeting's name, and the link's."""
        claims = LinkClaims(
            MeetingId(self.group.meeting), role, 1, 1 << 40, TokenId(self.canary.id128), personal=False
        )
        return f"{self.server.keys.mint(claims)}.{self.group.secret}"

    async def person(self, role: Role, name: str) -> WireClient:
        group = self.group if role is Role.FACILITATOR else self.far_group
        client = await group.person(role.value, self.canary.text(name), self.link(role))
        client.device = self.canary.bytes16[:-1] + name[:1].encode()
        await client.look()
        return client

    async def enter(self, client: WireClient) -> None:
        """Her profile is the word in the clear, which the server cannot know; her offer holds it too."""
        await client.ask(None, self.joining(client))

    def joining(self, client: WireClient) -> Map:
        word = self.canary.word
        offer = OFFER.replace("s=-", f"s={word}", 1)
        lines = [
            f"a=ice-ufrag:{word}" if line.startswith("a=ice-ufrag") else
            f"a=ice-pwd:{word}{word}" if line.startswith("a=ice-pwd") else line
            for line in offer.split("\r\n")
        ]  # fmt: skip
        return client.join_message("\r\n".join(lines)) | {"profile": self.canary.box(200)}

    async def arrive(self) -> None:
        self.group = Group(self.server, self.canary.id128, "A" * 43)
        self.far_group = Group(self.far or self.server, self.canary.id128, "A" * 43)
        self.ada, self.bea = [await self.person(Role.FACILITATOR, name) for name in ("Ada", "Bea")]
        self.mia, self.zoe, self.lia = [
            await self.person(Role.MEMBER, name) for name in ("Mia", "Zoe", "Lia")
        ]
        self.gil = await self.person(Role.GUEST, "Gil")
        for client in (self.ada, self.bea, self.mia, self.zoe, self.lia, self.gil):
            await self.enter(client)
        for client in (self.mia, self.zoe, self.lia, self.gil):
            await self.ada.until(lambda c, who=client.you: who in c.view.people)  # type: ignore[misc]
            if client is self.lia:
                await self.ada.do("greet", who=client.you)
                await client.do("say", body=self.canary.box())
            await self.ada.do("admit", who=client.you)
            await client.until(lambda c: c.view.people[c.you]["room"] == "main")
        box = self.canary.box
        await self.ada.do("set_texts", body=box(900))
        part = {"kind": "open", "title": box(), "length_ms": 60_000, "floor": "open", "chat": "open"}
        await self.ada.do("set_run_sheet", segments=[part, part])
        await self.ada.do("go_to_segment", index=0)

    async def talk(self) -> None:
        box = self.canary.box
        for client in (self.ada, self.mia, self.gil):
            await client.do("set_media", mic=True, camera=True)
            await client.do("say", body=box(400))
            await client.say(self.canary.text("chat"))
        await self.mia.do("say", body=box(4000))
        await self.ada.do("delete_message", message=min(self.ada.view.messages))
        await self.mia.do("say_to_facilitators", body=box())
        await self.ada.do("answer_on_line", who=self.mia.you, body=box())
        await self.ada.do("broadcast", body=box())
        await self.ada.do("set_chat_mode", mode="approved")
        await self.zoe.do("say", body=box())
        await self.ada.do("set_chat_mode", mode="open")
        await self.ada.do("hand_out", body=box())
        await self.ada.do("hand_out", body=box())
        await self.ada.until(lambda c: len(c.view.resources) == 2)
        await self.ada.do("take_back", resource=min(self.ada.view.resources))
        await self.ada.do("name_captioner", who=self.mia.you)
        await self.mia.do("caption", body=box())
        await self.ada.do("open_pulse", body=box(), options=2)
        await self.mia.do("answer_pulse", option=1)
        await self.ada.do("close_pulse")
        await self.ada.do(
            "start_round",
            kind="circle",
            share_ms=60_000,
            order=[self.mia.you, self.zoe.you],
            invite_passed=False,
        )
        await self.mia.until(lambda c: c.view.round is not None)
        assert self.mia.view.round is not None
        await self.mia.do("take_turn", turn=self.mia.view.round["turn"])
        await self.lia.do("say", body=box())
        await self.mia.do("end_share", turn=self.mia.view.round["turn"])
        await self.zoe.until(lambda c: c.view.round is not None and c.view.round["who"] == c.you)
        assert self.zoe.view.round is not None
        await self.zoe.do("share_in_writing", turn=self.zoe.view.round["turn"], body=box())
        await self.ada.do("close_round")
        await self.watch()

    async def watch(self) -> None:
        """Somebody who is here, and somebody whose id is the word; over a transport that is offered anew."""
        seen = {self.ada.you: 720, self.canary.id64: 90}
        watching = {"heights": seen, "pinned": self.canary.id64, "low_data": True}
        await self.lia.send({"t": "watching", **watching})
        await self.lia.caught_up()
        await self.lia.do("offer", sdp=self.joining(self.lia)["offer"])
        await self.ada.do("ask_grants")

    async def go_to_rooms(self) -> None:
        planned = [{"topic": self.canary.box(), "host": self.bea.you, "people": [self.mia.you, self.zoe.you]}]
        wish = {"kind": "by_hand", "size": None, "seed": 0, "length_ms": None, "unattended": False}
        await self.ada.do("plan_breakouts", rooms=planned, **wish)
        await self.mia.until(lambda c: c.view.breakouts is not None)
        assert self.mia.view.breakouts is not None
        room = self.mia.view.breakouts["rooms"][0]["id"]
        for client in (self.mia, self.zoe):
            await client.do("answer_breakout", room=room)
        await self.ada.do("open_breakouts")
        await self.mia.until(lambda c: c.view.people[c.you]["room"] == room)
        await self.mia.do("say", body=self.canary.box())
        await self.ada.do("recall_breakouts", at_once=True)
        await self.mia.until(lambda c: c.view.people[c.you]["room"] == "main")

    async def be_cared_for(self) -> None:
        await self.mia.do("ask_for_someone")
        await self.bea.do("accept_need", who=self.mia.you)
        await self.mia.do("say", body=self.canary.box())
        await self.bea.do("end_quiet")
        await self.bea.do("take_aside", who=self.zoe.you)
        await self.zoe.do("say", body=self.canary.box())
        await self.bea.do("end_quiet")
        await self.ada.do("open_contacts")
        await self.mia.do("offer_contact", who=self.zoe.you, body=self.canary.box())
        await self.zoe.do("offer_contact", who=self.mia.you, body=self.canary.box())
        await self.ada.do("close_contacts")

    async def be_lost_and_come_back(self) -> None:
        """A client crashes and resumes; another crashes and does not."""
        await self.mia.cut()
        await self.ada.do("say", body=self.canary.box())
        await self.mia.connect()
        await self.mia.ask(
            None,
            self.joining(self.mia)
            | {"resume": {"secret": self.mia.resume_secret, "position": self.mia.view.position}},
        )
        await self.gil.cut()

    async def be_refused(self) -> None:
        """Words at the wrong moment, too long, of others, of nobody, and two that meet a planted fault of ours."""
        word, box = self.canary.word, self.canary.box
        for tag, fields in (
            ("lock", {}),
            ("say", {"body": box(60_000)}),
            ("approve_message", {"message": 1}),
            ("offer", {"sdp": f"v=0\r\ns={word}\r\n"}),
            ("offer_contact", {"who": word[:11], "body": box()}),
            ("answer_breakout", {"room": word}),
            ("say", {"body": PLANTED_FAULT + box()}),
            ("say", {"body": PLANTED_FAULT + box()}),
        ):
            mark = len(self.lia.frames)
            try:
                await self.lia.do(tag, **fields)
            except Refused:
                self.answers += self.lia.frames[mark:]
        rude = await self.person(Role.MEMBER, "Rude")
        with contextlib.suppress(Refused):
            mark = self.canary.bytes16
            await rude.ask(None, self.joining(rude) | {"resume": {"secret": mark, "position": mark}})
        await self.enter(rude)
        await rude.send({"t": "say", "id": 1, "body": box(), word: word})
        assert await rude.wait_closed() == 4400

    async def fill_every_field(self) -> None:
        """The word wherever any order takes one, be it carried out or not: from a member, and from a facilitator where it says something."""
        for client, kinds in ((self.lia, COMMANDS), (self.bea, [k for k in COMMANDS if wordy_fields(k)])):
            for kind in kinds:
                mark = len(client.frames)
                if kind is not m.Leave:
                    try:
                        await client.do(tag_of(kind), **filled(kind, self.canary))
                    except Refused:
                        self.answers += client.frames[mark:]
        eva = await self.person(Role.GUEST, "Eva")
        await self.enter(eva)
        await eva.send({"t": "leave", "id": eva.next_id()})
        assert await eva.wait_closed() == 4411

    async def be_removed(self) -> None:
        await self.ada.do("remove", who=self.zoe.you)
        assert await self.zoe.wait_closed() == 4403
        again = await self.person(Role.MEMBER, "Zoe")
        with contextlib.suppress(Refused):
            await self.enter(again)
        await again.close()

    async def end(self) -> None:
        """For all; from now on nobody may find anything."""
        await self.ada.do("end")
        for client in (self.ada, self.bea, self.mia, self.lia):
            assert await client.wait_closed() == 4412
