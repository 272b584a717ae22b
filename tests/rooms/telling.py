"""Rounds, hands and floors in words; called by the scenario runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.rooms import events as e
from server.rooms.rounds import Phase, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.rooms.rounds import Round
    from server.rooms.state import Hands
    from server.rooms.turn_sights import HandsShown
    from server.rooms.view import View

PHASES = {
    Phase.OFFERED: "offered to {}",
    Phase.SHARING: "{} shares",
    Phase.NAMING: "{} names the next",
    Phase.OPEN: "who would like to share?",
    Phase.RESTING: "waiting for who is away",
}


def seconds(at_ms: int) -> str:
    return f"{at_ms / 1000:g}s"


def fact(event: e.Event) -> str | None:  # noqa: PLR0911 - one line for each kind of event
    """One event in words; None for what is not about turns."""
    match event:
        case e.AwayChanged():
            return f"{event.participant} is {'away' if event.away else 'back'}"
        case e.FloorChanged():
            return f"floor of {event.room} {event.floor}"
        case e.HandsChanged():
            return f"hands in {event.room}: {_raised(event.hands)}"
        case e.RoundChanged():
            return f"round in {event.room}: {_round(event.round) if event.round else 'closed'}"
        case e.ShareNudged():
            return f"turn {event.turn} nudged"
        case e.Spoke():
            return f"{event.participant} spoke {seconds(event.ms)}"
        case e.AdmissionChanged():
            return "admitted between shares" if event.between_shares else "admitted at once"
        case e.AdmissionHeld():
            return f"{event.participant} comes in after this share"
        case _:
            return None


def _raised(hands: Hands | HandsShown) -> str:
    called = f", {hands.called} has been called on" if hands.called else ""
    return (", ".join(hands.raised) or "none") + called + (", fair" if hands.fair else "")


def _round(this: Round) -> str:
    moment = this.moment
    now = PHASES[moment.phase].format(moment.who or "a facilitator")
    if moment.phase is Phase.OPEN and this.stage is Stage.INVITED:
        now = "would who passed like to add something?"
    order = ", ".join(f"{place.who} {this.told(place)}" for place in this.places)
    named = f", then {this.named}" if this.named else ""
    return f"turn {moment.number}: {now} {_clock(this)}{named} | {order or 'nobody'}"


def _clock(this: Round) -> str:
    clock = this.moment.clock
    held = "held, " if this.moment.held else ""
    if clock.limit_ms is None:
        return f"({held}no limit)"
    if clock.ends_at_ms is None:
        return f"({held}stopped, {seconds(clock.limit_ms - clock.used_ms)} left)"
    return f"(until {seconds(clock.ends_at_ms)})"


def seen(shown: View) -> Iterator[str]:
    """What a view holds of these."""
    if shown.round is not None:
        yield f"round {_round(shown.round)}"
    if shown.hands.raised or shown.hands.called:
        yield f"hands {_raised(shown.hands)}"
    if shown.floor != "open":
        yield f"floor {shown.floor}"
    if shown.between_shares:
        yield "admitted between shares"
