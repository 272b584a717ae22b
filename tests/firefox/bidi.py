"""Firefox over WebDriver BiDi (W3C), just enough to be a person in a meeting; used by `meet.py`.

The protocol is JSON over one WebSocket that Firefox itself opens: no driver program and no package lies between. Knows nothing of Kith.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping

    from websockets.asyncio.client import ClientConnection

LISTENING: Final = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
BEGINS_WITHIN_S: Final = 60
ANSWERS_WITHIN_S: Final = 60
FRAME_BYTES: Final = 8 * 1024 * 1024

PREFERENCES: Final[Mapping[str, bool | int | str]] = {
    # a made-up camera and microphone, allowed without asking
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "permissions.default.camera": 1,
    "permissions.default.microphone": 1,
    # the media server of a test is on this machine: without the two permissions above only the default route is gathered
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    # nothing leaves the machine, nothing is asked
    "app.update.enabled": False,
    "app.normandy.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
    "extensions.systemAddon.update.enabled": False,
    "remote.active-protocols": 1,
}


class BidiError(Exception):
    """Firefox refused a command, or a script threw."""


class Firefox:
    """One window, driven through the session of `firefox`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._window = ""
        self.complaints: list[str] = []
        """Errors and warnings of the console, and what was thrown and not caught."""

    async def begin(self) -> None:
        await self.command("session.new", capabilities={})
        await self.command("session.subscribe", events=["log.entryAdded"])
        tree = await self.command("browsingContext.getTree")
        self._window = tree["contexts"][0]["context"]

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """The result. Raises: BidiError, TimeoutError."""
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        return await asyncio.wait_for(answer, ANSWERS_WITHIN_S)

    async def listen(self) -> None:
        """Hand out answers and hear the console until the socket closes."""
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._socket:
                self._take(json.loads(frame))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "log.entryAdded":
            self._hear(message["params"])
        answer = self._answers.pop(message.get("id") or 0, None)
        if answer is None or answer.done():
            return
        if message["type"] == "error":
            answer.set_exception(BidiError(f"{message['error']}: {message['message']}"))
        else:
            answer.set_result(message["result"])

    def _hear(self, entry: dict[str, Any]) -> None:
        if entry["level"] in {"error", "warn"}:
            self.complaints.append(f"{entry['level']}: {entry['text']}")

    # ── one window ───────────────────────────────────────────────────────────────────────────────

    async def size(self, width: int, height: int) -> None:
        await self.command(
            "browsingContext.setViewport", context=self._window, viewport={"width": width, "height": height}
        )

    async def before_every_page(self, script: str) -> None:
        await self.command("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}")

    async def goto(self, url: str) -> None:
        await self.command("browsingContext.navigate", context=self._window, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """The value of the expression, or of its promise, if it is JSON. Raises: BidiError with what was thrown."""
        outcome = await self.command(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))",
            target={"context": self._window},
            awaitPromise=True,
            userActivation=False,
        )
        if outcome["type"] == "exception":
            raise BidiError(outcome["exceptionDetails"]["text"])
        return json.loads(outcome["result"]["value"])

    async def until(self, expression: str, within_s: float = 20) -> None:
        """The expression is true. Raises: TimeoutError."""
        wait = f"""(async () => {{
          const end = performance.now() + {within_s * 1000};
          while (!({expression})) {{
            if (performance.now() > end) return false;
            await new Promise((resolve) => setTimeout(resolve, 50));
          }}
          return true;
        }})()"""
        if not await self.evaluate(wait):
            raise TimeoutError(f"never true: {expression}")

    async def click(self, selector: str) -> None:
        """With a pointer, as a person does: what needs her gesture (sound) has it."""
        await self.until(f"document.querySelector({json.dumps(selector)})?.checkVisibility()")
        found = await self.command(
            "browsingContext.locateNodes", context=self._window, locator={"type": "css", "value": selector}
        )
        element = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        await self.evaluate(
            f"document.querySelector({json.dumps(selector)}).scrollIntoView({{ block: 'nearest' }})"
        )
        pointer = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": element},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        await self._perform({"type": "pointer", "id": "mouse", "actions": pointer})

    async def type(self, text: str) -> None:
        """Into whatever has the focus."""
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        await self._perform({"type": "key", "id": "keyboard", "actions": keys})

    async def _perform(self, source: dict[str, Any]) -> None:
        await self.command("input.performActions", context=self._window, actions=[source])


def executable() -> str:
    """Raises: AssertionError with what to do."""
    found = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    assert found is not None, "this needs Firefox: apt-get install firefox-esr"
    return found


def preferences() -> str:
    """The profile's `user.js`."""
    return "".join(
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items()
    )


@contextlib.contextmanager
def profile_folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder, "user.js").write_text(preferences())
        yield folder


@contextlib.asynccontextmanager
async def firefox() -> AsyncIterator[Firefox]:
    """A Firefox without a screen and with a profile of its own, gone when the block ends."""
    with profile_folder() as profile:
        process = await asyncio.create_subprocess_exec(
            executable(),
            *(
                "--headless",
                "--no-remote",
                "--profile",
                profile,
                "--remote-debugging-port",
                "0",
                "about:blank",
            ),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(BEGINS_WITHIN_S):
                address = await _address(process)
            silence = asyncio.create_task(_drain(process))
            async with connect(f"{address}/session", max_size=FRAME_BYTES, compression=None) as socket:
                browser = Firefox(socket)
                listening = asyncio.create_task(browser.listen())
                await browser.begin()
                yield browser
            await listening
            silence.cancel()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where it listens, as it says itself."""
    assert process.stderr is not None
    async for line in process.stderr:
        found = LISTENING.search(line)
        if found is not None:
            return found[1].decode().rstrip("/")
    raise BidiError("Firefox ended before it listened")


async def _drain(process: asyncio.subprocess.Process) -> None:
    """A full pipe would stop it."""
    assert process.stderr is not None
    while await process.stderr.read(65_536):
        pass
