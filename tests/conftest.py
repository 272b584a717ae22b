from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from server.confidentiality.log_filter import private_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xdist.remote import Producer

# No example fails for being slow: machines are shared, and nothing here asserts a time. Each run tries other examples;
# where `CI` is set, as for what decides on a change, hypothesis takes the same ones each time.
settings.register_profile("kith", deadline=None)
settings.load_profile("kith")


FOR_REAL = (
    "tests/browser/",
    "tests/cluster/",
    "tests/media/test_simulcast_browser.py",
    "tests/media/test_transport.py",
    "tests/network/",
    "tests/rehearsal/",
)
"""Where browsers or several servers are at work: one after the other, as each of them wants the machine for itself."""


SHOWN = "tests/browser/test_gallery"
"""Screens without a meeting behind them: the longest of the rest, and the first to begin."""


class MeetingsBesideTheRest(LoadScopeScheduling):
    """What keeps the machine busy stays in one process, with the quieter rest in the other."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "for real" if file.startswith(FOR_REAL) and not file.startswith(SHOWN) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> MeetingsBesideTheRest:
    return MeetingsBesideTheRest(config, log)


@pytest.fixture
def private_logs() -> Iterator[None]:
    """Log records as the running server makes them: no values, no exception texts."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(private_record)
    yield
    logging.setLogRecordFactory(before)
