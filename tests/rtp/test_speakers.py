from hypothesis import given
from hypothesis import strategies as st

from server.rtp.speakers import HANGOVER_MS, Speakers, level_dbov

LOUD, NORMAL, BREATH, SILENT = 10, 25, 50, 127


def talk(speakers: Speakers[str], who: str, dbov: int, packets: int = 30, start_ms: int = 0) -> int:
    """One packet per 20 ms; returns the time of the last."""
    for n in range(packets):
        speakers.note(who, dbov, start_ms + 20 * n)
    return start_ms + 20 * (packets - 1)


def test_the_voice_flag_is_not_part_of_the_level():
    assert level_dbov(0x80 | 30) == 30
    assert level_dbov(127) == 127


def test_the_loudest_comes_first():
    speakers: Speakers[str] = Speakers()
    talk(speakers, "ada", NORMAL)
    now = talk(speakers, "bea", LOUD)
    assert speakers.audible(now) == ("bea", "ada")


def test_a_click_is_not_speech():
    speakers: Speakers[str] = Speakers()
    talk(speakers, "ada", SILENT, 5)
    speakers.note("ada", 40, 100)
    assert speakers.audible(100) == ()


def test_between_the_thresholds_everything_stays_as_it_is():
    speakers: Speakers[str] = Speakers()
    now = talk(speakers, "ada", BREATH, 100)
    assert speakers.audible(now) == ()
    now = talk(speakers, "ada", NORMAL, 50, now)
    now = talk(speakers, "ada", BREATH, 200, now)
    assert speakers.audible(now) == ("ada",)


def test_a_pause_for_breath_is_not_silence():
    speakers: Speakers[str] = Speakers()
    last = talk(speakers, "ada", NORMAL)
    assert speakers.audible(last + HANGOVER_MS) == ("ada",)
    assert speakers.audible(last + HANGOVER_MS + 1) == ()
    assert speakers.spoke_ms("ada") == last
    assert speakers.spoke_ms("nobody") == -1


def test_the_order_changes_only_for_somebody_clearly_louder():
    speakers: Speakers[str] = Speakers()
    talk(speakers, "ada", 25, 100)
    now = talk(speakers, "bea", 25, 100)
    assert speakers.audible(now) == ("ada", "bea")
    talk(speakers, "ada", 25, 100, now)
    now = talk(speakers, "bea", 21, 100, now)
    assert speakers.audible(now) == ("ada", "bea")
    talk(speakers, "ada", 25, 100, now)
    now = talk(speakers, "bea", 15, 100, now)
    assert speakers.audible(now) == ("bea", "ada")


def test_the_muted_are_silent_at_once_and_remembered_and_the_gone_are_not():
    speakers: Speakers[str] = Speakers()
    now = talk(speakers, "ada", NORMAL)
    talk(speakers, "bea", NORMAL)
    speakers.mute("ada")
    speakers.forget("bea")
    assert speakers.audible(now) == ()
    assert speakers.spoke_ms("ada") == now
    assert speakers.spoke_ms("bea") == -1


def test_everybody_who_speaks_is_named_however_many_rooms_speak():
    speakers: Speakers[int] = Speakers()
    for n in range(100):
        for at in range(30):
            speakers.note(n, 40 - n // 5, 20 * at)
    assert set(speakers.audible(600)) == set(range(100))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 127), st.integers(0, 500)), max_size=100))
def test_nobody_is_named_twice(packets: list[tuple[str, int, int]]):
    speakers: Speakers[str] = Speakers()
    now_ms = 0
    for who, dbov, passed_ms in packets:
        now_ms += passed_ms
        speakers.note(who, dbov, now_ms)
        named = speakers.audible(now_ms)
        assert len(set(named)) == len(named)
