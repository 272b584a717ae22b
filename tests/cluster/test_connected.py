"""Who is connected is so for the next owner, too, whatever becomes of the letters that say it; the real code on virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from server.cluster import letters as w
from server.cluster.homes import Homes
from server.cluster.media import RelayedMedia
from server.hosting.ports import Screen
from server.rooms import commands as c
from server.rooms.state import Role

from .simulation import MEETING
from .test_ownership import Nowhere
from .test_refusals import ADA, MIA, Group, join, told

if TYPE_CHECKING:
    from server.cluster.letters import AnyLetter
    from server.rooms.ids import ParticipantId

    from .simulation import Machine

LONGER_THAN_GRACE_S = 100.0
LITTLE_DATA = Screen({ADA: 90}, None, low_data=True)


async def still_connected(group: Group, machine: Machine) -> set[ParticipantId]:
    """After so long that whoever was held to be gone would be."""
    await asyncio.sleep(LONGER_THAN_GRACE_S)
    people = (await group.live(machine)).replica.meeting.participants
    return {person.id for person in people.values() if person.connected}


async def owned_by(group: Group, machine: Machine) -> None:
    while not (await group.live(machine)).host.is_owned:  # type: ignore[attr-defined]  # noqa: ASYNC110 - virtual
        await asyncio.sleep(0.05)


async def third_takes_it(group: Group) -> None:
    await takes_it(group, group.third, other=group.second)


async def takes_it(group: Group, heir: Machine, other: Machine) -> None:
    """From the first, which dies; the other would take it as well."""
    other.awake.clear()
    await group.first.kill()
    await owned_by(group, heir)
    other.awake.set()


def test_nobody_is_gone_because_the_meeting_was_handed_over():
    """`Adopt` and `Here` leave in one breath: the second comes before the first is carried out."""

    async def story(group: Group) -> None:
        shared = group.first.meetings.find((await group.live(group.first)).id)
        assert shared is not None
        await shared.hand_over(group.third.name)
        await owned_by(group, group.third)
        assert await still_connected(group, group.third) == {ADA, MIA}

    told(story)


def test_nobody_is_gone_because_the_letter_that_names_her_was_lost():
    async def story(group: Group) -> None:
        lost: list[AnyLetter] = []

        def once(letter: AnyLetter) -> bool:
            if isinstance(letter, w.Here) and letter.sender == group.second.name and not lost:
                lost.append(letter)
                return True
            return False

        group.third.network.drops = once
        await third_takes_it(group)
        assert await still_connected(group, group.third) == {MIA}
        assert lost

    told(story)


def test_nobody_is_gone_because_the_next_owner_did_not_follow_yet():
    async def story(group: Group) -> None:
        shared = group.first.meetings.find((await group.live(group.first)).id)
        assert shared is not None
        await group.third.meetings.close()
        assert len(group.third.meetings) == 0
        await shared.hand_over(group.third.name)
        while group.third.meetings.find(shared.id) is None:  # noqa: ASYNC110 - virtual
            await asyncio.sleep(0.05)
        await owned_by(group, group.third)
        assert await still_connected(group, group.second) == {ADA, MIA}

    told(story)


def test_of_somebodys_connections_the_newest_counts_whoever_says_it_last():
    homes = Homes(Nowhere(), "here")
    homes.introduced("new", [(MIA, 2)])
    homes.introduced("old", [(MIA, 1)])
    assert homes.at("new") == [(MIA, 2)]
    homes.introduced("newer", [(MIA, 3)])
    assert homes.at("newer") == [(MIA, 3)]


@pytest.mark.parametrize("to_her_own_node", [False, True])
def test_who_wants_little_data_gets_little_from_the_next_owner_too(to_her_own_node: bool):  # noqa: FBT001 - a row of the table
    async def story(group: Group) -> None:
        relayed = RelayedMedia(group.second.media, group.second.meetings)
        await relayed.open(MEETING, MIA, "an offer")
        await relayed.show(MEETING, MIA, LITTLE_DATA)
        await asyncio.sleep(1)
        assert group.first.media.screens == {(MEETING, MIA): LITTLE_DATA}
        owner, other = (group.second, group.third) if to_her_own_node else (group.third, group.second)
        await takes_it(group, owner, other)
        assert owner.media.screens == {}
        await relayed.open(MEETING, MIA, "an offer")  # as her page does when its transport is lost
        await asyncio.sleep(1)
        assert owner.media.screens == {(MEETING, MIA): LITTLE_DATA}

    told(story)


def test_what_somebody_saw_is_forgotten_when_she_has_left():
    async def story(group: Group) -> None:
        relayed = RelayedMedia(group.second.media, group.second.meetings)
        await relayed.show(MEETING, MIA, LITTLE_DATA)
        await group.do(group.second, c.Leave(MIA))
        await third_takes_it(group)
        await group.do(group.second, join(MIA, Role.FACILITATOR))
        await relayed.open(MEETING, MIA, "an offer")
        await asyncio.sleep(1)
        assert group.third.media.screens == {}

    told(story)
