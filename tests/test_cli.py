"""The commands as a person runs them: real processes, real sockets."""

import base64
import json
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets.sync.client
from icalendar import Calendar
from websockets.exceptions import ConnectionClosed

from server.config import Settings
from server.rooms.state import Role
from server.serve import announcement
from server.signaling.links import LinkClaims, LinkKeys

ROOT = Path(__file__).parents[1]
KEY = bytes(range(32))
SIGNING = {"KITH_SIGNING_KEYS": "a:" + base64.urlsafe_b64encode(KEY).decode()}
KEYS = LinkKeys({"a": KEY})
LINK = re.compile(r"(http://localhost:[0-9]+|https://[a-z.]+)/#([\w-]+\.[\w-]+\.[\w-]+)\.([\w-]{43})")
PATIENCE_S = 60


def environment(**settings: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    return inherited | settings


def kith(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "server", *arguments]
    return subprocess.run(  # noqa: S603 - our own
        command,
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def claims_of(text: str) -> list[tuple[LinkClaims, str]]:
    return [(KEYS.verify(match[2], time.time()), match[3]) for match in LINK.finditer(text)]


# ── invite ──


def test_an_invitation_has_one_link_for_each_role_and_one_secret():
    run = kith("invite", "--no-qr", **SIGNING)
    assert (run.returncode, run.stderr) == (0, "")
    links = claims_of(run.stdout)
    assert [claims.role for claims, _ in links] == list(Role)
    assert len({secret for _, secret in links}) == 1
    assert len({claims.meeting for claims, _ in links}) == 1
    assert not any(claims.personal for claims, _ in links)
    assert links[0][0].expires_s - links[0][0].not_before_s == 30 * 24 * 3600


def test_two_invitations_share_nothing():
    first, second = (claims_of(kith("invite", "--no-qr", **SIGNING).stdout)[0] for _ in range(2))
    assert first[0].meeting != second[0].meeting
    assert first[1] != second[1]


def test_personal_links_can_be_told_apart():
    run = kith("invite", "--no-qr", "--people", "3", "--minutes", "10", **SIGNING)
    links = [claims for claims, _ in claims_of(run.stdout)]
    members = [claims for claims in links if claims.role is Role.MEMBER]
    assert [claims.personal for claims in members] == [True] * 3
    assert len({claims.token_id for claims in members}) == 3
    assert [claims.role for claims in links if not claims.personal] == [Role.FACILITATOR, Role.GUEST]
    assert len({claims.meeting for claims in links}) == 1
    assert {claims.expires_s - claims.not_before_s for claims in links} == {600}


def test_links_of_a_later_meeting_open_half_an_hour_before_it():
    run = kith("invite", "--no-qr", "--at", "2099-12-01T19:00+01:00", "--minutes", "60", **SIGNING)
    begins_s = 4_099_831_200
    token = LINK.search(run.stdout)
    assert token is not None
    claims = KEYS.verify(token[2], begins_s)
    assert (claims.not_before_s, claims.expires_s) == (begins_s - 1800, begins_s + 3600)


def test_the_calendar_entry_is_alone_on_the_standard_output():
    at = "2099-12-01T19:00+01:00"
    run = kith("invite", "--no-qr", "--at", at, "--ics", "facilitator", **SIGNING)
    [entry] = Calendar.from_ical(run.stdout).walk("VEVENT")
    link = LINK.fullmatch(str(entry["url"]))
    assert link is not None
    assert KEYS.verify(link[2], 4_099_831_200).role is Role.FACILITATOR
    assert str(entry["summary"]) == "Meeting"
    assert entry.start.isoformat() == "2099-12-01T18:00:00+00:00"
    assert (entry.end - entry.start).total_seconds() == 75 * 60
    assert len(LINK.findall(run.stderr)) == 3
    assert "A calendar keeps what is in it" in run.stderr


def test_the_member_link_is_shown_as_a_picture_too():
    assert kith("invite", **SIGNING).stdout.count("▄▄▄▄▄ █") >= 3


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ([], {}, "KITH_SIGNING_KEYS is needed"),
        (["--ics"], SIGNING, "--ics needs --at"),
        (["--at", "2099-01-01", "--ics", "--people", "2"], SIGNING, "--ics holds one link"),
        (["--at", "2001-01-01", "--minutes", "5"], SIGNING, "in the past"),
        (["--at", "tomorrow"], SIGNING, "a time like"),
        (["--minutes", "525601"], SIGNING, "from 1 to 525600"),
        (["--people", "0"], SIGNING, "from 1 to 320"),
        (["--ics", "admin"], SIGNING, "--ics"),
        ([], {"KITH_SIGNING_KEYS": "a:short"}, "KITH_SIGNING_KEYS: "),
        ([], {"KITH_NONSENSE": "1"}, "KITH_NONSENSE is not a setting"),
    ],
)
def test_what_cannot_be_invited_to_is_refused(arguments: list[str], settings: dict[str, str], said: str):
    run = kith("invite", *arguments, **settings)
    assert run.returncode == 2
    assert run.stdout == ""
    assert said in run.stderr
    assert "Traceback" not in run.stderr


