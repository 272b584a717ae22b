"""Numbers somebody calls in need: what a list must hold, said in one line to whoever wrote it."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from server import helplines
from server.config import ConfigError, Settings
from server.web.helplines import helpline_routes
from server.web.pages import page_routes

ROOT = Path(__file__).parents[1]
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "vectors" / "helplines.json").read_text("utf-8"))
OURS = ROOT / "web" / "public" / "helplines.json"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["why"])
def test_lists_are_taken_or_refused_as_the_page_does(vector: dict[str, Any]):
    body = json.dumps(vector["list"]).encode()
    if vector["problem"] is None:
        helplines.check(body)
    else:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared whole
            helplines.check(body)
        assert str(caught.value) == vector["problem"]


@given(
    st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner, max_size=3))
    | st.dictionaries(st.sampled_from(["countries", "elsewhere", "lines", "code"]), st.text() | st.none())
)
def test_whatever_else_it_is_is_refused_in_one_line(whole: object):
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):
        helplines.check(json.dumps(whole).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_called_so(body: bytes):
    with pytest.raises(ValueError, match="it is no JSON"):
        helplines.check(body)


def test_list_may_be_as_long_as_said_and_no_longer():
    body = json.dumps(VECTORS[0]["list"]).encode()
    helplines.check(body.ljust(helplines.MAX_BYTES))
    with pytest.raises(ValueError, match="at most 262144 bytes"):
        helplines.check(body.ljust(helplines.MAX_BYTES + 1))


def test_our_own_list_is_one_that_we_would_take():
    helplines.check(OURS.read_bytes())


def test_setting_names_the_place_that_is_wrong(tmp_path: Path):
    file = tmp_path / "lines.json"
    with pytest.raises(ConfigError, match=r"^KITH_HELPLINES: a file that can be read is needed$"):
        Settings.from_environment({"KITH_HELPLINES": str(file)})
    file.write_text("{}")
    with pytest.raises(ConfigError, match=r"^KITH_HELPLINES: countries: a list of one or more is needed$"):
        Settings.from_environment({"KITH_HELPLINES": str(file)})


async def test_list_of_the_organisation_is_served_instead_of_ours(tmp_path: Path):
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "helplines.json").write_text("ours")
    own = json.dumps(VECTORS[0]["list"]).encode()
    file = tmp_path / "own.txt"
    file.write_bytes(own)
    settings = Settings.from_environment({"KITH_HELPLINES": str(file)})
    for helpline_bytes, expected in ((settings.helplines, own), (None, b"ours")):
        app = Starlette(routes=[*helpline_routes(helpline_bytes), *page_routes(tmp_path)])
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://test",
            headers={"Accept-Encoding": "identity"},
        ) as client:
            answer = await client.get("/helplines.json")
        assert (answer.content, answer.headers["content-type"]) == (expected, "application/json")
