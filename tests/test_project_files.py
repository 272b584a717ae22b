"""Forms and hooks of the project are as the services that read them want them."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
BESIDE = (".ci", "benchmarks", "docker", "docs/images", "tests/firefox")
GUESTS = [
    path
    for folder in BESIDE
    for path in sorted((ROOT / folder).glob("*.py"))
    if "from tests." in path.read_text()
]
"""Scripts that use what belongs to the tests, and run seldom."""


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_forms_for_issues_fit_their_schema(form: Path):
    schema = "vendor.github-issue-config" if form.name == "config.yml" else "vendor.github-issue-forms"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(form)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert run.returncode == 0, run.stdout


def test_whoever_reports_says_that_nobody_is_in_it():
    (fault,) = [yaml.safe_load(form.read_text()) for form in FORMS if form.name == "fault.yml"]
    (box,) = [part for part in fault["body"] if part["type"] == "checkboxes"]
    assert box["attributes"]["options"][0]["required"] is True


def test_hooks_download_nothing():
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    assert {hook["language"] for hook in repos[0]["hooks"]} <= {"system", "fail"}


def test_the_image_is_locked_to_everything_the_server_needs_and_to_the_versions_that_are_tested():
    """Another dependency needs `make lock`: all locks, not one."""
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    served, tested = (pins(ROOT / "requirements" / name) for name in ("serve.txt", "dev.txt"))
    assert {re.split(r"[>=\[]", each)[0] for each in needed} <= {name for name, _ in served}
    assert served <= tested


def pins(lock: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock.read_text(), re.MULTILINE))


RECORDERS = re.compile(r"MediaRecorder|showSaveFilePicker|aiortc\.contrib\.media")
OURS = [
    path
    for folder, kinds in (("server", {".py"}), ("web/src", {".ts", ".svelte", ".js"}))
    for path in (ROOT / folder).rglob("*")
    if path.suffix in kinds
]


def test_no_code_of_ours_records():
    """There is nothing to switch on: neither page nor server knows a recorder."""
    assert len(OURS) > 300
    assert [path.name for path in OURS if RECORDERS.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("script", GUESTS, ids=lambda path: path.name)
def test_what_scripts_beside_the_tests_take_from_them_is_there(script: Path):
    """`make release`, `make bench` and the like would break unseen by what moves in the tests."""
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            module = importlib.import_module(str(node.module))
            assert [name.name for name in node.names if not hasattr(module, name.name)] == [], node.module
