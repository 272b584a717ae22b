"""A group that is in, for conversations over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.client_view import Map
    from tests.support.live_server import Group, LiveServer
    from tests.support.wire_client import WireClient


async def circle(server: LiveServer, *names: str) -> tuple[Group, WireClient, list[WireClient]]:
    """Ada, who facilitates, and these members, in the main room."""
    group = server.group()
    ada = await group.facilitator("Ada")
    return group, ada, [await group.member(ada, name) for name in names]


async def guest(group: Group, ada: WireClient, name: str = "Gil") -> WireClient:
    """A guest, in the main room."""
    client = await group.person("guest", name)
    await client.join()
    await ada.until(lambda c: client.you in c.view.people)
    await ada.do("admit", who=client.you)
    await client.until(lambda c: c.view.people[c.you]["room"] == "main")
    return client


def told(client: WireClient, mark: int) -> list[Map]:
    """Every event since the mark."""
    return [event for message in client.since(mark) for event in message.get("events", ())]


def round_of(client: WireClient) -> Map:
    """The round of her room, which there is."""
    assert client.view.round is not None
    return client.view.round


def room_of(client: WireClient, who: WireClient | None = None) -> str:
    """Where this client sees herself, or somebody."""
    room: str = client.view.people[(who or client).you]["room"]
    return room