# ── serve ──


class Server:
    """A running `kith serve` on free ports."""

    def __init__(self, **settings: str) -> None:
        free = {"KITH_PORT": "0", "KITH_MEDIA_PORT": "0"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "server", "serve"],
            cwd=ROOT,
            env=environment(**free | settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said = self._read_until_ready()

    def _read_until_ready(self) -> str:
        assert self.process.stdout is not None
        said = ""
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            deadline = time.monotonic() + PATIENCE_S
            while not re.search(r"(These links|Start a group there).*\n", said):
                waited = ready.select(max(0, deadline - time.monotonic()))
                # Past the buffer of the text stream, which select knows nothing about.
                chunk = os.read(self.process.stdout.fileno(), 65_536) if waited else b""
                if not chunk:
                    self.process.kill()
                    raise AssertionError(
                        "the server did not announce itself", said, self.process.communicate()
                    )
                said += chunk.decode()
        return said

    @property
    def url(self) -> str:
        match = re.search(r"Kith is at (\S+)/", self.said)
        assert match is not None
        return match[1]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Exit code and all that went to the standard error."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        self.said += out
        return self.process.returncode, err


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server(**SIGNING)
    yield running
    if running.process.poll() is None:
        running.stop()


def get(url: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - http to ourselves
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, {k.lower(): v for k, v in refusal.headers.items()}, refusal.read()


def test_the_links_it_prints_are_a_facilitators_and_a_members_of_one_group(server: Server):
    links = claims_of(server.said)
    assert [claims.role for claims, _ in links] == [Role.FACILITATOR, Role.MEMBER]
    assert links[0][0].meeting == links[1][0].meeting
    assert links[0][1] == links[1][1]
    assert server.said.count(server.url + "/#") == 2
    assert server.said.endswith("These links hold for 30 days.\n")


def test_it_is_alive_and_ready(server: Server):
    assert get(server.url + "/health/live")[0] == 200
    assert get(server.url + "/health/ready")[0] == 200


def test_every_answer_is_guarded_and_does_not_name_its_software(server: Server):
    for path in ("/", "/api/about", "/nothing"):
        _, headers, _ = get(server.url + path)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers
    port = server.url.rsplit(":", 1)[1]
    assert f"ws://localhost:{port}" in get(server.url + "/")[1]["content-security-policy"]


def test_a_group_can_be_started_over_http(server: Server):
    status, _, body = get(server.url + "/api/meetings", b"{}", **{"Content-Type": "application/json"})
    made: dict[str, Any] = json.loads(body)
    assert status == 201
    assert KEYS.verify(made["tokens"]["member"], time.time()).meeting == made["meeting"]


@pytest.mark.parametrize(("trusted", "second"), [("127.0.0.1", 201), ("192.0.2.0/24", 429), ("", 429)])
def test_only_a_trusted_proxy_says_who_somebody_is(trusted: str, second: int):
    running = Server(KITH_TRUSTED_PROXIES=trusted, KITH_CREATE_PER_MINUTE="1")
    try:
        for address, expected in (("198.51.100.1", 201), ("198.51.100.2", second)):
            headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
            assert get(running.url + "/api/meetings", b"{}", **headers)[0] == expected
    finally:
        running.stop()


def test_frames_have_no_compression_and_the_agreed_size(server: Server):
    address = server.url.replace("http", "ws") + "/ws"
    with websockets.sync.client.connect(address, compression="deflate") as socket_:
        assert socket_.protocol.extensions == []
        socket_.send(b"\x00" * 262_145)
        with pytest.raises(ConnectionClosed) as closed:
            socket_.recv(timeout=PATIENCE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_nothing_about_anybody_is_logged():
    running = Server()
    links = LINK.findall(running.said)
    get(
        running.url + "/canary-path?canary-query",
        **{"User-Agent": "canary-agent", "X-Forwarded-For": "192.0.2.77"},
    )
    get(running.url + "/api/meetings", b'{"canary": 1}', **{"Content-Type": "application/json"})
    with websockets.sync.client.connect(running.url.replace("http", "ws") + "/ws?canary-query") as socket_:
        socket_.send("canary-text")
        with pytest.raises(ConnectionClosed):
            socket_.recv(timeout=PATIENCE_S)
    with socket.create_connection(
        ("127.0.0.1", int(running.url.rsplit(":", 1)[1])), timeout=PATIENCE_S
    ) as raw:
        raw.sendall(b"canary garbage\r\n\r\n")
        assert raw.recv(1000).startswith(b"HTTP/1.1 400")
    _, err = running.stop()
    assert "canary" not in err
    assert "127.0.0.1" not in err
    assert "192.0.2" not in err
    assert "Traceback" not in err
    for _, token, secret in links:
        assert token not in err
        assert secret not in err


def test_links_of_a_server_without_keys_die_with_it():
    running = Server()
    running.stop()
    assert running.said.endswith("set KITH_SIGNING_KEYS to keep them for 30 days.\n")


def test_an_interrupt_stops_it_quietly():
    running = Server()
    code, err = running.stop(signal.SIGINT)
    assert code == 0
    assert "Traceback" not in err
    assert "uncaught" not in err


@pytest.mark.parametrize(
    ("kind", "name"), [(socket.SOCK_STREAM, "KITH_PORT"), (socket.SOCK_DGRAM, "KITH_MEDIA_PORT")]
)
def test_a_port_in_use_is_told_in_one_line(kind: socket.SocketKind, name: str):
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        ports = {"KITH_PORT": "0", "KITH_MEDIA_PORT": "0"} | {name: str(taken.getsockname()[1])}
        run = kith("serve", **ports)
    assert run.returncode == 2
    assert f"set {name} to another one" in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_server_for_others_does_not_start_without_an_organiser_key():
    run = kith(
        "serve",
        KITH_HOST="0.0.0.0",  # noqa: S104 - refused
        KITH_PUBLIC_URL="https://meet.example.org",
        KITH_MEDIA_ADDRESSES="203.0.113.7",
    )
    assert run.returncode == 2
    assert run.stderr.startswith("kith: KITH_ORGANISER_KEY is needed")
    assert run.stderr.count("\n") == 1


def test_links_of_a_server_for_others_are_not_printed_into_its_logs():
    said = announcement(
        Settings(
            public_url="https://meet.example.org", media_addresses=("203.0.113.7",), organiser_key="k" * 16
        ),
        time.time(),
    )
    assert said.startswith("Kith is at https://meet.example.org/\n")
    assert "#" not in said


def test_a_server_without_what_rehearsals_need_says_what_to_install():
    without = (
        "import sys; sys.modules['av'] = None; from server.cli import main; sys.exit(main(['rehearse', '-']))"
    )
    run = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", without],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (
        2,
        "kith: rehearsing needs more than serving: pip install 'kith[rehearse]'\n",
    )
