"""Every story of `scenarios/` happens as written; KITH_REWRITE_SCENARIOS=1 writes down what happens now instead.

Read the difference before committing it: it is a change of behaviour.
"""

import os
from pathlib import Path

import pytest

from .scenario import play

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.txt"))
REWRITE = os.environ.get("KITH_REWRITE_SCENARIOS") == "1"


@pytest.mark.parametrize("story", SCENARIOS, ids=lambda path: path.stem)
def test_story_happens_as_written(story: Path):
    written = story.read_text(encoding="utf-8")
    played = play(written)
    if REWRITE:
        story.write_text(played, encoding="utf-8")
        return
    assert played == written


def test_every_story_is_found():
    assert len(SCENARIOS) >= 10


def test_line_that_is_no_command_is_refused():
    with pytest.raises(ValueError, match="dances"):
        play("0s mia dances\n")


def test_story_with_another_outcome_differs():
    assert (
        play("0s fiona joins as facilitator\n    nothing\n") != "0s fiona joins as facilitator\n    nothing\n"
    )
