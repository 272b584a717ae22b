"""One direction of a network in time: delay, jitter, loss, a bottleneck with its queue, a cut."""

from __future__ import annotations

from random import Random

import pytest

from tests.support.network.path import Conditions, Path

SIZE = 1000


def a_path(seed: int = 1, **conditions: float) -> Path:
    return Path(Conditions(**conditions), Random(seed))  # type: ignore[arg-type]  # each as its field wants it


def arrivals(path: Path, times_ms: list[float], size_bytes: int = SIZE) -> list[float | None]:
    return [path.arrival_ms(size_bytes, at_ms) for at_ms in times_ms]


def test_perfect_path_is_no_path() -> None:
    assert arrivals(a_path(), [0, 1, 1, 5]) == [0, 1, 1, 5]


def test_every_packet_is_late_by_the_delay() -> None:
    assert arrivals(a_path(delay_ms=50), [0, 10, 20]) == [50, 60, 70]


def test_jitter_is_bounded_and_overtakes_nobody() -> None:
    sent = [float(at_ms) for at_ms in range(2000)]
    came = [each for each in arrivals(a_path(delay_ms=50, jitter_ms=10), sent) if each is not None]
    late = [there - at for at, there in zip(sent, came, strict=True)]
    assert came == sorted(came)
    assert 50 <= min(late) < 52
    assert 58 < max(late) <= 60


@pytest.mark.parametrize("loss", [0.02, 0.5])
def test_so_many_are_lost_as_is_said(loss: float) -> None:
    path = a_path(loss=loss)
    lost = arrivals(path, [float(at_ms) for at_ms in range(20_000)]).count(None)
    assert lost == path.lost
    assert lost / 20_000 == pytest.approx(loss, rel=0.1)


def test_the_same_seed_loses_the_same_packets() -> None:
    sent = [float(at_ms) for at_ms in range(200)]
    first, again, other = (arrivals(a_path(seed, loss=0.3, jitter_ms=9), sent) for seed in (7, 7, 8))
    assert first == again != other


def test_bottleneck_lets_one_byte_after_the_other_through() -> None:
    # 1000 bytes at 8000 bits per second: a second each.
    assert arrivals(a_path(rate_bps=8000, delay_ms=5), [0, 0, 500]) == [1005, 2005, 3005]


def test_idle_bottleneck_keeps_no_time_for_later() -> None:
    assert arrivals(a_path(rate_bps=8000), [0, 60_000]) == [1000, 61_000]


@pytest.mark.parametrize(("queue_bytes", "enter"), [(2 * SIZE, 2), (2 * SIZE - 1, 1), (SIZE - 1, 0)])
def test_what_finds_the_queue_full_is_lost(queue_bytes: int, enter: int) -> None:
    path = a_path(rate_bps=8000, queue_bytes=queue_bytes)
    came = arrivals(path, [0, 0, 0, 0])
    assert [each is not None for each in came] == [True] * enter + [False] * (4 - enter)
    assert path.lost == 4 - enter


def test_cut_path_loses_everything_and_a_mended_one_nothing() -> None:
    path = a_path(delay_ms=50)
    path.cut()
    assert arrivals(path, [0, 1]) == [None, None]
    path.is_cut = False
    assert arrivals(path, [2]) == [52]
    assert path.lost == 2


def test_nobody_waits_for_what_a_cut_took_away() -> None:
    path = a_path(rate_bps=8000)
    assert arrivals(path, [0, 0, 0]) == [1000, 2000, 3000]
    path.cut()
    path.is_cut = False
    assert arrivals(path, [10]) == [1010]


def test_shorter_way_overtakes_nobody() -> None:
    path = a_path(delay_ms=50)
    assert arrivals(path, [0]) == [50]
    path.conditions = Conditions(delay_ms=5)
    assert arrivals(path, [10, 60]) == [50, 65]
