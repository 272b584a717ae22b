from __future__ import annotations

import asyncio

import pytest

from server.signaling.errors import CloseCode
from server.signaling.outbox import Latest, Outbox, OutboxLimits

LIMITS = OutboxLimits(max_frames=3, max_bytes=100)


async def drain(outbox: Outbox) -> list[bytes | CloseCode]:
    taken: list[bytes | CloseCode] = []
    while not taken or not isinstance(taken[-1], CloseCode):
        taken.append(await asyncio.wait_for(outbox.take(), 30))
    return taken


async def test_frames_leave_in_order_then_the_close() -> None:
    outbox = Outbox(LIMITS)
    outbox.post(b"1")
    outbox.post(b"2")
    outbox.close(CloseCode.LEFT)
    outbox.post(b"too late")
    outbox.close(CloseCode.ENDED)
    assert await drain(outbox) == [b"1", b"2", CloseCode.LEFT]


async def test_only_the_newest_of_a_state_is_sent_after_what_must_not_be_lost() -> None:
    outbox = Outbox(LIMITS)
    outbox.latest(Latest.SPEAKING, b"a")
    outbox.latest(Latest.SEATS, b"seats")
    outbox.latest(Latest.SPEAKING, b"b")
    outbox.post(b"event")
    outbox.close(CloseCode.LEFT)
    outbox.latest(Latest.SEATS, b"too late")
    assert await drain(outbox) == [b"event", b"b", b"seats", CloseCode.LEFT]


@pytest.mark.parametrize("frames", [[b"x"] * 4, [b"x", b"x" * 60, b"x" * 60]])
async def test_a_slow_consumer_is_closed_rather_than_robbed_of_one_event(frames: list[bytes]) -> None:
    outbox = Outbox(LIMITS)
    for frame in frames:
        outbox.post(frame)
    assert await drain(outbox) == [CloseCode.TOO_SLOW]


async def test_a_single_frame_is_never_slow_whatever_its_size() -> None:
    outbox = Outbox(LIMITS)
    outbox.post(b"x" * 101)
    assert await outbox.take() == b"x" * 101


async def test_behind_a_large_frame_there_is_room_as_behind_a_small_one() -> None:
    outbox = Outbox(LIMITS)
    for frame in (b"x" * 101, b"y" * 100):
        outbox.post(frame)
    assert outbox.closing is None
    outbox.post(b"z")
    assert await drain(outbox) == [CloseCode.TOO_SLOW]


@pytest.mark.parametrize(
    ("frames", "has_room"),
    [([], True), ([b"x"], True), ([b"x"] * 2, False), ([b"x" * 50], True), ([b"x" * 51], False)],
)
def test_room_for_many_at_once_leaves_as_much_again(frames: list[bytes], has_room: bool) -> None:  # noqa: FBT001 - a row of the table
    assert Outbox(LIMITS).has_room_for(frames) is has_room


async def test_what_is_taken_makes_room() -> None:
    outbox = Outbox(LIMITS)
    for number in range(20):
        outbox.post(bytes([number]) * 50)
        assert await outbox.take() == bytes([number]) * 50
    assert outbox.closing is None


async def test_a_waiting_writer_is_woken() -> None:
    outbox = Outbox(LIMITS)
    taking = asyncio.create_task(outbox.take())
    await asyncio.sleep(0)
    outbox.post(b"now")
    assert await asyncio.wait_for(taking, 30) == b"now"
