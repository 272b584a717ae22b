"""What one text says of another is true: every document, test and scenario that is named exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
READ = (
    *("server/**/*.py", "benchmarks/**/*.py", "tests/**/*.py", "web/src/**/*.ts", "web/src/**/*.svelte"),
    *("docs/**/*.md", "benchmarks/*.md", "*.md", "Makefile"),
)
DOCUMENT = re.compile(r"\bdocs/[\w/-]+\.(?:md|py)\b")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
FILE_OF_TESTS = re.compile(r"`(tests/[a-z0-9_/]+\.(?:py|txt|js))[`:]")


def texts() -> Iterator[tuple[Path, str]]:
    for pattern in READ:
        for path in ROOT.glob(pattern):
            yield path, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("named", [DOCUMENT, FILE_OF_TESTS])
def test_every_file_that_is_named_exists(named: re.Pattern[str]) -> None:
    found = [(path, name) for path, text in texts() for name in named.findall(text)]
    assert found
    assert [(str(path), name) for path, name in found if not (ROOT / name).is_file()] == []


def test_every_test_that_a_document_names_exists() -> None:
    found = [(path, *named) for path, text in texts() for named in TEST.findall(text)]
    assert len(found) > 50
    missing = [
        (str(path), file, name)
        for path, file, name in found
        if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_links_between_documents_lead_somewhere() -> None:
    links = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")
    dead = [
        (str(path), target)
        for path, text in texts()
        if path.suffix == ".md"
        for target in links.findall(text)
        if not (path.parent / target).exists()
    ]
    assert dead == []
