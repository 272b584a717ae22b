"""THE promise: a whole session, good and bad manners, a crash and a fault of ours; and afterwards nothing of it is anywhere."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import re
import signal
import sys
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import msgpack
import pytest

from server.config import Settings
from server.rooms.ids import ParticipantId
from server.signaling import messages as m
from server.signaling.codec import FIRST_FRAME_BYTES, decode
from server.signaling.errors import ProtocolError
from tests.support.live_server import live_server
from tests.support.served import ROOT, served

from . import strace
from .canaries import Canary
from .every_field import COMMANDS, KINDS, fields_with_it, wordy_fields
from .whole_session import PATIENCE_S, WholeSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FAULTY = (sys.executable, "-B", "-m", "tests.confidentiality.faulty_server", "serve")
WITH_CORE_FILES = ("sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh")
"""As a careless system would start it."""
FAULTS = re.compile(rb"fault in a command of meeting ([0-9a-f]{8}): Say \[ZeroDivisionError at ")
HARMLESS = {"/dev/null"}
PUBLIC = ("/", "/api/about", "/health/live", "/health/ready", "/proof", "/proof.json", "/metrics", "/nothing")
KEY = "a-key-for-metrics"


@pytest.mark.timeout(180)
async def test_nothing_of_a_session_is_in_any_file_log_answer_or_core_afterwards(tmp_path: Path) -> None:
    canary = Canary()
    log, home = tmp_path / "trace", tmp_path / "home"
    home.mkdir()
    places = {name: str(home) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    command = (*strace.command(log), *WITH_CORE_FILES, *FAULTY)
    async with served(command, cwd=home, PYTHONPATH=str(ROOT), KITH_METRICS_KEY=KEY, **places) as server:
        session = WholeSession(server, canary)
        await session.run()
        answers = [*session.answers, *await looked_at(server.http_url)]
        await session.end()
        answers += await looked_at(server.http_url)
        serving, worker = [pid for pid in server.family() if is_python(pid)]
        for pid in (worker, serving):
            os.kill(pid, signal.SIGSEGV)
        async with asyncio.timeout(PATIENCE_S):
            await server.process.wait()
    assert len(answers) > 20
    assert not [answer for answer in answers if canary.is_in(answer)]
    first, second = FAULTS.findall(server.said)
    assert first == second, "the planted fault was met and told, each time of the same meeting"
    assert b"Segmentation fault" in server.said
    assert not canary.is_in(server.said), "in what it logged"
    assert strace.opened_for_writing(log) <= HARMLESS
    assert list(home.rglob("*")) == [], "no core, no temporary file, no cache"


async def looked_at(url: str) -> list[bytes]:
    """What anybody can ask for."""
    key = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(base_url=url, headers=key, timeout=PATIENCE_S) as http:
        pages = [await http.get(path) for path in PUBLIC]
    assert "kith_refusals_total" in pages[PUBLIC.index("/metrics")].text
    return [str(page.headers).encode() + page.content for page in pages]


def is_python(pid: int) -> bool:
    return Path(f"/proc/{pid}/exe").readlink().name.startswith("python")


async def test_the_session_says_the_word_in_every_field_of_every_message() -> None:
    canary = Canary()
    async with live_server(Settings(media_port=0)) as server:
        session = WholeSession(server, canary)
        await session.run()
        await session.end()
    said: list[m.ClientMessage] = []
    done: list[m.ClientMessage] = []
    for client in server.clients:
        messages, numbers = list(understood(client.sent)), carried_out(client.frames)
        said += messages
        done += [message for message in messages if getattr(message, "id", None) in numbers]
    assert {type(message) for message in said} == set(KINDS)
    assert wordy_fields(*KINDS) - fields_with_it(said, canary) == set()
    bodies = {place for place in wordy_fields(*COMMANDS) if place[1] in {"body", "topic", "title"}}
    assert {("Caption", "body"), ("PlannedRoom", "topic"), ("SegmentWish", "title")} < bodies
    assert bodies - fields_with_it(done, canary) == set(), "refused: then it is kept nowhere anyway"


def understood(frames: Iterable[bytes | str]) -> Iterator[m.ClientMessage]:
    """What the server did not close the connection for."""
    for frame in frames:
        with contextlib.suppress(ProtocolError):
            yield decode(frame if isinstance(frame, bytes) else b"", FIRST_FRAME_BYTES)


def carried_out(frames: Iterable[bytes]) -> set[int]:
    answers = map(msgpack.unpackb, frames)
    return {answer["id"] for answer in answers if answer["t"] in {"done", "answer"}}


def test_fields_are_found_in_whatever_they_are_wrapped() -> None:
    """Else the search above would pass over what it does not see."""
    found = wordy_fields(*KINDS)
    assert {("Watching", "heights"), ("Watching", "pinned"), ("Caption", "body"), ("Join", "offer")} <= found
    assert {("PlannedRoom", "topic"), ("SegmentWish", "title"), ("ResumeClaim", "secret")} <= found
    assert {("StartRound", "order"), ("Remove", "who"), ("EnterRoom", "room"), ("DropPlan", "was")} <= found
    assert not {("SetFloor", "floor"), ("Lock", "id"), ("SetAway", "away")} & found
    canary = Canary()
    watching = m.Watching({ParticipantId(canary.id64): 1}, None, low_data=False)
    assert fields_with_it([watching], canary) == {("Watching", "heights")}


def test_a_canary_is_found_in_every_shape_in_which_it_could_come_back() -> None:
    canary = Canary()
    word = canary.text("name")
    for data in (
        word.encode(),
        repr(word.encode()).encode(),
        json.dumps({"a": word}).encode(),
        urllib.parse.quote(f"a b/{word}").encode(),
        word.encode("utf-16"),
        word.encode().hex().encode(),
        *(base64.b64encode(b"x" * shift + word.encode()) for shift in range(3)),
        *(base64.urlsafe_b64encode(b"x" * shift + canary.box()) for shift in range(3)),
    ):
        assert canary.is_in(data)
    assert not canary.is_in(Canary().word.encode() * 9)
