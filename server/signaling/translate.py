"""Between the wire's messages and the meeting's commands, sights and views: words only, no rules.

Called by `session` (in) and `fanout` (out).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from server.rooms import audience as a
from server.rooms import commands as c
from server.rooms import events as e
from server.rooms.ids import MessageNumber, ParticipantId, TurnNumber
from server.rooms.rounds import RoundKind
from server.rooms.state import Floor
from server.rooms.turn_sights import HandsShown, RoundShown

from . import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from server.rooms.rounds import Round
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
    m.LowerHand: c.LowerHand,
    m.CallOn: c.CallOn,
}
_ABOUT_ALL: Final[Mapping[type, Callable[[ParticipantId], c.PersonCommand]]] = {
    m.Leave: c.Leave,
    m.Lock: c.Lock,
    m.Unlock: c.Unlock,
    m.RaiseHand: c.RaiseHand,
    m.CloseRound: c.CloseRound,
    m.End: c.End,
}
_ABOUT_A_TURN: Final[Mapping[type, Callable[[ParticipantId, TurnNumber], c.PersonCommand]]] = {
    m.TakeTurn: c.TakeTurn,
    m.PassTurn: c.PassTurn,
    m.ComeBackLater: c.ComeBackLater,
    m.SkipTurn: c.SkipTurn,
    m.EndShare: c.EndShare,
    m.ExtendShare: c.ExtendShare,
}


def command(  # noqa: C901, PLR0911, PLR0912 - one line for each message with fields of its own
    message: m.CommandMessage, actor: ParticipantId
) -> c.PersonCommand:
    """The order behind a message; `actor` is the connection's own participant, whatever the message says."""
    match message:
        case m.SetMedia():
            return c.SetMedia(actor, message.mic, message.camera)
        case m.Say():
            return c.Say(actor, message.body)
        case m.DeleteMessage():
            return c.DeleteMessage(actor, MessageNumber(message.message))
        case m.SetAway():
            return c.SetAway(actor, message.away)
        case m.SetFloor():
            return c.SetFloor(actor, Floor(message.floor))
        case m.OrderHands():
            return c.OrderHands(actor, message.fair)
        case m.StartRound():
            kind, order = RoundKind(message.kind), people(message.order)
            return c.StartRound(actor, kind, message.share_ms, order, message.invite_passed)
        case m.ReorderRound():
            return c.ReorderRound(actor, people(message.order))
        case m.InvitePassed():
            return c.InvitePassed(actor, message.invite)
        case m.AdmitBetweenShares():
            return c.AdmitBetweenShares(actor, message.on)
        case m.NameNext():
            return c.NameNext(actor, TurnNumber(message.turn), ParticipantId(message.who))
        case m.ShareInWriting():
            return c.ShareInWriting(actor, TurnNumber(message.turn), message.body)
        case m.TakeTurn() | m.PassTurn() | m.ComeBackLater() | m.SkipTurn() | m.EndShare() | m.ExtendShare():
            return _ABOUT_A_TURN[type(message)](actor, TurnNumber(message.turn))
        case m.Leave() | m.Lock() | m.Unlock() | m.End() | m.RaiseHand() | m.CloseRound():
            return _ABOUT_ALL[type(message)](actor)
        case _:
            return _ABOUT_SOMEBODY[type(message)](actor, ParticipantId(message.who))


def people(ids: list[str]) -> tuple[ParticipantId, ...]:
    return tuple(ParticipantId(one) for one in ids)


def event(  # noqa: C901, PLR0911, PLR0912 - one line for each kind of sight
    sight: a.Sight, now_ms: int
) -> m.EventMessage:
    """What a client is told at `now_ms`."""
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
        case e.AwayChanged():
            return m.AwayChanged(sight.participant, sight.away)
        case RoundShown():
            return m.RoundChanged(round_of(sight.round, now_ms))
        case e.ShareNudged():
            return m.ShareNudged(sight.turn)
        case HandsShown():
            return m.HandsChanged(hands(sight))
        case e.FloorChanged():
            return m.FloorChanged(sight.floor.value)
        case e.AdmissionChanged():
            return m.AdmissionChanged(sight.between_shares)
        case e.AdmissionHeld():
            return m.AdmissionHeld(sight.participant)
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
        away=p.away,
        admitted=p.admitted,
    )


def barred(bar: Bar) -> m.BarredPerson:
    return m.BarredPerson(bar.participant, bar.profile, bar.reason.value)


def round_of(shown: Round | None, now_ms: int) -> m.Round | None:
    if shown is None:
        return None
    moment = shown.moment
    return m.Round(
        kind=shown.kind.value,
        turn=moment.number,
        phase=moment.phase.value,
        who=moment.who,
        left_ms=moment.clock.left_at(now_ms),
        runs=moment.clock.ends_at_ms is not None,
        held=moment.held,
        stage=shown.stage.value,
        named=shown.named,
        share_ms=shown.share_ms,
        invite_passed=shown.invite_passed,
        places=[m.Place(place.who, shown.told(place).value) for place in shown.places],
    )


def hands(shown: HandsShown) -> m.Hands:
    return m.Hands(list(shown.raised), shown.fair, shown.called)


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
        round=round_of(view.round, now_ms),
        hands=hands(view.hands),
        floor=view.floor.value,
        between_shares=view.between_shares,
    )


def _message(said: ChatMessage, now_ms: int) -> m.Message:
    return m.Message(said.number, said.author, said.body, max(0, now_ms - said.at_ms))
