"""`docs/meeting-rules.md` names tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "meeting-rules.md").read_text("utf-8"))))


@pytest.mark.parametrize("name", [name for name in NAMED if "NAME" not in name])
def test_the_named_test_exists(name: str):
    file, _, test = name.partition("::")
    assert (ROOT / file).is_file()
    assert f"def {test}(" in (ROOT / file).read_text("utf-8") or not test


def test_tests_are_named():
    assert len(NAMED) > 20
