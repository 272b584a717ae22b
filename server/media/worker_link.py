"""One media worker as the server holds it: the process, the line to it, what it was asked and has not answered.

Made by `worker_pool`. A worker that speaks nonsense, falls silent or dies is killed; only then are its requests given up,
so that nothing passes through it any more when they are. Must not know which meeting is where.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from server.hosting.ports import OfferFault, OfferRefused

from . import worker_wire as wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .settings import MediaSettings

UNANSWERED: Final = 64
"""Requests on the way to a worker …"""
UNANSWERED_BYTES: Final = 1 << 20
"""… and their bytes: a worker that does not read costs no more than this and what waits; one longer frame goes alone."""
MAX_WAITING: Final = 256
"""Requests that wait for those; beyond, offers are refused. Routes and farewells are never."""
SETTINGS_PREFIX: Final = "KITH_"
"""Settings of the server, its keys among them: a worker is told what it needs by its line."""
_ROOT: Final = Path(__file__).parents[2]
"""Where the package `server` lies."""

log = logging.getLogger(__name__)

Outcome: TypeAlias = wire.Answered | wire.Carried | wire.Looked
R = TypeVar("R", wire.Answered, wire.Looked)


@dataclass(frozen=True, slots=True)
class LinkTimes:
    """How patient the server is with a worker, in seconds."""

    start_s: float = 30.0
    """From its start to its first word; a small machine that has just begun itself takes its time."""
    silent_s: float = 1.0
    silences: int = 4
    """So many spans of `silent_s` without a word, and it is taken for dead. It reports every second."""
    stop_s: float = 1.0
    """For farewells to its peers."""


class WorkerGone(Exception):  # noqa: N818 - a state, not a fault
    """The worker is dead: nothing passes through it any more."""


class WorkerFault(Exception):  # noqa: N818 - said of a worker's bug
    """The worker could not carry out a request, because of a bug of ours that it has logged."""


class WorkerLink:
    """A running worker. `start`, then `hear` until it ends."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        line: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        times: LinkTimes,
    ) -> None:
        self.load = wire.Load(0, 0)
        self.local = ("", 0)
        """The bound IP and port."""
        self._process = process
        self._reader, self._writer = line
        self._times = times
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._asked: dict[int, tuple[asyncio.Future[Outcome], int]] = {}
        """Number → its outcome, and its bytes while they are on the way."""
        self._on_the_way = self._on_the_way_bytes = 0
        self._count = 0
        self._silences = 0
        self._is_stopping = self._is_gone = False

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        settings: MediaSettings,
        times: LinkTimes | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> WorkerLink:
        """A worker whose port is bound. command: the socket's number is its last argument. Raises: OSError."""
        times = times or LinkTimes()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command,
                    str(theirs.fileno()),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env=environment_of_worker(os.environ) if environment is None else dict(environment),
                    cwd=_ROOT,  # found there whatever directory the server was started in
                )
            except BaseException:
                ours.close()
                raise
        link = cls(process, await asyncio.open_unix_connection(sock=ours), times)
        try:
            await link._begin(settings)
        except BaseException:
            await link._bury()
            raise
        return link

    async def _begin(self, settings: MediaSettings) -> None:
        self._writer.write(wire.frame(wire.Begin(settings)))
        try:
            async with asyncio.timeout(self._times.start_s):
                begun = await wire.read_up(self._reader)
        except (EOFError, ConnectionError, TimeoutError, wire.WireFault):
            raise OSError("a media worker did not begin") from None
        if not isinstance(begun, wire.Begun):
            raise OSError("a media worker did not begin")
        self.local = begun.ip, begun.port

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_full(self) -> bool:
        """It answers so slowly that offers should not wait for it."""
        return len(self._waiting) >= MAX_WAITING

    # ── requests ─────────────────────────────────────────────────────────────────────────────────

    def ask(self, make: Callable[[int], wire.Request]) -> asyncio.Future[Outcome]:
        """Send a request after all asked before; make: from its number.

        The future raises: `OfferRefused`, `WorkerGone`, `WorkerFault`.
        """
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        outcome.add_done_callback(_seen)
        if self._is_gone:
            outcome.set_exception(WorkerGone())
            return outcome
        self._count += 1
        frame = wire.frame(make(self._count))
        self._asked[self._count] = outcome, len(frame)
        self._waiting.append((self._count, frame))
        self._send()
        return outcome

    async def ask_for(self, kind: type[R], make: Callable[[int], wire.Request]) -> R:
        """As `ask`, where the answer tells something. Raises: also `WorkerFault` if it is another answer."""
        outcome = await self.ask(make)
        if not isinstance(outcome, kind):
            raise WorkerFault
        return outcome

    def _send(self) -> None:
        """As much as there is credit for; an answer gives it back."""
        while self._waiting and self._on_the_way < UNANSWERED:
            _, frame = self._waiting[0]
            if self._on_the_way and self._on_the_way_bytes + len(frame) > UNANSWERED_BYTES:
                return
            self._waiting.popleft()
            self._on_the_way += 1
            self._on_the_way_bytes += len(frame)
            self._writer.write(frame)

    def _answered(self, reply: wire.Reply) -> None:
        asked = self._asked.get(reply.number)
        if asked is None or (self._waiting and reply.number >= self._waiting[0][0]):
            raise wire.WireFault  # never asked
        del self._asked[reply.number]
        outcome, length = asked
        self._on_the_way -= 1
        self._on_the_way_bytes -= length
        if not outcome.done():  # nobody waits for it any more
            _settle(outcome, reply)
        self._send()

    # ── what comes ───────────────────────────────────────────────────────────────────────────────

    async def hear(self, tell: Callable[[wire.Event], None]) -> None:
        """Pass on what the worker tells, until it is dead for whatever reason; then nothing of it is left."""
        listening = asyncio.create_task(self._listen(tell))
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait((listening, watching), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (listening, watching):
                task.cancel()
            await asyncio.gather(listening, watching, return_exceptions=True)
            await self._bury()

    async def _listen(self, tell: Callable[[wire.Event], None]) -> None:
        try:
            while True:
                message = await wire.read_up(self._reader)
                self._silences = 0
                if isinstance(message, wire.Load):
                    self.load = message
                elif isinstance(message, wire.Event):
                    tell(message)
                elif isinstance(message, wire.Begun):
                    raise wire.WireFault  # noqa: TRY301 - as everything else that does not belong here
                else:
                    self._answered(message)
        except wire.WireFault:
            log.error("a media worker sent what is no message")  # noqa: TRY400 - where says nothing
        except (EOFError, ConnectionError):
            if not self._is_stopping:
                log.warning("a media worker is gone")
        except Exception:
            log.exception("fault while listening to a media worker")

    async def _watch(self) -> None:
        """Ends when the worker has been silent for too long. Counted, so that our own pause is one silence at most."""
        while self._silences < self._times.silences:
            await asyncio.sleep(self._times.silent_s)
            self._silences += 1
        log.error("a media worker does not answer")

    # ── the end ──────────────────────────────────────────────────────────────────────────────────

    async def stop(self) -> None:
        """Let it say farewell to its peers and end, within `stop_s`. `hear` returns then."""
        self._is_stopping = True
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write_eof()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._times.stop_s):
                await self._process.wait()

    async def _bury(self) -> None:
        """Dead for certain, then everything that waits for it is let go."""
        self._is_gone = True
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
        self._waiting.clear()
        asked, self._asked = self._asked, {}
        for outcome, _ in asked.values():
            if not outcome.done():
                outcome.set_exception(WorkerGone())


def environment_of_worker(ours: Mapping[str, str]) -> dict[str, str]:
    """What the interpreter needs, and none of our settings."""
    return {name: value for name, value in ours.items() if not name.startswith(SETTINGS_PREFIX)}


def _settle(outcome: asyncio.Future[Outcome], reply: wire.Reply) -> None:
    match reply:
        case wire.Answered() | wire.Carried() | wire.Looked():
            outcome.set_result(reply)
        case wire.Refused(_, fault):
            outcome.set_exception(OfferRefused(OfferFault(fault)))
        case wire.Failed():
            outcome.set_exception(WorkerFault())


def _seen(outcome: asyncio.Future[Outcome]) -> None:
    """Nobody need look at an outcome: a farewell is not waited for when its meeting is cancelled."""
    if not outcome.cancelled():
        outcome.exception()
