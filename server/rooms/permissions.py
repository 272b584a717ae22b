"""Who may give which command: one table, asked by `machine.decide` before any rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import commands as c
from .errors import Refusal, Rejected
from .state import Role, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .ids import ParticipantId
    from .state import Meeting, Participant

EVERYBODY: Final = frozenset(Role)
FACILITATORS: Final = frozenset({Role.FACILITATOR})
THE_OTHERS: Final = frozenset({Role.MEMBER, Role.GUEST})
MEMBERS: Final = frozenset({Role.MEMBER})

MAY: Final[Mapping[type, frozenset[Role]]] = {
    c.Leave: EVERYBODY,
    c.SetMedia: EVERYBODY,
    c.Say: EVERYBODY,
    c.DeleteMessage: EVERYBODY,
    c.Admit: FACILITATORS,
    c.Deny: FACILITATORS,
    c.SendToLobby: FACILITATORS,
    c.Mute: FACILITATORS,
    c.AllowMic: FACILITATORS,
    c.StopCamera: FACILITATORS,
    c.AllowCamera: FACILITATORS,
    c.Lock: FACILITATORS,
    c.Unlock: FACILITATORS,
    c.Remove: FACILITATORS,
    c.UndoBar: FACILITATORS,
    c.SetAway: EVERYBODY,
    c.SetFloor: FACILITATORS,
    c.RaiseHand: EVERYBODY,
    c.LowerHand: EVERYBODY,
    c.CallOn: FACILITATORS,
    c.OrderHands: FACILITATORS,
    c.StartRound: FACILITATORS,
    c.ReorderRound: FACILITATORS,
    c.InvitePassed: FACILITATORS,
    c.CloseRound: FACILITATORS,
    c.AdmitBetweenShares: FACILITATORS,
    c.TakeTurn: EVERYBODY,
    c.PassTurn: EVERYBODY,
    c.ComeBackLater: EVERYBODY,
    c.SkipTurn: FACILITATORS,
    c.NameNext: EVERYBODY,
    c.EndShare: EVERYBODY,
    c.ExtendShare: EVERYBODY,
    c.ShareInWriting: EVERYBODY,
    c.SetChatMode: FACILITATORS,
    c.SetSlowMode: FACILITATORS,
    c.ApproveMessage: FACILITATORS,
    c.SayToFacilitators: THE_OTHERS,
    c.AnswerOnLine: FACILITATORS,
    c.Broadcast: FACILITATORS,
    c.AskForSomeone: THE_OTHERS,
    c.WithdrawNeed: THE_OTHERS,
    c.AcceptNeed: FACILITATORS,
    c.Greet: FACILITATORS,
    c.TakeAside: FACILITATORS,
    c.EndQuiet: EVERYBODY,
    c.PlanBreakouts: FACILITATORS,
    c.DropPlan: FACILITATORS,
    c.AnswerBreakout: EVERYBODY,
    c.OpenBreakouts: FACILITATORS,
    c.AssignRoom: FACILITATORS,
    c.SetHost: FACILITATORS,
    c.EnterRoom: FACILITATORS,
    c.ExtendBreakouts: FACILITATORS,
    c.CallFacilitator: EVERYBODY,
    c.RecallBreakouts: FACILITATORS,
    c.SetTexts: FACILITATORS,
    c.SetRunSheet: FACILITATORS,
    c.GoToSegment: FACILITATORS,
    c.Pause: FACILITATORS,
    c.GoOn: FACILITATORS,
    c.SetGuestTime: FACILITATORS,
    c.OpenPulse: FACILITATORS,
    c.AnswerPulse: THE_OTHERS,
    c.ClosePulse: FACILITATORS,
    c.HandOut: FACILITATORS,
    c.TakeBack: FACILITATORS,
    c.OpenContacts: FACILITATORS,
    c.CloseContacts: FACILITATORS,
    c.OfferContact: MEMBERS,
    c.WithdrawContact: MEMBERS,
    c.NameCaptioner: FACILITATORS,
    c.NameInterpreter: FACILITATORS,
    c.Caption: EVERYBODY,
    c.BeginDebrief: FACILITATORS,
    c.End: FACILITATORS,
}
"""A command that is not in here may be given by nobody."""

FROM_THE_LOBBY: Final = frozenset({c.Leave, c.SetMedia})
"""What somebody may do who is not in yet."""

FROM_A_GREETING: Final = FROM_THE_LOBBY | {c.Say, c.DeleteMessage, c.EndQuiet}
"""What somebody may do who is greeted in a quiet room and not let in yet."""

NOT_FROM_A_QUIET_ROOM: Final = frozenset(
    {
        *(c.SetAway, c.SetFloor, c.RaiseHand, c.CallOn, c.OrderHands),
        *(c.StartRound, c.ReorderRound, c.InvitePassed, c.CloseRound, c.TakeTurn, c.PassTurn),
        *(c.ComeBackLater, c.SkipTurn, c.NameNext, c.EndShare, c.ExtendShare, c.ShareInWriting),
        *(c.AskForSomeone, c.AcceptNeed, c.Greet, c.TakeAside),
        *(c.AnswerBreakout, c.EnterRoom, c.CallFacilitator),
    }
)
"""What is about a room one is away from."""

IN_A_DEBRIEF: Final = frozenset({c.Leave, c.SetMedia, c.Say, c.DeleteMessage, c.SetAway, c.End})
"""What is left to do when the group is over."""

NOT_AGAINST_FACILITATORS: Final = frozenset(
    {c.Deny, c.SendToLobby, c.Mute, c.StopCamera, c.Remove, c.TakeAside}
)
"""Two facilitators are equals: neither can silence or remove the other."""


def permitted_actor(meeting: Meeting, command: c.PersonCommand) -> Participant:
    """The person behind the command, who may give it here and now. Raises: `Rejected`."""
    kind = type(command)
    actor = meeting.participants.get(command.actor)
    if actor is None or (actor.in_lobby and kind not in _from_outside(actor)):
        raise Rejected(Refusal.NOT_HERE)
    if actor.in_quiet_room and kind in NOT_FROM_A_QUIET_ROOM:
        raise Rejected(Refusal.NOT_NOW)
    if meeting.status is Status.DEBRIEF and kind not in IN_A_DEBRIEF:
        raise Rejected(Refusal.NOT_NOW)
    if actor.role not in MAY.get(kind, frozenset()):
        raise Rejected(Refusal.NOT_ALLOWED)
    return actor


def permitted_viewer(meeting: Meeting, who: ParticipantId) -> Participant:
    """The facilitator inside who may see what everybody's links carry. Raises: `Rejected`."""
    viewer = meeting.participants.get(who)
    if viewer is None or viewer.in_lobby:
        raise Rejected(Refusal.NOT_HERE)
    if not viewer.is_facilitator:
        raise Rejected(Refusal.NOT_ALLOWED)
    return viewer


def _from_outside(actor: Participant) -> frozenset[type]:
    return FROM_A_GREETING if actor.in_quiet_room else FROM_THE_LOBBY


def target(meeting: Meeting, who: ParticipantId, command: c.PersonCommand) -> Participant:
    """The person a command is about. Raises: `Rejected` if nobody, or somebody it may not be used on."""
    person = meeting.participants.get(who)
    if person is None:
        raise Rejected(Refusal.NO_SUCH_PERSON)
    if person.is_facilitator and type(command) in NOT_AGAINST_FACILITATORS:
        raise Rejected(Refusal.NOT_ALLOWED)
    return person
