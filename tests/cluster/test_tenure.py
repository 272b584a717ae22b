from __future__ import annotations

import pytest

from server.cluster.tenure import Standing, Tenure, TenureTimes

TIMES = TenureTimes(3_000)


def test_whom_others_follow_waits_however_long_it_takes():
    tenure = Tenure(1, TIMES)
    tenure.renewed({"other"})
    assert [tenure.failed(at, writing=True) for at in (0, 1_000, 60_000)] == [Standing.WAITING] * 3
    tenure.confirmed()
    assert tenure.standing is Standing.HELD


def test_whom_nobody_follows_goes_on_alone_after_a_while_and_is_written_back():
    tenure = Tenure(1, TIMES)
    assert tenure.failed(0, writing=True) is Standing.WAITING
    assert tenure.failed(TIMES.patience_ms - 1, writing=True) is Standing.WAITING
    assert tenure.failed(TIMES.patience_ms, writing=True) is Standing.ALONE
    tenure.renewed(())
    assert tenure.standing is Standing.ALONE, "the lease alone does not bring back what was decided"
    tenure.written_back()
    assert (tenure.standing, tenure.forked) == (Standing.HELD, False)


def test_a_follower_that_came_lately_counts_before_redis_tells_of_it():
    tenure = Tenure(1, TIMES)
    tenure.followed_by("other")
    tenure.failed(0, writing=True)
    assert tenure.failed(60_000, writing=True) is Standing.WAITING


def test_a_renewal_does_not_end_the_trouble_of_a_full_redis():
    """It needs no memory: were it to count, nobody would ever go on from memory."""
    tenure = Tenure(1, TIMES)
    tenure.failed(0, writing=True)
    tenure.renewed(())
    assert tenure.failed(TIMES.patience_ms, writing=True) is Standing.ALONE


def test_a_renewal_ends_the_trouble_of_renewals():
    tenure = Tenure(1, TIMES)
    tenure.failed(0, writing=False)
    tenure.renewed(())
    assert tenure.standing is Standing.HELD
    assert tenure.failed(TIMES.patience_ms, writing=False) is Standing.WAITING


@pytest.mark.parametrize("alone", [True, False])
def test_who_was_fenced_stays_so_and_knows_whether_anything_was_decided_in_vain(alone: bool):  # noqa: FBT001
    tenure = Tenure(1, TIMES)
    if alone:
        tenure.failed(0, writing=True)
        tenure.failed(TIMES.patience_ms, writing=True)
    tenure.fenced()
    tenure.confirmed()
    tenure.renewed({"other"})
    tenure.written_back()
    assert tenure.failed(99_999, writing=True) is Standing.LOST
    assert (tenure.standing, tenure.forked) == (Standing.LOST, alone)


@pytest.mark.parametrize("lease_ms", [500, 3_000, 60_000])
def test_all_times_follow_from_the_lease(lease_ms: int):
    times = TenureTimes(lease_ms)
    assert times.watch_ms < times.renew_ms < times.patience_ms < lease_ms < times.settle_ms
    assert times.follow_ms > times.watch_ms * 5
