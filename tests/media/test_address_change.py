"""Another network in the middle of a call: from a Wi-Fi to a mobile one, without a new handshake."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from server.media.ice_lite import CONSENT_MS

from .parts import ADA, BEA
from .real_peers import MEETING
from .test_server import Stage as Meeting
from .test_server import wanted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from benchmarks.load import Participant


@pytest.fixture
async def meeting() -> AsyncIterator[Meeting]:
    meeting = Meeting()
    yield meeting
    for person in meeting.people:
        person.socket.close()
    await meeting.server.stop()
    assert meeting.server.port.counts.faults == 0


def move(person: Participant) -> socket.socket:
    """The participant has another address from now on; returns the socket of the former one."""
    former = person.socket
    person.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    person.socket.bind(("127.0.0.1", 0))
    person.socket.connect(former.getpeername())
    person.socket.settimeout(0)
    return former


def media_in(bound: socket.socket) -> int:
    """How many packets of media wait there."""
    count = 0
    try:
        while True:
            datagram = bound.recv(2048)
            count += 128 <= datagram[0] <= 191 and not 192 <= datagram[1] <= 223
    except BlockingIOError:
        return count


async def test_another_address_in_mid_call_is_followed_both_ways_without_a_new_handshake(
    meeting: Meeting,
) -> None:
    ada, bea = await meeting.enter(ADA), await meeting.enter(BEA)
    await meeting.server.route(MEETING, wanted(ADA, BEA) | wanted(BEA, ADA))
    await meeting.sent(ada, 3)
    await meeting.sent(bea, 3)
    assert media_in(ada.socket) == media_in(bea.socket) == 3
    former = move(ada)
    with former:
        # Before her check nobody knows the new address: what comes from there leads nowhere.
        await meeting.sent(ada, 3)
        assert media_in(bea.socket) == 0
        await asyncio.to_thread(ada.check_again)
        await meeting.sent(ada, 3)
        await meeting.sent(bea, 6)
        assert media_in(bea.socket) == 3
        assert media_in(ada.socket) == 6
        assert media_in(former) == 0
    assert meeting.listener.lost == []


async def test_consent_is_that_of_the_new_address(meeting: Meeting) -> None:
    ada = await meeting.enter(ADA)
    meeting.pass_ms(CONSENT_MS // 2)
    with move(ada):
        await asyncio.to_thread(ada.check_again)
        meeting.pass_ms(CONSENT_MS - 1)
        assert meeting.listener.lost == []
        meeting.pass_ms(1)
        assert meeting.listener.lost == [ADA]
