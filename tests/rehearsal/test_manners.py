"""What members do of their own accord, read from what they know."""

from __future__ import annotations

from typing import Any

import pytest

from server.rehearsal.manners import PAUSE_PLACES, TALKS_S, hums, wish
from server.rehearsal.page import View

ME, ADA, BEA = "me-00000000", "ada-0000000", "bea-0000000"


def person(who: str, room: str = "main", **more: Any) -> dict[str, Any]:
    return {
        "id": who,
        "room": room,
        "mic": True,
        "camera": True,
        "mic_allowed": True,
        "camera_allowed": True,
        "away": False,
        "admitted": False,
    } | more


def view(**more: Any) -> View:
    made = View()
    people = more.pop("people", [person(ME), person(ADA)])
    made.replace({"you": ME, "status": "open", "people": people, "round": None, "breakouts": None} | more)
    return made


def a_round(
    phase: str, who: str | None, *, stage: str = "first", runs: bool = True, **standings: str
) -> dict[str, Any]:
    ids = {"me": ME, "ada": ADA, "bea": BEA}
    return {
        "turn": 7,
        "phase": phase,
        "who": who,
        "runs": runs,
        "stage": stage,
        "places": [{"who": ids[name], "standing": standing} for name, standing in standings.items()],
    }


def wanted(view: View, number: int = 0, *, admits: bool = False) -> tuple[str, dict[str, Any]] | None:
    found = wish(view, number, admits=admits)
    return None if found is None else (found.tag, found.fields)


def test_in_the_lobby_nothing_is_wanted() -> None:
    assert wanted(view(people=[person(ME, "lobby", mic=False, camera=False)])) is None
    assert wanted(View()) is None


def test_who_is_let_in_opens_what_she_may() -> None:
    closed = person(ME, mic=False, camera=False)
    assert wanted(view(people=[closed])) == ("set_media", {"mic": True, "camera": True})
    held = person(ME, mic=False, camera=False, mic_allowed=False)
    assert wanted(view(people=[held])) == ("set_media", {"mic": False, "camera": True})


@pytest.mark.parametrize(
    "me",
    [
        person(ME),
        person(ME, mic=False, mic_allowed=False),
        person(ME, mic=False, camera=False, away=True),
    ],
)
def test_nothing_is_opened_that_is_open_held_or_away(me: dict[str, Any]) -> None:
    assert wanted(view(people=[me])) is None


def test_an_offer_is_taken_and_a_share_passed_on() -> None:
    offered, sharing = a_round("offered", ME, me="offered"), a_round("sharing", ME, me="sharing")
    assert wanted(view(round=offered)) == ("take_turn", {"turn": 7})
    assert wanted(view(round=sharing)) == ("end_share", {"turn": 7})


@pytest.mark.parametrize(
    "now",
    [
        a_round("offered", ADA, me="waiting", ada="offered"),
        a_round("sharing", ADA, me="waiting", ada="sharing"),
        a_round("naming", ADA, me="waiting"),
        a_round("naming", ME, me="shared", ada="shared"),
        a_round("resting", None, me="shared"),
        a_round("open", None, me="shared"),
        a_round("open", None, stage="invited", me="passed"),
        a_round("offered", ME, runs=False, me="offered"),
    ],
)
def test_the_turns_of_others_are_left_to_them(now: dict[str, Any]) -> None:
    assert wanted(view(round=now)) is None


def test_where_anybody_may_step_forward_one_does_after_the_other() -> None:
    now = view(round=a_round("open", None, me="waiting"))
    first, second = wish(now, 0, admits=False), wish(now, 1, admits=False)
    assert first is not None
    assert second is not None
    assert first.tag == second.tag == "take_turn"
    assert first.after_s < second.after_s


def test_a_speaker_names_somebody_who_waits() -> None:
    now = view(round=a_round("naming", ME, me="shared", ada="shared", bea="waiting"))
    assert wanted(now) == ("name_next", {"turn": 7, "who": BEA})


def test_she_goes_to_the_room_that_is_meant_for_her() -> None:
    rooms = [{"id": "b1"}, {"id": "b2"}]
    meant = {"answer": "asked", "yours": "b2", "rooms": rooms}
    chosen = {"answer": "asked", "yours": None, "rooms": rooms}
    assert wanted(view(breakouts=meant)) == ("answer_breakout", {"room": "b2"})
    assert [wanted(view(breakouts=chosen), number) for number in range(3)] == [
        ("answer_breakout", {"room": room}) for room in ("b1", "b2", "b1")
    ]
    assert wanted(view(breakouts=meant | {"answer": "go"})) is None
    assert wanted(view(breakouts=meant | {"answer": None})) is None


@pytest.mark.parametrize("status", ["paused", "waiting", "debrief", "ended"])
def test_while_a_meeting_does_not_go_on_nobody_acts(status: str) -> None:
    assert wanted(view(status=status, round=a_round("offered", ME, me="offered"))) is None


def test_only_the_facilitator_of_a_rehearsal_lets_people_in_and_each_once() -> None:
    waiting = [person(ME), person(ADA, "lobby", admitted=True), person(BEA, "lobby")]
    assert wanted(view(people=waiting), admits=True) == ("admit", {"who": BEA})
    assert wanted(view(people=waiting)) is None


def test_a_wish_is_the_same_as_long_as_its_turn_is() -> None:
    first = wish(view(round=a_round("offered", ME, me="offered")), 0, admits=False)
    again = wish(view(round=a_round("offered", ME, me="offered", ada="waiting")), 0, admits=False)
    other = wish(view(round=a_round("offered", ME, me="offered") | {"turn": 9}), 0, admits=False)
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.key == again.key != other.key


def test_on_an_open_floor_one_hums_at_a_time_and_now_and_then_nobody() -> None:
    places = 3 + PAUSE_PLACES
    heard = [
        [number for number in range(3) if hums(view(), number, 3, place * TALKS_S)] for place in range(places)
    ]
    assert heard == [[0], [1], [2], []]


def test_only_who_shares_hums() -> None:
    mine, hers = a_round("sharing", ME, me="sharing"), a_round("sharing", ADA, ada="sharing")
    assert all(hums(view(round=mine), 0, 3, now_s) for now_s in range(40))
    assert not any(hums(view(round=hers), 0, 3, now_s) for now_s in range(40))


def test_what_a_member_does_not_know_she_ignores() -> None:
    now = view()
    for event in (
        {"t": "something_new", "who": ADA},
        {"t": "media_set", "who": "nobody", "mic": True, "camera": True},
        {"t": "person_parted", "who": "nobody"},
    ):
        now.apply(event)
    assert set(now.people) == {ME, ADA}


def test_what_happens_is_followed() -> None:
    now = view()
    for event in (
        {"t": "person_came", "person": person(BEA)},
        {"t": "person_parted", "who": ADA},
        {"t": "media_set", "who": BEA, "mic": False, "camera": True},
        {"t": "status_changed", "status": "paused"},
        {"t": "round_changed", "round": a_round("offered", ME, me="offered")},
        {"t": "breakouts_changed", "breakouts": {"answer": None}},
        {"t": "person_changed", "person": person(ME, "b1")},
    ):
        now.apply(event)
    assert (set(now.people), now.people[BEA]["mic"]) == ({ME, BEA}, False)
    assert (now.status, now.room, now.round is None, now.breakouts) == (
        "paused",
        "b1",
        False,
        {"answer": None},
    )
