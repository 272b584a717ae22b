"""Who is connected is so for the next owner, too, whatever becomes of the letters that say it; the real code on virtual time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from server.cluster import letters as w
from server.cluster.homes import Homes

from .test_ownership import Nowhere
from .test_refusals import ADA, MIA, Group, told

if TYPE_CHECKING:
    from server.cluster.letters import AnyLetter
    from server.rooms.ids import ParticipantId

    from .simulation import Machine

LONGER_THAN_GRACE_S = 100.0


async def still_connected(group: Group, machine: Machine) -> set[ParticipantId]:
    """After so long that whoever was held to be gone would be."""
    await asyncio.sleep(LONGER_THAN_GRACE_S)
    people = (await group.live(machine)).replica.meeting.participants
    return {person.id for person in people.values() if person.connected}


async def owned_by(group: Group, machine: Machine) -> None:
    while not (await group.live(machine)).host.is_owned:  # type: ignore[attr-defined]  # noqa: ASYNC110 - virtual
        await asyncio.sleep(0.05)


async def third_takes_it(group: Group) -> None:
    """From the first, which dies; the second would take it as well."""
    group.second.awake.clear()
    await group.first.kill()
    await owned_by(group, group.third)
    group.second.awake.set()


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
