"""A process sees of itself what is so."""

from __future__ import annotations

import gc
import resource
import tempfile
from typing import TYPE_CHECKING

import pytest

from server.confidentiality.self_check import look_at_self

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def nothing_of_earlier_tests_is_closed_meanwhile() -> Iterator[None]:
    """Of what they left in circles of references some holds a file or a socket."""
    gc.disable()
    yield
    gc.enable()


def test_a_file_that_is_open_for_writing_is_counted(tmp_path: Path) -> None:
    before = look_at_self().files_for_writing
    assert before is not None
    with (tmp_path / "notes").open("w"), tempfile.TemporaryFile():
        assert look_at_self().files_for_writing == before + 2
    assert look_at_self().files_for_writing == before


def test_files_that_are_read_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("…")
    before = look_at_self()
    with (tmp_path / "page").open():
        after = look_at_self()
    assert after.files_for_writing == before.files_for_writing
    assert after.open_files == (before.open_files or 0) + 1
    assert after.max_open_files == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_what_a_system_does_not_tell_is_not_taken_for_good(tmp_path: Path) -> None:
    state = look_at_self(tmp_path)
    assert (state.is_locked, state.swapped_bytes, state.files_for_writing, state.open_files) == (None,) * 4


def test_lines_of_a_process_are_read_as_linux_writes_them(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("Name:\tkith\nVmLck:\t   2048 kB\nVmSwap:\t      12 kB\n")
    state = look_at_self(tmp_path)
    assert (state.is_locked, state.swapped_bytes) == (True, 12 * 1024)
