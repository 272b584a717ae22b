"""The words of quiet rooms, chat modes, pauses, guests and the debrief in scenario files; called by `scenario`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.ids import MessageNumber, ParticipantId
from server.rooms.state import ChatMode

from .telling import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from server.rooms.state import QuietRoom
    from server.rooms.view import View


def _ms(words: str) -> int:
    return round(float(words.removesuffix("s")) * 1000)


def _text(words: list[str]) -> bytes:
    return " ".join(words).encode()


VERBS: Final[Mapping[str, Callable[[ParticipantId, list[str]], c.Command]]] = {
    "sets-chat": lambda actor, words: c.SetChatMode(actor, ChatMode(words[0])),
    "slows-chat": lambda actor, words: c.SetSlowMode(actor, _ms(words[0])),
    "approves": lambda actor, words: c.ApproveMessage(actor, MessageNumber(int(words[0]))),
    "tells-facilitators": lambda actor, words: c.SayToFacilitators(actor, _text(words)),
    "answers-line": lambda actor, words: c.AnswerOnLine(actor, ParticipantId(words[0]), _text(words[1:])),
    "tells-all": lambda actor, words: c.Broadcast(actor, _text(words)),
    "needs-someone": lambda actor, _: c.AskForSomeone(actor),
    "withdraws-need": lambda actor, _: c.WithdrawNeed(actor),
    "accepts": lambda actor, words: c.AcceptNeed(actor, ParticipantId(words[0])),
    "greets": lambda actor, words: c.Greet(actor, ParticipantId(words[0])),
    "takes-aside": lambda actor, words: c.TakeAside(actor, ParticipantId(words[0])),
    "ends-quiet": lambda actor, _: c.EndQuiet(actor),
    "pauses": lambda actor, _: c.Pause(actor),
    "goes-on": lambda actor, _: c.GoOn(actor),
    "gives-guest": lambda actor, words: c.SetGuestTime(actor, ParticipantId(words[0]), _ms(words[1])),
    "begins-debrief": lambda actor, _: c.BeginDebrief(actor),
}


def fact(event: e.Event) -> str | None:  # noqa: PLR0911 - one line for each kind of event
    """One event in words; None for what is not of this feature."""
    match event:
        case e.ChatChanged():
            return f"chat {_chat(event.mode, event.slow_ms)}"
        case e.MessagesReleased():
            return f"released {', '.join(map(str, event.numbers))}"
        case e.NeedsChanged():
            return f"need someone: {', '.join(event.needs) or 'nobody'}"
        case e.QuietRoomChanged():
            return f"quiet room {event.room} {_quiet(event.quiet) if event.quiet else 'closed'}"
        case e.PauseChanged():
            return "paused by hand" if event.by_hand else "no longer paused by hand"
        case e.GuestTimeSet():
            ends_at_ms = event.time.ends_at_ms
            until = "for a while, her time stands" if ends_at_ms is None else f"until {seconds(ends_at_ms)}"
            return f"{event.participant} is a guest {until}"
        case e.DebriefBegan():
            return f"debrief since {seconds(event.at_ms)}"
        case _:
            return None


def _chat(mode: ChatMode, slow_ms: int) -> str:
    return mode.value + (f", slow {seconds(slow_ms)}" if slow_ms else "")


def _quiet(quiet: QuietRoom) -> str:
    return f"({quiet.kind}): {quiet.who} with {quiet.facilitator}"


def seen(shown: View) -> Iterator[str]:
    """What a view holds of these."""
    if shown.chat_mode is not ChatMode.OPEN or shown.slow_ms:
        yield f"chat {_chat(shown.chat_mode, shown.slow_ms)}"
    if shown.held_by_hand:
        yield "paused by hand"
    if shown.needs.needs:
        yield f"need someone: {', '.join(shown.needs.needs)}"
    yield from (f"quiet room {room} {_quiet(quiet)}" for room, quiet in shown.quiet.rooms)
