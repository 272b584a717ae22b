from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.rtp.speakers import (
    AUDIBLE_DBOV,
    ENTER_PACKETS,
    HANGOVER_MS,
    MAX_VOICES,
    MIN_STAY_MS,
    OVERTAKE_DB,
    Loudest,
    OpenRooms,
)

LOUD, NORMAL, SILENT = 10, 30, 127


def room(count: int, places: int = 3) -> Loudest[int]:
    loudest: Loudest[int] = Loudest(places)
    loudest.use(range(count))
    return loudest


def talk(loudest: Loudest[int], who: int, dbov: int, start_ms: int, packets: int = 50) -> int:
    """One packet per 20 ms; returns the time of the last."""
    for n in range(packets):
        loudest.note(who, dbov, start_ms + 20 * n)
    return start_ms + 20 * (packets - 1)


def test_somebody_must_be_heard():
    with pytest.raises(ValueError, match="heard"):
        Loudest(0)


def test_where_there_are_places_for_all_everybody_passes():
    loudest: Loudest[int] = Loudest()
    assert loudest.use(range(MAX_VOICES))
    assert loudest.passing == frozenset(range(MAX_VOICES))
    assert not loudest.use(range(MAX_VOICES))
    assert not loudest.note(2, LOUD, 0)


def test_only_where_places_are_short_somebody_is_not_let_through():
    loudest = room(3)
    assert all(loudest.lets(who) for who in range(12))
    loudest.use(range(4))
    assert [loudest.lets(who) for who in range(5)] == [True, True, True, False, False]


def test_no_more_pass_than_there_are_places():
    assert room(12).passing == {0, 1, 2}


def test_whoever_speaks_passes_from_her_second_packet_on():
    loudest = room(12)
    for n in range(ENTER_PACKETS - 1):
        assert not loudest.note(7, NORMAL, 20 * n)
    assert loudest.note(7, NORMAL, 20 * ENTER_PACKETS)
    assert 7 in loudest.passing
    assert len(loudest.passing) == 3


def test_a_click_opens_nothing():
    loudest = room(12)
    for n in range(10):
        assert not loudest.note(7, NORMAL, 40 * n)
        assert not loudest.note(7, SILENT, 40 * n + 20)
    assert 7 not in loudest.passing


@pytest.mark.parametrize(("dbov", "enters"), [(AUDIBLE_DBOV - 1, True), (AUDIBLE_DBOV, False)])
def test_breath_is_not_speech(dbov: int, enters: bool):  # noqa: FBT001 - a row of the table
    loudest = room(12)
    talk(loudest, 7, dbov, 0)
    assert (7 in loudest.passing) is enters


def test_the_one_silent_for_the_longest_time_gives_way():
    loudest = room(12)
    now = 0
    for who in (1, 0, 2):
        now = talk(loudest, who, NORMAL, now)
    talk(loudest, 9, NORMAL, now + HANGOVER_MS + 1, 2)
    assert loudest.passing == {0, 2, 9}


def test_a_place_is_kept_in_silence_until_it_is_needed():
    loudest = room(12)
    now = talk(loudest, 1, NORMAL, 0)
    talk(loudest, 1, SILENT, now, 3_000)
    assert 1 in loudest.passing


