"""Between the wire's messages and the meeting's commands, sights and views: words only, no rules.

Called by `session` (in) and `fanout` (out).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from server.rooms import audience as a
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.ids import MessageNumber, ParticipantId

from . import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.rooms.state import Bar, ChatMessage, Participant

_ABOUT_SOMEBODY: Final[Mapping[type, Callable[[ParticipantId, ParticipantId], c.PersonCommand]]] = {
    m.Admit: c.Admit,
    m.Deny: c.Deny,
    m.SendToLobby: c.SendToLobby,
    m.Mute: c.Mute,
    m.AllowMic: c.AllowMic,
    m.StopCamera: c.StopCamera,
    m.AllowCamera: c.AllowCamera,
    m.Remove: c.Remove,
    m.UndoBar: c.UndoBar,
}
_ABOUT_ALL: Final[Mapping[type, Callable[[ParticipantId], c.PersonCommand]]] = {
    m.Leave: c.Leave,
    m.Lock: c.Lock,
    m.Unlock: c.Unlock,
    m.End: c.End,
}


def command(message: m.CommandMessage, actor: ParticipantId) -> c.PersonCommand:
    """The order behind a message; `actor` is the connection's own participant, whatever the message says."""
    match message:
        case m.SetMedia():
            return c.SetMedia(actor, message.mic, message.camera)
        case m.Say():
            return c.Say(actor, message.body)
        case m.DeleteMessage():
            return c.DeleteMessage(actor, MessageNumber(message.message))
        case m.Leave() | m.Lock() | m.Unlock() | m.End():
            return _ABOUT_ALL[type(message)](actor)
        case _:
            return _ABOUT_SOMEBODY[type(message)](actor, ParticipantId(message.who))


def event(sight: a.Sight) -> m.EventMessage:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of sight
    """What a client is told."""
    match sight:
        case a.Came():
            return m.PersonCame(person(sight.person))
        case a.Moved():
            return m.PersonMoved(sight.participant, sight.room)
        case a.Gone():
            return m.PersonParted(sight.participant, "lobby" if sight.how is None else sight.how.value)
        case a.BarShown():
            return m.PersonBarred(barred(sight.bar))
        case e.ConnectionLost():
            return m.ConnectionLost(sight.participant)
        case e.ConnectionRestored():
            return m.ConnectionRestored(sight.participant)
        case e.MediaSet():
            return m.MediaSet(sight.participant, sight.mic, sight.camera)
        case e.MediaAllowed():
            return m.MediaAllowed(sight.participant, sight.mic, sight.camera)
        case e.Said():
            return m.Said(sight.number, sight.author, sight.body)
        case e.MessageDeleted():
            return m.MessageDeleted(sight.number)
        case e.LockChanged():
            return m.LockChanged(sight.locked)
        case e.LeadChanged():
            return m.LeadChanged(sight.lead)
        case e.StatusChanged():
            return m.StatusChanged(sight.status.value)
        case e.BarUndone():
            return m.BarUndone(sight.participant)
    assert_never(sight)


def person(p: Participant) -> m.Person:
    return m.Person(
        id=p.id,
        role=p.role.value,
        profile=p.profile,
        room=p.room,
        connected=p.connected,
        mic=p.mic_on,
        camera=p.camera_on,
        mic_allowed=p.mic_allowed,
        camera_allowed=p.camera_allowed,
        returning=p.returning,
    )


def barred(bar: Bar) -> m.BarredPerson:
    return m.BarredPerson(bar.participant, bar.profile, bar.reason.value)


def snapshot(view: a.View, now_ms: int) -> m.Snapshot:
    """One viewer's whole knowledge, as of now."""
    return m.Snapshot(
        you=view.you.id,
        status=view.status.value,
        locked=view.locked,
        lead=view.lead,
        present=view.present,
        people=[person(p) for p in view.people],
        messages=[_message(said, now_ms) for said in view.messages],
        barred=[barred(bar) for bar in view.barred],
        grace_ms=view.grace_ms,
    )


def _message(said: ChatMessage, now_ms: int) -> m.Message:
    return m.Message(said.number, said.author, said.body, max(0, now_ms - said.at_ms))
