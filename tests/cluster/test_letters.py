from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cluster import letters as w
from server.cluster.clock import MAX_STEP_MS, SharedClock
from server.cluster.keys import ClusterKeys, Seal, Unsealed
from server.cluster.post import MAX_WAITING, RedisPost
from server.hosting.ports import Screen, Seat
from server.rooms.ids import MeetingId, ParticipantId

if TYPE_CHECKING:
    from collections.abc import Sequence

KEYS = ClusterKeys(bytes(32))
LONG_MS = 30_000
"""No machine stands still for so long."""
MEETING, MIA = MeetingId("meeting"), ParticipantId("mia-of-the-letters")


@pytest.mark.parametrize(
    "letter",
    [
        w.Ask(MEETING, "one", 7, b"command", (MIA, 3), 2),
        w.Show(MEETING, "one", MIA, {MIA: 180}, None, low_data=True),
        w.Seats(MEETING, "one", MIA, [(MIA, True, False), (None, False, False)]),
        w.Here(MEETING, "one", [(MIA, 2)]),
        w.Turned(MEETING, "one", 2, (MIA, 3), "not_allowed"),
        w.Over(MEETING, "one"),
    ],
)
def test_a_letter_is_read_by_the_node_it_is_for_and_by_no_other(letter: w.AnyLetter):
    sealed = w.seal(KEYS, letter, "two")
    assert w.unseal(KEYS, sealed, "two") == letter
    for keys, node in ((KEYS, "three"), (ClusterKeys(bytes([1]) * 32), "two")):
        with pytest.raises(w.LetterError):
            w.unseal(keys, sealed, node)
    assert MIA.encode() not in sealed
    assert MEETING.encode() not in sealed


def test_what_letters_carry_is_what_the_media_server_says():
    assert w.Show(MEETING, "one", MIA, {MIA: 180}, None, low_data=True).screen() == Screen(
        {MIA: 180}, None, low_data=True
    )
    assert w.Seats(MEETING, "one", MIA, [(MIA, True, False)]).all() == [Seat(MIA, audio=True, video=False)]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_letter_or_refused(data: bytes):
    with pytest.raises(w.LetterError):
        w.unseal(KEYS, data, "two")


def test_a_letter_beyond_the_bound_is_refused_unread():
    with pytest.raises(w.LetterError):
        w.unseal(KEYS, bytes(w.MAX_LETTER_BYTES + 1), "two")


class Inboxes:
    """Keeps what is posted; while it is away nothing is."""

    def __init__(self) -> None:
        self.letters: list[w.AnyLetter] = []

    async def post(self, letters: Sequence[tuple[str, bytes]], _most: int) -> None:
        self.letters += [w.unseal(KEYS, sealed, "two") for _, sealed in letters]


async def test_so_many_letters_wait_for_redis_and_the_oldest_of_more_are_lost():
    inboxes = Inboxes()
    post = RedisPost(inboxes, None, KEYS, "one")  # type: ignore[arg-type]  # never reads
    for number in range(MAX_WAITING + 3):
        post.send("two", w.Receiving(MEETING, "one", number))
    writing = asyncio.create_task(post.write())
    await post.flush(30)
    writing.cancel()
    assert [letter.number for letter in inboxes.letters if isinstance(letter, w.Receiving)] == list(
        range(3, MAX_WAITING + 3)
    )


def test_a_record_opens_only_where_it_was_put():
    seal = Seal(bytes(16))
    box = seal.close(b"entry", "journal 7")
    assert seal.open(box, "journal 7") == b"entry"
    assert seal.close(b"entry", "journal 7") != box, "never the same bytes twice"
    with pytest.raises(Unsealed):
        seal.open(box, "journal 8")


def test_the_shared_clock_is_set_once_and_then_follows_slowly_and_never_turns_back():
    clock = SharedClock()
    asked = clock.now_ms()
    clock.compare(asked + 3_600_000, asked)
    first = clock.now_ms()
    assert abs(first - asked - 3_600_000) < LONG_MS
    clock.compare(first - 3_600_000, first)
    assert first <= clock.now_ms() < first + LONG_MS
    for _ in range(10):
        now = clock.now_ms()
        clock.compare(now + 3_600_000, now)
    assert clock.now_ms() < first + 10 * MAX_STEP_MS + LONG_MS
