from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from server.confidentiality.log_filter import private_record

if TYPE_CHECKING:
    from collections.abc import Iterator

# No example fails for being slow: machines are shared, and nothing here asserts a time.
settings.register_profile("kith", deadline=None)
settings.load_profile("kith")


@pytest.fixture
def private_logs() -> Iterator[None]:
    """Log records as the running server makes them: no values, no exception texts."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(private_record)
    yield
    logging.setLogRecordFactory(before)
