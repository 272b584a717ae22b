"""From a client's message to the meeting's command: words only, no rules.

Called by `session`. Who acts is the connection's own participant, whatever a message says. One case for each message:
the type checker sees to it that none is forgotten and that every field is what the command takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from server.rooms import commands as c
from server.rooms.state import Segment

from . import messages as m

if TYPE_CHECKING:
    from server.rooms.ids import ParticipantId


def command(message: m.CommandMessage, actor: ParticipantId) -> c.PersonCommand:
    """The order behind a message."""
    if isinstance(message, m.AboutPeople):
        return _about_people(message, actor)
    if isinstance(message, m.AboutTheCircle):
        return _about_the_circle(message, actor)
    if isinstance(message, m.AboutWords):
        return _about_words(message, actor)
    if isinstance(message, m.AboutRooms):
        return _about_rooms(message, actor)
    if isinstance(message, m.AboutTheSession):
        return _about_the_session(message, actor)
    assert_never(message)


def _about_people(  # noqa: C901, PLR0911, PLR0912 - one case for each message
    message: m.AboutPeople, actor: ParticipantId
) -> c.PersonCommand:
    match message:
        case m.Leave():
            return c.Leave(actor)
        case m.SetMedia():
            return c.SetMedia(actor, message.mic, message.camera)
        case m.SetAway():
            return c.SetAway(actor, message.away)
        case m.Admit():
            return c.Admit(actor, message.who)
        case m.Deny():
            return c.Deny(actor, message.who)
        case m.SendToLobby():
            return c.SendToLobby(actor, message.who)
        case m.Mute():
            return c.Mute(actor, message.who)
        case m.AllowMic():
            return c.AllowMic(actor, message.who)
        case m.StopCamera():
            return c.StopCamera(actor, message.who)
        case m.AllowCamera():
            return c.AllowCamera(actor, message.who)
        case m.Lock():
            return c.Lock(actor)
        case m.Unlock():
            return c.Unlock(actor)
        case m.Remove():
            return c.Remove(actor, message.who)
        case m.UndoBar():
            return c.UndoBar(actor, message.who)
        case m.AdmitBetweenShares():
            return c.AdmitBetweenShares(actor, message.on)
        case m.End():
            return c.End(actor)
    assert_never(message)


def _about_the_circle(  # noqa: C901, PLR0911, PLR0912 - one case for each message
    message: m.AboutTheCircle, actor: ParticipantId
) -> c.PersonCommand:
    match message:
        case m.StartRound():
            return c.StartRound(actor, message.kind, message.share_ms, message.order, message.invite_passed)
        case m.TakeTurn():
            return c.TakeTurn(actor, message.turn)
        case m.PassTurn():
            return c.PassTurn(actor, message.turn)
        case m.ComeBackLater():
            return c.ComeBackLater(actor, message.turn)
        case m.ShareInWriting():
            return c.ShareInWriting(actor, message.turn, message.body)
        case m.EndShare():
            return c.EndShare(actor, message.turn)
        case m.ExtendShare():
            return c.ExtendShare(actor, message.turn)
        case m.NameNext():
            return c.NameNext(actor, message.turn, message.who)
        case m.SkipTurn():
            return c.SkipTurn(actor, message.turn)
        case m.ReorderRound():
            return c.ReorderRound(actor, message.order, message.was)
        case m.InvitePassed():
            return c.InvitePassed(actor, message.invite, message.turn)
        case m.CloseRound():
            return c.CloseRound(actor, message.turn)
        case m.RaiseHand():
            return c.RaiseHand(actor)
        case m.LowerHand():
            return c.LowerHand(actor, message.who)
        case m.CallOn():
            return c.CallOn(actor, message.who)
        case m.OrderHands():
            return c.OrderHands(actor, message.fair)
        case m.SetFloor():
            return c.SetFloor(actor, message.floor, message.was)
    assert_never(message)


def _about_words(  # noqa: PLR0911 - one case for each message
    message: m.AboutWords, actor: ParticipantId
) -> c.PersonCommand:
    match message:
        case m.Say():
            return c.Say(actor, message.body)
        case m.DeleteMessage():
            return c.DeleteMessage(actor, message.message)
        case m.SetChatMode():
            return c.SetChatMode(actor, message.mode, message.was)
        case m.SetSlowMode():
            return c.SetSlowMode(actor, message.ms, message.was)
        case m.ApproveMessage():
            return c.ApproveMessage(actor, message.message)
        case m.SayToFacilitators():
            return c.SayToFacilitators(actor, message.body)
        case m.AnswerOnLine():
            return c.AnswerOnLine(actor, message.who, message.body)
        case m.Broadcast():
            return c.Broadcast(actor, message.body)
    assert_never(message)


def _about_rooms(  # noqa: C901, PLR0911, PLR0912 - one case for each message
    message: m.AboutRooms, actor: ParticipantId
) -> c.PersonCommand:
    match message:
        case m.AskForSomeone():
            return c.AskForSomeone(actor)
        case m.WithdrawNeed():
            return c.WithdrawNeed(actor)
        case m.AcceptNeed():
            return c.AcceptNeed(actor, message.who)
        case m.Greet():
            return c.Greet(actor, message.who)
        case m.TakeAside():
            return c.TakeAside(actor, message.who)
        case m.EndQuiet():
            return c.EndQuiet(actor)
        case m.PlanBreakouts():
            return _plan(message, actor)
        case m.DropPlan():
            return c.DropPlan(actor, message.was)
        case m.AnswerBreakout():
            return c.AnswerBreakout(actor, message.room)
        case m.OpenBreakouts():
            return c.OpenBreakouts(actor, message.was)
        case m.AssignRoom():
            return c.AssignRoom(actor, message.who, message.room)
        case m.SetHost():
            return c.SetHost(actor, message.room, message.who)
        case m.EnterRoom():
            return c.EnterRoom(actor, message.room)
        case m.ExtendBreakouts():
            return c.ExtendBreakouts(actor, message.ms, message.was)
        case m.CallFacilitator():
            return c.CallFacilitator(actor)
        case m.RecallBreakouts():
            return c.RecallBreakouts(actor, message.at_once, message.was)
    assert_never(message)


def _about_the_session(  # noqa: C901, PLR0911, PLR0912 - one case for each message
    message: m.AboutTheSession, actor: ParticipantId
) -> c.PersonCommand:
    match message:
        case m.SetTexts():
            return c.SetTexts(actor, message.body)
        case m.SetRunSheet():
            return c.SetRunSheet(actor, _segments(message.segments), _seen(message.was))
        case m.GoToSegment():
            return c.GoToSegment(actor, message.index, _seen(message.was))
        case m.Pause():
            return c.Pause(actor)
        case m.GoOn():
            return c.GoOn(actor)
        case m.SetGuestTime():
            return c.SetGuestTime(actor, message.who, message.ms)
        case m.OpenPulse():
            return c.OpenPulse(actor, message.body, message.options)
        case m.AnswerPulse():
            return c.AnswerPulse(actor, message.option, message.pulse)
        case m.ClosePulse():
            return c.ClosePulse(actor, message.pulse)
        case m.HandOut():
            return c.HandOut(actor, message.body)
        case m.TakeBack():
            return c.TakeBack(actor, message.resource)
        case m.OpenContacts():
            return c.OpenContacts(actor)
        case m.CloseContacts():
            return c.CloseContacts(actor)
        case m.OfferContact():
            return c.OfferContact(actor, message.who, message.body)
        case m.WithdrawContact():
            return c.WithdrawContact(actor, message.who)
        case m.NameCaptioner():
            return c.NameCaptioner(actor, message.who)
        case m.NameInterpreter():
            return c.NameInterpreter(actor, message.who)
        case m.Caption():
            return c.Caption(actor, message.body)
        case m.BeginDebrief():
            return c.BeginDebrief(actor)
    assert_never(message)


def _plan(message: m.PlanBreakouts, actor: ParticipantId) -> c.PlanBreakouts:
    rooms = tuple(c.PlannedRoom(room.topic, room.host, room.people) for room in message.rooms)
    return c.PlanBreakouts(
        actor,
        message.kind,
        rooms,
        message.size,
        message.seed,
        message.length_ms,
        message.unattended,
        message.was,
    )


def _seen(was: tuple[m.SegmentWish, ...] | None) -> tuple[Segment, ...] | None:
    return None if was is None else _segments(was)


def _segments(wishes: tuple[m.SegmentWish, ...]) -> tuple[Segment, ...]:
    return tuple(_segment(wish) for wish in wishes)


def _segment(wish: m.SegmentWish) -> Segment:
    return Segment(wish.kind, wish.title, wish.length_ms, wish.floor, wish.chat)
