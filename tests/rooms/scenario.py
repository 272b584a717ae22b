"""Plays scenario files: a command a line with its second and actor, below it what the meeting answered.

    # why this story matters
    rules max_lobby=1
    0s fiona joins as facilitator
        fiona arrived in main
        lead is fiona
    4.5s mia says hello
        refused: not_here
    routes?
        nobody is heard

Unindented lines are commands, indented lines their outcome; `play` returns the text with the outcomes that really came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.deadlines import next_deadline
from server.rooms.errors import Rejected
from server.rooms.ids import MessageNumber, ParticipantId, TurnNumber
from server.rooms.machine import decide, evolve
from server.rooms.rounds import RoundKind
from server.rooms.routes import routes
from server.rooms.rules import Rules
from server.rooms.state import Floor, Meeting, Role
from server.rooms.view import view

from . import cast, telling, verbs_breakouts, verbs_care, verbs_session
from .counting import Counted
from .telling import seconds as _seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from server.rooms.state import ChatMessage, Participant
    from server.rooms.view import View

INDENT: Final = "    "
NOTHING: Final = "nothing"

ABOUT_SOMEBODY: Final[Mapping[str, Callable[[ParticipantId, ParticipantId], c.Command]]] = {
    "admits": c.Admit,
    "denies": c.Deny,
    "sends-back": c.SendToLobby,
    "mutes": c.Mute,
    "allows-mic": c.AllowMic,
    "stops-camera": c.StopCamera,
    "allows-camera": c.AllowCamera,
    "removes": c.Remove,
    "undoes": c.UndoBar,
    "lowers": c.LowerHand,
    "calls-on": c.CallOn,
}
ALONE: Final[Mapping[str, Callable[[ParticipantId], c.Command]]] = {
    "leaves": c.Leave,
    "locks": c.Lock,
    "unlocks": c.Unlock,
    "ends": c.End,
    "raises-hand": c.RaiseHand,
    "closes-round": c.CloseRound,
}
ABOUT_A_TURN: Final[Mapping[str, Callable[[ParticipantId, TurnNumber], c.Command]]] = {
    "takes": c.TakeTurn,
    "passes": c.PassTurn,
    "comes-back": c.ComeBackLater,
    "skips": c.SkipTurn,
    "finishes": c.EndShare,
    "extends": c.ExtendShare,
}
VERBS: Final[Mapping[str, Callable[[ParticipantId, list[str]], c.Command]]] = {
    **verbs_breakouts.VERBS,
    **verbs_care.VERBS,
    **verbs_session.VERBS,
}
"""Of features with files of their own: the words after the verb are theirs to read."""
TELLERS: Final[tuple[Callable[[e.Event], str | None], ...]] = (
    telling.fact,
    verbs_breakouts.fact,
    verbs_care.fact,
    verbs_session.fact,
)
YES_OR_NO: Final[Mapping[str, tuple[Callable[[ParticipantId, bool], c.Command], bool]]] = {
    "is-away": (c.SetAway, True),
    "is-back": (c.SetAway, False),
    "orders-hands-fairly": (c.OrderHands, True),
    "orders-hands-as-raised": (c.OrderHands, False),
    "invites-passed": (c.InvitePassed, True),
    "invites-nobody": (c.InvitePassed, False),
    "admits-between-shares": (c.AdmitBetweenShares, True),
    "admits-at-once": (c.AdmitBetweenShares, False),
}


def play(text: str) -> str:
    """The same story with what happens now. Raises: `ValueError` for a line that is no command."""
    stage = Stage()
    told: list[str] = []
    for line in text.splitlines():
        if line.startswith(INDENT):
            continue
        told.append(line)
        if line and not line.startswith("#"):
            told.extend(INDENT + stage.counted.told(said) for said in stage.perform(line.split()))
    return "\n".join(told) + "\n"


class Stage:
    """One meeting, played line by line."""

    def __init__(self) -> None:
        self.meeting = cast.empty()
        self.now_ms = 0
        self.counted = Counted()

    def perform(self, words: list[str]) -> Iterator[str]:
        match words:
            case ["rules", *settings]:
                limits = {key: int(value) for key, value in _options(settings).items()}
                self.meeting = cast.empty(Rules(**limits))
            case ["routes?"]:
                yield from _heard(self.meeting)
            case ["deadline?"]:
                due = next_deadline(self.meeting)
                yield "none" if due is None else f"at {_seconds(due)}"
            case ["view", who]:
                seen = view(self.meeting, self.meeting.participants[ParticipantId(who)])
                yield from _seen(self.counted.view(seen))
            case [at, *order]:
                self.now_ms = round(float(at.removesuffix("s")) * 1000)
                yield from self._command(order)

    def _command(self, order: list[str]) -> Iterator[str]:
        command = self.counted.meant(self._read(order))
        try:
            events = decide(self.meeting, command, self.now_ms)
        except Rejected as rejected:
            yield f"refused: {rejected.code}"
            return
        for event in events:
            self.meeting = evolve(self.meeting, event)
            yield fact(self.counted.event(event))
        if not events:
            yield NOTHING

    def _read(self, order: list[str]) -> c.Command:
        match order:
            case ["tick"]:
                return c.Tick()
            case [name, "joins", "as", role, *settings]:
                options = _options(settings)
                size = int(options.pop("size", "8"))
                return cast.join(name, Role(role), size=size, **options)
            case [name, "resumes"]:
                return c.Resume(cast.secret_of(name))
            case [name, "drops", *settings]:
                newest = self.meeting.participants.get(ParticipantId(name))
                number = _options(settings).get("connection", newest.connection if newest else 1)
                return c.LoseConnection(ParticipantId(name), int(number))
            case [name, *deed]:
                return _deed(ParticipantId(name), deed)
            case _:
                raise ValueError(order)


def _deed(name: ParticipantId, deed: list[str]) -> c.Command:  # noqa: PLR0911 - one line for each form
    match deed:
        case ["sends", *kinds]:
            return c.SetMedia(name, mic="mic" in kinds, camera="camera" in kinds)
        case ["says", number, "bytes"]:
            return c.Say(name, bytes(int(number)))
        case ["says", *text]:
            return c.Say(name, " ".join(text).encode())
        case ["deletes", number]:
            return c.DeleteMessage(name, MessageNumber(int(number)))
        case [verb] if verb in ALONE:
            return ALONE[verb](name)
        case [verb, who] if verb in ABOUT_SOMEBODY:
            return ABOUT_SOMEBODY[verb](name, ParticipantId(who))
        case _:
            return _about_turns(name, deed)


def _about_turns(name: ParticipantId, deed: list[str]) -> c.Command:  # noqa: PLR0911 - one line for each form
    match deed:
        case [verb] if verb in YES_OR_NO:
            order, wish = YES_OR_NO[verb]
            return order(name, wish)
        case ["sets-floor", floor]:
            return c.SetFloor(name, Floor(floor))
        case ["starts", kind, *settings]:
            options = _options(settings)
            share_ms = round(float(options["share"].removesuffix("s")) * 1000) if "share" in options else None
            order_wished = _people(options.get("order", ""))
            return c.StartRound(name, RoundKind(kind), share_ms, order_wished, options.get("invite") == "yes")
        case ["reorders", people]:
            return c.ReorderRound(name, _people(people))
        case ["names", who, "in", turn]:
            return c.NameNext(name, TurnNumber(int(turn)), ParticipantId(who))
        case ["writes", turn, *text]:
            return c.ShareInWriting(name, TurnNumber(int(turn)), " ".join(text).encode())
        case [verb, turn] if verb in ABOUT_A_TURN:
            return ABOUT_A_TURN[verb](name, TurnNumber(int(turn)))
        case [verb, *rest] if verb in VERBS:
            return VERBS[verb](name, rest)
        case _:
            raise ValueError(deed)


def _people(names: str) -> tuple[ParticipantId, ...]:
    return tuple(ParticipantId(name) for name in names.split(",") if name)


def _options(settings: list[str]) -> dict[str, str]:
    return dict(setting.split("=", 1) for setting in settings)


# ── telling what happened ────────────────────────────────────────────────────────────────────────


def fact(event: e.Event) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    """One event in words."""
    match event:
        case e.Arrived():
            hint = ", returning?" if event.returning else ""
            return f"{event.participant} arrived in {event.room} as {event.role}{hint}"
        case e.Entered():
            return f"{event.participant} entered {event.room}"
        case e.SentToLobby():
            return f"{event.participant} sent to the lobby"
        case e.ConnectionLost():
            return f"{event.participant} lost at {_seconds(event.at_ms)}"
        case e.ConnectionRestored():
            return f"{event.participant} restored, connection {event.connection}"
        case e.Parted():
            return f"{event.participant} parted: {event.how}"
        case e.Barred():
            return f"{event.participant} barred: {event.reason}"
        case e.BarUndone():
            return f"{event.participant} no longer barred"
        case e.MediaSet():
            return f"{event.participant} sends {_kinds(mic=event.mic, camera=event.camera)}"
        case e.MediaAllowed():
            return f"{event.participant} may send {_kinds(mic=event.mic, camera=event.camera)}"
        case e.Said():
            body = event.body.decode() if event.body.strip(b"\0") else f"{len(event.body)} bytes"
            where = f"on the line of {event.line}" if event.line else f"in {event.room}"
            where = "to all rooms" if event.everywhere else where
            held = f" (held: {event.held})" if event.held else ""
            return f"message {event.number} by {event.author} {where}{held}: {body}"
        case e.Moved():
            place = "" if event.place == event.room else f", her place is {event.place}"
            return f"{event.participant} moved to {event.room}{place}"
        case e.MessageDeleted():
            return f"message {event.number} deleted"
        case e.LockChanged():
            return "locked" if event.locked else "unlocked"
        case e.LeadChanged():
            return f"lead is {event.lead or 'nobody'}"
        case e.AttendanceChanged():
            since = event.unattended_since_ms
            return "attended again" if since is None else f"unattended since {_seconds(since)}"
        case e.StatusChanged():
            return f"status {event.status}"
        case _:
            told = (tell(event) for tell in TELLERS)
            return next(words for words in told if words is not None)


def _kinds(*, mic: bool, camera: bool) -> str:
    return " ".join(kind for kind, on in (("mic", mic), ("camera", camera)) if on) or NOTHING


def _heard(meeting: Meeting) -> Iterator[str]:
    wanted = routes(meeting)
    for track, listeners in wanted.items():
        yield f"{track.publisher}'s {track.kind} to {', '.join(sorted(listeners)) or 'nobody'}"
    if not wanted:
        yield "nobody is heard or seen"


def _seen(seen: View) -> Iterator[str]:
    locked = ", locked" if seen.locked else ""
    yield f"{seen.status}{locked}, lead {seen.lead or 'nobody'}, {seen.present} present"
    yield from (f"{person.id}: {_state(person)}" for person in seen.people)
    if seen.messages:
        yield "messages " + ", ".join(f"{m.number} by {m.author}" + _kept(m) for m in seen.messages)
    yield from telling.seen(seen)
    yield from verbs_care.seen(seen)
    yield from verbs_breakouts.seen(seen)
    if seen.barred:
        yield "barred " + ", ".join(f"{bar.participant} ({bar.reason})" for bar in seen.barred)


def _kept(message: ChatMessage) -> str:
    line = f" (line of {message.line})" if message.line else ""
    return line + (f" (held: {message.held})" if message.held else "")


def _state(person: Participant) -> str:
    place = "" if person.place == person.room else f" (place {person.place})"
    words = [
        person.role.value,
        person.room + place,
        f"sends {_kinds(mic=person.mic_on, camera=person.camera_on)}",
    ]
    if not (person.mic_allowed and person.camera_allowed):
        allowed = _kinds(mic=person.mic_allowed, camera=person.camera_allowed)
        words.append(f"may send {allowed}")
    words += ["lost"] * (not person.connected) + ["returning?"] * person.returning
    words += ["away"] * person.away + ["comes in after this share"] * person.admitted
    return ", ".join(words)
