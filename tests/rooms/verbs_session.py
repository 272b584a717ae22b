"""The words of run-sheets, pulses, resources and keep in touch in scenario files; called by `scenario`.

A part of a run-sheet is `kind:length:floor:chat:title`, a body is words or `9 bytes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.ids import ParticipantId, ResourceNumber
from server.rooms.state import ChatMode, Floor, Segment, SegmentKind

from .telling import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.rooms.state import Pulse, RunSheet


def _segments(actor: ParticipantId, words: list[str]) -> c.Command:
    return c.SetRunSheet(actor, tuple(_segment(*word.split(":")) for word in words))


def _segment(kind: str, length: str, floor: str = "open", chat: str = "open", title: str = "") -> Segment:
    """A title may be given as `600bytes`."""
    size = title.removesuffix("bytes")
    sealed = bytes(int(size)) if size != title else title.encode()
    length_ms = round(float(length.removesuffix("s")) * 1000)
    return Segment(SegmentKind(kind), sealed, length_ms, Floor(floor), ChatMode(chat))


def _body(words: list[str]) -> bytes:
    """The words, or so many bytes."""
    return bytes(int(words[0])) if words[1:] == ["bytes"] else " ".join(words).encode()


def _go_to(actor: ParticipantId, words: list[str]) -> c.Command:
    return c.GoToSegment(actor, None if words == ["none"] else int(words[0]))


def _somebody(words: list[str]) -> ParticipantId | None:
    return None if words == ["nobody"] else ParticipantId(words[0])


VERBS: Final[Mapping[str, Callable[[ParticipantId, list[str]], c.Command]]] = {
    "sets-texts": lambda actor, words: c.SetTexts(actor, _body(words)),
    "sets-run-sheet": _segments,
    "goes-to": _go_to,
    "asks-all": lambda actor, words: c.OpenPulse(actor, _body(words[1:]), int(words[0])),
    "answers": lambda actor, words: c.AnswerPulse(actor, int(words[0])),
    "closes-pulse": lambda actor, _: c.ClosePulse(actor),
    "hands-out": lambda actor, words: c.HandOut(actor, _body(words)),
    "takes-back": lambda actor, words: c.TakeBack(actor, ResourceNumber(int(words[0]))),
    "opens-contacts": lambda actor, _: c.OpenContacts(actor),
    "closes-contacts": lambda actor, _: c.CloseContacts(actor),
    "offers-contact": lambda actor, words: c.OfferContact(actor, ParticipantId(words[0]), _body(words[1:])),
    "names-captioner": lambda actor, words: c.NameCaptioner(actor, _somebody(words)),
    "names-interpreter": lambda actor, words: c.NameInterpreter(actor, _somebody(words)),
    "captions": lambda actor, words: c.Caption(actor, _body(words)),
    "withdraws-contact": lambda actor, words: c.WithdrawContact(actor, ParticipantId(words[0])),
}


def fact(event: e.Event) -> str | None:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    """One event in words; None for what is not of this feature."""
    match event:
        case e.TextsSet():
            return f"texts: {_told(event.body)}"
        case e.RunSheetChanged():
            return f"run-sheet: {_sheet(event.run_sheet)}"
        case e.PulseChanged():
            return f"pulse: {_pulse(event.pulse)}"
        case e.PulseShown():
            shown = "too few answered" if event.counts is None else " ".join(map(str, event.counts))
            return f"pulse shown: {shown}"
        case e.HandedOut():
            return f"resource {event.number} handed out: {_told(event.body)}"
        case e.TakenBack():
            return f"resource {event.number} taken back"
        case e.AideChanged():
            parts = [
                word for word, on in (("captions", event.captions), ("interprets", event.interprets)) if on
            ]
            return f"{event.participant} {' and '.join(parts) or 'does neither captions nor interpreting'}"
        case e.Captioned():
            return f"caption {event.number} of {event.participant}: {_told(event.body)}"
        case e.ContactsOpened():
            return "keep in touch is open"
        case e.ContactsClosed():
            return "keep in touch is closed"
        case e.ContactOffered():
            deed = "withdraws" if event.body is None else f"offers {_told(event.body)!r}"
            return f"{event.giver} {deed} to {event.to}"
        case e.ContactsExchanged():
            to_second, to_first = _told(event.from_first), _told(event.from_second)
            return f"{event.first} gets {to_first!r} and {event.second} gets {to_second!r}"
        case _:
            return None


def _told(body: bytes) -> str:
    return body.decode() if body.strip(b"\0") else f"{len(body)} bytes"


def _sheet(sheet: RunSheet | None) -> str:
    if sheet is None:
        return "none"
    return ", ".join(_part(sheet, index) for index in range(len(sheet.segments)))


def _part(sheet: RunSheet, index: int) -> str:
    part = f"{sheet.segments[index].kind} {seconds(sheet.segments[index].length_ms)}"
    clock = sheet.clock
    if index != sheet.current or clock is None or clock.limit_ms is None:
        return part
    if clock.ends_at_ms is None:
        return f"{part} [now, stopped, {seconds(clock.limit_ms - clock.used_ms)} left]"
    return f"{part} [now, until {seconds(clock.ends_at_ms)}]"


def _pulse(pulse: Pulse | None) -> str:
    if pulse is None:
        return "none"
    counts = " ".join(map(str, pulse.counts))
    return f"{_told(pulse.body)} | {counts} | answered by {', '.join(sorted(pulse.answered)) or 'nobody'}"
