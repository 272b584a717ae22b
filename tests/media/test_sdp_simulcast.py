"""Cameras in several layers: which are taken, how that is answered, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.hosting.ports import OfferFault
from server.media.sdp import (
    Extension,
    accepted_rids,
)
from server.media.sdp_offer import (
    parse_offer,
)

if TYPE_CHECKING:
    from collections.abc import Callable

from .sdp_texts import ALL_OFFERS, answer_to, fault_of, sections_of, vector

SIMULCAST = vector("chromium_simulcast")
FOUR = "\r\n".join(f"a=rid:{rid} send" for rid in "xqhf") + "\r\na=simulcast:send x;q;h;f"
RIDS_OF_SIMULCAST = "a=rid:q send\r\na=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f"


@pytest.mark.parametrize("name", ["chromium_simulcast", "firefox_simulcast"])
def test_simulcast_is_answered_with_what_tells_its_streams_apart(name: str) -> None:
    camera = sections_of(answer_to(vector(name)))[1]
    assert [line for line in camera if line.startswith(("a=rid", "a=simulcast"))] == [
        "a=rid:q recv",
        "a=rid:h recv",
        "a=rid:f recv",
        "a=simulcast:recv q;h;f",
    ]
    offered = parse_offer(vector(name)).publishing()[1].extensions
    for extension in (Extension.MID, Extension.RID, Extension.REPAIRED_RID):
        assert any(
            line.startswith(f"a=extmap:{offered[extension]}") and line.endswith(f" {extension}")
            for line in camera
        )


@pytest.mark.parametrize("name", [name for name in ALL_OFFERS if "simulcast" not in name])
def test_where_no_simulcast_is_offered_none_is_answered(name: str) -> None:
    assert "a=rid" not in answer_to(vector(name))
    assert "a=simulcast" not in answer_to(vector(name))


def test_only_a_sending_section_is_answered_with_simulcast() -> None:
    lines = sections_of(answer_to(SIMULCAST))
    assert [any("simulcast" in line for line in section) for section in lines] == [False, True, False, False]


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        pytest.param(RIDS_OF_SIMULCAST, ("q", "h", "f"), id="as browsers do"),
        pytest.param(RIDS_OF_SIMULCAST.replace("q;h;f", "f;h;q"), ("q", "h", "f"), id="large first"),
        pytest.param(RIDS_OF_SIMULCAST.replace("q;h;f", "q;h"), ("q", "h"), id="two of three"),
        pytest.param(RIDS_OF_SIMULCAST.replace("q;h;f", "q;~h;f"), ("q", "h", "f"), id="one begins paused"),
        pytest.param(RIDS_OF_SIMULCAST.replace("q;h;f", "q,h;f"), ("q", "f"), id="an alternative"),
        pytest.param(RIDS_OF_SIMULCAST.replace("send q;h;f", "recv x send q;h"), ("q", "h"), id="both ways"),
        pytest.param(FOUR, ("q", "h", "f"), id="a stream of unknown size is left out"),
        pytest.param(RIDS_OF_SIMULCAST.replace("q;h;f", "h"), (), id="one stream is no simulcast"),
        pytest.param(RIDS_OF_SIMULCAST.replace("send q;h;f", "recv q;h;f"), (), id="the wrong way"),
        pytest.param(RIDS_OF_SIMULCAST.replace("send q;h;f", "send"), (), id="without streams"),
        pytest.param(RIDS_OF_SIMULCAST.partition("\r\na=simulcast")[0], (), id="rids alone"),
        pytest.param("a=simulcast:send q;h;f", (), id="streams without rids"),
        pytest.param(
            RIDS_OF_SIMULCAST.replace("a=rid:h send", "a=rid:h recv"), ("q", "f"), id="a rid of ours"
        ),
    ],
)
def test_streams_whose_size_is_known_are_taken_smallest_first(offered: str, taken: tuple[str, ...]) -> None:
    text = SIMULCAST.replace(RIDS_OF_SIMULCAST, offered)
    assert accepted_rids(parse_offer(text).publishing()[1]) == taken
    assert (f"a=simulcast:recv {';'.join(taken)}\r\n" in answer_to(text)) is bool(taken)
    assert answer_to(text).count("a=rid:") == len(taken)


@pytest.mark.parametrize("extension", [Extension.MID, Extension.RID])
def test_streams_that_could_not_be_told_apart_are_not_taken(extension: Extension) -> None:
    text = SIMULCAST.replace(extension, "urn:example:other")
    assert accepted_rids(parse_offer(text).publishing()[1]) == ()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda sdp: sdp.replace("q;h;f", "q;q;f"), id="a stream twice"),
        pytest.param(lambda sdp: sdp.replace("a=rid:h", "a=rid:q"), id="a rid twice"),
        pytest.param(lambda sdp: sdp.replace("a=rid:h send", "a=rid:h/h send"), id="no rid"),
        pytest.param(lambda sdp: sdp.replace("a=rid:h", "a=rid:" + "h" * 17), id="a long rid"),
    ],
)
def test_simulcast_that_makes_no_sense_is_refused(change: Callable[[str], str]) -> None:
    assert fault_of(change(SIMULCAST)) is OfferFault.MALFORMED
