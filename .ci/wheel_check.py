"""Installs the wheel alone, in a fresh environment and away from the checkout, and meets in it; `make release` calls it.

    wheel_check.py dist/kith-….whl requirements/serve.txt

The server comes from the wheel, the people from the tests' client, which knows nothing of the server's code.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.ports import free_port
from tests.support.wire_client import WireClient

PATIENCE_S = 30
KEY = secrets.token_urlsafe(18)
HOLES = "import server, sys; sys.exit('site-packages' not in server.__file__)"


def install(folder: Path, wheel: Path, lock: Path) -> Path:
    """The environment's programs. What the wheel needs comes from the lock, so that it is what is shipped."""
    venv.create(folder, with_pip=True)
    python = folder / "bin/python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, wheel], check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True)
    subprocess.run([python, "-c", HOLES], cwd=folder, check=True)
    return folder / "bin"


def fetch(url: str, body: bytes | None = None) -> bytes:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=PATIENCE_S) as answer:
        read: bytes = answer.read()
    return read


def wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with contextlib.suppress(OSError):
            fetch(f"{url}/health/ready")
            return
        if time.monotonic() > deadline:
            sys.exit("the server of the wheel does not answer")
        time.sleep(0.1)


async def meet(url: str) -> None:
    """A facilitator and a member see each other and speak in the chat."""
    group = json.loads(fetch(f"{url}/api/meetings", b"{}"))
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    socket = f"{url.replace('http', 'ws', 1)}/ws"
    ada = await WireClient(socket, f"{group['tokens']['facilitator']}.{secret}", "Ada").connect()
    mia = await WireClient(socket, f"{group['tokens']['member']}.{secret}", "Mia").connect()
    await ada.join()
    await mia.join()
    await ada.until(lambda client: mia.you in client.view.people)
    await ada.do("admit", who=mia.you)
    await mia.until(lambda client: client.view.people[mia.you]["room"] == "main")
    await ada.close()
    await mia.close()


def main(wheel: str, lock: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        programs = install(Path(folder), Path(wheel).resolve(), Path(lock).resolve())
        port = free_port()
        settings = {"KITH_PORT": str(port), "KITH_MEDIA_PORT": "0", "KITH_ORGANISER_KEY": KEY}
        environment = {"PATH": os.environ["PATH"], **settings}
        server = subprocess.Popen([programs / "kith", "serve"], cwd=folder, env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url)
            if b'<div id="app">' not in fetch(url):
                sys.exit("the wheel has no web client")
            asyncio.run(meet(url))
        finally:
            server.terminate()
            server.wait(PATIENCE_S)
    print("The wheel alone serves the web client and a meeting.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
