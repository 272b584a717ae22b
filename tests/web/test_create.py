"""Who starts a group gets links, and who may not gets a reason."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Message

from server.config import Settings
from server.rooms.state import Role
from server.signaling.links import LinkKeys
from server.web.create import MAX_BODY_BYTES, GroupCreation, Terms, create_routes

WALL_S = 1_800_000_000.7
LINKS = LinkKeys({"k": bytes(32)})
ORGANISER_KEY = "a-very-long-organiser-key"
JSON = {"Content-Type": "application/json"}


class StillClock:
    """Stands where it was put."""

    def __init__(self) -> None:
        self.at_ms = 0

    def now_ms(self) -> int:
        return self.at_ms

    async def sleep_until(self, deadline_ms: int) -> None:
        raise AssertionError(deadline_ms)


def server(clock: StillClock | None = None, settings: Settings | None = None) -> Starlette:
    return Starlette(
        routes=create_routes(
            settings or Settings(),
            LINKS,
            clock=clock or StillClock(),
            wall_s=lambda: WALL_S,
            origin_of=hash,
        )
    )


def visitor(app: Starlette, address: str = "198.51.100.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def post(
    app: Starlette, content: bytes = b"{}", address: str = "198.51.100.1", **headers: str
) -> httpx.Response:
    async with visitor(app, address) as client:
        return await client.post("/api/meetings", content=content, headers=JSON | headers)


async def test_three_links_of_one_new_meeting_are_made():
    answer = await post(server())
    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == {"meeting", "expires", "tokens"}
    claims = {role: LINKS.verify(token, WALL_S) for role, token in made["tokens"].items()}
    assert set(claims) == {"facilitator", "guest", "member"}
    assert all(claim.role == Role(role) for role, claim in claims.items())
    assert {claim.meeting for claim in claims.values()} == {made["meeting"]}
    assert {claim.expires_s for claim in claims.values()} == {made["expires"]}
    assert made["expires"] == 1_800_000_000 + 30 * 24 * 3600


async def test_two_groups_are_two_meetings():
    app = server()
    assert (await post(app)).json()["meeting"] != (await post(app)).json()["meeting"]


@pytest.mark.parametrize("minutes", [1, 90, 525_600])
async def test_the_time_asked_for_is_given(minutes: int):
    answer = await post(server(), f'{{"minutes": {minutes}}}'.encode())
    assert answer.json()["expires"] == 1_800_000_000 + minutes * 60


async def test_each_member_gets_a_link_of_her_own_and_there_is_none_to_share():
    made = (await post(server(), b'{"people": 3, "minutes": 90}')).json()
    assert set(made["tokens"]) == {"facilitator", "guest"}
    claims = [LINKS.verify(token, WALL_S) for token in made["people"]]
    assert [(one.role, one.personal, one.meeting) for one in claims] == [
        (Role.MEMBER, True, made["meeting"])
    ] * 3
    assert len({one.token_id for one in claims}) == 3, "each can be barred on its own"
    assert {one.expires_s for one in claims} == {made["expires"]}


@pytest.mark.parametrize(("most", "asked", "status"), [(3, 3, 201), (3, 4, 400), (0, 1, 400)])
async def test_more_people_than_the_setting_says_are_refused(most: int, asked: int, status: int):
    answer = await post(server(settings=Settings(create_people=most)), f'{{"people": {asked}}}'.encode())
    assert answer.status_code == status
    assert answer.json().get("code") == (None if status == 201 else "too_many_people")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"minutes": 0}',
        b'{"minutes": 525601}',
        b'{"minutes": -1}',
        b'{"minutes": 1.5}',
        b'{"minutes": "90"}',
        b'{"minutes": true}',
        b'{"minutes": null}',
        b'{"role": "facilitator"}',
        b'{"minutes": 90, "mid": "AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"minutes": 90}{}',
        b'{"people": 0}',
        b'{"people": 321}',
        b'{"people": "8"}',
        b"\xff\xfe",
        b"[" * 1_000,
    ],
)
async def test_any_other_body_is_refused(body: bytes):
    answer = await post(server(), body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"
    assert set(answer.json()) == {"code", "text"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_what_a_foreign_page_could_send_without_asking_is_refused(kind: str):
    answer = await post(server(), b"{}", **{"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_a_content_type_may_name_its_charset():
    assert (
        await post(server(), b"{}", **{"Content-Type": "Application/JSON; charset=utf-8"})
    ).status_code == 201


async def test_the_largest_body_is_read_and_a_larger_one_is_not():
    fits = b"{" + b" " * (MAX_BODY_BYTES - 2) + b"}"
    assert (await post(server(), fits)).status_code == 201
    answer = await post(server(), fits + b" ")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_without_end_is_left_at_the_bound():
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100
            yield b" " * 100

    scope_type = {"type": "http", "method": "POST", "path": "/api/meetings", "query_string": b""}
    chunks = endless()

    async def receive() -> Message:
        return {"type": "http.request", "body": await anext(chunks), "more_body": True}

    sent_messages: list[Message] = []

    async def send(message: Message) -> None:
        sent_messages.append(message)

    headers = [(b"content-type", b"application/json")]
    await server()(scope_type | {"headers": headers, "client": ("198.51.100.1", 1)}, receive, send)
    assert sent_messages[0]["status"] == 413
    assert sent <= MAX_BODY_BYTES + 100


async def test_a_body_that_never_comes_is_given_up():
    creation = GroupCreation(
        terms=Terms(organiser_key=None, most_people=0, body_deadline_s=0),
        attempt=lambda _: 0,
        links=LINKS,
        wall_s=lambda: WALL_S,
    )

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    statuses: list[int] = []

    async def send(message: Message) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    app = Starlette(routes=[Route("/", creation.serve, methods=["POST"])])
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "client": None}
    await app(scope | {"headers": [(b"content-type", b"application/json")]}, receive, send)
    assert statuses == [400]


@pytest.fixture
def keyed() -> Starlette:
    return server(settings=Settings(organiser_key=ORGANISER_KEY))


async def test_the_organiser_key_opens(keyed: Starlette):
    assert (await post(keyed, Authorization=f"Bearer {ORGANISER_KEY}")).status_code == 201


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {ORGANISER_KEY[:-1]}",
        f"Bearer {ORGANISER_KEY}x",
        f"Bearer  {ORGANISER_KEY}",
        f"Basic {ORGANISER_KEY}",
        ORGANISER_KEY,
        "Bearer \u00e9",
    ],
)
async def test_any_other_key_does_not(keyed: Starlette, authorization: str):
    async with visitor(keyed) as client:
        answer = await client.post(
            "/api/meetings",
            content=b"{}",
            headers=[*JSON.items(), ("Authorization", authorization.encode("latin-1"))],
        )
    assert (answer.status_code, answer.json()["code"]) == (401, "organiser_key_needed")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_keys_cannot_be_tried_out():
    clock = StillClock()
    app = server(clock, Settings(organiser_key=ORGANISER_KEY, create_per_minute=3))
    assert [(await post(app, Authorization="Bearer guess")).status_code for _ in range(4)] == [
        401,
        401,
        401,
        429,
    ]
    assert (await post(app, Authorization=f"Bearer {ORGANISER_KEY}")).status_code == 429
    assert (
        await post(app, address="198.51.100.2", Authorization=f"Bearer {ORGANISER_KEY}")
    ).status_code == 201
    clock.at_ms += 20_000
    assert (await post(app, Authorization=f"Bearer {ORGANISER_KEY}")).status_code == 201


async def test_too_many_are_told_when_to_come_back():
    app = server(settings=Settings(create_total_per_minute=1))
    assert (await post(app)).status_code == 201
    answer = await post(app, address="198.51.100.2")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        429,
        "too_many",
        "60",
    )


async def test_a_meeting_is_not_started_by_following_a_link():
    async with visitor(server()) as client:
        assert (await client.get("/api/meetings")).status_code == 405
