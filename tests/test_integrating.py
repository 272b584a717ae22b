"""The examples of docs/integrating.md are executed as they stand, and people meet with the links that they print."""

from __future__ import annotations

import base64
import os
import re
import secrets
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.config import Settings
from server.rooms.state import Role
from server.signaling.links import LinkKeys
from tests.support.fake_media import FakeMedia
from tests.support.live_server import live_server
from tests.support.wire_client import WireClient

DOCUMENT = Path(__file__).parents[1] / "docs" / "integrating.md"
PROGRAMS = {
    "python": [sys.executable, "-"],
    "javascript": ["node", "--input-type=module", "-"],
    "php": ["php"],
}
KEYS = f"portal:{secrets.token_urlsafe(32)},old:{secrets.token_urlsafe(32)}"


def example(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    return str(found)


def printed(language: str) -> list[str]:
    run = subprocess.run(  # noqa: S603 - our own words
        PROGRAMS[language],
        input=example(language),
        env={"PATH": os.environ["PATH"], "KITH_SIGNING_KEYS": KEYS},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


@pytest.mark.parametrize("language", PROGRAMS)
async def test_people_meet_with_links_made_elsewhere(language: str):
    links = printed(language)
    settings = Settings.from_environment({"KITH_SIGNING_KEYS": KEYS})
    async with live_server(settings, media=FakeMedia()) as server:
        fragments = [link.removeprefix("https://meet.example.org/#") for link in links]
        ada, mia = [WireClient(server.ws_url, fragment, "Somebody") for fragment in fragments]
        server.clients += [ada, mia]
        for client in (ada, mia):
            await client.connect()
            await client.join()
        await ada.until(lambda client: mia.you in client.view.people)
        await ada.do("admit", who=mia.you)
        await mia.until(lambda client: client.view.people[mia.you]["room"] == "main")


@pytest.mark.parametrize("language", PROGRAMS)
def test_they_say_what_the_document_says(language: str):
    keys = LinkKeys(Settings.from_environment({"KITH_SIGNING_KEYS": KEYS}).signing_keys)
    now = time.time()
    shared, personal = [link.split("#")[1].rpartition(".") for link in printed(language)]
    facilitator, member = keys.verify(shared[0], now), keys.verify(personal[0], now)
    assert (facilitator.role, facilitator.personal) == (Role.FACILITATOR, False)
    assert (member.role, member.personal) == (Role.MEMBER, True)
    assert facilitator.meeting == member.meeting
    assert facilitator.token_id != member.token_id
    assert member.expires_s - member.not_before_s == (120 + 30) * 60
    assert shared[2] == personal[2]
    assert len(base64.urlsafe_b64decode(shared[2] + "=")) == 32