def speaking(*levels: int, ms: int = 4_000) -> tuple[Loudest[int], int]:
    """A room of twelve whose three places are taken by people who speak at these levels, until now."""
    loudest = room(12)
    for n in range(ms // 20):
        for who, dbov in enumerate(levels):
            loudest.note(who, dbov, 20 * n)
    return loudest, ms - 20


def go_on(loudest: Loudest[int], levels: dict[int, int], start_ms: int, ms: int) -> int:
    for n in range(1, ms // 20 + 1):
        for who, dbov in levels.items():
            loudest.note(who, dbov, start_ms + 20 * n)
    return start_ms + ms


@pytest.mark.parametrize(("dbov", "enters"), [(30 - OVERTAKE_DB, False), (30 - OVERTAKE_DB - 3, True)])
def test_where_all_speak_only_somebody_clearly_louder_enters(dbov: int, enters: bool):  # noqa: FBT001
    loudest, now = speaking(20, 30, 20)
    go_on(loudest, {0: 20, 1: 30, 2: 20, 5: dbov}, now, 2_000)
    assert (5 in loudest.passing) is enters
    assert (1 in loudest.passing) is not enters


def test_whoever_entered_stays_a_while():
    loudest, now = speaking(20, 30, 20)
    go_on(loudest, {0: 20, 1: 30, 2: 20, 5: 15}, now, 1_000)
    assert loudest.passing == {0, 2, 5}
    loudest, now = speaking(10, SILENT, 10)
    entered_ms = now + 40
    go_on(loudest, {0: 10, 2: 10, 5: 40}, now, 40)
    assert 5 in loudest.passing
    everybody = {0: 10, 2: 10, 5: 40, 6: 12}
    now = go_on(loudest, everybody, entered_ms, MIN_STAY_MS - 20)
    assert 5 in loudest.passing
    go_on(loudest, everybody, now, 20)
    assert loudest.passing == {0, 2, 6}


def test_two_equally_loud_do_not_take_turns():
    loudest, now = speaking(20, 20, 20)
    changes = 0
    for n in range(2_000):
        for who in range(5):
            changes += loudest.note(who, 20 + (n * 7 + who * 3) % 5, now + 20 * n)
    assert changes == 0


def test_a_microphone_that_closes_leaves_its_place_to_who_spoke_last():
    loudest, now = speaking(20, 20, 20)
    go_on(loudest, {0: 20, 1: 20, 2: 20, 8: 24}, now, 1_000)
    assert loudest.passing == {0, 1, 2}
    assert loudest.use([0, 2, 3, 4, 8])
    assert loudest.passing == {0, 2, 8}
    assert not loudest.note(1, LOUD, now), "closed: it is not let in by what is still on the way"
    assert loudest.passing == {0, 2, 8}


def test_a_microphone_that_opens_again_has_no_past():
    loudest, _ = speaking(20, 20, 20)
    loudest.use([0, 1, 3, 4])
    loudest.use([0, 1, 2, 3, 4])
    assert loudest.passing == {0, 1, 3}


def test_discontinuous_transmission_is_silence():
    """Opus in silence sends a packet every 400 ms, and speech after it enters as fast as ever."""
    loudest = room(12)
    now = 0
    for now in range(0, 4_000, 400):
        for who in range(12):
            loudest.note(who, SILENT, now)
    loudest.note(11, NORMAL, now + 400)
    assert loudest.note(11, NORMAL, now + 420)


@given(
    st.integers(1, 4),
    st.lists(
        st.one_of(
            st.frozensets(st.integers(0, 7)),
            st.tuples(st.integers(0, 7), st.integers(0, 127), st.integers(0, 500)),
        ),
        max_size=150,
    ),
)
def test_places_are_never_exceeded_nor_empty_while_somebody_wants_one(
    places: int, story: list[frozenset[int] | tuple[int, int, int]]
):
    loudest: Loudest[int] = Loudest(places)
    open_now: frozenset[int] = frozenset()
    now_ms = 0
    for step in story:
        before = loudest.passing
        if isinstance(step, frozenset):
            open_now = step
            changed = loudest.use(sorted(step))
            assert before & open_now <= loudest.passing, "nobody loses her place because others come or go"
        else:
            who, dbov, passed_ms = step
            now_ms += passed_ms
            changed = loudest.note(who, dbov, now_ms)
            assert not changed or loudest.passing - before == {who}
        assert changed == (before != loudest.passing)
        assert loudest.passing <= open_now
        assert len(loudest.passing) == min(places, len(open_now))


def letting(rooms: OpenRooms[int], who: range, now_ms: int, dbov: int = SILENT) -> list[int]:
    return [each for each in who if rooms.lets(each, dbov, now_ms)]


def test_every_room_has_its_own_places():
    rooms: OpenRooms[int] = OpenRooms()
    rooms.use([range(4), range(4, 12)])
    assert letting(rooms, range(12), 0) == [0, 1, 2, 3, 4, 5, 6, 7]
    letting(rooms, range(8, 9), 20, NORMAL)
    assert letting(rooms, range(8, 9), 40, NORMAL) == [8]
    assert letting(rooms, range(12), 60) == [0, 1, 2, 3, 5, 6, 7, 8]


def test_a_room_goes_on_when_people_come_and_go_and_when_it_is_split():
    rooms: OpenRooms[int] = OpenRooms()
    rooms.use([range(8)])
    for now_ms in (0, 20):
        letting(rooms, range(7, 8), now_ms, NORMAL)
    rooms.use([range(1, 9)])
    assert letting(rooms, range(1, 9), 40) == [1, 2, 3, 7]
    rooms.use([[1, 2, 5, 6, 7], [3, 4]])
    assert letting(rooms, range(1, 8), 60) == [1, 2, 3, 4, 5, 7]


def test_a_microphone_nobody_knows_is_not_held_back():
    rooms: OpenRooms[int] = OpenRooms()
    assert rooms.lets(1, SILENT, 0)
    rooms.use([range(9)])
    assert not rooms.lets(8, SILENT, 0)
    rooms.use([])
    assert rooms.lets(8, SILENT, 0)
