"""`docs/meeting-rules.md` names tests that are there, and something for each of the numbered behaviours."""

import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "meeting-rules.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`]+)`", TEXT)))
SECTIONS = {heading: body for heading, _, body in (part.partition("\n") for part in TEXT.split("\n## ")[1:])}
NUMBERED = "The numbered behaviours"
NOT_BUILT = {30}


def rows() -> list[tuple[list[int], str]]:
    """The numbers of each row of the table, and what it says about where they are shown."""
    cells = re.findall(r"^\| ([\d, ]+) \| [^|]+ \| ([^|]+) \|$", SECTIONS[NUMBERED], re.MULTILINE)
    return [(list(map(int, numbers.split(","))), where) for numbers, where in cells]


@pytest.mark.parametrize("name", [name for name in NAMED if "NAME" not in name])
def test_the_named_test_exists(name: str):
    file, _, test = name.partition("::")
    assert (ROOT / file).is_file()
    assert f"def {test}(" in (ROOT / file).read_text("utf-8") or not test


def test_tests_are_named():
    assert len(NAMED) > 20


def test_every_numbered_behaviour_has_one_row():
    numbers = list(chain.from_iterable(numbers for numbers, _ in rows()))
    assert sorted(numbers) == [number for number in range(1, 41) if number not in NOT_BUILT]
    assert len(rows()) == SECTIONS[NUMBERED].count("\n| "), "every row below the heading is read"


@pytest.mark.parametrize(("numbers", "where"), rows(), ids=lambda value: str(value) if value else None)
def test_a_numbered_behaviour_is_shown_by_a_test_or_a_section(numbers: list[int], where: str):
    """A section has a test in each of its rows."""
    sections = [heading for heading in SECTIONS if re.search(rf"\b{re.escape(heading)}\b", where)]
    assert numbers
    assert sections or re.search(r"`tests/[^`]+`", where)


@pytest.mark.parametrize("heading", [heading for heading in SECTIONS if heading != NUMBERED])
def test_every_rule_of_a_section_names_what_shows_it(heading: str):
    table = [line for line in SECTIONS[heading].splitlines() if line.startswith("| ")][1:]
    assert table
    assert [line for line in table if "`tests/" not in line and "any evening" not in line] == []
