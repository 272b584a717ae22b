"""What a synthetic member does of her own accord, and when: a pure function of what she knows; called by `member`.

Imports nothing but the view. A wish has a key: as long as the same key comes out again, its time runs on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .page import Map, View

OPENS_AFTER_S: Final = 0.0
THINKS_S: Final = 2.0
"""From an offer to taking it."""
SHARES_S: Final = 10.0
"""From taking a turn to passing it on."""
CHOOSES_ROOM_S: Final = 3.0
TALKS_S: Final = 4
"""On an open floor one after the other hums for so long."""
PAUSE_PLACES: Final = 1
"""After the last of them nobody does, for as long."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A command to give when its time has come."""

    key: tuple[object, ...]
    after_s: float
    tag: str
    fields: Map = field(default_factory=dict)


def wish(view: View, number: int, *, admits: bool) -> Wish | None:
    """What this member wants next, the most urgent first; None: nothing.

    number: hers among the members, from 0: who may step forward at the same time does so one after the other.
    admits: she is the facilitator of a room of its own, and lets everybody in.
    """
    if view.status == "ended":
        return None
    if admits and (waiting := _somebody_in_the_lobby(view)) is not None:
        return Wish(("admit", waiting), 0.0, "admit", {"who": waiting})
    if not view.is_in:
        return None
    me = view.people[view.you]
    if not me["away"] and _may_open(me) and not (me["mic"] and me["camera"]):
        return Wish(
            ("open", view.room, me["mic_allowed"], me["camera_allowed"]),
            OPENS_AFTER_S,
            "set_media",
            {"mic": me["mic_allowed"], "camera": me["camera_allowed"]},
        )
    if view.status != "open" or me["away"]:
        return None
    return _about_breakouts(view, number) or _about_the_round(view, number)


def _may_open(me: Map) -> bool:
    return bool((me["mic_allowed"] and not me["mic"]) or (me["camera_allowed"] and not me["camera"]))


def _somebody_in_the_lobby(view: View) -> str | None:
    for who, person in view.people.items():
        if person["room"] == "lobby" and not person["admitted"]:
            return who
    return None


def _about_breakouts(view: View, number: int) -> Wish | None:
    """She goes where she is meant to go; where people choose they spread over the rooms."""
    breakouts = view.breakouts
    if breakouts is None or breakouts["answer"] != "asked" or not breakouts["rooms"]:
        return None
    rooms = [room["id"] for room in breakouts["rooms"]]
    chosen = breakouts["yours"] or rooms[number % len(rooms)]
    return Wish(("room", chosen), CHOOSES_ROOM_S, "answer_breakout", {"room": chosen})


def _about_the_round(view: View, number: int) -> Wish | None:
    now = view.round
    if now is None or not now["runs"]:
        return None
    turn, mine = now["turn"], now["who"] == view.you
    standings = {place["who"]: place["standing"] for place in now["places"]}
    match now["phase"]:
        case "offered" if mine:
            return Wish(("take", turn), THINKS_S, "take_turn", {"turn": turn})
        case "open" if now["stage"] != "invited" and standings.get(view.you) in {"waiting", "later"}:
            return Wish(("take", turn), THINKS_S * (1 + number), "take_turn", {"turn": turn})
        case "sharing" if mine:
            return Wish(("share", turn), SHARES_S, "end_share", {"turn": turn})
        case "naming" if mine:
            following = next((who for who, standing in standings.items() if standing == "waiting"), None)
            if following is not None:
                return Wish(("name", turn), THINKS_S, "name_next", {"turn": turn, "who": following})
    return None


def hums(view: View, number: int, members: int, now_s: float) -> bool:
    """Whether she is to be heard now: while she shares; without anybody sharing, one member after the other."""
    if view.round is not None and view.round["phase"] == "sharing":
        return bool(view.round["who"] == view.you)
    return int(now_s / TALKS_S) % (members + PAUSE_PLACES) == number
