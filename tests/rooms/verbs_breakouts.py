"""The words of breakouts in scenario files; called by `scenario`.

A planned room is `topic/host/people`, for example `sleep/fiona/mia,mara`, `sleep` or `/mia`; a topic may be `9bytes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.groups import BreakoutKind
from server.rooms.ids import MAIN, ParticipantId, RoomId

from .telling import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from server.rooms.groups import BreakoutRoom, Breakouts
    from server.rooms.room_sights import PlanShown, RoomShown
    from server.rooms.rounds import Clock
    from server.rooms.view import View


def _ms(words: str) -> int:
    return round(float(words.removesuffix("s")) * 1000)


def _plan(actor: ParticipantId, words: list[str]) -> c.Command:
    """`pairs length=600s unattended=yes sleep/fiona`: the kind, what is set, the rooms."""
    kind, *rest = words
    settings = dict(word.split("=", 1) for word in rest if "=" in word)
    return c.PlanBreakouts(
        actor,
        BreakoutKind(kind),
        tuple(_room(*word.split("/")) for word in rest if "=" not in word),
        size=int(settings["size"]) if "size" in settings else None,
        seed=int(settings.get("seed", "0")),
        length_ms=_ms(settings["length"]) if "length" in settings else None,
        unattended=settings.get("unattended") == "yes",
    )


def _room(topic: str, host: str = "", people: str = "") -> c.PlannedRoom:
    size = topic.removesuffix("bytes")
    sealed = bytes(int(size)) if size != topic else topic.encode()
    names = tuple(ParticipantId(name) for name in people.split(",") if name)
    return c.PlannedRoom(sealed, ParticipantId(host) if host else None, names)


def _place(room: str) -> RoomId | None:
    return None if room == MAIN else RoomId(room)


def _host(actor: ParticipantId, words: list[str]) -> c.Command:
    room, who = words
    return c.SetHost(actor, RoomId(room), None if who == "nobody" else ParticipantId(who))


VERBS: Final[Mapping[str, Callable[[ParticipantId, list[str]], c.Command]]] = {
    "plans": _plan,
    "drops-plan": lambda actor, _: c.DropPlan(actor),
    "goes": lambda actor, words: c.AnswerBreakout(actor, RoomId(words[0])),
    "stays": lambda actor, _: c.AnswerBreakout(actor, None),
    "opens-rooms": lambda actor, _: c.OpenBreakouts(actor),
    "assigns": lambda actor, words: c.AssignRoom(actor, ParticipantId(words[0]), _place(words[1])),
    "sets-host": _host,
    "enters": lambda actor, words: c.EnterRoom(actor, RoomId(words[0])),
    "prolongs": lambda actor, words: c.ExtendBreakouts(actor, _ms(words[0])),
    "calls-facilitator": lambda actor, _: c.CallFacilitator(actor),
    "recalls": lambda actor, words: c.RecallBreakouts(actor, at_once=words == ["at", "once"]),
}


def fact(event: e.Event) -> str | None:
    """One event in words; None for what is not of this feature."""
    match event:
        case e.BreakoutsChanged():
            return f"breakouts {_told(event.breakouts) if event.breakouts else 'over'}"
        case e.PairsMet():
            return f"met: {', '.join(sorted('+'.join(sorted(pair)) for pair in event.met)) or 'nobody'}"
        case _:
            return None


def _told(plan: Breakouts) -> str:
    rooms = " | ".join(_room_told(plan, room) for room in plan.rooms)
    nowhere = [f"{who} {said}" for who, said in plan.consent.items() if who not in plan.assigned]
    return f"{_state(plan)}: {rooms}" + (f" | {', '.join(nowhere)}" if nowhere else "")


def _state(plan: Breakouts | PlanShown) -> str:
    state = "open" if plan.is_open else "planned"
    soon = ", closing soon" if plan.noticed else ""
    alone = ", unattended" if plan.unattended else ""
    return f"{plan.kind} {state} ({_clock(plan.clock)}{soon}{alone})"


def _clock(clock: Clock) -> str:
    if clock.limit_ms is None:
        return "no limit" if clock.since_ms is None else f"no limit, since {seconds(clock.since_ms)}"
    if clock.ends_at_ms is None:
        return f"{seconds(clock.limit_ms - clock.used_ms)} left"
    return f"until {seconds(clock.ends_at_ms)}"


def _room_told(plan: Breakouts, room: BreakoutRoom) -> str:
    people = [
        f"{who} {plan.consent.get(who, 'unasked')}"
        for who, there in plan.assigned.items()
        if there == room.id
    ]
    alone = "" if room.alone_since_ms is None else f", alone since {seconds(room.alone_since_ms)}"
    return f"{room.id}{_about(room)}{alone}: {', '.join(people) or 'nobody'}"


def _about(room: BreakoutRoom | RoomShown) -> str:
    topic = f" {room.topic.decode()!r}" if room.topic else ""
    return topic + (f" with {room.host}" if room.host else "") + (", calling" if room.calling else "")


def seen(shown: View) -> Iterator[str]:
    """What a view holds of these."""
    plan = shown.breakouts.plan
    if plan is None:
        return
    yield f"breakouts {_state(plan)}, yours {plan.yours or 'none'}, you said {plan.answer or 'nothing'}"
    for room in plan.rooms:
        people = ", ".join(room.people) or "not told"
        yield f"  {room.id}{_about(room)}{', alone' if room.alone else ''}: {people}"
    if plan.consents:
        yield "  " + ", ".join(f"{who} {said}" for who, said in plan.consents)
